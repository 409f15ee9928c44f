//! The GP office's side: writing a referral, sending pictures over a poor line, the receipt, questions and the answer.
//!
//! | room | what is in it |
//! |---|---|
//! | [`content`], [`vocabulary`], [`missing`], [`patient`], [`identifier`], [`body_site`], [`text`] | what is written, and what Send needs of it |
//! | [`answers`], [`emergency`], [`wanted`] | questionnaires, red flags and the call they demand, the pictures that belong to it |
//! | [`referral`], [`due`], [`owner`] | states and what each allows; when an answer is due; whose an open case is |
//! | [`duty`] | the clinician who answers for a referral, and who takes over |
//! | [`upload`], [`receive`], [`finish`] | resumable upload: the rules, the bytes, one picture at the end |
//! | [`phone`] | a phone that lends its camera to an open draft |
//! | [`mistake`], [`replacement`], `opening` | what was entered in error: out of sight, everybody who saw it told, sent to the right case |
//! | [`erase()`] | a referral is erased |
//! | `acting`, `publishing`, [`sealed`] | a caller on a referral, events, what stands sealed |
//! | [`store`] | all SQL |
//! | `http` | routes |
//! | `projection`, [`repair`] | what others' events change here; what is done by itself |
//!
//! What was decided here, beyond the design: an upload that is over is remembered for a week to answer 410; assembling waits
//! for its turn after the body, because a permit held during a slow body would let eight slow lines stop everybody (bodies
//! have permits of their own, asked for before the body); a picture that is added while a question is open must go out with
//! the reply or be removed.

mod acting;
pub mod answers;
pub mod content;
pub mod due;
pub mod duty;
pub mod emergency;
mod erase;
pub mod finish;
mod http;
pub mod identifier;
pub mod missing;
pub mod mistake;
mod opening;
pub mod owner;
pub mod patient;
pub mod phone;
mod projection;
mod publishing;
pub mod quota;
pub mod receive;
mod referral;
pub mod repair;
pub mod replacement;
#[cfg(test)]
mod sample;
pub mod sealed;
pub mod store;
pub mod text;
pub mod upload;
pub mod vocabulary;
pub mod wanted;

pub use erase::{EraseError, erase};
pub use kit::body_site;

use kit::{Service, audit, caller, keys, log, scrub};

/// The service's table of contents.
pub fn service() -> Service {
    Service {
        name: "intake",
        place: 2,
        routes: http::routes,
        pages: None,
        migrations: store::MIGRATIONS,
        rights: &[
            log::PUBLISHING,
            log::CONSUMING,
            caller::ASKING,
            audit::RECORDING,
            scrub::WALKING,
            keys::OPENING,
            keys::MAKING,
            keys::DESTROYING,
        ],
        statements: store::STATEMENTS,
        objects: store::OBJECTS,
        consumers: projection::consumers(),
        repairs: repair::ALL.to_vec(),
        gauges: Some(|ctx| Box::pin(store::gauge::set(ctx))),
    }
}
