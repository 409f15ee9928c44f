//! What a practice does about its own people: inviting and ending them.

use super::grants::{self, Held};
use super::once::{Content, Keeper, id_of};
use super::{links, people};
use crate::Error;
use crate::acts::links::NewLink;
use crate::colleague::NewColleague;
use crate::faults::Faults;
use crate::grant::GrantEnd;
use crate::link::LinkKind;
use crate::person::Person;
use crate::store::people::{self as person_rows, PersonRow};
use crate::store::{grants as rows, grants::GrantRow};
use kit::Context;
use kit::db::is_duplicate;
use uuid::Uuid;

/// A colleague with the link that lets them in; none for an account that was not made by the keeper's practices.
#[derive(Debug)]
pub struct Invited {
    pub person: Uuid,
    pub link: Option<NewLink>,
}

/// Invites a colleague into a practice. Somebody who is registered already gets the role and nothing else changes of their account:
/// their sessions go on, and there is no link. A repeat gives once, and makes a new link while nobody has accepted one.
///
/// # Errors
/// `NotFound` for a practice that is not the keeper's; `Invalid`, also for the keeper's own e-mail: a keeper sees no
/// referral, and does not make a clinician of themselves; `IdReused`.
pub async fn invite(ctx: &Context, keeper: &Keeper, new: &NewColleague) -> Result<Invited, Error> {
    if let Some(practice) = new.practice_id {
        keeper.owns(practice)?;
    }
    let (person, grant) = new.check(ctx.now())?;
    let asked = (&person, grant.role, grant.covers_for, &new.from, &new.until);
    let content = Content::new("colleague", grant.practice, &asked)?;
    let id = id_of(ctx, new.id)?;
    let known = person_rows::by_email(&ctx.db, &person.email).await?;
    if known.as_ref().is_some_and(|row| row.id == keeper.caller.person) {
        let mut faults = Faults::default();
        let message =
            "This is your own address, and nobody gives themselves a role. Ask the programme's administrator for it.";
        faults.add("email", "yourself", message);
        return faults.finish(Invited { person: keeper.caller.person, link: None });
    }
    let who = known.as_ref().map_or_else(|| ctx.new_id(), |row| row.id);
    let key = ctx.keys.ensure(who).await?;
    // An invitation is a way to a new password, so it is made only for an account that was made here, has none and works nowhere else.
    let linked = match &known {
        Some(row) => new_here(ctx, keeper, row).await?,
        None => true,
    };
    let mut tx = ctx.begin().await?;
    let made = match keeper.author.made_before(&mut tx, &content, id).await? {
        Some(made) => Some(made),
        None if rows::add_once(&mut tx, id, &content.hash).await? => None,
        None => Some(content.same(rows::hash(&mut tx, id).await?, id)?),
    };
    if let Some(made) = made {
        drop(tx);
        let person = rows::by_id(&ctx.db, made).await?.ok_or(Error::NotFound)?.person;
        return Ok(Invited { person, link: link(ctx, keeper, person).await? });
    }
    if known.is_none() {
        add(ctx, &mut tx, keeper, (who, grant.practice), person).await?;
    }
    grants::write(ctx, &mut tx, &keeper.author, (id, who), &grant, Held::Anything).await?;
    let link = if linked {
        let kind = LinkKind::Invitation;
        Some(links::add(ctx, &mut tx, &key, (who, kind), kind.lasts()).await?)
    } else {
        None
    };
    tx.commit().await?;
    Ok(Invited { person: who, link })
}

async fn add(
    ctx: &Context,
    tx: &mut kit::Tx,
    keeper: &Keeper,
    (id, practice): (Uuid, Option<Uuid>),
    person: Person,
) -> Result<(), Error> {
    let content = Content::new("person", None, &person)?;
    match person_rows::add(tx, id, &person, &content.hash).await {
        Ok(_) => {
            person_rows::set_made_in(tx, id, practice).await?;
            people::told(ctx, tx, &keeper.author, id, person).await
        }
        // Registered by somebody else at this moment: the next try finds them.
        Err(error) if is_duplicate(&error) => Err(Error::Busy),
        Err(error) => Err(error.into()),
    }
}

/// Another link for whoever may have one.
async fn link(ctx: &Context, keeper: &Keeper, person: Uuid) -> Result<Option<NewLink>, Error> {
    let Some(row) = person_rows::by_id(&ctx.db, person).await? else { return Ok(None) };
    if !new_here(ctx, keeper, &row).await? {
        return Ok(None);
    }
    links::make(ctx, person, LinkKind::Invitation, LinkKind::Invitation.lasts()).await.map(Some)
}

async fn new_here(ctx: &Context, keeper: &Keeper, row: &PersonRow) -> Result<bool, Error> {
    let everywhere = rows::not_ended(&ctx.db, ctx.now()).await?;
    let mut own = everywhere.iter().filter(|grant| grant.person == row.id);
    let here = |grant: &GrantRow| {
        grant.role.of_office() && grant.practice.is_some_and(|practice| keeper.owns(practice).is_ok())
    };
    Ok(row.password_hash.is_none() && made_here(ctx, keeper, row.id).await? && own.all(here))
}

/// Whether the account was made by one of the keeper's practices.
async fn made_here(ctx: &Context, keeper: &Keeper, person: Uuid) -> Result<bool, Error> {
    let made_in = person_rows::made_in(&ctx.db, person).await?;
    Ok(made_in.is_some_and(|practice| keeper.owns(practice).is_ok()))
}

/// A new link for a colleague who has not accepted one yet.
///
/// # Errors
/// `NotFound` for whoever does not work in the keeper's practices; `HasPassword`; `AskAdministrator` for an account that
/// was not made there, whether or not it has a password: the practice does not learn it.
pub async fn renew(ctx: &Context, keeper: &Keeper, person: Uuid) -> Result<NewLink, Error> {
    let mut works_here = false;
    for practice in &keeper.practices {
        works_here |= rows::in_practice(&ctx.db, *practice, ctx.now()).await?.iter().any(|one| one.person == person);
    }
    if !works_here {
        return Err(Error::NotFound);
    }
    if let Some(made) = link(ctx, keeper, person).await? {
        return Ok(made);
    }
    let row = person_rows::by_id(&ctx.db, person).await?;
    let accepted = row.is_some_and(|row| row.password_hash.is_some());
    let ours = made_here(ctx, keeper, person).await?;
    Err(if ours && accepted { Error::HasPassword } else { Error::AskAdministrator })
}

/// Ends a colleague's role in the practice.
///
/// # Errors
/// `NotFound` for a role that is not one of the office's, or elsewhere; `Invalid`; `OpenReferrals`.
pub async fn end(ctx: &Context, keeper: &Keeper, id: Uuid, on: Option<String>) -> Result<(), Error> {
    let grant = rows::by_id(&ctx.db, id).await?.ok_or(Error::NotFound)?;
    let own = grant.practice.is_some_and(|practice| keeper.owns(practice).is_ok());
    if !own || !grant.role.of_office() {
        return Err(Error::NotFound);
    }
    grants::end(ctx, &keeper.author, grant.person, id, &GrantEnd { on, ..GrantEnd::default() }).await
}
