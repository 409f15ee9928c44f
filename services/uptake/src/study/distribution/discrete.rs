//! Binomial and Poisson.

use super::{beta::beta_cdf, gamma::gamma_q, gamma::ln_gamma};

/// P(X = k) for n throws with chance p.
pub fn binomial_pmf(k: u64, n: u64, p: f64) -> f64 {
    if k > n {
        return 0.0;
    }
    if p <= 0.0 || p >= 1.0 {
        return f64::from(u8::from(if p <= 0.0 { k == 0 } else { k == n }));
    }
    let (k, n) = (k as f64, n as f64);
    let ways = ln_gamma(n + 1.0) - ln_gamma(k + 1.0) - ln_gamma(n - k + 1.0);
    (ways + k * p.ln() + (n - k) * (-p).ln_1p()).exp()
}

/// P(X ≤ k).
pub fn binomial_cdf(k: u64, n: u64, p: f64) -> f64 {
    if k >= n { 1.0 } else { 1.0 - beta_cdf(p, k as f64 + 1.0, (n - k) as f64) }
}

/// The least k with P(X ≤ k) ≥ `level` (a hair is forgiven, as in R's qbinom).
pub fn binomial_quantile(level: f64, n: u64, p: f64) -> u64 {
    (0..n).find(|k| binomial_cdf(*k, n, p) >= level * (1.0 - 64.0 * f64::EPSILON)).unwrap_or(n)
}

/// P(X = k) when `mean` are expected.
pub fn poisson_pmf(k: u64, mean: f64) -> f64 {
    let k = k as f64;
    if mean <= 0.0 { f64::from(u8::from(k < 0.5)) } else { (k * mean.ln() - mean - ln_gamma(k + 1.0)).exp() }
}

/// P(X ≤ k).
pub fn poisson_cdf(k: u64, mean: f64) -> f64 {
    gamma_q(k as f64 + 1.0, mean)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::study::testing::prints;

    #[test]
    fn known_values() {
        prints(binomial_pmf(2, 5, 0.5), "0.3125");
        prints(binomial_cdf(2, 5, 0.5), "0.5");
        prints(poisson_pmf(3, 2.0), "0.180447044315");
        prints(poisson_cdf(2, 2.0), "0.676676416183");
        assert_eq!(binomial_quantile(0.05, 9, 0.5), 2);
        assert_eq!((binomial_pmf(0, 3, 0.0), binomial_pmf(3, 3, 1.0), binomial_pmf(4, 3, 0.5)), (1.0, 1.0, 0.0));
    }
}
