//! Questions to the practice and their replies.

use super::claim::{Holder, as_holder, held};
use kit::{At, Db, Tx, statements};
use uuid::Uuid;

statements! {
    ADD = "insert into review_question (id, case_id, asked_at, asked_by, asked_name, wants, content) values ($1, $2, $3, $4, $5, $6, $7)";
    LEAVE = concat!("update review_case as c set state = 'awaiting-information', listed = false, claimed_by = null, claimed_name = null, claimed_at = null, lease_token = null, lease_expires_at = null where c.state in ('waiting', 'returned') and ", held!());
    OPEN = "select id, asked_by, wants, content from review_question where case_id = $1 and supplied_at is null order by asked_at desc limit 1";
    SUPPLY = "update review_question set supplied_at = $2, reply = $3 where id = $1 and case_id = $4 and supplied_at is null";
    OF_CASE = "select id, asked_at, asked_name, wants, content, supplied_at, reply from review_question where case_id = $1 order by asked_at, id";
}

/// A question.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct QuestionRow {
    /// Its id.
    pub id: Uuid,
    /// When.
    pub asked_at: At,
    /// By whom.
    pub asked_name: String,
    /// Words joined with commas.
    pub wants: String,
    /// Sealed text; empty when erased.
    pub content: Vec<u8>,
    /// When the reply came.
    pub supplied_at: Option<At>,
    /// Sealed reply.
    pub reply: Option<Vec<u8>>,
}

/// A question that waits for its reply.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct OpenRow {
    /// Its id.
    pub id: Uuid,
    /// By whom.
    pub asked_by: Uuid,
    /// Words joined with commas.
    pub wants: String,
    /// Sealed text; empty when erased.
    pub content: Vec<u8>,
}

/// A question that is being asked.
#[derive(Clone, Debug)]
pub struct NewQuestion {
    /// Its id.
    pub id: Uuid,
    /// Who asks.
    pub asked_name: String,
    /// Words joined with commas.
    pub wants: String,
    /// Sealed text.
    pub content: Vec<u8>,
}

/// Asks, ends the claim and takes the case from the worklist. Whether the claim held and no question was open.
pub async fn ask(tx: &mut Tx, holder: Holder, question: NewQuestion) -> sqlx::Result<bool> {
    if as_holder(tx, LEAVE, holder).exec().await? != 1 || open(tx, holder.case).await?.is_some() {
        return Ok(false);
    }
    tx.q(ADD)
        .bind(question.id)
        .bind(holder.case)
        .bind(holder.now)
        .bind(holder.person)
        .bind(question.asked_name)
        .bind(question.wants)
        .bind(question.content)
        .exec_one()
        .await?;
    Ok(true)
}

/// The question of the case that waits for its reply.
pub async fn open(tx: &mut Tx, case: Uuid) -> sqlx::Result<Option<OpenRow>> {
    tx.q(OPEN).bind(case).opt().await
}

/// The reply came.
pub async fn supply(tx: &mut Tx, question: Uuid, case: Uuid, at: At, reply: Option<Vec<u8>>) -> sqlx::Result<u64> {
    tx.q(SUPPLY).bind(question).bind(at).bind(reply).bind(case).exec().await
}

/// The questions of a case, oldest first.
pub async fn of_case(db: &Db, case: Uuid) -> sqlx::Result<Vec<QuestionRow>> {
    db.q(OF_CASE).bind(case).all().await
}
