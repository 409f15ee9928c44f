//! Registering a department.

use super::once::{Author, Content, id_of};
use crate::Error;
use crate::department::NewDepartment;
use crate::store::departments as rows;
use kit::Context;
use kit::log::Envelope;
use proto::directory::DepartmentRegistered;
use uuid::Uuid;

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
    let bytes = id.as_bytes().to_vec();
    let envelope = Envelope { department: bytes.clone(), key: bytes, ..author.envelope(ctx, id) };
    let fact = DepartmentRegistered {
        name: department.name,
        hospital: department.hospital,
        specialties: department.specialties.iter().map(|specialty| specialty.as_str().to_owned()).collect(),
        duty_phone: department.duty_phone,
    };
    ctx.publish(&mut tx, envelope, &fact).await?;
    tx.commit().await?;
    Ok(id)
}
