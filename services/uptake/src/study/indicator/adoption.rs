//! I-02: the adoption curve, time from equipped to the first real referral, with practices that never used it censored.

use crate::study::calendar::Day;
use crate::study::estimator::survival::{Curve, End, Spell, cumulative_incidence, kaplan_meier, log_rank};
use crate::study::figure::{Figure, Flag, Interval, Line};
use crate::study::programme::Step;
use crate::study::view::View;

/// One practice on its way to first use.
#[derive(Clone, Debug, PartialEq)]
pub struct Way {
    /// Index of the practice.
    pub practice: usize,
    /// Days since it was equipped.
    pub days: i32,
    /// How it ended.
    pub end: End,
    /// Used before it was equipped: time 0.
    pub before: bool,
}

/// Every equipped practice's way; the event is its first case, censored at the cut, closure or withdrawal.
pub fn ways(view: &View<'_>) -> Vec<Way> {
    let way = |practice: usize| {
        let equipped = view.first_step(practice, Step::Equipped)?;
        let ended = view.ended(practice);
        let last: Day = ended.unwrap_or(view.window.until).max(equipped);
        let first = view.use_days(practice).first().copied().filter(|first| *first <= last);
        let (days, end) = match first {
            Some(first) => ((first - equipped).max(0), End::Event),
            None => (last - equipped, if ended.is_some() { End::Competing } else { End::Censored }),
        };
        Some(Way { practice, days, end, before: first.is_some_and(|first| first < equipped) })
    };
    view.counted().filter_map(way).collect()
}

/// The same as a spell of the survival curve.
pub fn spell(way: &Way) -> Spell {
    Spell { time: f64::from(way.days), event: way.end == End::Event }
}

/// `adopted` at every quarter of a year since equipped and at the end (1 − S with log-log limits), `median-days`,
/// `mean-days-without-use` within the first year, `with-closure-competing` (Aalen and Johansen) and, with two arms, `log-rank`.
pub fn adoption(view: &View<'_>) -> Vec<Line> {
    let ways = ways(view);
    let curve = kaplan_meier(&ways.iter().map(spell).collect::<Vec<_>>());
    let before = ways.iter().any(|way| way.before);
    let mut lines: Vec<Line> = (91..curve.longest as i32)
        .step_by(91)
        .map(f64::from)
        .chain([curve.longest])
        .map(|days| {
            Line::new(format!("day {days}"), "adopted", adopted(&curve, days).flagged(Flag::UsedBeforeEquipped, before))
        })
        .collect();
    let median = curve.median();
    let figure = Figure::of(median, ways.len() as f64, "Kaplan-Meier median, days")
        .within(super::limits(curve.quantile_limits(0.5)))
        .flagged(Flag::NotReached, median.is_none());
    lines.push(Line::new("all", "median-days", figure));
    let mean = (!ways.is_empty()).then(|| curve.restricted_mean(365.0));
    lines.push(Line::new(
        "all",
        "mean-days-without-use",
        Figure::of(mean, ways.len() as f64, "restricted mean, 365 days"),
    ));
    let ends: Vec<(f64, End)> = ways.iter().map(|way| (f64::from(way.days), way.end)).collect();
    let incidence = cumulative_incidence(&ends).last().map_or(0.0, |point| point.1);
    let incidence = Figure::of(Some(incidence), ways.len() as f64, "Aalen-Johansen");
    lines.push(Line::new("all", "with-closure-competing", incidence));
    lines.extend(arms(view, &ways));
    lines
}

fn adopted(curve: &Curve, days: f64) -> Figure {
    let step = curve.step_at(days);
    let events: usize = curve.steps.iter().filter(|step| step.time <= days).map(|step| step.events).sum();
    let limits = step.and_then(|step| step.interval).map(|found| Interval::new(1.0 - found.high, 1.0 - found.low));
    let value = (curve.spells > 0).then(|| 1.0 - curve.at(days));
    let figure = Figure::of(value, curve.spells as f64, "1 - Kaplan-Meier, log-log 95 %");
    Figure { numerator: events as f64, ..figure }.within(limits)
}

fn arms(view: &View<'_>, ways: &[Way]) -> Option<Line> {
    let arm = |way: &Way| view.practice(way.practice).arm.clone();
    let mut names: Vec<String> = ways.iter().filter_map(arm).collect();
    names.sort_unstable();
    names.dedup();
    let [one, other] = names.as_slice() else { return None };
    let of = |name: &String| ways.iter().filter(|way| arm(way).as_ref() == Some(name)).map(spell).collect::<Vec<_>>();
    let test = log_rank(&of(one), &of(other))?;
    Some(Line::new(format!("{one} | {other}"), "log-rank-p", Figure::of(Some(test.p), ways.len() as f64, "log-rank")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::study::indicator::sample::{figure, origin, whole};
    use crate::study::programme::{Practice, Programme, Window};

    #[test]
    fn the_origins_median_is_not_reached() {
        let (programme, window) = origin();
        let lines = adoption(&View::new(&programme, &window));
        let median = figure(&lines, "all", "median-days");
        assert_eq!((median.value, median.denominator), (None, 94.0));
        assert!(median.flags.contains(&Flag::NotReached));
        let last = lines.iter().rfind(|line| line.name == "adopted").unwrap();
        assert!((last.figure.numerator - 22.0).abs() < 1e-9 && last.figure.interval.is_some());
    }

    /// Section 9: a closure alters nothing before it.
    #[test]
    fn closing_alters_no_earlier_way() {
        let (mut programme, window) = origin();
        let early = Window { until: window.until - 200, ..window };
        let before = adoption(&View::new(&programme, &early));
        programme.practices.iter_mut().for_each(|practice| practice.closed = Some(early.until));
        assert_eq!(adoption(&View::new(&programme, &early)), before);
    }

    #[test]
    fn nobody_equipped_is_no_curve() {
        let programme = Programme { practices: vec![Practice::default()], ..Programme::default() };
        let lines = adoption(&View::new(&programme, &whole()));
        assert_eq!(figure(&lines, "all", "mean-days-without-use").value, None);
    }
}
