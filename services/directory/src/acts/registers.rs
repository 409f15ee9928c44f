//! Recording a practice's list size, GPs and staff from a date.

use super::once::{Author, Content, id_of};
use super::practices::envelope;
use crate::Error;
use crate::practice::{NewRegister, Register};
use crate::store::practices as rows;
use kit::log::Envelope;
use kit::{At, Context};
use proto::directory::RegisterRecorded;
use uuid::Uuid;

/// Records a register entry; the figures stand in the envelope, dated by `effective_us`. Returns the entry's id.
///
/// # Errors
/// `Invalid`; `NotFound` for an unknown practice; `IdReused`.
pub async fn record(ctx: &Context, author: &Author, practice: Uuid, new: &NewRegister) -> Result<Uuid, Error> {
    let register = new.check()?;
    let content = Content::new("register", Some(practice), &register)?;
    let id = id_of(ctx, new.id)?;
    let mut tx = ctx.begin().await?;
    let row = rows::find(&mut tx, practice).await?.ok_or(Error::NotFound)?;
    if let Some(made) = author.made_before(&mut tx, &content, id).await? {
        return Ok(made);
    }
    if !rows::add_register(&mut tx, id, practice, &register, &content.hash).await? {
        return content.same(rows::register_hash(&mut tx, id, practice).await?, id);
    }
    let envelope = dated(envelope(ctx, author, &row), &register);
    ctx.publish(&mut tx, envelope, &RegisterRecorded {}).await?;
    tx.commit().await?;
    Ok(id)
}

/// The envelope with a practice's figures and their date. The fact has no content, so there is nothing to seal.
pub(super) fn dated(about: Envelope, register: &Register) -> Envelope {
    Envelope {
        effective_us: At::midnight(register.from).micros(),
        list_size: Some(register.list_size as u32),
        gps: Some(register.gps as u32),
        staff: Some(register.staff as u32),
        key: Vec::new(),
        ..about
    }
}
