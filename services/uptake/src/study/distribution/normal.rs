//! The normal distribution.

use super::{gamma::gamma_q, reaches};

/// Φ(z), exact in both tails: by the incomplete gamma function.
pub fn normal_cdf(z: f64) -> f64 {
    let tail = gamma_q(0.5, z * z / 2.0) / 2.0;
    if z > 0.0 { 1.0 - tail } else { tail }
}

/// Φ⁻¹(p).
pub fn normal_quantile(p: f64) -> f64 {
    if p <= 0.0 {
        f64::NEG_INFINITY
    } else if p >= 1.0 {
        f64::INFINITY
    } else if p > 0.5 {
        -normal_quantile(1.0 - p)
    } else {
        reaches(p, -40.0, 0.0, normal_cdf)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::study::distribution::Z95;
    use crate::study::testing::prints;

    #[test]
    fn known_values() {
        prints(normal_cdf(1.0), "0.841344746069");
        prints(normal_cdf(-6.0) * 1e9, "0.986587645");
        assert!((normal_quantile(0.975) - Z95).abs() < 1e-12);
        prints(normal_quantile(0.75), "0.674489750196");
        assert!(normal_quantile(0.0).is_infinite() && normal_quantile(1.0) > 0.0);
    }
}
