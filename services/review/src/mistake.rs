//! Something was entered in error: a case for the wrong patient, or one picture of somebody else.
//!
//! With the transaction that hears of it it is out of sight, whoever holds it has lost it, and a held answer stays here: of a whole
//! case for good, of a picture as its signer's draft, because they had looked at every picture. Who had opened it gets a
//! notice, and the practice is told who that was.

use crate::release::of_case;
use crate::store::notice::NewNotice;
use crate::store::opening::OpeningRow;
use crate::store::{self, case::CaseRow};
use crate::{ReviewError, sealed};
use kit::keys::KeyError;
use kit::log::Envelope;
use kit::seal::DataKey;
use kit::{Caller, Context, Error, Tx};
use proto::review::{CaseEnteredInError, Opener};
use uuid::Uuid;

/// Notes that a caller opens a case, the first time that they do.
pub async fn note_opening(ctx: &Context, key: &DataKey, case: Uuid, caller: &Caller) -> Result<(), ReviewError> {
    if store::opening::is_noted(&ctx.db, case, caller.person).await? {
        return Ok(());
    }
    let who = sealed::seal(ctx, key, sealed::OPENER, caller.person, &caller.name)?;
    let row = OpeningRow { person: caller.person, opened_at: ctx.now(), who };
    Ok(store::opening::add(&ctx.db, case, row).await?)
}

/// Who of the department noticed it, and why they say so.
pub struct Noticed<'a> {
    /// Who.
    pub by: &'a Caller,
    /// In which role.
    pub role: &'static str,
    /// In words.
    pub reason: String,
}

/// Puts a case, or one picture of it, out of sight and publishes who had opened it. Without `noticed` it is the practice that
/// marked it. False when it was out of sight already.
pub async fn hide(
    ctx: &Context,
    tx: &mut Tx,
    case: &CaseRow,
    image: Option<Uuid>,
    noticed: Option<Noticed<'_>>,
) -> Result<bool, Error> {
    let hidden = match image {
        Some(image) => store::mistake::hide_image(tx, case.id, image).await?,
        None => store::mistake::hide(tx, case.id).await?,
    };
    let (id, by) = (image.unwrap_or(case.id), noticed.as_ref().map(|noticed| noticed.by.person));
    let Some(hidden) = hidden else { return Ok(false) };
    if !store::mistake::add(tx, id, case.id, image, by).await? {
        return Ok(false);
    }
    let key = match ctx.keys.get(case.data_key).await {
        Err(KeyError::Erased) => return Ok(true),
        other => other?,
    };
    let mut openers = Vec::new();
    for one in store::opening::of_case(tx, case.id).await? {
        // Who marks it knows, but not that an answer of theirs did not leave.
        let kept_back = hidden.kept_back == Some(one.person);
        let told = by != Some(one.person) || kept_back;
        if told {
            let (person, opened_at) = (one.person, one.opened_at);
            let new = NewNotice { id: ctx.new_id(), person, mistake: id, opened_at, kept_back };
            store::notice::add(tx, new).await?;
        }
        let name = sealed::open(&key, sealed::OPENER, one.person, &one.who).map_err(damaged)?;
        let person = if told { one.person.as_bytes().to_vec() } else { Vec::new() };
        openers.push(Opener { name, opened_us: one.opened_at.micros(), person });
    }
    let fact = CaseEnteredInError {
        image: image.map(|id| id.as_bytes().to_vec()).unwrap_or_default(),
        reason: noticed.as_ref().map(|noticed| noticed.reason.clone()).unwrap_or_default(),
        marked_by: noticed.as_ref().map(|noticed| noticed.by.name.clone()).unwrap_or_default(),
        department_name: case.department_name.clone(),
        openers,
    };
    let envelope = Envelope {
        actor: by.map(|person| ctx.pseudonym(person)).unwrap_or_default(),
        actor_role: noticed.map_or_else(String::new, |noticed| noticed.role.to_owned()),
        about: if image.is_some() { "picture" } else { "referral" }.to_owned(),
        ..of_case(ctx, case)
    };
    ctx.publish(tx, envelope, &fact).await?;
    Ok(true)
}

fn damaged(error: ReviewError) -> Error {
    match error {
        ReviewError::Kit(error) => error,
        other => Error::Damaged(other.to_string()),
    }
}
