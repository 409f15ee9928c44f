//! Rows that have served.

use kit::{At, Db, statements};

statements! {
    DUE = "select 1 from directory_attempt where began_at <= $1
        union all select 1 from directory_link where expires_at <= $2
        union all select 1 from kit_session where expires_at <= $3 limit 1";
    ATTEMPTS = "delete from directory_attempt where began_at <= $1";
    LINKS = "delete from directory_link where expires_at <= $1";
    SESSIONS = "delete from kit_session where expires_at <= $1";
}

/// Removes windows of tries, links and sessions that ended before these instants; returns how many rows went.
///
/// Asked after every commit to the log, so it looks before it writes: a delete of nothing still takes the writer's lock.
pub async fn sweep(db: &Db, attempts: At, links: At, sessions: At) -> sqlx::Result<u64> {
    let due: Option<(i32,)> = db.q(DUE).bind(attempts).bind(links).bind(sessions).opt().await?;
    if due.is_none() {
        return Ok(0);
    }
    let mut tx = db.begin().await?;
    let mut gone = tx.q(ATTEMPTS).bind(attempts).exec().await?;
    gone += tx.q(LINKS).bind(links).exec().await?;
    gone += tx.q(SESSIONS).bind(sessions).exec().await?;
    tx.commit().await?;
    Ok(gone)
}
