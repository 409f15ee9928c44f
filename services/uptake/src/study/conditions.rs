//! Conditions of use: whether interest, technology and need, each present, go with use, and where one lacks, do not.
//!
//! The hypothesis must not prove itself: a condition is measured before the window of the outcome and never from use. Crisp-set
//! qualitative comparative analysis (Ragin, Redesigning Social Inquiry 2008): consistency and coverage of necessity and
//! sufficiency over practices, the truth table of 2³ states, and the practices that contradict.

use super::calendar::Day;
use super::figure::Figure;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What the hypothesis asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Condition {
    /// A doctor who wants it.
    Interest,
    /// Equipment that works.
    Technology,
    /// A need with ground.
    Need,
}

impl Condition {
    /// All three, in the order of a state's bits.
    pub const ALL: [Self; 3] = [Self::Interest, Self::Technology, Self::Need];
}

/// Where a measurement is from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Source {
    /// Said by the practice at set-up.
    Stated,
    /// Training attended.
    Training,
    /// The register of equipment.
    Register,
    /// A test picture per device.
    TestPicture,
    /// Kilometres to the specialist.
    Distance,
    /// Waiting time.
    WaitingTime,
    /// Rate of ordinary referrals.
    OrdinaryRate,
    /// A rating, where data are lacking; with rater and evidence.
    Rating,
    /// Use of the service. Refused.
    Use,
}

/// One measurement of one condition at one practice.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Measurement {
    /// The practice's code.
    pub practice: String,
    /// Of what.
    pub condition: Condition,
    /// Present or not.
    pub present: bool,
    /// When it was measured.
    pub on: Day,
    /// From what.
    pub source: Source,
    /// Pseudonym of who rated; asked of ratings.
    pub rater: Option<String>,
    /// Where the evidence is; asked of ratings.
    pub evidence: Option<String>,
}

/// Why a measurement is not used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Refusal {
    /// Measured on or after the first day of the outcome's window.
    TooLate,
    /// Read from use itself.
    FromUse,
    /// A rating without rater or evidence.
    Unfounded,
}

/// Which outcome a practice had in the window.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outcome {
    /// The practice's code.
    pub practice: String,
    /// It had it.
    pub had: bool,
}

/// A practice with all three conditions known.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Case {
    /// Its code.
    pub practice: String,
    /// Interest, technology, need.
    pub present: [bool; 3],
    /// The outcome.
    pub had: bool,
}

/// One of the eight states.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct State {
    /// Interest, technology, need.
    pub present: [bool; 3],
    /// Practices in it.
    pub practices: usize,
    /// Of them, with the outcome.
    pub with_outcome: usize,
    /// Share with the outcome: the consistency of the state's sufficiency. None of an empty state, a logical remainder.
    pub consistency: Option<f64>,
    /// Some with and some without.
    pub contradictory: bool,
}

/// A condition, or all three together, against the outcome.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Relation {
    /// `interest`, `technology`, `need` or `all three`.
    pub of: &'static str,
    /// |X ∩ Y| / |Y|: whoever has the outcome has the condition.
    pub necessity_consistency: Figure,
    /// |X ∩ Y| / |X|: how far from trivial that is.
    pub necessity_coverage: Figure,
    /// |X ∩ Y| / |X|: whoever has the condition has the outcome.
    pub sufficiency_consistency: Figure,
    /// |X ∩ Y| / |Y|: how much of the outcome it explains.
    pub sufficiency_coverage: Figure,
}

/// A practice that the hypothesis does not expect.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Contradiction {
    /// Its code.
    pub practice: String,
    /// The outcome; without it all three were present.
    pub had: bool,
    /// What lacked though the outcome came.
    pub lacking: Vec<Condition>,
}

/// The whole analysis.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Analysis {
    /// Eight states, none present first, all present last.
    pub table: Vec<State>,
    /// Three conditions and all together.
    pub relations: Vec<Relation>,
    /// Practices that contradict, by code.
    pub contradictions: Vec<Contradiction>,
    /// Practices without all three known, by code, with what is not known.
    pub incomplete: Vec<(String, Vec<Condition>)>,
    /// Measurements that were not used, in the order given.
    pub refused: Vec<(Measurement, Refusal)>,
}

