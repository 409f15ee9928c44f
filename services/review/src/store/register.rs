//! Departments and people by name, projected from the register's events; they can be rebuilt from the log.

use kit::{At, Db, Tx, statements};
use uuid::Uuid;

statements! {
    SET_DEPARTMENT = "insert into review_department (id, name, hospital, specialties) values ($1, $2, $3, $4) on conflict (id) do update set name = excluded.name, hospital = excluded.hospital, specialties = excluded.specialties";
    DEPARTMENTS = "select id, name, hospital, specialties from review_department order by name, id";
    DEPARTMENT = "select id, name, hospital, specialties from review_department where id = $1";
    SET_PERSON = "insert into review_person (id, name) values ($1, $2) on conflict (id) do update set name = excluded.name";
    // Who reads in a department at $2: one line per person, whatever number of rights they have there.
    SPECIALISTS = "select distinct p.id, p.name from review_person p join kit_grant g on g.person = p.id where g.department = $1 and g.role = 'specialist' and g.starts_at <= $2 and (g.ends_at is null or g.ends_at > $2) order by p.name, p.id";
    SPECIALIST = "select p.id, p.name from review_person p where p.id = $3 and exists (select 1 from kit_grant g where g.person = p.id and g.department = $1 and g.role = 'specialist' and g.starts_at <= $2 and (g.ends_at is null or g.ends_at > $2))";
    STAFFED = "select department from kit_grant where department = $1 and role = 'specialist' and starts_at <= $2 and (ends_at is null or ends_at > $2) limit 1";
}

/// Empty both tables before a rebuild.
pub const RESET: &[&str] = &["delete from review_department", "delete from review_person"];

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
    pub specialties: Vec<String>,
}

type DepartmentRow = (Uuid, String, String, String);

fn department_of((id, name, hospital, specialties): DepartmentRow) -> Department {
    Department { id, name, hospital, specialties: specialties.split(' ').map(str::to_owned).collect() }
}

/// Somebody by name.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct PersonRow {
    /// Their id.
    pub id: Uuid,
    /// Their name.
    pub name: String,
}

/// Writes a department.
pub async fn set_department(
    tx: &mut Tx,
    id: Uuid,
    name: String,
    hospital: String,
    specialties: &[String],
) -> sqlx::Result<()> {
    tx.q(SET_DEPARTMENT).bind(id).bind(name).bind(hospital).bind(specialties.join(" ")).exec_one().await
}

/// Writes a person's name.
pub async fn set_person(tx: &mut Tx, id: Uuid, name: String) -> sqlx::Result<()> {
    tx.q(SET_PERSON).bind(id).bind(name).exec_one().await
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

/// The specialists of a department.
pub async fn specialists(db: &Db, department: Uuid, now: At) -> sqlx::Result<Vec<PersonRow>> {
    db.q(SPECIALISTS).bind(department).bind(now).all().await
}

/// A specialist of a department.
pub async fn specialist(db: &Db, department: Uuid, person: Uuid, now: At) -> sqlx::Result<Option<PersonRow>> {
    db.q(SPECIALIST).bind(department).bind(now).bind(person).opt().await
}

/// Whether any specialist has a right in a department now.
pub async fn is_staffed(db: &Db, department: Uuid, now: At) -> sqlx::Result<bool> {
    let row: Option<(Uuid,)> = db.q(STAFFED).bind(department).bind(now).opt().await?;
    Ok(row.is_some())
}
