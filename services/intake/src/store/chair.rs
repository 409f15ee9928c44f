//! What whose-it-is rests on, and the date that lists are sorted by. The date is derived: whoever changes what it rests on calls
//! [`note`] in the same transaction, and calling it once more changes nothing.

use super::succession;
use crate::owner::Case;
use kit::working_days::WorkingDays;
use kit::{At, Caller, Context, Tx, statements};
use std::collections::HashMap;
use uuid::Uuid;

/// The columns of a [`Case`] from referral `r`.
macro_rules! case_columns {
    () => {
        "r.state, r.priority, r.submitted_at, r.due_at, r.answered_at, r.acknowledged_at, r.answer_priority, r.phoned_at, \
         (select min(q.asked_at) from intake_question q where q.referral = r.id and q.supplied_at is null \
         and (r.answered_at is null or q.asked_at >= r.answered_at)) as asked_at, \
         (select max(q.supplied_at) from intake_question q where q.referral = r.id) as supplied_at"
    };
}

statements! {
    CASE = concat!("select ", case_columns!(), " from intake_referral r where r.id = $1");
    SET_UNTIL = "update intake_referral set until_at = $2 where id = $1";
    PHONED = "update intake_referral set phoned_at = $2 where id = $1 and (phoned_at is null or phoned_at < $2)";
    DEPUTY = "select p.deputy_name from intake_practice p where p.id = $1 and exists (select 1 from kit_grant g where g.person = p.deputy \
        and g.practice = p.id and g.role in ('gp-clinician', 'gp-staff') and g.starts_at <= $2 and (g.ends_at is null or g.ends_at > $2))";
}

/// Columns and the index that a page in the order of dates walks. The expression is the one of the tabs.
pub const SCHEMA: &str = concat!(
    "alter table intake_practice add column deputy {uuid}; alter table intake_practice add column deputy_name text;
     alter table intake_referral add column until_at {at}; alter table intake_referral add column phoned_at {at};
     update intake_referral set until_at = case when answered_at is not null and acknowledged_at is null then answered_at
        when state in ('submitted', 'in-review', 'awaiting-information') then due_at end;
     create index intake_referral_until on intake_referral (practice, ",
    super::list::tab!(""),
    ", coalesce(until_at, updated_at), id) where discarded_at is null and erased_at is null;"
);

/// How urgent the newest answer made it. Answers of before have none, and climb by their referral's priority.
pub const ANSWER_PRIORITY: &str = "alter table intake_referral add column answer_priority text;";

/// What a referral's chair rests on.
pub async fn case(tx: &mut Tx, id: Uuid) -> sqlx::Result<Option<Case>> {
    tx.q(CASE).bind(id).opt().await
}

/// The same outside a transaction.
pub async fn case_now(ctx: &Context, id: Uuid) -> sqlx::Result<Option<Case>> {
    ctx.db.q(CASE).bind(id).opt().await
}

/// Writes the date that lists are sorted by, from what stands.
pub async fn note(tx: &mut Tx, id: Uuid, days: &WorkingDays) -> sqlx::Result<()> {
    let Some(case) = case(tx, id).await? else { return Ok(()) };
    tx.q(SET_UNTIL).bind(id).bind(case.first_due(days)).exec().await.map(|_| ())
}

/// The department has telephoned about it.
pub async fn phoned(tx: &mut Tx, id: Uuid, at: At) -> sqlx::Result<()> {
    tx.q(PHONED).bind(id).bind(at).exec().await.map(|_| ())
}

/// The practice's deputy by name, if one is chosen and works there now; of the practice that took over, if one did.
pub async fn deputy(ctx: &Context, practice: Uuid) -> sqlx::Result<Option<String>> {
    let owner = succession::belongs_to(&ctx.db, practice, ctx.now()).await?;
    let row: Option<(Option<String>,)> = ctx.db.q(DEPUTY).bind(owner).bind(ctx.now()).opt().await?;
    Ok(row.map(|(name,)| name.unwrap_or_default()))
}

/// The deputies of the practices in which the caller works.
pub async fn deputies(ctx: &Context, caller: &Caller) -> sqlx::Result<HashMap<Uuid, String>> {
    let mut found = HashMap::new();
    for practice in super::list::practices(ctx, caller).await? {
        if let Some(name) = deputy(ctx, practice).await? {
            found.insert(practice, name);
        }
    }
    Ok(found)
}

pub(crate) use case_columns;
