//! I-03: new adopters per quarter, of the practices that could still adopt; cumulative share; the curves fitted to them.

use super::adoption::ways;
use crate::study::calendar::{Day, first_day, month_of, quarter_name};
use crate::study::estimator::diffusion::{Refusal, bass_nls, logistic};
use crate::study::estimator::proportion;
use crate::study::estimator::survival::End;
use crate::study::figure::{Figure, Flag, Line};
use crate::study::programme::Step;
use crate::study::view::View;

/// Per quarter: `hazard` (new adopters over those equipped, open and without use at its start or equipped within it) and
/// `cumulative-share` of all equipped by its end, both with Wilson's interval. Then `bass-market` and `ten-to-ninety-quarters`
/// where a curve can be fitted; the last quarter is flagged when the cut falls within it.
pub fn arrivals(view: &View<'_>) -> Vec<Line> {
    let ways = ways(view);
    let of = |practice: usize| view.first_step(practice, Step::Equipped);
    let dated: Vec<(Day, Day, bool)> = ways
        .iter()
        .filter_map(|way| of(way.practice).map(|equipped| (equipped, equipped + way.days, way.end == End::Event)))
        .collect();
    let Some(first) = dated.iter().map(|one| month_of(one.0) / 3 * 3).min() else { return Vec::new() };
    let (mut lines, mut increments, mut shares) = (Vec::new(), Vec::new(), Vec::new());
    for quarter in (first..=month_of(view.window.until - 1)).step_by(3) {
        let (from, to) = (first_day(quarter), first_day(quarter + 3));
        let new = dated.iter().filter(|one| one.2 && one.1 >= from && one.1 < to).count() as u64;
        let at_risk = dated.iter().filter(|one| one.0 < to && one.1 >= from).count() as u64;
        let adopted = dated.iter().filter(|one| one.2 && one.1 < to).count() as u64;
        let equipped = dated.iter().filter(|one| one.0 < to).count() as u64;
        let open = to > view.window.until;
        let name = quarter_name(quarter);
        let share = proportion::share(adopted, equipped);
        if !open {
            increments.push(new as f64);
            shares.extend(share.value);
        }
        lines.push(Line::new(&name, "hazard", proportion::share(new, at_risk).flagged(Flag::Incomplete, open)));
        lines.push(Line::new(name, "cumulative-share", share.flagged(Flag::Incomplete, open)));
    }
    let equipped = dated.len() as f64;
    lines.push(Line::new(
        "all",
        "bass-market",
        match bass_nls(&increments, equipped) {
            Ok(fit) => Figure::of(Some(fit.model.market), equipped, fit.method).within(fit.market_interval),
            Err(Refusal::TooShort) => Figure::of(None, equipped, "NLS (Srinivasan-Mason)").flagged(Flag::TooFew, true),
            Err(_) => Figure::of(None, equipped, "NLS (Srinivasan-Mason)").flagged(Flag::NoFit, true),
        },
    ));
    let curve = if shares.len() >= 8 { logistic(&shares) } else { None };
    let spread = Figure::of(curve.map(|fit| fit.ten_to_ninety()), equipped, "logistic, least squares");
    lines.push(Line::new("all", "ten-to-ninety-quarters", spread.flagged(Flag::NoFit, curve.is_none())));
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::study::indicator::sample::{origin, random, whole};
    use crate::study::programme::Programme;

    #[test]
    fn everybody_arrives_once() {
        let (programme, window) = origin();
        let lines = arrivals(&View::new(&programme, &window));
        let new: f64 = lines.iter().filter(|line| line.name == "hazard").map(|line| line.figure.numerator).sum();
        assert!((new - 22.0).abs() < 1e-9);
        let shares = || lines.iter().filter(|line| line.name == "cumulative-share");
        assert!((shares().next_back().unwrap().figure.numerator - 22.0).abs() < 1e-9);
        assert!(arrivals(&View::new(&Programme::default(), &whole())).is_empty());
    }

    #[test]
    fn never_more_than_could() {
        for seed in 0..200 {
            let lines = arrivals(&View::new(&random(seed, 20), &whole()));
            assert!(
                lines
                    .iter()
                    .filter(|line| line.name == "hazard")
                    .all(|line| line.figure.numerator <= line.figure.denominator)
            );
        }
    }
}
