//! Review over HTTP on both deployments; the other services' events are published here.

mod answers;
mod claims;
mod erased;
mod filed;
mod house;
mod mistakes;
mod pictures;
mod questions;
mod signatures;
mod worklist;
