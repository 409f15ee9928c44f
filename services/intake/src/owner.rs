//! Whose an open case is, and until when: exactly one owner and one date at every moment. Rules without I/O.
//!
//! A case is the department's until it is answered, then the practice's until somebody has read the answer; a question makes it
//! the practice's until the reply. What waits for a practice climbs ([`kit::climb`]); what is late at the department is its
//! coordinator's. A draft is nobody's case yet. An answer that crossed a withdrawal is a case until it is read.

use crate::referral::State;
use crate::vocabulary::Priority;
use kit::At;
use kit::climb::{Rung, There, Waits, hurries};
use kit::working_days::WorkingDays;
use serde::Serialize;

/// Who has an open case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Owner {
    /// The practice: whoever of it looks first.
    Practice,
    /// The person whom the practice chose for when it does not look.
    Deputy,
    /// The department that it was sent to; its coordinator when it is late.
    Department,
    /// Whoever telephones for the department.
    CallList,
}

/// Whose an open case is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Chair {
    /// Who.
    pub owner: Owner,
    /// Since when.
    pub since: At,
    /// Until when; a last owner keeps it, late.
    pub due: At,
    /// How far it has climbed: 0 its first owner, 1 the deputy or a late department's coordinator, 2 the call list.
    pub level: u8,
}

/// What tells whose it is.
#[derive(Clone, Copy, Debug, sqlx::FromRow)]
pub struct Case {
    /// Where it stands.
    pub state: State,
    /// How soon an answer is needed.
    pub priority: Option<Priority>,
    /// When it was sent.
    pub submitted_at: Option<At>,
    /// When an answer is due.
    pub due_at: Option<At>,
    /// When the oldest open question was asked; one that an answer came after is open no more.
    pub asked_at: Option<At>,
    /// When the newest reply went out.
    pub supplied_at: Option<At>,
    /// When the newest answer was given.
    pub answered_at: Option<At>,
    /// When it was read.
    pub acknowledged_at: Option<At>,
    /// How urgent the newest answer made it; none: as the referral is.
    pub answer_priority: Option<Priority>,
    /// When the department last telephoned about it.
    pub phoned_at: Option<At>,
}

impl Case {
    /// What waits for the practice, if anything does.
    fn waits(&self) -> Option<Waits> {
        if self.state == State::EnteredInError {
            return None;
        }
        let unread = self.answered_at.filter(|_| self.acknowledged_at.is_none());
        let asked = (self.state == State::AwaitingInformation).then_some(self.asked_at.or(self.submitted_at)).flatten();
        // What an answer recommends hurries that answer; a question is as urgent as its referral.
        let priority = unread.and(self.answer_priority).or(self.priority);
        let hurries = priority.is_some_and(|priority| hurries(priority.as_str()));
        unread.or(asked).map(|since| Waits { since, phoned: self.phoned_at, hurries })
    }

    /// Whose it is now; `None` for what is no open case.
    pub fn chair(&self, there: There, now: At, days: &WorkingDays) -> Option<Chair> {
        if let Some(waits) = self.waits() {
            let climb = waits.climb(there, now, days);
            let (owner, level) = match climb.rung {
                Rung::Practice => (Owner::Practice, 0),
                Rung::Deputy => (Owner::Deputy, 1),
                Rung::CallList => (Owner::CallList, 2),
            };
            return Some(Chair { owner, since: climb.since, due: climb.due, level });
        }
        if !matches!(self.state, State::Submitted | State::InReview) {
            return None;
        }
        let sent = self.submitted_at?;
        let (since, due) = (self.supplied_at.unwrap_or(sent), self.due_at.unwrap_or(sent));
        Some(Chair { owner: Owner::Department, since, due, level: u8::from(now > due) })
    }

    /// The date of its first owner, by which lists are sorted: what is longest overdue comes first.
    pub fn first_due(&self, days: &WorkingDays) -> Option<At> {
        let waits = self.waits().map(|waits| waits.first_due(days));
        waits.or_else(|| self.chair(EVERYBODY, self.submitted_at?, days).map(|chair| chair.due))
    }
}

