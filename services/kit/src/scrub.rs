//! A slow walk of the object store that never ends: what rots is found while a good copy still stands in a backup.
//!
//! A service brings a [`Scrub`] for the objects it made and runs [`step`] among its repairs. A page is read, checked against
//! its rows, and the next is due so much later that a round takes the time that is set (30 days by default). Place and lease
//! stand in the database: any replica goes on, and two never do the same page.
//!
//! What is damaged or missing stands in `kit_damaged`, for `lysbro verify`, for metrics, and for whoever can make it anew: imaging
//! makes smaller copies again. Reads note there what they find, so nobody waits for the round. Damaged originals stay, and are
//! never served. Rejected: a scrub in kit over all services' names (a service would touch another's objects).

use crate::context::Context;
use crate::db::Right;
use crate::lease::Lease;
use crate::objects::ObjectError;
use crate::pictures::sha256;
use crate::{At, Db, Error, Migration, Tx, statements};
use time::Duration;
use uuid::Uuid;

/// Places of the walks, and what is damaged.
pub const MIGRATIONS: &[Migration] = &[Migration {
    number: 20,
    name: "scrub",
    sql: "
        create table kit_scrub (
            name text primary key, reached {uuid} not null, round {bigint} not null, began_at {at} not null, whole_at {at},
            checked {bigint} not null, total {bigint} not null, next_at {at} not null,
            lease_token {uuid}, lease_expires_at {at}
        ) {strict};
        create table kit_damaged (object text primary key, what text not null, found_at {at} not null) {strict};
    ",
}];

/// What every service may do: count, for its metrics.
pub const WATCHING: &[Right] = &[("kit.kit_scrub", "select"), ("kit.kit_damaged", "select")];

/// What a service that reads pictures may do: note what it finds damaged.
pub const NOTING: &[Right] = &[("kit.kit_damaged", "select, insert")];

/// What a service with a [`Scrub`] may do.
pub const WALKING: &[Right] =
    &[("kit.kit_scrub", "select, insert, update"), ("kit.kit_damaged", "select, insert, delete")];

statements! {
    BEGIN = "insert into kit_scrub (name, reached, round, began_at, checked, total, next_at) values ($1, $2, 1, $3, 0, $4, $3) on conflict (name) do nothing";
    STATE = "select name, reached, round, began_at, whole_at, checked, total, next_at from kit_scrub where name = $1";
    STATES = "select name, reached, round, began_at, whole_at, checked, total, next_at from kit_scrub order by name";
    TAKE = "update kit_scrub set lease_token = $2, lease_expires_at = $3 where name = $1 and next_at <= $4 and (lease_expires_at is null or lease_expires_at <= $4)";
    ADVANCE = "update kit_scrub set reached = $3, checked = checked + $4, next_at = $5, lease_token = null, lease_expires_at = null where name = $1 and lease_token = $2";
    ANEW = "update kit_scrub set reached = $3, checked = 0, total = $4, round = round + 1, began_at = $5, whole_at = $5, next_at = $6, lease_token = null, lease_expires_at = null where name = $1 and lease_token = $2";
    NOTE = "insert into kit_damaged (object, what, found_at) values ($1, $2, $3) on conflict (object) do nothing";
    WHOLE = "delete from kit_damaged where object = $1";
    DAMAGED = "select object, what, found_at from kit_damaged order by object";
}

/// The objects that one service made.
#[derive(Clone, Copy, Debug)]
pub struct Scrub {
    /// For ever: its place is kept under it.
    pub name: &'static str,
    /// How many steps a round has, roughly: one row with a count of owners.
    pub total: &'static str,
    /// The objects of the next [`PAGE`] owners after `$1`: rows `(owner uuid, object text, stored_sha256 bytes)`, by owner.
    pub page: &'static str,
}

/// Owners in a page.
pub const PAGE: i64 = 20;
/// A page is read in seconds; another replica takes it over after this.
const LEASE: Duration = Duration::minutes(10);
/// Small stores are walked sooner than they need be.
const SLOWEST: Duration = Duration::hours(1);

/// Where a walk is.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct State {
    /// Of which scrub.
    pub name: String,
    reached: Uuid,
    /// From 1.
    pub round: i64,
    /// When this round began.
    pub began_at: At,
    /// When the last whole round ended.
    pub whole_at: Option<At>,
    /// Owners checked in this round.
    pub checked: i64,
    /// Owners when the round began.
    pub total: i64,
    next_at: At,
}

/// An object that is not what was stored.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Damaged {
    /// Its key.
    pub object: String,
    /// `missing` or `changed`.
    pub what: String,
    /// When it was first seen.
    pub found_at: At,
}

