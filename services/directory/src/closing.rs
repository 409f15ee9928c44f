//! The end of a practice: closed on a day, with one that covers, or merged into another.

use crate::Error;
use crate::faults::Faults;
use serde::{Deserialize, Serialize};
use time::{Date, Duration};
use uuid::Uuid;

/// Nobody knows now who takes over then.
const AHEAD: Duration = Duration::days(366);

/// A practice's end.
#[derive(Clone, Debug, Default, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NewClosing {
    /// `YYYY-MM-DD`, the first day on which it is closed; back, or a year ahead at most.
    #[serde(default)]
    #[schema(required = true, format = Date)]
    pub on: String,
    /// The practice that answers for what is open from then on.
    #[serde(default)]
    pub covering_id: Option<Uuid>,
    /// The practice that it becomes part of; in place of one that covers.
    #[serde(default)]
    pub merged_into_id: Option<Uuid>,
}

/// An end that may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Closing {
    pub on: Date,
    /// Which practice takes over.
    pub successor: Option<Uuid>,
    /// As a whole.
    pub merged: bool,
}

impl NewClosing {
    /// The end of `practice`.
    ///
    /// # Errors
    /// `Invalid` with every field that is missing or wrong.
    pub fn check(&self, practice: Uuid, today: Date) -> Result<Closing, Error> {
        let mut faults = Faults::default();
        let on = faults.day("on", &self.on);
        if on - today > AHEAD {
            let message = "This day lies more than a year ahead. Write an earlier one, or close the practice when it comes nearer.";
            faults.add("on", "too-far-ahead", message);
        }
        if self.covering_id.is_some() && self.merged_into_id.is_some() {
            faults.add(
                "coveringId",
                "one-of-two",
                "Choose either the practice that covers or the one that it becomes part of.",
            );
        }
        let (field, successor) = match self.merged_into_id {
            Some(into) => ("mergedIntoId", Some(into)),
            None => ("coveringId", self.covering_id),
        };
        if successor == Some(practice) {
            faults.add(field, "itself", "A practice can't take over from itself. Choose another one.");
        }
        faults.finish(Closing { on, successor, merged: self.merged_into_id.is_some() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::day;
    use crate::faults::tests::told;

    #[test]
    fn one_practice_takes_over_and_it_is_another_one() {
        let [one, other, third] = [1, 2, 3].map(Uuid::from_u128);
        let form = |covering_id, merged_into_id| NewClosing { on: "2026-06-30".into(), covering_id, merged_into_id };
        let today = day::parse("2026-03-02").expect("a date");
        let covered = form(Some(other), None).check(one, today).expect("a closing");
        assert_eq!((covered.successor, covered.merged), (Some(other), false));
        let merged = form(None, Some(other)).check(one, today).expect("a merger");
        assert_eq!((merged.successor, merged.merged), (Some(other), true));
        assert_eq!(told(form(Some(other), Some(third)).check(one, today)), ["coveringId one-of-two"]);
        assert_eq!(told(form(Some(one), None).check(one, today)), ["coveringId itself"]);
        assert_eq!(told(NewClosing::default().check(one, today)), ["on required"]);
        let on = |on: &str| NewClosing { on: on.into(), ..NewClosing::default() }.check(one, today);
        assert!(on("2027-03-03").is_ok() && on("1990-01-01").is_ok());
        assert_eq!(told(on("2027-03-04")), ["on too-far-ahead"]);
    }
}
