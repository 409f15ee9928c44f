//! I-21: whether groups that need another channel are reached. By practice and year at the finest.

use crate::study::estimator::proportion::wilson;
use crate::study::figure::{Figure, Flag, Line};
use crate::study::programme::{Case, Practice};
use crate::study::view::View;

/// A group: of a case and of a list.
type Group = (&'static str, fn(&Case) -> Option<bool>, fn(&Practice) -> Option<f64>);

const GROUPS: [Group; 2] = [
    ("aged-65", |case| case.aged, |practice| practice.aged_share),
    ("interpreter", |case| case.interpreter, |practice| practice.interpreter_share),
];

/// `aged-65` and `interpreter`: share of the referred over the share of the lists they came from, each case weighed by its own
/// practice's list (indirect standardisation); Wilson's limits of the referred share over the expected, which is taken as known.
pub fn equity(view: &View<'_>) -> Vec<Line> {
    let line = |(name, of_case, of_list): Group| {
        let known: Vec<(bool, f64)> = view
            .uses_within()
            .filter_map(|case| of_case(case).zip(of_list(view.practice(case.practice)).filter(|share| *share > 0.0)))
            .collect();
        let (count, of) = (known.iter().filter(|one| one.0).count(), known.len());
        let expected: f64 = known.iter().map(|one| one.1).sum();
        let share = expected / of as f64;
        let limits = wilson(count as u64, of as u64).map(|limits| limits.map(|limit| limit / share));
        let figure = Figure::ratio(count as f64, expected, "referred over expected from the lists, Wilson 95 %");
        Line::new(
            "all",
            name,
            figure.within(limits.filter(|_| expected > 0.0)).flagged(Flag::ExpectedUnderOne, expected < 1.0),
        )
    };
    GROUPS.map(line).into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::study::indicator::sample::{figure, origin};
    use crate::study::testing::prints;

    #[test]
    fn as_expected_is_one() {
        let (mut programme, window) = origin();
        programme.cases.truncate(100);
        for (place, case) in programme.cases.iter_mut().enumerate() {
            case.aged = Some(place % 5 == 0);
        }
        let lines = equity(&View::new(&programme, &window));
        let aged = figure(&lines, "all", "aged-65");
        prints(aged.value.unwrap(), "1");
        assert!(aged.interval.unwrap().holds(1.0) && !aged.interval.unwrap().holds(1.6));
        programme.cases.clear();
        assert_eq!(figure(&equity(&View::new(&programme, &window)), "all", "aged-65").value, None);
    }
}
