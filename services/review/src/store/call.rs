//! What waits for practices, and the calls that were made about it. The first two tables are a projection of the log.
//!
//! A case waits for at most one thing of each kind: a question that is asked while an answer is unread leaves the answer waiting.
//! Whose a wait is stands nowhere beside it: it is the case's practice as it is now, or the one that took over from it, found by
//! looking. What a department says may name the practice that had the case a moment ago, and a closing counts from a day on and
//! can be taken back. What crossed a withdrawal, a question or a refusal, is nothing to telephone about.

use super::of_caller;
use crate::call::{Wait, What};
use kit::{At, Db, Tx, statements};
use uuid::Uuid;

/// Tables.
pub const SCHEMA: &str = "
    create table review_practice (
        id {uuid} primary key, name text not null, phone text not null, deputy {uuid}
    ) {strict};
    create table review_wait (
        case_id {uuid} primary key, practice {uuid} not null, priority text not null, test {bool} not null, what text not null,
        since {at} not null, answer {uuid}, phoned_at {at}
    ) {strict};
    create table review_call (
        id {uuid} primary key, case_id {uuid} not null, at {at} not null, person {uuid} not null, person_name text not null,
        note {bytes} not null
    ) {strict};
    create index review_call_case on review_call (case_id, at);
";

/// Columns of a practice: which one takes over from it, and from when.
pub const SUCCESSION: &str = "
    alter table review_practice add column successor {uuid};
    alter table review_practice add column successor_from {at};
";

/// A wait for each kind of thing, without the practice; which cases were withdrawn. A replica of before it can't add a wait here:
/// its consumer tries again until a newer one has done it.
pub const EACH: &str = "
    create table review_waiting (
        case_id {uuid} not null, what text not null, priority text not null, test {bool} not null, since {at} not null,
        answer {uuid}, phoned_at {at}, primary key (case_id, what)
    ) {strict};
    insert into review_waiting (case_id, what, priority, test, since, answer, phoned_at)
        select w.case_id, w.what, w.priority, w.test, w.since, w.answer, w.phoned_at from review_wait w
        where not (w.what = 'open-question' and exists (
            select 1 from review_case c where c.id = w.case_id and c.withdrawn_at is not null));
    drop table review_wait;
    alter table review_waiting rename to review_wait;
    create table review_withdrawn (case_id {uuid} primary key) {strict};
    insert into review_withdrawn (case_id) select id from review_case where withdrawn_at is not null;
";

/// Empty the projection before a rebuild. Calls are state of this service, and their events bring `phoned_at` back.
pub const RESET: &[&str] = &["delete from review_practice", "delete from review_wait", "delete from review_withdrawn"];

/// The practice that has case `o` at `$now`: its own, or the last in the chain of those that took over.
macro_rules! owner {
    ($now:literal) => {
        concat!(
            "(with recursive way (practice, steps) as (select o.practice, 0 union all select s.successor, way.steps + 1 \
             from way join review_practice s on s.id = way.practice where s.successor is not null and s.successor_from <= ",
            $now,
            " and way.steps < 9) select way.practice from way order by way.steps desc limit 1)"
        )
    };
}

/// Who has a right in practice `p` of wait `w` at `$now`.
macro_rules! works {
    ($also:literal, $now:literal) => {
        concat!(
            "exists (select 1 from kit_grant g where ",
            $also,
            "g.practice = w.owner and g.role in ('gp-clinician', 'gp-staff') and g.starts_at <= ",
            $now,
            " and (g.ends_at is null or g.ends_at > ",
            $now,
            "))"
        )
    };
}

/// A [`Wait`] of wait `w` and its case `c`.
macro_rules! waits {
    () => {
        concat!(
            "select w.case_id, c.data_key, w.owner as practice, coalesce(p.name, c.practice_name) as practice_name, coalesce(p.phone, '') as phone, \
             w.what, w.since, w.priority, c.specialty, w.phoned_at, ",
            works!("", "$3"),
            " as practice_there, ",
            works!("g.person = p.deputy and ", "$3"),
            " as deputy_there from (select v.case_id, v.priority, v.test, v.what, v.since, v.answer, v.phoned_at, ",
            owner!("$3"),
            " as owner from review_wait v join review_case o on o.id = v.case_id) w join review_case c on c.id = w.case_id \
             left join review_practice p on p.id = w.owner where w.test = false and c.state <> 'erased' \
             and not (c.withdrawn_at is not null and (w.what = 'open-question' \
             or exists (select 1 from review_decline d where d.id = w.answer))) and ",
            of_caller!("$2", "$3")
        )
    };
}

