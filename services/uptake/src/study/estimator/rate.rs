//! Counts over an exposure.

use super::proportion::{binomial_test, clopper_pearson};
use crate::study::distribution::{Z95, chi2_quantile};
use crate::study::figure::{Figure, Interval};

/// Exact 95 % limits of a Poisson count (Garwood, Biometrika 1936): χ²(0.025; 2x)/2 and χ²(0.975; 2x + 2)/2.
pub fn garwood(count: u64) -> Interval {
    let x = count as f64;
    Interval::new(chi2_quantile(0.025, 2.0 * x) / 2.0, chi2_quantile(0.975, 2.0 * x + 2.0) / 2.0)
}

/// Byar's approximation of the same (Breslow and Day 1987, p. 69): a cheap check.
pub fn byar(count: u64) -> Interval {
    let limit = |x: f64, z: f64| x * (1.0 - 1.0 / (9.0 * x) + z / (3.0 * x.sqrt())).powi(3);
    let x = count as f64;
    Interval::new(if count == 0 { 0.0 } else { limit(x, -Z95) }, limit(x + 1.0, Z95))
}

/// Count per `scale` of exposure with exact limits; null without exposure.
pub fn rate(count: u64, exposure: f64, scale: f64) -> Figure {
    let mut figure = Figure::ratio(count as f64, exposure, "rate, exact Poisson 95 %");
    if exposure > 0.0 {
        figure.value = figure.value.map(|value| value * scale);
        figure.interval = Some(garwood(count).map(|limit| limit / exposure * scale));
    }
    figure
}

/// Two rates compared.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RateRatio {
    /// First over second.
    pub ratio: f64,
    /// Exact conditional 95 % limits.
    pub interval: Interval,
    /// Two-sided exact test that they are equal.
    pub p: f64,
}

/// Ratio of two Poisson rates, conditional on their sum (Przyborowski and Wilenski 1940; R `poisson.test`).
/// `None` when an exposure or the second count is 0.
pub fn rate_ratio(first: (u64, f64), second: (u64, f64)) -> Option<RateRatio> {
    let ((x, e), (y, f)) = (first, second);
    if y == 0 || e <= 0.0 || f <= 0.0 {
        return None;
    }
    let odds = |p: f64| p / (1.0 - p) * f / e;
    let interval = clopper_pearson(x, x + y)?.map(odds);
    Some(RateRatio { ratio: (x as f64 / e) / (y as f64 / f), interval, p: binomial_test(x, x + y, e / (e + f)) })
}

/// Both ways of putting rates together; they differ, and neither stands without its name.
#[derive(Clone, Debug, PartialEq)]
pub struct Pooled {
    /// Sum of counts over sum of exposures: what a patient meets.
    pub pooled: Figure,
    /// Mean of the practices' rates: what a practice is like.
    pub mean_of_practices: Figure,
}

/// Pools `(count, exposure)`; units without exposure are in neither.
pub fn pooled(units: &[(u64, f64)], scale: f64) -> Pooled {
    let live: Vec<&(u64, f64)> = units.iter().filter(|unit| unit.1 > 0.0).collect();
    let (count, exposure) = live.iter().fold((0, 0.0), |sum, unit| (sum.0 + unit.0, sum.1 + unit.1));
    let rates: f64 = live.iter().map(|unit| unit.0 as f64 / unit.1 * scale).sum();
    let mean = Figure::ratio(rates, live.len() as f64, "mean of practices' rates");
    Pooled { pooled: rate(count, exposure, scale), mean_of_practices: mean }
}

/// Patient-years: Σ list size of each month / 12; `None` when a month's size is not known.
pub fn patient_years(list_sizes: &[Option<f64>]) -> Option<f64> {
    list_sizes.iter().copied().sum::<Option<f64>>().map(|months| months / 12.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::study::testing::{print_all, prints};

    /// I-06.
    #[test]
    fn counts_and_rates() {
        for (count, low, high) in [(0, "0", "3.68888"), (1, "0.025318", "5.571643"), (10, "4.795389", "18.390356")] {
            print_all(&[garwood(count).low, garwood(count).high], &[low, high]);
        }
        print_all(&[garwood(9).low, garwood(9).high], &["4.1154", "17.0848"]);
        print_all(&[byar(9).low, byar(9).high], &["4.1069", "17.0858"]);
        let figure = rate(9, 4_200.0, 1_000.0);
        let limits = figure.interval.unwrap();
        print_all(&[figure.value.unwrap(), limits.low, limits.high], &["2.1429", "0.9799", "4.0678"]);
        assert_eq!(rate(3, 0.0, 1_000.0).value, None, "a practice without exposure never appears in a rate");
    }

    /// I-06: two months with 3,000 patients and two and a half with 3,200.
    #[test]
    fn exposure_is_summed_by_month() {
        let sizes = [3_000.0, 3_000.0, 3_200.0, 3_200.0, 1_600.0].map(Some);
        let years = patient_years(&sizes).unwrap();
        prints(years, "1166.667");
        let figure = rate(7, years, 1_000.0);
        let limits = figure.interval.unwrap();
        print_all(&[figure.value.unwrap(), limits.low, limits.high], &["6.0000", "2.4123", "12.3623"]);
        assert_eq!(patient_years(&[Some(3_000.0), None]), None);
    }

    #[test]
    fn two_rates() {
        let found = rate_ratio((24, 5_000.0), (9, 4_200.0)).unwrap();
        let row = [found.ratio, found.interval.low, found.interval.high, found.p];
        print_all(&row, &["2.2400", "1.0052", "5.4760", "0.036339"]);
        assert_eq!(rate_ratio((3, 10.0), (0, 10.0)), None);
    }

    /// T06: 36 English practices; the paper prints 9.11 and 2.00, means of practices, where 6.04 and 1.26 are the pooled.
    #[test]
    fn pooled_differs_from_the_mean() {
        let months = 396_828.0 * 15.0;
        prints(rate(35_981, months, 1_000.0).value.unwrap(), "6.0448");
        let sent = rate(7_472, months, 1_000.0);
        let limits = sent.interval.unwrap();
        print_all(&[sent.value.unwrap(), limits.low, limits.high], &["1.2553", "1.2270", "1.2841"]);
        assert!(!limits.holds(2.00));
        prints(7_472.0 / 35_981.0 * 100.0, "20.767");
        let both = pooled(&[(10, 1_000.0), (1, 10.0), (9, 0.0)], 1_000.0);
        prints(both.pooled.value.unwrap(), "10.8911");
        prints(both.mean_of_practices.value.unwrap(), "55");
        assert!(both.mean_of_practices.denominator < 2.5);
    }
}
