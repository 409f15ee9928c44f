//! Confirming the text about what is recorded.

use crate::Error;
use crate::notice::Confirmation;
use crate::store::notice as rows;
use kit::log::Envelope;
use kit::{Caller, Context};
use proto::directory::NoticeConfirmed;

/// Notes that the caller has read the text that holds. Again changes nothing.
///
/// # Errors
/// `Invalid` for another text.
pub async fn confirm(ctx: &Context, caller: &Caller, confirmation: &Confirmation) -> Result<(), Error> {
    let version = confirmation.check()?;
    let mut tx = ctx.begin().await?;
    if !rows::add(&mut tx, caller.person, version).await? {
        return Ok(());
    }
    let grant = caller.grants.iter().find(|grant| grant.practice.is_some()).or(caller.grants.first());
    let role = grant.map(|grant| grant.role.as_str()).unwrap_or_default();
    let practice = grant.and_then(|grant| grant.practice);
    let test = match practice {
        Some(id) => crate::store::practices::find(&mut tx, id).await?.is_some_and(|row| row.test_practice),
        None => false,
    };
    let envelope = Envelope {
        about: version.to_owned(),
        practice: practice.map(|id| id.as_bytes().to_vec()).unwrap_or_default(),
        test,
        ..ctx.about(caller.person, Some((caller, role)))
    };
    ctx.publish(&mut tx, envelope, &NoticeConfirmed {}).await?;
    tx.commit().await?;
    Ok(())
}
