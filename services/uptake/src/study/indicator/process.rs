//! I-11 and I-12: the programme and each practice against their own history.

use crate::study::calendar::{first_day, month_name, month_of};
use crate::study::estimator::cusum::cusum;
use crate::study::estimator::signals::{BASELINE, Rule, runs, signals};
use crate::study::estimator::spc::{Point, t_chart, u_chart, xmr};
use crate::study::figure::{Figure, Flag, Line};
use crate::study::view::View;

/// Referrals and patient-years of one month over the practices whose list is known.
struct Period {
    month: i32,
    count: f64,
    exposure: f64,
}

fn periods(view: &View<'_>) -> Vec<Period> {
    let months = view.window.months();
    let Some(first) = months.first().copied() else { return Vec::new() };
    let mut periods: Vec<Period> =
        months.iter().map(|month| Period { month: *month, count: 0.0, exposure: 0.0 }).collect();
    let known =
        |place: usize, month: i32| view.live(place, month).then(|| view.practice(place).list_size(month)).flatten();
    for place in view.counted() {
        for period in &mut periods {
            period.exposure += known(place, period.month).unwrap_or(0.0) / 12.0;
        }
    }
    for case in view.uses_within() {
        let month = month_of(case.day());
        if known(case.practice, month).is_some()
            && let Some(period) = periods.get_mut((month - first) as usize)
        {
            period.count += 1.0;
        }
    }
    periods.retain(|period| period.exposure > 0.0);
    periods
}

/// `rate` per month on Laney's u′ chart with its limits as interval and each rule broken as a name of its own line (`outside`,
/// `shift`, `trend`, `two-of-three`), `sigma-z`, XmR's `mean` with its limits, the runs' `longest-run` and `crossings`, and
/// `days-between` on a t chart for practices under one case a month.
pub fn process(view: &View<'_>) -> Vec<Line> {
    let periods = periods(view);
    let counts: Vec<f64> = periods.iter().map(|period| period.count).collect();
    let exposures: Vec<f64> = periods.iter().map(|period| period.exposure / 1_000.0).collect();
    let n = periods.len() as f64;
    let short = periods.len() < BASELINE;
    let Some(chart) = u_chart(&counts, &exposures) else { return rare(view) };
    let mut lines = Vec::new();
    for ((period, point), broken) in periods.iter().zip(&chart.laney).zip(signals(&chart.laney)) {
        let figure =
            Figure { value: Some(point.value), ..Figure::ratio(period.count, period.exposure, "u' chart (Laney)") };
        let figure = figure.within(Some(point.limits)).flagged(Flag::ShortBaseline, short);
        let name = month_name(period.month);
        lines.push(Line::new(&name, "rate", figure.clone()));
        lines.extend(broken.into_iter().map(|rule| Line::new(&name, rule_name(rule), figure.clone())));
    }
    lines.push(Line::new("all", "sigma-z", Figure::of(Some(chart.sigma_z), n, "Laney")));
    let rates: Vec<f64> = chart.laney.iter().map(|point: &Point| point.value).collect();
    if let Some(found) = xmr(&rates, true) {
        let figure = Figure::of(Some(found.mean), n, "XmR, 2.66 mean moving ranges").within(Some(found.limits));
        lines.push(Line::new("all", "mean", figure.flagged(Flag::ShortBaseline, short)));
    }
    if let Some(found) = runs(&rates, chart.centre) {
        let of = |value: usize, limit: usize| Figure {
            numerator: limit as f64,
            ..Figure::of(Some(value as f64), found.useful as f64, "runs analysis (Anhoej)")
        };
        lines.push(Line::new("all", "longest-run", of(found.longest, found.longest_allowed)));
        lines.push(Line::new("all", "crossings", of(found.crossings, found.crossings_needed)));
    }
    lines.extend(rare(view));
    lines
}

fn rule_name(rule: Rule) -> &'static str {
    match rule {
        Rule::Outside => "outside",
        Rule::Shift => "shift",
        Rule::Trend => "trend",
        Rule::TwoOfThree => "two-of-three",
    }
}

fn rare(view: &View<'_>) -> Vec<Line> {
    let months = view.window.months().len();
    let line = |place: usize| {
        let days: Vec<i32> = view.use_days(place).iter().copied().filter(|day| *day >= view.window.from).collect();
        let between: Vec<f64> = days.windows(2).map(|pair| f64::from(pair[1] - pair[0])).collect();
        let chart = if days.len() < months { t_chart(&between)? } else { return None };
        let figure =
            Figure::of(Some(chart.mean), between.len() as f64, "t chart, power 1/3.6").within(Some(chart.limits));
        Some(Line::new(view.code(place), "days-between", figure.flagged(Flag::ShortBaseline, between.len() < BASELINE)))
    };
    view.counted().filter_map(line).collect()
}

