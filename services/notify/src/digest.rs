//! When the one mail a day may be decided: on working days, from an hour on Oslo's clocks.

use kit::working_days::WorkingDays;
use kit::{At, oslo};
use time::Date;

/// The day for which a digest may be decided now; none before the hour and on days on which nobody works.
pub fn day(now: At, hour: u8, days: &WorkingDays) -> Option<Date> {
    let day = oslo::date(now);
    (days.includes(day) && oslo::hour(now) >= hour).then_some(day)
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::Duration;
    use time::macros::{date, datetime};

    #[test]
    fn from_the_hour_on_until_midnight_in_oslo() {
        let days = WorkingDays::default();
        for (now, expected) in [
            (datetime!(2026-03-02 05:59:59 UTC), None),
            (datetime!(2026-03-02 06:00 UTC), Some(date!(2026 - 03 - 02))),
            (datetime!(2026-03-02 22:59:59 UTC), Some(date!(2026 - 03 - 02))),
            (datetime!(2026-03-02 23:00 UTC), None),
            // Saturday, Maundy Thursday, and summer time.
            (datetime!(2026-03-07 10:00 UTC), None),
            (datetime!(2026-04-02 10:00 UTC), None),
            (datetime!(2026-06-01 05:00 UTC), Some(date!(2026 - 06 - 01))),
            (datetime!(2026-06-01 04:59:59 UTC), None),
        ] {
            assert_eq!(day(now.into(), 7, &days), expected, "{now}");
        }
    }

    /// Asked at any moments of a year: exactly one day for each working day, whatever the hour.
    #[test]
    fn every_working_day_has_one() {
        let days = WorkingDays::closed_on(&["2026-12-24".into()]).unwrap();
        for hour in [0, 7, 23] {
            let mut found: Vec<Date> = Vec::new();
            let mut now: At = datetime!(2025-12-31 23:00 UTC).into();
            while oslo::date(now) <= date!(2026 - 12 - 31) {
                found.extend(day(now, hour, &days).filter(|day| found.last() != Some(day)));
                now = now + Duration::minutes(20);
            }
            let all = (0..365).map(|n| date!(2026 - 01 - 01) + Duration::days(n)).filter(|day| days.includes(*day));
            assert_eq!(found, all.collect::<Vec<_>>(), "{hour}");
        }
    }
}
