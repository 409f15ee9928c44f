//! I-01: the funnel from offered to sustained, nested by definition, so that it never widens.

use super::activity::{Rule, sustained};
use crate::study::calendar::Day;
use crate::study::estimator::proportion;
use crate::study::estimator::survival::{Spell, kaplan_meier};
use crate::study::figure::{Figure, Flag, Line};
use crate::study::programme::Step;
use crate::study::view::View;

/// Steps in order.
const STEPS: [&str; 6] = ["offered", "equipped", "trained", "first-use", "active", "sustained"];

/// One practice's day of each step, as recorded, and whether it passed it: whoever passed a later step passed this one.
struct Passage {
    recorded: [Option<Day>; 6],
    passed: [bool; 6],
}

impl Passage {
    fn of(view: &View<'_>, practice: usize) -> Self {
        let uses = view.use_days(practice);
        let step = |step| view.first_step(practice, step);
        let live = step(Step::Equipped).or(uses.first().copied());
        let (active, sustained) = sustained(uses, live, view.ended(practice), view.window.until, Rule::default());
        let recorded =
            [step(Step::Offered), step(Step::Equipped), step(Step::Trained), uses.first().copied(), active, sustained];
        let mut passed = [false; 6];
        let mut later = false;
        for place in (0..6).rev() {
            later |= recorded[place].is_some();
            passed[place] = later;
        }
        Self { recorded, passed }
    }

    /// A step recorded after a later one, or not at all though a later one was passed.
    fn out_of_order(&self) -> bool {
        (0..6).any(|place| {
            let next = self.recorded[place + 1..].iter().flatten().min();
            self.passed[place] && self.recorded[place].is_none_or(|day| next.is_some_and(|next| *next < day))
        })
    }
}

/// Per step: `of-first` and `of-previous` with Wilson's interval, and `median-days` since the step before by Kaplan and Meier
/// over everyone who passed that one. The line `anomalies` counts practices whose steps are not recorded in order.
pub fn steps(view: &View<'_>) -> Vec<Line> {
    let passages: Vec<Passage> = view.counted().map(|place| Passage::of(view, place)).collect();
    let count = |step: usize| passages.iter().filter(|passage| passage.passed[step]).count() as u64;
    let anomalies = passages.iter().filter(|passage| passage.passed[0] && passage.out_of_order()).count();
    let mut lines = Vec::new();
    for (step, name) in STEPS.iter().enumerate() {
        let previous = step.saturating_sub(1);
        lines.push(Line::new(*name, "of-first", proportion::share(count(step), count(0))));
        lines.push(Line::new(*name, "of-previous", proportion::share(count(step), count(previous))));
        if step > 0 {
            lines.push(Line::new(*name, "median-days", waiting(&passages, step, view.window.until)));
        }
    }
    let anomalies = Figure::ratio(anomalies as f64, count(0) as f64, "count over practices");
    let some = anomalies.numerator > 0.0;
    lines.push(Line::new("anomalies", "of-first", anomalies.flagged(Flag::OutOfOrder, some)));
    lines
}

fn waiting(passages: &[Passage], step: usize, until: Day) -> Figure {
    let spell = |passage: &Passage| {
        let from = passage.recorded[step - 1]?;
        Some(match passage.recorded[step] {
            Some(on) => Spell::event(f64::from((on - from).max(0))),
            None => Spell::censored(f64::from(until - from)),
        })
    };
    let spells: Vec<Spell> = passages.iter().filter_map(spell).collect();
    let curve = kaplan_meier(&spells);
    let median = curve.median();
    let limits = crate::study::indicator::limits(curve.quantile_limits(0.5));
    Figure::of(median, spells.len() as f64, "Kaplan-Meier median, days")
        .within(limits)
        .flagged(Flag::NotReached, median.is_none())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::study::indicator::sample::{figure, origin, random, whole};
    use crate::study::testing::prints;

    /// I-01 from a register: 94 equipped, 22 that used it.
    #[test]
    fn the_origin() {
        let (programme, window) = origin();
        let lines = steps(&View::new(&programme, &window));
        let used = figure(&lines, "first-use", "of-first");
        assert_eq!((used.numerator, used.denominator), (22.0, 94.0));
        prints(used.value.unwrap(), "0.23404");
        let limits = used.interval.unwrap();
        prints(limits.low, "0.15994");
        prints(limits.high, "0.32903");
        assert!(figure(&lines, "first-use", "median-days").flags.contains(&Flag::NotReached));
    }

    /// Section 9: counts never rise, in 1,000 random programmes.
    #[test]
    fn a_funnel_never_widens() {
        for seed in 0..1_000 {
            let programme = random(seed, 12);
            let lines = steps(&View::new(&programme, &whole()));
            let counts: Vec<f64> = STEPS.iter().map(|step| figure(&lines, step, "of-first").numerator).collect();
            assert!(counts.windows(2).all(|pair| pair[1] <= pair[0]), "{seed}: {counts:?}");
        }
    }
}
