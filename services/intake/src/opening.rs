//! Noting who opens a referral, the first time that they do: whoever saw it is told when it was about somebody else.

use crate::sealed;
use crate::store::opening;
use kit::seal::DataKey;
use kit::{Caller, Context, Error};
use uuid::Uuid;

/// Notes that a caller opens a referral. Reading it again writes nothing.
pub async fn note(ctx: &Context, key: &DataKey, referral: Uuid, caller: &Caller) -> Result<(), Error> {
    if opening::is_noted(&ctx.db, referral, caller.person).await? {
        return Ok(());
    }
    let who = sealed::seal(ctx, key, sealed::OPENER, caller.person, &caller.name)?;
    let row = opening::Row { person: caller.person, opened_at: ctx.now(), who };
    Ok(opening::add(&ctx.db, referral, row).await?)
}