/// Analyses an outcome in a window that begins on a day. Of several measurements of a condition the latest counts, of one day the
/// last given.
pub fn analyse(measurements: &[Measurement], outcomes: &[Outcome], from: Day) -> Analysis {
    let mut refused = Vec::new();
    let mut known: BTreeMap<(&str, Condition), &Measurement> = BTreeMap::new();
    for one in measurements {
        if let Some(why) = refusal(one, from) {
            refused.push((one.clone(), why));
            continue;
        }
        let key = (one.practice.as_str(), one.condition);
        if known.get(&key).is_none_or(|earlier| earlier.on <= one.on) {
            known.insert(key, one);
        }
    }
    let (mut cases, mut incomplete) = (Vec::new(), Vec::new());
    for outcome in outcomes {
        let of = |condition| known.get(&(outcome.practice.as_str(), condition)).map(|one| one.present);
        if let [Some(interest), Some(technology), Some(need)] = Condition::ALL.map(of) {
            let present = [interest, technology, need];
            cases.push(Case { practice: outcome.practice.clone(), present, had: outcome.had });
        } else {
            let missing = Condition::ALL.into_iter().filter(|condition| of(*condition).is_none()).collect();
            incomplete.push((outcome.practice.clone(), missing));
        }
    }
    cases.sort_by(|a, b| a.practice.cmp(&b.practice));
    incomplete.sort();
    Analysis {
        table: truth_table(&cases),
        relations: relations(&cases),
        contradictions: contradictions(&cases),
        incomplete,
        refused,
    }
}

fn refusal(one: &Measurement, from: Day) -> Option<Refusal> {
    match one.source {
        Source::Use => Some(Refusal::FromUse),
        _ if one.on >= from => Some(Refusal::TooLate),
        Source::Rating if one.rater.is_none() || one.evidence.is_none() => Some(Refusal::Unfounded),
        _ => None,
    }
}

/// The eight states.
pub fn truth_table(cases: &[Case]) -> Vec<State> {
    let state = |bits: usize| {
        let present = [bits & 4 > 0, bits & 2 > 0, bits & 1 > 0];
        let of = cases.iter().filter(|case| case.present == present);
        let (practices, with_outcome) = (of.clone().count(), of.filter(|case| case.had).count());
        State {
            present,
            practices,
            with_outcome,
            consistency: (practices > 0).then(|| with_outcome as f64 / practices as f64),
            contradictory: with_outcome > 0 && with_outcome < practices,
        }
    };
    (0..8).map(state).collect()
}

/// Necessity and sufficiency of each condition and of all three.
pub fn relations(cases: &[Case]) -> Vec<Relation> {
    let relation = |of: &'static str, holds: &dyn Fn(&Case) -> bool| {
        let count = |test: &dyn Fn(&&Case) -> bool| cases.iter().filter(test).count() as f64;
        let both = count(&|case| holds(case) && case.had);
        let (with, had) = (count(&|case| holds(case)), count(&|case| case.had));
        let of_outcome = || Figure::ratio(both, had, "crisp-set QCA");
        let of_condition = || Figure::ratio(both, with, "crisp-set QCA");
        Relation {
            of,
            necessity_consistency: of_outcome(),
            necessity_coverage: of_condition(),
            sufficiency_consistency: of_condition(),
            sufficiency_coverage: of_outcome(),
        }
    };
    vec![
        relation("interest", &|case| case.present[0]),
        relation("technology", &|case| case.present[1]),
        relation("need", &|case| case.present[2]),
        relation("all three", &|case| case.present == [true; 3]),
    ]
}

