//! Estimators: pure functions over slices, each with its formula and where it is from.

pub mod concentration;
pub mod cusum;
pub mod diffusion;
pub mod fit;
pub mod funnel_limits;
pub mod interrupted;
pub mod network;
pub mod paired;
pub mod proportion;
pub mod quantile;
pub mod rate;
pub mod regression;
pub mod reliability;
pub mod shrunken;
pub mod signals;
pub mod spc;
pub mod survival;
pub mod wedge;
