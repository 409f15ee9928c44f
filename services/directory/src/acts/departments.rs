//! Registering a department, and changing its duty telephone and hours.

use super::once::{Author, Content, id_of};
use crate::Error;
use crate::department::{DepartmentChange, NewDepartment};
use crate::store::departments as rows;
use kit::Context;
use kit::log::Envelope;
use proto::directory::{DepartmentChanged, DepartmentRegistered};
use uuid::Uuid;

/// An envelope about a department, sealed under its key.
fn envelope(ctx: &Context, author: &Author, id: Uuid) -> Envelope {
    let bytes = id.as_bytes().to_vec();
    Envelope { department: bytes.clone(), key: bytes, ..author.envelope(ctx, id) }
}

/// Registers a department with its specialties. Returns its id.
///
/// # Errors
/// `Invalid`; `IdReused`.
pub async fn add(ctx: &Context, author: &Author, new: &NewDepartment) -> Result<Uuid, Error> {
    let department = new.check()?;
    let content = Content::new("department", None, &department)?;
    let id = id_of(ctx, new.id)?;
    ctx.keys.ensure(id).await?;
    let mut tx = ctx.begin().await?;
    if let Some(made) = author.made_before(&mut tx, &content, id).await? {
        return Ok(made);
    }
    if !rows::add(&mut tx, id, &department, &content.hash).await? {
        return content.same(rows::hash(&mut tx, id).await?, id);
    }
    let fact = DepartmentRegistered {
        name: department.name,
        hospital: department.hospital,
        specialties: department.specialties.iter().map(|specialty| specialty.as_str().to_owned()).collect(),
        duty_phone: department.duty_phone,
        duty_hours: department.duty_hours,
    };
    ctx.publish(&mut tx, envelope(ctx, author, id), &fact).await?;
    tx.commit().await?;
    Ok(id)
}

/// Changes a department's duty telephone and hours. What stands already is no change, so the same again is none.
///
/// # Errors
/// `Invalid`; `NotFound`.
pub async fn change(ctx: &Context, author: &Author, id: Uuid, change: &DepartmentChange) -> Result<(), Error> {
    let change = change.check()?;
    let mut tx = ctx.begin().await?;
    rows::name(&mut tx, id).await?.ok_or(Error::NotFound)?;
    if !rows::change(&mut tx, id, &change).await? {
        return Ok(());
    }
    let fact = DepartmentChanged { duty_phone: change.duty_phone, duty_hours: change.duty_hours };
    ctx.publish(&mut tx, envelope(ctx, author, id), &fact).await?;
    tx.commit().await?;
    Ok(())
}
