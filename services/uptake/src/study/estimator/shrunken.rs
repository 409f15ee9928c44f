//! Empirical Bayes: rates of small practices drawn towards the mean, for ranking only.

/// Marshall's moment estimator (Applied Statistics 1991) over `(count, exposure)`.
#[derive(Clone, Debug, PartialEq)]
pub struct Shrunken {
    /// m = Σx/ΣE.
    pub mean: f64,
    /// A = max(0, s² − m/mean E), s² = ΣE(x/E − m)²/ΣE: the variance between practices.
    pub between: f64,
    /// θ = m + A/(A + m/E)·(x/E − m), in the order given.
    pub rates: Vec<f64>,
}

/// Shrinks rates; `None` when a unit has no exposure or there are none.
pub fn shrink(units: &[(f64, f64)]) -> Option<Shrunken> {
    if units.is_empty() || units.iter().any(|unit| unit.1 <= 0.0) {
        return None;
    }
    let exposure: f64 = units.iter().map(|unit| unit.1).sum();
    let mean = units.iter().map(|unit| unit.0).sum::<f64>() / exposure;
    let variance = units.iter().map(|(x, e)| e * (x / e - mean).powi(2)).sum::<f64>() / exposure;
    let between = (variance - mean * units.len() as f64 / exposure).max(0.0);
    let of = |(x, e): &(f64, f64)| {
        let weight = if between > 0.0 { between / (between + mean / e) } else { 0.0 };
        mean + weight * (x / e - mean)
    };
    Some(Shrunken { mean, between, rates: units.iter().map(of).collect() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::study::testing::{print_all, prints};

    /// I-07.
    #[test]
    fn four_practices() {
        let found = shrink(&[(0.0, 4.0), (3.0, 5.0), (9.0, 8.0), (40.0, 12.0)]).unwrap();
        prints(found.mean, "1.793103");
        prints(found.between, "1.546363");
        print_all(&found.rates, &["0.4030", "0.8246", "1.2096", "3.1976"]);
        assert_eq!(shrink(&[(1.0, 0.0)]), None);
        let equal = shrink(&[(2.0, 1.0), (2.0, 1.0)]).unwrap();
        assert_eq!((equal.between, equal.rates), (0.0, vec![2.0, 2.0]));
    }
}
