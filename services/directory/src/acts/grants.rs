//! Giving and ending grants. Both hold from the next request on, because every request reads them anew; a right that the
//! person did not have ends their sessions.

use super::once::{Author, Content, id_of};
use crate::Error;
use crate::faults::Faults;
use crate::grant::{Grant, GrantEnd, NewGrant};
use crate::store::grants::{self as rows, GrantRow};
use crate::store::{departments, people, practices, sessions};
use kit::log::Envelope;
use kit::{At, Context, Role, Tx};
use proto::directory::{GrantEnded, GrantGiven};
use uuid::Uuid;

/// Gives a grant as a form says. Returns its id.
///
/// # Errors
/// `Invalid`, also for an unknown practice or department; `NotFound` for an unknown person; `IdReused`.
pub async fn give_as_asked(ctx: &Context, author: &Author, person: Uuid, new: &NewGrant) -> Result<Uuid, Error> {
    let grant = new.check(ctx.now())?;
    // As asked and not as understood: "from now on" is another instant at every repetition.
    let content =
        Content::new("grant", Some(person), &(grant.role, grant.practice, grant.department, &new.from, &new.until))?;
    give(ctx, author, person, new.id, &grant, &content).await
}

/// Gives a grant. Returns its id.
///
/// # Errors
/// As [`give_as_asked`].
pub async fn give(
    ctx: &Context,
    author: &Author,
    person: Uuid,
    id: Option<Uuid>,
    grant: &Grant,
    content: &Content,
) -> Result<Uuid, Error> {
    let id = id_of(ctx, id)?;
    let held = rows::now(&ctx.db, person, ctx.now()).await?;
    let mut tx = ctx.begin().await?;
    if people::by_id_in(&mut tx, person).await?.is_none() {
        return Err(Error::NotFound);
    }
    if let Some(made) = author.made_before(&mut tx, content, id).await? {
        return Ok(made);
    }
    if !rows::add_once(&mut tx, id, &content.hash).await? {
        return content.same(rows::hash(&mut tx, id).await?, id);
    }
    let place = place(&mut tx, grant).await?;
    rows::add(&mut tx, id, person, grant, place.practice_name, place.department_name).await?;
    // A token that was worth little must not become worth more: whoever rises signs in again.
    if !held
        .iter()
        .any(|held| (held.role, held.practice, held.department) == (grant.role, grant.practice, grant.department))
    {
        sessions::end_all_in(&mut tx, person, ctx.now()).await?;
    }
    let about = Envelope {
        test: place.test,
        practice: grant.practice.map(|id| id.as_bytes().to_vec()).unwrap_or_default(),
        department: grant.department.map(|id| id.as_bytes().to_vec()).unwrap_or_default(),
        key: person.as_bytes().to_vec(),
        ..author.envelope(ctx, person)
    };
    let (grant_bytes, person_bytes) = (id.as_bytes().to_vec(), person.as_bytes().to_vec());
    let given =
        GrantGiven { grant: grant_bytes.clone(), person: person_bytes.clone(), role: grant.role.as_str().to_owned() };
    ctx.publish(&mut tx, Envelope { effective_us: grant.starts_at.micros(), ..about.clone() }, &given).await?;
    if let Some(ends_at) = grant.ends_at {
        let ended = GrantEnded { grant: grant_bytes, person: person_bytes };
        ctx.publish(&mut tx, Envelope { effective_us: ends_at.micros(), ..about }, &ended).await?;
    }
    tx.commit().await?;
    Ok(id)
}

#[derive(Default)]
struct Place {
    practice_name: Option<String>,
    department_name: Option<String>,
    test: bool,
}

async fn place(tx: &mut Tx, grant: &Grant) -> Result<Place, Error> {
    let (mut place, mut faults) = (Place::default(), Faults::default());
    if let Some(id) = grant.practice {
        match practices::find(tx, id).await? {
            Some(practice) => {
                (place.practice_name, place.test) = (Some(practice.name), practice.test_practice);
            }
            None => faults.add("practiceId", "unknown", "There is no such practice. Choose one from the list."),
        }
    }
    if let Some(id) = grant.department {
        match departments::name(tx, id).await? {
            Some((name,)) => place.department_name = Some(name),
            None => faults.add("departmentId", "unknown", "There is no such department. Choose one from the list."),
        }
    }
    faults.finish(place)
}

/// Ends a person's grant. One that ends no later anyway stays as it is.
///
/// # Errors
/// `Invalid`; `NotFound`; `LastAdministrator` when nobody else would be administrator then.
pub async fn end(ctx: &Context, author: &Author, person: Uuid, id: Uuid, end: &GrantEnd) -> Result<(), Error> {
    let at = end.check(ctx.now())?;
    let mut tx = ctx.begin().await?;
    let grant = rows::find(&mut tx, id, person).await?.ok_or(Error::NotFound)?;
    // An end before the beginning would be a grant of negative length.
    let at = at.max(grant.starts_at);
    if grant.role == Role::Administrator {
        // Two who end each other's grant at one moment must not both count the other: who comes second waits here, then
        // sees what the first one did.
        rows::hold_administrators(&mut tx).await?;
    }
    if !rows::end(&mut tx, id, at).await? {
        return Ok(());
    }
    if grant.role == Role::Administrator && rows::other_administrators(&mut tx, id, at).await? == 0 {
        return Err(Error::LastAdministrator);
    }
    let test = match grant.practice {
        Some(practice) => practices::find(&mut tx, practice).await?.is_some_and(|practice| practice.test_practice),
        None => false,
    };
    publish_end(ctx, &mut tx, author, &grant, at, test).await?;
    tx.commit().await?;
    Ok(())
}

async fn publish_end(
    ctx: &Context,
    tx: &mut Tx,
    author: &Author,
    grant: &GrantRow,
    at: At,
    test: bool,
) -> Result<(), Error> {
    let envelope = Envelope {
        test,
        effective_us: at.micros(),
        practice: grant.practice.map(|id| id.as_bytes().to_vec()).unwrap_or_default(),
        department: grant.department.map(|id| id.as_bytes().to_vec()).unwrap_or_default(),
        key: grant.person.as_bytes().to_vec(),
        ..author.envelope(ctx, grant.person)
    };
    let fact = GrantEnded { grant: grant.id.as_bytes().to_vec(), person: grant.person.as_bytes().to_vec() };
    Ok(ctx.publish(tx, envelope, &fact).await?)
}
