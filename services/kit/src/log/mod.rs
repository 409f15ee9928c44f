//! The event log: in the database, appended by the transaction that made it true.
//!
//! A transaction publishes into a buffer; its commit takes the head row as the last step, so numbers are gapless in
//! commit order and a reader of `position > n` misses nothing. An event has a clear [`Envelope`] and a part sealed under
//! its subject's data key. The hash chain covers the bytes as stored, so it holds after a key was destroyed.
//! Rejected: a broker (another thing to run, an outbox still needed), `bigserial` (loses late commits).

mod chain;
mod consume;
mod recent;

pub use chain::{ChainReport, verify_chain};
pub use consume::{Consumer, Follower, Parked, ProjectError, Projecting, parked, rebuild, retry_parked, step};
pub use proto::envelope::Envelope;

pub(crate) use consume::BATCH;
pub(crate) use recent::Recent;

use crate::db::{Right, Tx};
use crate::{At, Migration, statements};
use prost::Message;
use ring::digest::{SHA256, digest};
use uuid::Uuid;

/// Tables of the log.
pub const MIGRATIONS: &[Migration] = &[Migration {
    number: 1,
    name: "event log",
    sql: "
        create table log_head (one {bigint} primary key, position {bigint} not null, hash {bytes} not null) {strict};
        insert into log_head (one, position, hash) values (1, 0, {empty});
        create table log_event (
            position {bigint} primary key, id {uuid} not null unique, kind text not null, subject {uuid} not null,
            recorded_at {at} not null, envelope {bytes} not null, sealed {bytes}, hash {bytes} not null
        ) {strict};
        create index log_event_subject on log_event (subject, position);
        create table log_offset (consumer text primary key, position {bigint} not null) {strict};
        create table log_parked (
            consumer text not null, position {bigint} not null, subject {uuid} not null, reason text not null,
            parked_at {at} not null, primary key (consumer, position)
        ) {strict};
        create index log_parked_subject on log_parked (consumer, subject);
    ",
}];

/// What every service may do: say how far the consumers are, for its metrics and readiness.
pub const WATCHING: &[Right] =
    &[("kit.log_head", "select"), ("kit.log_offset", "select"), ("kit.log_parked", "select")];

/// What a service may do that publishes; nobody changes or removes an event.
pub const PUBLISHING: &[Right] = &[("kit.log_head", "select, update (position, hash)"), ("kit.log_event", "insert")];

/// What a service with consumers may do: read events, move its offset, park. Trying parked ones again is an operator's
/// command. PostgreSQL gives rights on a table and not on its rows, so a consumer's login could move another's offset.
pub const CONSUMING: &[Right] = &[
    ("kit.log_event", "select"),
    ("kit.log_offset", "select, insert, update (position)"),
    ("kit.log_parked", "select, insert"),
];

statements! {
    TAKE_HEAD = "update log_head set position = position + $1 where one = 1 returning position, hash";
    SET_HEAD = "update log_head set hash = $1 where one = 1";
    APPEND = "insert into log_event (position, id, kind, subject, recorded_at, envelope, sealed, hash) values ($1, $2, $3, $4, $5, $6, $7, $8)";
    WRITE_NOTHING = "update log_head set position = position where one = 1";
    HEAD = "select position from log_head where one = 1";
    PAGE = "select position, kind, envelope, sealed, hash from log_event where position > $1 order by position limit 500";
    HEAD_HASH = "select position, hash from log_head where one = 1";
    SUBJECTS = "select distinct subject from log_event where kind = $1";
    HASH_AT = "select hash from log_event where position = $1";
    OF_SUBJECT = "select position, kind, envelope, sealed, hash from log_event where subject = $1 order by position";
}

/// Statements of the log.
pub const STATEMENT_LISTS: &[&[(&str, &str)]] = &[STATEMENTS, consume::STATEMENTS, chain::STATEMENTS];

