//! The newest events that this process wrote: its own readers of the log need not ask the database for them, and most of them want
//! none of a commit's events.

use super::{BATCH, EventRow};
use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

/// Kept at most: a reader that is further behind asks the database.
const MOST: usize = 256;

/// Events without a gap, the newest last.
#[derive(Debug, Default)]
pub(crate) struct Recent(Mutex<VecDeque<EventRow>>);

/// Some events after a place in the log.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Portion {
    /// How many.
    pub(super) passed: usize,
    /// The last one's position.
    pub(super) last: i64,
    /// Those of wanted kinds.
    pub(super) wanted: Vec<EventRow>,
}

impl Portion {
    /// Of rows in order.
    pub(super) fn of(rows: Vec<EventRow>, kinds: &[&str]) -> Self {
        let (passed, last) = (rows.len(), rows.last().map_or(0, |row| row.0));
        let wanted = rows.into_iter().filter(|row| kinds.contains(&row.1.as_str())).collect();
        Self { passed, last, wanted }
    }
}

impl Recent {
    /// Adds what a transaction has committed. Those of another process leave gaps, and two of this one can come in the wrong order:
    /// then it begins anew, or leaves them out.
    pub(crate) fn add(&self, rows: Vec<EventRow>) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (Some(first), newest) = (rows.first().map(|row| row.0), kept.back().map_or(0, |row| row.0)) else { return };
        if first <= newest {
            return;
        }
        if first != newest + 1 {
            kept.clear();
        }
        kept.extend(rows);
        let surplus = kept.len().saturating_sub(MOST);
        kept.drain(..surplus);
    }

    /// The events after a position, at most [`BATCH`]; none when it does not hold the very next one.
    pub(super) fn after(&self, position: i64, kinds: &[&str]) -> Option<Portion> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let from = usize::try_from(position + 1 - kept.front()?.0).ok().filter(|from| *from < kept.len())?;
        let rows = || kept.iter().skip(from).take(BATCH);
        let wanted = rows().filter(|row| kinds.contains(&row.1.as_str())).cloned().collect();
        Some(Portion { passed: rows().count(), last: rows().next_back()?.0, wanted })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(positions: impl IntoIterator<Item = i64>) -> Vec<EventRow> {
        let kind = |position: i64| if position % 2 == 0 { "Even" } else { "Odd" }.to_owned();
        positions.into_iter().map(|at| (at, kind(at), vec![1], None, vec![2])).collect()
    }

    fn found(recent: &Recent, after: i64) -> Option<(usize, i64, Vec<i64>)> {
        let portion = recent.after(after, &["Even"])?;
        Some((portion.passed, portion.last, portion.wanted.iter().map(|row| row.0).collect()))
    }

    #[test]
    fn what_follows_without_a_gap_is_given_and_nothing_else() {
        let recent = Recent::default();
        assert_eq!(found(&recent, 0), None);
        recent.add(rows([5, 6]));
        recent.add(rows([7]));
        assert_eq!(found(&recent, 4), Some((3, 7, vec![6])));
        assert_eq!(found(&recent, 6), Some((1, 7, vec![])));
        assert_eq!((found(&recent, 3), found(&recent, 7), found(&recent, 8)), (None, None, None));
    }

    #[test]
    fn after_a_gap_it_begins_anew_and_what_comes_late_is_left_out() {
        let recent = Recent::default();
        recent.add(rows([1, 2]));
        recent.add(rows([4]));
        assert_eq!((found(&recent, 2), found(&recent, 3)), (None, Some((1, 4, vec![4]))));
        recent.add(rows([3]));
        recent.add(rows([5]));
        assert_eq!((found(&recent, 2), found(&recent, 3)), (None, Some((2, 5, vec![4]))));
    }

    #[test]
    fn it_keeps_the_newest_and_gives_a_batch_at_most() {
        let recent = Recent::default();
        recent.add(rows(1..=300));
        assert_eq!(found(&recent, 43), None);
        let (passed, last, wanted) = found(&recent, 44).unwrap();
        assert_eq!((passed, last, wanted.len()), (BATCH, 244, BATCH / 2));
    }
}
