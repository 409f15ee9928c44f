//! The study: uptake per practice, from equipment to interview sample. Plain data in, figures out; no store, no clock, no chance but
//! by a seed, so that a report is computed again to the same bytes.
//!
//! | room | what is in it |
//! |---|---|
//! | [`programme`], [`view`] | the register, steps and cases as plain data; the same seen through a window |
//! | [`figure`] | value, numerator, denominator, interval, estimator and flags, always together |
//! | [`indicator`] | I-01 to I-18, I-21 and I-22, each a function with its definition in a file |
//! | [`estimator`] | intervals, survival, concentration, control charts, diffusion, regression, networks: over slices |
//! | [`sample`] | the study designer: top users, matched non-users, protocol, interview frame |
//! | [`conditions`] | interest, technology and need against use |
//! | [`chart`] | the charts as SVG, each with its finding and its table |
//! | [`disclosure`] | what may leave, for whom |
//! | [`bundle`], [`tables`] | all of it as files that can be made again |
//! | [`scripts`] | Python and R that make every figure again from these files alone |
//! | [`export`] | its tables in the formats that others read, for whoever may see them |
//! | [`random`] | programmes made by a seed |
//! | [`calendar`], [`distribution`], [`matrix`], [`dice`], [`hash`] | what these stand on |

pub mod bundle;
pub mod calendar;
pub mod chart;
pub mod conditions;
pub mod dice;
pub mod disclosure;
pub mod distribution;
pub mod estimator;
pub mod export;
pub mod figure;
pub mod hash;
pub mod indicator;
pub mod matrix;
pub mod programme;
pub mod random;
pub mod sample;
pub mod scripts;
pub mod tables;
#[cfg(test)]
mod testing;
pub mod view;
