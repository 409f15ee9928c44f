//! Why offices did not use the service.

use crate::reason::{AskedAfter, Reason, WhyNot};
use kit::{At, Db, Role, Tx, statements};
use uuid::Uuid;

statements! {
    ADD = "insert into directory_reason (id, practice, reason, asked_after, role, text_sealed, content_hash, made_at)
        values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict (id) do nothing";
    HASH = "select content_hash from directory_reason where id = $1 and practice = $2";
    OF_PRACTICE = "select id, reason, asked_after, role, text_sealed, made_at from directory_reason where practice = $1 order by made_at desc, id";
    LAST = "select made_at from directory_reason where practice = $1 order by made_at desc limit 1";
}

/// A reason that was given.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct ReasonRow {
    pub id: Uuid,
    pub reason: WhyNot,
    pub asked_after: AskedAfter,
    pub role: Role,
    pub text_sealed: Vec<u8>,
    pub made_at: At,
}

/// Adds a reason with its sealed text; `false` when the id stands already.
pub async fn add(
    tx: &mut Tx,
    id: Uuid,
    new: &Reason,
    role: Role,
    text_sealed: Vec<u8>,
    hash: &[u8],
) -> sqlx::Result<bool> {
    let now = tx.now();
    let q = tx.q(ADD).bind(id).bind(new.practice).bind(new.reason.as_str().to_owned());
    let q = q.bind(new.after.as_str().to_owned()).bind(role.as_str().to_owned());
    Ok(q.bind(text_sealed).bind(hash.to_vec()).bind(now).exec().await? == 1)
}

/// Hash of the reason under this id and practice.
pub async fn hash(tx: &mut Tx, id: Uuid, practice: Uuid) -> sqlx::Result<Option<(Vec<u8>,)>> {
    tx.q(HASH).bind(id).bind(practice).opt().await
}

/// Reasons of a practice, newest first.
pub async fn of_practice(db: &Db, practice: Uuid) -> sqlx::Result<Vec<ReasonRow>> {
    db.q(OF_PRACTICE).bind(practice).all().await
}

/// When a practice was last asked, within the transaction.
pub async fn last_in(tx: &mut Tx, practice: Uuid) -> sqlx::Result<Option<At>> {
    let row: Option<(At,)> = tx.q(LAST).bind(practice).opt().await?;
    Ok(row.map(|(at,)| at))
}

/// When a practice was last asked.
pub async fn last(db: &Db, practice: Uuid) -> sqlx::Result<Option<At>> {
    let row: Option<(At,)> = db.q(LAST).bind(practice).opt().await?;
    Ok(row.map(|(at,)| at))
}
