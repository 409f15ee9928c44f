//! One statement over many rows in few round trips.
//!
//! The declared text is the one for a single row or id, so the test that prepares every statement covers it; for more, the same
//! group of values is written out again. Rejected: arrays (`unnest`), which SQLite lacks; JSON (`json_each`), which holds no bytes.

use super::{Db, Q, Row, Tx};
use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use uuid::Uuid;

/// Most groups in one statement: with 500 columns still below both engines' limits on values (SQLite 32,766, PostgreSQL 65,535).
const MOST: usize = 64;

impl Tx {
    /// Runs an `insert … values ($1, …) …` over all rows, up to 64 at a time, and says how many it touched. `bind` gives one row's
    /// values in their order. After the values the text may hold no `$`.
    ///
    /// # Errors
    /// Of the database; `Configuration` for a text without such values.
    pub async fn each<T>(
        &mut self,
        sql: &'static str,
        rows: Vec<T>,
        bind: impl for<'q> Fn(Q<'q>, T) -> Q<'q>,
    ) -> sqlx::Result<u64> {
        let mut touched = 0;
        let mut left = rows.len();
        let mut rows = rows.into_iter();
        while left > 0 {
            let count = at_once(left);
            let mut q = self.q(written(sql, "values ", count)?);
            for row in rows.by_ref().take(count) {
                q = bind(q, row);
            }
            touched += q.exec().await?;
            left -= count;
        }
        Ok(touched)
    }
}

impl Db {
    /// Runs a `select … where … in ($1)` over all ids, up to 64 at a time.
    ///
    /// # Errors
    /// Of the database; `Configuration` for a text without such a list.
    pub async fn among<T: Row>(&self, sql: &'static str, ids: &[Uuid]) -> sqlx::Result<Vec<T>> {
        let mut found = Vec::with_capacity(ids.len());
        let mut rest = ids;
        while !rest.is_empty() {
            let (now, later) = rest.split_at(at_once(rest.len()));
            let q = now.iter().fold(self.q(written(sql, " in ", now.len())?), |q, id| q.bind(*id));
            found.extend(q.all().await?);
            rest = later;
        }
        Ok(found)
    }
}

/// A power of two: then a statement has seven texts at most, and the engines keep all of them prepared.
fn at_once(left: usize) -> usize {
    1 << left.min(MOST).ilog2()
}

/// The text with the group behind `before` written `count` times. Kept for as long as the program runs.
fn written(sql: &'static str, before: &str, count: usize) -> sqlx::Result<&'static str> {
    static WRITTEN: Mutex<BTreeMap<(&'static str, usize), &'static str>> = Mutex::new(BTreeMap::new());
    if count == 1 {
        return Ok(sql);
    }
    let mut all = WRITTEN.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(text) = all.get(&(sql, count)) {
        return Ok(text);
    }
    let text = repeated(sql, before, count).ok_or_else(|| sqlx::Error::Configuration("no values to repeat".into()))?;
    Ok(all.entry((sql, count)).or_insert(text.leak()))
}

/// `None` when there is no such group, or a value behind it.
fn repeated(sql: &str, before: &str, count: usize) -> Option<String> {
    let from = sql.find(&format!("{before}("))? + before.len();
    let mut depth = 0_usize;
    let until =
        from + sql[from..].find(|c| {
            match c {
                '(' => depth += 1,
                ')' => depth -= 1,
                _ => {}
            }
            depth == 0
        })? + 1;
    let (group, rest) = (&sql[from..until], &sql[until..]);
    if rest.contains('$') {
        return None;
    }
    let values = pieces(group).filter_map(|(value, _)| value).max()?;
    if before.starts_with(' ') {
        // A list of single values in one pair of brackets.
        let list = (1..=count).map(|value| format!("${value}")).collect::<Vec<_>>().join(", ");
        return Some(format!("{}({list}){rest}", &sql[..from]));
    }
    let groups = (0..count).map(|place| {
        pieces(group).fold(String::new(), |text, (value, piece)| match value {
            Some(value) => text + &format!("${}{piece}", value + place * values),
            None => text + piece,
        })
    });
    Some(format!("{}{}{rest}", &sql[..from], groups.collect::<Vec<_>>().join(", ")))
}

/// The group cut before each `$`: the value's number and the text behind it.
fn pieces(group: &str) -> impl Iterator<Item = (Option<usize>, &str)> {
    group.split('$').enumerate().map(|(place, piece)| {
        if place == 0 {
            return (None, piece);
        }
        let digits = piece.len() - piece.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        (piece[..digits].parse().ok(), &piece[digits..])
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_written_out_again_with_numbers_of_their_own() {
        let one = "insert into t (a, b) values ($1, cast($2 as text)) on conflict (a) do nothing";
        assert_eq!(
            repeated(one, "values ", 2).as_deref(),
            Some(
                "insert into t (a, b) values ($1, cast($2 as text)), ($3, cast($4 as text)) on conflict (a) do nothing"
            )
        );
        assert_eq!(
            repeated("insert into t values ($1, $2, $2)", "values ", 2).as_deref(),
            Some("insert into t values ($1, $2, $2), ($3, $4, $4)")
        );
        assert_eq!(
            repeated("select a from t where id in ($1) order by a", " in ", 3).as_deref(),
            Some("select a from t where id in ($1, $2, $3) order by a")
        );
        for without in ["update t set a = $1", "insert into t values ($1) on conflict (a) do update set b = $2"] {
            assert_eq!(repeated(without, "values ", 2), None, "{without}");
        }
    }

    #[test]
    fn few_texts_serve_every_number_of_rows() {
        for (left, count) in [(1, 1), (2, 2), (3, 2), (63, 32), (64, 64), (5000, 64)] {
            assert_eq!(at_once(left), count, "{left}");
        }
    }
}
