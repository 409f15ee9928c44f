//! The clinician who answers for a referral: taking it, and who takes it when nobody who works there has it any more.
//!
//! It falls by what is so, and not by what was told: whoever's right has ended is found by looking, so that a right that ends
//! on a day, one that was ended while a referral was on its way, and a practice that was closed all come to the same. It
//! falls to the one for whom a locum stood in, else to the practice's deputy, else to the clinician who has been there the
//! longest. Rejected: moving referrals when the event of the ended right comes (what is sent in between would fall between).

use crate::acting::{about, noted};
use crate::sealed::{self, Note};
use crate::store::duty::{self, ClinicianRow};
use crate::store::{person, referral, succession};
use kit::keys::KeyError;
use kit::log::Envelope;
use kit::seal::DataKey;
use kit::{At, Caller, Context, Error, Tx};
use proto::intake::ResponsibilityTaken;
use std::collections::HashSet;
use uuid::Uuid;

/// A clinician who works in a practice now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Clinician {
    /// Who.
    pub id: Uuid,
    /// Their name.
    pub name: String,
    /// Until when, for whoever does not stay.
    pub until: Option<At>,
    /// For whom a locum stands in.
    pub covers_for: Option<Uuid>,
}

/// The clinicians of a practice: those who stay before locums, the longest there first. Whoever has not been read from the log
/// yet is not among them.
pub async fn clinicians(ctx: &Context, practice: Uuid) -> Result<Vec<Clinician>, Error> {
    let mut seen = HashSet::new();
    let mut all = Vec::new();
    for ClinicianRow { person, ends_at, covers_for, name } in duty::clinicians(&ctx.db, practice, ctx.now()).await? {
        let Some(name) = name.filter(|_| seen.insert(person)) else { continue };
        let name = match ctx.keys.get(person).await {
            Ok(key) => sealed::open(&key, sealed::PERSON, person, &name)?,
            Err(KeyError::Erased) => continue,
            Err(other) => return Err(other.into()),
        };
        all.push(Clinician { id: person, name, until: ends_at, covers_for });
    }
    Ok(all)
}

/// One clinician of a practice.
pub async fn clinician(ctx: &Context, practice: Uuid, person: Uuid) -> Result<Option<Clinician>, Error> {
    Ok(clinicians(ctx, practice).await?.into_iter().find(|one| one.id == person))
}

/// A person's number in the register of health personnel as it stands; empty when it is not known.
///
/// # Errors
/// Of the stores.
pub async fn hpr_number(ctx: &Context, id: Uuid) -> Result<String, Error> {
    let Some(number) = person::hpr(&ctx.db, id).await? else { return Ok(String::new()) };
    match ctx.keys.get(id).await {
        Ok(key) => sealed::open(&key, sealed::HPR, id, &number),
        Err(KeyError::Erased) => Ok(String::new()),
        Err(other) => Err(other.into()),
    }
}

/// Who takes over in a practice from somebody who has left, or who never was.
pub async fn successor(ctx: &Context, practice: Uuid, from: Option<Uuid>) -> Result<Option<Clinician>, Error> {
    let covered = match from {
        Some(person) => duty::covered(&ctx.db, person, practice).await?,
        None => None,
    };
    let deputy = succession::deputy(&ctx.db, practice).await?;
    Ok(next(clinicians(ctx, practice).await?, covered, deputy))
}

/// The order in which it falls.
fn next(mut there: Vec<Clinician>, covered: Option<Uuid>, deputy: Option<Uuid>) -> Option<Clinician> {
    let mut wanted = [covered, deputy].into_iter().flatten();
    let place = wanted.find_map(|id| there.iter().position(|one| one.id == id)).unwrap_or(0);
    (place < there.len()).then(|| there.swap_remove(place))
}

/// Somebody takes a referral.
#[derive(Clone, Copy, Debug)]
pub struct Taking<'a> {
    /// What the timeline says of it: `ready`, `handed-over` or `fell`.
    pub what: &'a str,
    /// Who does it; nobody when it falls.
    pub by: Option<(&'a Caller, &'a str)>,
    /// In the office's words.
    pub note: &'a str,
}

