//! How much of what is not sent yet a practice has. Counted under a lock of the practice's own row, after the addition and
//! in its transaction, so that it is exact in parallel too; there is no counter that could drift.

use kit::{Tx, statements};
use uuid::Uuid;

statements! {
    LOCK = "insert into intake_quota (practice, asked_at) values ($1, $2) on conflict (practice) do update set asked_at = excluded.asked_at";
    DRAFTS = "select count(*) from intake_referral where practice = $1 and state = 'draft' and discarded_at is null and erased_at is null";
    WAITING = "select u.number, cast(u.bytes + p.bytes as bigint) from (select count(*) as number, coalesce(sum(u.length), 0) as bytes \
        from intake_referral r join intake_upload u on u.referral = r.id \
        where r.practice = $1 and r.state in ('draft', 'awaiting-information') and u.finished_at is null and u.ended_at is null) u, \
        (select coalesce(sum(i.bytes), 0) as bytes from intake_referral r join intake_image i on i.referral = r.id \
        where r.practice = $1 and r.state in ('draft', 'awaiting-information') and i.sent_at is null) p";
}

/// Others of the practice wait here until this transaction ends.
pub async fn lock(tx: &mut Tx, practice: Uuid) -> sqlx::Result<()> {
    let now = tx.now();
    tx.q(LOCK).bind(practice).bind(now).exec_one().await
}

/// Open drafts.
pub async fn drafts(tx: &mut Tx, practice: Uuid) -> sqlx::Result<i64> {
    let (count,): (i64,) = tx.q(DRAFTS).bind(practice).one().await?;
    Ok(count)
}

/// Unfinished uploads, and bytes of them (as announced) and of pictures that are not sent yet.
pub async fn waiting(tx: &mut Tx, practice: Uuid) -> sqlx::Result<(i64, i64)> {
    tx.q(WAITING).bind(practice).one().await
}
