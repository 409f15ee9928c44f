//! Days and months as numbers. Whoever hands data in has cut them by the calendar of Europe/Oslo already.

use time::Date;

/// Days since 1 January 1970.
pub type Day = i32;

/// Months since year 0: year · 12 + month − 1.
pub type Month = i32;

/// The Julian day of 1 January 1970.
const EPOCH: i32 = 2_440_588;

/// The day of a date.
pub const fn day_of(date: Date) -> Day {
    date.to_julian_day() - EPOCH
}

/// The date of a day; what lies beyond the calendar's ten thousand years is its last.
pub const fn date_of(day: Day) -> Date {
    match Date::from_julian_day(day.saturating_add(EPOCH)) {
        Ok(date) => date,
        Err(_) => Date::MAX,
    }
}

/// The month that a day is in.
pub const fn month_of(day: Day) -> Month {
    let date = date_of(day);
    date.year() * 12 + date.month() as i32 - 1
}

/// The first day of a month.
pub const fn first_day(month: Month) -> Day {
    let name = time::Month::January.nth_next(month.rem_euclid(12) as u8);
    match Date::from_calendar_date(month.div_euclid(12), name, 1) {
        Ok(date) => day_of(date),
        Err(_) => day_of(Date::MAX),
    }
}

/// `2026-11` of a month.
pub fn month_name(month: Month) -> String {
    format!("{:04}-{:02}", month.div_euclid(12), month.rem_euclid(12) + 1)
}

/// `2026Q4` of the quarter that a month is in.
pub fn quarter_name(month: Month) -> String {
    format!("{:04}Q{}", month.div_euclid(12), month.rem_euclid(12) / 3 + 1)
}

/// `2026-11-30` of a day.
pub fn day_name(day: Day) -> String {
    date_of(day).to_string()
}

/// Hours since 1970 of office time (Monday to Friday, 8 to 16) between two clock times in hours since 1970.
pub fn working_hours(from: f64, until: f64) -> f64 {
    if until <= from {
        return 0.0;
    }
    let (first, last) = ((from / 24.0).floor() as Day, (until / 24.0).floor() as Day);
    let worked = |day: Day| {
        // 1 January 1970 was a Thursday.
        let weekend = (day + 3).rem_euclid(7) >= 5;
        let start = f64::from(day) * 24.0;
        let open = (until.min(start + 16.0) - from.max(start + 8.0)).max(0.0);
        if weekend { 0.0 } else { open }
    };
    (first..=last).map(worked).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::date;

    #[test]
    fn days_there_and_back() {
        let days = [date!(1970 - 01 - 01), date!(2000 - 03 - 01), date!(2026 - 11 - 30)].map(day_of);
        assert_eq!(days, [0, 11_017, 20_787]);
        for number in (-200_000..200_000).step_by(37) {
            assert_eq!(day_of(date_of(number)), number);
        }
        assert_eq!(month_of(day_of(date!(2024 - 02 - 29))), month_of(day_of(date!(2024 - 02 - 01))));
        assert_eq!(first_day(month_of(day_of(date!(2026 - 12 - 24))) + 1), day_of(date!(2027 - 01 - 01)));
        let month = month_of(20_787);
        assert_eq!((month_name(month), quarter_name(month)), ("2026-11".into(), "2026Q4".into()));
        assert_eq!((day_name(20_787), date_of(Day::MAX)), ("2026-11-30".into(), Date::MAX));
    }

    #[test]
    fn offices_close_at_night_and_on_weekends() {
        // Friday 27 November 2026, 15:00, to Monday 09:30.
        let friday = f64::from(day_of(date!(2026 - 11 - 27))) * 24.0 + 15.0;
        assert!((working_hours(friday, friday + 66.5) - 2.5).abs() < 1e-9);
        assert!(working_hours(friday, friday - 1.0).abs() < 1e-9);
        assert!((working_hours(friday - 24.0, friday) - 8.0).abs() < 1e-9);
    }
}
