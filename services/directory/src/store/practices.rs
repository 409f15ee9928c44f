//! Practices, their register and their steps of enablement.

use crate::day;
use crate::enablement::{Enablement, Step};
use crate::import::State;
use crate::practice::{Change, Practice, Register};
use crate::specialty::Specialty;
use kit::{At, Db, Tx, statements};
use time::Date;
use uuid::Uuid;

statements! {
    ADD = "insert into directory_practice (id, name, municipality, centrality, distance_km, channel, opened_on, test_practice, content_hash, made_at, phone)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) on conflict (id) do nothing";
    HASH = "select content_hash from directory_practice where id = $1";
    FIND = "select id, name, channel, test_practice from directory_practice where id = $1";
    CHANGE = "update directory_practice set name = $2, municipality = $3, change_hash = $4, phone = coalesce($5, phone)
        where id = $1 and (change_hash is null or change_hash <> $4)";
    LIST = "select p.id, p.external_key, p.name, p.municipality, p.centrality, p.channel, p.closed_on, p.test_practice, p.trial_arm, p.phone,
            p.deputy, d.name as deputy_name
        from directory_practice p left join directory_person d on d.id = p.deputy order by p.name, p.id";
    SET_DEPUTY = "update directory_practice set deputy = $2 where id = $1 and deputy is distinct from $2";
    ADD_REGISTER = "insert into directory_register (id, practice, from_day, list_size, gps, staff, content_hash, made_at)
        values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict (id) do nothing";
    REGISTER_HASH = "select content_hash from directory_register where id = $1 and practice = $2";
    REGISTERS = "select practice, list_size, gps, staff from directory_register where from_day <= $1 order by from_day, made_at, id";
    ADD_STEP = "insert into directory_enablement (id, practice, step, specialty, on_day, content_hash, made_at)
        values ($1, $2, $3, $4, $5, $6, $7) on conflict (id) do nothing";
    STEP_HASH = "select content_hash from directory_enablement where id = $1 and practice = $2";
    HAS_STEP = "select id from directory_enablement where practice = $1 and step = $2
        and (specialty is null or cast($3 as text) is null or specialty = cast($3 as text)) limit 1";
    WHOLE = "select id, external_key, name, municipality, centrality, distance_km, channel, opened_on, closed_on, test_practice, trial_arm, phone
        from directory_practice where id = $1";
    REGISTERS_OF = "select from_day, list_size, gps, staff from directory_register where practice = $1 order by from_day desc, made_at desc, id desc";
    STEPS_OF = "select step, specialty, on_day from directory_enablement where practice = $1 order by made_at, id";
    STEPS = "select practice, step, specialty, on_day from directory_enablement order by made_at, id";
}

/// What events about a practice say of it.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct PracticeRow {
    pub id: Uuid,
    pub name: String,
    pub channel: String,
    pub test_practice: bool,
}

/// A row of the list.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct ListedRow {
    pub id: Uuid,
    pub external_key: Option<String>,
    pub name: String,
    pub municipality: String,
    pub centrality: i64,
    pub channel: String,
    pub closed_on: String,
    pub test_practice: bool,
    pub trial_arm: String,
    pub phone: String,
    pub deputy: Option<Uuid>,
    pub deputy_name: Option<String>,
}

/// `(practice, list size, GPs, staff)`.
pub type RegisterRow = (Uuid, i64, i64, i64);
/// `(practice, step, specialty, YYYY-MM-DD)`.
pub type StepRow = (Uuid, Step, Option<Specialty>, String);

/// Adds a practice; `false` when the id stands already.
pub async fn add(tx: &mut Tx, id: Uuid, practice: &Practice, hash: &[u8]) -> sqlx::Result<bool> {
    let now = tx.now();
    let added = tx
        .q(ADD)
        .bind(id)
        .bind(practice.name.clone())
        .bind(practice.municipality.clone())
        .bind(practice.centrality)
        .bind(practice.distance_km)
        .bind(practice.channel.clone())
        .bind(day::text(practice.opened_on))
        .bind(practice.test_practice)
        .bind(hash.to_vec())
        .bind(now)
        .bind(practice.phone.clone())
        .exec()
        .await?;
    Ok(added == 1)
}

/// Hash of what was first sent under this id.
pub async fn hash(tx: &mut Tx, id: Uuid) -> sqlx::Result<Option<(Vec<u8>,)>> {
    tx.q(HASH).bind(id).opt().await
}

