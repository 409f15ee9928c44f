//! Days and months as numbers. Whoever hands data in has cut them by the calendar of Europe/Oslo already.

/// Days since 1 January 1970.
pub type Day = i32;

/// Months since year 0: year · 12 + month − 1.
pub type Month = i32;

/// The day of a civil date (Hinnant's algorithm, proleptic Gregorian).
pub const fn day(year: i32, month: i32, date: i32) -> Day {
    let shifted = if month <= 2 { year - 1 } else { year };
    let era = shifted.div_euclid(400);
    let of_era = shifted - era * 400;
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + date - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

/// Year, month and date of a day.
pub const fn civil(day: Day) -> (i32, i32, i32) {
    let shifted = day + 719_468;
    let era = shifted.div_euclid(146_097);
    let of_era = shifted - era * 146_097;
    let year = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let part = (5 * of_year + 2) / 153;
    let month = if part < 10 { part + 3 } else { part - 9 };
    let year = year + era * 400 + if month <= 2 { 1 } else { 0 };
    (year, month, of_year - (153 * part + 2) / 5 + 1)
}

/// The month that a day is in.
pub const fn month_of(day: Day) -> Month {
    let (year, month, _) = civil(day);
    year * 12 + month - 1
}

/// The first day of a month.
pub const fn first_day(month: Month) -> Day {
    day(month.div_euclid(12), month.rem_euclid(12) + 1, 1)
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
    let (year, month, date) = civil(day);
    format!("{year:04}-{month:02}-{date:02}")
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

    #[test]
    fn days_there_and_back() {
        assert_eq!((day(1970, 1, 1), day(2000, 3, 1), day(2026, 11, 30)), (0, 11_017, 20_787));
        for number in (-200_000..200_000).step_by(37) {
            let (year, month, date) = civil(number);
            assert_eq!(day(year, month, date), number);
        }
        assert_eq!(month_of(day(2024, 2, 29)), month_of(day(2024, 2, 1)));
        assert_eq!(first_day(month_of(day(2026, 12, 24)) + 1), day(2027, 1, 1));
        let month = month_of(day(2026, 11, 30));
        assert_eq!((month_name(month), quarter_name(month)), ("2026-11".into(), "2026Q4".into()));
        assert_eq!(day_name(day(2026, 11, 30)), "2026-11-30");
    }

    #[test]
    fn offices_close_at_night_and_on_weekends() {
        // Friday 27 November 2026, 15:00, to Monday 09:30.
        let friday = f64::from(day(2026, 11, 27)) * 24.0 + 15.0;
        assert!((working_hours(friday, friday + 66.5) - 2.5).abs() < 1e-9);
        assert!(working_hours(friday, friday - 1.0).abs() < 1e-9);
        assert!((working_hours(friday - 24.0, friday) - 8.0).abs() < 1e-9);
    }
}
