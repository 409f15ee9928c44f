//! Drafts and signed answers.

use super::claim::{Holder, as_holder, held};
use kit::{At, Db, Tx, statements};
use uuid::Uuid;

macro_rules! columns {
    () => {
        "id, case_id, person, person_name, role, content, disposition, findings, claimed_at, signed_at, release_at, released_at, request, amends, \
         department, department_name, filed_at, filed_by"
    };
}

/// A case whose held answer, signed at `$signed` and an amendment or not (`$amending`), does not leave: where it stood. A
/// reply that came while an amendment was held brings the case back all the same.
macro_rules! resumed {
    ($amending:literal, $signed:literal) => {
        concat!(
            "listed = case when ", $amending, " then coalesce(c.returned_at > ", $signed, ", false) else (c.withdrawn_at is null) end, \
             state = case when ", $amending, " and coalesce(c.returned_at > ", $signed, ", false) then 'returned' when ", $amending, " then 'amending' \
             when c.withdrawn_at is not null then 'withdrawn' \
             when exists (select 1 from review_question q where q.case_id = c.id and q.supplied_at is null) then 'awaiting-information' \
             when c.returned_at is not null then 'returned' else 'waiting' end"
        )
    };
}

statements! {
    SAVE_DRAFT = "insert into review_draft (case_id, person, content, saved_at) values ($1, $2, $3, $4) on conflict (case_id, person) do update set content = excluded.content, saved_at = excluded.saved_at";
    DRAFT = "select content from review_draft where case_id = $1 and person = $2";
    FORGET_DRAFTS = "delete from review_draft where case_id = $1";
    SIGN_CASE = concat!("update review_case as c set state = 'signed', listed = false, lease_expires_at = $5 where c.state in ('waiting', 'returned', 'awaiting-information', 'amending') and ", held!());
    EARLIER = "select a.id, coalesce(c.returned_at > a.signed_at, false) as replied_since from review_answer a join review_case c on c.id = a.case_id where a.case_id = $1 and a.released_at is not null order by a.released_at desc, a.id desc limit 1";
    ADD = "insert into review_answer (id, case_id, person, person_name, role, content, disposition, findings, claimed_at, signed_at, release_at, request, amends, department, department_name) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)";
    TAKE_BACK = "delete from review_answer where case_id = $1 and person = $2 and released_at is null and stopped_at is null and release_at > $3 returning signed_at, (amends is not null) as amending";
    RESUME = concat!("update review_case as c set lease_expires_at = $5, ", resumed!("$6", "$7"), " where c.state = 'signed' and ", held!());
    KEEP_BACK = "delete from review_answer where case_id = $1 and released_at is null and stopped_at is null returning person, signed_at, (amends is not null) as amending";
    REOPEN = concat!("update review_case as c set ", resumed!("$2", "$3"), " where c.id = $1 and c.state = 'signed'");
    // Whoever signs has the case's row first: what they signed a moment ago is seen behind it.
    BEHIND_SIGNING = "update review_case set state = state where id = $1 and state = 'signed'";
    LEAVE_WITHDRAWN = "update review_case set claimed_by = null, claimed_name = null, claimed_at = null, lease_token = null, lease_expires_at = null, assigned_to = null, assigned_name = null, assigned_at = null where id = $1 and state = 'withdrawn'";
    LAST_OF = concat!("select ", columns!(), " from review_answer where case_id = $1 and person = $2 order by signed_at desc limit 1");
    HELD = "select signed_at, release_at from review_answer where case_id = $1 and released_at is null";
    SENT = concat!("select ", columns!(), " from review_answer where case_id = $1 and released_at is not null order by released_at");
    DUE = concat!("select ", columns!(), " from review_answer where released_at is null and stopped_at is null and release_at <= $1 order by release_at limit 50");
    SEND = "update review_answer set released_at = $2 where id = $1 and released_at is null and stopped_at is null";
    FILE = "update review_answer set filed_at = $3, filed_by = $4 where id = $1 and case_id = $2 and released_at is not null and filed_at is null";
    FINISH = "update review_case set state = case when returned_at > $2 then 'returned' else 'answered' end, listed = (returned_at is not null and returned_at > $2), claimed_by = null, claimed_name = null, claimed_at = null, lease_token = null, lease_expires_at = null, assigned_to = null, assigned_name = null, assigned_at = null where id = $1 and state = 'signed'";
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
    /// The answer that it replaces.
    pub amends: Option<Uuid>,
    /// Whose answer it is; none in rows of before cases could be forwarded by an older replica.
    pub department: Option<Uuid>,
    /// Its name at that time.
    pub department_name: Option<String>,
    /// When it was filed in the hospital's own record.
    pub filed_at: Option<At>,
    /// By whom, sealed.
    pub filed_by: Option<Vec<u8>>,
}