/// Months of the CUSUM's window.
const WINDOW: usize = 12;

/// `cusum` per practice: +1 up, −1 down, 0 quiet in the newest whole month, from its own monthly rate per 1,000; at least twelve
/// live months, and muted when its list jumped by more than a fifth within them. A value is given in the order of the rule
/// alone: numerator the sum, denominator the threshold.
pub fn alerts(view: &View<'_>) -> Vec<Line> {
    let months = view.window.months();
    view.counted().filter_map(|place| alert(view, place, &months)).collect()
}

fn alert(view: &View<'_>, place: usize, months: &[i32]) -> Option<Line> {
    let practice = view.practice(place);
    let live: Vec<i32> = months.iter().copied().filter(|month| view.live(place, *month)).collect();
    if live.is_empty() || live.last() != months.last() {
        return None;
    }
    let sizes: Option<Vec<f64>> =
        live.iter().map(|month| practice.list_size(*month).filter(|size| *size > 0.0)).collect();
    let figure = |value| Figure::of(value, live.len() as f64, "CUSUM, k = 0.5 SD, h = 5 SD, 12 months");
    let Some(sizes) = sizes else {
        return Some(Line::new(&practice.code, "cusum", figure(None).flagged(Flag::ListUnknown, true)));
    };
    if live.len() <= WINDOW {
        return Some(Line::new(&practice.code, "cusum", figure(None).flagged(Flag::TooEarly, true)));
    }
    let rate = |(month, size): (&i32, &f64)| {
        let (from, to) = (first_day(*month), first_day(month + 1));
        let count = view.use_days(place).iter().filter(|day| **day >= from && **day < to).count();
        count as f64 / size * 1_000.0
    };
    let rates: Vec<f64> = live.iter().zip(&sizes).map(rate).collect();
    let recent = &sizes[sizes.len() - WINDOW - 1..];
    let jumped = recent.windows(2).any(|pair| (pair[1] / pair[0] - 1.0).abs() > 0.2);
    let last = cusum(&rates, WINDOW).last().copied()?;
    let sum = if last.above >= -last.below { last.above } else { last.below };
    let told = (!jumped).then(|| f64::from(last.alert()));
    let figure = Figure { numerator: sum, denominator: last.threshold, ..figure(told) };
    Some(Line::new(&practice.code, "cusum", figure.flagged(Flag::ListJumped, jumped)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::study::indicator::sample::{case, figure, origin};
    use crate::study::programme::{Programme, Window};

    #[test]
    fn months_merge_without_loss() {
        let (programme, window) = origin();
        let view = View::new(&programme, &window);
        let lines = process(&view);
        let of = |name: &str| {
            lines.iter().filter(|line| line.name == name).map(|line| line.figure.clone()).collect::<Vec<_>>()
        };
        let counts: f64 = of("rate").iter().map(|figure| figure.numerator).sum();
        let years: f64 = of("rate").iter().map(|figure| figure.denominator).sum();
        let whole: f64 = view.counted().filter_map(|place| view.exposure(place)).sum();
        assert_eq!(counts as u64, view.exposed_uses().iter().sum::<u64>());
        assert!((years - whole).abs() < 1e-6);
        assert!(!of("days-between").is_empty() && of("sigma-z").len() == 1);
    }

    #[test]
    fn a_lasting_rise_alerts_and_a_jump_of_the_list_mutes() {
        let (mut programme, _) = origin();
        programme.cases.clear();
        let from = first_day(2023 * 12 + 2);
        for day in (from..from + 640).filter(|day| day % 15 == 0 || (*day > from + 480 && day % 3 == 0)) {
            programme.cases.push(case(0, f64::from(day) * 24.0 + 9.0));
        }
        let window = Window { from, until: first_day(2024 * 12 + 11), specialty: None };
        let code = programme.practices[0].code.clone();
        let alert = |programme: &Programme| figure(&alerts(&View::new(programme, &window)), &code, "cusum");
        assert_eq!(alert(&programme).value, Some(1.0));
        let quiet = figure(&alerts(&View::new(&programme, &window)), &programme.practices[9].code, "cusum");
        assert_eq!(quiet.value, Some(0.0));
        programme.practices[0].list_sizes.push((2024 * 12 + 4, 5_000.0));
        assert_eq!((alert(&programme).value, alert(&programme).flags), (None, vec![Flag::ListJumped]));
    }
}
