//! Mail that says that something is new in Lysbro, and nothing else: no patient, no name, no practice, no reference.
//!
//! | room | what is in it |
//! |---|---|
//! | [`wait`] | whom something that waits is told to, and how soon: rules without I/O |
//! | [`digest`] | when the one mail a day may be decided |
//! | [`letter`] | the mail's words and bytes |
//! | `consume` | what waits for whom, from the log alone |
//! | `decide` | who is told: items, and the mails that carry them |
//! | `send`, `post` | a leased mail, and the SMTP dialogue |
//! | `store` | all SQL |
//!
//! What is urgent is mailed at once, and to each who has a notice of something that was entered in error; everything else waits
//! for the digest, at most one a day per person, on working days at the hour that the deployment sets. A digest is decided once (the database allows one per person and day) and sent at least once:
//! a process that ends between the server's "250" and its own commit sends the same mail, with the same Message-ID, again.
//! While the server is away mails wait; what becomes new meanwhile joins the mail that waits, so nobody finds ten of them. A mail
//! whose news somebody has seen to meanwhile is not sent any more.
//!
//! Without an SMTP host nothing is decided, so nothing waits for ever; what waits for whom is kept up all the same, so that
//! mail can be switched on later. Rejected: a mail per case (the sum of them is what people learn to ignore), links to a
//! case (an id in a mailbox), lettre's own message builder (a mail of ten lines needs no crate for it).

pub mod digest;
pub mod letter;
pub mod wait;

mod consume;
mod decide;
mod post;
mod send;
mod store;

use kit::{Repair, Routes, Service, caller, keys, log};
use std::time::Duration;

/// The service's table of contents: a worker without routes.
pub fn service() -> Service {
    Service {
        name: "notify",
        place: 7,
        routes: Routes::new,
        pages: None,
        migrations: store::MIGRATIONS,
        // It opens addresses, and publishes nothing.
        rights: &[log::CONSUMING, caller::LOOKING_UP, keys::OPENING],
        statements: store::STATEMENT_LISTS,
        objects: &[],
        consumers: vec![consume::WAITS],
        repairs: vec![
            Repair {
                name: "decide whom to tell",
                every: Duration::from_secs(20),
                woken: true,
                workers: 1,
                run: |ctx| Box::pin(decide::run(ctx)),
            },
            Repair {
                name: "send mail",
                every: Duration::from_secs(5),
                woken: true,
                workers: 1,
                run: |ctx| Box::pin(send::one(ctx)),
            },
        ],
        gauges: Some(|ctx| Box::pin(store::gauge::set(ctx))),
    }
}
