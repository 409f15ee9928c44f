//! Ordinary referrals by practice, month and specialty. No statement changes or deletes a row.

use crate::ordinary::Place;
use crate::specialty::Specialty;
use kit::{Tx, statements};
use std::collections::BTreeMap;
use uuid::Uuid;

/// Of rows of one practice, month and specialty the one with the highest number counts.
pub const SCHEMA: &str = "
    create table directory_ordinary (
        id {uuid} primary key, practice {uuid} not null references directory_practice (id), month text not null,
        specialty text not null, number {bigint} not null, referrals {bigint} not null, made_by {uuid}, made_at {at} not null
    ) {strict};
    create unique index directory_ordinary_place on directory_ordinary (practice, month, specialty, number);
";

statements! {
    PRACTICES = "select id, external_key, name, channel, test_practice from directory_practice";
    ADD = "insert into directory_ordinary (id, practice, month, specialty, number, referrals, made_by, made_at)
        values ($1, $2, $3, $4, $5, $6, $7, $8)";
    STANDING = "select o.practice, o.month, o.specialty, o.referrals, o.number from directory_ordinary o where not exists
        (select 1 from directory_ordinary n where n.practice = o.practice and n.month = o.month and n.specialty = o.specialty
            and n.number > o.number)";
}

/// A practice with the register's key.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct KeyedPractice {
    pub id: Uuid,
    pub external_key: Option<String>,
    pub name: String,
    pub channel: String,
    pub test_practice: bool,
}

/// Month, specialty, referrals, and the number of the row.
pub type Counted = (String, Specialty, i64, i64);

/// All practices.
pub async fn practices(tx: &mut Tx) -> sqlx::Result<Vec<KeyedPractice>> {
    tx.q(PRACTICES).all().await
}

/// The newest counts, each with the number of its row.
pub async fn standing(tx: &mut Tx) -> sqlx::Result<BTreeMap<Place, (i64, i64)>> {
    let rows: Vec<(Uuid, String, Specialty, i64, i64)> = tx.q(STANDING).all().await?;
    Ok(rows
        .into_iter()
        .map(|(practice, month, specialty, count, number)| ((practice, month, specialty), (count, number)))
        .collect())
}

/// Adds rows: id, practice, what was counted.
pub async fn add(tx: &mut Tx, by: Option<Uuid>, counts: Vec<(Uuid, Uuid, Counted)>) -> sqlx::Result<u64> {
    let now = tx.now();
    tx.each(ADD, counts, |q, (id, practice, (month, specialty, referrals, number))| {
        let q = q.bind(id).bind(practice).bind(month).bind(specialty.as_str().to_owned());
        q.bind(number).bind(referrals).bind(by).bind(now)
    })
    .await
}
