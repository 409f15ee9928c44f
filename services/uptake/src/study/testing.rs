//! How tests compare a figure with one that a reference prints.

/// Whether a figure, rounded to the digits of the printed one, is that; half a unit of the last digit is either.
#[track_caller]
pub fn prints(found: f64, printed: &str) {
    let decimals = printed.split_once('.').map_or(0, |(_, decimals)| decimals.len());
    let expected: f64 = printed.parse().expect("a number");
    let half = 0.5 * 10_f64.powi(-(decimals as i32));
    assert!((found - expected).abs() <= half * (1.0 + 1e-6), "found {found}, printed {printed}");
}

/// [`prints`] over a row.
#[track_caller]
pub fn print_all(found: &[f64], printed: &[&str]) {
    assert_eq!(found.len(), printed.len(), "{found:?}");
    for (found, printed) in found.iter().zip(printed) {
        prints(*found, printed);
    }
}
