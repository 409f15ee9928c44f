//! Use per practice: who was equipped, who started, who stopped, who never began.
//!
//! | room | what is in it |
//! |---|---|
//! | [`month`] | calendar months of Europe/Oslo |
//! | [`panel`] | one row per practice and month, from the register first; use is joined after, so silence is a zero |
//! | [`standing`], [`funnel`] | the first missing step and what to do next; how many practices came how far |
//! | [`filter`] | which rows are shown, on the screen and in the sheet |
//! | [`indicator`] | share of the busiest, median, days of silence: pure functions over slices |
//! | [`sheet`] | the panel as CSV |
//! | [`office`] | one practice: use by month, answer times, what it tried |
//! | [`study`] | the study: estimators, indicators, samples, conditions of use, disclosure control; plain data in, figures out |
//! | [`record`], [`studied`] | the record as the study takes it; the same, kept between two pages |
//! | [`http`] | routes under `/api/uptake` |
//! | `consume` | every kind of event, kept as facts without patient, free text or image; can be rebuilt from the log |
//! | `store` | all SQL |
//!
//! Figures come from envelopes alone, so erasing a referral changes none of them; only names of practices are read from
//! the sealed part of register events. Periods are cut by the calendar of Oslo, times are stored in UTC.

pub mod filter;
pub mod funnel;
pub mod http;
pub mod indicator;
pub mod month;
pub mod office;
pub mod panel;
pub mod record;
pub mod sheet;
pub mod standing;
pub mod studied;
pub mod study;

mod consume;
mod error;
pub mod store;

pub use error::UptakeError;

/// Name of the consumer that keeps the record.
pub const RECORD: &str = consume::FACTS.name;

use kit::{Service, audit, caller, keys, log};

/// The service.
pub fn service() -> Service {
    Service {
        name: "uptake",
        place: 5,
        routes: http::routes,
        pages: None,
        migrations: store::MIGRATIONS,
        // It opens the sealed names of practices, and publishes nothing.
        rights: &[log::CONSUMING, caller::ASKING, audit::RECORDING, keys::OPENING],
        statements: store::STATEMENT_LISTS,
        objects: &[],
        consumers: vec![consume::FACTS],
        repairs: Vec::new(),
        gauges: None,
    }
}
