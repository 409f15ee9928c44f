//! Grants: rows of kit's table, with what was first sent under their id.

use crate::grant::Grant;
use kit::{At, Db, Role, Tx, statements};
use uuid::Uuid;

statements! {
    ADD_ONCE = "insert into directory_grant (id, content_hash, made_at) values ($1, $2, $3) on conflict (id) do nothing";
    HASH = "select content_hash from directory_grant where id = $1";
    MADE_AT = "select made_at from directory_grant where id = $1";
    ADD = "insert into kit_grant (id, person, role, practice, practice_name, department, department_name, starts_at, ends_at, covers_for)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
    FIND = "select id, person, role, practice, practice_name, department, department_name, starts_at, ends_at, covers_for from kit_grant where id = $1 and person = $2";
    NOW = "select id, person, role, practice, practice_name, department, department_name, starts_at, ends_at, covers_for from kit_grant
        where person = $1 and starts_at <= $2 and (ends_at is null or ends_at > $2) order by starts_at, id";
    NOT_ENDED = "select id, person, role, practice, practice_name, department, department_name, starts_at, ends_at, covers_for from kit_grant
        where ends_at is null or ends_at > $1 order by starts_at, id";
    END = "update kit_grant set ends_at = $2 where id = $1 and (ends_at is null or ends_at > $2)";
    RENAME = "update kit_grant set practice_name = $2 where practice = $1";
    BY_ID = "select id, person, role, practice, practice_name, department, department_name, starts_at, ends_at, covers_for from kit_grant where id = $1";
    IN_PRACTICE = "select id, person, role, practice, practice_name, department, department_name, starts_at, ends_at, covers_for from kit_grant
        where practice = $1 and (ends_at is null or ends_at > $2) order by starts_at, id";
    CLINICIANS = "select count(*) from kit_grant where person = $1 and practice = $2 and role = 'gp-clinician' and id <> $3 and (ends_at is null or ends_at > $4)";
    HOLD_ADMINISTRATORS = "update kit_grant set starts_at = starts_at where role = 'administrator'";
    HOLD_SPECIALISTS = "update kit_grant set starts_at = starts_at where role = 'specialist' and department = $1";
    SPECIALISTS = "select count(*) from kit_grant where role = 'specialist' and department = $1 and id <> $2 and starts_at <= $3 and (ends_at is null or ends_at > $3)";
    ADMINISTRATORS = "select count(*) from kit_grant where role = 'administrator' and id <> $1 and starts_at <= $2 and (ends_at is null or ends_at > $2)";
}

/// A grant with the names that were copied into it.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct GrantRow {
    pub id: Uuid,
    pub person: Uuid,
    pub role: Role,
    pub practice: Option<Uuid>,
    pub practice_name: Option<String>,
    pub department: Option<Uuid>,
    pub department_name: Option<String>,
    pub starts_at: At,
    pub ends_at: Option<At>,
    /// For whom a locum stands in.
    pub covers_for: Option<Uuid>,
}

/// Takes the id; `false` when it stands already.
pub async fn add_once(tx: &mut Tx, id: Uuid, hash: &[u8]) -> sqlx::Result<bool> {
    let now = tx.now();
    Ok(tx.q(ADD_ONCE).bind(id).bind(hash.to_vec()).bind(now).exec().await? == 1)
}

/// Hash of what was first sent under this id.
pub async fn hash(tx: &mut Tx, id: Uuid) -> sqlx::Result<Option<(Vec<u8>,)>> {
    tx.q(HASH).bind(id).opt().await
}

/// Adds a grant with copies of the names.
pub async fn add(
    tx: &mut Tx,
    id: Uuid,
    person: Uuid,
    grant: &Grant,
    practice_name: Option<String>,
    department_name: Option<String>,
) -> sqlx::Result<()> {
    tx.q(ADD)
        .bind(id)
        .bind(person)
        .bind(grant.role.as_str().to_owned())
        .bind(grant.practice)
        .bind(practice_name)
        .bind(grant.department)
        .bind(department_name)
        .bind(grant.starts_at)
        .bind(grant.ends_at)
        .bind(grant.covers_for)
        .exec_one()
        .await
}

