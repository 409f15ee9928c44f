//! Names of people who work in offices, each sealed under the person's own key, projected from directory's events.

use kit::{Tx, statements};
use uuid::Uuid;

statements! {
    SET = "insert into intake_person (id, name) values ($1, $2) on conflict (id) do update set name = excluded.name";
}

/// The table.
pub const SCHEMA: &str = "create table intake_person (id {uuid} primary key, name {bytes} not null) {strict};";

/// Empty the table before a rebuild.
pub const RESET: &[&str] = &["delete from intake_person"];

/// Writes a name, sealed.
pub async fn set(tx: &mut Tx, id: Uuid, name: Vec<u8>) -> sqlx::Result<()> {
    tx.q(SET).bind(id).bind(name).exec_one().await
}
