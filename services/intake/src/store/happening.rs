//! What happened to a referral and when, for its page. Names of people are sealed.

use kit::{At, Db, Tx, statements};
use uuid::Uuid;

statements! {
    OF_REFERRAL = "select id, at, what, who, note from intake_happening where referral = $1 order by at, id";
    ADD = "insert into intake_happening (id, referral, at, what, who, note) values ($1, $2, $3, $4, $5, $6) on conflict (id) do nothing";
    PURGE = "delete from intake_happening where referral = $1";
}

/// One thing that happened.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Row {
    pub id: Uuid,
    pub at: At,
    /// `started`, `submitted`, `asked`, `supplied`, `answered`, `amended`, `declined`, `forwarded`, `acknowledged`, `phoned`,
    /// `withdrawn`, `discarded`, `restored`, `picture-in-error`, `closed-out`, `filed`, `ready`, `taken-back`, `handed-over`,
    /// `fell` or `transferred`.
    pub what: String,
    /// Sealed.
    pub who: Option<Vec<u8>>,
    /// Sealed.
    pub note: Option<Vec<u8>>,
}

/// All of it, oldest first.
pub async fn of_referral(db: &Db, referral: Uuid) -> sqlx::Result<Vec<Row>> {
    db.q(OF_REFERRAL).bind(referral).all().await
}

/// Adds one.
pub async fn add(tx: &mut Tx, referral: Uuid, row: Row) -> sqlx::Result<()> {
    let q = tx.q(ADD).bind(row.id).bind(referral).bind(row.at).bind(row.what).bind(row.who).bind(row.note);
    q.exec().await.map(|_| ())
}

/// Deletes a referral's.
pub async fn purge(tx: &mut Tx, referral: Uuid) -> sqlx::Result<()> {
    tx.q(PURGE).bind(referral).exec().await.map(|_| ())
}
