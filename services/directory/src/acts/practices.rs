//! Registering a practice, and changing its name or municipality.

use super::once::{Author, Content, id_of};
use crate::practice::{NewPractice, PracticeChange};
use crate::store::grants;
use crate::store::practices::{self as rows, PracticeRow};
use crate::{Error, day};
use kit::log::Envelope;
use kit::{At, Context};
use proto::directory::{PracticeChanged, PracticeRegistered};
use uuid::Uuid;

/// An envelope about a practice, sealed under its key.
pub(super) fn envelope(ctx: &Context, author: &Author, practice: &PracticeRow) -> Envelope {
    let id = practice.id.as_bytes().to_vec();
    Envelope {
        test: practice.test_practice,
        practice: id.clone(),
        channel: practice.channel.clone(),
        key: id,
        ..author.envelope(ctx, practice.id)
    }
}

/// Registers a practice; counts from the day it opened. Returns its id.
///
/// # Errors
/// `Invalid`; `IdReused`.
pub async fn add(ctx: &Context, author: &Author, new: &NewPractice) -> Result<Uuid, Error> {
    let practice = new.check(ctx.now().date())?;
    let content = Content::new("practice", None, &practice)?;
    let id = id_of(ctx, new.id)?;
    ctx.keys.ensure(id).await?;
    let mut tx = ctx.begin().await?;
    if let Some(made) = author.made_before(&mut tx, &content, id).await? {
        return Ok(made);
    }
    if !rows::add(&mut tx, id, &practice, &content.hash).await? {
        return content.same(rows::hash(&mut tx, id).await?, id);
    }
    let row = PracticeRow {
        id,
        name: practice.name.clone(),
        channel: practice.channel.clone(),
        test_practice: practice.test_practice,
    };
    let envelope = Envelope { effective_us: At::midnight(practice.opened_on).micros(), ..envelope(ctx, author, &row) };
    let fact = PracticeRegistered {
        name: practice.name,
        municipality: practice.municipality,
        centrality: practice.centrality as u32,
        distance_km: practice.distance_km as u32,
        opened_on: day::text(practice.opened_on),
        test_practice: practice.test_practice,
        phone: practice.phone,
        ..PracticeRegistered::default()
    };
    ctx.publish(&mut tx, envelope, &fact).await?;
    tx.commit().await?;
    Ok(id)
}

/// Changes a practice's name and municipality, dated; what carries its name here shows the new one at once. The same change again
/// is the same change.
///
/// # Errors
/// `Invalid`; `NotFound`.
pub async fn change(ctx: &Context, author: &Author, id: Uuid, change: &PracticeChange) -> Result<(), Error> {
    let change = change.check(ctx.now().date())?;
    let mut tx = ctx.begin().await?;
    let row = rows::find(&mut tx, id).await?.ok_or(Error::NotFound)?;
    let content = Content::new("practice change", Some(id), &change)?;
    if !rows::change(&mut tx, id, &change, &content.hash).await? {
        return Ok(());
    }
    grants::rename_practice(&mut tx, id, &change.name).await?;
    let envelope = Envelope { effective_us: At::midnight(change.effective_on).micros(), ..envelope(ctx, author, &row) };
    let fact = PracticeChanged {
        name: change.name,
        municipality: change.municipality,
        phone: change.phone,
        ..PracticeChanged::default()
    };
    ctx.publish(&mut tx, envelope, &fact).await?;
    tx.commit().await?;
    Ok(())
}
