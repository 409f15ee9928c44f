//! Answers, sealed.

use kit::{At, Db, Tx, statements};
use uuid::Uuid;

statements! {
    LATEST = "select id, answered_at, after_withdrawal, content from intake_answer where referral = $1 order by answered_at desc, id desc limit 1";
    ADD = "insert into intake_answer (id, referral, answered_at, after_withdrawal, content) values ($1, $2, $3, $4, $5) on conflict (id) do nothing";
}

/// An answer.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Row {
    pub id: Uuid,
    pub answered_at: At,
    pub after_withdrawal: bool,
    /// Sealed; none when it was erased.
    pub content: Option<Vec<u8>>,
}

/// The answer that counts: the newest.
pub async fn latest(db: &Db, referral: Uuid) -> sqlx::Result<Option<Row>> {
    db.q(LATEST).bind(referral).opt().await
}

/// Adds an answer; repeating it changes nothing.
pub async fn add(tx: &mut Tx, referral: Uuid, row: Row) -> sqlx::Result<()> {
    tx.q(ADD)
        .bind(row.id)
        .bind(referral)
        .bind(row.answered_at)
        .bind(row.after_withdrawal)
        .bind(row.content)
        .exec()
        .await
        .map(|_| ())
}
