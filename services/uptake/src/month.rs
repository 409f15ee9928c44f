//! Calendar months in Oslo, and the window of months that a panel covers.

use crate::UptakeError;
use kit::At;
use kit::http::FieldError;
use kit::oslo;
use std::fmt;
use time::Date;

/// A calendar month.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Month {
    year: i32,
    /// 1 to 12.
    month: u8,
}

impl Month {
    /// The month in which an instant lies.
    pub fn of(at: At) -> Self {
        let day = oslo::date(at);
        Self { year: day.year(), month: day.month() as u8 }
    }

    /// From `YYYY-MM`.
    pub fn parse(text: &str) -> Option<Self> {
        let (year, month) = text.split_once('-')?;
        if year.len() != 4 || month.len() != 2 || !text.bytes().all(|b| b.is_ascii_digit() || b == b'-') {
            return None;
        }
        let (year, month) = (year.parse().ok()?, month.parse().ok()?);
        ((1996..=2999).contains(&year) && (1..=12).contains(&month)).then_some(Self { year, month })
    }

    /// Months since year 0.
    fn number(self) -> i32 {
        self.year * 12 + i32::from(self.month) - 1
    }

    /// So many months later, or earlier when negative.
    #[must_use]
    pub fn plus(self, months: i32) -> Self {
        let number = self.number() + months;
        Self { year: number.div_euclid(12), month: number.rem_euclid(12) as u8 + 1 }
    }

    /// When it begins.
    pub fn begins(self) -> At {
        let month = time::Month::try_from(self.month).unwrap_or(time::Month::January);
        let first = Date::from_calendar_date(self.year, month, 1).unwrap_or(Date::MIN);
        oslo::midnight(first)
    }
}

impl fmt::Display for Month {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}", self.year, self.month)
    }
}

/// The months from one to another, both within.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// First month.
    pub from: Month,
    /// Last month; the present one is not complete.
    pub to: Month,
}

/// Most months in one panel.
pub const LONGEST: i32 = 240;

impl Window {
    /// What was asked for, else from the first equipment (or 12 months back when nobody is equipped) to the present month.
    /// Months that have not begun are left out.
    ///
    /// # Errors
    /// `Invalid` with the fields `from` and `to`.
    pub fn asked(from: &str, to: &str, first_equipped: Option<At>, now: At) -> Result<Self, UptakeError> {
        let present = Month::of(now);
        let (asked_from, asked_to) = (read("from", from)?, read("to", to)?);
        let to = asked_to.unwrap_or(present).min(present);
        let begun = first_equipped.filter(|at| *at <= now).map_or(present.plus(-12), Month::of);
        let from = asked_from.unwrap_or_else(|| begun.min(to).max(to.plus(1 - LONGEST)));
        if from > to {
            return Err(wrong("from", "The first month must not lie after the last, nor in the future."));
        }
        if to.number() - from.number() >= LONGEST {
            return Err(wrong("from", "Choose at most 240 months."));
        }
        Ok(Self { from, to })
    }

    /// Its months in order.
    pub fn months(self) -> Vec<Month> {
        (0..=self.to.number() - self.from.number()).map(|n| self.from.plus(n)).collect()
    }

    /// When it begins.
    pub fn begins(self) -> At {
        self.from.begins()
    }

    /// When it ends; not within.
    pub fn ends(self) -> At {
        self.to.plus(1).begins()
    }

    /// The place of an instant's month within the window.
    pub fn place(self, at: At) -> Option<usize> {
        let month = Month::of(at);
        let within = self.from <= month && month <= self.to;
        within.then(|| usize::try_from(month.number() - self.from.number()).ok()).flatten()
    }
}

fn read(field: &str, text: &str) -> Result<Option<Month>, UptakeError> {
    if text.is_empty() {
        return Ok(None);
    }
    Month::parse(text).map(Some).ok_or_else(|| wrong(field, "Write a month as year and month, for example 2026-03."))
}

fn wrong(field: &str, message: &'static str) -> UptakeError {
    UptakeError::Invalid(vec![FieldError::new(field, "month", message)])
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::datetime;

    fn month(text: &str) -> Month {
        Month::parse(text).unwrap()
    }

    #[test]
    fn months_are_read_strictly() {
        assert_eq!(month("2026-03").to_string(), "2026-03");
        for wrong in ["", "2026", "2026-13", "2026-00", "26-03", "2026-3", "2026-03-01", "+026-03", "1899-01"] {
            assert_eq!(Month::parse(wrong), None, "{wrong}");
        }
        assert_eq!(month("2026-11").plus(3), month("2027-02"));
        assert_eq!(month("2026-01").plus(-13), month("2024-12"));
    }

    #[test]
    fn the_last_hour_of_a_month_in_utc_is_the_next_month_in_oslo() {
        assert_eq!(Month::of(datetime!(2026-01-31 22:59 UTC).into()), month("2026-01"));
        assert_eq!(Month::of(datetime!(2026-01-31 23:00 UTC).into()), month("2026-02"));
        assert_eq!(Month::of(datetime!(2026-06-30 21:59 UTC).into()), month("2026-06"));
        assert_eq!(Month::of(datetime!(2026-06-30 22:00 UTC).into()), month("2026-07"));
    }

    #[test]
    fn a_window_has_defaults_and_limits() {
        let now = At::from(datetime!(2026-03-02 08:00 UTC));
        let equipped = At::from(datetime!(2025-11-10 00:00 UTC));
        let window = Window::asked("", "", Some(equipped), now).unwrap();
        assert_eq!((window.from, window.to), (month("2025-11"), month("2026-03")));
        assert_eq!(window.months().len(), 5);
        let nobody = Window::asked("", "", None, now).unwrap();
        assert_eq!(nobody.from, month("2025-03"));
        let ahead = Window::asked("2026-01", "2027-01", None, now).unwrap();
        assert_eq!(ahead.to, month("2026-03"));
        assert!(Window::asked("2026-04", "", None, now).is_err());
        assert!(Window::asked("2026-02", "2026-01", None, now).is_err());
        assert!(Window::asked("2000-01", "", None, now).is_err());
        assert!(Window::asked("", "soon", None, now).is_err());
        let before = Window::asked("", "2025-01", Some(equipped), now).unwrap();
        assert_eq!((before.from, before.to), (month("2025-01"), month("2025-01")));
    }

    #[test]
    fn instants_fall_into_their_month() {
        let window = Window { from: month("2025-12"), to: month("2026-02") };
        assert_eq!(window.place(window.begins()), Some(0));
        assert_eq!(window.place(datetime!(2026-01-15 12:00 UTC).into()), Some(1));
        assert_eq!(window.place(window.ends() - time::Duration::microseconds(1)), Some(2));
        assert_eq!(window.place(window.ends()), None);
        assert_eq!(window.place(window.begins() - time::Duration::microseconds(1)), None);
    }
}
