//! Refusals.

use super::claim::{Holder, as_holder, held};
use crate::decline::Reason;
use kit::{At, Db, Tx, statements};
use uuid::Uuid;

macro_rules! columns {
    () => {
        "id, case_id, at, person, person_name, role, department, department_name, reason, content"
    };
}

statements! {
    END = concat!("update review_case as c set state = 'declined', listed = false, claimed_by = null, claimed_name = null, claimed_at = null, lease_token = null, lease_expires_at = null, assigned_to = null, assigned_name = null, assigned_at = null where c.state in ('waiting', 'returned', 'awaiting-information') and not exists (select 1 from review_answer a where a.case_id = c.id and a.released_at is not null) and ", held!());
    ADD = concat!("insert into review_decline (", columns!(), ") values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) on conflict (id) do nothing");
    OF_CASE = concat!("select ", columns!(), " from review_decline where case_id = $1 order by at, id");
    BY_ID = concat!("select ", columns!(), " from review_decline where id = $1 and case_id = $2 and person = $3");
}

/// A refusal.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct DeclineRow {
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
    /// Of which department.
    pub department: Uuid,
    /// Its name at that time.
    pub department_name: String,
    /// Why.
    pub reason: Reason,
    /// Sealed words; empty when erased.
    pub content: Vec<u8>,
}

/// Ends a case that was never answered, its claim and its assignment. Whether the claim held.
pub async fn end(tx: &mut Tx, holder: Holder) -> sqlx::Result<bool> {
    Ok(as_holder(tx, END, holder).exec().await? == 1)
}

/// Adds a refusal; false when its id is taken.
pub async fn add(tx: &mut Tx, row: DeclineRow) -> sqlx::Result<bool> {
    let added = tx
        .q(ADD)
        .bind(row.id)
        .bind(row.case_id)
        .bind(row.at)
        .bind(row.person)
        .bind(row.person_name)
        .bind(row.role)
        .bind(row.department)
        .bind(row.department_name)
        .bind(row.reason)
        .bind(row.content)
        .exec()
        .await?;
    Ok(added == 1)
}

/// The refusals of a case, oldest first: one that came back after a reply can be declined again.
pub async fn of_case(db: &Db, case: Uuid) -> sqlx::Result<Vec<DeclineRow>> {
    db.q(OF_CASE).bind(case).all().await
}

/// A person's own refusal of a case.
pub async fn own(db: &Db, id: Uuid, case: Uuid, person: Uuid) -> sqlx::Result<Option<DeclineRow>> {
    db.q(BY_ID).bind(id).bind(case).bind(person).opt().await
}
