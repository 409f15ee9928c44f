//! Working days in Norway: Monday to Friday without public holidays and without the days on which the deployment is closed.
//!
//! Public holidays by law: LOV-1995-02-24-12 (helligdager) § 2 names 1 January, Maundy Thursday, Good Friday, Easter Sunday
//! and Monday, Ascension Day, Whit Sunday and Monday, 25 and 26 December; LOV-1947-04-26-1 adds 1 and 17 May. One that falls on
//! a weekend is not moved. By rule, because a list would end some year and a calendar service would be one more thing that
//! can be away. What is no holiday by law (Christmas Eve, a Friday between) is a closed day where the deployment says so.

use crate::{At, Error, oslo};
use std::collections::BTreeSet;
use time::macros::format_description;
use time::{Date, Duration, Month, Weekday};

/// The working days of one deployment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WorkingDays {
    closed: BTreeSet<Date>,
}

impl WorkingDays {
    /// With closed days beside the public holidays, each written `YYYY-MM-DD`; empty texts are none.
    ///
    /// # Errors
    /// `Start` with one line that names the first text which is no day.
    pub fn closed_on(days: &[String]) -> Result<Self, Error> {
        let written = days.iter().map(|day| day.trim()).filter(|day| !day.is_empty());
        let closed = written.map(|day| {
            Date::parse(day, format_description!("[year]-[month]-[day]")).map_err(|_| {
                Error::Start(format!("closed-days: {day:?} is no day of the calendar; write it like 2026-12-24"))
            })
        });
        Ok(Self { closed: closed.collect::<Result<_, _>>()? })
    }

    /// Whether people work on that day.
    pub fn includes(&self, day: Date) -> bool {
        let weekend = matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday);
        !weekend && !is_public_holiday(day) && !self.closed.contains(&day)
    }

    /// The `count`-th working day after a day; the day itself for 0. None when the calendar ends before (the year 9999).
    pub fn after(&self, day: Date, count: u32) -> Option<Date> {
        let (mut day, mut left) = (day, count);
        while left > 0 {
            day = day.next_day()?;
            left -= u32::from(self.includes(day));
        }
        Some(day)
    }

    /// The last second of the `count`-th working day after an instant's day in Oslo: what must be done in so many working days is
    /// late from then on. The instant itself when the calendar ends before.
    pub fn end(&self, from: At, count: u32) -> At {
        let last = self.after(oslo::date(from), count);
        last.and_then(Date::next_day).map_or(from, |next| oslo::midnight(next) - Duration::SECOND)
    }
}

/// Whether a day is a public holiday in Norway.
pub fn is_public_holiday(day: Date) -> bool {
    use Month::{December, January, May};
    let fixed = matches!((day.month(), day.day()), (January, 1) | (May, 1 | 17) | (December, 25 | 26));
    // Maundy Thursday, Good Friday, Easter Sunday and Monday, Ascension Day, Whit Sunday and Monday.
    let moves = |easter: Date| matches!((day - easter).whole_days(), -3 | -2 | 0 | 1 | 39 | 49 | 50);
    fixed || easter(day.year()).is_some_and(moves)
}

