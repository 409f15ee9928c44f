//! How a case climbs that waits for a practice: an unread answer, a question without a reply.
//!
//! The practice has one working day when the referral is urgent or of suspected cancer, else three; then its deputy has as long;
//! then it stands on the department's call list until somebody has telephoned. A call gives the practice as long again, and then
//! it is back on the call list: nobody's case ends by being waited for.
//!
//! It stands here because three services show the same ladder from their own copies: the office its inbox, the department its
//! call list, the mail whom it tells. It knows nothing of a referral but since when it waits. Rejected: an event per step (time
//! passes without anybody, and a calendar that is corrected would not correct what was published).

use crate::At;
use crate::working_days::WorkingDays;
use serde::Serialize;
use time::Duration;

/// Working days on each rung for urgent referrals and suspected cancer.
pub const HURRIED: u32 = 1;
/// Working days on each rung for all others.
pub const PATIENT: u32 = 3;
/// Working days in which somebody telephones.
pub const CALLED_WITHIN: u32 = 1;

/// Whether a referral of this priority climbs faster, by its word in envelopes.
pub fn hurries(priority: &str) -> bool {
    matches!(priority, "urgent" | "suspected-cancer")
}

/// How soon something is to be read: by what the department answered when that is the more urgent, else by the referral's own
/// priority. All are words of envelopes; the disposition is that of an answer's most urgent finding.
pub fn raised<'a>(priority: &'a str, disposition: &str) -> &'a str {
    match disposition {
        "cancer-pathway" => "suspected-cancer",
        "face-to-face-urgent" if priority != "suspected-cancer" => "urgent",
        _ => priority,
    }
}

/// Who is to act, from the first to the last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Rung {
    /// The practice.
    Practice,
    /// The practice's deputy.
    Deputy,
    /// Whoever telephones for the department.
    CallList,
}

impl Rung {
    /// As it stands in tables.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Practice => "practice",
            Self::Deputy => "deputy",
            Self::CallList => "call-list",
        }
    }
}

/// Something that waits for a practice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Waits {
    /// Since when: the answer was given, the question asked.
    pub since: At,
    /// The department's last call to the practice. One from before `since` was about something else.
    pub phoned: Option<At>,
    /// See [`hurries`] and [`raised`].
    pub hurries: bool,
}

/// Who is there at the moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct There {
    /// Anybody works in the practice.
    pub practice: bool,
    /// The deputy that the practice chose works there still.
    pub deputy: bool,
}

/// Where it has climbed to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Climb {
    /// Who is to act.
    pub rung: Rung,
    /// Since when it is theirs.
    pub since: At,
    /// Until when, to the second; afterwards it climbs, or is late on the last rung.
    pub due: At,
}

impl Waits {
    fn each(&self) -> u32 {
        if self.hurries { HURRIED } else { PATIENT }
    }

    fn called(&self) -> Option<At> {
        self.phoned.filter(|phoned| *phoned >= self.since)
    }

    /// Until when it is the practice's.
    pub fn first_due(&self, days: &WorkingDays) -> At {
        days.end(self.called().unwrap_or(self.since), self.each())
    }

    /// Whose it is now, since when and until when: exactly one, at every moment.
    pub fn climb(&self, there: There, now: At, days: &WorkingDays) -> Climb {
        let (called, first) = (self.called(), self.first_due(days));
        let began = called.unwrap_or(self.since);
        let call_list = |since: At| Climb { rung: Rung::CallList, since, due: days.end(since, CALLED_WITHIN) };
        if !there.practice {
            // Nobody there could read it: the department's from the beginning. After a call it has as long as the practice had.
            return if called.is_some() { Climb { due: first, ..call_list(began) } } else { call_list(began) };
        }
        if now < after(first) {
            return Climb { rung: Rung::Practice, since: began, due: first };
        }
        if called.is_some() || !there.deputy {
            return call_list(after(first));
        }
        let second = days.end(first, self.each());
        if now < after(second) {
            return Climb { rung: Rung::Deputy, since: after(first), due: second };
        }
        call_list(after(second))
    }
}

