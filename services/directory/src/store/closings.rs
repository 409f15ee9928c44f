//! A practice's closing, and who takes over.

use kit::{Db, Tx, statements};
use uuid::Uuid;

/// The columns.
pub const SCHEMA: &str = "
    alter table directory_practice add column taken_over_by {uuid};
    alter table directory_practice add column merged {bool} not null default false;
";

statements! {
    HOLD = "update directory_practice set closed_on = closed_on where id = $1";
    FIND = "select id, name, municipality, closed_on, test_practice, deputy, taken_over_by, merged from directory_practice where id = $1";
    LIST = "select id, name, municipality, closed_on, test_practice, deputy, taken_over_by, merged from directory_practice where taken_over_by is not null";
    CLOSE = "update directory_practice set closed_on = $2, taken_over_by = $3, merged = $4 where id = $1";
}

/// What is kept of a practice's end.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct ClosingRow {
    pub id: Uuid,
    pub name: String,
    pub municipality: String,
    /// `YYYY-MM-DD`, or empty.
    pub closed_on: String,
    pub test_practice: bool,
    pub deputy: Option<Uuid>,
    pub taken_over_by: Option<Uuid>,
    pub merged: bool,
}

/// One practice; whoever else would change it waits until this transaction is over.
pub async fn held(tx: &mut Tx, id: Uuid) -> sqlx::Result<Option<ClosingRow>> {
    tx.q(HOLD).bind(id).exec().await?;
    find(tx, id).await
}

/// One practice.
pub async fn find(tx: &mut Tx, id: Uuid) -> sqlx::Result<Option<ClosingRow>> {
    tx.q(FIND).bind(id).opt().await
}

/// Those with a successor.
pub async fn list(db: &Db) -> sqlx::Result<Vec<ClosingRow>> {
    db.q(LIST).all().await
}

/// Writes a closing.
pub async fn close(
    tx: &mut Tx,
    practice: Uuid,
    on: String,
    taken_over_by: Option<Uuid>,
    merged: bool,
) -> sqlx::Result<()> {
    tx.q(CLOSE).bind(practice).bind(on).bind(taken_over_by).bind(merged).exec_one().await
}
