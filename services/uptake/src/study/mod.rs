//! The study.
pub mod calendar;
pub mod conditions;
pub mod dice;
pub mod disclosure;
pub mod distribution;
pub mod estimator;
pub mod figure;
pub mod hash;
pub mod indicator;
pub mod matrix;
pub mod programme;
pub mod random;
pub mod sample;
#[cfg(test)]
mod testing;
pub mod view;