/// The first moment that is late: midnight.
fn after(due: At) -> At {
    due + Duration::SECOND
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::datetime;

    const ALL: There = There { practice: true, deputy: true };

    fn at(text: time::OffsetDateTime) -> At {
        text.into()
    }

    fn told(waits: Waits, there: There, now: time::OffsetDateTime) -> (Rung, String, String) {
        let climb = waits.climb(there, now.into(), &WorkingDays::default());
        (climb.rung, climb.since.to_string(), climb.due.to_string())
    }

    /// Monday 2 March 2026, in Oslo an hour ahead of UTC.
    fn unread(hurries: bool) -> Waits {
        Waits { since: at(datetime!(2026-03-02 09:00 UTC)), phoned: None, hurries }
    }

    #[test]
    fn what_is_answered_raises_and_never_lowers() {
        for (priority, disposition, expected) in [
            ("routine", "cancer-pathway", "suspected-cancer"),
            ("urgent", "cancer-pathway", "suspected-cancer"),
            ("routine", "face-to-face-urgent", "urgent"),
            ("suspected-cancer", "face-to-face-urgent", "suspected-cancer"),
            ("suspected-cancer", "gp-manages", "suspected-cancer"),
            ("urgent", "gp-manages", "urgent"),
            ("routine", "direct-surgery", "routine"),
            ("routine", "reject", "routine"),
            ("routine", "", "routine"),
        ] {
            assert_eq!(raised(priority, disposition), expected, "{priority} {disposition}");
        }
    }

    #[test]
    fn an_urgent_one_climbs_every_working_day() {
        let expect = |now, there, rung, since: &str, due: &str| {
            assert_eq!(told(unread(true), there, now), (rung, since.into(), due.into()), "{now}");
        };
        let (began, first, second) = ("2026-03-02T09:00:00Z", "2026-03-03T22:59:59Z", "2026-03-04T22:59:59Z");
        expect(datetime!(2026-03-02 09:00 UTC), ALL, Rung::Practice, began, first);
        expect(datetime!(2026-03-03 22:59:59.999 UTC), ALL, Rung::Practice, began, first);
        expect(datetime!(2026-03-03 23:00 UTC), ALL, Rung::Deputy, "2026-03-03T23:00:00Z", second);
        expect(datetime!(2026-03-04 23:00 UTC), ALL, Rung::CallList, "2026-03-04T23:00:00Z", "2026-03-06T22:59:59Z");
        // Late on the last rung it stays there.
        expect(datetime!(2026-04-04 23:00 UTC), ALL, Rung::CallList, "2026-03-04T23:00:00Z", "2026-03-06T22:59:59Z");
        let alone = There { deputy: false, ..ALL };
        expect(datetime!(2026-03-03 23:00 UTC), alone, Rung::CallList, "2026-03-03T23:00:00Z", "2026-03-05T22:59:59Z");
        let nobody = There { practice: false, deputy: false };
        expect(datetime!(2026-03-02 09:00 UTC), nobody, Rung::CallList, began, first);
    }

    #[test]
    fn others_have_three_working_days_on_each_rung() {
        // Thursday; the third working day is Tuesday, and the third after it Friday.
        let waits = Waits { since: at(datetime!(2026-03-05 12:00 UTC)), ..unread(false) };
        assert_eq!(waits.first_due(&WorkingDays::default()).to_string(), "2026-03-10T22:59:59Z");
        assert_eq!(told(waits, ALL, datetime!(2026-03-11 08:00 UTC)).0, Rung::Deputy);
        assert_eq!(told(waits, ALL, datetime!(2026-03-11 08:00 UTC)).2, "2026-03-13T22:59:59Z");
        assert_eq!(told(waits, ALL, datetime!(2026-03-14 08:00 UTC)).0, Rung::CallList);
    }

    #[test]
    fn a_call_gives_the_practice_as_long_again_and_then_it_is_back() {
        let waits = Waits { phoned: Some(at(datetime!(2026-03-05 10:00 UTC))), ..unread(true) };
        assert_eq!(told(waits, ALL, datetime!(2026-03-05 10:00 UTC)).0, Rung::Practice);
        assert_eq!(told(waits, ALL, datetime!(2026-03-06 22:59 UTC)).2, "2026-03-06T22:59:59Z");
        let back = told(waits, ALL, datetime!(2026-03-06 23:00 UTC));
        assert_eq!((back.0, back.1.as_str()), (Rung::CallList, "2026-03-06T23:00:00Z"), "not to the deputy again");
        let nobody = There { practice: false, deputy: false };
        let kept = told(waits, nobody, datetime!(2026-03-05 11:00 UTC));
        assert_eq!((kept.0, kept.2.as_str()), (Rung::CallList, "2026-03-06T22:59:59Z"));
        // A call about an earlier answer is none about this one.
        let newer = Waits { since: at(datetime!(2026-03-05 11:00 UTC)), ..waits };
        assert_eq!(told(newer, ALL, datetime!(2026-03-05 12:00 UTC)).2, "2026-03-06T22:59:59Z");
        assert_eq!(told(newer, ALL, datetime!(2026-03-07 12:00 UTC)).0, Rung::Deputy);
    }

    /// Whatever comes and goes: the rung holds at `now`, its end lies behind its beginning, and time alone never takes it down.
    #[test]
    fn at_every_moment_it_is_somebody_s() {
        let days = WorkingDays::closed_on(&["2026-12-24".into()]).unwrap();
        let mut state = 99_u64;
        let mut roll = |below: u64| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) % below
        };
        let begins = at(datetime!(2026-01-01 00:00 UTC));
        for _ in 0..2_000 {
            let since = begins + Duration::minutes(roll(525_600) as i64);
            let phoned = (roll(3) == 0).then(|| since + Duration::hours(roll(400) as i64));
            let waits = Waits { since, phoned, hurries: roll(2) == 0 };
            let there = There { practice: roll(5) > 0, deputy: roll(2) == 0 };
            let mut before = None;
            for hours in 0..800 {
                let now = phoned.unwrap_or(since) + Duration::hours(hours);
                let climb = waits.climb(there, now, &days);
                assert!(climb.since <= now && climb.since < climb.due, "{waits:?} {now}: {climb:?}");
                assert!(climb.rung == Rung::CallList || now < climb.due + Duration::SECOND, "{now}: {climb:?}");
                assert!(before <= Some(climb.rung), "{waits:?} {now}");
                before = Some(climb.rung);
            }
            assert_eq!(before, Some(Rung::CallList), "it ends on somebody's list");
        }
    }
}
