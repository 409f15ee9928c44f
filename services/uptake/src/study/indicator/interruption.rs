//! I-17 and I-18: what a dated change did to use, and what the service did to ordinary referrals while it was rolled out.

use crate::study::calendar::month_of;
use crate::study::distribution::Z95;
use crate::study::estimator::interrupted::{Model, STEP, counts};
use crate::study::estimator::regression::ols;
use crate::study::estimator::wedge::Wedge;
use crate::study::figure::{Figure, Flag, Interval, Line};
use crate::study::matrix::Matrix;
use crate::study::programme::Step;
use crate::study::view::View;
use std::collections::BTreeMap;

/// For each event of the context log that is marked as an interruption of the whole programme: `step-rate-ratio` of monthly
/// referrals per patient-year, quasi-Poisson with step, slope and (from two years on) one harmonic. Under eight months on either
/// side only described.
pub fn interruption(view: &View<'_>) -> Vec<Line> {
    let (months, seen, exposure) = monthly(view);
    let mut lines = Vec::new();
    for event in view.programme.events.iter().filter(|event| event.interruption && event.practice.is_none()) {
        let model = model(&months, month_of(event.from));
        let enough = model.enough(months.len());
        let fit = if enough { counts(&seen, &exposure, model) } else { None };
        let ratio = fit.as_ref().map(|fit| fit.ratio(STEP, true));
        let figure = Figure::of(ratio.map(|found| found.0), months.len() as f64, "quasi-Poisson, step and slope")
            .within(ratio.map(|found| found.1))
            .flagged(Flag::DescriptiveOnly, !enough)
            .flagged(Flag::NoFit, enough && fit.is_none())
            .flagged(Flag::Overdispersed, fit.is_some_and(|fit| fit.dispersion() > 1.5));
        lines.push(Line::new(&event.kind, "step-rate-ratio", figure));
    }
    lines
}

/// Step and slope at a change, and from two years on one harmonic.
pub fn model(months: &[i32], change: i32) -> Model {
    let before = months.iter().filter(|month| **month < change).count();
    let harmonics = usize::from(months.len() >= 24);
    Model { before, phase_in: 0, slope: true, harmonics, season: 12 }
}

/// Months with exposure, their referrals and their patient-years.
pub fn monthly(view: &View<'_>) -> (Vec<i32>, Vec<f64>, Vec<f64>) {
    let mut months: BTreeMap<i32, (f64, f64)> =
        view.window.months().into_iter().map(|month| (month, (0.0, 0.0))).collect();
    for place in view.counted() {
        for (month, sums) in &mut months {
            let size = view.live(place, *month).then(|| view.practice(place).list_size(*month)).flatten();
            sums.1 += size.unwrap_or(0.0) / 12.0;
        }
    }
    for case in view.uses_within() {
        let month = month_of(case.day());
        let known = view.live(case.practice, month) && view.practice(case.practice).list_size(month).is_some();
        if let Some(sums) = months.get_mut(&month).filter(|_| known) {
            sums.0 += 1.0;
        }
    }
    let kept: Vec<(i32, (f64, f64))> = months.into_iter().filter(|(_, sums)| sums.1 > 0.0).collect();
    (
        kept.iter().map(|one| one.0).collect(),
        kept.iter().map(|one| one.1.0).collect(),
        kept.iter().map(|one| one.1.1).collect(),
    )
}

/// `effect` of being equipped on ordinary referrals per practice and quarter, practices and quarters held fixed (two-way within
/// estimator), over practices with every quarter known; and `design-standard-error` by Hussey and Hughes for the same roll-out,
/// per unit of residual variance and as much between practices.
pub fn rollout(view: &View<'_>) -> Vec<Line> {
    let months = view.window.months();
    let Some(first) = months.first().map(|month| month.div_euclid(3)) else { return Vec::new() };
    let periods = months.len() / 3;
    let mut sums: BTreeMap<usize, Vec<(f64, u8)>> = BTreeMap::new();
    for entry in view.programme.ordinary.iter().filter(|entry| months.binary_search(&entry.month).is_ok()) {
        let row = sums.entry(entry.practice).or_insert_with(|| vec![(0.0, 0); periods]);
        if let Some(cell) = row.get_mut((entry.month.div_euclid(3) - first) as usize) {
            *cell = (cell.0 + entry.referrals, cell.1 + 1);
        }
    }
    let full = |place: &usize| sums.get(place).is_some_and(|row| row.iter().all(|cell| cell.1 > 0));
    let members: Vec<usize> = view.counted().filter(full).collect();
    let on = |place: usize, period: usize| {
        let equipped = view.first_step(place, Step::Equipped).map(|day| month_of(day).div_euclid(3));
        equipped.is_some_and(|quarter| quarter <= first + period as i32)
    };
    let equipped: Vec<Vec<bool>> =
        members.iter().map(|place| (0..periods).map(|period| on(*place, period)).collect()).collect();
    let outcome = |place: usize, period: usize| sums.get(&place).map_or(0.0, |row| row[period].0);
    let units = members.len() as f64;
    let effect = within(&members, &equipped, periods, outcome);
    let figure = Figure::of(effect.map(|found| found.0), units, "two-way fixed effects, 95 %")
        .within(effect.map(|found| found.1))
        .flagged(Flag::NoFit, effect.is_none());
    let variance = Wedge { equipped }.variance(1.0, 1.0, 1.0);
    let design = Figure::of(variance.map(f64::sqrt), units, "Hussey-Hughes").flagged(Flag::NoFit, variance.is_none());
    vec![Line::new("all", "effect", figure), Line::new("all", "design-standard-error", design)]
}

