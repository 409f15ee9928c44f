//! Refusals of departments, sealed.

use kit::{At, Db, Tx, statements};
use uuid::Uuid;

statements! {
    OF_REFERRAL = "select id, at, content from intake_decline where referral = $1 order by at, id";
    ADD = "insert into intake_decline (id, referral, at, content) values ($1, $2, $3, $4) on conflict (id) do nothing";
}

/// A refusal.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Row {
    pub id: Uuid,
    pub at: At,
    /// Sealed; none when it was erased.
    pub content: Option<Vec<u8>>,
}

/// A referral's, oldest first.
pub async fn of_referral(db: &Db, referral: Uuid) -> sqlx::Result<Vec<Row>> {
    db.q(OF_REFERRAL).bind(referral).all().await
}

/// Adds one; repeating it changes nothing.
pub async fn add(tx: &mut Tx, referral: Uuid, row: Row) -> sqlx::Result<()> {
    tx.q(ADD).bind(row.id).bind(referral).bind(row.at).bind(row.content).exec().await.map(|_| ())
}
