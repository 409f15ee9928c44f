//! The referral's row. `find` is scoped to the caller; what follows it works on an id that was found.

use super::{in_scope, of_office};
use crate::referral::State;
use crate::vocabulary::{Intention, Outcome, Priority, Specialty};
use kit::{At, Caller, Context, Db, Tx, statements};
use uuid::Uuid;

macro_rules! columns {
    () => {
        "r.id, r.practice, r.state, r.version, r.test, r.specialty, r.department, r.priority, r.created_at, r.updated_at, \
         r.discarded_at, r.submitted_at, r.due_at, r.withdrawn_at, r.answered_at, r.acknowledged_at, r.erased_at, r.content, r.first_sent_to, \
         r.training, r.intention, r.close_out, r.close_out_text, r.closed_out_at, r.responsible, r.responsible_name, r.ready_at, \
         coalesce(r.sent_to, d.name) as department_name, coalesce(p.name, '') as practice_name, coalesce(p.channel, 'web') as channel \
         from intake_referral r left join intake_practice p on p.id = r.practice left join intake_department d on d.id = r.department"
    };
}

statements! {
    FIND = concat!("select ", columns!(), " where r.id = $1 and r.erased_at is null and ", in_scope!());
    EVEN_MISTAKEN = concat!("select ", columns!(), " where r.id = $1 and r.erased_at is null and ", of_office!());
    ANY = concat!("select ", columns!(), " where r.id = $1");
    ADD = "insert into intake_referral (id, practice, state, version, test, specialty, department, priority, created_at, updated_at, identifier_hash, content, training) \
        values ($1, $2, 'draft', 1, $3, $4, $5, $6, $7, $7, $8, $9, $10) on conflict (id) do nothing";
    SAVE = "update intake_referral set version = version + 1, specialty = $3, department = $4, priority = $5, updated_at = $6, identifier_hash = $7, content = $8 \
        where id = $1 and version = $2 and state = 'draft' and discarded_at is null and erased_at is null";
    DISCARD = "update intake_referral set discarded_at = $2, updated_at = $2, ready_at = null where id = $1 and state = 'draft' and discarded_at is null and erased_at is null";
    RESTORE = "update intake_referral set discarded_at = null, updated_at = $2 where id = $1 and state = 'draft' and discarded_at > $3 and erased_at is null";
    SUBMIT = "update intake_referral set state = 'submitted', submitted_at = $3, updated_at = $3, due_at = $4, sent_to = $5, intention = $6 \
        where id = $1 and version = $2 and state = 'draft' and discarded_at is null and erased_at is null";
    SET_CONTENT = "update intake_referral set content = $2 where id = $1";
    WITHDRAW = "update intake_referral set state = 'withdrawn', withdrawn_at = $2, updated_at = $2, withdraw_reason = $3 \
        where id = $1 and state in ('submitted', 'in-review', 'awaiting-information') and erased_at is null";
    // Reading closes no question that was asked since, and no refusal.
    ACKNOWLEDGE = "update intake_referral set state = case when state = 'answered' then 'acknowledged' else state end, acknowledged_at = $2, updated_at = $2 \
        where id = $1 and state <> 'entered-in-error' and answered_at is not null and acknowledged_at is null and erased_at is null \
        and $3 = (select o.id from (select id, answered_at as at from intake_answer where referral = $1 union all select id, at from intake_decline where referral = $1) o order by o.at desc, o.id desc limit 1)";
    CLOSE_OUT = "update intake_referral set close_out = $2, close_out_text = $3, closed_out_at = $4, updated_at = $4 where id = $1 and acknowledged_at is not null and state in ('acknowledged', 'withdrawn') and erased_at is null";
    MARK = "update intake_referral set state = 'entered-in-error', updated_at = $2 where id = $1 and state not in ('draft', 'entered-in-error') and erased_at is null";
    // Takes the row's lock for whoever adds a picture, so that Send and the last piece can't cross.
    TOUCH = "update intake_referral set updated_at = $2 where id = $1 and discarded_at is null and erased_at is null and state in ('draft', 'awaiting-information')";
    LOCK = "update intake_referral set updated_at = updated_at where id = $1";
    SET_STATE = "update intake_referral set state = $2, updated_at = $3 where id = $1";
    SET_ANSWERED = "update intake_referral set state = $2, answered_at = $3, updated_at = $3, acknowledged_at = null, closed_out_at = null, answer_priority = $4 where id = $1";
    // The receipt goes on naming the department that it was made for.
    MOVE = "update intake_referral set first_sent_to = coalesce(first_sent_to, sent_to), department = $2, sent_to = $3, specialty = $4, due_at = $5, updated_at = $6 where id = $1";
    IS_THERE = "select id from intake_referral where id = $1";
    LONG_DISCARDED = "select id from intake_referral where discarded_at < $1 order by discarded_at limit 20";
    // From here on it can't be taken back, whatever another replica's clock says.
    BEGIN_PURGE = "update intake_referral set discarded_at = $3 where id = $1 and discarded_at < $2";
    PURGE = "delete from intake_referral where id = $1 and discarded_at is not null";
}

