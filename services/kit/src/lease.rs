//! A lease: an expiry, a random token and a count of attempts, for jobs and for a specialist's claim.
//!
//! The owner's table has `lease_token`, `lease_expires_at` and `attempts`; every write by a holder says
//! `and lease_token = $n and lease_expires_at > $now` and must touch exactly one row, so a holder that slept past its
//! lease can do no harm.

use crate::At;
use crate::context::Context;
use time::Duration;
use uuid::Uuid;

/// What a holder has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lease {
    /// Known to the holder alone.
    pub token: Uuid,
    /// Until when it holds.
    pub expires_at: At,
}

impl Lease {
    /// A fresh lease from now.
    pub fn take(ctx: &Context, lasts: Duration) -> Self {
        let token = uuid::Builder::from_random_bytes(ctx.random.bytes()).into_uuid();
        Self { token, expires_at: ctx.now() + lasts }
    }
}