/// An event waiting for its transaction's commit.
#[derive(Debug)]
pub struct Pending {
    pub(crate) envelope: Envelope,
    pub(crate) sealed: Option<Vec<u8>>,
}

/// An event as read from the log.
#[derive(Clone, Debug)]
pub struct Recorded {
    /// Its number: gapless, from 1, in commit order.
    pub position: i64,
    /// The clear part.
    pub envelope: Envelope,
    /// The sealed part, when there is one.
    pub sealed: Option<Vec<u8>>,
    /// Links it to the event before.
    pub hash: Vec<u8>,
}

/// The sealed part after opening.
#[derive(Clone, Debug)]
pub enum Opened<E> {
    /// It could be read.
    Open(E),
    /// Its key was destroyed: project a tombstone.
    Erased,
}

impl Recorded {
    /// The event's kind, e.g. `ReferralSubmitted`.
    pub fn kind(&self) -> &str {
        &self.envelope.kind
    }
    /// What it is about.
    pub fn subject(&self) -> Uuid {
        id_of(&self.envelope.subject).unwrap_or_default()
    }
    /// The practice, when it concerns one.
    pub fn practice(&self) -> Option<Uuid> {
        id_of(&self.envelope.practice)
    }
    /// The department, when it concerns one.
    pub fn department(&self) -> Option<Uuid> {
        id_of(&self.envelope.department)
    }
    /// The request that led to it; nil when none did.
    pub fn request(&self) -> Uuid {
        id_of(&self.envelope.request).unwrap_or_default()
    }
    /// When it happened.
    pub fn occurred_at(&self) -> At {
        At::from_micros(self.envelope.occurred_us)
    }
    /// From when it counts.
    pub fn effective_at(&self) -> At {
        At::from_micros(self.envelope.effective_us)
    }
    /// When it was committed.
    pub fn recorded_at(&self) -> At {
        At::from_micros(self.envelope.recorded_us)
    }
}

/// The UUID in a protobuf field; `None` when the field is empty or not 16 bytes.
pub fn id_of(bytes: &[u8]) -> Option<Uuid> {
    Uuid::from_slice(bytes).ok()
}

pub(crate) type EventRow = (i64, String, Vec<u8>, Option<Vec<u8>>, Vec<u8>);

pub(crate) fn recorded((position, _, envelope, sealed, hash): EventRow) -> Result<Recorded, prost::DecodeError> {
    Ok(Recorded { position, envelope: Envelope::decode(envelope.as_slice())?, sealed, hash })
}

/// How far each consumer is behind, and what is parked.
pub(crate) async fn gauges(db: &crate::Db) -> sqlx::Result<()> {
    let (newest, parked) = (head(db).await?, parked(db).await?);
    for (consumer, position) in consume::offsets(db).await? {
        let stuck = parked.iter().filter(|one| one.consumer == consumer).count();
        metrics::gauge!("log_events_parked", "consumer" => consumer.clone()).set(stuck as f64);
        metrics::gauge!("log_events_behind", "consumer" => consumer).set((newest - position) as f64);
    }
    Ok(())
}

/// Position of the newest event.
pub async fn head(db: &crate::Db) -> sqlx::Result<i64> {
    let (position,): (i64,) = db.q(HEAD).one().await?;
    Ok(position)
}

/// How many events a consumer has not read yet. Fewer than 200 can be such as it does not want: it writes down its place when the
/// log rests.
pub async fn behind(db: &crate::Db, consumer: &str) -> sqlx::Result<i64> {
    let newest = head(db).await?;
    let all = consume::offsets(db).await?;
    Ok(newest - all.iter().find(|(name, _)| name == consumer).map_or(0, |(_, position)| *position))
}

/// A write that changes nothing: it fails like any other when the disk is full.
pub(crate) async fn write_nothing(db: &crate::Db) -> sqlx::Result<()> {
    db.q(WRITE_NOTHING).exec_one().await
}

