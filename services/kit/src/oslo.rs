//! The calendar of Europe/Oslo: UTC+1, and UTC+2 in summer time.
//!
//! Rule since 1996 (Directive 2000/84/EC): summer time runs from the last Sunday of March to the last Sunday of October,
//! both at 01:00 UTC. By hand, because a zone database for one zone with one rule would be a dependency more; earlier
//! dates, which nobody here can use a practice on, follow the same rule.

use crate::At;
use time::{Date, Duration, Month, OffsetDateTime, Time, UtcOffset};

/// Winter time.
const WINTER: Duration = Duration::hours(1);
/// Summer time.
const SUMMER: Duration = Duration::hours(2);

/// The instant of a change: 01:00 UTC on the last Sunday of a month with 31 days.
fn change(year: i32, month: Month) -> Option<At> {
    let last = Date::from_calendar_date(year, month, 31).ok()?;
    let back = i64::from(last.weekday().number_days_from_sunday());
    Some(At::midnight(last - Duration::days(back)) + Duration::hours(1))
}

/// What the clocks of Oslo are ahead of UTC.
fn ahead(at: At) -> Duration {
    let year = at.date().year();
    match (change(year, Month::March), change(year, Month::October)) {
        (Some(begins), Some(ends)) if begins <= at && at < ends => SUMMER,
        _ => WINTER,
    }
}

/// What clocks and calendars in Oslo show.
pub fn wall(at: At) -> OffsetDateTime {
    let offset = UtcOffset::from_whole_seconds(ahead(at).whole_seconds() as i32).unwrap_or(UtcOffset::UTC);
    at.datetime().to_offset(offset)
}

/// The calendar day in Oslo.
pub fn date(at: At) -> Date {
    wall(at).date()
}

/// The hour on Oslo's clocks, 0 to 23.
pub fn hour(at: At) -> u8 {
    (at + ahead(at)).datetime().hour()
}

/// The instant at which a day begins in Oslo. The clocks change at 02:00 or 03:00, so midnight is never doubled.
pub fn midnight(day: Date) -> At {
    let wall = At::from(day.with_time(Time::MIDNIGHT).assume_utc());
    let at = wall - SUMMER;
    if ahead(at) == SUMMER { at } else { wall - WINTER }
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::{date, datetime};

    #[test]
    fn clocks_change_on_the_last_sundays() {
        // Published dates of summer time in Norway.
        for (year, begins, ends) in [
            (2024, date!(2024 - 03 - 31), date!(2024 - 10 - 27)),
            (2025, date!(2025 - 03 - 30), date!(2025 - 10 - 26)),
            (2026, date!(2026 - 03 - 29), date!(2026 - 10 - 25)),
            (2027, date!(2027 - 03 - 28), date!(2027 - 10 - 31)),
        ] {
            let hour = Duration::hours(1);
            assert_eq!(change(year, Month::March), Some(At::midnight(begins) + hour));
            assert_eq!(change(year, Month::October), Some(At::midnight(ends) + hour));
            let second = Duration::seconds(1);
            assert_eq!(ahead(At::midnight(begins) + hour - second), WINTER);
            assert_eq!(ahead(At::midnight(begins) + hour), SUMMER);
            assert_eq!(ahead(At::midnight(ends) + hour - second), SUMMER);
            assert_eq!(ahead(At::midnight(ends) + hour), WINTER);
        }
    }

    #[test]
    fn hours_are_oslo_s() {
        for (at, expected) in [
            (datetime!(2026-01-01 06:59:59 UTC), 7),
            (datetime!(2026-07-01 06:59:59 UTC), 8),
            (datetime!(2026-12-31 23:00 UTC), 0),
            (datetime!(2026-03-29 00:59:59 UTC), 1),
            (datetime!(2026-03-29 01:00 UTC), 3),
        ] {
            assert_eq!(hour(at.into()), expected, "{at}");
        }
    }

    #[test]
    fn days_begin_at_midnight_in_oslo() {
        assert_eq!(midnight(date!(2026 - 01 - 01)), At::from(datetime!(2025-12-31 23:00 UTC)));
        assert_eq!(midnight(date!(2026 - 07 - 01)), At::from(datetime!(2026-06-30 22:00 UTC)));
        assert_eq!(midnight(date!(2026 - 03 - 29)), At::from(datetime!(2026-03-28 23:00 UTC)));
        assert_eq!(midnight(date!(2026 - 03 - 30)), At::from(datetime!(2026-03-29 22:00 UTC)));
        assert_eq!(midnight(date!(2026 - 10 - 25)), At::from(datetime!(2026-10-24 22:00 UTC)));
        assert_eq!(midnight(date!(2026 - 10 - 26)), At::from(datetime!(2026-10-25 23:00 UTC)));
    }

    #[test]
    fn every_day_begins_where_the_day_before_ends() {
        let mut day = date!(2025 - 12 - 28);
        while day < date!(2027 - 01 - 03) {
            let begins = midnight(day);
            assert_eq!(date(begins), day);
            assert_eq!(date(begins - Duration::microseconds(1)), day.previous_day().unwrap());
            let hours = (midnight(day.next_day().unwrap()) - begins).whole_hours();
            let expected = match day {
                d if d == date!(2026 - 03 - 29) => 23,
                d if d == date!(2026 - 10 - 25) => 25,
                _ => 24,
            };
            assert_eq!(hours, expected, "{day}");
            day = day.next_day().unwrap();
        }
    }
}
