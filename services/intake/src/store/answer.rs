//! Answers, sealed.

use kit::{At, Db, Tx, statements};
use uuid::Uuid;

statements! {
    OF_REFERRAL = "select id, answered_at, after_withdrawal, amends, content, filed_at, filed_by from intake_answer where referral = $1 order by answered_at, id";
    ADD = "insert into intake_answer (id, referral, answered_at, after_withdrawal, amends, content) values ($1, $2, $3, $4, $5, $6) on conflict (id) do nothing";
    FILE = "update intake_answer set filed_at = $3, filed_by = $4 where id = $1 and referral = $2 and filed_at is null";
}

/// An answer.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Row {
    pub id: Uuid,
    pub answered_at: At,
    pub after_withdrawal: bool,
    /// The answer that it replaces.
    pub amends: Option<Uuid>,
    /// Sealed; none when it was erased.
    pub content: Option<Vec<u8>>,
    /// When it was filed in the practice's own record.
    pub filed_at: Option<At>,
    /// By whom, sealed.
    pub filed_by: Option<Vec<u8>>,
}

/// Notes that an answer was filed; false when it was, or there is no such answer.
pub async fn file(tx: &mut Tx, id: Uuid, referral: Uuid, by: Vec<u8>) -> sqlx::Result<bool> {
    let now = tx.now();
    Ok(tx.q(FILE).bind(id).bind(referral).bind(now).bind(by).exec().await? == 1)
}

/// A referral's answers, oldest first: the last one counts.
pub async fn of_referral(db: &Db, referral: Uuid) -> sqlx::Result<Vec<Row>> {
    db.q(OF_REFERRAL).bind(referral).all().await
}

/// Adds an answer; repeating it changes nothing.
pub async fn add(tx: &mut Tx, referral: Uuid, row: Row) -> sqlx::Result<()> {
    tx.q(ADD)
        .bind(row.id)
        .bind(referral)
        .bind(row.answered_at)
        .bind(row.after_withdrawal)
        .bind(row.amends)
        .bind(row.content)
        .exec()
        .await
        .map(|_| ())
}
