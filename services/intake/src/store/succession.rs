//! Which practice takes over from one that was closed or merged, and from when. Projected from directory's
//! events, with the places.

use kit::{At, Db, Tx, statements};
use std::collections::BTreeSet;
use uuid::Uuid;

/// The tables.
pub const SCHEMA: &str = "
    alter table intake_practice add column closed_at {at};
    create table intake_succession (
        practice {uuid} not null, successor {uuid} not null, from_at {at} not null, merged {bool} not null,
        primary key (practice, successor)
    ) {strict};
    create index intake_succession_successor on intake_succession (successor, from_at);
";

statements! {
    DEPUTY = "select deputy from intake_practice where id = $1";
    CLOSED_AT = "select closed_at from intake_practice where id = $1";
    CLOSE = "update intake_practice set closed_at = $2 where id = $1";
    REOPEN = "delete from intake_succession where practice = $1";
    ADD = "insert into intake_succession (practice, successor, from_at, merged) values ($1, $2, $3, $4) \
        on conflict (practice, successor) do update set from_at = excluded.from_at, merged = excluded.merged";
    BEFORE = "select practice, successor, from_at, merged from intake_succession where successor = $1";
    AFTER = "select practice, successor, from_at, merged from intake_succession where practice = $1";
    SUCCESSORS = "select successor from intake_succession where practice = $1 and from_at <= $2 order by from_at desc, successor";
    OPEN_PRACTICES = "select id, name from intake_practice where test = $1 and (closed_at is null or closed_at > $2) order by name, id";
}

/// One practice takes over from another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Succession {
    /// Which was closed.
    pub practice: Uuid,
    /// Which takes over.
    pub successor: Uuid,
    /// From when.
    pub from_at: At,
    /// All of it, and not only what is open.
    pub merged: bool,
}

/// The practice's deputy.
pub async fn deputy(db: &Db, practice: Uuid) -> sqlx::Result<Option<Uuid>> {
    let row: Option<(Option<Uuid>,)> = db.q(DEPUTY).bind(practice).opt().await?;
    Ok(row.and_then(|(deputy,)| deputy))
}

/// From when a practice is closed.
pub async fn closed_at(db: &Db, practice: Uuid) -> sqlx::Result<Option<At>> {
    let row: Option<(Option<At>,)> = db.q(CLOSED_AT).bind(practice).opt().await?;
    Ok(row.and_then(|(at,)| at))
}

/// Writes from when a practice is closed; nothing: it is open again, and nobody takes over.
pub async fn close(tx: &mut Tx, practice: Uuid, at: Option<At>) -> sqlx::Result<()> {
    tx.q(CLOSE).bind(practice).bind(at).exec().await?;
    if at.is_none() {
        tx.q(REOPEN).bind(practice).exec().await?;
    }
    Ok(())
}

/// Notes who takes over. What the closed practice had taken over itself goes along, and so does what comes after the one
/// that takes over, so that a chain is walked once here and never by a reader.
pub async fn add(tx: &mut Tx, new: Succession) -> sqlx::Result<()> {
    tx.q(REOPEN).bind(new.practice).exec().await?;
    let before: Vec<Succession> = tx.q(BEFORE).bind(new.practice).all().await?;
    let after: Vec<Succession> = tx.q(AFTER).bind(new.successor).all().await?;
    let through = |first: &Succession, then: &Succession| Succession {
        practice: first.practice,
        successor: then.successor,
        from_at: first.from_at.max(then.from_at),
        merged: first.merged && then.merged,
    };
    let firsts: Vec<Succession> = before.iter().map(|first| through(first, &new)).chain([new]).collect();
    let mut all = firsts.clone();
    for first in &firsts {
        all.extend(after.iter().map(|then| through(first, then)));
    }
    for one in all.into_iter().filter(|one| one.practice != one.successor) {
        tx.q(ADD).bind(one.practice).bind(one.successor).bind(one.from_at).bind(one.merged).exec_one().await?;
    }
    Ok(())
}

/// The practices that took over from a practice, the latest first.
pub async fn successors(db: &Db, practice: Uuid, now: At) -> sqlx::Result<Vec<Uuid>> {
    let rows: Vec<(Uuid,)> = db.q(SUCCESSORS).bind(practice).bind(now).all().await?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

/// These practices, and those from which they have taken over.
pub async fn with_taken_over(db: &Db, own: BTreeSet<Uuid>, now: At) -> sqlx::Result<BTreeSet<Uuid>> {
    let mut all = own.clone();
    for practice in own {
        let before: Vec<Succession> = db.q(BEFORE).bind(practice).all().await?;
        all.extend(before.iter().filter(|one| one.from_at <= now).map(|one| one.practice));
    }
    Ok(all)
}

/// Practices that are open, by name: for tests, or not.
pub async fn open_practices(db: &Db, test: bool, now: At) -> sqlx::Result<Vec<(Uuid, String)>> {
    db.q(OPEN_PRACTICES).bind(test).bind(now).all().await
}
