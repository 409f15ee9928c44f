//! Departments and their specialties.

use crate::department::{Change, Department};
use crate::specialty::Specialty;
use kit::{Db, Tx, statements};
use uuid::Uuid;

statements! {
    ADD = "insert into directory_department (id, name, hospital, duty_phone, duty_hours, content_hash, made_at)
        values ($1, $2, $3, $4, $5, $6, $7) on conflict (id) do nothing";
    ADD_SPECIALTY = "insert into directory_department_specialty (department, specialty) values ($1, $2)";
    HASH = "select content_hash from directory_department where id = $1";
    NAME = "select name from directory_department where id = $1";
    CHANGE = "update directory_department set duty_phone = coalesce($2, duty_phone), duty_hours = coalesce($3, duty_hours)
        where id = $1 and (duty_phone <> coalesce($2, duty_phone) or duty_hours <> coalesce($3, duty_hours))";
    LIST = "select id, name, hospital, duty_phone, duty_hours from directory_department order by name, id";
    SPECIALTIES = "select department, specialty from directory_department_specialty order by specialty";
}

/// A row of the list.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct DepartmentRow {
    pub id: Uuid,
    pub name: String,
    pub hospital: String,
    pub duty_phone: String,
    pub duty_hours: String,
}

/// Adds a department; `false` when the id stands already.
pub async fn add(tx: &mut Tx, id: Uuid, department: &Department, hash: &[u8]) -> sqlx::Result<bool> {
    let now = tx.now();
    let added = tx
        .q(ADD)
        .bind(id)
        .bind(department.name.clone())
        .bind(department.hospital.clone())
        .bind(department.duty_phone.clone())
        .bind(department.duty_hours.clone())
        .bind(hash.to_vec())
        .bind(now)
        .exec()
        .await?;
    if added == 0 {
        return Ok(false);
    }
    for specialty in &department.specialties {
        tx.q(ADD_SPECIALTY).bind(id).bind(specialty.as_str().to_owned()).exec_one().await?;
    }
    Ok(true)
}

/// Changes what is given; `false` when that stands already.
pub async fn change(tx: &mut Tx, id: Uuid, change: &Change) -> sqlx::Result<bool> {
    let changed = tx.q(CHANGE).bind(id).bind(change.duty_phone.clone()).bind(change.duty_hours.clone()).exec().await?;
    Ok(changed == 1)
}

/// Hash of what was first sent under this id.
pub async fn hash(tx: &mut Tx, id: Uuid) -> sqlx::Result<Option<(Vec<u8>,)>> {
    tx.q(HASH).bind(id).opt().await
}

/// A department's name.
pub async fn name(tx: &mut Tx, id: Uuid) -> sqlx::Result<Option<(String,)>> {
    tx.q(NAME).bind(id).opt().await
}

/// All departments by name.
pub async fn list(db: &Db) -> sqlx::Result<Vec<DepartmentRow>> {
    db.q(LIST).all().await
}

/// `(department, specialty)`.
pub async fn specialties(db: &Db) -> sqlx::Result<Vec<(Uuid, Specialty)>> {
    db.q(SPECIALTIES).all().await
}
