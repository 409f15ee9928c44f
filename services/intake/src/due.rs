//! When an answer is due: working days from the day after it was sent, at the end of the last one in Norway.
//!
//! Targets are the proposal of the clinical reference (suspected cancer 2, urgent 3, routine 10 working days). Working days
//! are Monday to Friday; public holidays are not known yet, so around Easter and in May a date is earlier than it need be.

use crate::vocabulary::Priority;
use kit::{At, oslo};
use time::{Date, Duration, Weekday};

/// Working days until an answer is due.
pub fn working_days(priority: Priority) -> u32 {
    match priority {
        Priority::SuspectedCancer => 2,
        Priority::Urgent => 3,
        Priority::Routine => 10,
    }
}

/// The instant by which an answer to a referral sent at `sent` is due: 23:59:59 in Oslo on its last working day.
pub fn due(sent: At, priority: Priority) -> At {
    let mut day = oslo::date(sent);
    let mut left = working_days(priority);
    while left > 0 {
        // The calendar ends in the year 9999: a clock that stands there is due at once.
        let Some(next) = day.next_day() else { break };
        day = next;
        left -= u32::from(is_working_day(day));
    }
    day.next_day().map_or(sent, |next| oslo::midnight(next) - Duration::SECOND)
}

fn is_working_day(day: Date) -> bool {
    !matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday)
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::datetime;

    #[test]
    fn weekends_do_not_count() {
        let at = |sent: time::OffsetDateTime, priority| due(sent.into(), priority).to_string();
        // Monday 2 March 2026.
        assert_eq!(at(datetime!(2026-03-02 08:00 UTC), Priority::SuspectedCancer), "2026-03-04T22:59:59Z");
        assert_eq!(at(datetime!(2026-03-02 08:00 UTC), Priority::Urgent), "2026-03-05T22:59:59Z");
        assert_eq!(at(datetime!(2026-03-02 08:00 UTC), Priority::Routine), "2026-03-16T22:59:59Z");
        // Friday: the next working day is Monday.
        assert_eq!(at(datetime!(2026-03-06 22:59:59 UTC), Priority::SuspectedCancer), "2026-03-10T22:59:59Z");
        // The day is Norway's: this is Saturday there.
        assert_eq!(at(datetime!(2026-03-06 23:00 UTC), Priority::Urgent), "2026-03-11T22:59:59Z");
        // Saturday and Sunday begin to count on Monday.
        assert_eq!(at(datetime!(2026-03-07 10:00 UTC), Priority::SuspectedCancer), "2026-03-10T22:59:59Z");
        // Summer time begins between.
        assert_eq!(at(datetime!(2026-03-27 10:00 UTC), Priority::SuspectedCancer), "2026-03-31T21:59:59Z");
        assert_eq!(at(datetime!(2026-03-08 10:00 UTC), Priority::SuspectedCancer), "2026-03-10T22:59:59Z");
    }
}