statements! {
    SET_PRACTICE = "insert into review_practice (id, name, phone) values ($1, $2, $3) on conflict (id) do update set name = excluded.name, phone = excluded.phone";
    CHANGE_PRACTICE = "update review_practice set name = $2, phone = coalesce($3, phone) where id = $1";
    SET_SUCCESSOR = "update review_practice set successor = $2, successor_from = $3 where id = $1";
    SET_DEPUTY = "update review_practice set deputy = $2 where id = $1";
    BEGIN = "insert into review_wait (case_id, what, priority, test, since, answer) values ($1, $2, $3, $4, $5, $6) \
        on conflict (case_id, what) do update set priority = excluded.priority, test = excluded.test, since = excluded.since, answer = excluded.answer";
    END = "delete from review_wait where case_id = $1 and what = $2";
    READ = "delete from review_wait where case_id = $1 and what = 'unread-answer' and (answer is null or answer = $2)";
    WITHDRAW = "insert into review_withdrawn (case_id) values ($1) on conflict (case_id) do nothing";
    IS_WITHDRAWN = "select case_id from review_withdrawn where case_id = $1";
    GONE = "delete from review_wait where case_id = $1";
    EMPTY_NOTES = "update review_call set note = $2 where case_id = $1";
    NOTE_CALL = "update review_wait set phoned_at = $2 where case_id = $1 and (phoned_at is null or phoned_at < $2)";
    // A department has as many of them as practices have not read: a few hundred, most of which are not to be called yet.
    OF_DEPARTMENT = concat!(waits!(), " and c.department = $1 order by w.since, w.case_id, w.what limit 5000");
    OF_CASE = concat!(waits!(), " and w.case_id = $1");
    HOLD = "update review_wait set since = since where case_id = $1";
    ADD_CALL = "insert into review_call (id, case_id, at, person, person_name, note) values ($1, $2, $3, $4, $5, $6) on conflict (id) do nothing";
    HAS_CALL = "select case_id from review_call where id = $1 and person = $2";
    LAST_CALL = "select id, at, person_name, note from review_call where case_id = $1 order by at desc, id desc limit 1";
}

/// A practice as the register says.
#[derive(Clone, Debug)]
pub struct Practice {
    /// Its id.
    pub id: Uuid,
    /// Its name.
    pub name: String,
    /// Its telephone number, or empty.
    pub phone: String,
}

/// Something that begins to wait for a practice.
#[derive(Clone, Debug)]
pub struct NewWait {
    /// The case.
    pub case_id: Uuid,
    /// The referral's, or what the answer made more urgent.
    pub priority: String,
    /// Training or test.
    pub test: bool,
    /// What for.
    pub what: What,
    /// Since when.
    pub since: At,
    /// The answer or refusal that is to be read.
    pub answer: Option<Uuid>,
}

/// A call that was made.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct CallRow {
    /// Its id.
    pub id: Uuid,
    /// When.
    pub at: At,
    /// Who made it.
    pub person_name: String,
    /// Sealed; empty when erased.
    pub note: Vec<u8>,
}

/// Writes a practice.
pub async fn set_practice(tx: &mut Tx, practice: Practice) -> sqlx::Result<()> {
    tx.q(SET_PRACTICE).bind(practice.id).bind(practice.name).bind(practice.phone).exec_one().await
}

/// Writes a practice's new name, and its number when it changed.
pub async fn change_practice(tx: &mut Tx, id: Uuid, name: String, phone: Option<String>) -> sqlx::Result<()> {
    tx.q(CHANGE_PRACTICE).bind(id).bind(name).bind(phone).exec().await.map(|_| ())
}

/// Writes a practice's deputy.
pub async fn set_deputy(tx: &mut Tx, id: Uuid, person: Option<Uuid>) -> sqlx::Result<()> {
    tx.q(SET_DEPUTY).bind(id).bind(person).exec().await.map(|_| ())
}

/// Writes which practice takes over from a practice, and from when; nothing: it is open again.
pub async fn set_successor(tx: &mut Tx, id: Uuid, successor: Option<(Uuid, At)>) -> sqlx::Result<()> {
    let (successor, from) = successor.unzip();
    tx.q(SET_SUCCESSOR).bind(id).bind(successor).bind(from).exec().await.map(|_| ())
}

