//! I-08: how concentrated use is, over all equipped practices and over users only.

use crate::study::estimator::concentration::{Concentration, bootstrap, concentration, top};
use crate::study::estimator::proportion;
use crate::study::figure::{Figure, Flag, Line};
use crate::study::programme::Step;
use crate::study::view::View;

/// Draws of the bootstrap over practices.
const DRAWS: usize = 1_000;

/// Its seed; part of the definition.
const SEED: u64 = 94;

/// An index by its name.
type Index = (&'static str, fn(&Concentration) -> f64);

const INDICES: [Index; 9] = [
    ("gini", |found| found.gini),
    ("gini-unbiased", |found| found.gini_unbiased),
    ("hhi", |found| found.hhi),
    ("hhi-normalised", |found| found.hhi_normalised),
    ("effective-users", |found| found.effective),
    ("hoover", |found| found.hoover),
    ("theil", |found| found.theil),
    ("evenness", |found| found.evenness),
    ("k80", |found| found.k80 as f64),
];

/// Equipped practices and those with use, by code, each with its referrals in the window.
pub fn counts(view: &View<'_>) -> Vec<(usize, f64)> {
    let mut counts = vec![0.0; view.programme.practices.len()];
    view.uses_within().for_each(|case| counts[case.practice] += 1.0);
    let equipped = |place: &usize| view.first_step(*place, Step::Equipped).is_some() || counts[*place] > 0.0;
    view.counted().filter(equipped).map(|place| (place, counts[place])).collect()
}

/// `top-1`, `top-4` and `top-10` shares, and every index twice: group `all` over equipped practices with their zeros, group
/// `users` without. Intervals by bootstrap over practices.
pub fn spread(view: &View<'_>) -> Vec<Line> {
    let all: Vec<f64> = counts(view).into_iter().map(|one| one.1).collect();
    let users: Vec<f64> = all.iter().copied().filter(|count| *count > 0.0).collect();
    let total: f64 = all.iter().sum();
    let mut lines: Vec<Line> = [(1, "top-1"), (4, "top-4"), (10, "top-10")]
        .map(|(k, name)| Line::new("all", name, proportion::share(top(&all, k) as u64, total as u64)))
        .into();
    for (group, counts) in [("all", &all), ("users", &users)] {
        let found = concentration(counts);
        let each = |found: Concentration| INDICES.map(|(_, index)| index(&found));
        let intervals = bootstrap(counts, DRAWS, SEED, |drawn| concentration(drawn).map(each));
        for (place, (name, index)) in INDICES.into_iter().enumerate() {
            let value = found.as_ref().map(index);
            let interval = intervals.map(|intervals| intervals[place]);
            let figure = Figure {
                value,
                numerator: total,
                denominator: counts.len() as f64,
                interval,
                estimator: "bootstrap over practices 95 %",
                flags: Vec::new(),
            };
            lines.push(Line::new(group, name, figure.flagged(Flag::NoDenominator, value.is_none())));
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::study::indicator::sample::{figure, origin};
    use crate::study::testing::prints;

    /// T01 from cases: any record that claims the origin's facts keeps these bounds.
    #[test]
    fn the_origin() {
        let (programme, window) = origin();
        let lines = spread(&View::new(&programme, &window));
        prints(figure(&lines, "all", "top-4").value.unwrap(), "0.80");
        let (all, users) = (figure(&lines, "all", "gini"), figure(&lines, "users", "gini"));
        assert!(all.value.unwrap() >= 0.910_638 && users.value.unwrap() >= 0.618_182);
        assert!(figure(&lines, "all", "effective-users").value.unwrap() <= 6.164);
        assert!(figure(&lines, "all", "hhi").value.unwrap() >= 0.162_222);
        assert!(all.interval.unwrap().holds(all.value.unwrap()));
        prints(figure(&lines, "users", "k80").value.unwrap(), "4");
    }
}
