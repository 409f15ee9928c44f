//! What waits: at most one thing of each kind for a referral. A question that is asked while an answer is unread leaves the answer
//! waiting; with an answer nothing else waits. What was said of something that waits no more is nobody's news.
//!
//! A wait keeps the practice that it was sent from. Who has it now is found by looking, because a closing counts from a day on
//! and can be taken back.

use crate::wait::{Wait, What, Worker};
use kit::{At, Db, Tx, statements};
use uuid::Uuid;

/// Columns of a practice: which one takes over from it, and from when.
pub const SUCCESSION: &str = "
    alter table notify_practice add column successor {uuid};
    alter table notify_practice add column successor_from {at};
";

/// A wait for each kind of thing; which referrals are over. A replica of before it can't begin one here: its consumer tries
/// again until a newer one has done it.
pub const EACH: &str = "
    create table notify_waiting (
        referral {uuid} not null, what text not null, practice {uuid} not null, department {uuid} not null, priority text not null,
        since {at} not null, due {at}, answer {uuid}, phoned_at {at}, next_at {at} not null, primary key (referral, what)
    ) {strict};
    insert into notify_waiting (referral, what, practice, department, priority, since, due, answer, phoned_at, next_at)
        select referral, what, practice, department, priority, since, due, answer, phoned_at, next_at from notify_wait;
    drop table notify_wait;
    alter table notify_waiting rename to notify_wait;
    create index notify_wait_next on notify_wait (next_at);
    create table notify_over (referral {uuid} primary key) {strict};
";

/// The practice that has wait `w` at an instant: its own, or the last in the chain of those that took over.
macro_rules! owner {
    ($now:literal) => {
        concat!(
            "(with recursive way (practice, steps) as (select w.practice, 0 union all select p.successor, way.steps + 1 \
             from way join notify_practice p on p.id = way.practice where p.successor is not null and p.successor_from <= ",
            $now,
            " and way.steps < 9) select way.practice from way order by way.steps desc limit 1)"
        )
    };
}
pub(crate) use owner;