/// Easter Sunday in the Gregorian calendar: the anonymous algorithm of Nature 13 (1876) 487, as J. Meeus prints it in
/// Astronomical Algorithms (1991), chapter 8; his letters stand at the lines. It holds for every year of the calendar.
pub fn easter(year: i32) -> Option<Date> {
    let golden = year.rem_euclid(19); // a
    let (century, of_century) = (year.div_euclid(100), year.rem_euclid(100)); // b, c
    let moon = (century - (century + 8).div_euclid(25) + 1).div_euclid(3); // g, with f
    let full = (19 * golden + century - century.div_euclid(4) - moon + 15).rem_euclid(30); // h, with d
    let leap_days = 2 * century.rem_euclid(4) + 2 * of_century.div_euclid(4) - of_century.rem_euclid(4); // e, i, k
    let sunday = (32 + leap_days - full).rem_euclid(7); // l
    let exception = (golden + 11 * full + 22 * sunday).div_euclid(451); // m
    let days = full + sunday - 7 * exception + 114;
    let month = if days.div_euclid(31) == 3 { Month::March } else { Month::April };
    Date::from_calendar_date(year, month, (days.rem_euclid(31) + 1) as u8).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::date;

    /// Published dates of Easter Sunday.
    const EASTERS: [Date; 7] = [
        date!(2024 - 03 - 31),
        date!(2025 - 04 - 20),
        date!(2026 - 04 - 05),
        date!(2027 - 03 - 28),
        date!(2028 - 04 - 16),
        date!(2029 - 04 - 01),
        date!(2030 - 04 - 21),
    ];

    #[test]
    fn easter_as_published() {
        for published in EASTERS {
            assert_eq!(easter(published.year()), Some(published));
        }
        // The earliest and the latest that the calendar knows, and the two years which a shorter formula gets wrong.
        for published in [
            date!(1818 - 03 - 22),
            date!(1943 - 04 - 25),
            date!(2038 - 04 - 25),
            date!(1954 - 04 - 18),
            date!(1981 - 04 - 19),
        ] {
            assert_eq!(easter(published.year()), Some(published));
        }
    }

    /// In every year of the calendar a Sunday between 22 March and 25 April, also where nobody counted yet.
    #[test]
    fn easter_is_a_sunday_in_spring() {
        for year in -9999..=9999 {
            let day = easter(year).unwrap();
            assert_eq!(day.weekday(), Weekday::Sunday, "{day}");
            let limits = (Month::March as u8, 22)..=(Month::April as u8, 25);
            assert!(limits.contains(&(day.month() as u8, day.day())), "{day}");
        }
    }

    /// Every public holiday of two years, from the almanac.
    #[test]
    fn public_holidays_as_in_the_almanac() {
        let of = |year: i32| {
            let mut day = Date::from_ordinal_date(year, 1).unwrap();
            let mut found = Vec::new();
            while day.year() == year {
                if is_public_holiday(day) {
                    found.push((day.month() as u8, day.day()));
                }
                day = day.next_day().unwrap();
            }
            found
        };
        let in_2026 =
            [(1, 1), (4, 2), (4, 3), (4, 5), (4, 6), (5, 1), (5, 14), (5, 17), (5, 24), (5, 25), (12, 25), (12, 26)];
        assert_eq!(of(2026), in_2026);
        // Ascension Day and the national day fell together in 2012; Whit Monday and 17 May in 2027.
        let in_2027 =
            [(1, 1), (3, 25), (3, 26), (3, 28), (3, 29), (5, 1), (5, 6), (5, 16), (5, 17), (12, 25), (12, 26)];
        assert_eq!(of(2027), in_2027);
        assert_eq!(of(2012).len(), 11);
    }

    #[test]
    fn working_days_are_counted_from_the_next_day() {
        let days = WorkingDays::default();
        // Wednesday before Easter 2026: Thursday to Monday are free.
        assert_eq!(days.after(date!(2026 - 04 - 01), 1), Some(date!(2026 - 04 - 07)));
        assert_eq!(days.after(date!(2026 - 04 - 01), 0), Some(date!(2026 - 04 - 01)));
        assert_eq!(days.after(date!(9999 - 12 - 30), 3), None, "the calendar ends");
        assert!(!days.includes(date!(2026 - 05 - 17)) && !days.includes(date!(2026 - 05 - 16)));
        assert!(days.includes(date!(2026 - 12 - 24)), "no holiday by law");
    }

    #[test]
    fn closed_days_do_not_count() {
        let written = ["2026-12-24".to_owned(), " 2026-12-31 ".into(), String::new()];
        let days = WorkingDays::closed_on(&written).unwrap();
        assert!(!days.includes(date!(2026 - 12 - 24)) && !days.includes(date!(2026 - 12 - 31)));
        // From Wednesday: 24 closed, 25 and 26 holidays, 27 Sunday.
        assert_eq!(days.after(date!(2026 - 12 - 23), 1), Some(date!(2026 - 12 - 28)));
        assert_eq!(WorkingDays::default().after(date!(2026 - 12 - 23), 1), Some(date!(2026 - 12 - 24)));
    }

    #[test]
    fn what_is_no_day_is_named() {
        for wrong in ["2026-02-29", "24.12.2026", "2026-13-01", "Christmas"] {
            let error = WorkingDays::closed_on(&["2026-12-24".into(), wrong.into()]).unwrap_err().to_string();
            assert!(error.contains(&format!("{wrong:?}")) && error.contains("closed-days"), "{error}");
            assert_eq!(error.lines().count(), 1);
        }
    }

    /// Whatever is closed: the day found is a working day, and exactly `count` of them lie between.
    #[test]
    fn the_nth_working_day_has_n_before_it() {
        let mut state = 20_260_302_u64;
        let mut roll = |below: u64| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) % below
        };
        for _ in 0..2_000 {
            let day = date!(2020 - 01 - 01) + Duration::days(roll(12_000) as i64);
            let closed: Vec<String> =
                (0..roll(6)).map(|_| (day + Duration::days(roll(30) as i64)).to_string()).collect();
            let (days, count) = (WorkingDays::closed_on(&closed).unwrap(), roll(15) as u32 + 1);
            let found = days.after(day, count).unwrap();
            assert!(days.includes(found), "{day} + {count} = {found}");
            let between = (1..=(found - day).whole_days()).filter(|n| days.includes(day + Duration::days(*n)));
            assert_eq!(between.count(), count as usize, "{day} + {count} = {found}");
        }
    }
}
