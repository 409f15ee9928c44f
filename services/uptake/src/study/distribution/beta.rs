//! Incomplete beta: the distribution functions of beta, t and F.

use super::{gamma::ln_gamma, reaches};

/// Regularised incomplete beta I_x(a, b) by Lentz's continued fraction (Numerical Recipes 6.4).
pub fn beta_cdf(x: f64, a: f64, b: f64) -> f64 {
    if x <= 0.0 {
        return 0.0;
    }
    if x >= 1.0 {
        return 1.0;
    }
    let front = (ln_gamma(a + b) - ln_gamma(a) - ln_gamma(b) + a * x.ln() + b * (-x).ln_1p()).exp();
    if x < (a + 1.0) / (a + b + 2.0) {
        front * fraction(x, a, b) / a
    } else {
        1.0 - front * fraction(1.0 - x, b, a) / b
    }
}

fn fraction(x: f64, a: f64, b: f64) -> f64 {
    const TINY: f64 = 1e-300;
    let guard = |value: f64| if value.abs() < TINY { TINY } else { value };
    let mut upper = 1.0;
    let mut lower = 1.0 / guard(1.0 - (a + b) * x / (a + 1.0));
    let mut value = lower;
    for step in 1..100_000 {
        let step = f64::from(step);
        let even = step * (b - step) * x / ((a + 2.0 * step - 1.0) * (a + 2.0 * step));
        let odd = -(a + step) * (a + b + step) * x / ((a + 2.0 * step) * (a + 2.0 * step + 1.0));
        for numerator in [even, odd] {
            lower = 1.0 / guard(1.0 + numerator * lower);
            upper = guard(1.0 + numerator / upper);
            value *= lower * upper;
        }
        if (lower * upper - 1.0).abs() < 1e-16 {
            break;
        }
    }
    value
}

/// Beta quantile.
pub fn beta_quantile(p: f64, a: f64, b: f64) -> f64 {
    reaches(p, 0.0, 1.0, |x| beta_cdf(x, a, b))
}

/// Student's t distribution function.
pub fn t_cdf(t: f64, freedom: f64) -> f64 {
    let tail = beta_cdf(freedom / (freedom + t * t), freedom / 2.0, 0.5) / 2.0;
    if t > 0.0 { 1.0 - tail } else { tail }
}

/// Fisher's F distribution function.
pub fn f_cdf(f: f64, d1: f64, d2: f64) -> f64 {
    if f <= 0.0 { 0.0 } else { beta_cdf(d1 * f / (d1 * f + d2), d1 / 2.0, d2 / 2.0) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::study::testing::prints;

    #[test]
    fn known_values() {
        prints(beta_cdf(0.5, 2.0, 3.0), "0.6875");
        prints(beta_quantile(0.975, 3.0, 4.0), "0.7772219045");
        prints(t_cdf(2.228_138_851_964_939, 10.0), "0.975000000");
        prints(f_cdf(3.708_264_819_3, 3.0, 10.0), "0.95000000");
    }
}