/// Writes who answers for a referral from now on, and tells it.
pub async fn take(
    ctx: &Context,
    tx: &mut Tx,
    (row, key, practice): (&referral::Row, &DataKey, Uuid),
    to: &Clinician,
    taking: Taking<'_>,
) -> Result<(), Error> {
    let name = sealed::seal(ctx, key, sealed::RESPONSIBLE, row.id, &to.name)?;
    duty::take(tx, row.id, Some(to.id), Some(name)).await?;
    let fact = ResponsibilityTaken {
        hpr: hpr_number(ctx, to.id).await?,
        person: to.id.as_bytes().to_vec(),
        name: to.name.clone(),
        from_name: name_of(row, key)?.unwrap_or_default(),
        note: taking.note.to_owned(),
    };
    ctx.publish(tx, envelope(ctx, (row, practice), to.id, taking.by), &fact).await?;
    let note = Note {
        to: Some(to.name.clone()),
        note: Some(taking.note.to_owned()).filter(|text| !text.is_empty()),
        hpr: None,
    };
    noted(ctx, tx, (key, row.id), (taking.what, taking.by.map(|(caller, _)| caller.name.as_str())), &note).await
}

/// The envelope of an event about a referral that somebody answers for from now on.
pub fn envelope(
    ctx: &Context,
    (row, practice): (&referral::Row, Uuid),
    to: Uuid,
    by: Option<(&Caller, &str)>,
) -> Envelope {
    let (actor, actor_role) =
        by.map_or_else(Default::default, |(caller, role)| (ctx.pseudonym(caller.person), role.to_owned()));
    Envelope {
        practice: practice.as_bytes().to_vec(),
        responsible: ctx.pseudonym(to),
        actor,
        actor_role,
        ..about(ctx, row)
    }
}

/// The name of who answers for a referral.
pub fn name_of(row: &referral::Row, key: &DataKey) -> Result<Option<String>, Error> {
    row.responsible_name.as_deref().map(|name| sealed::open(key, sealed::RESPONSIBLE, row.id, name)).transpose()
}

/// Tells that a referral that was closed is open again for who answered for it.
pub async fn open_again(ctx: &Context, tx: &mut Tx, row: &referral::Row, key: &DataKey) -> Result<(), Error> {
    let (Some(person), Some(name)) = (row.responsible, name_of(row, key)?) else { return Ok(()) };
    let hpr = hpr_number(ctx, person).await?;
    let fact = ResponsibilityTaken { person: person.as_bytes().to_vec(), name, hpr, ..ResponsibilityTaken::default() };
    ctx.publish(tx, about(ctx, row), &fact).await
}

/// Gives what nobody who works in its practice answers for to whoever takes over. Returns how many it gave.
///
/// # Errors
/// Of the stores.
pub async fn catch_fallen(ctx: &Context) -> Result<u64, Error> {
    let (mut caught, mut after) = (0, Uuid::nil());
    loop {
        // Those that can't be given stay, so the next ones are looked for behind them.
        let some = duty::fallen(&ctx.db, ctx.now(), after).await?;
        let Some((last, _)) = some.last() else { return Ok(caught) };
        after = *last;
        for (id, owner) in some {
            caught += u64::from(catch(ctx, id, owner).await?);
        }
    }
}

/// Gives one; false when there is nobody to whom it could be given, or nothing to be given any more.
async fn catch(ctx: &Context, id: Uuid, owner: Uuid) -> Result<bool, Error> {
    let key = match ctx.keys.get(id).await {
        Ok(key) => key,
        Err(KeyError::Erased) => return Ok(false),
        Err(other) => return Err(other.into()),
    };
    let mut tx = ctx.begin().await?;
    let Some(row) = referral::locked(&mut tx, id).await? else { return Ok(false) };
    let still = duty::open_in(&mut tx, id, owner).await?.is_some();
    let Some(to) = successor(ctx, owner, row.responsible).await? else { return Ok(false) };
    // Another replica was faster, or somebody took it.
    if !still || row.responsible == Some(to.id) {
        return Ok(false);
    }
    take(ctx, &mut tx, (&row, &key, owner), &to, Taking { what: "fell", by: None, note: "" }).await?;
    tx.commit().await?;
    Ok(true)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(id: u128) -> Clinician {
        Clinician { id: Uuid::from_u128(id), name: id.to_string(), until: None, covers_for: None }
    }

    #[test]
    fn it_falls_to_the_covered_one_then_the_deputy_then_the_longest_there() {
        let there = || vec![one(1), one(2), one(3)];
        let id = |id: u128| Some(Uuid::from_u128(id));
        for (covered, deputy, falls_to) in [
            (id(3), id(2), id(3)),
            (id(9), id(2), id(2)),
            (None, id(2), id(2)),
            (None, id(9), id(1)),
            (None, None, id(1)),
        ] {
            assert_eq!(next(there(), covered, deputy).map(|one| one.id), falls_to, "{covered:?} {deputy:?}");
        }
        assert_eq!(next(Vec::new(), id(3), id(2)), None);
    }
}
