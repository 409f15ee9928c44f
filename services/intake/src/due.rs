//! When an answer is due: working days from the day after it was sent, at the end of the last one in Norway.
//!
//! Targets are the proposal of the clinical reference (suspected cancer 2, urgent 3, routine 10 working days). Weekends,
//! Norway's public holidays and the deployment's closed days do not count ([`kit::working_days`]).

use crate::vocabulary::Priority;
use kit::At;
use kit::working_days::WorkingDays;

/// Working days until an answer is due.
pub fn working_days(priority: Priority) -> u32 {
    match priority {
        Priority::SuspectedCancer => 2,
        Priority::Urgent => 3,
        Priority::Routine => 10,
    }
}

/// The instant by which an answer to a referral sent at `sent` is due: 23:59:59 in Oslo on its last working day.
pub fn due(sent: At, priority: Priority, days: &WorkingDays) -> At {
    // The calendar ends in the year 9999: a clock that stands there is due at once.
    days.end(sent, working_days(priority))
}

#[cfg(test)]
mod tests {
    use super::*;
    use Priority::{Routine, SuspectedCancer, Urgent};
    use kit::oslo;
    use time::macros::{date, datetime};
    use time::{Date, Duration, OffsetDateTime};

    fn at(sent: OffsetDateTime, priority: Priority) -> String {
        due(sent.into(), priority, &WorkingDays::default()).to_string()
    }

    #[test]
    fn weekends_do_not_count() {
        // Monday 2 March 2026.
        assert_eq!(at(datetime!(2026-03-02 08:00 UTC), SuspectedCancer), "2026-03-04T22:59:59Z");
        assert_eq!(at(datetime!(2026-03-02 08:00 UTC), Urgent), "2026-03-05T22:59:59Z");
        assert_eq!(at(datetime!(2026-03-02 08:00 UTC), Routine), "2026-03-16T22:59:59Z");
        // Friday: the next working day is Monday.
        assert_eq!(at(datetime!(2026-03-06 22:59:59 UTC), SuspectedCancer), "2026-03-10T22:59:59Z");
        // The day is Norway's: this is Saturday there.
        assert_eq!(at(datetime!(2026-03-06 23:00 UTC), Urgent), "2026-03-11T22:59:59Z");
        // Saturday and Sunday begin to count on Monday.
        assert_eq!(at(datetime!(2026-03-07 10:00 UTC), SuspectedCancer), "2026-03-10T22:59:59Z");
        assert_eq!(at(datetime!(2026-03-08 10:00 UTC), SuspectedCancer), "2026-03-10T22:59:59Z");
    }

    /// Counted by hand on the almanac.
    #[test]
    fn holidays_do_not_count() {
        for (sent, priority, last) in [
            // Summer time begins between; Easter 2026 is 5 April, free from Thursday to Monday.
            (datetime!(2026-03-27 10:00 UTC), SuspectedCancer, date!(2026 - 03 - 31)),
            (datetime!(2026-03-27 10:00 UTC), Routine, date!(2026 - 04 - 15)),
            (datetime!(2026-04-01 10:00 UTC), SuspectedCancer, date!(2026 - 04 - 08)),
            (datetime!(2026-04-01 10:00 UTC), Urgent, date!(2026 - 04 - 09)),
            (datetime!(2026-04-03 10:00 UTC), SuspectedCancer, date!(2026 - 04 - 08)),
            // 1 May 2026 is a Friday, 14 May Ascension Day, 17 May a Sunday, 25 May Whit Monday.
            (datetime!(2026-04-30 10:00 UTC), SuspectedCancer, date!(2026 - 05 - 05)),
            (datetime!(2026-04-30 10:00 UTC), Routine, date!(2026 - 05 - 18)),
            (datetime!(2026-05-13 10:00 UTC), SuspectedCancer, date!(2026 - 05 - 18)),
            (datetime!(2026-05-22 10:00 UTC), SuspectedCancer, date!(2026 - 05 - 27)),
            // In 2027 Whit Monday is the national day.
            (datetime!(2027-05-14 10:00 UTC), SuspectedCancer, date!(2027 - 05 - 19)),
            // Christmas 2026: Friday and Saturday; New Year's Day is a Friday.
            (datetime!(2026-12-23 10:00 UTC), SuspectedCancer, date!(2026 - 12 - 28)),
            (datetime!(2026-12-23 10:00 UTC), Urgent, date!(2026 - 12 - 29)),
            (datetime!(2026-12-23 10:00 UTC), Routine, date!(2027 - 01 - 08)),
            // 2025: Christmas on Thursday and Friday. Sent at half past midnight on Christmas Day in Oslo.
            (datetime!(2025-12-24 23:30 UTC), SuspectedCancer, date!(2025 - 12 - 30)),
            (datetime!(2025-12-24 22:30 UTC), SuspectedCancer, date!(2025 - 12 - 30)),
        ] {
            let found = due(sent.into(), priority, &WorkingDays::default());
            assert_eq!(oslo::date(found), last, "{sent} {priority:?}");
            assert_eq!(oslo::date(found + Duration::SECOND), last.next_day().unwrap(), "the end of the day");
        }
    }

    #[test]
    fn closed_days_do_not_count() {
        let days = WorkingDays::closed_on(&["2026-12-24".into(), "2026-12-31".into()]).unwrap();
        let found = due(datetime!(2026-12-23 10:00 UTC).into(), SuspectedCancer, &days);
        assert_eq!(found.to_string(), "2026-12-29T22:59:59Z");
    }

    #[test]
    fn a_clock_at_the_end_of_the_calendar_is_due_at_once() {
        let sent = datetime!(9999-12-30 10:00 UTC);
        assert_eq!(due(sent.into(), Routine, &WorkingDays::default()), sent.into());
    }

    /// For any instant: the last day is a working day, exactly as many working days lie between as were promised, and who
    /// sends later is never promised an earlier answer.
    #[test]
    fn dates_are_working_days_and_grow_with_the_instant() {
        let days = WorkingDays::closed_on(&["2026-12-24".into(), "2027-05-18".into(), "2028-07-14".into()]).unwrap();
        let mut state = 7_u64;
        let mut roll = |below: u64| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 20) % below
        };
        let begins = At::from(datetime!(2024-01-01 00:00 UTC));
        let mut sent: Vec<At> = (0..3_000).map(|_| begins + Duration::seconds(roll(400_000_000) as i64)).collect();
        sent.sort();
        for priority in Priority::ALL {
            let mut before = begins;
            for instant in &sent {
                let found = due(*instant, *priority, &days);
                let (first, last): (Date, Date) = (oslo::date(*instant), oslo::date(found));
                assert!(days.includes(last), "{instant} {priority:?}: {last}");
                let between =
                    (1..=(last - first).whole_days()).filter(|n| days.includes(first + Duration::days(*n))).count();
                assert_eq!(between, working_days(*priority) as usize, "{instant} {priority:?}: {last}");
                assert!(found >= before, "{instant} {priority:?}");
                before = found;
            }
        }
    }
}
