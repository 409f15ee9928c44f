//! The clinician who answers for a case in its practice, sealed; and the practice, when its patient went to another one.

use kit::{Db, Tx, statements};
use uuid::Uuid;

/// The column.
pub const SCHEMA: &str = "alter table review_case add column responsible {bytes};";

statements! {
    OF_CASE = "select responsible from review_case where id = $1";
    SET = "update review_case set responsible = $2 where id = $1 and state <> 'erased'";
    ERASE = "update review_case set responsible = null where id = $1";
    DATA_KEY = "select data_key from review_case where id = $1 and state <> 'erased'";
    MOVE = "update review_case set practice = $2, practice_name = $3 where id = $1 and state <> 'erased'";
}

/// The name, sealed.
pub async fn of_case(db: &Db, case: Uuid) -> sqlx::Result<Option<Vec<u8>>> {
    let row: Option<(Option<Vec<u8>>,)> = db.q(OF_CASE).bind(case).opt().await?;
    Ok(row.and_then(|(name,)| name))
}

/// Writes the name, sealed; a case that is not here is left alone.
pub async fn set(tx: &mut Tx, case: Uuid, name: Option<Vec<u8>>) -> sqlx::Result<()> {
    tx.q(SET).bind(case).bind(name).exec().await.map(|_| ())
}

/// Forgets the name.
pub async fn erase(tx: &mut Tx, case: Uuid) -> sqlx::Result<()> {
    tx.q(ERASE).bind(case).exec().await.map(|_| ())
}

/// What seals the case; nothing when it never came, or was erased.
pub async fn data_key(tx: &mut Tx, case: Uuid) -> sqlx::Result<Option<Uuid>> {
    let row: Option<(Uuid,)> = tx.q(DATA_KEY).bind(case).opt().await?;
    Ok(row.map(|(key,)| key))
}

/// The case is another practice's from now on.
pub async fn move_to(tx: &mut Tx, case: Uuid, practice: Uuid, name: String) -> sqlx::Result<()> {
    tx.q(MOVE).bind(case).bind(practice).bind(name).exec().await.map(|_| ())
}
