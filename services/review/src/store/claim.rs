//! Claims: leases in the case's row. Every write by a holder names the token and must touch exactly one row.

use super::{of_caller, of_coordinator};
use kit::lease::Lease;
use kit::{At, Db, Tx, statements};
use uuid::Uuid;

/// The case `$1` is held by person `$2` with token `$3` at `$4`, who still has a right in its department.
macro_rules! held {
    () => {
        concat!(
            "c.id = $1 and c.claimed_by = $2 and c.lease_token = $3 and c.lease_expires_at > $4 and ",
            $crate::store::of_caller!("$2", "$4")
        )
    };
}
pub(crate) use held;

/// Sets a claim of person `$2`, called `$3`, with token `$4` until `$5`; a claim that goes on keeps its beginning.
macro_rules! set_claim {
    () => {
        "update review_case as c set \
         claimed_at = case when c.claimed_by = $2 and c.lease_expires_at > $6 then c.claimed_at else $6 end, \
         claimed_by = $2, claimed_name = $3, lease_token = $4, lease_expires_at = $5, listed = (c.state <> 'signed') \
         where c.id = $1 and "
    };
}

/// What a case is without its claim: back on the worklist, unless it waits for the practice; an answer that was not amended
/// after all stands as it stood.
macro_rules! free {
    () => {
        "listed = (state not in ('awaiting-information', 'amending')), state = case when state = 'amending' then 'answered' else state end, \
         claimed_by = null, claimed_name = null, claimed_at = null, lease_token = null, lease_expires_at = null"
    };
}

statements! {
    // A claim of somebody who has no right in the department any more counts as free.
    CLAIM = concat!(set_claim!(), "((c.state in ('waiting', 'returned', 'awaiting-information') and (c.claimed_by is null or c.claimed_by = $2 or c.lease_expires_at <= $6 or not ", of_caller!("c.claimed_by", "$6"), ")) or (c.state = 'signed' and c.claimed_by = $2)) and ", of_caller!("$2", "$6"));
    TAKE_OVER = concat!(set_claim!(), "c.state in ('waiting', 'returned', 'awaiting-information') and ", of_coordinator!("$2", "$6"));
    // Who amends an answered case holds it like any other, beside the worklist.
    AMEND = concat!("update review_case as c set claimed_at = case when c.claimed_by = $2 and c.lease_expires_at > $6 then c.claimed_at else $6 end, claimed_by = $2, claimed_name = $3, lease_token = $4, lease_expires_at = $5, state = 'amending', listed = false where c.id = $1 and (c.state = 'answered' or (c.state = 'amending' and (c.claimed_by is null or c.claimed_by = $2 or c.lease_expires_at <= $6 or not ", of_caller!("c.claimed_by", "$6"), "))) and ", of_caller!("$2", "$6"));
    HOLD = concat!("update review_case as c set lease_expires_at = $5 where c.state in ('waiting', 'returned', 'awaiting-information', 'amending') and ", held!());
    LET_GO = concat!("update review_case as c set ", free!(), " where c.state in ('waiting', 'returned', 'awaiting-information', 'amending') and ", held!());
    FREE = concat!("update review_case set ", free!(), " where lease_expires_at <= $1 and state in ('waiting', 'returned', 'awaiting-information', 'amending')");
    FREE_FROM = concat!("update review_case as c set ", free!(), " where c.id = $1 and c.claimed_by = $2 and c.state in ('waiting', 'returned', 'awaiting-information', 'amending') and ", of_coordinator!("$3", "$4"));
}

/// A holder's word: this case, this person, this token, now.
#[derive(Clone, Copy, Debug)]
pub struct Holder {
    /// The case.
    pub case: Uuid,
    /// The person.
    pub person: Uuid,
    /// The claim's token.
    pub token: Uuid,
    /// The present.
    pub now: At,
}

/// Takes a free or own case. Whether it was taken.
pub async fn take(db: &Db, case: Uuid, person: Uuid, name: &str, lease: Lease, now: At) -> sqlx::Result<bool> {
    set(db, CLAIM, case, person, name, lease, now).await
}

/// Takes an answered case to amend its answer, or one's own in a new window. Whether it was taken.
pub async fn amend(db: &Db, case: Uuid, person: Uuid, name: &str, lease: Lease, now: At) -> sqlx::Result<bool> {
    set(db, AMEND, case, person, name, lease, now).await
}

/// Ends the claim that `holder` has, at the word of a coordinator of its department. Whether there was one.
pub async fn free_from(db: &Db, case: Uuid, holder: Uuid, coordinator: Uuid, now: At) -> sqlx::Result<bool> {
    Ok(db.q(FREE_FROM).bind(case).bind(holder).bind(coordinator).bind(now).exec().await? == 1)
}

/// Takes a case from whoever holds it, as a coordinator of its department. Whether it was taken.
pub async fn take_over(db: &Db, case: Uuid, person: Uuid, name: &str, lease: Lease, now: At) -> sqlx::Result<bool> {
    set(db, TAKE_OVER, case, person, name, lease, now).await
}

async fn set(
    db: &Db,
    sql: &'static str,
    case: Uuid,
    person: Uuid,
    name: &str,
    lease: Lease,
    now: At,
) -> sqlx::Result<bool> {
    let touched = db
        .q(sql)
        .bind(case)
        .bind(person)
        .bind(name.to_owned())
        .bind(lease.token)
        .bind(lease.expires_at)
        .bind(now)
        .exec()
        .await?;
    Ok(touched == 1)
}

/// Renews the claim, and locks the row for what the transaction does next. Whether it holds.
pub async fn hold(tx: &mut Tx, holder: Holder, until: At) -> sqlx::Result<bool> {
    Ok(as_holder(tx, HOLD, holder).bind(until).exec().await? == 1)
}

/// Ends the claim. Whether it held.
pub async fn let_go(tx: &mut Tx, holder: Holder) -> sqlx::Result<bool> {
    Ok(as_holder(tx, LET_GO, holder).exec().await? == 1)
}

/// Ends the claims whose time is over; how many.
pub async fn free(db: &Db, now: At) -> sqlx::Result<u64> {
    db.q(FREE).bind(now).exec().await
}

/// A statement whose first four values are the holder's.
pub fn as_holder<'t>(tx: &'t mut Tx, sql: &'static str, holder: Holder) -> kit::db::Q<'t> {
    tx.q(sql).bind(holder.case).bind(holder.person).bind(holder.token).bind(holder.now)
}
