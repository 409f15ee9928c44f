//! Noting what happens around the programme. Nothing is ever changed: a correction is a new row that replaces an older one, a
//! withdrawal likewise, and the older rows stay to be seen.
//!
//! Each entry has a data key of its own: what slipped in that should not be known can be erased without anything else.

use super::once::{Author, Content, id_of};
use crate::Error;
use crate::context::{ContextEvent, ContextWithdrawal, NewContextEvent};
use crate::faults::Faults;
use crate::store::context::{self as rows, ContextRow, NewRow};
use crate::store::{departments, practices};
use kit::log::Envelope;
use kit::{At, Context, Tx};
use proto::directory::{ContextNoted, ContextWithdrawn};
use uuid::Uuid;

/// Where a row's text is sealed, or its reason when it withdraws.
pub const TEXT: &str = "directory_context.text_sealed";

/// Notes an event, or corrects the row `replaces`. Returns the new row's id.
///
/// # Errors
/// `Invalid` with each field, among them places that are not registered; `NotFound` for an unknown row; `ContextReplaced` for one
/// that was corrected or withdrawn meanwhile; `IdReused`.
pub async fn note(
    ctx: &Context,
    author: &Author,
    new: &NewContextEvent,
    replaces: Option<Uuid>,
) -> Result<Uuid, Error> {
    let event = new.check()?;
    let content = Content::new("context event", replaces, &event)?;
    let id = id_of(ctx, new.id)?;
    if replaces.is_none() {
        ctx.keys.ensure(id).await?;
    }
    let mut tx = ctx.begin().await?;
    let entry = match replaces {
        Some(row) => rows::find(&mut tx, row).await?.ok_or(Error::NotFound)?.entry,
        None => id,
    };
    let test = of_test(&mut tx, &event).await?;
    if let Some(made) = author.made_before(&mut tx, &content, id).await? {
        return Ok(made);
    }
    let row = NewRow { id, entry, replaces, withdrawn: false, by: author.person() };
    if !add(ctx, &mut tx, &row, &event, &content).await? {
        return stands(&mut tx, &content, id).await;
    }
    let fact = ContextNoted { row: id.as_bytes().to_vec(), replaces: bytes(replaces), text: event.text.clone() };
    ctx.publish(&mut tx, envelope(ctx, author, entry, &event, test), &fact).await?;
    tx.commit().await?;
    Ok(id)
}

/// Withdraws the entry whose newest row is `replaces`. Returns the new row's id.
///
/// # Errors
/// `Invalid` without a reason; the rest as [`note`].
pub async fn withdraw(
    ctx: &Context,
    author: &Author,
    replaces: Uuid,
    withdrawal: &ContextWithdrawal,
) -> Result<Uuid, Error> {
    let reason = withdrawal.check()?;
    let content = Content::new("context withdrawal", Some(replaces), &reason)?;
    let id = id_of(ctx, withdrawal.id)?;
    let mut tx = ctx.begin().await?;
    let old = rows::find(&mut tx, replaces).await?.ok_or(Error::NotFound)?;
    if let Some(made) = author.made_before(&mut tx, &content, id).await? {
        return Ok(made);
    }
    let event = withdrawn(&old, reason)?;
    let test = of_test(&mut tx, &event).await?;
    let row = NewRow { id, entry: old.entry, replaces: Some(replaces), withdrawn: true, by: author.person() };
    if !add(ctx, &mut tx, &row, &event, &content).await? {
        return stands(&mut tx, &content, id).await;
    }
    let fact =
        ContextWithdrawn { row: id.as_bytes().to_vec(), replaces: bytes(Some(replaces)), reason: event.text.clone() };
    ctx.publish(&mut tx, envelope(ctx, author, old.entry, &event, test), &fact).await?;
    tx.commit().await?;
    Ok(id)
}

/// Adds the row; `false` when its id stands already, or when another replaced the same row before it, or nothing can replace that.
async fn add(ctx: &Context, tx: &mut Tx, row: &NewRow, event: &ContextEvent, content: &Content) -> Result<bool, Error> {
    if let Some(old) = row.replaces
        && rows::find(tx, old).await?.is_some_and(|old| old.withdrawn)
    {
        return Ok(false);
    }
    let key = ctx.keys.get(row.entry).await?;
    let sealed = key.seal(&ctx.random, TEXT, row.id.as_bytes(), event.text.as_bytes());
    Ok(rows::add(tx, row, event, sealed, &content.hash).await?)
}

/// What a row that was not added stands for: the same request that came twice, or somebody who was faster.
async fn stands(tx: &mut Tx, content: &Content, id: Uuid) -> Result<Uuid, Error> {
    match rows::hash(tx, id).await? {
        Some(hash) => content.same(Some(hash), id),
        None => Err(Error::ContextReplaced),
    }
}

/// Whether it is of a practice for training.
///
/// # Errors
/// `Invalid` for a practice or department that is not registered.
async fn of_test(tx: &mut Tx, event: &ContextEvent) -> Result<bool, Error> {
    let mut faults = Faults::default();
    let mut test = false;
    if let Some(practice) = event.practice {
        match practices::find(tx, practice).await? {
            Some(row) => test = row.test_practice,
            None => faults.add("practiceId", "unknown", "This practice is not registered. Choose one of the list."),
        }
    }
    if let Some(department) = event.department
        && departments::name(tx, department).await?.is_none()
    {
        faults.add("departmentId", "unknown", "This department is not registered. Choose one of the list.");
    }
    faults.finish(test)
}

/// The event of a row that is withdrawn, with the reason for its text.
fn withdrawn(old: &ContextRow, reason: String) -> Result<ContextEvent, Error> {
    let day = |text: &str| crate::day::parse(text);
    let from = day(&old.from_day).ok_or_else(|| kit::Error::Damaged("a day of the context log is none".into()))?;
    Ok(ContextEvent {
        practice: old.practice,
        department: old.department,
        domain: old.domain,
        kind: old.kind,
        from,
        until: day(&old.until_day),
        text: reason,
    })
}

fn bytes(id: Option<Uuid>) -> Vec<u8> {
    id.map(|id| id.as_bytes().to_vec()).unwrap_or_default()
}

fn envelope(ctx: &Context, author: &Author, entry: Uuid, event: &ContextEvent, test: bool) -> Envelope {
    Envelope {
        test,
        practice: bytes(event.practice),
        department: bytes(event.department),
        effective_us: At::midnight(event.from).micros(),
        until_us: event.until.map(|day| At::midnight(day).micros()),
        domain: event.domain.as_str().to_owned(),
        about: event.kind.as_str().to_owned(),
        key: bytes(Some(entry)),
        ..author.envelope(ctx, entry)
    }
}
