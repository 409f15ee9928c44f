//! Forwardings.

use super::claim::{Holder, as_holder, held};
use crate::forward::Place;
use kit::{At, Db, Tx, statements};
use uuid::Uuid;

macro_rules! columns {
    () => {
        "id, case_id, at, person, person_name, role, from_department, from_name, from_specialty, to_department, to_name, to_specialty, content"
    };
}

statements! {
    // A question that is open stays open: the case waits for its reply there as it did here.
    MOVE = concat!("update review_case as c set department = $5, department_name = $6, specialty = $7, listed = (c.state <> 'awaiting-information'), claimed_by = null, claimed_name = null, claimed_at = null, lease_token = null, lease_expires_at = null, assigned_to = null, assigned_name = null, assigned_at = null where c.state in ('waiting', 'returned', 'awaiting-information') and ", held!());
    ADD = concat!("insert into review_forward (", columns!(), ") values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) on conflict (id) do nothing");
    OF_CASE = concat!("select ", columns!(), " from review_forward where case_id = $1 order by at, id");
    BY_ID = concat!("select ", columns!(), " from review_forward where id = $1 and case_id = $2 and person = $3");
}

/// A forwarding.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct ForwardRow {
    /// Made by the client.
    pub id: Uuid,
    /// Of which case.
    pub case_id: Uuid,
    /// When.
    pub at: At,
    /// By whom.
    pub person: Uuid,
    /// Their name.
    pub person_name: String,
    /// In which role.
    pub role: String,
    /// From which department.
    pub from_department: Uuid,
    /// Its name at that time.
    pub from_name: String,
    /// From which specialty.
    pub from_specialty: String,
    /// To which department.
    pub to_department: Uuid,
    /// Its name at that time.
    pub to_name: String,
    /// To which specialty.
    pub to_specialty: String,
    /// Sealed words; empty when erased.
    pub content: Vec<u8>,
}

/// Moves a case to a department called `name`; its claim and its assignment end. Whether the claim held.
pub async fn move_to(tx: &mut Tx, holder: Holder, to: &Place, name: String) -> sqlx::Result<bool> {
    let q = as_holder(tx, MOVE, holder).bind(to.department).bind(name).bind(to.specialty.clone());
    Ok(q.exec().await? == 1)
}

/// Adds a forwarding; false when its id is taken.
pub async fn add(tx: &mut Tx, row: ForwardRow) -> sqlx::Result<bool> {
    let added = tx
        .q(ADD)
        .bind(row.id)
        .bind(row.case_id)
        .bind(row.at)
        .bind(row.person)
        .bind(row.person_name)
        .bind(row.role)
        .bind(row.from_department)
        .bind(row.from_name)
        .bind(row.from_specialty)
        .bind(row.to_department)
        .bind(row.to_name)
        .bind(row.to_specialty)
        .bind(row.content)
        .exec()
        .await?;
    Ok(added == 1)
}

/// The way of a case, oldest first.
pub async fn of_case(db: &Db, case: Uuid) -> sqlx::Result<Vec<ForwardRow>> {
    db.q(OF_CASE).bind(case).all().await
}

/// A person's own forwarding of a case.
pub async fn own(db: &Db, id: Uuid, case: Uuid, person: Uuid) -> sqlx::Result<Option<ForwardRow>> {
    db.q(BY_ID).bind(id).bind(case).bind(person).opt().await
}
