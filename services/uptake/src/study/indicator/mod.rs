//! Indicators: pure functions of a programme seen through a window, each defined in a file of `indicators/`.
//!
//! | room | indicators |
//! |---|---|
//! | [`steps`], [`adoption`], [`arrivals`] | I-01 funnel, I-02 time to first use, I-03 adopters per quarter |
//! | [`activity`], [`retention`] | I-04 states, I-05 who stays |
//! | [`referral_rate`], [`spread`], [`funnel_plot`] | I-06, I-07 and I-09 rates, I-08 concentration, I-10 funnel limits |
//! | [`process`] | I-11 control charts, I-12 alerts |
//! | [`turnaround`], [`penetration`], [`substitution`] | I-13 waits, I-14 people within a practice, I-15 of all referrals |
//! | [`networks`], [`interruption`] | I-16 networks, I-17 interrupted series, I-18 staggered roll-out |
//! | [`equity`], [`quality`] | I-21 reach, I-22 quality of the data |
//! | [`definition`] | the files, their hashes, and which function computes which |

pub mod activity;
pub mod adoption;
pub mod arrivals;
pub mod definition;
pub mod equity;
pub mod funnel_plot;
pub mod interruption;
pub mod networks;
pub mod penetration;
pub mod process;
pub mod quality;
pub mod referral_rate;
pub mod retention;
#[cfg(test)]
pub mod sample;
pub mod spread;
pub mod steps;
pub mod substitution;
pub mod turnaround;

use super::figure::Interval;

/// Limits of which both ends were reached.
fn limits((low, high): (Option<f64>, Option<f64>)) -> Option<Interval> {
    Some(Interval::new(low?, high?))
}
