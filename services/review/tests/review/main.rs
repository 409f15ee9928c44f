//! Review over HTTP on both deployments; the other services' events are published here.

mod amendments;
mod answers;
mod board;
mod calls;
mod claims;
mod declines;
mod erased;
mod filed;
mod forwards;
mod house;
mod letters;
mod migrated;
mod mistakes;
mod pictures;
mod questionnaires;
mod questions;
mod responsible;
mod signatures;
mod worklist;
