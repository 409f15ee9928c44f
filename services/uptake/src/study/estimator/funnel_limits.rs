//! Limits of a funnel plot: how far a unit of some size may lie from the target by chance.

use super::quantile::{Kind, quantile};
use crate::study::distribution::{
    binomial_cdf, binomial_pmf, chi2_quantile, normal_quantile, poisson_cdf, poisson_pmf,
};
use crate::study::figure::Interval;

/// Tail probabilities of the four lines: 99.8 % and 95 %.
pub const TAILS: [f64; 4] = [0.001, 0.025, 0.975, 0.999];

/// The limit of a share at a tail probability, exact with interpolation (Spiegelhalter, Stat Med 2005, A.1.1):
/// r = min{k: F(k) ≥ p}, α = (F(r) − p)/f(r), (r − α)/n, within 0 and 1.
pub fn share_limit(target: f64, of: u64, tail: f64) -> f64 {
    let r = (0..of).find(|k| binomial_cdf(*k, of, target) >= tail).unwrap_or(of);
    let alpha = (binomial_cdf(r, of, target) - tail) / binomial_pmf(r, of, target);
    ((r as f64 - alpha) / of as f64).clamp(0.0, 1.0)
}

/// The limit of observed over expected, exact with interpolation, by Poisson.
pub fn ratio_limit(expected: f64, tail: f64) -> f64 {
    let mut r = 0;
    while poisson_cdf(r, expected) < tail {
        r += 1;
    }
    let alpha = (poisson_cdf(r, expected) - tail) / poisson_pmf(r, expected);
    ((r as f64 - alpha) / expected).max(0.0)
}

/// Limits of observed over expected as R's FunnelPlotR draws them: χ²(p; 2E)/2E and χ²(1 − p; 2E + 2)/2E.
pub fn chi2_limits(expected: f64, level: f64) -> Interval {
    let tail = (1.0 - level) / 2.0;
    let limit = |p, freedom| chi2_quantile(p, freedom) / 2.0 / expected;
    Interval::new(limit(tail, 2.0 * expected), limit(1.0 - tail, 2.0 * expected + 2.0))
}

/// More variation than chance explains, on the arcsine scale.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Overdispersion {
    /// Σx/Σn.
    pub target: f64,
    /// φ: mean of the squared z-scores, winsorised at 10 %.
    pub phi: f64,
    /// τ² = max(0, (kφ − (k − 1)) / (Σw − Σw²/Σw)), w = 1/s² (Spiegelhalter 2005, A.3; additive).
    pub tau2: f64,
}

/// The additive random effect of `(count, of)`; `None` under two units, or when one has nothing to divide by.
pub fn overdispersion(units: &[(u64, u64)]) -> Option<Overdispersion> {
    if units.len() < 2 || units.iter().any(|unit| unit.1 == 0) {
        return None;
    }
    let (count, of) = units.iter().fold((0, 0), |sum, unit| (sum.0 + unit.0, sum.1 + unit.1));
    let target = count as f64 / of as f64;
    let centre = target.sqrt().asin();
    let z: Vec<f64> = units
        .iter()
        .map(|(x, n)| ((*x as f64 / *n as f64).sqrt().asin() - centre) * 2.0 * (*n as f64).sqrt())
        .collect();
    let (low, high) = (quantile(&z, 0.1, Kind::Linear)?, quantile(&z, 0.9, Kind::Linear)?);
    let k = units.len() as f64;
    let phi = z.iter().map(|z| z.clamp(low, high).powi(2)).sum::<f64>() / k;
    let weights = || units.iter().map(|unit| 4.0 * unit.1 as f64);
    let (sum, squares) = (weights().sum::<f64>(), weights().map(|weight| weight * weight).sum::<f64>());
    let tau2 = ((k * phi - (k - 1.0)) / (sum - squares / sum)).max(0.0);
    Some(Overdispersion { target, phi, tau2 })
}

impl Overdispersion {
    /// Limits of a share of so many, on the arcsine scale, with the extra variance or (`widened` false) without.
    pub fn limits(&self, of: u64, level: f64, widened: bool) -> Interval {
        let z = normal_quantile(f64::midpoint(1.0, level));
        let spread = (1.0 / (4.0 * of as f64) + if widened { self.tau2 } else { 0.0 }).sqrt();
        let back = |place: f64| place.clamp(0.0, std::f64::consts::FRAC_PI_2).sin().powi(2);
        let centre = self.target.sqrt().asin();
        Interval::new(back(centre - z * spread), back(centre + z * spread))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::study::testing::{print_all, prints};

    /// I-10: a target of a quarter.
    #[test]
    fn shares() {
        let of = |n| TAILS.map(|tail| share_limit(0.25, n, tail));
        print_all(&of(10), &["0", "0", "0.4910", "0.6811"]);
        print_all(&of(30), &["0.0153", "0.0845", "0.3961", "0.4969"]);
        print_all(&of(100), &["0.1196", "0.1624", "0.3323", "0.3856"]);
    }

    #[test]
    fn ratios() {
        print_all(&TAILS.map(|tail| ratio_limit(15.0, tail)), &["0.2716", "0.4907", "1.5055", "1.8558"]);
    }

    /// T19: the figures of FunnelPlotR's own tests.
    #[test]
    fn as_funnelplotr_draws_them() {
        let printed = [
            (15.0, 0.95, "0.5596924", "1.6493479"),
            (20.0, 0.95, "0.6108260", "1.5444189"),
            (30.0, 0.95, "0.6746958", "1.4275622"),
            (15.0, 0.998, "0.3862650", "2.0829073"),
            (20.0, 0.998, "0.4479107", "1.9020941"),
            (30.0, 0.998, "0.5289724", "1.7027708"),
        ];
        for (expected, level, low, high) in printed {
            let found = chi2_limits(expected, level);
            print_all(&[found.low, found.high], &[low, high]);
        }
    }

    #[test]
    fn overdispersed_shares() {
        let units = [(9, 20), (6, 30), (4, 25), (3, 10), (12, 30), (2, 22)];
        let found = overdispersion(&units).unwrap();
        print_all(&[found.target, found.phi, found.tau2], &["0.262774", "1.785903", "0.012744"]);
        let (plain, wide) = (found.limits(20, 0.95, false), found.limits(20, 0.95, true));
        print_all(&[plain.low, plain.high, wide.low, wide.high], &["0.0984", "0.4720", "0.0506", "0.5641"]);
        prints(overdispersion(&[(5, 10), (5, 10)]).unwrap().tau2, "0");
        assert_eq!(overdispersion(&[(0, 0), (1, 3)]), None);
    }
}