/// Position and hash of the newest event.
pub(crate) async fn head_of(tx: &mut Tx) -> sqlx::Result<(i64, Vec<u8>)> {
    tx.q(HEAD_HASH).one().await
}

/// The hash that links the event at a position, if there is one.
pub async fn hash_at(db: &crate::Db, position: i64) -> sqlx::Result<Option<Vec<u8>>> {
    let row: Option<(Vec<u8>,)> = db.q(HASH_AT).bind(position).opt().await?;
    Ok(row.map(|(hash,)| hash))
}

/// The subjects of all events of a kind.
pub async fn subjects(db: &crate::Db, kind: &str) -> sqlx::Result<Vec<Uuid>> {
    let rows: Vec<(Uuid,)> = db.q(SUBJECTS).bind(kind.to_owned()).all().await?;
    Ok(rows.into_iter().map(|(subject,)| subject).collect())
}

/// Up to 500 events after a position, oldest first.
pub async fn page(db: &crate::Db, after: i64) -> sqlx::Result<Vec<Recorded>> {
    let rows: Vec<EventRow> = db.q(PAGE).bind(after).all().await?;
    rows.into_iter().map(|row| recorded(row).map_err(|e| sqlx::Error::Decode(e.into()))).collect()
}

/// The events about one subject, oldest first.
pub async fn of_subject(db: &crate::Db, subject: Uuid) -> sqlx::Result<Vec<Recorded>> {
    let rows: Vec<EventRow> = db.q(OF_SUBJECT).bind(subject).all().await?;
    rows.into_iter().map(|row| recorded(row).map_err(|e| sqlx::Error::Decode(e.into()))).collect()
}

/// Numbers the transaction's events and writes them, and gives them back; the head row stays locked only from here to the commit.
pub(crate) async fn append(tx: &mut Tx, now: At) -> sqlx::Result<Vec<EventRow>> {
    let pending = std::mem::take(&mut tx.outbox);
    let count = pending.len() as i64;
    let (last, mut hash): (i64, Vec<u8>) = tx.q(TAKE_HEAD).bind(count).one().await?;
    let mut linked = Vec::with_capacity(pending.len());
    let mut rows = Vec::with_capacity(pending.len());
    for (position, mut event) in (last - count + 1..).zip(pending) {
        event.envelope.recorded_us = now.micros();
        let envelope = event.envelope.encode_to_vec();
        hash = link(&hash, position, &envelope, event.sealed.as_deref());
        rows.push((position, event.envelope.kind.clone(), envelope.clone(), event.sealed.clone(), hash.clone()));
        linked.push((position, event, envelope, hash.clone()));
    }
    let added = tx.each(APPEND, linked, |q, (position, event, envelope, hash)| {
        q.bind(position)
            .bind(id_of(&event.envelope.id).unwrap_or_default())
            .bind(event.envelope.kind)
            .bind(id_of(&event.envelope.subject).unwrap_or_default())
            .bind(now)
            .bind(envelope)
            .bind(event.sealed)
            .bind(hash)
    });
    if added.await? != count as u64 {
        return Err(sqlx::Error::RowNotFound);
    }
    tx.q(SET_HEAD).bind(hash).exec_one().await?;
    Ok(rows)
}

/// SHA-256 over the hash before, the position and both parts with their lengths.
fn link(before: &[u8], position: i64, envelope: &[u8], sealed: Option<&[u8]>) -> Vec<u8> {
    let sealed = sealed.unwrap_or_default();
    let mut bytes = Vec::with_capacity(before.len() + envelope.len() + sealed.len() + 24);
    bytes.extend_from_slice(before);
    bytes.extend_from_slice(&position.to_be_bytes());
    bytes.extend_from_slice(&(envelope.len() as u64).to_be_bytes());
    bytes.extend_from_slice(envelope);
    bytes.extend_from_slice(&(sealed.len() as u64).to_be_bytes());
    bytes.extend_from_slice(sealed);
    digest(&SHA256, &bytes).as_ref().to_vec()
}
