//! Specialist-facing: the worklist, the claim, the information request, the answer; serves pictures to specialists.
//!
//! | room | what is in it |
//! |---|---|
//! | [`case`], [`given`], [`worklist`], [`claim`], [`question`], [`answer`], [`decline`], [`forward`], [`ended`], [`board`], [`absence`], [`image`] | rules, one noun each, without I/O |
//! | [`call`], `calls` | what has climbed to the department's telephone; what of the log it is computed from |
//! | [`mistake`] | what was entered in error: out of sight, everybody who saw it told |
//! | `look` | that somebody looks at a large picture's tiles, recorded once for many of them |
//! | `consume` | what it learns from the log: referrals, pictures, withdrawals, replies |
//! | `register` | what it learns of the register: departments and people by name |
//! | `responsible` | who answers for a case in its practice, as intake tells it |
//! | `release` | what it does by itself: sends held answers, frees claims that nobody attends to |
//! | [`http`] | routes under `/api/review` |
//! | `store` | all SQL |
//! | `sealed` | free text and identities in its tables, sealed under the referral's key |
//!
//! Decisions that stand here: an open question does not forbid an answer (a telephone call can bring what was missing), it
//! forbids a second question; the case then leaves the worklist until the reply comes. Information that arrives after an
//! answer brings the case back as returned, because somebody must read it. A draft belongs to the person who wrote it: a
//! take-over shows none of it. "Done today" counts from midnight UTC. Claims, drafts and what was shown are no events, and
//! neither are assignments and absences: they say who means to read, not what was done. A case goes with all its pictures and
//! words to the department that it is forwarded to, and the one that had it can't open it any more ([`forward`]). A case that
//! was answered is never declined: its answer is amended.

pub mod absence;
pub mod answer;
pub mod board;
pub mod call;
pub mod case;
pub mod claim;
pub mod decline;
pub mod ended;
pub mod forward;
pub mod given;
pub mod http;
pub mod image;
pub mod mistake;
pub mod question;
pub mod sealed;
pub mod store;
pub mod worklist;

mod calls;
mod consume;
mod error;
mod look;
mod register;
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
        consumers: vec![consume::CASES, register::REGISTER, calls::CALLS],
        repairs: vec![release::SEND_ANSWERS, release::FREE_CLAIMS],
        gauges: Some(|ctx| Box::pin(store::gauge::set(ctx))),
    }
}
