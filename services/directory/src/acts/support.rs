//! Recording trainings and contacts with support.

use super::enablement;
use super::once::{Author, Content, id_of};
use super::practices::envelope;
use crate::Error;
use crate::enablement::{Enablement, Step};
use crate::store::{practices, support as rows};
use crate::support::{NewContact, NewTraining};
use kit::log::Envelope;
use kit::{At, Context};
use proto::directory::{SupportGiven, TrainingGiven};
use uuid::Uuid;

/// Where a contact's note is sealed.
pub const NOTE: &str = "directory_contact.note_sealed";

/// Records a training of one role; the first of a specialty makes the practice trained. Returns its id.
///
/// # Errors
/// `Invalid`; `NotFound` for an unknown practice; `IdReused`.
pub async fn train(ctx: &Context, author: &Author, practice: Uuid, new: &NewTraining) -> Result<Uuid, Error> {
    let training = new.check(ctx.now().date())?;
    let content = Content::new("training", Some(practice), &training)?;
    let id = id_of(ctx, new.id)?;
    let mut tx = ctx.begin().await?;
    let row = practices::find(&mut tx, practice).await?.ok_or(Error::NotFound)?;
    if let Some(made) = author.made_before(&mut tx, &content, id).await? {
        return Ok(made);
    }
    if !rows::add_training(&mut tx, id, practice, &training, &content.hash).await? {
        return content.same(rows::training_hash(&mut tx, id, practice).await?, id);
    }
    let about = envelope(ctx, author, &row);
    let step = Enablement { step: Step::Trained, specialty: training.specialty, on: training.on, note: String::new() };
    enablement::record_first(ctx, &mut tx, about.clone(), practice, &step).await?;
    let envelope = Envelope {
        effective_us: At::midnight(training.on).micros(),
        specialty: training.specialty.map(|one| one.as_str().to_owned()).unwrap_or_default(),
        about: training.role.as_str().to_owned(),
        people: training.people as u32,
        key: Vec::new(),
        ..about
    };
    ctx.publish(&mut tx, envelope, &TrainingGiven {}).await?;
    tx.commit().await?;
    Ok(id)
}

/// Records a contact; its note is sealed. Returns its id.
///
/// # Errors
/// `Invalid`; `NotFound` for an unknown practice; `IdReused`.
pub async fn contact(ctx: &Context, author: &Author, practice: Uuid, new: &NewContact) -> Result<Uuid, Error> {
    let contact = new.check(ctx.now().date())?;
    let content = Content::new("contact", Some(practice), &contact)?;
    let id = id_of(ctx, new.id)?;
    let mut tx = ctx.begin().await?;
    let row = practices::find(&mut tx, practice).await?.ok_or(Error::NotFound)?;
    if let Some(made) = author.made_before(&mut tx, &content, id).await? {
        return Ok(made);
    }
    let key = ctx.keys.get(practice).await?;
    let sealed = key.seal(&ctx.random, NOTE, id.as_bytes(), contact.note.as_bytes());
    if !rows::add_contact(&mut tx, id, practice, &contact, sealed, &content.hash).await? {
        return content.same(rows::contact_hash(&mut tx, id, practice).await?, id);
    }
    let envelope = Envelope {
        effective_us: At::midnight(contact.on).micros(),
        about: contact.kind.as_str().to_owned(),
        ..envelope(ctx, author, &row)
    };
    ctx.publish(&mut tx, envelope, &SupportGiven { note: contact.note }).await?;
    tx.commit().await?;
    Ok(id)
}
