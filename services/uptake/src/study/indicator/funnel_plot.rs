//! I-10: each practice's rate against the programme's, with limits that know its size.

use crate::study::estimator::funnel_limits::{TAILS, ratio_limit};
use crate::study::estimator::proportion::share;
use crate::study::estimator::quantile::{Kind, quantile};
use crate::study::figure::{Figure, Flag, Interval, Line};
use crate::study::programme::Step;
use crate::study::view::View;

/// `observed-over-expected` per practice: referrals over what the programme's pooled rate would give for its own exposure, with
/// exact 99.8 % limits as interval (Spiegelhalter), and `adopted` by centrality class against the programme. Expected under 1 is
/// flagged and gets no verdict; a spread beyond chance is flagged on the line `dispersion`.
pub fn funnel_plot(view: &View<'_>) -> Vec<Line> {
    let counts = view.exposed_uses();
    let units: Vec<(usize, f64, f64)> = view
        .counted()
        .filter_map(|place| view.exposure(place).filter(|e| *e > 0.0).map(|e| (place, counts[place] as f64, e)))
        .collect();
    let (total, exposure) = units.iter().fold((0.0, 0.0), |sum, unit| (sum.0 + unit.1, sum.1 + unit.2));
    if total <= 0.0 {
        return Vec::new();
    }
    let expected = |unit: &(usize, f64, f64)| total / exposure * unit.2;
    let line = |unit: &(usize, f64, f64)| {
        let expected = expected(unit);
        let limits = Interval::new(ratio_limit(expected, TAILS[0]), ratio_limit(expected, TAILS[3]));
        let figure = Figure::ratio(unit.1, expected, "observed/expected, exact 99.8 % funnel limits")
            .within(Some(limits))
            .flagged(Flag::ExpectedUnderOne, expected < 1.0);
        Line::new(view.code(unit.0), "observed-over-expected", figure)
    };
    let mut lines: Vec<Line> = units.iter().map(line).collect();
    let z: Vec<f64> = units.iter().map(|unit| (unit.1 - expected(unit)) / expected(unit).sqrt()).collect();
    let phi = dispersion(&z);
    let figure = Figure::of(phi, z.len() as f64, "mean squared z, 10 % winsorised");
    lines.push(Line::new("all", "dispersion", figure.flagged(Flag::Overdispersed, phi.is_some_and(|phi| phi > 1.5))));
    lines.extend(adopted_by_class(view));
    lines
}

fn dispersion(z: &[f64]) -> Option<f64> {
    let (low, high) = (quantile(z, 0.1, Kind::Linear)?, quantile(z, 0.9, Kind::Linear)?);
    Some(z.iter().map(|z| z.clamp(low, high).powi(2)).sum::<f64>() / z.len() as f64)
}

fn adopted_by_class(view: &View<'_>) -> Vec<Line> {
    let equipped: Vec<usize> =
        view.counted().filter(|place| view.first_step(*place, Step::Equipped).is_some()).collect();
    let class = |class: u8| {
        let members: Vec<&usize> = equipped.iter().filter(|place| view.practice(**place).centrality == class).collect();
        let users = members.iter().filter(|place| !view.use_days(***place).is_empty()).count();
        (!members.is_empty())
            .then(|| Line::new(format!("centrality {class}"), "adopted", share(users as u64, members.len() as u64)))
    };
    (0..=6).filter_map(class).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::study::indicator::sample::{origin, random, whole};

    #[test]
    fn expected_sums_to_observed() {
        let (programme, window) = origin();
        let lines = funnel_plot(&View::new(&programme, &window));
        let of = || lines.iter().filter(|line| line.name == "observed-over-expected").map(|line| &line.figure);
        let (seen, expected) = of().fold((0.0, 0.0), |sum, one| (sum.0 + one.numerator, sum.1 + one.denominator));
        assert!((seen - expected).abs() < 1e-9 && seen > 100.0);
        let outside = of().filter(|one| !one.interval.unwrap().holds(one.value.unwrap())).count();
        assert!((3..20).contains(&outside), "{outside}");
    }

    #[test]
    fn small_expectations_get_no_verdict() {
        for seed in 0..50 {
            let programme = random(seed, 30);
            let lines = funnel_plot(&View::new(&programme, &whole()));
            for line in lines.iter().filter(|line| line.name == "observed-over-expected") {
                assert_eq!(line.figure.flags.contains(&Flag::ExpectedUnderOne), line.figure.denominator < 1.0);
            }
        }
    }
}
