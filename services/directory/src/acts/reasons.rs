//! Recording why an office did not use the service this time.

use super::once::{Author, Content, id_of};
use super::practices::envelope;
use crate::Error;
use crate::reason::{NewReason, same_month};
use crate::store::{closings, practices, reasons as rows};
use kit::log::Envelope;
use kit::{Caller, Context};
use proto::directory::ReasonGiven;
use uuid::Uuid;

/// Where a reason's text is sealed.
pub const TEXT: &str = "directory_reason.text_sealed";

/// Records a reason: the word stands in the envelope, the text is sealed. Returns its id.
///
/// # Errors
/// `Invalid`; `NotFound` for a practice that is not the caller's; `IdReused`; `AskedAlready` when somebody of the practice has said
/// so this calendar month: every month counts once.
pub async fn give(ctx: &Context, author: &Author, caller: &Caller, new: &NewReason) -> Result<Uuid, Error> {
    let reason = new.check()?;
    let grant = caller.in_practice(reason.practice).ok_or(Error::NotFound)?;
    let content = Content::new("reason", Some(caller.person), &reason)?;
    let id = id_of(ctx, new.id)?;
    let mut tx = ctx.begin().await?;
    // Two of one office at the same moment wait for one another.
    closings::held(&mut tx, reason.practice).await?.ok_or(Error::NotFound)?;
    let row = practices::find(&mut tx, reason.practice).await?.ok_or(Error::NotFound)?;
    if let Some(made) = author.made_before(&mut tx, &content, id).await? {
        return Ok(made);
    }
    if let Some(stands) = rows::hash(&mut tx, id, reason.practice).await? {
        return content.same(Some(stands), id);
    }
    if rows::last_in(&mut tx, reason.practice).await?.is_some_and(|last| same_month(last, ctx.now())) {
        return Err(Error::AskedAlready);
    }
    let key = ctx.keys.get(reason.practice).await?;
    let sealed = key.seal(&ctx.random, TEXT, id.as_bytes(), reason.text.as_bytes());
    if !rows::add(&mut tx, id, &reason, grant.role, sealed, &content.hash).await? {
        return content.same(rows::hash(&mut tx, id, reason.practice).await?, id);
    }
    let envelope = Envelope {
        actor_role: grant.role.as_str().to_owned(),
        about: reason.reason.as_str().to_owned(),
        ..envelope(ctx, author, &row)
    };
    let fact = ReasonGiven { text: reason.text, after: reason.after.as_str().to_owned() };
    ctx.publish(&mut tx, envelope, &fact).await?;
    tx.commit().await?;
    Ok(id)
}