statements! {
    // Where it is stands already while something waits, and whoever speaks of it may not have learned of a move yet.
    STANDS = "select practice, department, max(due) as due, max(phoned_at) as phoned_at from notify_wait where referral = $1 group by practice, department";
    OVER = "insert into notify_over (referral) values ($1) on conflict (referral) do nothing";
    IS_OVER = "select referral from notify_over where referral = $1";
    BEGIN = "insert into notify_wait (referral, what, practice, department, priority, since, due, answer, phoned_at, next_at) \
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $6)";
    END = "delete from notify_wait where referral = $1";
    END_ONE = "delete from notify_wait where referral = $1 and what = $2";
    FORGET_ITEMS_OF = "delete from notify_item where referral = $1 and what = $2";
    READ_ANY = "delete from notify_wait where referral = $1 and what in ('answer', 'refusal')";
    WITHDRAW = "delete from notify_wait where referral = $1 and what <> 'answer'";
    READ = "delete from notify_wait where referral = $1 and what in ('answer', 'refusal') and (answer is null or answer = $2)";
    FORGET_ITEMS = "delete from notify_item where referral = $1 and what <> 'mistake' and not exists (select 1 from notify_wait w where w.referral = notify_item.referral and w.what = notify_item.what)";
    MOVE = "update notify_wait set practice = $2, next_at = $3 where referral = $1";
    FORWARD = "update notify_wait set department = $2, next_at = $3 where referral = $1";
    PHONED = "update notify_wait set phoned_at = $2, next_at = $2 where referral = $1 and (phoned_at is null or phoned_at < $2)";
    SET_DEPUTY = "insert into notify_practice (id, deputy) values ($1, $2) on conflict (id) do update set deputy = excluded.deputy";
    SET_SUCCESSOR = "insert into notify_practice (id, successor, successor_from) values ($1, $2, $3) \
        on conflict (id) do update set successor = excluded.successor, successor_from = excluded.successor_from";
    LOOK_AGAIN = "update notify_wait set next_at = $2 where (practice = $1 or department = $1 \
        or practice in (select p.id from notify_practice p where p.successor = $1)) and next_at > $2";
    DUE = concat!(
        "select d.referral, d.practice, d.department, d.priority, d.what, d.since, d.due, d.phoned_at, d.next_at, p.deputy \
         from (select w.referral, w.department, w.priority, w.what, w.since, w.due, w.phoned_at, w.next_at, ", owner!("$1"), " as practice \
         from notify_wait w where w.next_at <= $1 order by w.next_at limit 50) d left join notify_practice p on p.id = d.practice order by d.next_at"
    );
    LOOKED_AT = "update notify_wait set next_at = $2 where referral = $1 and next_at = $3 and since = $4 and what = $5";
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

/// Where a referral is, as its waits say.
#[derive(Clone, Copy, Debug, sqlx::FromRow)]
struct Stands {
    practice: Uuid,
    department: Uuid,
    due: Option<At>,
    phoned_at: Option<At>,
}

/// Begins, and ends what waits no more when this does.
pub async fn begin(tx: &mut Tx, mut new: NewWait) -> sqlx::Result<()> {
    let stands: Option<Stands> = tx.q(STANDS).bind(new.referral).opt().await?;
    for what in new.what.ends() {
        tx.q(END_ONE).bind(new.referral).bind(*what).exec().await?;
        tx.q(FORGET_ITEMS_OF).bind(new.referral).bind(*what).exec().await?;
    }
    if let Some(stands) = stands {
        new.practice = stands.practice;
        new.department = stands.department;
        new.due = new.due.or(stands.due);
    }
    let q = tx.q(BEGIN).bind(new.referral).bind(new.what).bind(new.practice).bind(new.department).bind(new.priority);
    let q = q.bind(new.since).bind(new.due).bind(new.answer).bind(stands.and_then(|stands| stands.phoned_at));
    q.exec_one().await
}

/// Begins, unless the referral is over: the office withdrew it, or it was of a wrong patient, before this was said, and the
/// office is asked nothing.
pub async fn begin_unless_over(tx: &mut Tx, new: NewWait) -> sqlx::Result<()> {
    let over: Option<(Uuid,)> = tx.q(IS_OVER).bind(new.referral).opt().await?;
    if over.is_none() { begin(tx, new).await } else { Ok(()) }
}

/// What was said of things that do not wait any more is forgotten.
async fn forget_items(tx: &mut Tx, referral: Uuid) -> sqlx::Result<()> {
    tx.q(FORGET_ITEMS).bind(referral).exec().await.map(|_| ())
}

/// Nothing of the referral waits any more, for good.
pub async fn end(tx: &mut Tx, referral: Uuid) -> sqlx::Result<()> {
    tx.q(OVER).bind(referral).exec().await?;
    tx.q(END).bind(referral).exec().await?;
    forget_items(tx, referral).await
}

/// The office withdrew it; an answer stays to be read, a refusal does not.
pub async fn withdraw(tx: &mut Tx, referral: Uuid) -> sqlx::Result<()> {
    tx.q(OVER).bind(referral).exec().await?;
    tx.q(WITHDRAW).bind(referral).exec().await?;
    forget_items(tx, referral).await
}

/// An answer or a refusal was read: the newest, unless another has been given meanwhile. Older events do not say which.
pub async fn read(tx: &mut Tx, referral: Uuid, answer: Option<Uuid>) -> sqlx::Result<()> {
    match answer {
        Some(answer) => tx.q(READ).bind(referral).bind(answer).exec().await?,
        None => tx.q(READ_ANY).bind(referral).exec().await?,
    };
    forget_items(tx, referral).await
}

/// Another practice has it now: it is looked at again.
pub async fn move_to(tx: &mut Tx, referral: Uuid, practice: Uuid) -> sqlx::Result<()> {
    let now = tx.now();
    tx.q(MOVE).bind(referral).bind(practice).bind(now).exec().await.map(|_| ())
}

/// Another department has it now: it is looked at again.
pub async fn forward(tx: &mut Tx, referral: Uuid, department: Uuid) -> sqlx::Result<()> {
    let now = tx.now();
    tx.q(FORWARD).bind(referral).bind(department).bind(now).exec().await.map(|_| ())
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

/// Writes which practice takes over from a practice, and from when; nothing: it is open again. What waits is looked at again.
pub async fn set_successor(tx: &mut Tx, practice: Uuid, successor: Option<(Uuid, At)>) -> sqlx::Result<()> {
    let (successor, from) = successor.unzip();
    tx.q(SET_SUCCESSOR).bind(practice).bind(successor).bind(from).exec_one().await?;
    look_again(tx, practice).await
}

/// What waits for a practice or department is looked at again, with what a practice has taken over.
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
    let q = tx.q(LOOKED_AT).bind(wait.referral).bind(again).bind(wait.next_at).bind(wait.since).bind(wait.what);
    Ok(q.exec().await? == 1)
}

/// Everybody who works in the practice or in the department now.
pub async fn workers(db: &Db, practice: Uuid, department: Uuid, now: At) -> sqlx::Result<Vec<Worker>> {
    db.q(WORKERS).bind(practice).bind(department).bind(now).all().await
}
