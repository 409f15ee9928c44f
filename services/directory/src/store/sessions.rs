//! Sessions: rows of kit's table.

use kit::{At, Db, Tx, statements};
use uuid::Uuid;

statements! {
    OPEN = "insert into kit_session (token_hash, person, person_name, opened_at, seen_at, expires_at) values ($1, $2, $3, $4, $4, $5)";
    OPEN_AFTER = "insert into kit_session (token_hash, person, person_name, opened_at, seen_at, expires_at) values ($1, $2, $3, $4, $4, $5) on conflict (token_hash) do nothing";
    RETIRE = "update kit_session set locked_at = coalesce(locked_at, $2), expires_at = case when expires_at > $3 then $3 else expires_at end where token_hash = $1 and ended_at is null";
    END = "update kit_session set ended_at = $2 where token_hash = $1 and ended_at is null";
    END_ALL = "update kit_session set ended_at = $2 where person = $1 and ended_at is null";
    END_EVERY = "update kit_session set ended_at = $1 where ended_at is null";
    LOCK = "update kit_session set locked_at = $2 where token_hash = $1 and ended_at is null and locked_at is null";
}

/// Opens a session.
pub async fn open(
    tx: &mut Tx,
    token_hash: Vec<u8>,
    person: Uuid,
    name: &str,
    now: At,
    expires_at: At,
) -> sqlx::Result<()> {
    tx.q(OPEN).bind(token_hash).bind(person).bind(name.to_owned()).bind(now).bind(expires_at).exec_one().await
}

/// Ends a session.
pub async fn end(db: &Db, token_hash: &[u8], now: At) -> sqlx::Result<u64> {
    db.q(END).bind(token_hash.to_vec()).bind(now).exec().await
}

/// Ends a session, within the transaction.
pub async fn end_in(tx: &mut Tx, token_hash: &[u8], now: At) -> sqlx::Result<u64> {
    tx.q(END).bind(token_hash.to_vec()).bind(now).exec().await
}

/// Ends all sessions of a person.
pub async fn end_all(db: &Db, person: Uuid, now: At) -> sqlx::Result<u64> {
    db.q(END_ALL).bind(person).bind(now).exec().await
}

/// Ends all sessions of a person, within the transaction.
pub async fn end_all_in(tx: &mut Tx, person: Uuid, now: At) -> sqlx::Result<u64> {
    tx.q(END_ALL).bind(person).bind(now).exec().await
}

/// Ends every session.
pub async fn end_every(tx: &mut Tx, now: At) -> sqlx::Result<u64> {
    tx.q(END_EVERY).bind(now).exec().await
}

/// Locks a session.
pub async fn lock(db: &Db, token_hash: &[u8], now: At) -> sqlx::Result<u64> {
    db.q(LOCK).bind(token_hash.to_vec()).bind(now).exec().await
}

/// Opens the session that follows a retired one; a repetition finds it there.
pub async fn open_after(
    tx: &mut Tx,
    token_hash: Vec<u8>,
    person: Uuid,
    name: &str,
    now: At,
    expires_at: At,
) -> sqlx::Result<u64> {
    tx.q(OPEN_AFTER).bind(token_hash).bind(person).bind(name.to_owned()).bind(now).bind(expires_at).exec().await
}

/// Locks a session and lets it end at `until`; `false` when it was ended already.
pub async fn retire(tx: &mut Tx, token_hash: &[u8], now: At, until: At) -> sqlx::Result<bool> {
    Ok(tx.q(RETIRE).bind(token_hash.to_vec()).bind(now).bind(until).exec().await? == 1)
}