/// A signature that was taken back.
#[derive(Clone, Copy, Debug, sqlx::FromRow)]
pub struct TakenBack {
    /// When it was given.
    pub signed_at: At,
    /// Whether its answer would have replaced an earlier one.
    pub amending: bool,
}

/// A signature that does not leave, because what it rests on was somebody else's.
#[derive(Clone, Copy, Debug, sqlx::FromRow)]
struct KeptBack {
    person: Uuid,
    signed_at: At,
    amending: bool,
}

/// The answer that stands when another one is given.
#[derive(Clone, Copy, Debug, sqlx::FromRow)]
pub struct Earlier {
    /// Its id.
    pub id: Uuid,
    /// The practice has replied since, so that another answer says something new and amends nothing.
    pub replied_since: bool,
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
        .bind(row.amends)
        .bind(row.department)
        .bind(row.department_name)
        .exec_one()
        .await
}

/// Takes a held answer back; none when nothing is held any more.
pub async fn take_back(tx: &mut Tx, holder: Holder) -> sqlx::Result<Option<TakenBack>> {
    tx.q(TAKE_BACK).bind(holder.case).bind(holder.person).bind(holder.now).opt().await
}

/// Opens the case again after a signature was taken back. Whether the claim held.
pub async fn resume(tx: &mut Tx, holder: Holder, until: At, taken: TakenBack) -> sqlx::Result<bool> {
    let q = as_holder(tx, RESUME, holder).bind(until).bind(taken.amending).bind(taken.signed_at);
    let resumed = q.exec().await? == 1;
    leave_withdrawn(tx, holder.case).await?;
    Ok(resumed)
}

/// Nobody has to read what was withdrawn: no claim of it stands.
async fn leave_withdrawn(tx: &mut Tx, case: Uuid) -> sqlx::Result<()> {
    tx.q(LEAVE_WITHDRAWN).bind(case).exec().await.map(|_| ())
}

/// Keeps a held answer back: it is its signer's draft again, who still has the case. Whose it was; none when nothing is held.
pub async fn keep_back(tx: &mut Tx, case: Uuid) -> sqlx::Result<Option<Uuid>> {
    // The answer's row first, as whoever sends it takes it before the case's.
    let mut kept: Option<KeptBack> = tx.q(KEEP_BACK).bind(case).opt().await?;
    if kept.is_none() && tx.q(BEHIND_SIGNING).bind(case).exec().await? == 1 {
        kept = tx.q(KEEP_BACK).bind(case).opt().await?;
    }
    let Some(kept) = kept else { return Ok(None) };
    tx.q(REOPEN).bind(case).bind(kept.amending).bind(kept.signed_at).exec().await?;
    leave_withdrawn(tx, case).await?;
    Ok(Some(kept.person))
}

/// The newest answer that left.
pub async fn earlier(tx: &mut Tx, case: Uuid) -> sqlx::Result<Option<Earlier>> {
    tx.q(EARLIER).bind(case).opt().await
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

/// Forgets what anybody has begun to write.
pub async fn forget_drafts(tx: &mut Tx, case: Uuid) -> sqlx::Result<()> {
    tx.q(FORGET_DRAFTS).bind(case).exec().await.map(|_| ())
}

/// Marks an answer as sent and closes its case. Whether this call was the one that did it.
pub async fn send(tx: &mut Tx, answer: &AnswerRow, now: At) -> sqlx::Result<bool> {
    if tx.q(SEND).bind(answer.id).bind(now).exec().await? != 1 {
        return Ok(false);
    }
    tx.q(FINISH).bind(answer.case_id).bind(answer.signed_at).exec_one().await?;
    forget_drafts(tx, answer.case_id).await?;
    Ok(true)
}