/// A practice by its id.
pub async fn find(tx: &mut Tx, id: Uuid) -> sqlx::Result<Option<PracticeRow>> {
    tx.q(FIND).bind(id).opt().await
}

/// Writes the new name and municipality; `false` when the last change was the same.
pub async fn change(tx: &mut Tx, id: Uuid, change: &Change, hash: &[u8]) -> sqlx::Result<bool> {
    let q = tx.q(CHANGE).bind(id).bind(change.name.clone()).bind(change.municipality.clone());
    Ok(q.bind(hash.to_vec()).bind(change.phone.clone()).exec().await? == 1)
}

/// Writes the deputy; `false` when it was that person already, or there is no such practice.
pub async fn set_deputy(tx: &mut Tx, id: Uuid, person: Option<Uuid>) -> sqlx::Result<bool> {
    Ok(tx.q(SET_DEPUTY).bind(id).bind(person).exec().await? == 1)
}

/// All practices by name.
pub async fn list(db: &Db) -> sqlx::Result<Vec<ListedRow>> {
    db.q(LIST).all().await
}

/// Adds a register entry; `false` when the id stands already.
pub async fn add_register(
    tx: &mut Tx,
    id: Uuid,
    practice: Uuid,
    register: &Register,
    hash: &[u8],
) -> sqlx::Result<bool> {
    let now = tx.now();
    let added = tx
        .q(ADD_REGISTER)
        .bind(id)
        .bind(practice)
        .bind(day::text(register.from))
        .bind(register.list_size)
        .bind(register.gps)
        .bind(register.staff)
        .bind(hash.to_vec())
        .bind(now)
        .exec()
        .await?;
    Ok(added == 1)
}

/// Hash of the register entry under this id and practice.
pub async fn register_hash(tx: &mut Tx, id: Uuid, practice: Uuid) -> sqlx::Result<Option<(Vec<u8>,)>> {
    tx.q(REGISTER_HASH).bind(id).bind(practice).opt().await
}

/// Register entries that count on `today`, oldest first: the last one of a practice holds.
pub async fn registers(db: &Db, today: Date) -> sqlx::Result<Vec<RegisterRow>> {
    db.q(REGISTERS).bind(day::text(today)).all().await
}

/// Adds a step; `false` when the id stands already.
pub async fn add_step(tx: &mut Tx, id: Uuid, practice: Uuid, step: &Enablement, hash: &[u8]) -> sqlx::Result<bool> {
    let now: At = tx.now();
    let added = tx
        .q(ADD_STEP)
        .bind(id)
        .bind(practice)
        .bind(step.step.as_str().to_owned())
        .bind(step.specialty.map(|specialty| specialty.as_str().to_owned()))
        .bind(day::text(step.on))
        .bind(hash.to_vec())
        .bind(now)
        .exec()
        .await?;
    Ok(added == 1)
}

/// Hash of the step under this id and practice.
pub async fn step_hash(tx: &mut Tx, id: Uuid, practice: Uuid) -> sqlx::Result<Option<(Vec<u8>,)>> {
    tx.q(STEP_HASH).bind(id).bind(practice).opt().await
}

/// Whether a step was recorded, for this specialty or for all.
pub async fn has_step(tx: &mut Tx, practice: Uuid, step: &Enablement) -> sqlx::Result<bool> {
    let specialty = step.specialty.map(|specialty| specialty.as_str().to_owned());
    let found: Option<(Uuid,)> =
        tx.q(HAS_STEP).bind(practice).bind(step.step.as_str().to_owned()).bind(specialty).opt().await?;
    Ok(found.is_some())
}

/// Everything that stands of a practice.
pub async fn whole(db: &Db, id: Uuid) -> sqlx::Result<Option<State>> {
    db.q(WHOLE).bind(id).opt().await
}

/// A practice's register entries, newest first: `(from, list size, GPs, staff)`.
pub async fn registers_of(db: &Db, practice: Uuid) -> sqlx::Result<Vec<(String, i64, i64, i64)>> {
    db.q(REGISTERS_OF).bind(practice).all().await
}

/// A practice's steps in the order of recording.
pub async fn steps_of(db: &Db, practice: Uuid) -> sqlx::Result<Vec<(Step, Option<Specialty>, String)>> {
    db.q(STEPS_OF).bind(practice).all().await
}

/// All steps in the order of recording: the last record of a step and specialty corrects the earlier ones.
pub async fn steps(db: &Db) -> sqlx::Result<Vec<StepRow>> {
    db.q(STEPS).all().await
}
