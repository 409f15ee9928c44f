//! I-15: what part of the referrals goes by the service. A falling share with a falling total may be learning.

use crate::study::calendar::{month_of, quarter_name};
use crate::study::estimator::proportion::share;
use crate::study::figure::Line;
use crate::study::view::View;
use std::collections::BTreeMap;

/// Per quarter and over all: `share` = service / (service + ordinary), over the practices and months for which ordinary referrals
/// are known; nothing is filled in.
pub fn substitution(view: &View<'_>) -> Vec<Line> {
    let months = view.window.months();
    let known: BTreeMap<(usize, i32), f64> = view
        .programme
        .ordinary
        .iter()
        .filter(|entry| {
            months.contains(&entry.month) && view.programme.practices.get(entry.practice).is_some_and(|p| !p.test)
        })
        .map(|entry| ((entry.practice, entry.month), entry.referrals))
        .collect();
    let mut quarters: BTreeMap<i32, (u64, u64)> = BTreeMap::new();
    for ((_, month), ordinary) in &known {
        quarters.entry(month.div_euclid(3)).or_default().1 += *ordinary as u64;
    }
    for case in view.uses_within() {
        let month = month_of(case.day());
        if known.contains_key(&(case.practice, month)) {
            quarters.entry(month.div_euclid(3)).or_default().0 += 1;
        }
    }
    let line = |(quarter, (service, ordinary)): (&i32, &(u64, u64))| {
        Line::new(quarter_name(quarter * 3), "share", share(*service, service + ordinary))
    };
    let mut lines: Vec<Line> = quarters.iter().map(line).collect();
    let (service, ordinary) = quarters.values().fold((0, 0), |sum, one| (sum.0 + one.0, sum.1 + one.1));
    lines.push(Line::new("all", "share", share(service, service + ordinary)));
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::study::indicator::sample::{figure, origin};
    use crate::study::programme::Ordinary;

    #[test]
    fn only_where_ordinary_referrals_are_known() {
        let (mut programme, window) = origin();
        let month = month_of(programme.cases[0].day());
        programme.ordinary.push(Ordinary { practice: 0, month, referrals: 9.0 });
        programme.ordinary.push(Ordinary { practice: 0, month: month - 400, referrals: 9.0 });
        let all = figure(&substitution(&View::new(&programme, &window)), "all", "share");
        let sent = programme.cases.iter().filter(|case| case.practice == 0 && month_of(case.day()) == month).count();
        assert_eq!((all.numerator as usize, all.denominator as usize), (sent, sent + 9));
        programme.ordinary.clear();
        assert_eq!(figure(&substitution(&View::new(&programme, &window)), "all", "share").value, None);
    }
}
