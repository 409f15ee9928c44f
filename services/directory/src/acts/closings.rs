//! Naming a practice's deputy; closing a practice, or merging it into another.

use super::once::{Author, Keeper};
use super::practices::envelope;
use crate::closing::{Closing, NewClosing};
use crate::faults::Faults;
use crate::store::closings::{self as rows, ClosingRow};
use crate::store::{duty, grants, people, practices};
use crate::{Error, day};
use kit::log::Envelope;
use kit::{At, Context, Tx};
use proto::directory::{DeputyNamed, PracticeChanged, PracticeClosed, PracticeMerged};
use uuid::Uuid;

/// Names the clinician to whom falls what nobody else in the practice answers for; nobody, when absent. The same again changes
/// nothing.
///
/// # Errors
/// `NotFound`; `Invalid` for whoever is no clinician of the practice.
pub async fn name_deputy(ctx: &Context, keeper: &Keeper, practice: Uuid, person: Option<Uuid>) -> Result<(), Error> {
    keeper.keeps(practice)?;
    let mut tx = ctx.begin().await?;
    let stands = rows::held(&mut tx, practice).await?.ok_or(Error::NotFound)?;
    if stands.deputy == person {
        return Ok(());
    }
    let mut name = String::new();
    if let Some(person) = person {
        let row = people::by_id_in(&mut tx, person).await?;
        let works_here = grants::is_clinician(&mut tx, person, practice, Uuid::nil(), ctx.now()).await?;
        match row.filter(|_| works_here) {
            Some(row) => name = row.name,
            None => {
                let mut faults = Faults::default();
                faults.add(
                    "personId",
                    "not-a-clinician",
                    "There is no such doctor in the practice. Choose one who works there.",
                );
                return faults.finish(());
            }
        }
    }
    rows::set_deputy(&mut tx, practice, person).await?;
    let row = practices::find(&mut tx, practice).await?.ok_or(Error::NotFound)?;
    let fact = DeputyNamed { person: person.map(|id| id.as_bytes().to_vec()).unwrap_or_default(), name };
    ctx.publish(&mut tx, envelope(ctx, &keeper.author, &row), &fact).await?;
    tx.commit().await?;
    Ok(())
}

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
    let found = match closing.successor {
        Some(id) => {
            let found = rows::find(tx, id).await?;
            let fits = |one: &ClosingRow| one.closed_on.is_empty() && one.test_practice == closes.test_practice;
            let found = found.filter(fits);
            if found.is_none() {
                faults.add(field, "unknown", "There is no such practice that is open. Choose one from the list.");
            }
            found
        }
        None => {
            if duty::open_in(tx, closes.id).await? > 0 {
                faults.add(
                    field,
                    "required",
                    "Referrals are open in this practice. Choose the practice that takes over.",
                );
            }
            None
        }
    };
    faults.finish(found)
}
