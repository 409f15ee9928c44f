//! Copies of practices and departments, projected from directory's events; they can be rebuilt from the log.

use crate::vocabulary::Specialty;
use kit::{Db, Tx, statements};
use proto::directory::DepartmentRegistered;
use uuid::Uuid;

statements! {
    PRACTICE = "select id, name, channel, test from intake_practice where id = $1";
    SET_PRACTICE = "insert into intake_practice (id, name, channel, test) values ($1, $2, $3, $4) \
        on conflict (id) do update set name = excluded.name, channel = excluded.channel, test = excluded.test";
    CHANGE_PRACTICE = "update intake_practice set name = $2, test = coalesce($3, test) where id = $1";
    SET_DEPUTY = "update intake_practice set deputy = $2, deputy_name = $3 where id = $1";
    DEPARTMENTS = "select id, name, hospital, specialties, duty_phone, duty_hours from intake_department order by name, id";
    DEPARTMENT = "select id, name, hospital, specialties, duty_phone, duty_hours from intake_department where id = $1";
    SET_DEPARTMENT = "insert into intake_department (id, name, hospital, specialties, duty_phone, duty_hours) values ($1, $2, $3, $4, $5, $6) \
        on conflict (id) do update set name = excluded.name, hospital = excluded.hospital, specialties = excluded.specialties, \
        duty_phone = excluded.duty_phone, duty_hours = excluded.duty_hours";
    CHANGE_DEPARTMENT = "update intake_department set duty_phone = coalesce($2, duty_phone), duty_hours = coalesce($3, duty_hours) where id = $1";
}

/// Empty the tables before a rebuild.
pub const RESET: &[&str] = &["delete from intake_practice", "delete from intake_department"];

/// The name of a place whose key was destroyed.
pub const ERASED: &str = "erased";

/// A practice.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Practice {
    /// Its id.
    pub id: Uuid,
    /// Its name.
    pub name: String,
    /// How it reaches us.
    pub channel: String,
    /// Training or test use.
    pub test: bool,
}

/// A department.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Department {
    /// Its id.
    pub id: Uuid,
    /// Its name.
    pub name: String,
    /// Its hospital.
    pub hospital: String,
    /// What it answers for.
    pub specialties: Vec<Specialty>,
    /// Whom to phone when it can't wait; empty when it is not known.
    pub duty_phone: String,
    /// When somebody answers there; empty when it is not known.
    pub duty_hours: String,
}

type DepartmentRow = (Uuid, String, String, String, String, String);

fn department_of((id, name, hospital, specialties, duty_phone, duty_hours): DepartmentRow) -> Department {
    let specialties = specialties.split(' ').filter_map(Specialty::from_word).collect();
    Department { id, name, hospital, specialties, duty_phone, duty_hours }
}

/// One practice.
pub async fn practice(db: &Db, id: Uuid) -> sqlx::Result<Option<Practice>> {
    db.q(PRACTICE).bind(id).opt().await
}

/// Writes a practice.
pub async fn set_practice(tx: &mut Tx, practice: Practice) -> sqlx::Result<()> {
    let Practice { id, name, channel, test } = practice;
    tx.q(SET_PRACTICE).bind(id).bind(name).bind(channel).bind(test).exec_one().await
}

/// Writes a practice's new name, and whether it is for tests from now on if that changed; an unknown one is left alone.
pub async fn change_practice(tx: &mut Tx, id: Uuid, name: String, test: Option<bool>) -> sqlx::Result<()> {
    tx.q(CHANGE_PRACTICE).bind(id).bind(name).bind(test).exec().await.map(|_| ())
}

/// Writes who is asked when the practice does not look; an unknown practice is left alone.
pub async fn set_deputy(tx: &mut Tx, id: Uuid, person: Option<Uuid>, name: String) -> sqlx::Result<()> {
    tx.q(SET_DEPUTY).bind(id).bind(person).bind(name).exec().await.map(|_| ())
}

/// All departments by name.
pub async fn departments(db: &Db) -> sqlx::Result<Vec<Department>> {
    let rows: Vec<DepartmentRow> = db.q(DEPARTMENTS).all().await?;
    Ok(rows.into_iter().map(department_of).collect())
}

/// One department.
pub async fn department(db: &Db, id: Uuid) -> sqlx::Result<Option<Department>> {
    let row: Option<DepartmentRow> = db.q(DEPARTMENT).bind(id).opt().await?;
    Ok(row.map(department_of))
}

/// Writes a department; specialties are the words of the event, unknown ones stay out of sight until they are known.
pub async fn set_department(tx: &mut Tx, id: Uuid, fact: DepartmentRegistered) -> sqlx::Result<()> {
    tx.q(SET_DEPARTMENT)
        .bind(id)
        .bind(fact.name)
        .bind(fact.hospital)
        .bind(fact.specialties.join(" "))
        .bind(fact.duty_phone)
        .bind(fact.duty_hours)
        .exec_one()
        .await
}

/// Writes whom to phone and when; what is absent stays, an unknown department is left alone.
pub async fn change_department(
    tx: &mut Tx,
    id: Uuid,
    phone: Option<String>,
    hours: Option<String>,
) -> sqlx::Result<()> {
    tx.q(CHANGE_DEPARTMENT).bind(id).bind(phone).bind(hours).exec().await.map(|_| ())
}
