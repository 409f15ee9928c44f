//! Closing a practice, or merging it into another.

use super::once::Author;
use super::practices::envelope;
use crate::closing::{Closing, NewClosing};
use crate::faults::Faults;
use crate::store::closings::{self as rows, ClosingRow};
use crate::store::{duty, practices};
use crate::{Error, day};
use kit::log::Envelope;
use kit::{At, Context, Tx};
use proto::directory::{PracticeChanged, PracticeClosed, PracticeMerged};
use uuid::Uuid;

/// Closes a practice from a day on. The same again changes nothing.
///
/// # Errors
/// `NotFound`; `Invalid`, also when referrals are open in it and no practice takes over.
pub async fn close(ctx: &Context, author: &Author, practice: Uuid, new: &NewClosing) -> Result<(), Error> {
    let closing = new.check(practice)?;
    let mut tx = ctx.begin().await?;
    let stands = rows::held(&mut tx, practice).await?.ok_or(Error::NotFound)?;
    let on = day::text(closing.on);
    if (&stands.closed_on, stands.taken_over_by, stands.merged) == (&on, closing.successor, closing.merged) {
        return Ok(());
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
