//! Uptake over HTTP on both deployments; the other services' events are published here.

mod facts;
mod house;
mod mistakes;
mod office;
mod panel;
mod programme;
mod record;
mod sheet;