/// A referral with the names of its places.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Row {
    pub id: Uuid,
    pub practice: Uuid,
    pub practice_name: String,
    pub channel: String,
    pub state: State,
    pub version: i64,
    pub test: bool,
    pub specialty: Option<Specialty>,
    pub department: Option<Uuid>,
    pub department_name: Option<String>,
    pub priority: Option<Priority>,
    pub created_at: At,
    pub updated_at: At,
    pub discarded_at: Option<At>,
    pub submitted_at: Option<At>,
    pub due_at: Option<At>,
    pub withdrawn_at: Option<At>,
    pub answered_at: Option<At>,
    pub acknowledged_at: Option<At>,
    pub erased_at: Option<At>,
    /// Sealed; empty when it was erased.
    pub content: Vec<u8>,
    /// The department that the receipt names, when another one has it now.
    pub first_sent_to: Option<String>,
    /// To try the service with: about a person who does not exist.
    pub training: bool,
    pub intention: Option<Intention>,
    pub close_out: Option<Outcome>,
    /// Sealed.
    pub close_out_text: Option<Vec<u8>>,
    pub closed_out_at: Option<At>,
    /// The clinician who answers for it.
    pub responsible: Option<Uuid>,
    /// Sealed.
    pub responsible_name: Option<Vec<u8>>,
    /// Since when it waits for that clinician to send it.
    pub ready_at: Option<At>,
}

impl Row {
    /// Whether the office still has to say what it did after the answer.
    pub fn lacks_close_out(&self) -> bool {
        self.state == State::Acknowledged && self.closed_out_at.is_none()
    }
}

/// Where a referral was forwarded to.
pub struct Moved {
    pub department: Uuid,
    pub name: String,
    pub specialty: String,
    pub due: At,
    pub at: At,
}

/// When it is sent and how.
pub struct Sending {
    pub at: At,
    pub due: At,
    /// Name of the department now.
    pub to: String,
    pub intention: Option<Intention>,
}

/// What a saved draft writes.
pub struct Draft {
    pub specialty: Option<Specialty>,
    pub department: Option<Uuid>,
    pub priority: Option<Priority>,
    pub identifier_hash: Option<Vec<u8>>,
    /// Sealed.
    pub content: Vec<u8>,
    /// Of a new one: to try the service with.
    pub training: bool,
}

impl Draft {
    fn words(&self) -> (Option<String>, Option<String>) {
        (self.specialty.map(|one| one.as_str().to_owned()), self.priority.map(|one| one.as_str().to_owned()))
    }
}

/// The referral, when the caller has a right in its practice now; discarded ones too, erased ones not.
pub async fn find(ctx: &Context, caller: &Caller, id: Uuid) -> sqlx::Result<Option<Row>> {
    ctx.db.q(FIND).bind(id).bind(caller.person).bind(ctx.now()).opt().await
}

/// The referral in the caller's office, even when it was entered in error.
pub async fn even_mistaken(ctx: &Context, caller: &Caller, id: Uuid) -> sqlx::Result<Option<Row>> {
    ctx.db.q(EVEN_MISTAKEN).bind(id).bind(caller.person).bind(ctx.now()).opt().await
}

/// The referral for projections, locked: what is read here stands until the transaction ends, so a question or an answer
/// can't overwrite a withdrawal that crosses it.
pub async fn locked(tx: &mut Tx, id: Uuid) -> sqlx::Result<Option<Row>> {
    tx.q(LOCK).bind(id).exec().await?;
    any(tx, id).await
}

/// The referral for rules that act for nobody.
pub async fn any(tx: &mut Tx, id: Uuid) -> sqlx::Result<Option<Row>> {
    tx.q(ANY).bind(id).opt().await
}

/// Adds a draft with version 1; false when the id is taken.
pub async fn add(tx: &mut Tx, id: Uuid, practice: Uuid, test: bool, draft: Draft) -> sqlx::Result<bool> {
    let now = tx.now();
    let (specialty, priority) = draft.words();
    let added = tx
        .q(ADD)
        .bind(id)
        .bind(practice)
        .bind(test)
        .bind(specialty)
        .bind(draft.department)
        .bind(priority)
        .bind(now)
        .bind(draft.identifier_hash)
        .bind(draft.content)
        .bind(draft.training)
        .exec()
        .await?;
    Ok(added == 1)
}

/// Saves a draft over `version`; false when another one stands.
pub async fn save(tx: &mut Tx, id: Uuid, version: i64, draft: Draft) -> sqlx::Result<bool> {
    let now = tx.now();
    let (specialty, priority) = draft.words();
    let saved = tx
        .q(SAVE)
        .bind(id)
        .bind(version)
        .bind(specialty)
        .bind(draft.department)
        .bind(priority)
        .bind(now)
        .bind(draft.identifier_hash)
        .bind(draft.content)
        .exec()
        .await?;
    Ok(saved == 1)
}

