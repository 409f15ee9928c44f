//! Who has opened a referral, and when for the first time: they are told when it turns out to be about somebody else. The
//! access log, which holds every single reading, is written by services and read by nobody but an operator.

use kit::{At, Db, Tx, statements};
use uuid::Uuid;

statements! {
    IS_NOTED = "select opened_at from intake_opening where referral = $1 and person = $2";
    ADD = "insert into intake_opening (referral, person, opened_at, who) values ($1, $2, $3, $4) on conflict (referral, person) do nothing";
    OF_REFERRAL = "select person, opened_at, who from intake_opening where referral = $1 order by opened_at, person";
    PURGE = "delete from intake_opening where referral = $1";
}

/// Somebody who opened it.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Row {
    pub person: Uuid,
    /// For the first time.
    pub opened_at: At,
    /// Their name, sealed.
    pub who: Vec<u8>,
}

/// Whether it is noted that a person has opened a referral.
pub async fn is_noted(db: &Db, referral: Uuid, person: Uuid) -> sqlx::Result<bool> {
    let row: Option<(At,)> = db.q(IS_NOTED).bind(referral).bind(person).opt().await?;
    Ok(row.is_some())
}

/// Notes it; the first time stands.
pub async fn add(db: &Db, referral: Uuid, row: Row) -> sqlx::Result<()> {
    db.q(ADD).bind(referral).bind(row.person).bind(row.opened_at).bind(row.who).exec().await.map(|_| ())
}

/// Everybody who opened a referral.
pub async fn of_referral(db: &Db, referral: Uuid) -> sqlx::Result<Vec<Row>> {
    db.q(OF_REFERRAL).bind(referral).all().await
}

/// The same inside a transaction.
pub async fn of_referral_in(tx: &mut Tx, referral: Uuid) -> sqlx::Result<Vec<Row>> {
    tx.q(OF_REFERRAL).bind(referral).all().await
}

/// Deletes a referral's.
pub async fn purge(tx: &mut Tx, referral: Uuid) -> sqlx::Result<()> {
    tx.q(PURGE).bind(referral).exec().await.map(|_| ())
}
