//! The study.
pub mod calendar;
pub mod dice;
pub mod distribution;
pub mod estimator;
pub mod figure;
pub mod hash;
pub mod matrix;
pub mod programme;
#[cfg(test)]
mod testing;