/// A person's grant.
pub async fn find(tx: &mut Tx, id: Uuid, person: Uuid) -> sqlx::Result<Option<GrantRow>> {
    tx.q(FIND).bind(id).bind(person).opt().await
}

/// A person's grants that hold now, oldest first.
pub async fn now(db: &Db, person: Uuid, now: At) -> sqlx::Result<Vec<GrantRow>> {
    db.q(NOW).bind(person).bind(now).all().await
}

/// The same within a transaction.
pub async fn now_in(tx: &mut Tx, person: Uuid, now: At) -> sqlx::Result<Vec<GrantRow>> {
    tx.q(NOW).bind(person).bind(now).all().await
}

/// Everybody's grants that hold or will hold.
pub async fn not_ended(db: &Db, now: At) -> sqlx::Result<Vec<GrantRow>> {
    db.q(NOT_ENDED).bind(now).all().await
}

/// A grant by its id alone.
pub async fn by_id(db: &Db, id: Uuid) -> sqlx::Result<Option<GrantRow>> {
    db.q(BY_ID).bind(id).opt().await
}

/// A practice's grants that hold or will hold.
pub async fn in_practice(db: &Db, practice: Uuid, now: At) -> sqlx::Result<Vec<GrantRow>> {
    db.q(IN_PRACTICE).bind(practice).bind(now).all().await
}

/// When a grant was given, which is not from when it holds.
pub async fn made_at(db: &Db, id: Uuid) -> sqlx::Result<Option<At>> {
    let row: Option<(At,)> = db.q(MADE_AT).bind(id).opt().await?;
    Ok(row.map(|(at,)| at))
}

/// Whether a person is a clinician of a practice at `at`, or will be, by another grant than `but`.
pub async fn is_clinician(tx: &mut Tx, person: Uuid, practice: Uuid, but: Uuid, at: At) -> sqlx::Result<bool> {
    let (count,): (i64,) = tx.q(CLINICIANS).bind(person).bind(practice).bind(but).bind(at).one().await?;
    Ok(count > 0)
}

/// Ends a grant; `false` when it ends no later anyway.
pub async fn end(tx: &mut Tx, id: Uuid, at: At) -> sqlx::Result<bool> {
    Ok(tx.q(END).bind(id).bind(at).exec().await? == 1)
}

/// Copies a practice's new name into its grants.
pub async fn rename_practice(tx: &mut Tx, practice: Uuid, name: &str) -> sqlx::Result<u64> {
    tx.q(RENAME).bind(practice).bind(name.to_owned()).exec().await
}

/// Keeps every other transaction that ends an administrator's grant waiting until this one is over. It changes nothing:
/// a write to a row is the one lock that both engines know.
pub async fn hold_administrators(tx: &mut Tx) -> sqlx::Result<()> {
    tx.q(HOLD_ADMINISTRATORS).exec().await.map(|_| ())
}

/// How many other administrators' grants hold at `at`.
pub async fn other_administrators(tx: &mut Tx, id: Uuid, at: At) -> sqlx::Result<i64> {
    let (count,): (i64,) = tx.q(ADMINISTRATORS).bind(id).bind(at).one().await?;
    Ok(count)
}

/// Keeps every other transaction that ends a specialist's grant in the department waiting until this one is over.
pub async fn hold_specialists(tx: &mut Tx, department: Uuid) -> sqlx::Result<()> {
    tx.q(HOLD_SPECIALISTS).bind(department).exec().await.map(|_| ())
}

/// How many other specialists' grants hold in a department at `at`.
pub async fn other_specialists(tx: &mut Tx, department: Uuid, id: Uuid, at: At) -> sqlx::Result<i64> {
    let (count,): (i64,) = tx.q(SPECIALISTS).bind(department).bind(id).bind(at).one().await?;
    Ok(count)
}
