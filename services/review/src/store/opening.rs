//! Who has opened a case, and when for the first time: they are told when it turns out to be about somebody else.

use kit::{At, Db, Tx, statements};
use uuid::Uuid;

statements! {
    IS_NOTED = "select opened_at from review_opening where case_id = $1 and person = $2";
    ADD = "insert into review_opening (case_id, person, opened_at, who) values ($1, $2, $3, $4) on conflict (case_id, person) do nothing";
    OF_CASE = "select person, opened_at, who from review_opening where case_id = $1 order by opened_at, person";
}

/// Somebody who opened it.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct OpeningRow {
    /// Who.
    pub person: Uuid,
    /// For the first time.
    pub opened_at: At,
    /// Their name, sealed.
    pub who: Vec<u8>,
}

/// Whether it is noted that a person has opened a case.
pub async fn is_noted(db: &Db, case: Uuid, person: Uuid) -> sqlx::Result<bool> {
    let row: Option<(At,)> = db.q(IS_NOTED).bind(case).bind(person).opt().await?;
    Ok(row.is_some())
}

/// Notes it; the first time stands.
pub async fn add(db: &Db, case: Uuid, row: OpeningRow) -> sqlx::Result<()> {
    db.q(ADD).bind(case).bind(row.person).bind(row.opened_at).bind(row.who).exec().await.map(|_| ())
}

/// Everybody who opened a case.
pub async fn of_case(tx: &mut Tx, case: Uuid) -> sqlx::Result<Vec<OpeningRow>> {
    tx.q(OF_CASE).bind(case).all().await
}
