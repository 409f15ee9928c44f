//! Giving and ending grants. Both hold from the next request on, because every request reads them anew; a right that the
//! person did not have ends their sessions.

use super::once::{Author, Content, id_of};
use crate::Error;
use crate::faults::Faults;
use crate::grant::{Grant, GrantEnd, NewGrant};
use crate::store::grants::{self as rows, GrantRow};
use crate::store::{departments, duty, people, practices, sessions};
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
    let fields = (grant.role, grant.practice, grant.department, &new.from, &new.until);
    let content = match grant.covers_for {
        None => Content::new("grant", Some(person), &fields)?,
        Some(covered) => Content::new("grant", Some(person), &(fields, covered))?,
    };
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
    write(ctx, &mut tx, author, (id, person), grant, Held::Rights(&held)).await?;
    tx.commit().await?;
    Ok(id)
}

/// What the person had before, which decides whether their sessions end.
#[derive(Clone, Copy, Debug)]
pub(super) enum Held<'a> {
    /// These: a right that is not among them ends their sessions.
    Rights(&'a [GrantRow]),
    /// It does not matter: whoever gives the right has no say over the person's sessions.
    Anything,
}

/// Rows and events of a grant whose id is free.
pub(super) async fn write(
    ctx: &Context,
    tx: &mut Tx,
    author: &Author,
    (id, person): (Uuid, Uuid),
    grant: &Grant,
    held: Held<'_>,
) -> Result<(), Error> {
    let place = place(tx, person, grant).await?;
    rows::add(tx, id, person, grant, place.practice_name, place.department_name).await?;
    // A token that was worth little must not become worth more: whoever rises signs in again.
    let rises = |held: &[GrantRow]| {
        !held
            .iter()
            .any(|held| (held.role, held.practice, held.department) == (grant.role, grant.practice, grant.department))
    };
    if let Held::Rights(held) = held
        && rises(held)
    {
        sessions::end_all_in(tx, person, ctx.now()).await?;
    }
    let about = Envelope {
        test: place.test,
        practice: grant.practice.map(|id| id.as_bytes().to_vec()).unwrap_or_default(),
        department: grant.department.map(|id| id.as_bytes().to_vec()).unwrap_or_default(),
        key: person.as_bytes().to_vec(),
        ..author.envelope(ctx, person)
    };
    let (grant_bytes, person_bytes) = (id.as_bytes().to_vec(), person.as_bytes().to_vec());
    let given = GrantGiven {
        grant: grant_bytes.clone(),
        person: person_bytes.clone(),
        role: grant.role.as_str().to_owned(),
        covers_for: grant.covers_for.map(|id| id.as_bytes().to_vec()).unwrap_or_default(),
    };
    ctx.publish(tx, Envelope { effective_us: grant.starts_at.micros(), ..about.clone() }, &given).await?;
    if let Some(ends_at) = grant.ends_at {
        let ended = GrantEnded { grant: grant_bytes, person: person_bytes, ..GrantEnded::default() };
        ctx.publish(tx, Envelope { effective_us: ends_at.micros(), ..about }, &ended).await?;
    }
    Ok(())
}

#[derive(Default)]
struct Place {
    practice_name: Option<String>,
    department_name: Option<String>,
    test: bool,
}

async fn place(tx: &mut Tx, person: Uuid, grant: &Grant) -> Result<Place, Error> {
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
    if let (Some(covered), Some(practice)) = (grant.covers_for, grant.practice)
        && (covered == person || !rows::is_clinician(tx, covered, practice, Uuid::nil(), grant.starts_at).await?)
    {
        faults.add("coversFor", "unknown", "There is no such doctor in the practice. Choose one who works there.");
    }
    faults.finish(place)
}

/// Ends a person's grant. One that ends no later anyway stays as it is.
///
/// # Errors
/// `Invalid`; `NotFound`; `LastAdministrator` when nobody else would be administrator then; `LastSpecialist` when nobody else could
/// answer in the department then and it is not forced; `OpenReferrals` when the person answers for open ones and it is not
/// forced. An end on a later day is not refused for those: what is open then falls to somebody else.
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
    let answers_in = grant.department.filter(|_| grant.role == Role::Specialist);
    if let Some(department) = answers_in {
        rows::hold_specialists(&mut tx, department).await?;
    }
    let forced = end.force.then(|| end.reason.trim().to_owned());
    if at <= ctx.now() && forced.is_none() {
        handed_over(ctx, &mut tx, &grant, at).await?;
    }
    if !rows::end(&mut tx, id, at).await? {
        return Ok(());
    }
    if grant.role == Role::Administrator && rows::other_administrators(&mut tx, id, at).await? == 0 {
        return Err(Error::LastAdministrator);
    }
    if let Some(department) = answers_in.filter(|_| forced.is_none())
        && rows::other_specialists(&mut tx, department, id, at).await? == 0
    {
        return Err(Error::LastSpecialist);
    }
    let test = match grant.practice {
        Some(practice) => practices::find(&mut tx, practice).await?.is_some_and(|practice| practice.test_practice),
        None => false,
    };
    publish_end(ctx, &mut tx, author, &grant, (at, forced), test).await?;
    tx.commit().await?;
    Ok(())
}

/// Nobody leaves who answers for open referrals. What the log has not brought here yet is caught in the offices' own service,
/// where it falls to the practice's deputy.
async fn handed_over(ctx: &Context, tx: &mut Tx, grant: &GrantRow, at: At) -> Result<(), Error> {
    let (Role::GpClinician, Some(practice)) = (grant.role, grant.practice) else { return Ok(()) };
    if grant.ends_at.is_some_and(|ends_at| ends_at <= at)
        || rows::is_clinician(tx, grant.person, practice, grant.id, at).await?
    {
        return Ok(());
    }
    match duty::open(tx, &ctx.pseudonym(grant.person), practice).await? {
        0 => Ok(()),
        open => Err(Error::OpenReferrals(open)),
    }
}

async fn publish_end(
    ctx: &Context,
    tx: &mut Tx,
    author: &Author,
    grant: &GrantRow,
    (at, forced): (At, Option<String>),
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
    let fact = GrantEnded {
        grant: grant.id.as_bytes().to_vec(),
        person: grant.person.as_bytes().to_vec(),
        forced: forced.is_some(),
        reason: forced.unwrap_or_default(),
    };
    Ok(ctx.publish(tx, envelope, &fact).await?)
}