/// Who had the outcome though something lacked, or had it not though nothing did.
pub fn contradictions(cases: &[Case]) -> Vec<Contradiction> {
    let lacking = |case: &Case| {
        Condition::ALL
            .into_iter()
            .zip(case.present)
            .filter(|(_, present)| !present)
            .map(|(one, _)| one)
            .collect::<Vec<_>>()
    };
    let of = |case: &Case| Contradiction { practice: case.practice.clone(), had: case.had, lacking: lacking(case) };
    cases.iter().filter(|case| case.had != (case.present == [true; 3])).map(of).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::study::testing::prints;

    fn case(number: usize, present: [bool; 3], had: bool) -> Case {
        Case { practice: format!("N{number}"), present, had }
    }

    /// By hand: of six with all three, five used it; of two without need, one did; four others did not.
    fn cases() -> Vec<Case> {
        let mut cases: Vec<Case> = (0..6).map(|number| case(number, [true; 3], number > 0)).collect();
        cases.push(case(6, [true, true, false], true));
        cases.push(case(7, [true, true, false], false));
        cases.extend((8..12).map(|number| case(number, [false, true, true], false)));
        cases
    }

    #[test]
    fn a_truth_table() {
        let table = truth_table(&cases());
        assert_eq!((table[7].practices, table[7].with_outcome, table[7].contradictory), (6, 5, true));
        assert_eq!((table[6].practices, table[6].with_outcome, table[6].contradictory), (2, 1, true));
        assert_eq!((table[3].practices, table[3].contradictory), (4, false));
        assert_eq!((table[0].practices, table[0].consistency), (0, None));
        assert_eq!(table.iter().map(|state| state.practices).sum::<usize>(), 12);
    }

    #[test]
    fn necessity_and_sufficiency() {
        let relations = relations(&cases());
        let [interest, technology, need, all] = relations.as_slice() else { panic!("four") };
        prints(interest.necessity_consistency.value.unwrap(), "1");
        prints(interest.necessity_coverage.value.unwrap(), "0.75");
        prints(technology.necessity_coverage.value.unwrap(), "0.5");
        prints(need.necessity_consistency.value.unwrap(), "0.8333");
        prints(need.sufficiency_consistency.value.unwrap(), "0.5");
        prints(all.sufficiency_consistency.value.unwrap(), "0.8333");
        prints(all.sufficiency_coverage.value.unwrap(), "0.8333");
        assert_eq!(super::relations(&[])[0].necessity_consistency.value, None);
    }

    #[test]
    fn contradictions_are_named() {
        let found = contradictions(&cases());
        let names: Vec<&str> = found.iter().map(|one| one.practice.as_str()).collect();
        assert_eq!(names, ["N0", "N6"]);
        assert_eq!((found[0].lacking.len(), found[1].lacking.as_slice()), (0, &[Condition::Need][..]));
    }

    #[test]
    fn the_hypothesis_cannot_prove_itself() {
        let one = |practice: &str, condition, on, source| Measurement {
            practice: practice.into(),
            condition,
            present: true,
            on,
            source,
            rater: None,
            evidence: None,
        };
        let mut measurements = vec![
            one("A", Condition::Interest, 10, Source::Stated),
            one("A", Condition::Technology, 10, Source::TestPicture),
            one("A", Condition::Need, 10, Source::Distance),
            one("B", Condition::Interest, 99, Source::Use),
            one("B", Condition::Technology, 100, Source::Register),
            one("B", Condition::Need, 10, Source::Rating),
        ];
        measurements.push(Measurement { present: false, on: 20, ..measurements[0].clone() });
        let outcomes = ["A", "B"].map(|practice| Outcome { practice: practice.into(), had: true });
        let found = analyse(&measurements, &outcomes, 100);
        let why: Vec<Refusal> = found.refused.iter().map(|one| one.1).collect();
        assert_eq!(why, [Refusal::FromUse, Refusal::TooLate, Refusal::Unfounded]);
        assert_eq!(found.incomplete, [("B".to_owned(), Condition::ALL.to_vec())]);
        assert_eq!(found.table[3].practices, 1, "the later measurement counts");
        assert_eq!(found.contradictions[0].lacking, [Condition::Interest]);
    }
}
