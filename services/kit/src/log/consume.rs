//! Consumers: a projection and its offset commit together by compare-and-set, so effects happen once.
//!
//! An event that a projection can't digest is parked, and with it every later event of its subject, atomically with the
//! offset; database and network errors never park, they retry. Parked events are shown, alerted and retried in order.

use super::recent::Portion;
use super::{EventRow, Recorded, recorded};
use crate::context::Context;
use crate::db::Tx;
use crate::{At, Db, statements};
use futures::future::BoxFuture;
use tracing::Instrument;
use uuid::Uuid;

statements! {
    REGISTER = "insert into log_offset (consumer, position) values ($1, 0) on conflict (consumer) do nothing";
    OFFSETS = "select consumer, position from log_offset order by consumer";
    OFFSET = "select position from log_offset where consumer = $1";
    PAGE = "select position, kind, envelope, sealed, hash from log_event where position > $1 order by position limit $2";
    AT_POSITION = "select position, kind, envelope, sealed, hash from log_event where position = $1";
    ADVANCE = "update log_offset set position = $2 where consumer = $1 and position = $3";
    RESET = "update log_offset set position = 0 where consumer = $1";
    PARK = "insert into log_parked (consumer, position, subject, reason, parked_at) values ($1, $2, $3, $4, $5)";
    IS_PARKED = "select position from log_parked where consumer = $1 and subject = $2 order by position limit 1";
    PARKED = "select consumer, position, subject, reason, parked_at from log_parked order by consumer, position";
    ANY_PARKED = "select position from log_parked where consumer = $1 limit 1";
    PARKED_OF = "select consumer, position, subject, reason, parked_at from log_parked where consumer = $1 order by position";
    UNPARK = "delete from log_parked where consumer = $1 and position = $2";
    UNPARK_ALL = "delete from log_parked where consumer = $1";
}

/// What a projection returns.
pub type Projecting<'a> = BoxFuture<'a, Result<(), ProjectError>>;

/// Why an event could not be projected.
#[derive(Debug, thiserror::Error)]
pub enum ProjectError {
    /// The event itself is at fault: it is parked. The reason holds no patient data.
    #[error("{0}")]
    Poison(String),
    /// The database is at fault: tried again.
    #[error(transparent)]
    Database(#[from] sqlx::Error),
    /// Something else is not reachable: tried again.
    #[error("{0}")]
    Unavailable(String),
}

impl From<crate::Error> for ProjectError {
    fn from(error: crate::Error) -> Self {
        match error {
            crate::Error::Database(error) => Self::Database(error),
            crate::Error::Event(reason) => Self::Poison(reason),
            other => Self::Unavailable(other.to_string()),
        }
    }
}

/// One reader of the log.
#[derive(Clone, Copy)]
pub struct Consumer {
    /// Its name; the offset is kept under it for ever.
    pub name: &'static str,
    /// The kinds of event it wants.
    pub kinds: &'static [&'static str],
    /// Applies one event inside the transaction that also moves the offset. It must not touch the outside world.
    pub project: for<'a> fn(&'a Context, &'a mut Tx, &'a Recorded) -> Projecting<'a>,
    /// Statements that empty its tables before a rebuild; none means that it can't be rebuilt.
    pub reset: &'static [&'static str],
}

/// An event that waits for a person.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Parked {
    /// Whose projection refused it.
    pub consumer: String,
    /// Which event.
    pub position: i64,
    /// What the event is about; later events of it wait behind.
    pub subject: Uuid,
    /// Why.
    pub reason: String,
    /// Since when.
    pub parked_at: At,
}

/// Most events that are read at once.
pub(crate) const BATCH: usize = 200;

/// Reads one batch. Returns how many events it passed; 0 means that it is at the head.
///
/// # Errors
/// Database and outage errors: what went before stands, call again later. `Poison` for an envelope that can't be read: the
/// log itself is damaged then, and no consumer goes past that (`lysbro events check`).
pub async fn step(ctx: &Context, consumer: &Consumer) -> Result<usize, ProjectError> {
    let mut follower = Follower::new(*consumer);
    let passed = follower.step(ctx).await?;
    follower.settle(ctx).await?;
    Ok(passed)
}

/// A consumer at work in one process.
///
/// Most commits hold nothing that a given consumer wants, and a transaction per consumer and commit only to write that down costs
/// more than the commit itself. So it is remembered here, and the offset moves with the next wanted event, at the latest after
/// [`BATCH`] events or when the log rests ([`Follower::settle`]). That loses nothing: events never change and numbers are gapless in
/// commit order, so "nothing for it between the stored offset and here" stays true; before anything is done, and whenever the log
/// rests, it is believed only if the stored offset is still the one that it was found with, so another replica, a rebuild or a
/// restore makes this process read again; and the projection
/// still commits with the offset by compare-and-set on the stored one. After a crash some unwanted events are read twice.
pub struct Follower {
    consumer: Consumer,
    /// The stored offset, and the position up to which nothing after it is wanted.
    read: Option<(i64, i64)>,
}

