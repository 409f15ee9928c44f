//! Indicators: pure functions of a programme seen through a window, each defined in a file of `indicators/`.

pub mod activity;
pub mod adoption;
pub mod arrivals;
pub mod referral_rate;
pub mod retention;
#[cfg(test)]
pub mod sample;
pub mod spread;
pub mod steps;

use super::figure::Interval;

/// Limits of which both ends were reached.
fn limits((low, high): (Option<f64>, Option<f64>)) -> Option<Interval> {
    Some(Interval::new(low?, high?))
}
