//! Review over HTTP on both deployments; the other services' events are published here.

mod answers;
mod claims;
mod erased;
mod house;
mod pictures;
mod questions;
mod responsible;
mod signatures;
mod worklist;
