//! Rows of cases.

use super::of_caller;
use crate::case::{Priority, State};
use crate::claim::Claim;
use kit::{At, Db, Tx, statements};
use uuid::Uuid;

macro_rules! columns {
    () => {
        "c.id, c.data_key, c.practice, c.practice_name, c.department, c.department_name, c.specialty, c.channel, c.priority, \
         c.due_at, c.submitted_at, c.sex, c.age_65_plus, c.test, c.content, c.state, c.claimed_by, c.claimed_name, \
         c.claimed_at, c.lease_expires_at, c.withdrawn_at, c.assigned_to, c.assigned_name, c.assigned_at"
    };
}

statements! {
    ADD = "insert into review_case (id, data_key, practice, practice_name, department, department_name, specialty, channel, priority, priority_rank, due_at, submitted_at, sex, age_65_plus, test, content, state, listed) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18) on conflict (id) do nothing";
    FOR_CALLER = concat!("select ", columns!(), " from review_case c where c.id = $1 and c.state <> 'erased' and ", of_caller!("$2", "$3"));
    BY_ID = concat!("select ", columns!(), " from review_case c where c.id = $1");
    WITHDRAW_OPEN = "update review_case set state = 'withdrawn', listed = false, withdrawn_at = $2, assigned_to = null, assigned_name = null, assigned_at = null, claimed_by = null, claimed_name = null, claimed_at = null, lease_token = null, lease_expires_at = null where id = $1 and state in ('waiting', 'returned', 'awaiting-information')";
    WITHDRAW_ANSWERED = "update review_case set withdrawn_at = $2 where id = $1 and state in ('signed', 'answered', 'amending', 'declined') and withdrawn_at is null";
    RETURN_OPEN = "update review_case set state = 'returned', listed = true, returned_at = $2 where id = $1 and state in ('waiting', 'returned', 'awaiting-information', 'answered', 'amending', 'declined')";
    // An answer that was held counts as dealt with: it can't leave any more.
    ERASE_ANSWERS = "update review_answer set content = $2, released_at = coalesce(released_at, $3), filed_by = null where case_id = $1";
    ERASE_QUESTIONS = "update review_question set content = $2, reply = null where case_id = $1";
    ERASE_DECLINES = "update review_decline set content = $2 where case_id = $1";
    ERASE_FORWARDS = "update review_forward set content = $2 where case_id = $1";
    ERASE_OPENINGS = "delete from review_opening where case_id = $1";
    ERASE_DRAFTS = "delete from review_draft where case_id = $1";
    ERASE = "update review_case set state = 'erased', listed = false, content = null, assigned_to = null, assigned_name = null, assigned_at = null, claimed_by = null, claimed_name = null, claimed_at = null, lease_token = null, lease_expires_at = null where id = $1";
    RETURN_SIGNED = "update review_case set returned_at = $2 where id = $1 and state = 'signed'";
}

/// One case.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct CaseRow {
    /// The referral's id.
    pub id: Uuid,
    /// Seals its content.
    pub data_key: Uuid,
    /// Who sent it.
    pub practice: Uuid,
    /// Name at that time.
    pub practice_name: String,
    /// Whose worklist.
    pub department: Uuid,
    /// Name at that time.
    pub department_name: String,
    /// As in the envelope.
    pub specialty: String,
    /// As in the envelope.
    pub channel: String,
    /// How soon.
    pub priority: Priority,
    /// When an answer is due.
    pub due_at: At,
    /// When it was sent.
    pub submitted_at: At,
    /// As in the envelope.
    pub sex: String,
    /// As in the envelope.
    pub age_65_plus: Option<bool>,
    /// Training or test.
    pub test: bool,
    /// Sealed; none when erased.
    pub content: Option<Vec<u8>>,
    /// Where it stands.
    pub state: State,
    /// The holder; see [`CaseRow::claim`].
    pub claimed_by: Option<Uuid>,
    /// The holder's name.
    pub claimed_name: Option<String>,
    /// Since when.
    pub claimed_at: Option<At>,
    /// Until when.
    pub lease_expires_at: Option<At>,
    /// When the practice withdrew it.
    pub withdrawn_at: Option<At>,
    /// For whom a coordinator has meant it; no lock.
    pub assigned_to: Option<Uuid>,
    /// Their name.
    pub assigned_name: Option<String>,
    /// Since when.
    pub assigned_at: Option<At>,
}

