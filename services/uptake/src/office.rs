//! One practice's figures: use month by month, answer times, what it tried and gave up. Pure: facts go in.

use crate::indicator::{hours_between, quantile};
use crate::month::Window;
use crate::store::office::FactRow;
use kit::At;
use serde::Serialize;
use utoipa::ToSchema;

/// Answer times of referrals, in clock hours from submission to the first answer.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = uptake::AnswerTimes)]
pub struct AnswerTimes {
    /// Answered referrals: what the quantiles are over.
    pub answered: i64,
    /// Sent, neither answered nor taken back.
    pub waiting: i64,
    /// Half of the answers came within so many hours.
    pub median_hours: Option<f64>,
    /// Nine of ten came within so many hours.
    pub p90_hours: Option<f64>,
}

/// What a practice did, over all time.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = uptake::Doings)]
pub struct Doings {
    /// Counted uses month by month, as `months` of the page.
    pub referrals: Vec<i64>,
    /// Sign-ins month by month.
    pub sign_ins: Vec<i64>,
    /// Referrals for training or tests: shown, never counted.
    pub test_use: i64,
    /// Pictures of counted uses.
    pub images: i64,
    /// Answers that were read.
    pub answers_read: i64,
    /// Referrals that were begun.
    pub drafts_started: i64,
    /// Of them, discarded.
    pub drafts_abandoned: i64,
    /// Pictures that did not arrive.
    pub uploads_failed: i64,
    /// How fast the department answered.
    pub answers: AnswerTimes,
}

/// Counts a practice's facts; of a practice for tests nothing is counted as use.
pub fn doings(facts: &[FactRow], window: Window, test_practice: bool) -> Doings {
    let used = |fact: &&FactRow| fact.kind == "ReferralSubmitted" && fact.images >= 1;
    let counted = |fact: &&FactRow| !fact.test && !test_practice;
    let uses: Vec<&FactRow> = facts.iter().filter(used).filter(counted).collect();
    let of = |kind: &str| facts.iter().filter(|fact| fact.kind == kind).count() as i64;
    let hours: Vec<f64> = uses.iter().filter_map(|fact| hours_between(fact.occurred_at, fact.answered_at?)).collect();
    let waiting = uses.iter().filter(|fact| fact.answered_at.is_none() && fact.withdrawn_at.is_none()).count();
    let rounded = |hours: Option<f64>| hours.map(|hours| (hours * 100.0).round() / 100.0);
    Doings {
        referrals: by_month(uses.iter().map(|fact| fact.occurred_at), window),
        sign_ins: by_month(facts.iter().filter(|fact| fact.kind == "SignedIn").map(|fact| fact.occurred_at), window),
        test_use: (facts.iter().filter(used).count() - uses.len()) as i64,
        images: uses.iter().map(|fact| fact.images).sum(),
        answers_read: of("AnswerAcknowledged"),
        drafts_started: of("DraftStarted"),
        drafts_abandoned: of("DraftAbandoned"),
        uploads_failed: of("UploadFailed"),
        answers: AnswerTimes {
            answered: hours.len() as i64,
            waiting: waiting as i64,
            median_hours: rounded(quantile(&hours, 0.5)),
            p90_hours: rounded(quantile(&hours, 0.9)),
        },
    }
}

fn by_month(instants: impl Iterator<Item = At>, window: Window) -> Vec<i64> {
    let mut months = vec![0; window.months().len()];
    for place in instants.filter_map(|at| window.place(at)) {
        months[place] += 1;
    }
    months
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::month::Month;
    use time::macros::datetime;
    use time::{Duration, OffsetDateTime};

    fn fact(kind: &str, at: OffsetDateTime, answered: Option<i64>) -> FactRow {
        FactRow {
            kind: kind.into(),
            specialty: "ent".into(),
            occurred_at: at.into(),
            effective_at: None,
            actor_role: "gp-staff".into(),
            images: 2,
            test: false,
            about: String::new(),
            people: 0,
            thing: None,
            answered_at: answered.map(|hours| (at + Duration::hours(hours)).into()),
            withdrawn_at: None,
        }
    }

    #[test]
    fn doings_are_counted_by_month_and_answers_timed() {
        let window = Window { from: Month::parse("2026-01").unwrap(), to: Month::parse("2026-03").unwrap() };
        let sent = "ReferralSubmitted";
        let mut facts = vec![
            fact(sent, datetime!(2026-01-20 09:00 UTC), Some(10)),
            // February in Oslo.
            fact(sent, datetime!(2026-01-31 23:30 UTC), Some(30)),
            fact(sent, datetime!(2026-03-01 09:00 UTC), None),
            fact(sent, datetime!(2026-03-02 09:00 UTC), None),
            fact("DraftStarted", datetime!(2026-03-02 09:00 UTC), None),
            fact("DraftAbandoned", datetime!(2026-03-02 09:05 UTC), None),
            fact("SignedIn", datetime!(2026-02-02 09:00 UTC), None),
        ];
        facts[3].withdrawn_at = Some(datetime!(2026-03-02 10:00 UTC).into());
        facts.push(FactRow { test: true, ..fact(sent, datetime!(2026-03-03 09:00 UTC), Some(1)) });
        facts.push(FactRow { images: 0, ..fact(sent, datetime!(2026-03-04 09:00 UTC), Some(1)) });
        let counted = doings(&facts, window, false);
        assert_eq!((counted.referrals.as_slice(), counted.sign_ins.as_slice()), (&[1, 1, 2][..], &[0, 1, 0][..]));
        assert_eq!((counted.test_use, counted.images), (1, 8));
        assert_eq!((counted.drafts_started, counted.drafts_abandoned), (1, 1));
        let times = AnswerTimes { answered: 2, waiting: 1, median_hours: Some(20.0), p90_hours: Some(28.0) };
        assert_eq!(counted.answers, times);
        let test = doings(&facts, window, true);
        assert_eq!((test.referrals.iter().sum::<i64>(), test.test_use), (0, 5));
    }
}
