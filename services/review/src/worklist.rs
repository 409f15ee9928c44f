//! The worklist: by priority, then by when an answer is due, then by id; in pages by keyset.

use crate::ReviewError;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use kit::{At, Problem};
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// Cases on a page.
pub const PAGE: usize = 50;
/// Characters of the question that a row shows.
pub const EXCERPT: usize = 120;

/// Which cases.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
#[schema(as = review::WorkFilter)]
pub enum Filter {
    /// All that wait in the caller's departments.
    #[default]
    All,
    /// Claimed by the caller, or meant for them.
    Mine,
    /// Claimed by nobody.
    Unclaimed,
    /// Suspected cancer and urgent.
    Urgent,
    /// With a reply from the practice.
    Returned,
    /// Sent to try the service: in no other part, never first, never overdue.
    Training,
}

impl Filter {
    /// As the statements have it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Mine => "mine",
            Self::Unclaimed => "unclaimed",
            Self::Urgent => "urgent",
            Self::Returned => "returned",
            Self::Training => "training",
        }
    }
}

/// A place in the order: of the last row of a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// 0 to 2.
    pub rank: i64,
    /// When an answer is due.
    pub due_at: At,
    /// The case.
    pub id: Uuid,
}

impl Place {
    /// Before the first row.
    pub fn start() -> Self {
        Self { rank: -1, due_at: At::from_micros(0), id: Uuid::nil() }
    }

    /// As the client gets it: opaque, and without meaning to anybody else.
    pub fn to_cursor(self) -> String {
        URL_SAFE_NO_PAD.encode(format!("{}.{}.{}", self.rank, self.due_at.micros(), self.id.simple()))
    }

    /// Back from [`Place::to_cursor`]; none is the start.
    ///
    /// # Errors
    /// `Refused` (400) for anything that this program did not make.
    pub fn from_cursor(cursor: Option<&str>) -> Result<Self, ReviewError> {
        let Some(cursor) = cursor.filter(|cursor| !cursor.is_empty()) else {
            return Ok(Self::start());
        };
        parse(cursor).ok_or_else(|| Problem::bad_request("cursor", "Leave `cursor` as `next` gave it.").into())
    }
}

fn parse(cursor: &str) -> Option<Place> {
    let text = String::from_utf8(URL_SAFE_NO_PAD.decode(cursor).ok()?).ok()?;
    let mut parts = text.split('.');
    let (rank, due, id) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() {
        return None;
    }
    Some(Place { rank: rank.parse().ok()?, due_at: At::from_micros(due.parse().ok()?), id: Uuid::try_parse(id).ok()? })
}

/// The first characters of a question, on one line.
pub fn excerpt(question: &str) -> String {
    let line = question.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() <= EXCERPT {
        return line;
    }
    let mut cut: String = line.chars().take(EXCERPT - 1).collect();
    cut.push('…');
    cut
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_comes_back_as_it_went() {
        let place = Place { rank: 1, due_at: At::from_micros(1_772_438_400_000_123), id: Uuid::from_u128(7) };
        assert_eq!(Place::from_cursor(Some(&place.to_cursor())).unwrap(), place);
        assert_eq!(Place::from_cursor(None).unwrap(), Place::start());
        assert_eq!(Place::from_cursor(Some("")).unwrap(), Place::start());
        for wrong in ["x", "MS4y", "!!", &URL_SAFE_NO_PAD.encode("1.2.3"), &URL_SAFE_NO_PAD.encode("1")] {
            assert!(Place::from_cursor(Some(wrong)).is_err(), "{wrong}");
        }
    }

    #[test]
    fn excerpts_are_cut_by_characters() {
        assert_eq!(excerpt("Is this\n a melanoma?"), "Is this a melanoma?");
        let long = excerpt(&"å".repeat(200));
        assert_eq!((long.chars().count(), long.ends_with('…')), (EXCERPT, true));
        assert_eq!(excerpt(&"å".repeat(EXCERPT)).chars().count(), EXCERPT);
    }
}
