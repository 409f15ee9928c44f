//! Quantiles and percentile ranks.

/// Which of the definitions of a sample quantile (Hyndman and Fan, Am Stat 1996).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Type 1: the inverse of the empirical distribution function; always a value that was seen.
    InvertedCdf,
    /// Type 7: linear over (n − 1) steps; what spreadsheets, R and NumPy give by default.
    Linear,
    /// Type 8: median-unbiased, whatever the distribution.
    MedianUnbiased,
}

/// A quantile, `part` in 0 to 1. `None` of nothing.
pub fn quantile(values: &[f64], part: f64, kind: Kind) -> Option<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    let last = sorted.len().checked_sub(1)? as f64;
    let (n, part) = (last + 1.0, part.clamp(0.0, 1.0));
    let place = match kind {
        Kind::InvertedCdf => ((n * part - 1e-9).ceil() - 1.0).clamp(0.0, last),
        Kind::Linear => last * part,
        Kind::MedianUnbiased => ((n + 1.0 / 3.0) * part + 1.0 / 3.0 - 1.0).clamp(0.0, last),
    };
    let (below, above) = (place.floor() as usize, place.ceil() as usize);
    Some(sorted[below] + (sorted[above] - sorted[below]) * (place - place.floor()))
}

/// The nine deciles of type 7; `None` of nothing.
pub fn deciles(values: &[f64]) -> Option<[f64; 9]> {
    let mut deciles = [0.0; 9];
    for (place, decile) in deciles.iter_mut().enumerate() {
        *decile = quantile(values, (place + 1) as f64 / 10.0, Kind::Linear)?;
    }
    Some(deciles)
}

/// SQL's `PERCENT_RANK`: how many are less, of the others. A single value ranks 0.
pub fn percent_rank(values: &[f64]) -> Vec<f64> {
    let others = values.len().saturating_sub(1).max(1) as f64;
    let less = |value: f64| values.iter().filter(|other| **other < value).count() as f64;
    values.iter().map(|value| less(*value) / others).collect()
}

/// Ranks from 1, ties sharing their mean.
pub fn average_ranks(values: &[f64]) -> Vec<f64> {
    let below = |value: f64| values.iter().filter(|other| **other < value).count() as f64;
    let same = |value: f64| values.iter().filter(|other| other.total_cmp(&value).is_eq()).count() as f64;
    values.iter().map(|value| below(*value) + f64::midpoint(same(*value), 1.0)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::study::testing::print_all;

    /// I-09.
    #[test]
    fn ranks_and_deciles() {
        let series = [0.0, 0.0, 0.0, 0.5, 1.2, 1.2, 3.0, 9.9];
        let ranks = ["0", "0", "0", "0.4286", "0.5714", "0.5714", "0.8571", "1"];
        print_all(&percent_rank(&series), &ranks);
        let expected = ["0", "0", "0.05", "0.4", "0.85", "1.2", "1.2", "2.28", "5.07"];
        print_all(&deciles(&series).unwrap(), &expected);
        assert_eq!((percent_rank(&[4.0]), deciles(&[])), (vec![0.0], None));
        assert_eq!(average_ranks(&[3.0, 1.0, 3.0, 2.0]), [3.5, 1.0, 3.5, 2.0]);
    }

    /// I-13.
    #[test]
    fn three_definitions() {
        let hours = [2.0, 5.0, 7.0, 9.0, 20.0, 21.0, 26.0, 40.0, 70.0, 168.0];
        let of = |kind| [0.5, 0.75, 0.9].map(|part| quantile(&hours, part, kind).unwrap());
        print_all(&of(Kind::Linear), &["20.5", "36.5", "79.8"]);
        print_all(&of(Kind::MedianUnbiased), &["20.5", "42.5", "132.07"]);
        print_all(&of(Kind::InvertedCdf), &["20", "40", "70"]);
    }
}
