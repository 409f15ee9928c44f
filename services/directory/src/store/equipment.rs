//! Equipment of practices, from–to.

use crate::day;
use crate::equipment::{End, Equipment, EquipmentKind};
use crate::specialty::Specialty;
use kit::{Db, Tx, statements};
use uuid::Uuid;

statements! {
    ADD = "insert into directory_equipment (id, practice, kind, specialty, make, serial, place, from_day, content_hash, made_at)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) on conflict (id) do nothing";
    HASH = "select content_hash from directory_equipment where id = $1 and practice = $2";
    FIND = "select id, kind, specialty, make, serial, place, from_day, until_day, reason from directory_equipment where id = $1 and practice = $2";
    END = "update directory_equipment set until_day = $2, reason = $3 where id = $1 and (until_day <> $2 or reason <> $3)";
    OF_PRACTICE = "select id, kind, specialty, make, serial, place, from_day, until_day, reason from directory_equipment
        where practice = $1 order by from_day, made_at, id";
}

/// A piece of equipment; `until_day` is empty while it stands there.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct EquipmentRow {
    pub id: Uuid,
    pub kind: EquipmentKind,
    pub specialty: Option<Specialty>,
    pub make: String,
    pub serial: String,
    pub place: String,
    pub from_day: String,
    pub until_day: String,
    pub reason: String,
}

/// Adds equipment; `false` when the id stands already.
pub async fn add(tx: &mut Tx, id: Uuid, practice: Uuid, new: &Equipment, hash: &[u8]) -> sqlx::Result<bool> {
    let now = tx.now();
    let added = tx
        .q(ADD)
        .bind(id)
        .bind(practice)
        .bind(new.kind.as_str().to_owned())
        .bind(new.specialty.map(|specialty| specialty.as_str().to_owned()))
        .bind(new.make.clone())
        .bind(new.serial.clone())
        .bind(new.place.clone())
        .bind(day::text(new.from))
        .bind(hash.to_vec())
        .bind(now)
        .exec()
        .await?;
    Ok(added == 1)
}

/// Hash of the equipment under this id and practice.
pub async fn hash(tx: &mut Tx, id: Uuid, practice: Uuid) -> sqlx::Result<Option<(Vec<u8>,)>> {
    tx.q(HASH).bind(id).bind(practice).opt().await
}

/// Equipment by its id and practice.
pub async fn find(tx: &mut Tx, id: Uuid, practice: Uuid) -> sqlx::Result<Option<EquipmentRow>> {
    tx.q(FIND).bind(id).bind(practice).opt().await
}

/// Writes its end; `false` when it stands so.
pub async fn end(tx: &mut Tx, id: Uuid, end: &End) -> sqlx::Result<bool> {
    Ok(tx.q(END).bind(id).bind(day::text(end.on)).bind(end.reason.clone()).exec().await? == 1)
}

/// Everything that a practice has or had, oldest first.
pub async fn of_practice(db: &Db, practice: Uuid) -> sqlx::Result<Vec<EquipmentRow>> {
    db.q(OF_PRACTICE).bind(practice).all().await
}