/// A case begins to wait for its practice. An answer or a refusal ends the wait for a reply, because it was given without one; a
/// question leaves an answer waiting. Nobody is asked about what was withdrawn.
pub async fn begin(tx: &mut Tx, wait: NewWait) -> sqlx::Result<()> {
    let NewWait { case_id, priority, test, what, since, answer } = wait;
    match what {
        What::UnreadAnswer => end(tx, case_id, What::OpenQuestion).await?,
        What::OpenQuestion if is_withdrawn(tx, case_id).await? => return Ok(()),
        What::OpenQuestion => {}
    }
    let q = tx.q(BEGIN).bind(case_id).bind(what).bind(priority).bind(test);
    q.bind(since).bind(answer).exec_one().await
}

/// The practice withdrew it: it waits for no reply, now or later. An answer that crossed it is still to be read.
pub async fn withdraw(tx: &mut Tx, case: Uuid) -> sqlx::Result<()> {
    tx.q(WITHDRAW).bind(case).exec().await?;
    end(tx, case, What::OpenQuestion).await
}

async fn is_withdrawn(tx: &mut Tx, case: Uuid) -> sqlx::Result<bool> {
    let row: Option<(Uuid,)> = tx.q(IS_WITHDRAWN).bind(case).opt().await?;
    Ok(row.is_some())
}

/// It waits for that no more.
pub async fn end(tx: &mut Tx, case: Uuid, what: What) -> sqlx::Result<()> {
    tx.q(END).bind(case).bind(what).exec().await.map(|_| ())
}

/// An answer or a refusal was read: the newest one, unless another has been given meanwhile. Events from before it was said which
/// one do not name it, and mean the newest.
pub async fn read(tx: &mut Tx, case: Uuid, answer: Option<Uuid>) -> sqlx::Result<()> {
    match answer {
        Some(answer) => tx.q(READ).bind(case).bind(answer).exec().await.map(|_| ()),
        None => end(tx, case, What::UnreadAnswer).await,
    }
}

/// There is nothing to telephone about any more.
pub async fn gone(tx: &mut Tx, case: Uuid) -> sqlx::Result<()> {
    tx.q(GONE).bind(case).exec().await.map(|_| ())
}

/// Nothing of it is left to telephone about.
pub async fn erase(tx: &mut Tx, case: Uuid) -> sqlx::Result<()> {
    gone(tx, case).await?;
    tx.q(EMPTY_NOTES).bind(case).bind(Vec::<u8>::new()).exec().await.map(|_| ())
}

/// Somebody has telephoned: about everything that the case waits for.
pub async fn note_call(tx: &mut Tx, case: Uuid, at: At) -> sqlx::Result<()> {
    tx.q(NOTE_CALL).bind(case).bind(at).exec().await.map(|_| ())
}

/// What waits for practices of cases in a department of the person's, longest first.
pub async fn of_department(db: &Db, department: Uuid, person: Uuid, now: At) -> sqlx::Result<Vec<Wait>> {
    db.q(OF_DEPARTMENT).bind(department).bind(person).bind(now).all().await
}

/// The case's, held against others who telephone; none when it waits for nothing, or is of no department of the person's.
pub async fn hold(tx: &mut Tx, case: Uuid, person: Uuid) -> sqlx::Result<Vec<Wait>> {
    let now = tx.now();
    tx.q(HOLD).bind(case).exec().await?;
    tx.q(OF_CASE).bind(case).bind(person).bind(now).all().await
}

/// Adds a call; `false` when its id stands already.
pub async fn add_call(tx: &mut Tx, case: Uuid, person: Uuid, row: CallRow) -> sqlx::Result<bool> {
    let q = tx.q(ADD_CALL).bind(row.id).bind(case).bind(row.at).bind(person).bind(row.person_name);
    Ok(q.bind(row.note).exec().await? == 1)
}

/// About which case the person has made this call.
pub async fn called_about(tx: &mut Tx, call: Uuid, person: Uuid) -> sqlx::Result<Option<Uuid>> {
    let row: Option<(Uuid,)> = tx.q(HAS_CALL).bind(call).bind(person).opt().await?;
    Ok(row.map(|(case,)| case))
}

/// The last call about a case.
pub async fn last_call(db: &Db, case: Uuid) -> sqlx::Result<Option<CallRow>> {
    db.q(LAST_CALL).bind(case).opt().await
}
