//! Review over HTTP on both deployments; the other services' events are published here.

mod answers;
mod calls;
mod claims;
mod erased;
mod house;
mod pictures;
mod questionnaires;
mod questions;
mod signatures;
mod worklist;
