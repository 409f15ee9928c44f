//! Practices that were closed or merged, from directory's events.

use crate::store::succession::{self, Closing};
use kit::log::{Consumer, Opened, ProjectError, Recorded, id_of};
use kit::{At, Context, Tx};
use proto::Event;
use proto::directory::{PracticeChanged, PracticeClosed, PracticeMerged, PracticeRegistered};
use uuid::Uuid;

/// A consumer of its own, so that a deployment which had other rows reads the whole log anew.
pub const CONSUMER: Consumer = Consumer {
    name: "intake-closings",
    kinds: &[PracticeRegistered::KIND, PracticeChanged::KIND, PracticeClosed::KIND, PracticeMerged::KIND],
    project: |ctx, tx, event| Box::pin(project(ctx, tx, event)),
    reset: succession::RESET,
};

/// Erased: what stood stays.
async fn project(ctx: &Context, tx: &mut Tx, event: &Recorded) -> Result<(), ProjectError> {
    let practice = event.subject();
    match event.kind() {
        PracticeRegistered::KIND => match ctx.open::<PracticeRegistered>(event).await? {
            Opened::Open(fact) if !fact.closed_on.is_empty() => register(tx, practice, &fact.closed_on).await,
            _ => Ok(()),
        },
        PracticeChanged::KIND => match ctx.open::<PracticeChanged>(event).await? {
            Opened::Open(PracticeChanged { closed_on: Some(closed_on), .. }) => {
                register(tx, practice, &closed_on).await
            }
            _ => Ok(()),
        },
        PracticeClosed::KIND => match ctx.open::<PracticeClosed>(event).await? {
            Opened::Open(fact) => closed(tx, event, id_of(&fact.covering), false).await,
            Opened::Erased => Ok(()),
        },
        PracticeMerged::KIND => match ctx.open::<PracticeMerged>(event).await? {
            Opened::Open(fact) => closed(tx, event, id_of(&fact.into), true).await,
            Opened::Erased => Ok(()),
        },
        _ => Ok(()),
    }
}

async fn closed(tx: &mut Tx, event: &Recorded, successor: Option<Uuid>, merged: bool) -> Result<(), ProjectError> {
    let closing = Closing { at: event.effective_at(), successor, merged };
    Ok(succession::close(tx, event.subject(), closing).await?)
}

/// What the register says of a practice's closing: a day, or (empty) that it is open again.
async fn register(tx: &mut Tx, practice: Uuid, closed_on: &str) -> Result<(), ProjectError> {
    let day = time::Date::parse(closed_on, &time::format_description::well_known::Iso8601::DATE).ok();
    Ok(succession::close_on(tx, practice, day.map(At::midnight)).await?)
}
