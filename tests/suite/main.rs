//! Everything together: journeys over HTTP on both deployments, what goes wrong, boundaries of the house.

mod backup;
mod bad_input;
mod boundaries;
mod canaries;
mod damage;
mod decoder;
mod erasure;
mod events;
mod journey;
mod logins;
mod root_key;
mod routes;
