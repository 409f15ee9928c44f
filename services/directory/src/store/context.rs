//! The context log. No statement changes or deletes a row.

use crate::context::{ContextEvent, ContextKind, Domain, day_text};
use crate::day;
use kit::{At, Db, Tx, statements};
use uuid::Uuid;

/// `entry` is the id of an entry's first row; a row is replaced once at most.
pub const SCHEMA: &str = "
    create table directory_context (
        id {uuid} primary key, entry {uuid} not null, replaces {uuid} unique, practice {uuid} references directory_practice (id),
        department {uuid} references directory_department (id), domain text not null, kind text not null, from_day text not null,
        until_day text not null, text_sealed {bytes} not null, withdrawn {bool} not null, made_by {uuid},
        content_hash {bytes} not null, made_at {at} not null
    ) {strict};
";

statements! {
    ADD = "insert into directory_context (id, entry, replaces, practice, department, domain, kind, from_day, until_day, text_sealed,
        withdrawn, made_by, content_hash, made_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
        on conflict do nothing";
    FIND = "select entry, practice, department, domain, kind, from_day, until_day, withdrawn from directory_context where id = $1";
    HASH = "select content_hash from directory_context where id = $1";
    LIST = "select c.id, c.entry, c.replaces, c.practice, p.name as practice_name, c.department, d.name as department_name, c.domain, c.kind,
        c.from_day, c.until_day, c.text_sealed, c.withdrawn, c.made_by, w.name as made_by_name, c.made_at from directory_context c
        left join directory_practice p on p.id = c.practice left join directory_department d on d.id = c.department
        left join directory_person w on w.id = c.made_by";
}

/// A row to be added.
#[derive(Clone, Copy, Debug)]
pub struct NewRow {
    pub id: Uuid,
    pub entry: Uuid,
    pub replaces: Option<Uuid>,
    pub withdrawn: bool,
    /// Who; none from the command line.
    pub by: Option<Uuid>,
}

/// A row without its text.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct ContextRow {
    pub entry: Uuid,
    pub practice: Option<Uuid>,
    pub department: Option<Uuid>,
    pub domain: Domain,
    pub kind: ContextKind,
    pub from_day: String,
    pub until_day: String,
    pub withdrawn: bool,
}

/// A row of the list.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct ListedRow {
    pub id: Uuid,
    pub entry: Uuid,
    pub replaces: Option<Uuid>,
    pub practice: Option<Uuid>,
    pub practice_name: Option<String>,
    pub department: Option<Uuid>,
    pub department_name: Option<String>,
    pub domain: Domain,
    pub kind: ContextKind,
    pub from_day: String,
    pub until_day: String,
    pub text_sealed: Vec<u8>,
    pub withdrawn: bool,
    pub made_by: Option<Uuid>,
    pub made_by_name: Option<String>,
    pub made_at: At,
}

/// Adds a row; `false` when its id stands already, or what it replaces was replaced.
pub async fn add(tx: &mut Tx, row: &NewRow, event: &ContextEvent, sealed: Vec<u8>, hash: &[u8]) -> sqlx::Result<bool> {
    let now = tx.now();
    let q = tx.q(ADD).bind(row.id).bind(row.entry).bind(row.replaces).bind(event.practice).bind(event.department);
    let q = q.bind(event.domain.as_str().to_owned()).bind(event.kind.as_str().to_owned());
    let q = q.bind(day::text(event.from)).bind(day_text(event.until)).bind(sealed).bind(row.withdrawn);
    Ok(q.bind(row.by).bind(hash.to_vec()).bind(now).exec().await? == 1)
}

/// The row with this id.
pub async fn find(tx: &mut Tx, id: Uuid) -> sqlx::Result<Option<ContextRow>> {
    tx.q(FIND).bind(id).opt().await
}

/// Hash of the row under this id.
pub async fn hash(tx: &mut Tx, id: Uuid) -> sqlx::Result<Option<(Vec<u8>,)>> {
    tx.q(HASH).bind(id).opt().await
}

/// Every row, in no order.
pub async fn list(db: &Db) -> sqlx::Result<Vec<ListedRow>> {
    db.q(LIST).all().await
}
