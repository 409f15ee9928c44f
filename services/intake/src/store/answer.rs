//! Answers, sealed.

use kit::{At, Db, Tx, statements};
use uuid::Uuid;

statements! {
    OF_REFERRAL = "select id, answered_at, after_withdrawal, amends, content from intake_answer where referral = $1 order by answered_at, id";
    ADD = "insert into intake_answer (id, referral, answered_at, after_withdrawal, amends, content) values ($1, $2, $3, $4, $5, $6) on conflict (id) do nothing";
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
