//! Recording equipment, and that it went. The first of a specialty makes the practice equipped: who notes a dermatoscope has
//! said so.

use super::enablement;
use super::once::{Author, Content, id_of};
use super::practices::envelope;
use crate::enablement::{Enablement, Step};
use crate::equipment::{EquipmentEnd, NewEquipment};
use crate::store::{equipment as rows, practices};
use crate::{Error, day};
use kit::log::Envelope;
use kit::{At, Context};
use proto::directory::{EquipmentPlaced, EquipmentWithdrawn};
use uuid::Uuid;

/// Records a piece of equipment. Kind and day stand in the envelope; make, serial number and place are sealed. Returns its id.
///
/// # Errors
/// `Invalid`; `NotFound` for an unknown practice; `IdReused`.
pub async fn place(ctx: &Context, author: &Author, practice: Uuid, new: &NewEquipment) -> Result<Uuid, Error> {
    let equipment = new.check(ctx.now().date())?;
    let content = Content::new("equipment", Some(practice), &equipment)?;
    let id = id_of(ctx, new.id)?;
    let mut tx = ctx.begin().await?;
    let row = practices::find(&mut tx, practice).await?.ok_or(Error::NotFound)?;
    if let Some(made) = author.made_before(&mut tx, &content, id).await? {
        return Ok(made);
    }
    if !rows::add(&mut tx, id, practice, &equipment, &content.hash).await? {
        return content.same(rows::hash(&mut tx, id, practice).await?, id);
    }
    let about = envelope(ctx, author, &row);
    let step =
        Enablement { step: Step::Equipped, specialty: equipment.specialty, on: equipment.from, note: String::new() };
    enablement::record_first(ctx, &mut tx, about.clone(), practice, &step).await?;
    let envelope = Envelope {
        effective_us: At::midnight(equipment.from).micros(),
        specialty: equipment.specialty.map(|one| one.as_str().to_owned()).unwrap_or_default(),
        about: equipment.kind.as_str().to_owned(),
        thing: id.as_bytes().to_vec(),
        ..about
    };
    let fact = EquipmentPlaced { make: equipment.make, serial: equipment.serial, place: equipment.place };
    ctx.publish(&mut tx, envelope, &fact).await?;
    tx.commit().await?;
    Ok(id)
}

/// Records that equipment went. The same again changes nothing; another day corrects.
///
/// # Errors
/// `Invalid`; `NotFound`, also for another practice's equipment.
pub async fn withdraw(
    ctx: &Context,
    author: &Author,
    practice: Uuid,
    id: Uuid,
    end: &EquipmentEnd,
) -> Result<(), Error> {
    let mut tx = ctx.begin().await?;
    let row = practices::find(&mut tx, practice).await?.ok_or(Error::NotFound)?;
    let stands = rows::find(&mut tx, id, practice).await?.ok_or(Error::NotFound)?;
    let from = day::parse(&stands.from_day).unwrap_or(time::Date::MIN);
    let end = end.check(from, ctx.now().date())?;
    if !rows::end(&mut tx, id, &end).await? {
        return Ok(());
    }
    let envelope = Envelope {
        effective_us: At::midnight(end.on).micros(),
        specialty: stands.specialty.map(|one| one.as_str().to_owned()).unwrap_or_default(),
        about: stands.kind.as_str().to_owned(),
        thing: id.as_bytes().to_vec(),
        ..envelope(ctx, author, &row)
    };
    ctx.publish(&mut tx, envelope, &EquipmentWithdrawn { reason: end.reason }).await?;
    tx.commit().await?;
    Ok(())
}
