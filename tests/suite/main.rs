//! Everything together: journeys over HTTP on both deployments, what goes wrong, boundaries of the house.

mod acts;
mod bad_input;
mod boundaries;
mod canaries;
mod copies;
mod decoder;
mod erasure;
mod events;
mod journey;
<<<<<<< HEAD
mod logins;
=======
mod outage;
>>>>>>> 5a7de7a (A fault proxy, the store's outage in five ways, every write failing once (first cut))
mod routes;
mod triggers;
mod write_faults;
