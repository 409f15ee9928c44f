//! What waits: one thing for each referral. When it changes, what was said of it before is nobody's news any more.

use crate::wait::{Wait, What, Worker};
use kit::{At, Db, Tx, statements};
use uuid::Uuid;

statements! {
    BEGIN = "insert into notify_wait (referral, practice, department, priority, what, since, due, answer, next_at) \
        values ($1, $2, $3, $4, $5, $6, $7, $8, $6) on conflict (referral) do update set practice = excluded.practice, \
            department = excluded.department, priority = excluded.priority, what = excluded.what, since = excluded.since, \
            due = coalesce(excluded.due, notify_wait.due), answer = excluded.answer, next_at = excluded.next_at";
    END = "delete from notify_wait where referral = $1";
    WITHDRAW = "delete from notify_wait where referral = $1 and what <> 'answer'";
    READ = "delete from notify_wait where referral = $1 and what = 'answer' and (answer is null or answer = $2)";
    FORGET_ITEMS = "delete from notify_item where referral = $1";
    MOVE = "update notify_wait set practice = $2, next_at = $3 where referral = $1";
    PHONED = "update notify_wait set phoned_at = $2, next_at = $2 where referral = $1 and (phoned_at is null or phoned_at < $2)";
    SET_DEPUTY = "insert into notify_practice (id, deputy) values ($1, $2) on conflict (id) do update set deputy = excluded.deputy";
    LOOK_AGAIN = "update notify_wait set next_at = $2 where (practice = $1 or department = $1) and next_at > $2";
    DUE = "select w.referral, w.practice, w.department, w.priority, w.what, w.since, w.due, w.phoned_at, w.next_at, p.deputy \
        from notify_wait w left join notify_practice p on p.id = w.practice where w.next_at <= $1 order by w.next_at limit 50";
    LOOKED_AT = "update notify_wait set next_at = $2 where referral = $1 and next_at = $3 and since = $4";
    WORKERS = "select person, role from kit_grant where (practice = $1 or department = $2) and starts_at <= $3 and (ends_at is null or ends_at > $3)";
}

/// Something that begins to wait.
#[derive(Clone, Debug)]
pub struct NewWait {
    pub referral: Uuid,
    pub practice: Uuid,
    pub department: Uuid,
    pub priority: String,
    pub what: What,
    pub since: At,
    /// When an answer is due; what stands when none is said.
    pub due: Option<At>,
    /// The answer that is to be read.
    pub answer: Option<Uuid>,
}

/// Begins.
pub async fn begin(tx: &mut Tx, new: NewWait) -> sqlx::Result<()> {
    forget_items(tx, new.referral).await?;
    let q = tx.q(BEGIN).bind(new.referral).bind(new.practice).bind(new.department).bind(new.priority);
    q.bind(new.what).bind(new.since).bind(new.due).bind(new.answer).exec_one().await
}

async fn forget_items(tx: &mut Tx, referral: Uuid) -> sqlx::Result<()> {
    tx.q(FORGET_ITEMS).bind(referral).exec().await.map(|_| ())
}

/// Nothing of the referral waits any more.
pub async fn end(tx: &mut Tx, referral: Uuid) -> sqlx::Result<()> {
    tx.q(END).bind(referral).exec().await?;
    forget_items(tx, referral).await
}

/// The office withdrew it; an answer stays to be read.
pub async fn withdraw(tx: &mut Tx, referral: Uuid) -> sqlx::Result<()> {
    if tx.q(WITHDRAW).bind(referral).exec().await? == 1 { forget_items(tx, referral).await } else { Ok(()) }
}

/// An answer was read: the newest, unless another has been given meanwhile. Older events do not say which.
pub async fn read(tx: &mut Tx, referral: Uuid, answer: Option<Uuid>) -> sqlx::Result<()> {
    let Some(answer) = answer else { return end(tx, referral).await };
    if tx.q(READ).bind(referral).bind(answer).exec().await? == 1 { forget_items(tx, referral).await } else { Ok(()) }
}

/// Another practice has it now: it is looked at again.
pub async fn move_to(tx: &mut Tx, referral: Uuid, practice: Uuid) -> sqlx::Result<()> {
    let now = tx.now();
    tx.q(MOVE).bind(referral).bind(practice).bind(now).exec().await.map(|_| ())
}

/// Somebody has telephoned about it.
pub async fn phoned(tx: &mut Tx, referral: Uuid, at: At) -> sqlx::Result<()> {
    tx.q(PHONED).bind(referral).bind(at).exec().await.map(|_| ())
}

/// Writes a practice's deputy; what waits for the practice is looked at again.
pub async fn set_deputy(tx: &mut Tx, practice: Uuid, deputy: Option<Uuid>) -> sqlx::Result<()> {
    tx.q(SET_DEPUTY).bind(practice).bind(deputy).exec_one().await?;
    look_again(tx, practice).await
}

/// What waits for a practice or department is looked at again.
pub async fn look_again(tx: &mut Tx, place: Uuid) -> sqlx::Result<()> {
    let now = tx.now();
    tx.q(LOOK_AGAIN).bind(place).bind(now).exec().await.map(|_| ())
}

/// What is to be looked at, earliest first.
pub async fn due(db: &Db, now: At) -> sqlx::Result<Vec<Wait>> {
    db.q(DUE).bind(now).all().await
}

/// Sets when it is looked at again; `false` when it has changed since it was read.
pub async fn looked_at(tx: &mut Tx, wait: &Wait, again: At) -> sqlx::Result<bool> {
    let q = tx.q(LOOKED_AT).bind(wait.referral).bind(again).bind(wait.next_at).bind(wait.since);
    Ok(q.exec().await? == 1)
}

/// Everybody who works in the practice or in the department now.
pub async fn workers(db: &Db, practice: Uuid, department: Uuid, now: At) -> sqlx::Result<Vec<Worker>> {
    db.q(WORKERS).bind(practice).bind(department).bind(now).all().await
}
