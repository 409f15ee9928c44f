//! I-22: how far the figures can be trusted.

use crate::study::calendar::first_day;
use crate::study::estimator::proportion::share;
use crate::study::figure::{Flag, Line};
use crate::study::programme::Case;
use crate::study::view::View;

/// An event recorded so many hours after it happened is late.
const LATE: f64 = 7.0 * 24.0;

/// `list-known` (practices with a list size in the last month), `late` cases (recorded more than seven days after), `clock-errors`
/// (answered before allocated or sent), `test-share` of all cases, `incomplete-periods` (months cut by the window) and
/// `used-before-equipped` practices.
pub fn quality(view: &View<'_>) -> Vec<Line> {
    let practices: Vec<usize> = view.counted().collect();
    let window = view.window;
    let last = crate::study::calendar::month_of(window.until - 1);
    let known = practices.iter().filter(|place| view.practice(**place).list_size(last).is_some()).count() as u64;
    let cases: Vec<&Case> = view.uses_within().collect();
    let late = cases.iter().filter(|case| case.recorded - case.submitted > LATE).count() as u64;
    let fault = |case: &&&Case| {
        case.answered.is_some_and(|at| at < case.submitted || case.allocated.is_some_and(|taken| at < taken))
            || case.recorded < case.submitted
    };
    let faults = cases.iter().filter(fault).count() as u64;
    let within = |case: &&Case| window.takes(&case.specialty) && case.day() >= window.from && case.day() < window.until;
    let all = view.programme.cases.iter().filter(within).count() as u64;
    let tests = all - cases.len() as u64;
    let first = crate::study::calendar::month_of(window.from);
    let touched = (last - first + 1) as u64;
    let cut =
        u64::from(first_day(first) < window.from) + u64::from(first_day(last + 1) > window.until && last >= first);
    let early = |place: &&usize| {
        let equipped = view.first_step(**place, crate::study::programme::Step::Equipped);
        view.use_days(**place).first().is_some_and(|used| equipped.is_none_or(|equipped| *used < equipped))
    };
    let before = practices.iter().filter(early).count() as u64;
    let users = practices.iter().filter(|place| !view.use_days(**place).is_empty()).count() as u64;
    let n = cases.len() as u64;
    vec![
        Line::new("all", "list-known", share(known, practices.len() as u64)),
        Line::new("all", "late", share(late, n)),
        Line::new("all", "clock-errors", share(faults, n).flagged(Flag::ClockError, faults > 0)),
        Line::new("all", "test-share", share(tests, all).flagged(Flag::TestUseLeftOut, tests > 0)),
        Line::new("all", "incomplete-periods", share(cut.min(touched), touched).flagged(Flag::Incomplete, cut > 0)),
        Line::new("all", "used-before-equipped", share(before, users).flagged(Flag::UsedBeforeEquipped, before > 0)),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::study::indicator::sample::{case, figure, origin};
    use crate::study::programme::{Case, Window};

    #[test]
    fn faults_are_counted() {
        let (mut programme, window) = origin();
        let sent = f64::from(window.until - 10) * 24.0;
        programme.cases.push(Case { recorded: sent + 200.0, ..case(80, sent) });
        programme.cases.push(Case { test: true, ..case(80, sent) });
        programme.enablement.retain(|entry| entry.practice != 80);
        programme.practices[5].list_sizes.clear();
        let window = Window { until: window.until - 1, ..window };
        let lines = quality(&View::new(&programme, &window));
        let count = |name| figure(&lines, "all", name).numerator as i32;
        let found = ["list-known", "late", "clock-errors", "test-share", "incomplete-periods", "used-before-equipped"]
            .map(count);
        assert_eq!(found, [93, 1, 0, 1, 1, 1]);
    }
}
