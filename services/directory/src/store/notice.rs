//! Who confirmed which text about what is recorded.

use kit::{At, Db, Tx, statements};
use uuid::Uuid;

statements! {
    ADD = "insert into directory_notice (person, version, confirmed_at) values ($1, $2, $3) on conflict (person, version) do nothing";
    CONFIRMED = "select confirmed_at from directory_notice where person = $1 and version = $2";
}

/// Notes that a person confirmed a text; `false` when it stands already.
pub async fn add(tx: &mut Tx, person: Uuid, version: &str) -> sqlx::Result<bool> {
    let now = tx.now();
    Ok(tx.q(ADD).bind(person).bind(version.to_owned()).bind(now).exec().await? == 1)
}

/// When a person confirmed a text.
pub async fn confirmed(db: &Db, person: Uuid, version: &str) -> sqlx::Result<Option<At>> {
    let row: Option<(At,)> = db.q(CONFIRMED).bind(person).bind(version.to_owned()).opt().await?;
    Ok(row.map(|(at,)| at))
}
