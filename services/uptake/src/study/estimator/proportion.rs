//! Shares and their intervals.

use crate::study::distribution::{Z95, beta_quantile, binomial_pmf};
use crate::study::figure::{Figure, Interval};

/// Wilson's score interval, 95 % (JASA 1927): (p + z²/2n ± z √(p(1−p)/n + z²/4n²)) / (1 + z²/n). `None` of nothing.
pub fn wilson(count: u64, of: u64) -> Option<Interval> {
    let n = positive(count, of)?;
    let (p, z2) = (count as f64 / n, Z95 * Z95);
    let middle = p + z2 / (2.0 * n);
    let reach = Z95 * (p * (1.0 - p) / n + z2 / (4.0 * n * n)).sqrt();
    let scale = 1.0 + z2 / n;
    let low = if count == 0 { 0.0 } else { (middle - reach) / scale };
    let high = if count == of { 1.0 } else { (middle + reach) / scale };
    Some(Interval::new(low, high))
}

/// Clopper and Pearson's exact interval, 95 % (Biometrika 1934), from beta quantiles. `None` of nothing.
pub fn clopper_pearson(count: u64, of: u64) -> Option<Interval> {
    positive(count, of)?;
    let (x, rest) = (count as f64, (of - count) as f64);
    let low = if count == 0 { 0.0 } else { beta_quantile(0.025, x, rest + 1.0) };
    let high = if count == of { 1.0 } else { beta_quantile(0.975, x + 1.0, rest) };
    Some(Interval::new(low, high))
}

fn positive(count: u64, of: u64) -> Option<f64> {
    (of > 0 && count <= of).then_some(of as f64)
}

/// Newcombe's hybrid score interval of a difference of two shares, 95 % (Stat Med 1998, method 10). `None` of nothing.
pub fn newcombe(first: (u64, u64), second: (u64, u64)) -> Option<(f64, Interval)> {
    let (one, other) = (wilson(first.0, first.1)?, wilson(second.0, second.1)?);
    let (p, q) = (first.0 as f64 / first.1 as f64, second.0 as f64 / second.1 as f64);
    let low = p - q - (p - one.low).hypot(other.high - q);
    let high = p - q + (one.high - p).hypot(q - other.low);
    Some((p - q, Interval::new(low, high)))
}

/// A share with Wilson's interval.
pub fn share(count: u64, of: u64) -> Figure {
    Figure::ratio(count as f64, of as f64, "proportion, Wilson 95 %").within(wilson(count, of))
}

/// Two-sided exact binomial test: all outcomes no likelier than the one seen (as R's `binom.test`).
pub fn binomial_test(count: u64, of: u64, chance: f64) -> f64 {
    let limit = binomial_pmf(count, of, chance) * (1.0 + 1e-7);
    let sum: f64 = (0..=of).map(|k| binomial_pmf(k, of, chance)).filter(|mass| *mass <= limit).sum();
    sum.min(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::study::testing::prints;

    #[track_caller]
    fn limits(found: Option<Interval>, low: &str, high: &str) {
        let found = found.unwrap();
        prints(found.low, low);
        prints(found.high, high);
    }

    /// I-01 and T01: 22 of 94 used it, and never 72 of 94.
    #[test]
    fn the_origin() {
        prints(share(22, 94).value.unwrap(), "0.23404");
        limits(wilson(22, 94), "0.15994", "0.32903");
        limits(clopper_pearson(22, 94), "0.15286", "0.33263");
        limits(wilson(0, 94), "0", "0.03926");
        limits(clopper_pearson(0, 94), "0", "0.03848");
        limits(wilson(94, 94), "0.96074", "1");
        assert_eq!(wilson(0, 0), None);
        assert_eq!(wilson(3, 2), None, "more than there are is a fault, not a share");
    }

    /// T03, T08 and T13.
    #[test]
    fn published_shares() {
        prints(share(49, 219).value.unwrap() * 100.0, "22.374");
        limits(wilson(49, 219).map(|limits| limits.map(|p| p * 100.0)), "17.36", "28.34");
        prints(share(59, 301).value.unwrap() * 100.0, "19.6");
        prints(301.0 / 49.0, "6.143");
        prints(share(55, 62).value.unwrap() * 100.0, "88.71");
        limits(wilson(55, 62).map(|limits| limits.map(|p| p * 100.0)), "78.48", "94.42");
        prints(5.0 / 62.0 * 100.0, "8.1");
        prints(493.0 / 1000.0 * 100.0, "49");
        prints(share(21, 28).value.unwrap() * 100.0, "75");
        limits(clopper_pearson(21, 28).map(|limits| limits.map(|p| p * 100.0)), "55.13", "89.31");
        prints(share(24, 29).value.unwrap() * 100.0, "82.76");
        limits(wilson(24, 29).map(|limits| limits.map(|p| p * 100.0)), "65.45", "92.40");
    }

    /// T04, T09, T10 and T15: arithmetic on published totals.
    #[test]
    fn published_totals() {
        prints(14_105.0 / 1_020.0, "13.83");
        prints((3_597.0 / 2_238.0 - 1.0) * 100.0, "60.7");
        prints((3_597.0_f64 / 9.08 * 1_000.0).round(), "396145");
        prints((31_926.0_f64 / 0.14).round(), "228043");
        prints(1_857.0 / 7.0, "265.29");
    }

    /// Newcombe 1998, table II, row (a): 56/70 against 48/80.
    #[test]
    fn a_difference() {
        let (difference, limits) = newcombe((56, 70), (48, 80)).unwrap();
        prints(difference, "0.2");
        prints(limits.low, "0.0524");
        prints(limits.high, "0.3339");
    }
}
