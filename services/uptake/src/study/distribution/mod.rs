//! Distribution functions and quantiles, to about 1e-12.
//!
//! Own code rather than a crate: six functions are needed, and the figures of the reference hold every one of them.

mod beta;
mod discrete;
mod gamma;
mod normal;

pub use beta::{beta_cdf, beta_quantile, f_cdf, t_cdf};
pub use discrete::{binomial_cdf, binomial_pmf, binomial_quantile, poisson_cdf, poisson_pmf};
pub use gamma::{chi2_cdf, chi2_quantile, gamma_p, gamma_q, ln_gamma};
pub use normal::{normal_cdf, normal_quantile};

/// The quantile of a two-sided 95 % interval: z(0.975).
pub const Z95: f64 = 1.959_963_984_540_054;

/// Where a rising function reaches a level between two bounds, by bisection to the last bit.
fn reaches(level: f64, low: f64, high: f64, rising: impl Fn(f64) -> f64) -> f64 {
    let (mut low, mut high) = (low, high);
    for _ in 0..200 {
        let middle = f64::midpoint(low, high);
        if middle <= low || middle >= high {
            break;
        }
        if rising(middle) < level {
            low = middle;
        } else {
            high = middle;
        }
    }
    f64::midpoint(low, high)
}
