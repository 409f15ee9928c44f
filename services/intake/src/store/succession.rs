//! Which practice takes over from one that was closed or merged, and from when. Projected from directory's events: one edge
//! per practice, and the latest event counts.
//!
//! A chain of closings is walked by whoever asks, step by step and at most nine of them, as review and notify do it. Rejected:
//! a row for every practice at the end of a chain (when one in its middle closes anew or opens again, rows of the old way stay).

use kit::{At, Db, Tx, statements};
use std::collections::BTreeSet;
use uuid::Uuid;

/// The tables of before: `intake_succession` and `closed_at` are read and written no more.
pub const SCHEMA: &str = "
    alter table intake_practice add column closed_at {at};
    create table intake_succession (
        practice {uuid} not null, successor {uuid} not null, from_at {at} not null, merged {bool} not null,
        primary key (practice, successor)
    ) {strict};
    create index intake_succession_successor on intake_succession (successor, from_at);
";

/// One edge per practice. Until the log has been read anew it is what the old rows say: of several successors the one that
/// comes before the others on the way, else the earliest.
pub const EDGES: &str = "
    create table intake_closing (
        practice {uuid} primary key, closed_at {at} not null, successor {uuid}, successor_from {at}, merged {bool} not null
    ) {strict};
    create index intake_closing_successor on intake_closing (successor, successor_from);
    insert into intake_closing (practice, closed_at, successor, successor_from, merged)
        select p.id, p.closed_at, s.successor, s.from_at, coalesce(s.merged, false) from intake_practice p left join (
            select e.practice, e.successor, e.from_at, e.merged from intake_succession e where not exists (
                select 1 from intake_succession o where o.practice = e.practice and o.successor <> e.successor and (
                    exists (select 1 from intake_succession w where w.practice = o.successor and w.successor = e.successor)
                    or o.from_at < e.from_at
                    or (o.from_at = e.from_at and not exists (
                        select 1 from intake_succession w where w.practice = e.successor and w.successor = o.successor
                    ) and (o.merged > e.merged or (o.merged = e.merged and o.successor < e.successor)))
                )
            )
        ) s on s.practice = p.id where p.closed_at is not null;
";

/// Empty the projection before a rebuild.
pub const RESET: &[&str] = &["delete from intake_closing"];

/// The practice to which referral `r` belongs at an instant: its own, or the last in the chain of those that took over.
macro_rules! owner {
    ($now:literal) => {
        concat!(
            "(with recursive way (practice, steps) as (select r.practice, 0 union all select s.successor, way.steps + 1 \
             from way join intake_closing s on s.practice = way.practice where s.successor is not null and s.successor_from <= ",
            $now,
            " and way.steps < 9) select way.practice from way order by way.steps desc limit 1)"
        )
    };
}
pub(crate) use owner;

/// Grant `g` is in one of the practices that took over from referral `r`'s at an instant. Who merely covers sees drafts and
/// what is open, and what has changed since.
macro_rules! taken_over {
    ($now:literal) => {
        concat!(
            "exists (with recursive way (practice, from_at, merged, steps) as (\
             select s.successor, s.successor_from, s.merged, 1 from intake_closing s \
             where s.practice = r.practice and s.successor is not null and s.successor_from <= ",
            $now,
            " union all select s.successor, case when s.successor_from > way.from_at then s.successor_from else way.from_at end, \
             (way.merged and s.merged), way.steps + 1 from way join intake_closing s on s.practice = way.practice \
             where s.successor is not null and s.successor_from <= ",
            $now,
            " and way.steps < 9) select 1 from way where way.practice = g.practice \
             and (way.merged = true or r.updated_at >= way.from_at or r.state = 'draft' or ",
            crate::store::duty::open!("r."),
            "))"
        )
    };
}
pub(crate) use taken_over;

