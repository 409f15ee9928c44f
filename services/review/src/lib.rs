//! Specialist-facing: the worklist, the claim, the information request, the answer; serves pictures to specialists.
//!
//! | room | what is in it |
//! |---|---|
//! | [`case`], [`worklist`], [`claim`], [`question`], [`answer`], [`image`] | rules, one noun each, without I/O |
//! | `consume` | what it learns from the log: referrals, pictures, withdrawals, replies |
//! | `responsible` | who answers for a case in its practice, as intake tells it |
//! | `release` | what it does by itself: sends held answers, frees claims that nobody attends to |
//! | [`http`] | routes under `/api/review` |
//! | `store` | all SQL |
//! | `sealed` | free text and identities in its tables, sealed under the referral's key |
//!
//! Decisions that stand here: an open question does not forbid an answer (a telephone call can bring what was missing), it
//! forbids a second question; the case then leaves the worklist until the reply comes. Information that arrives after an
//! answer brings the case back as returned, because somebody must read it. A draft belongs to the person who wrote it: a
//! take-over shows none of it. "Done today" counts from midnight UTC. Claims, drafts and what was shown are no events.

pub mod answer;
pub mod case;
pub mod claim;
pub mod http;
pub mod image;
pub mod question;
pub mod sealed;
pub mod store;
pub mod worklist;

mod consume;
mod error;
mod release;
mod responsible;

pub use error::ReviewError;

use kit::{Service, audit, caller, keys, log, scrub};

/// The service.
pub fn service() -> Service {
    Service {
        name: "review",
        place: 4,
        routes: http::routes,
        pages: None,
        migrations: store::MIGRATIONS,
        rights: &[log::PUBLISHING, log::CONSUMING, caller::ASKING, audit::RECORDING, scrub::NOTING, keys::OPENING],
        statements: store::STATEMENT_LISTS,
        objects: store::OBJECTS,
        consumers: vec![consume::CASES],
        repairs: vec![release::SEND_ANSWERS, release::FREE_CLAIMS],
        gauges: Some(|ctx| Box::pin(store::gauge::set(ctx))),
    }
}
