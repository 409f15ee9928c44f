//! Names of people who work in offices, and their numbers in the register of health personnel, each sealed under the person's own
//! key, projected from directory's events.

use kit::{Db, Tx, statements};
use uuid::Uuid;

statements! {
    SET = "insert into intake_person (id, name, hpr) values ($1, $2, $3) on conflict (id) do update set name = excluded.name, hpr = excluded.hpr";
    SET_HPR = "update intake_person set hpr = $2 where id = $1";
    HPR = "select hpr from intake_person where id = $1";
}

/// The table.
pub const SCHEMA: &str = "create table intake_person (id {uuid} primary key, name {bytes} not null) {strict};";

/// The column of the numbers.
pub const HPR_COLUMN: &str = "alter table intake_person add column hpr {bytes};";

/// Empty the table before a rebuild.
pub const RESET: &[&str] = &["delete from intake_person"];

/// Writes a name and a number, both sealed.
pub async fn set(tx: &mut Tx, id: Uuid, name: Vec<u8>, hpr: Option<Vec<u8>>) -> sqlx::Result<()> {
    tx.q(SET).bind(id).bind(name).bind(hpr).exec_one().await
}

/// Writes a number, sealed; a person who is not here is left alone.
pub async fn set_hpr(tx: &mut Tx, id: Uuid, hpr: Option<Vec<u8>>) -> sqlx::Result<()> {
    tx.q(SET_HPR).bind(id).bind(hpr).exec().await.map(|_| ())
}

/// A person's number, sealed.
pub async fn hpr(db: &Db, id: Uuid) -> sqlx::Result<Option<Vec<u8>>> {
    let row: Option<(Option<Vec<u8>>,)> = db.q(HPR).bind(id).opt().await?;
    Ok(row.and_then(|(number,)| number))
}
