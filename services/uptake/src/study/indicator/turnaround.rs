//! I-13: how long a case waits, with open and withdrawn cases censored.

use crate::study::calendar::working_hours;
use crate::study::estimator::proportion::share;
use crate::study::estimator::survival::{Curve, Spell, kaplan_meier};
use crate::study::figure::{Figure, Flag, Interval, Line};
use crate::study::programme::Case;
use crate::study::view::View;

/// Nothing is published under so many cases.
pub const ENOUGH: usize = 10;

/// A case's wait for something; `None` when it came before the case was sent, a fault of the data.
fn wait(case: &Case, until: Option<f64>, cut: f64, clock: fn(f64, f64) -> f64) -> Option<Spell> {
    let cancelled = case.cancelled.filter(|at| *at < cut);
    match until.filter(|at| *at < cut) {
        Some(at) if at < case.submitted => None,
        Some(at) if cancelled.is_none_or(|cancelled| at <= cancelled) => Some(Spell::event(clock(case.submitted, at))),
        _ => Some(Spell::censored(clock(case.submitted, cancelled.unwrap_or(cut).max(case.submitted)))),
    }
}

fn clock_hours(from: f64, until: f64) -> f64 {
    until - from
}

/// Answered before it was sent or taken.
fn faults(case: &Case) -> bool {
    let early = case.answered.is_some_and(|at| at < case.submitted);
    early || case.allocated.zip(case.answered).is_some_and(|(taken, answered)| answered < taken)
}

/// Hours on the clock until the first answer, of the window's cases without a fault.
pub fn answers(view: &View<'_>) -> Vec<Spell> {
    let cut = f64::from(view.window.until) * 24.0;
    let sound = view.uses_within().filter(|case| !faults(case));
    sound.filter_map(|case| wait(case, case.answered, cut, clock_hours)).collect()
}

/// Kaplan and Meier's p50, p75 and p90 of hours to the first answer (clock and working hours) and to allocation; `within-24h`,
/// `within-3d` and `within-7d` (1 − S with log-log limits); `unanswered` and `asked-for-more` shares. Under ten cases nothing is
/// given, and the longest wait never.
pub fn turnaround(view: &View<'_>) -> Vec<Line> {
    let cut = f64::from(view.window.until) * 24.0;
    let (faulty, sound): (Vec<&Case>, Vec<&Case>) = view.uses_within().partition(|case| faults(case));
    let faulty = faulty.len();
    let curve = |until: fn(&Case) -> Option<f64>, clock| {
        let spells: Vec<Spell> = sound.iter().filter_map(|case| wait(case, until(case), cut, clock)).collect();
        (kaplan_meier(&spells), spells.iter().any(|spell| !spell.event))
    };
    let mut lines = Vec::new();
    let (answers, open) = curve(|case| case.answered, clock_hours);
    lines.extend(quantiles("answer-hours", &answers, open));
    let (office, open_office) = curve(|case| case.answered, working_hours);
    lines.extend(quantiles("answer-working-hours", &office, open_office));
    let (taken, open_taken) = curve(|case| case.allocated, clock_hours);
    lines.extend(quantiles("allocation-hours", &taken, open_taken));
    for (name, hours) in [("within-24h", 24.0), ("within-3d", 72.0), ("within-7d", 168.0)] {
        lines.push(Line::new("all", name, within(&answers, hours).flagged(Flag::OpenCases, open)));
    }
    let all = sound.len() as u64;
    let unanswered = sound.iter().filter(|case| case.answered.is_none_or(|at| at >= cut)).count() as u64;
    let asked = sound.iter().filter(|case| case.questions > 0).count() as u64;
    lines.push(Line::new("all", "unanswered", share(unanswered, all)));
    lines.push(Line::new("all", "asked-for-more", share(asked, all)));
    let errors = share(faulty as u64, all + faulty as u64);
    lines.push(Line::new("all", "clock-errors", errors.flagged(Flag::ClockError, faulty > 0)));
    lines
}

fn quantiles(name: &'static str, curve: &Curve, open: bool) -> Vec<Line> {
    let few = curve.spells < ENOUGH;
    let line = |(group, part): (&str, f64)| {
        let value = if few { None } else { curve.quantile(part) };
        let limits = if few { None } else { super::limits(curve.quantile_limits(part)) };
        let figure = Figure::of(value, curve.spells as f64, "Kaplan-Meier percentile, hours")
            .within(limits)
            .flagged(Flag::TooFew, few)
            .flagged(Flag::NotReached, !few && value.is_none())
            .flagged(Flag::OpenCases, open);
        Line::new(group, name, figure)
    };
    [("p50", 0.5), ("p75", 0.75), ("p90", 0.9)].into_iter().map(line).collect()
}

fn within(curve: &Curve, hours: f64) -> Figure {
    let few = curve.spells < ENOUGH;
    let limits = curve.step_at(hours).and_then(|step| step.interval);
    let limits = limits.filter(|_| !few).map(|found| Interval::new(1.0 - found.high, 1.0 - found.low));
    let value = (!few).then(|| 1.0 - curve.at(hours));
    Figure::of(value, curve.spells as f64, "1 - Kaplan-Meier, log-log 95 %").within(limits).flagged(Flag::TooFew, few)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::study::indicator::sample::{case, figure, origin};
    use crate::study::programme::{Programme, Window};
    use crate::study::testing::prints;

    /// I-13 from cases: ten answers, and two cases open for 30 and 100 hours.
    #[test]
    fn open_cases_count() {
        let (origin, _) = origin();
        let mut programme = Programme { cases: Vec::new(), ..origin };
        let window = Window { from: 19_400, until: 19_600, specialty: None };
        let cut = f64::from(window.until) * 24.0;
        for hours in [2.0, 5.0, 7.0, 9.0, 20.0, 21.0, 26.0, 40.0, 70.0, 168.0] {
            let sent = cut - 1_000.0;
            let answered = Some(sent + hours);
            programme.cases.push(Case { answered, allocated: Some(sent + 1.0), ..case(0, sent) });
        }
        for hours in [30.0, 100.0] {
            programme.cases.push(Case { answered: None, allocated: None, ..case(1, cut - hours) });
        }
        let lines = turnaround(&View::new(&programme, &window));
        let of = |group| figure(&lines, group, "answer-hours").value;
        assert_eq!([of("p50"), of("p75"), of("p90")], [21.0, 70.0, 168.0].map(Some));
        let three_days = figure(&lines, "all", "within-3d");
        prints(three_days.value.unwrap(), "0.7917");
        assert!(three_days.flags.contains(&Flag::OpenCases));
        assert_eq!(figure(&lines, "all", "unanswered").numerator as i32, 2);
        programme.cases.push(Case { answered: Some(cut - 40.0), allocated: Some(cut - 30.0), ..case(1, cut - 50.0) });
        programme.cases.truncate(4);
        let few = turnaround(&View::new(&programme, &window));
        assert_eq!(figure(&few, "p50", "answer-hours").value, None, "under ten");
    }

    #[test]
    fn faults_of_the_clock_are_counted_and_left_out() {
        let (mut programme, window) = origin();
        let sent = f64::from(window.until - 50) * 24.0;
        programme.cases.push(Case { answered: Some(sent - 1.0), ..case(0, sent) });
        programme.cases.push(Case { answered: Some(sent + 1.0), allocated: Some(sent + 2.0), ..case(0, sent) });
        let lines = turnaround(&View::new(&programme, &window));
        let errors = figure(&lines, "all", "clock-errors");
        assert_eq!((errors.numerator as i32, errors.flags), (2, vec![Flag::ClockError]));
    }
}
