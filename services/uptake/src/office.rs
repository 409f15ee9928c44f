//! One practice's figures: use month by month, answer times, what it tried and gave up. Pure: facts go in.

use crate::indicator::{hours_between, quantile};
use crate::month::Window;
use crate::store::office::FactRow;
use kit::At;
use serde::Serialize;
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// Answer times of referrals, in clock hours from submission to the first answer.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = uptake::AnswerTimes)]
pub struct AnswerTimes {
    /// Answered referrals: what the quantiles are over.
    pub answered: i64,
    /// Sent, neither answered nor declined nor taken back.
    pub waiting: i64,
    /// Half of the answers came within so many hours.
    pub median_hours: Option<f64>,
    /// Nine of ten came within so many hours.
    pub p90_hours: Option<f64>,
}

/// What the office would have done without the service, and what it did after the answer: how many referrals.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = uptake::Outcome)]
pub struct Outcome {
    /// As the referral says it; empty when it says nothing.
    pub intention: String,
    /// As it was recorded last; empty while nothing is.
    pub close_out: String,
    /// Counted uses.
    pub referrals: i64,
}

/// What a practice did, over all time; training and what was entered in error are left out, but for `test_use`.
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
    /// Answers that were read: a referral counts once, and a refusal is none.
    pub answers_read: i64,
    /// Referrals that were begun.
    pub drafts_started: i64,
    /// Of them, discarded.
    pub drafts_abandoned: i64,
    /// Pictures that did not arrive.
    pub uploads_failed: i64,
    /// Required views that were left out with a reason, month by month.
    pub view_overrides: Vec<i64>,
    /// Counted uses by intention and what was done, most frequent first.
    pub outcomes: Vec<Outcome>,
    /// How fast the department answered.
    pub answers: AnswerTimes,
}

/// Counts a practice's facts; of a practice for tests nothing is counted as use.
pub fn doings(facts: &[FactRow], window: Window, test_practice: bool) -> Doings {
    let used = |fact: &&FactRow| fact.kind == "ReferralSubmitted" && fact.images >= 1;
    let counted = |fact: &&FactRow| !fact.test && !test_practice;
    let uses: Vec<&FactRow> = facts.iter().filter(used).filter(counted).collect();
    let of = |kind: &str| facts.iter().filter(counted).filter(|fact| fact.kind == kind).count() as i64;
    let sent = facts.iter().filter(counted).filter(|fact| fact.kind == "ReferralSubmitted");
    let hours: Vec<f64> = uses.iter().filter_map(|fact| hours_between(fact.occurred_at, fact.answered_at?)).collect();
    let ended = |fact: &FactRow| fact.answered_at.or(fact.withdrawn_at).or(fact.declined_at).is_some();
    let waiting = uses.iter().filter(|fact| !ended(fact)).count();
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
        view_overrides: sums(sent.map(|fact| (fact.occurred_at, fact.view_overrides)), window),
        outcomes: outcomes(&uses),
        answers: AnswerTimes {
            answered: hours.len() as i64,
            waiting: waiting as i64,
            median_hours: rounded(quantile(&hours, 0.5)),
            p90_hours: rounded(quantile(&hours, 0.9)),
        },
    }
}

fn by_month(instants: impl Iterator<Item = At>, window: Window) -> Vec<i64> {
    sums(instants.map(|at| (at, 1)), window)
}

fn sums(counts: impl Iterator<Item = (At, i64)>, window: Window) -> Vec<i64> {
    let mut months = vec![0; window.months().len()];
    for (at, count) in counts {
        if let Some(place) = window.place(at) {
            months[place] += count;
        }
    }
    months
}

fn outcomes(uses: &[&FactRow]) -> Vec<Outcome> {
    let mut counts: BTreeMap<(&str, &str), i64> = BTreeMap::new();
    for fact in uses {
        *counts.entry((&fact.intention, &fact.close_out)).or_default() += 1;
    }
    let outcome = |((intention, close_out), referrals): ((&str, &str), i64)| Outcome {
        intention: intention.to_owned(),
        close_out: close_out.to_owned(),
        referrals,
    };
    let mut outcomes: Vec<Outcome> = counts.into_iter().map(outcome).collect();
    // Stable: of equal counts in the order of the words.
    outcomes.sort_by_key(|outcome| std::cmp::Reverse(outcome.referrals));
    outcomes
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
            view_overrides: 1,
            intention: "refer".into(),
            close_out: String::new(),
            withdrawn_at: None,
            declined_at: None,
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
        facts[0].close_out = "followed".into();
        facts[3].withdrawn_at = Some(datetime!(2026-03-02 10:00 UTC).into());
        facts.push(FactRow { test: true, ..fact(sent, datetime!(2026-03-03 09:00 UTC), Some(1)) });
        facts.push(FactRow { images: 0, ..fact(sent, datetime!(2026-03-04 09:00 UTC), Some(1)) });
        facts.push(FactRow {
            images: 0,
            declined_at: Some(datetime!(2026-03-04 10:00 UTC).into()),
            ..fact(sent, datetime!(2026-03-04 09:00 UTC), None)
        });
        for kind in ["DraftStarted", "DraftAbandoned", "UploadFailed", "AnswerAcknowledged"] {
            facts.push(FactRow { test: true, ..fact(kind, datetime!(2026-03-04 09:00 UTC), None) });
        }
        let counted = doings(&facts, window, false);
        assert_eq!(
            (counted.uploads_failed, counted.answers_read, counted.view_overrides.as_slice()),
            (0, 0, &[1, 1, 4][..])
        );
        let outcome =
            |close_out: &str, referrals| Outcome { intention: "refer".into(), close_out: close_out.into(), referrals };
        assert_eq!(counted.outcomes, [outcome("", 3), outcome("followed", 1)]);
        assert_eq!((counted.referrals.as_slice(), counted.sign_ins.as_slice()), (&[1, 1, 2][..], &[0, 1, 0][..]));
        assert_eq!((counted.test_use, counted.images), (1, 8));
        assert_eq!((counted.drafts_started, counted.drafts_abandoned), (1, 1));
        let times = AnswerTimes { answered: 2, waiting: 1, median_hours: Some(20.0), p90_hours: Some(28.0) };
        assert_eq!(counted.answers, times);
        let test = doings(&facts, window, true);
        assert_eq!((test.referrals.iter().sum::<i64>(), test.test_use), (0, 5));
    }
}