impl CaseRow {
    /// The claim that holds at `now`.
    pub fn claim(&self, now: At) -> Option<Claim> {
        live(self.claimed_by, self.claimed_name.as_deref(), self.lease_expires_at, now)
    }
}

/// The claim of these columns, if it holds at `now`.
pub fn live(by: Option<Uuid>, name: Option<&str>, expires_at: Option<At>, now: At) -> Option<Claim> {
    let (by, expires_at) = (by?, expires_at?);
    (expires_at > now).then(|| Claim { by, name: name.unwrap_or_default().to_owned(), expires_at })
}

/// Adds a case; one that stands already stays.
pub async fn add(tx: &mut Tx, row: CaseRow) -> sqlx::Result<u64> {
    tx.q(ADD)
        .bind(row.id)
        .bind(row.data_key)
        .bind(row.practice)
        .bind(row.practice_name)
        .bind(row.department)
        .bind(row.department_name)
        .bind(row.specialty)
        .bind(row.channel)
        .bind(row.priority)
        .bind(row.priority.rank())
        .bind(row.due_at)
        .bind(row.submitted_at)
        .bind(row.sex)
        .bind(row.age_65_plus)
        .bind(row.test)
        .bind(row.content)
        .bind(row.state)
        .bind(row.state == State::Waiting)
        .exec()
        .await
}

/// The case, if it is of one of the person's departments.
pub async fn for_caller(db: &Db, id: Uuid, person: Uuid, now: At) -> sqlx::Result<Option<CaseRow>> {
    db.q(FOR_CALLER).bind(id).bind(person).bind(now).opt().await
}

/// The case, whoever asks: for projections and repairs.
pub async fn by_id(tx: &mut Tx, id: Uuid) -> sqlx::Result<Option<CaseRow>> {
    tx.q(BY_ID).bind(id).opt().await
}

/// The practice withdrew it: an open case ends, an answer that was signed stands.
pub async fn withdraw(tx: &mut Tx, id: Uuid, at: At) -> sqlx::Result<()> {
    tx.q(WITHDRAW_OPEN).bind(id).bind(at).exec().await?;
    tx.q(WITHDRAW_ANSWERED).bind(id).bind(at).exec().await?;
    Ok(())
}

/// The practice replied: back on the worklist, after a held answer when there is one.
pub async fn bring_back(tx: &mut Tx, id: Uuid) -> sqlx::Result<()> {
    let now = tx.now();
    tx.q(RETURN_SIGNED).bind(id).bind(now).exec().await?;
    tx.q(RETURN_OPEN).bind(id).bind(now).exec().await?;
    Ok(())
}

/// The referral was erased: the case is gone for everybody, and every sealed column is emptied.
pub async fn erase(tx: &mut Tx, id: Uuid) -> sqlx::Result<()> {
    let now = tx.now();
    // Answers first, as whoever sends one takes its row before the case's.
    tx.q(ERASE_ANSWERS).bind(id).bind(Vec::<u8>::new()).bind(now).exec().await?;
    for sql in [ERASE_QUESTIONS, ERASE_DECLINES, ERASE_FORWARDS] {
        tx.q(sql).bind(id).bind(Vec::<u8>::new()).exec().await?;
    }
    tx.q(ERASE_DRAFTS).bind(id).exec().await?;
    tx.q(ERASE_OPENINGS).bind(id).exec().await?;
    tx.q(ERASE).bind(id).exec().await?;
    Ok(())
}
