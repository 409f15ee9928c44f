//! Gamma function, incomplete gamma and chi-square.

use super::reaches;

/// Lanczos' coefficients for g = 607/128 (Godfrey 2001): about 15 digits.
const LANCZOS: [f64; 15] = [
    0.999_999_999_999_997_1,
    57.156_235_665_862_92,
    -59.597_960_355_475_49,
    14.136_097_974_741_746,
    -0.491_913_816_097_620_2,
    0.339_946_499_848_118_9e-4,
    0.465_236_289_270_485_8e-4,
    -0.983_744_753_048_795_6e-4,
    0.158_088_703_224_912_5e-3,
    -0.210_264_441_724_104_9e-3,
    0.217_439_618_115_212_64e-3,
    -0.164_318_106_536_763_9e-3,
    0.844_182_239_838_527_4e-4,
    -0.261_908_384_015_814_1e-4,
    0.368_991_826_595_316_2e-5,
];

/// ln Γ(x) for x > 0.
pub fn ln_gamma(x: f64) -> f64 {
    let shifted = x + 607.0 / 128.0 - 0.5;
    let mut sum = LANCZOS[0];
    for (place, coefficient) in LANCZOS.iter().enumerate().skip(1) {
        sum += coefficient / (x + place as f64 - 1.0);
    }
    (x - 0.5) * shifted.ln() - shifted + (std::f64::consts::TAU.sqrt() * sum).ln()
}

/// Regularised lower incomplete gamma P(a, x): series below a + 1, continued fraction above (Numerical Recipes 6.2).
pub fn gamma_p(a: f64, x: f64) -> f64 {
    if x <= 0.0 {
        0.0
    } else if x < a + 1.0 {
        series(a, x)
    } else {
        1.0 - fraction(a, x)
    }
}

/// Its complement Q(a, x), exact in the far tail.
pub fn gamma_q(a: f64, x: f64) -> f64 {
    if x <= 0.0 {
        1.0
    } else if x < a + 1.0 {
        1.0 - series(a, x)
    } else {
        fraction(a, x)
    }
}

fn series(a: f64, x: f64) -> f64 {
    let (mut term, mut sum, mut n) = (1.0 / a, 1.0 / a, a);
    for _ in 0..100_000 {
        n += 1.0;
        term *= x / n;
        sum += term;
        if term < sum * 1e-17 {
            break;
        }
    }
    sum * (a * x.ln() - x - ln_gamma(a)).exp()
}

fn fraction(a: f64, x: f64) -> f64 {
    const TINY: f64 = 1e-300;
    let mut denominator = x + 1.0 - a;
    let mut upper = 1.0 / TINY;
    let mut lower = 1.0 / denominator;
    let mut value = lower;
    for step in 1..100_000 {
        let numerator = -f64::from(step) * (f64::from(step) - a);
        denominator += 2.0;
        lower = numerator * lower + denominator;
        lower = 1.0 / if lower.abs() < TINY { TINY } else { lower };
        upper = denominator + numerator / upper;
        upper = if upper.abs() < TINY { TINY } else { upper };
        value *= lower * upper;
        if (lower * upper - 1.0).abs() < 1e-16 {
            break;
        }
    }
    value * (a * x.ln() - x - ln_gamma(a)).exp()
}

/// Chi-square distribution function.
pub fn chi2_cdf(x: f64, freedom: f64) -> f64 {
    gamma_p(freedom / 2.0, x / 2.0)
}

/// Chi-square quantile; 0 without degrees of freedom.
pub fn chi2_quantile(p: f64, freedom: f64) -> f64 {
    if freedom <= 0.0 || p <= 0.0 {
        return 0.0;
    }
    if p >= 1.0 {
        return f64::INFINITY;
    }
    let mut high = freedom.max(1.0);
    while chi2_cdf(high, freedom) < p {
        high *= 2.0;
    }
    reaches(p, 0.0, high, |x| chi2_cdf(x, freedom))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::study::testing::prints;

    #[test]
    fn known_values() {
        prints(ln_gamma(0.5), "0.572364942925");
        prints(ln_gamma(101.0), "363.739375555563");
        prints(chi2_quantile(0.95, 1.0), "3.841458820694");
        prints(chi2_quantile(0.025, 20.0), "9.590777392265");
        prints(gamma_q(0.5, 8.0), "0.000063342484");
        assert_eq!((chi2_quantile(0.5, 0.0), chi2_cdf(0.0, 3.0)), (0.0, 0.0));
    }
}
