//! Registering a person. Their name and e-mail stand in the directory's own table and, sealed, in the log.

use super::once::{Author, Content, id_of};
use crate::Error;
use crate::faults::Faults;
use crate::person::{NewPerson, Person};
use crate::store::people as rows;
use kit::db::is_duplicate;
use kit::log::Envelope;
use kit::{Context, Tx};
use proto::directory::PersonRegistered;
use uuid::Uuid;

/// Registers a person. Returns their id.
///
/// # Errors
/// `Invalid`, also when the e-mail is somebody's already; `IdReused`.
pub async fn add(ctx: &Context, author: &Author, new: &NewPerson) -> Result<Uuid, Error> {
    let person = new.check()?;
    let content = Content::new("person", None, &person)?;
    let id = id_of(ctx, new.id)?;
    ctx.keys.ensure(id).await?;
    let mut tx = ctx.begin().await?;
    if let Some(made) = author.made_before(&mut tx, &content, id).await? {
        return Ok(made);
    }
    match rows::add(&mut tx, id, &person, &content.hash).await {
        Ok(true) => {}
        Ok(false) => return content.same(rows::hash(&mut tx, id).await?, id),
        Err(error) if is_duplicate(&error) => {
            drop(tx);
            return stands_already(ctx, id, &content).await;
        }
        Err(error) => return Err(error.into()),
    }
    told(ctx, &mut tx, author, id, person).await?;
    tx.commit().await?;
    Ok(id)
}

/// Tells that a person was registered.
pub(super) async fn told(ctx: &Context, tx: &mut Tx, author: &Author, id: Uuid, person: Person) -> Result<(), Error> {
    let envelope = Envelope { key: id.as_bytes().to_vec(), ..author.envelope(ctx, id) };
    let fact = PersonRegistered {
        name: person.name,
        email: person.email,
        language: person.language.as_str().to_owned(),
        hpr_number: person.hpr_number,
    };
    Ok(ctx.publish(tx, envelope, &fact).await?)
}

/// SQLite may name the e-mail before the id when both stand already: then the same person was sent again.
async fn stands_already(ctx: &Context, id: Uuid, content: &Content) -> Result<Uuid, Error> {
    let mut tx = ctx.begin().await?;
    if let Some(stands) = rows::hash(&mut tx, id).await? {
        return content.same(Some(stands), id);
    }
    let mut faults = Faults::default();
    faults.add(
        "email",
        "taken",
        "Somebody with this e-mail address is registered already. Give them a role, or write another address.",
    );
    faults.finish(id)
}