const EVERYBODY: There = There { practice: true, deputy: true };

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::datetime;

    fn sent() -> Case {
        Case {
            state: State::Submitted,
            priority: Some(Priority::Urgent),
            submitted_at: Some(datetime!(2026-03-02 08:00 UTC).into()),
            due_at: Some(datetime!(2026-03-05 22:59:59 UTC).into()),
            asked_at: None,
            supplied_at: None,
            answered_at: None,
            acknowledged_at: None,
            answer_priority: None,
            phoned_at: None,
        }
    }

    fn whose(case: Case, now: time::OffsetDateTime) -> Option<(Owner, u8, String)> {
        let chair = case.chair(EVERYBODY, now.into(), &WorkingDays::default());
        chair.map(|chair| (chair.owner, chair.level, chair.due.to_string()))
    }

    #[test]
    fn the_department_s_until_it_is_answered_and_its_coordinator_s_when_late() {
        let due = || "2026-03-05T22:59:59Z".to_owned();
        assert_eq!(whose(sent(), datetime!(2026-03-05 22:59:59 UTC)), Some((Owner::Department, 0, due())));
        assert_eq!(whose(sent(), datetime!(2026-03-05 23:00 UTC)), Some((Owner::Department, 1, due())));
    }

    #[test]
    fn an_open_question_is_the_practice_s_and_climbs() {
        let asked = Case {
            state: State::AwaitingInformation,
            asked_at: Some(datetime!(2026-03-03 10:00 UTC).into()),
            ..sent()
        };
        let told = |now| whose(asked, now).map(|(owner, level, _)| (owner, level));
        assert_eq!(told(datetime!(2026-03-03 10:00 UTC)), Some((Owner::Practice, 0)));
        assert_eq!(told(datetime!(2026-03-04 23:00 UTC)), Some((Owner::Deputy, 1)));
        assert_eq!(told(datetime!(2026-03-05 23:00 UTC)), Some((Owner::CallList, 2)));
        let replied = Case { supplied_at: asked.asked_at, asked_at: None, ..sent() };
        assert_eq!(
            replied.chair(EVERYBODY, asked.asked_at.unwrap(), &WorkingDays::default()).unwrap().since,
            asked.asked_at.unwrap()
        );
    }

    #[test]
    fn an_unread_answer_is_a_case_also_after_a_withdrawal_and_when_it_is_amended() {
        let read = Some(datetime!(2026-03-03 11:00 UTC).into());
        for state in [State::Answered, State::Withdrawn] {
            let answered = Case { state, answered_at: Some(datetime!(2026-03-03 10:00 UTC).into()), ..sent() };
            assert_eq!(whose(answered, datetime!(2026-03-03 12:00 UTC)).map(|told| told.0), Some(Owner::Practice));
            let acknowledged = Case { acknowledged_at: read, ..answered };
            assert_eq!(whose(acknowledged, datetime!(2026-03-03 12:00 UTC)), None);
        }
        for state in [State::Draft, State::Withdrawn, State::Acknowledged] {
            assert_eq!(whose(Case { state, ..sent() }, datetime!(2026-03-03 12:00 UTC)), None, "{state:?}");
        }
    }

    #[test]
    fn what_an_answer_recommends_hurries_it_and_no_question() {
        let routine =
            Case { priority: Some(Priority::Routine), answer_priority: Some(Priority::SuspectedCancer), ..sent() };
        let since = Some(datetime!(2026-03-03 10:00 UTC).into());
        let answered = Case { state: State::Answered, answered_at: since, ..routine };
        let asked = Case { state: State::AwaitingInformation, asked_at: since, ..routine };
        let rung = |case: Case, now| whose(case, now).map(|(owner, ..)| owner);
        assert_eq!(rung(answered, datetime!(2026-03-04 23:00 UTC)), Some(Owner::Deputy));
        assert_eq!(rung(asked, datetime!(2026-03-04 23:00 UTC)), Some(Owner::Practice));
        let plain = Case { answer_priority: None, ..answered };
        assert_eq!(rung(plain, datetime!(2026-03-04 23:00 UTC)), Some(Owner::Practice));
    }

    #[test]
    fn lists_are_sorted_by_the_first_owner_s_date() {
        let days = WorkingDays::default();
        assert_eq!(sent().first_due(&days), sent().due_at);
        let answered = Case { state: State::Answered, answered_at: sent().submitted_at, ..sent() };
        assert_eq!(answered.first_due(&days).map(|due| due.to_string()).as_deref(), Some("2026-03-03T22:59:59Z"));
        let phoned = Case { phoned_at: Some(datetime!(2026-03-09 08:00 UTC).into()), ..answered };
        assert_eq!(phoned.first_due(&days).map(|due| due.to_string()).as_deref(), Some("2026-03-10T22:59:59Z"));
        assert_eq!(Case { state: State::Draft, submitted_at: None, ..sent() }.first_due(&days), None);
    }
}
