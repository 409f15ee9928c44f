//! The directory: practices, departments, people, their roles and the steps by which a practice is enabled; sign-in and
//! sessions.
//!
//! | room | what is in it |
//! |---|---|
//! | [`practice`], [`enablement`], [`equipment`], [`support`], [`department`], [`person`], [`grant`], [`link`], [`colleague`], [`closing`], [`context`], … | the rules, one noun per file, without I/O |
//! | [`duty`] | for whom referrals are open, as intake tells it: nobody's role ends before they are handed over |
//! | [`import`], [`ordinary`] | the register, and ordinary referrals, from CSV files |
//! | `acts` | what is done: each act is rules, then one transaction of rows and events |
//! | `http` | routes under `/api/directory` |
//! | `store` | all SQL |
//!
//! Sessions and grants stand in kit's tables and are written here alone. Sign-in is by password and authenticator, or by
//! a one-time link; rejected: e-mail as the second factor (the same inbox resets the password), counting failures per
//! address (a hospital has one).

pub mod closing;
pub mod colleague;
pub mod context;
pub mod department;
pub mod deputy;
pub mod duty;
pub mod enablement;
pub mod equipment;
pub mod grant;
mod hpr;
pub mod import;
pub mod language;
pub mod link;
pub mod notice;
pub mod ordinary;
pub mod person;
pub mod phone;
pub mod practice;
pub mod reason;
pub mod specialty;
pub mod support;
pub mod totp;

mod acts;
mod attempts;
mod command_line;
mod day;
mod error;
mod faults;
mod http;
mod password;
mod store;

pub use command_line::{
    add_clinician, add_department, add_equipment, add_grant, add_person, add_practice, close_practice, end_everything,
    import_file, make_link, note_context, person_by_email, record_enablement, record_register,
};
pub use error::Error;
pub use link::LinkKind;

use kit::{Repair, Service, audit, caller, idempotency, keys, log};
use std::time::Duration;

/// The service's table of contents.
pub fn service() -> Service {
    Service {
        name: "directory",
        place: 1,
        routes: http::routes,
        pages: None,
        migrations: store::schema::MIGRATIONS,
        rights: &[
            log::PUBLISHING,
            log::CONSUMING,
            caller::WRITING,
            idempotency::ONCE,
            idempotency::FORGETTING_RIGHTS,
            audit::RECORDING,
            audit::READING,
            keys::OPENING,
            keys::MAKING,
        ],
        statements: store::STATEMENTS,
        objects: &[],
        consumers: vec![duty::CONSUMER],
        repairs: vec![
            Repair {
                name: "sweep sign-in rows",
                every: Duration::from_hours(1),
                woken: false,
                workers: 1,
                run: |ctx| Box::pin(acts::sweep::run(ctx)),
            },
            idempotency::FORGETTING,
        ],
        gauges: Some(|_| {
            Box::pin(async {
                attempts::gauges();
                Ok(())
            })
        }),
    }
}
