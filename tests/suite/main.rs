//! Everything together: journeys over HTTP on both deployments, what goes wrong, boundaries of the house.

mod access;
#[cfg(feature = "faults")]
mod acts;
mod alerts;
mod backup;
mod bad_input;
mod bombs;
mod boundaries;
mod canaries;
#[cfg(feature = "faults")]
mod copies;
mod damage;
mod database_away;
mod decoder;
mod erasure;
mod events;
mod journey;
#[cfg(feature = "faults")]
mod leases;
mod logins;
mod outage;
mod quotas;
#[cfg(feature = "faults")]
mod retries;
mod root_key;
mod safety;
#[cfg(feature = "faults")]
mod stopped_worker;
#[cfg(feature = "faults")]
mod triggers;
#[cfg(feature = "faults")]
mod write_faults;
