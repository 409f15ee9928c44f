//! Something was entered in error: a referral for the wrong patient, or one picture of somebody else.
//!
//! It is out of sight with the transaction that marks it: every statement that finds something for a caller leaves it out.
//! Nothing is deleted: events and the access log say who did what, and a picture that is still being prepared becomes ready
//! behind the curtain. Everybody who had opened it gets a notice of their own, and so does whoever answers for it, who waits for
//! an answer that never comes; when the department marks a whole referral, every clinician of the office does, because nobody
//! there has done it. Who they are is published, for the mail. Those in the department get theirs from review, which publishes who
//! they were.

use crate::acting::{about, happened};
use crate::duty::{clinicians, successor};
use crate::sealed::{self, DepartmentOpener, Told};
use crate::store::{chair, error, image, notice, opening, referral, succession};
use kit::log::{Envelope, id_of};
use kit::seal::DataKey;
use kit::{At, Context, Error, Role, Tx};
use proto::intake::PeopleTold;
use proto::review::CaseEnteredInError;
use std::collections::BTreeMap;
use uuid::Uuid;

/// What is marked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mistake {
    /// The referral, or the picture's referral.
    pub referral: Uuid,
    /// One picture; none: the whole referral.
    pub image: Option<Uuid>,
}

impl Mistake {
    /// Under which it is kept.
    pub fn id(self) -> Uuid {
        self.image.unwrap_or(self.referral)
    }

    fn what(self) -> &'static str {
        if self.image.is_some() { "picture-in-error" } else { "entered-in-error" }
    }
}

/// Marks it in the transaction and tells the people of the office, apart from `by` who marks it. False when
/// it is marked already.
pub async fn mark(
    ctx: &Context,
    tx: &mut Tx,
    key: &DataKey,
    mistake: Mistake,
    told: &Told,
    by: Option<(Uuid, Role)>,
) -> Result<bool, Error> {
    let marked = match mistake.image {
        Some(image) => image::mark(tx, image).await?,
        None => referral::mark(tx, mistake.referral).await?,
    };
    chair::note(tx, mistake.referral, &ctx.settings.working_days).await?;
    let id = mistake.id();
    let told_sealed = sealed::seal(ctx, key, sealed::TOLD, id, told)?;
    let new = error::New {
        id,
        referral: mistake.referral,
        image: mistake.image,
        by_department: by.is_none(),
        told: told_sealed,
        by,
    };
    if !marked || !error::add(tx, new).await? {
        return Ok(false);
    }
    let Some(row) = referral::any(tx, mistake.referral).await? else { return Ok(false) };
    let mut people = Vec::new();
    for (person, opened_at) in to_be_told(ctx, tx, &row, mistake, by.is_none()).await? {
        if by.is_none_or(|(marks, _)| marks != person) {
            notice::add(tx, ctx.new_id(), person, id, opened_at).await?;
            people.push(person.as_bytes().to_vec());
        }
    }
    if !people.is_empty() {
        let what = if mistake.image.is_some() { "picture" } else { "referral" };
        let envelope = Envelope { about: what.to_owned(), ..about(ctx, &row) };
        ctx.publish(tx, envelope, &PeopleTold { mistake: id.as_bytes().to_vec(), people }).await?;
    }
    happened(ctx, tx, key, mistake.referral, mistake.what(), Some(&told.by)).await?;
    Ok(true)
}

/// Who is told of a mistake, and when they had opened it first; none who has not opened it.
async fn to_be_told(
    ctx: &Context,
    tx: &mut Tx,
    row: &referral::Row,
    mistake: Mistake,
    by_department: bool,
) -> Result<BTreeMap<Uuid, Option<At>>, Error> {
    let openers = opening::of_referral_in(tx, mistake.referral).await?;
    let mut told: BTreeMap<_, _> = openers.into_iter().map(|one| (one.person, Some(one.opened_at))).collect();
    let practice = succession::belongs_to(&ctx.db, row.practice, ctx.now()).await?;
    let there: Vec<Uuid> = clinicians(ctx, practice).await?.into_iter().map(|one| one.id).collect();
    let answers_for_it = match row.responsible.filter(|person| there.contains(person)) {
        Some(person) => Some(person),
        None => successor(ctx, practice, row.responsible).await?.map(|one| one.id),
    };
    let everybody = there.into_iter().filter(|_| by_department && mistake.image.is_none());
    for person in answers_for_it.into_iter().chain(everybody) {
        told.entry(person).or_insert(None);
    }
    Ok(told)
}

/// What the department says: somebody there noticed it, or has put it out of sight at the office's word. Who had opened it
/// there is kept for the office to see.
pub async fn heard(
    ctx: &Context,
    tx: &mut Tx,
    key: &DataKey,
    referral: Uuid,
    fact: CaseEnteredInError,
) -> Result<(), Error> {
    let mistake = Mistake { referral, image: id_of(&fact.image) };
    if !fact.marked_by.is_empty() {
        mark(ctx, tx, key, mistake, &Told { reason: fact.reason, by: fact.marked_by }, None).await?;
    }
    let opener = |one: proto::review::Opener| DepartmentOpener { name: one.name, at: At::from_micros(one.opened_us) };
    let openers: Vec<DepartmentOpener> = fact.openers.into_iter().map(opener).collect();
    let sealed = sealed::seal(ctx, key, sealed::OPENERS, mistake.id(), &openers)?;
    Ok(error::opened(tx, mistake.id(), sealed).await?)
}