statements! {
    DEPUTY = "select deputy from intake_practice where id = $1";
    CLOSED_AT = "select closed_at from intake_closing where practice = $1";
    CLOSE_ON = "insert into intake_closing (practice, closed_at, merged) values ($1, $2, false) \
        on conflict (practice) do update set closed_at = excluded.closed_at";
    CLOSE = "insert into intake_closing (practice, closed_at, successor, successor_from, merged) values ($1, $2, $3, $2, $4) \
        on conflict (practice) do update set closed_at = excluded.closed_at, successor = excluded.successor, \
        successor_from = excluded.successor_from, merged = excluded.merged";
    REOPEN = "delete from intake_closing where practice = $1";
    // The last of the chain first.
    SUCCESSORS = "with recursive way (practice, steps) as (select s.successor, 1 from intake_closing s \
        where s.practice = $1 and s.successor is not null and s.successor_from <= $2 \
        union all select s.successor, way.steps + 1 from way join intake_closing s on s.practice = way.practice \
        where s.successor is not null and s.successor_from <= $2 and way.steps < 9) \
        select practice from way order by steps desc";
    TAKEN_OVER = "with recursive way (practice, steps) as (select s.practice, 1 from intake_closing s \
        where s.successor = $1 and s.successor_from <= $2 \
        union all select s.practice, way.steps + 1 from way join intake_closing s on s.successor = way.practice \
        where s.successor_from <= $2 and way.steps < 9) select distinct practice from way";
    OPEN_PRACTICES = "select p.id, p.name from intake_practice p where p.test = $1 \
        and not exists (select 1 from intake_closing c where c.practice = p.id and c.closed_at <= $2) order by p.name, p.id";
    WORKS = "select person from kit_grant where practice = $1 and role in ('gp-clinician', 'gp-staff') and starts_at <= $2 \
        and (ends_at is null or ends_at > $2) limit 1";
}

/// A practice closes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Closing {
    /// From when.
    pub at: At,
    /// Which one takes over; none.
    pub successor: Option<Uuid>,
    /// All of it, and not only what is open.
    pub merged: bool,
}

/// The practice's deputy.
pub async fn deputy(db: &Db, practice: Uuid) -> sqlx::Result<Option<Uuid>> {
    let row: Option<(Option<Uuid>,)> = db.q(DEPUTY).bind(practice).opt().await?;
    Ok(row.and_then(|(deputy,)| deputy))
}

/// Whether a practice is closed at an instant.
pub async fn is_closed(db: &Db, practice: Uuid, now: At) -> sqlx::Result<bool> {
    let row: Option<(At,)> = db.q(CLOSED_AT).bind(practice).opt().await?;
    Ok(row.is_some_and(|(at,)| at <= now))
}

/// Whether a clinician or staff works in a practice at an instant.
pub async fn is_staffed(db: &Db, practice: Uuid, now: At) -> sqlx::Result<bool> {
    let row: Option<(Uuid,)> = db.q(WORKS).bind(practice).bind(now).opt().await?;
    Ok(row.is_some())
}

/// Writes that a practice closes, and who takes over, in place of what stood.
pub async fn close(tx: &mut Tx, practice: Uuid, Closing { at, successor, merged }: Closing) -> sqlx::Result<()> {
    tx.q(CLOSE).bind(practice).bind(at).bind(successor).bind(merged).exec_one().await
}

/// Writes from when a practice is closed, and leaves who takes over; nothing: it is open again, and nobody takes over.
pub async fn close_on(tx: &mut Tx, practice: Uuid, at: Option<At>) -> sqlx::Result<()> {
    match at {
        Some(at) => tx.q(CLOSE_ON).bind(practice).bind(at).exec_one().await,
        None => tx.q(REOPEN).bind(practice).exec().await.map(|_| ()),
    }
}

/// The practices that took over from a practice, the last of the chain first.
pub async fn successors(db: &Db, practice: Uuid, now: At) -> sqlx::Result<Vec<Uuid>> {
    let rows: Vec<(Uuid,)> = db.q(SUCCESSORS).bind(practice).bind(now).all().await?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

/// The practice to which another one's referrals belong at an instant: itself, while nobody took over.
pub async fn belongs_to(db: &Db, practice: Uuid, now: At) -> sqlx::Result<Uuid> {
    Ok(successors(db, practice, now).await?.into_iter().next().unwrap_or(practice))
}

/// These practices, and those from which they have taken over.
pub async fn with_taken_over(db: &Db, own: BTreeSet<Uuid>, now: At) -> sqlx::Result<BTreeSet<Uuid>> {
    let mut all = own.clone();
    for practice in own {
        let before: Vec<(Uuid,)> = db.q(TAKEN_OVER).bind(practice).bind(now).all().await?;
        all.extend(before.into_iter().map(|(id,)| id));
    }
    Ok(all)
}

/// Practices that are open, by name: for tests, or not.
pub async fn open_practices(db: &Db, test: bool, now: At) -> sqlx::Result<Vec<(Uuid, String)>> {
    db.q(OPEN_PRACTICES).bind(test).bind(now).all().await
}
