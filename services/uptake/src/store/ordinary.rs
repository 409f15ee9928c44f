//! Ordinary referrals of practices by month, as a register outside counts them.

use kit::{Db, Tx, statements};
use uuid::Uuid;

/// The newest count of each practice, month and specialty, with the event that told it. What has no row is not known.
pub const SCHEMA: &str = "
    create table uptake_ordinary (
        practice {uuid} not null, month text not null, specialty text not null, referrals {bigint} not null,
        position {bigint} not null, primary key (practice, month, specialty)
    ) {strict};
";

statements! {
    PUT = "insert into uptake_ordinary (practice, month, specialty, referrals, position) values ($1, $2, $3, $4, $5) on conflict (practice, month, specialty) do update set referrals = excluded.referrals, position = excluded.position";
    ALL = "select practice, month, specialty, referrals from uptake_ordinary order by practice, month, specialty";
}

/// A count.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct OrdinaryRow {
    /// Of which practice.
    pub practice: Uuid,
    /// `YYYY-MM`.
    pub month: String,
    /// To which specialty.
    pub specialty: String,
    /// How many.
    pub referrals: i64,
}

/// Keeps counts of a practice, or what corrects them.
pub async fn put(tx: &mut Tx, position: i64, rows: Vec<OrdinaryRow>) -> sqlx::Result<u64> {
    tx.each(PUT, rows, |q, row| {
        q.bind(row.practice).bind(row.month).bind(row.specialty).bind(row.referrals).bind(position)
    })
    .await
}

/// All counts.
pub async fn all(db: &Db) -> sqlx::Result<Vec<OrdinaryRow>> {
    db.q(ALL).all().await
}
