//! What a department has ended, for its own record and for whoever has to amend an answer: answers, refusals, forwardings.
//!
//! A case that went to another department stands here as a line and no more: what this department wrote itself, and by which
//! reference people name it on the telephone.

use crate::ReviewError;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use kit::{At, Problem};
use uuid::Uuid;

/// Lines on a page.
pub const PAGE: usize = 50;
/// 31 December 9999: after everything.
const AFTER_ALL: i64 = 253_402_300_799_000_000;

/// A place in the order, newest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mark {
    /// When it was ended.
    pub at: At,
    /// The answer, refusal or forwarding.
    pub id: Uuid,
}

impl Mark {
    /// As the client gets it.
    pub fn to_cursor(self) -> String {
        URL_SAFE_NO_PAD.encode(format!("{}.{}", self.at.micros(), self.id.simple()))
    }

    /// Back from [`Mark::to_cursor`]; none is before the newest.
    ///
    /// # Errors
    /// `Refused` (400) for anything that this program did not make.
    pub fn from_cursor(cursor: Option<&str>) -> Result<Self, ReviewError> {
        let Some(cursor) = cursor.filter(|cursor| !cursor.is_empty()) else {
            return Ok(Self { at: At::from_micros(AFTER_ALL), id: Uuid::max() });
        };
        parse(cursor).ok_or_else(|| Problem::bad_request("cursor", "Leave `cursor` as `next` gave it.").into())
    }
}

fn parse(cursor: &str) -> Option<Mark> {
    let text = String::from_utf8(URL_SAFE_NO_PAD.decode(cursor).ok()?).ok()?;
    let (at, id) = text.split_once('.')?;
    Some(Mark { at: At::from_micros(at.parse().ok()?), id: Uuid::try_parse(id).ok()? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_comes_back_as_it_went() {
        let mark = Mark { at: At::from_micros(1_772_438_400_000_123), id: Uuid::from_u128(7) };
        assert_eq!(Mark::from_cursor(Some(&mark.to_cursor())).unwrap(), mark);
        assert!(Mark::from_cursor(None).unwrap().at > mark.at);
        for wrong in ["x", "MS4y", "!!"] {
            assert!(Mark::from_cursor(Some(wrong)).is_err(), "{wrong}");
        }
    }
}
