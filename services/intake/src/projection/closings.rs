//! Practices that were closed or merged, from directory's events.

use crate::store::succession::{self, Succession};
use kit::log::{Opened, ProjectError, Recorded, id_of};
use kit::{At, Context, Tx};
use proto::Event;
use proto::directory::{PracticeClosed, PracticeMerged};
use uuid::Uuid;

/// What it reads.
pub const KINDS: [&str; 2] = [PracticeClosed::KIND, PracticeMerged::KIND];

/// One of [`KINDS`].
pub async fn project(ctx: &Context, tx: &mut Tx, event: &Recorded) -> Result<(), ProjectError> {
    let practice = event.subject();
    if event.kind() == PracticeClosed::KIND {
        let Opened::Open(fact) = ctx.open::<PracticeClosed>(event).await? else { return Ok(()) };
        closed(tx, practice, event.effective_at(), id_of(&fact.covering), false).await
    } else {
        let Opened::Open(fact) = ctx.open::<PracticeMerged>(event).await? else { return Ok(()) };
        closed(tx, practice, event.effective_at(), id_of(&fact.into), true).await
    }
}

async fn closed(
    tx: &mut Tx,
    practice: Uuid,
    from_at: At,
    successor: Option<Uuid>,
    merged: bool,
) -> Result<(), ProjectError> {
    succession::close(tx, practice, Some(from_at)).await?;
    match successor {
        Some(successor) => Ok(succession::add(tx, Succession { practice, successor, from_at, merged }).await?),
        None => Ok(()),
    }
}

/// What the register says of a practice's closing: a day, or (empty) that it is open again.
pub async fn register(tx: &mut Tx, practice: Uuid, closed_on: &str) -> Result<(), ProjectError> {
    let day = time::Date::parse(closed_on, &time::format_description::well_known::Iso8601::DATE).ok();
    Ok(succession::close(tx, practice, day.map(At::midnight)).await?)
}