impl Follower {
    /// At the stored offset.
    pub fn new(consumer: Consumer) -> Self {
        Self { consumer, read: None }
    }

    /// As [`step`], but an offset that moves past nothing wanted may stay in memory.
    ///
    /// # Errors
    /// As [`step`].
    pub async fn step(&mut self, ctx: &Context) -> Result<usize, ProjectError> {
        let (mut known, mut checked) = (self.read, false);
        let (stored, read, portion) = loop {
            let (stored, read) = if let Some(place) = known {
                place
            } else {
                checked = true;
                let stored = offset(&ctx.db, self.consumer.name).await?;
                (stored, stored)
            };
            let portion = self.portion(ctx, read).await?;
            let matters = portion.passed == 0 || !portion.wanted.is_empty();
            if checked || !matters || offset(&ctx.db, self.consumer.name).await? == stored {
                break (stored, read, portion);
            }
            known = None;
        };
        if portion.passed == 0 {
            self.read = Some((stored, read));
        } else if portion.wanted.is_empty() && portion.last - stored < BATCH as i64 {
            self.read = Some((stored, portion.last));
        } else {
            self.read = None;
            project_batch(ctx, &self.consumer, &decoded(portion.wanted)?, stored, portion.last).await?;
            self.read = Some((portion.last, portion.last));
        }
        Ok(portion.passed)
    }

    /// What comes after a position: of the events that this process wrote last, or from the database.
    async fn portion(&self, ctx: &Context, after: i64) -> sqlx::Result<Portion> {
        if let Some(portion) = ctx.db.recent().after(after, self.consumer.kinds) {
            return Ok(portion);
        }
        let rows: Vec<EventRow> = ctx.db.q(PAGE).bind(after).bind(BATCH as i64).all().await?;
        Ok(Portion::of(rows, self.consumer.kinds))
    }

    /// Writes down how far it has read.
    ///
    /// # Errors
    /// Of the database.
    pub async fn settle(&mut self, ctx: &Context) -> Result<(), ProjectError> {
        match self.read.take().filter(|(stored, read)| read > stored) {
            Some((stored, read)) => project_all(ctx, &self.consumer, &[], stored, read).await,
            None => Ok(()),
        }
    }
}

/// Projects a batch in one transaction; when something in it is poison, one by one.
async fn project_batch(
    ctx: &Context,
    consumer: &Consumer,
    events: &[Recorded],
    from: i64,
    last: i64,
) -> Result<(), ProjectError> {
    match project_all(ctx, consumer, events, from, last).await {
        Err(ProjectError::Poison(_)) => {}
        other => return other,
    }
    // So that only the poison and what stands behind it is parked.
    let mut from = from;
    for event in events {
        let one = std::slice::from_ref(event);
        match project_all(ctx, consumer, one, from, event.position).await {
            Ok(()) => {}
            Err(ProjectError::Poison(reason)) => park(ctx, consumer, event, from, &reason).await?,
            Err(outage) => return Err(outage),
        }
        from = event.position;
    }
    if from < last {
        project_all(ctx, consumer, &[], from, last).await?;
    }
    Ok(())
}

fn decoded(rows: Vec<EventRow>) -> Result<Vec<Recorded>, ProjectError> {
    rows.into_iter()
        .map(|row| recorded(row).map_err(|error| ProjectError::Poison(format!("envelope unreadable: {error}"))))
        .collect()
}

async fn offset(db: &Db, consumer: &str) -> sqlx::Result<i64> {
    if let Some((position,)) = db.q(OFFSET).bind(consumer.to_owned()).opt::<(i64,)>().await? {
        return Ok(position);
    }
    db.q(REGISTER).bind(consumer.to_owned()).exec().await?;
    Ok(0)
}

/// Projects the events and moves the offset in one transaction. Another instance that was faster makes it a no-op.
async fn project_all(
    ctx: &Context,
    consumer: &Consumer,
    events: &[Recorded],
    from: i64,
    to: i64,
) -> Result<(), ProjectError> {
    let mut tx = ctx.db.begin().await?;
    if tx.q(ADVANCE).bind(consumer.name.to_owned()).bind(to).bind(from).exec().await? != 1 {
        return Ok(());
    }
    // Whoever parks moves the offset, which this transaction holds: where nothing is parked now, nothing will be before its end.
    let some_wait = tx.q(ANY_PARKED).bind(consumer.name.to_owned()).opt::<(i64,)>().await?.is_some();
    for event in events {
        let waiting = if some_wait { first_parked(&mut tx, consumer, event).await? } else { None };
        match waiting {
            Some(first) => write_parked(&mut tx, consumer, event, &format!("waits behind event {first}")).await?,
            None => project(ctx, consumer, &mut tx, event).await?,
        }
    }
    tx.commit().await?;
    Ok(())
}