/// Least squares after taking practices' and quarters' means out of outcome and treatment (balanced, so once is enough).
fn within(
    members: &[usize],
    equipped: &[Vec<bool>],
    periods: usize,
    outcome: impl Fn(usize, usize) -> f64,
) -> Option<(f64, Interval)> {
    let n = members.len();
    let y: Vec<Vec<f64>> =
        members.iter().map(|place| (0..periods).map(|period| outcome(*place, period)).collect()).collect();
    let x: Vec<Vec<f64>> = equipped.iter().map(|row| row.iter().map(|on| f64::from(u8::from(*on))).collect()).collect();
    let (y, x) = (centred(&y, periods), centred(&x, periods));
    let design = Matrix::from_rows(&x.iter().map(|x| vec![*x]).collect::<Vec<_>>());
    let fit = ols(&design, &y)?;
    let freedom = ((n.saturating_sub(1)) * periods.saturating_sub(1)).checked_sub(1).filter(|left| *left > 0)?;
    let error = fit.standard_errors[0] * (fit.freedom / freedom as f64).sqrt();
    Some((fit.beta[0], Interval::new(fit.beta[0] - Z95 * error, fit.beta[0] + Z95 * error)))
}

fn centred(rows: &[Vec<f64>], periods: usize) -> Vec<f64> {
    let n = rows.len() as f64;
    let all = rows.iter().flatten().sum::<f64>() / (n * periods as f64);
    let column = |period: usize| rows.iter().map(|row| row[period]).sum::<f64>() / n;
    let columns: Vec<f64> = (0..periods).map(column).collect();
    let cell = |row: &Vec<f64>| {
        let mean = row.iter().sum::<f64>() / periods as f64;
        row.iter().zip(&columns).map(move |(value, column)| value - mean - column + all).collect::<Vec<_>>()
    };
    rows.iter().flat_map(cell).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::study::calendar::day_of;
    use crate::study::indicator::sample::{figure, origin, random, whole};
    use crate::study::programme::{Enablement, Event, Ordinary, Practice, Programme, Window};
    use time::macros::date;

    #[test]
    fn a_late_change_is_only_described() {
        let (mut programme, window) = origin();
        let from = window.until - 40;
        programme.events.push(Event { kind: "tariff".into(), from, interruption: true, ..Event::default() });
        let found = figure(&interruption(&View::new(&programme, &window)), "tariff", "step-rate-ratio");
        assert_eq!((found.value, found.flags), (None, vec![Flag::DescriptiveOnly]));
        let estimated = (0..20).filter(|seed| {
            let programme = random(*seed, 40);
            figure(&interruption(&View::new(&programme, &whole())), "tariff", "step-rate-ratio").value.is_some()
        });
        assert!(estimated.count() > 15);
    }

    /// Ten referrals in four years: the fit stands still but for the last digits of large coefficients. R's glm says the same.
    #[test]
    fn few_referrals_are_fitted_too() {
        let found = figure(&interruption(&View::new(&random(398, 11), &whole())), "tariff", "step-rate-ratio");
        let told = [found.value, found.interval.map(|limits| limits.low), found.interval.map(|limits| limits.high)];
        for (found, expected) in told.into_iter().zip([6.003_205_65, 0.926_408_04, 38.901_301_18]) {
            assert!((found.unwrap() - expected).abs() < 1e-5, "{told:?}");
        }
    }

    /// Every practice sends two ordinary referrals fewer from when it is equipped: the effect is −2 exactly.
    #[test]
    fn an_exact_effect_is_found() {
        let mut programme = Programme::default();
        let window =
            Window { from: day_of(date!(2023 - 01 - 01)), until: day_of(date!(2024 - 07 - 01)), specialty: None };
        for place in 0..9 {
            programme.practices.push(Practice { code: format!("N{place}"), ..Practice::default() });
            let on = day_of(date!(2023 - 04 - 01)) + 92 * (place as i32 / 3);
            programme.enablement.push(Enablement {
                practice: place,
                step: Step::Equipped,
                specialty: "ent".into(),
                on,
            });
            for (period, month) in window.months().into_iter().step_by(3).enumerate() {
                let treated = month_of(on).div_euclid(3) <= month.div_euclid(3);
                let referrals = 20.0 + place as f64 + period as f64 - if treated { 2.0 } else { 0.0 };
                programme.ordinary.push(Ordinary { practice: place, month, referrals });
            }
        }
        let lines = rollout(&View::new(&programme, &window));
        assert!((figure(&lines, "all", "effect").value.unwrap() + 2.0).abs() < 1e-9);
        assert!(figure(&lines, "all", "design-standard-error").value.unwrap() > 0.0);
        programme.ordinary.clear();
        assert_eq!(figure(&rollout(&View::new(&programme, &window)), "all", "effect").value, None);
    }
}
