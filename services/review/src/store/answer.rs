//! Drafts and signed answers.

use super::claim::{Holder, as_holder, held};
use kit::{At, Db, Tx, statements};
use uuid::Uuid;

statements! {
    SAVE_DRAFT = "insert into review_draft (case_id, person, content, saved_at) values ($1, $2, $3, $4) on conflict (case_id, person) do update set content = excluded.content, saved_at = excluded.saved_at";
    DRAFT = "select content from review_draft where case_id = $1 and person = $2";
    FORGET_DRAFTS = "delete from review_draft where case_id = $1";
    SIGN_CASE = concat!("update review_case as c set state = 'signed', listed = false, lease_expires_at = $5 where c.state in ('waiting', 'returned', 'awaiting-information') and ", held!());
    ADD = "insert into review_answer (id, case_id, person, person_name, role, content, disposition, findings, claimed_at, signed_at, release_at, request) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)";
    TAKE_BACK = "delete from review_answer where case_id = $1 and person = $2 and released_at is null and stopped_at is null and release_at > $3";
    RESUME = concat!("update review_case as c set listed = (c.withdrawn_at is null), lease_expires_at = $5, state = case when c.withdrawn_at is not null then 'withdrawn' when exists (select 1 from review_question q where q.case_id = c.id and q.supplied_at is null) then 'awaiting-information' when c.returned_at is not null then 'returned' else 'waiting' end where c.state = 'signed' and ", held!());
    LAST_OF = "select id, case_id, person, person_name, role, content, disposition, findings, claimed_at, signed_at, release_at, released_at, request, filed_at, filed_by from review_answer where case_id = $1 and person = $2 order by signed_at desc limit 1";
    HELD = "select signed_at, release_at from review_answer where case_id = $1 and released_at is null";
    SENT = "select id, case_id, person, person_name, role, content, disposition, findings, claimed_at, signed_at, release_at, released_at, request, filed_at, filed_by from review_answer where case_id = $1 and released_at is not null order by released_at";
    DUE = "select id, case_id, person, person_name, role, content, disposition, findings, claimed_at, signed_at, release_at, released_at, request, filed_at, filed_by from review_answer where released_at is null and stopped_at is null and release_at <= $1 order by release_at limit 50";
    SEND = "update review_answer set released_at = $2 where id = $1 and released_at is null and stopped_at is null";
    FILE = "update review_answer set filed_at = $3, filed_by = $4 where id = $1 and case_id = $2 and released_at is not null and filed_at is null";
    FINISH = "update review_case set state = case when returned_at > $2 then 'returned' else 'answered' end, listed = (returned_at is not null and returned_at > $2), claimed_by = null, claimed_name = null, claimed_at = null, lease_token = null, lease_expires_at = null where id = $1 and state = 'signed'";
}

/// A signed answer.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct AnswerRow {
    /// Its id.
    pub id: Uuid,
    /// To which case.
    pub case_id: Uuid,
    /// By whom.
    pub person: Uuid,
    /// Their name.
    pub person_name: String,
    /// In which role.
    pub role: String,
    /// Sealed; empty when erased.
    pub content: Vec<u8>,
    /// The most urgent over the findings.
    pub disposition: String,
    /// How many findings it answers.
    pub findings: i64,
    /// When the signer had claimed the case.
    pub claimed_at: Option<At>,
    /// When it was signed.
    pub signed_at: At,
    /// When it leaves.
    pub release_at: At,
    /// When it left.
    pub released_at: Option<At>,
    /// The request that signed it.
    pub request: Option<Uuid>,
    /// When it was filed in the hospital's own record.
    pub filed_at: Option<At>,
    /// By whom, sealed.
    pub filed_by: Option<Vec<u8>>,
}

/// Saves a person's draft.
pub async fn save_draft(tx: &mut Tx, case: Uuid, person: Uuid, content: Vec<u8>) -> sqlx::Result<()> {
    let now = tx.now();
    tx.q(SAVE_DRAFT).bind(case).bind(person).bind(content).bind(now).exec_one().await
}

/// A person's draft, sealed.
pub async fn draft(db: &Db, case: Uuid, person: Uuid) -> sqlx::Result<Option<Vec<u8>>> {
    let row: Option<(Vec<u8>,)> = db.q(DRAFT).bind(case).bind(person).opt().await?;
    Ok(row.map(|(content,)| content))
}

/// Puts the case on hold for a signature and locks its row. Whether the claim held.
pub async fn hold_case(tx: &mut Tx, holder: Holder, until: At) -> sqlx::Result<bool> {
    Ok(as_holder(tx, SIGN_CASE, holder).bind(until).exec().await? == 1)
}

/// Adds a signed answer.
pub async fn add(tx: &mut Tx, row: AnswerRow) -> sqlx::Result<()> {
    tx.q(ADD)
        .bind(row.id)
        .bind(row.case_id)
        .bind(row.person)
        .bind(row.person_name)
        .bind(row.role)
        .bind(row.content)
        .bind(row.disposition)
        .bind(row.findings)
        .bind(row.claimed_at)
        .bind(row.signed_at)
        .bind(row.release_at)
        .bind(row.request)
        .exec_one()
        .await
}

/// Takes a held answer back. Whether it was still held.
pub async fn take_back(tx: &mut Tx, holder: Holder) -> sqlx::Result<bool> {
    let deleted = tx.q(TAKE_BACK).bind(holder.case).bind(holder.person).bind(holder.now).exec().await?;
    Ok(deleted == 1)
}

/// Opens the case again after a signature was taken back. Whether the claim held.
pub async fn resume(tx: &mut Tx, holder: Holder, until: At) -> sqlx::Result<bool> {
    Ok(as_holder(tx, RESUME, holder).bind(until).exec().await? == 1)
}

/// The person's newest answer to a case.
pub async fn last_of(db: &Db, case: Uuid, person: Uuid) -> sqlx::Result<Option<AnswerRow>> {
    db.q(LAST_OF).bind(case).bind(person).opt().await
}

/// When a held answer was signed and when it leaves.
pub async fn held(db: &Db, case: Uuid) -> sqlx::Result<Option<(At, At)>> {
    db.q(HELD).bind(case).opt().await
}

/// The answers that left, oldest first.
pub async fn sent(db: &Db, case: Uuid) -> sqlx::Result<Vec<AnswerRow>> {
    db.q(SENT).bind(case).all().await
}

/// Notes that an answer that left was filed. False when it was, or there is no such answer.
pub async fn file(tx: &mut Tx, id: Uuid, case: Uuid, by: Vec<u8>) -> sqlx::Result<bool> {
    let now = tx.now();
    Ok(tx.q(FILE).bind(id).bind(case).bind(now).bind(by).exec().await? == 1)
}

/// Held answers whose time has come.
pub async fn due(db: &Db, now: At) -> sqlx::Result<Vec<AnswerRow>> {
    db.q(DUE).bind(now).all().await
}

/// Marks an answer as sent and closes its case. Whether this call was the one that did it.
pub async fn send(tx: &mut Tx, answer: &AnswerRow, now: At) -> sqlx::Result<bool> {
    if tx.q(SEND).bind(answer.id).bind(now).exec().await? != 1 {
        return Ok(false);
    }
    tx.q(FINISH).bind(answer.case_id).bind(answer.signed_at).exec_one().await?;
    tx.q(FORGET_DRAFTS).bind(answer.case_id).exec().await?;
    Ok(true)
}