/// Discards a draft; false when it is none, or discarded already.
pub async fn discard(tx: &mut Tx, id: Uuid) -> sqlx::Result<bool> {
    let now = tx.now();
    Ok(tx.q(DISCARD).bind(id).bind(now).exec().await? == 1)
}

/// Takes back a draft that was discarded after `since`.
pub async fn restore(tx: &mut Tx, id: Uuid, since: At) -> sqlx::Result<bool> {
    let now = tx.now();
    Ok(tx.q(RESTORE).bind(id).bind(now).bind(since).exec().await? == 1)
}

/// The once-only transition; false when `version` is not what stands, or it is no draft any more.
pub async fn submit(tx: &mut Tx, id: Uuid, version: i64, sending: Sending) -> sqlx::Result<bool> {
    let Sending { at, due, to, intention } = sending;
    Ok(tx.q(SUBMIT).bind(id).bind(version).bind(at).bind(due).bind(to).bind(intention).exec().await? == 1)
}

/// Writes the content as it was sent.
pub async fn set_content(tx: &mut Tx, id: Uuid, sealed: Vec<u8>) -> sqlx::Result<()> {
    tx.q(SET_CONTENT).bind(id).bind(sealed).exec_one().await
}

/// Withdraws; false when it is not waiting any more.
pub async fn withdraw(tx: &mut Tx, id: Uuid, reason: Vec<u8>) -> sqlx::Result<bool> {
    let now = tx.now();
    Ok(tx.q(WITHDRAW).bind(id).bind(now).bind(reason).exec().await? == 1)
}

/// Records what was done after the answer, in place of what was recorded before; false when no answer was read.
pub async fn close_out(tx: &mut Tx, id: Uuid, outcome: Outcome, text: Vec<u8>) -> sqlx::Result<bool> {
    let now = tx.now();
    Ok(tx.q(CLOSE_OUT).bind(id).bind(outcome).bind(text).bind(now).exec().await? == 1)
}

/// Marks as entered in error; false when it is marked already, is a draft or erased.
pub async fn mark(tx: &mut Tx, id: Uuid) -> sqlx::Result<bool> {
    let now = tx.now();
    Ok(tx.q(MARK).bind(id).bind(now).exec().await? == 1)
}

/// Notes that the newest answer was read; false when another request was first, or a newer answer has come.
pub async fn acknowledge(tx: &mut Tx, id: Uuid, answer: Uuid) -> sqlx::Result<bool> {
    let now = tx.now();
    Ok(tx.q(ACKNOWLEDGE).bind(id).bind(now).bind(answer).exec().await? == 1)
}

/// Locks the row for a change of its pictures; false when it takes none any more.
pub async fn touch(tx: &mut Tx, id: Uuid) -> sqlx::Result<bool> {
    let now = tx.now();
    Ok(tx.q(TOUCH).bind(id).bind(now).exec().await? == 1)
}

/// Writes the state.
pub async fn set_state(tx: &mut Tx, id: Uuid, state: State, at: At) -> sqlx::Result<()> {
    tx.q(SET_STATE).bind(id).bind(state).bind(at).exec_one().await
}

/// Notes an answer, which is unread. What was done after an earlier one stays written until it is recorded anew, and is asked
/// for again.
pub async fn set_answered(tx: &mut Tx, id: Uuid, state: State, at: At, priority: Option<Priority>) -> sqlx::Result<()> {
    tx.q(SET_ANSWERED).bind(id).bind(state).bind(at).bind(priority).exec_one().await
}

/// Notes that another department has it now.
pub async fn set_moved(tx: &mut Tx, id: Uuid, moved: Moved) -> sqlx::Result<()> {
    let q = tx.q(MOVE).bind(id).bind(moved.department).bind(moved.name).bind(moved.specialty);
    q.bind(moved.due).bind(moved.at).exec_one().await
}

/// Whether there is a row of that id at all.
pub async fn is_there(db: &Db, id: Uuid) -> sqlx::Result<bool> {
    let row: Option<(Uuid,)> = db.q(IS_THERE).bind(id).opt().await?;
    Ok(row.is_some())
}

/// Some drafts discarded before `before`.
pub async fn long_discarded(ctx: &Context, before: At) -> sqlx::Result<Vec<(Uuid,)>> {
    ctx.db.q(LONG_DISCARDED).bind(before).all().await
}

/// Decides that a draft discarded before `before` goes; false when it was taken back.
pub async fn begin_purge(ctx: &Context, id: Uuid, before: At) -> sqlx::Result<bool> {
    Ok(ctx.db.q(BEGIN_PURGE).bind(id).bind(before).bind(At::from_micros(0)).exec().await? == 1)
}

/// Deletes the row of a discarded draft.
pub async fn purge(tx: &mut Tx, id: Uuid) -> sqlx::Result<()> {
    tx.q(PURGE).bind(id).exec().await.map(|_| ())
}
