//! Closing a practice, or merging it into another.

use super::once::Author;
use super::practices::envelope;
use crate::closing::{Closing, NewClosing};
use crate::faults::Faults;
use crate::store::closings::{self as rows, ClosingRow};
use crate::store::{duty, practices};
use crate::{Error, day};
use kit::log::{Envelope, Opened};
use kit::{At, Context, Tx};
use proto::Event;
use proto::directory::{PracticeChanged, PracticeClosed, PracticeMerged};
use uuid::Uuid;

/// Closes a practice from a day on. The same again changes nothing, unless something else was said of it since.
///
/// # Errors
/// `NotFound`; `Invalid`, also when referrals are open in it and no practice takes over.
pub async fn close(ctx: &Context, author: &Author, practice: Uuid, new: &NewClosing) -> Result<(), Error> {
    let closing = new.check(practice, ctx.now().date())?;
    let mut tx = ctx.begin().await?;
    let mut stands = rows::held(&mut tx, practice).await?.ok_or(Error::NotFound)?;
    let on = day::text(closing.on);
    let same = (&stands.closed_on, stands.taken_over_by, stands.merged) == (&on, closing.successor, closing.merged);
    if same {
        // By another connection, and after whatever held the practice: of two at once the second one finds the first one's word.
        drop(tx);
        if last_told(ctx, practice).await? {
            return Ok(());
        }
        tx = ctx.begin().await?;
        stands = rows::held(&mut tx, practice).await?.ok_or(Error::NotFound)?;
    }
    let successor = successor(&mut tx, &stands, closing).await?;
    rows::close(&mut tx, practice, on.clone(), closing.successor, closing.merged).await?;
    let row = practices::find(&mut tx, practice).await?.ok_or(Error::NotFound)?;
    let about = Envelope { effective_us: At::midnight(closing.on).micros(), ..envelope(ctx, author, &row) };
    // The register's own event, for whoever reads the register alone.
    let changed = PracticeChanged {
        name: stands.name,
        municipality: stands.municipality,
        closed_on: Some(on.clone()),
        ..PracticeChanged::default()
    };
    ctx.publish(&mut tx, about.clone(), &changed).await?;
    let (id, name) = successor.map(|row| (row.id.as_bytes().to_vec(), row.name)).unwrap_or_default();
    if closing.merged {
        ctx.publish(&mut tx, about, &PracticeMerged { closed_on: on, into: id, into_name: name }).await?;
    } else {
        ctx.publish(&mut tx, about, &PracticeClosed { closed_on: on, covering: id, covering_name: name }).await?;
    }
    tx.commit().await?;
    Ok(())
}

/// Whether the last word about the practice's end was a closing. A change of the day alone (files once made them) takes the
/// successor away from whoever listens, and what stands here says nothing of it.
async fn last_told(ctx: &Context, practice: Uuid) -> Result<bool, Error> {
    for event in kit::log::of_subject(&ctx.db, practice).await?.iter().rev() {
        match event.kind() {
            PracticeClosed::KIND | PracticeMerged::KIND => return Ok(true),
            PracticeChanged::KIND => match ctx.open::<PracticeChanged>(event).await? {
                Opened::Open(fact) if fact.closed_on.is_none() => {}
                Opened::Open(_) => return Ok(false),
                Opened::Erased => {}
            },
            _ => {}
        }
    }
    Ok(false)
}

/// The practice that takes over: one that is open itself, and for tests when this one is.
async fn successor(tx: &mut Tx, closes: &ClosingRow, closing: Closing) -> Result<Option<ClosingRow>, Error> {
    let mut faults = Faults::default();
    let field = if closing.merged { "mergedIntoId" } else { "coveringId" };
    let found = if let Some(id) = closing.successor {
        let found = rows::find(tx, id).await?;
        let fits = |one: &ClosingRow| one.closed_on.is_empty() && one.test_practice == closes.test_practice;
        let found = found.filter(fits);
        if found.is_none() {
            faults.add(field, "unknown", "There is no such practice that is open. Choose one from the list.");
        }
        found
    } else {
        if duty::open_in(tx, closes.id).await? > 0 {
            faults.add(field, "required", "Referrals are open in this practice. Choose the practice that takes over.");
        }
        None
    };
    faults.finish(found)
}
