//! Everything together: journeys over HTTP on both deployments, what goes wrong, boundaries of the house.

mod access;
mod acts;
mod alerts;
mod backup;
mod bad_input;
mod bombs;
mod boundaries;
mod canaries;
mod copies;
mod damage;
mod database_away;
mod decoder;
mod erasure;
mod events;
mod import_command;
mod journey;
mod leases;
mod logins;
mod outage;
mod quotas;
mod retries;
mod root_key;
mod safety;
mod stopped_worker;
mod triggers;
mod write_faults;
