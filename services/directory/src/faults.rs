//! Everything that is wrong with a form, field by field, so that a person mends it in one go.
//!
//! Rejected: stopping at the first fault (a form is then sent once per fault), a validation crate (its messages are
//! written for programmers).

use crate::Error;
use crate::day;
use kit::http::FieldError;
use std::borrow::Cow;
use std::ops::RangeInclusive;
use time::Date;

/// Longest name of a person, practice, department, hospital or municipality, in characters.
pub const NAME: usize = 200;

/// Faults found so far.
#[derive(Debug, Default)]
pub struct Faults(Vec<FieldError>);

impl Faults {
    /// Notes one fault.
    pub fn add(&mut self, field: &str, code: &'static str, message: impl Into<Cow<'static, str>>) {
        self.0.push(FieldError::new(field, code, message));
    }

    /// A required line of text, trimmed: 1 to `longest` characters, no line breaks.
    pub fn line(&mut self, field: &str, value: &str, what: &str, longest: usize) -> String {
        let value = value.trim();
        if value.is_empty() {
            self.add(field, "required", format!("Write {what}."));
        } else {
            self.short_line(field, value, what, longest);
        }
        value.to_owned()
    }

    /// A line of text that may be empty, trimmed.
    pub fn optional_line(&mut self, field: &str, value: &str, what: &str, longest: usize) -> String {
        let value = value.trim();
        self.short_line(field, value, what, longest);
        value.to_owned()
    }

    fn short_line(&mut self, field: &str, value: &str, what: &str, longest: usize) {
        if value.chars().count() > longest {
            self.add(field, "too-long", format!("Shorten {what} to {longest} characters."));
        } else if value.chars().any(unseen) || (!value.is_empty() && !value.chars().any(char::is_alphanumeric)) {
            self.add(
                field,
                "not-plain",
                format!("Write {what} on one line, with letters or digits and without invisible characters."),
            );
        }
    }

    /// A required whole number within a range; `missing` and `outside` say what to do.
    pub fn whole(
        &mut self,
        field: &str,
        value: Option<i64>,
        range: RangeInclusive<i64>,
        missing: &'static str,
        outside: &'static str,
    ) -> i64 {
        match value {
            Some(value) if range.contains(&value) => value,
            Some(_) => {
                self.add(field, "out-of-range", outside);
                *range.start()
            }
            None => {
                self.add(field, "required", missing);
                *range.start()
            }
        }
    }

    /// A required choice from a list.
    pub fn choice<T: Copy>(&mut self, field: &str, value: Option<T>, message: &'static str) -> Option<T> {
        if value.is_none() {
            self.add(field, "required", message);
        }
        value
    }

    /// A required calendar day, `YYYY-MM-DD`.
    pub fn day(&mut self, field: &str, value: &str) -> Date {
        let value = value.trim();
        match day::parse(value) {
            Some(day) => return day,
            None if value.is_empty() => {
                self.add(field, "required", "Write the date as YYYY-MM-DD, for example 2026-03-02.");
            }
            None => self.add(
                field,
                "not-a-date",
                "This is not a date. Write it as YYYY-MM-DD, for example 2026-03-02, from 1900 to 2199.",
            ),
        }
        Date::MIN
    }

    /// A required calendar day that has come. One day of grace: it is tomorrow in the north before it is in UTC.
    pub fn past_day(&mut self, field: &str, value: &str, today: Date) -> Date {
        let day = self.day(field, value);
        if Some(day) > today.next_day() {
            self.add(field, "in-future", "This day has not come yet. Write today's date or an earlier one.");
        }
        day
    }

    /// `value` when nothing is wrong.
    ///
    /// # Errors
    /// `Invalid` with every fault.
    pub fn finish<T>(self, value: T) -> Result<T, Error> {
        if self.0.is_empty() { Ok(value) } else { Err(Error::Invalid(self.0)) }
    }
}

/// Characters that change a line without being seen: controls, zero-width marks, overrides of the writing direction.
pub(crate) fn unseen(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// `field code` of every fault.
    pub(crate) fn told<T: std::fmt::Debug>(result: Result<T, Error>) -> Vec<String> {
        let Err(Error::Invalid(errors)) = result else { panic!("nothing was refused: {result:?}") };
        assert!(errors.iter().all(|error| error.message.ends_with('.')), "a message is a sentence: {errors:?}");
        errors.iter().map(|error| format!("{} {}", error.field, error.code)).collect()
    }

    #[test]
    fn all_faults_are_told_at_once() {
        let mut faults = Faults::default();
        faults.line("name", "  ", "the name", NAME);
        faults.line("hospital", &"å".repeat(201), "the hospital's name", NAME);
        faults.line("municipality", "Alta\tAlta", "the municipality", NAME);
        faults.whole("gps", Some(-1), 0..=9, "missing", "Write 0 to 9.");
        assert_eq!(
            told(faults.finish(())),
            ["name required", "hospital too-long", "municipality not-plain", "gps out-of-range"]
        );
    }

    #[test]
    fn what_is_right_passes_trimmed() {
        let mut faults = Faults::default();
        assert_eq!(faults.line("name", &format!(" {} ", "å".repeat(200)), "the name", NAME), "å".repeat(200));
        assert_eq!(faults.optional_line("dutyPhone", "", "the telephone number", 40), "");
        assert!(faults.finish(()).is_ok());
    }

    #[test]
    fn a_past_day_may_be_tomorrow_in_utc_but_not_later() {
        let today = day::parse("2026-03-02").expect("a date");
        let check = |text: &str| {
            let mut faults = Faults::default();
            faults.past_day("on", text, today);
            faults.finish(())
        };
        assert!(check("2026-03-03").is_ok());
        assert_eq!(told(check("2026-03-04")), ["on in-future"]);
        assert_eq!(told(check("")), ["on required"]);
        assert_eq!(told(check("2026-02-30")), ["on not-a-date"]);
    }
}
