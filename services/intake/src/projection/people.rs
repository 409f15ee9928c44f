//! Names of people from directory's events, sealed under each person's key: an office names its responsible clinician.

use crate::sealed;
use crate::store::person;
use kit::log::{Consumer, Opened, ProjectError, Recorded};
use kit::{Context, Error, Tx};
use proto::Event;
use proto::directory::PersonRegistered;

pub const CONSUMER: Consumer = Consumer {
    name: "intake-people",
    kinds: &[PersonRegistered::KIND],
    project: |ctx, tx, event| Box::pin(project(ctx, tx, event)),
    reset: person::RESET,
};

async fn project(ctx: &Context, tx: &mut Tx, event: &Recorded) -> Result<(), ProjectError> {
    let id = event.subject();
    let Opened::Open(fact) = ctx.open::<PersonRegistered>(event).await? else { return Ok(()) };
    let key = ctx.keys.get(id).await.map_err(Error::from)?;
    let name = sealed::seal(ctx, &key, sealed::PERSON, id, &fact.name)?;
    Ok(person::set(tx, id, name).await?)
}