/// Checks the next page, if it is due. Gives back 0, because the next one never is at once.
///
/// # Errors
/// When a store is not reachable: the page is checked again.
pub async fn step(ctx: &Context, scrub: &Scrub) -> Result<u64, Error> {
    let now = ctx.now();
    let Some(state) = ctx.db.q(STATE).bind(scrub.name.to_owned()).opt::<State>().await? else {
        let total = count(&ctx.db, scrub).await?;
        ctx.db.q(BEGIN).bind(scrub.name.to_owned()).bind(Uuid::nil()).bind(now).bind(total).exec().await?;
        return Ok(0);
    };
    if state.next_at > now {
        return Ok(0);
    }
    let lease = Lease::take(ctx, LEASE);
    let take = ctx.db.q(TAKE).bind(scrub.name.to_owned()).bind(lease.token).bind(lease.expires_at).bind(now);
    if take.exec().await? == 0 {
        return Ok(0);
    }
    let page: Vec<(Uuid, String, Vec<u8>)> = ctx.db.q(scrub.page).bind(state.reached).all().await?;
    let listed: Vec<Damaged> = damaged(&ctx.db).await?;
    let mut last = state.reached;
    let mut owners = 0;
    for (owner, object, hash) in &page {
        let was = listed.iter().any(|one| one.object == *object);
        match check(ctx, object, hash).await? {
            Some(what) => note(&ctx.db, object, what, now).await?,
            None if was => whole(&ctx.db, object).await?,
            None => {}
        }
        owners += i64::from(*owner != last);
        last = *owner;
    }
    let next = now + pace(ctx.settings.scrub_days, state.total);
    let name = scrub.name.to_owned();
    if page.is_empty() {
        let total = count(&ctx.db, scrub).await?;
        let q = ctx.db.q(ANEW).bind(name).bind(lease.token).bind(Uuid::nil());
        q.bind(total).bind(now).bind(next).exec().await?;
    } else {
        ctx.db.q(ADVANCE).bind(name).bind(lease.token).bind(last).bind(owners).bind(next).exec().await?;
    }
    Ok(0)
}

async fn count(db: &Db, scrub: &Scrub) -> sqlx::Result<i64> {
    let (count,): (i64,) = db.q(scrub.total).one().await?;
    Ok(count)
}

/// So long until the next page that a round stays within the days that are set, with a tenth to spare.
fn pace(days: u32, total: i64) -> Duration {
    let pages = total / PAGE + 2;
    let seconds = f64::from(days) * 86_400.0 * 0.9 / pages as f64;
    Duration::seconds_f64(seconds).min(SLOWEST)
}

async fn check(ctx: &Context, object: &str, hash: &[u8]) -> Result<Option<&'static str>, Error> {
    match ctx.objects.get(object).await {
        Ok(bytes) if sha256(&bytes) == hash => Ok(None),
        Ok(_) | Err(ObjectError::Damaged(_)) => Ok(Some("changed")),
        Err(ObjectError::Absent) => Ok(Some("missing")),
        Err(error) => Err(error.into()),
    }
}

/// Gauges of every walk and of the list.
pub(crate) async fn gauges(db: &Db) -> sqlx::Result<()> {
    for state in states(db).await? {
        let label = state.name;
        metrics::gauge!("scrub_checked", "scrub" => label.clone()).set(state.checked as f64);
        metrics::gauge!("scrub_total", "scrub" => label.clone()).set(state.total as f64);
        // A first round that is under way counts from its beginning.
        let whole = state.whole_at.unwrap_or(state.began_at).micros() as f64 / 1e6;
        metrics::gauge!("scrub_last_whole_round_seconds", "scrub" => label).set(whole);
    }
    let damaged = damaged(db).await?;
    let originals = damaged.iter().filter(|one| is_original(&one.object)).count();
    metrics::gauge!("objects_damaged", "of" => "originals").set(originals as f64);
    metrics::gauge!("objects_damaged", "of" => "derivatives").set((damaged.len() - originals) as f64);
    Ok(())
}

/// Whether nothing can make this object anew.
pub fn is_original(object: &str) -> bool {
    !object.starts_with("derivatives/")
}

/// Lists an object as damaged, and says so once.
///
/// # Errors
/// `Database`.
pub async fn note(db: &Db, object: &str, what: &str, now: At) -> sqlx::Result<()> {
    let new = db.q(NOTE).bind(object.to_owned()).bind(what.to_owned()).bind(now).exec().await? == 1;
    if new && is_original(object) {
        tracing::error!(object, what, "an original is damaged: put it back from a backup; it is not served");
    } else if new {
        tracing::warn!(object, what, "a smaller copy is damaged; it is made again");
    }
    Ok(())
}

/// Takes an object off the list: it is whole again.
///
/// # Errors
/// `Database`.
pub async fn whole(db: &Db, object: &str) -> sqlx::Result<()> {
    db.q(WHOLE).bind(object.to_owned()).exec().await.map(|_| ())
}

/// The same in a transaction.
///
/// # Errors
/// `Database`.
pub async fn whole_in(tx: &mut Tx, object: &str) -> sqlx::Result<()> {
    tx.q(WHOLE).bind(object.to_owned()).exec().await.map(|_| ())
}

/// Every object on the list.
///
/// # Errors
/// `Database`.
pub async fn damaged(db: &Db) -> sqlx::Result<Vec<Damaged>> {
    db.q(DAMAGED).all().await
}

/// Where every walk is.
///
/// # Errors
/// `Database`.
pub async fn states(db: &Db) -> sqlx::Result<Vec<State>> {
    db.q(STATES).all().await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_round_stays_within_its_days() {
        for (days, total) in [(30, 0), (30, 50), (30, 30_000), (30, 10_000_000), (1, 30_000)] {
            let round = pace(days, total) * ((total / PAGE + 2) as i32);
            assert!(round <= Duration::days(i64::from(days)), "{total} in {round}");
        }
        assert_eq!(pace(30, 50), SLOWEST);
    }
}
