//! Walks the log and recomputes its hash chain.

use super::{link, recorded};
use crate::{Db, statements};

statements! {
    PAGE = "select position, kind, envelope, sealed, hash from log_event where position > $1 order by position limit 500";
    HEAD_HASH = "select position, hash from log_head where one = 1";
}

/// What a walk of the log found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChainReport {
    /// Events read.
    pub events: i64,
    /// Position of the newest event.
    pub head: i64,
    /// Positions whose bytes, number or link are not what they were; the first names where it broke.
    pub broken: Vec<i64>,
}

/// Recomputes every link; a break is reported once, then the walk goes on from the stored hash.
pub async fn verify_chain(db: &Db) -> sqlx::Result<ChainReport> {
    let mut report = ChainReport { events: 0, head: 0, broken: Vec::new() };
    let mut hash = Vec::new();
    let mut last = 0;
    loop {
        let rows: Vec<super::EventRow> = db.q(PAGE).bind(last).all().await?;
        if rows.is_empty() {
            break;
        }
        for row in rows {
            let (position, kind, envelope, sealed, stored) = row.clone();
            let same_kind = recorded(row).is_ok_and(|event| event.kind() == kind);
            let expected = link(&hash, position, &envelope, sealed.as_deref());
            if position != last + 1 || expected != stored || !same_kind {
                report.broken.push(position);
            }
            hash = stored;
            last = position;
            report.events += 1;
        }
    }
    let (head, head_hash): (i64, Vec<u8>) = db.q(HEAD_HASH).one().await?;
    if head != last || head_hash != hash {
        report.broken.push(head);
    }
    report.head = head;
    Ok(report)
}
