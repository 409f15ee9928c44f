//! Walks the log, recomputes its hash chain and holds every row's columns against its envelope, which the chain covers.

use super::{Envelope, id_of, link};
use crate::{At, Db, statements};
use prost::Message;
use std::cmp::Ordering;
use uuid::Uuid;

statements! {
    PAGE = "select position, id, kind, subject, recorded_at, envelope, sealed, hash from log_event where position > $1 order by position limit 500";
    HEAD_HASH = "select position, hash from log_head where one = 1";
    BELOW = "select position from log_event where position < 1 order by position limit 500";
    BEYOND = "select position from log_event where position > $1 order by position limit 1";
    COUNT = "select count(*) from log_event where position between 1 and $1";
}

/// What a walk of the log found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChainReport {
    /// Events read.
    pub events: i64,
    /// Position of the newest event.
    pub head: i64,
    /// Positions whose columns, bytes, number or link are not what they were, in order; the first names where it broke.
    pub broken: Vec<i64>,
}

#[derive(sqlx::FromRow)]
struct Row {
    position: i64,
    id: Uuid,
    kind: String,
    subject: Uuid,
    recorded_at: At,
    envelope: Vec<u8>,
    sealed: Option<Vec<u8>>,
    hash: Vec<u8>,
}

impl Row {
    /// Whether the columns, by which rows are found, say what the envelope says.
    fn agrees_with_its_envelope(&self) -> bool {
        Envelope::decode(self.envelope.as_slice()).is_ok_and(|envelope| {
            envelope.kind == self.kind
                && id_of(&envelope.id).unwrap_or_default() == self.id
                && id_of(&envelope.subject).unwrap_or_default() == self.subject
                && At::from_micros(envelope.recorded_us) == self.recorded_at
        })
    }
}

/// Recomputes every link; a break is reported once, then the walk goes on from the stored hash.
pub async fn verify_chain(db: &Db) -> sqlx::Result<ChainReport> {
    let below: Vec<(i64,)> = db.q(BELOW).all().await?;
    let mut broken: Vec<i64> = below.into_iter().map(|(position,)| position).collect();
    let (mut hash, mut last, mut events) = (Vec::new(), 0_i64, 0_i64);
    let mut looked_for = None;
    let (head, head_hash): (i64, Vec<u8>) = loop {
        let rows: Vec<Row> = db.q(PAGE).bind(last).all().await?;
        if rows.is_empty() {
            let head: (i64, Vec<u8>) = db.q(HEAD_HASH).one().await?;
            // What was committed between the two looks is walked too: a log that is written to is not a broken one.
            if head.0 <= last || looked_for == Some(head.0) {
                break head;
            }
            looked_for = Some(head.0);
        }
        for row in rows {
            let expected = link(&hash, row.position, &row.envelope, row.sealed.as_deref());
            if row.position != last + 1 || expected != row.hash || !row.agrees_with_its_envelope() {
                broken.push(row.position);
            }
            (hash, last) = (row.hash, row.position);
            events += 1;
        }
    };
    match head.cmp(&last) {
        Ordering::Less => {
            let beyond: Option<(i64,)> = db.q(BEYOND).bind(head).opt().await?;
            broken.push(beyond.map_or(head, |(position,)| position));
        }
        Ordering::Equal if head_hash == hash => {}
        Ordering::Equal => broken.push(head),
        Ordering::Greater => broken.push(last + 1),
    }
    // A number that stands twice can hide behind the end of a page.
    let (count,): (i64,) = db.q(COUNT).bind(last).one().await?;
    if count != events {
        broken.push(last);
    }
    broken.sort_unstable();
    broken.dedup();
    Ok(ChainReport { events, head, broken })
}
