//! An absence: the days on which a specialist reads nothing. Their cases are shown as to be given to somebody else, and nothing
//! new is given to them; nothing is taken from them by itself, because a coordinator knows who reads what.

use crate::ReviewError;
use kit::http::FieldError;
use time::format_description::well_known::Iso8601;
use time::{Date, Duration};

/// Longest absence.
pub const LONGEST: Duration = Duration::days(366);

/// First and last day, both within.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Period {
    /// First day.
    pub from: Date,
    /// Last day.
    pub to: Date,
}

impl Period {
    /// From two days written as YYYY-MM-DD; `today` is the day in Oslo.
    ///
    /// # Errors
    /// `Invalid` with the fields `from` and `to`.
    pub fn check(from: &str, to: &str, today: Date) -> Result<Self, ReviewError> {
        let mut errors = Vec::new();
        let mut read = |field: &str, text: &str| {
            let day = Date::parse(text, &Iso8601::DATE).ok().filter(|_| text.len() == 10);
            if day.is_none() {
                errors.push(FieldError::new(field, "not-a-date", "Write a day that exists, for example 2026-03-02."));
            }
            day
        };
        let (from, to) = (read("from", from), read("to", to));
        let (Some(from), Some(to)) = (from, to) else { return Err(ReviewError::Invalid(errors)) };
        if to < from {
            errors.push(FieldError::new(
                "to",
                "before-start",
                "The last day is before the first one. Correct one of them.",
            ));
        } else if to < today {
            errors.push(FieldError::new("to", "over", "This absence is over already. Correct its last day."));
        } else if to - from > LONGEST {
            errors.push(FieldError::new("to", "too-long", "An absence lasts a year at most. Correct its last day."));
        }
        if errors.is_empty() { Ok(Self { from, to }) } else { Err(ReviewError::Invalid(errors)) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::date;

    fn refused(from: &str, to: &str) -> Vec<(String, String)> {
        match Period::check(from, to, date!(2026 - 03 - 02)) {
            Err(ReviewError::Invalid(errors)) => {
                errors.into_iter().map(|error| (error.field, error.code.into_owned())).collect()
            }
            _ => Vec::new(),
        }
    }

    #[test]
    fn an_absence_ends_after_it_begins_and_after_today() {
        let named = |field: &str, code: &str| vec![(field.to_owned(), code.to_owned())];
        assert!(refused("2026-03-02", "2026-03-02").is_empty());
        assert!(refused("2026-02-20", "2026-03-02").is_empty(), "one that began is marked late");
        assert_eq!(refused("2026-03-05", "2026-03-04"), named("to", "before-start"));
        assert_eq!(refused("2026-02-20", "2026-03-01"), named("to", "over"));
        assert_eq!(refused("2026-03-02", "2027-03-04"), named("to", "too-long"));
        assert_eq!(refused("2026-02-30", "2026-03-04"), named("from", "not-a-date"));
        assert_eq!(refused("2 March", "").len(), 2);
    }
}
