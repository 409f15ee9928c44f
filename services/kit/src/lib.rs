//! What every service stands on. It knows no service.
//!
//! | room | what is in it |
//! |---|---|
//! | [`service`], [`run`], [`settings`], [`context`] | a service's table of contents; starting any list of them |
//! | [`db`], [`At`], [`oslo`], [`working_days`] | one SQL text on SQLite and PostgreSQL; instants; calendar and working days in Norway |
//! | [`climb`] | how long a case waits for a practice before somebody else is asked to move it |
//! | [`halt`] | the end after a failed sync |
//! | [`log`] | events: publishing, the hash chain, consumers, parking |
//! | [`keys`], [`seal`] | data keys and sealing; kit alone seals and opens |
//! | [`objects`], [`pictures`], [`picture`] | the object store, sealed pictures in it, what a picture is |
//! | [`caller`], [`audit`], [`idempotency`], [`lease`] | who calls, what they saw, once-only, leases |
//! | [`letter`], [`body_site`] | a referral and its answer on paper; body sites by code |
//! | [`backup`] | backups beside running services, and putting them back |
//! | [`scrub`] | a slow walk of the object store, and the list of what is damaged |
//! | [`http`], [`trace`] | problem+json, extractors, layers, health; traces across services |
//! | [`testing`] | a world per test on either engine |

pub mod audit;
pub mod backup;
pub mod body_site;
pub mod caller;
pub mod climb;
pub mod context;
pub mod db;
pub mod halt;
pub mod http;
pub mod idempotency;
pub mod keys;
pub mod lease;
pub mod letter;
pub mod log;
pub mod objects;
pub mod oslo;
pub mod picture;
pub mod pictures;
pub mod run;
pub mod scrub;
pub mod seal;
pub mod service;
pub mod settings;
pub mod testing;
pub mod trace;
pub mod working_days;

mod at;
mod clock;
mod error;

pub use at::At;
pub use caller::{Caller, Role};
pub use clock::{Clock, Random};
pub use context::Context;
pub use db::{Db, Migration, Tx};
pub use error::Error;
pub use http::Problem;
pub use service::{Gauges, Repair, Routes, Service};