/// One event, as a span of the trace that it came from; what it publishes and logs goes on with the request that led to it.
async fn project(ctx: &Context, consumer: &Consumer, tx: &mut Tx, event: &Recorded) -> Result<(), ProjectError> {
    let request = event.request();
    let span = tracing::info_span!(
        target: crate::trace::TARGET, "project", otel.kind = "consumer", consumer = consumer.name, event.kind = event.kind(),
        event.position = event.position, request.id = %request
    );
    crate::trace::follow(&span, &event.envelope.trace);
    crate::http::on_behalf(request, (consumer.project)(ctx, tx, event)).instrument(span).await
}

/// Behind which event this one has to wait.
async fn first_parked(tx: &mut Tx, consumer: &Consumer, event: &Recorded) -> sqlx::Result<Option<i64>> {
    let waiting: Option<(i64,)> = tx.q(IS_PARKED).bind(consumer.name.to_owned()).bind(event.subject()).opt().await?;
    Ok(waiting.map(|(first,)| first))
}

async fn park(
    ctx: &Context,
    consumer: &Consumer,
    event: &Recorded,
    from: i64,
    reason: &str,
) -> Result<(), ProjectError> {
    tracing::error!(consumer = consumer.name, position = event.position, kind = event.kind(), reason, "event parked");
    let mut tx = ctx.db.begin().await?;
    if tx.q(ADVANCE).bind(consumer.name.to_owned()).bind(event.position).bind(from).exec().await? == 1 {
        write_parked(&mut tx, consumer, event, reason).await?;
        tx.commit().await?;
    }
    Ok(())
}

async fn write_parked(tx: &mut Tx, consumer: &Consumer, event: &Recorded, reason: &str) -> sqlx::Result<()> {
    let now = tx.now();
    tx.q(PARK)
        .bind(consumer.name.to_owned())
        .bind(event.position)
        .bind(event.subject())
        .bind(reason.to_owned())
        .bind(now)
        .exec_one()
        .await
}

/// Where every consumer stands.
pub(super) async fn offsets(db: &Db) -> sqlx::Result<Vec<(String, i64)>> {
    db.q(OFFSETS).all().await
}

/// All parked events.
pub async fn parked(db: &Db) -> sqlx::Result<Vec<Parked>> {
    db.q(PARKED).all().await
}

/// Tries a consumer's parked events again, oldest first; stops at each subject's first that still fails.
/// Returns how many went through.
pub async fn retry_parked(ctx: &Context, consumer: &Consumer) -> Result<usize, ProjectError> {
    let waiting: Vec<Parked> = ctx.db.q(PARKED_OF).bind(consumer.name.to_owned()).all().await?;
    let mut stuck: Vec<Uuid> = Vec::new();
    let mut done = 0;
    for one in waiting {
        if stuck.contains(&one.subject) {
            continue;
        }
        let row: EventRow = ctx.db.q(AT_POSITION).bind(one.position).one().await?;
        let event = recorded(row).map_err(|error| ProjectError::Poison(error.to_string()))?;
        let mut tx = ctx.db.begin().await?;
        if tx.q(UNPARK).bind(consumer.name.to_owned()).bind(one.position).exec().await? != 1 {
            continue;
        }
        match project(ctx, consumer, &mut tx, &event).await {
            Ok(()) => {
                tx.commit().await?;
                done += 1;
            }
            Err(ProjectError::Poison(_)) => stuck.push(one.subject),
            Err(other) => return Err(other),
        }
    }
    Ok(done)
}

/// Empties a consumer's tables and reads the log again from the first event. Returns how many events it passed.
///
/// # Errors
/// `Poison` when the consumer declares no reset.
pub async fn rebuild(ctx: &Context, consumer: &Consumer) -> Result<usize, ProjectError> {
    if consumer.reset.is_empty() {
        return Err(ProjectError::Poison(format!(
            "{} is state of its own service and can't be rebuilt",
            consumer.name
        )));
    }
    offset(&ctx.db, consumer.name).await?;
    let mut tx = ctx.db.begin().await?;
    // The offset first: a replica that is projecting holds it, and what it writes must stand before the tables are emptied.
    tx.q(RESET).bind(consumer.name.to_owned()).exec_one().await?;
    for statement in consumer.reset {
        tx.q(statement).exec().await?;
    }
    tx.q(UNPARK_ALL).bind(consumer.name.to_owned()).exec().await?;
    tx.commit().await?;
    let mut passed = 0;
    loop {
        match step(ctx, consumer).await? {
            0 => return Ok(passed),
            n => passed += n,
        }
    }
}
