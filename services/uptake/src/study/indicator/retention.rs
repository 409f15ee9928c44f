//! I-05: who stays. Cohorts by quarter of first use, pooled over those observable, and the survival of use.

use crate::study::calendar::{Day, month_of, quarter_name};
use crate::study::estimator::proportion;
use crate::study::estimator::survival::{Spell, kaplan_meier};
use crate::study::figure::{Figure, Flag, Line};
use crate::study::view::View;
use std::collections::BTreeMap;

/// A gap of so many days is a lapse.
pub const GAP: i32 = 183;

/// One cohort: its size, and how many were active in relative period 0, 1, … as far as it is observable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cohort {
    /// Members.
    pub size: u64,
    /// Active in each observable period.
    pub active: Vec<u64>,
}

/// Active and observable in each relative period, over the cohorts observable that long.
pub fn pooled(cohorts: &[Cohort]) -> Vec<(u64, u64)> {
    let longest = cohorts.iter().map(|cohort| cohort.active.len()).max().unwrap_or(0);
    let period = |place: usize| {
        let observable = cohorts.iter().filter(|cohort| place < cohort.active.len());
        observable.fold((0, 0), |sum, cohort| (sum.0 + cohort.active[place], sum.1 + cohort.size))
    };
    (0..longest).map(period).collect()
}

/// How long use lasted: from the first case to the start of a gap of [`GAP`] days, dated when the gap is that long, so that nobody
/// looks ahead; a gap that is still shorter at the cut is censored. `uses` ascending and not empty.
pub fn lasting(uses: &[Day], until: Day) -> Option<Spell> {
    let first = *uses.first()?;
    let next = uses.iter().skip(1).copied().chain([until]);
    let lapse = uses.iter().zip(next).find(|(last, next)| next - **last >= GAP).map(|(last, _)| last + GAP);
    Some(match lapse {
        Some(on) => Spell::event(f64::from(on - first)),
        None => Spell::censored(f64::from(until - first)),
    })
}

/// `retained` per relative quarter pooled and per cohort, and `median-days-of-use` by Kaplan and Meier.
pub fn retention(view: &View<'_>) -> Vec<Line> {
    let users: Vec<&[Day]> = view.counted().map(|place| view.use_days(place)).filter(|days| !days.is_empty()).collect();
    let quarter = |day: Day| month_of(day).div_euclid(3);
    let complete = quarter(view.window.until);
    let mut cohorts: BTreeMap<i32, Cohort> = BTreeMap::new();
    for uses in &users {
        let first = quarter(uses[0]);
        let periods = (complete - first).max(0) as usize;
        let cohort = cohorts.entry(first).or_insert_with(|| Cohort { size: 0, active: vec![0; periods] });
        cohort.size += 1;
        for (period, active) in cohort.active.iter_mut().enumerate() {
            *active += u64::from(uses.iter().any(|used| quarter(*used) == first + period as i32));
        }
    }
    let of: Vec<Cohort> = cohorts.values().cloned().collect();
    let mut lines = Vec::new();
    for (period, (active, observable)) in pooled(&of).into_iter().enumerate() {
        lines.push(Line::new(format!("quarter {period}"), "retained", proportion::share(active, observable)));
    }
    for (first, cohort) in &cohorts {
        for (period, active) in cohort.active.iter().enumerate() {
            let name = format!("{} + {period}", quarter_name(first * 3));
            lines.push(Line::new(name, "cohort-retained", proportion::share(*active, cohort.size)));
        }
    }
    let spells: Vec<Spell> = users.iter().filter_map(|uses| lasting(uses, view.window.until)).collect();
    let curve = kaplan_meier(&spells);
    let median = curve.median();
    let figure = Figure::of(median, spells.len() as f64, "Kaplan-Meier median, days")
        .within(super::limits(curve.quantile_limits(0.5)))
        .flagged(Flag::NotReached, median.is_none());
    lines.push(Line::new("all", "median-days-of-use", figure));
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::study::indicator::sample::{figure, origin};
    use crate::study::testing::prints;

    /// I-05.
    #[test]
    fn three_cohorts() {
        let cohorts = [(10, vec![10, 8, 7, 6]), (6, vec![6, 4, 3]), (8, vec![8, 5])]
            .map(|(size, active)| Cohort { size, active });
        let pooled = pooled(&cohorts);
        assert_eq!(pooled, [(24, 24), (17, 24), (10, 16), (6, 10)]);
        let share = |place: usize| pooled[place].0 as f64 / pooled[place].1 as f64;
        prints(share(1), "0.7083");
        prints(share(2), "0.625");
        prints(share(3), "0.6");
    }

    #[test]
    fn a_lapse_is_dated_when_it_is_known() {
        assert_eq!(lasting(&[100, 150], 150 + GAP - 1), Some(Spell::censored(f64::from(50 + GAP - 1))));
        assert_eq!(lasting(&[100, 150], 900), Some(Spell::event(f64::from(50 + GAP))));
        assert_eq!(lasting(&[100, 100 + GAP, 500], 520), Some(Spell::event(f64::from(GAP))));
        assert_eq!(lasting(&[], 10), None);
    }

    #[test]
    fn everybody_is_there_in_the_first_quarter() {
        let (programme, window) = origin();
        let first = figure(&retention(&View::new(&programme, &window)), "quarter 0", "retained");
        assert!((first.numerator - first.denominator).abs() < 1e-9 && first.denominator > 20.0);
    }
}
