//! Names of people from directory's events, sealed under each person's key: an office names its responsible clinician. With them
//! their numbers in the register of health personnel, which referrals carry.

use crate::sealed;
use crate::store::person;
use kit::log::{Consumer, Opened, ProjectError, Recorded};
use kit::{Context, Error, Tx};
use proto::Event;
use proto::directory::{PersonRegistered, PreferencesChosen};
use uuid::Uuid;

pub const CONSUMER: Consumer = Consumer {
    name: "intake-people",
    kinds: &[PersonRegistered::KIND, PreferencesChosen::KIND],
    project: |ctx, tx, event| Box::pin(project(ctx, tx, event)),
    reset: person::RESET,
};

async fn project(ctx: &Context, tx: &mut Tx, event: &Recorded) -> Result<(), ProjectError> {
    let id = event.subject();
    if event.kind() == PreferencesChosen::KIND {
        let Opened::Open(fact) = ctx.open::<PreferencesChosen>(event).await? else { return Ok(()) };
        let Some(number) = fact.hpr_number else { return Ok(()) };
        let number = sealed_number(ctx, id, &number).await?;
        return Ok(person::set_hpr(tx, id, number).await?);
    }
    let Opened::Open(fact) = ctx.open::<PersonRegistered>(event).await? else { return Ok(()) };
    let key = ctx.keys.get(id).await.map_err(Error::from)?;
    let name = sealed::seal(ctx, &key, sealed::PERSON, id, &fact.name)?;
    let number = sealed_number(ctx, id, &fact.hpr_number).await?;
    Ok(person::set(tx, id, name, number).await?)
}

async fn sealed_number(ctx: &Context, id: Uuid, number: &str) -> Result<Option<Vec<u8>>, Error> {
    if number.is_empty() {
        return Ok(None);
    }
    let key = ctx.keys.get(id).await?;
    Ok(Some(sealed::seal(ctx, &key, sealed::HPR, id, &number)?))
}
