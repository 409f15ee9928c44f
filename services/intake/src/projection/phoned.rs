//! The department has telephoned about a case that waited for the practice.

use crate::acting::happened;
use crate::store::{chair, referral};
use kit::keys::KeyError;
use kit::log::{Consumer, Opened, ProjectError, Recorded};
use kit::{Context, Error, Tx};
use proto::Event;
use proto::review::PracticePhoned;

pub const CONSUMER: Consumer = Consumer {
    name: "intake-phoned",
    kinds: &[PracticePhoned::KIND],
    project: |ctx, tx, event| Box::pin(project(ctx, tx, event)),
    reset: &[],
};

async fn project(ctx: &Context, tx: &mut Tx, event: &Recorded) -> Result<(), ProjectError> {
    let Some(row) = referral::locked(tx, event.subject()).await? else { return Ok(()) };
    chair::phoned(tx, row.id, event.occurred_at()).await?;
    chair::note(tx, row.id, &ctx.settings.working_days).await?;
    let key = match ctx.keys.get(row.id).await {
        Ok(key) => key,
        Err(KeyError::Erased) => return Ok(()),
        Err(other) => return Err(Error::from(other).into()),
    };
    match ctx.open::<PracticePhoned>(event).await? {
        Opened::Open(fact) => Ok(happened(ctx, tx, &key, row.id, "phoned", Some(&fact.phoned_by)).await?),
        Opened::Erased => Ok(()),
    }
}
