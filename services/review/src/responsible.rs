//! Who answers for a case in its practice: what intake's events say of it.

use crate::sealed;
use crate::store::responsible as rows;
use kit::keys::KeyError;
use kit::letter::clinician;
use kit::log::{Opened, ProjectError, Recorded};
use kit::{Context, Error, Tx};
use proto::Event;
use proto::intake::{ReferralSubmitted, ReferralTransferred, ResponsibilityTaken};

/// What it reads beside the referral itself.
pub const KINDS: [&str; 2] = [ResponsibilityTaken::KIND, ReferralTransferred::KIND];

/// One of [`KINDS`]. A draft that was made ready has no case yet.
pub async fn project(ctx: &Context, tx: &mut Tx, event: &Recorded) -> Result<(), ProjectError> {
    if event.kind() == ResponsibilityTaken::KIND {
        return match ctx.open::<ResponsibilityTaken>(event).await? {
            Opened::Open(fact) => write(ctx, tx, event, &clinician(&fact.name, &fact.hpr)).await,
            Opened::Erased => Ok(()),
        };
    }
    let Opened::Open(fact) = ctx.open::<ReferralTransferred>(event).await? else { return Ok(()) };
    let practice = event.practice().ok_or_else(|| ProjectError::Poison("the envelope lacks a practice".into()))?;
    rows::move_to(tx, event.subject(), practice, fact.practice_name.clone()).await?;
    write(ctx, tx, event, &clinician(&fact.responsible_name, &fact.responsible_hpr)).await
}

/// With the referral.
pub async fn submitted(
    ctx: &Context,
    tx: &mut Tx,
    event: &Recorded,
    fact: &ReferralSubmitted,
) -> Result<(), ProjectError> {
    write(ctx, tx, event, &clinician(&fact.responsible_name, &fact.responsible_hpr)).await
}

async fn write(ctx: &Context, tx: &mut Tx, event: &Recorded, name: &str) -> Result<(), ProjectError> {
    let case = event.subject();
    let Some(data_key) = rows::data_key(tx, case).await? else { return Ok(()) };
    let key = match ctx.keys.get(data_key).await {
        Err(KeyError::Erased) => return Ok(()),
        other => other.map_err(Error::from)?,
    };
    let name = if name.is_empty() { None } else { Some(sealed::seal(ctx, &key, sealed::RESPONSIBLE, case, &name)?) };
    Ok(rows::set(tx, case, name).await?)
}
