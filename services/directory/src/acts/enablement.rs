//! Recording a step of a practice's enablement.

use super::once::{Author, Content, id_of};
use super::practices::envelope;
use crate::Error;
use crate::enablement::{Enablement, NewEnablement};
use crate::store::practices as rows;
use kit::log::Envelope;
use kit::{At, Context, Tx};
use proto::directory::EnablementRecorded;
use uuid::Uuid;

/// Records a step; step and specialty stand in the envelope, dated by `effective_us`, the note is sealed. Returns the
/// record's id.
///
/// # Errors
/// `Invalid`; `NotFound` for an unknown practice; `IdReused`.
pub async fn record(ctx: &Context, author: &Author, practice: Uuid, new: &NewEnablement) -> Result<Uuid, Error> {
    let step = new.check(ctx.now().date())?;
    let content = Content::new("enablement", Some(practice), &step)?;
    let id = id_of(ctx, new.id)?;
    let mut tx = ctx.begin().await?;
    let row = rows::find(&mut tx, practice).await?.ok_or(Error::NotFound)?;
    if let Some(made) = author.made_before(&mut tx, &content, id).await? {
        return Ok(made);
    }
    if !rows::add_step(&mut tx, id, practice, &step, &content.hash).await? {
        return content.same(rows::step_hash(&mut tx, id, practice).await?, id);
    }
    let envelope = dated(envelope(ctx, author, &row), &step);
    ctx.publish(&mut tx, envelope, &EnablementRecorded { note: step.note }).await?;
    tx.commit().await?;
    Ok(id)
}

/// Records a step that nobody has recorded yet, for this specialty or for all; its content is what says so.
pub(super) async fn record_first(
    ctx: &Context,
    tx: &mut Tx,
    about: Envelope,
    practice: Uuid,
    step: &Enablement,
) -> Result<(), Error> {
    if rows::has_step(tx, practice, step).await? {
        return Ok(());
    }
    // Nobody sent a form under this id: no SHA-256 is empty.
    rows::add_step(tx, ctx.new_id(), practice, step, &[]).await?;
    ctx.publish(tx, dated(about, step), &EnablementRecorded::default()).await?;
    Ok(())
}

/// The envelope with a step, its specialty and its day.
pub(super) fn dated(about: Envelope, step: &Enablement) -> Envelope {
    Envelope {
        effective_us: At::midnight(step.on).micros(),
        step: step.step.as_str().into(),
        specialty: step.specialty.map(|specialty| specialty.as_str().to_owned()).unwrap_or_default(),
        ..about
    }
}
