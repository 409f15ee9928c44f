//! I-06, I-07 and I-09: referrals per 1,000 list patients and year, the same drawn to the mean for ranking, and where a practice
//! stands among the others.

use crate::study::estimator::quantile::{deciles, percent_rank};
use crate::study::estimator::rate::{pooled, rate};
use crate::study::estimator::shrunken::shrink;
use crate::study::figure::{Figure, Flag, Line};
use crate::study::view::View;

/// Per 1,000 patients.
pub const SCALE: f64 = 1_000.0;

/// A smaller list is flagged.
const SMALL_LIST: f64 = 500.0;

/// One practice's rate.
struct Rated {
    practice: usize,
    count: u64,
    /// Patient-years; unknown when a list size is.
    exposure: Option<f64>,
    figure: Figure,
}

/// Practices that were live in some whole month of the window.
fn rated(view: &View<'_>) -> Vec<Rated> {
    let (counts, months) = (view.exposed_uses(), view.window.months());
    let live = |place: &usize| months.iter().any(|month| view.live(*place, *month));
    let rate_of = |practice: usize| {
        let (count, exposure) = (counts[practice], view.exposure(practice));
        let largest = months.iter().filter_map(|month| view.practice(practice).list_size(*month)).fold(0.0, f64::max);
        let more = exposure.is_some() && count as f64 > largest;
        let mut figure = rate(count, exposure.unwrap_or(0.0), SCALE)
            .flagged(Flag::ListUnknown, exposure.is_none())
            .flagged(Flag::SmallList, exposure.is_some() && largest < SMALL_LIST)
            .flagged(Flag::MoreThanList, more);
        if more {
            (figure.value, figure.interval) = (None, None);
        }
        Rated { practice, count, exposure: exposure.filter(|_| !more), figure }
    };
    view.counted().filter(live).map(rate_of).collect()
}

/// `rate` per practice, and `pooled` beside `mean-of-practices` over those with a rate; never one without the other.
pub fn rates(view: &View<'_>) -> Vec<Line> {
    let rated = rated(view);
    let units: Vec<(u64, f64)> =
        rated.iter().filter_map(|one| one.exposure.map(|exposure| (one.count, exposure))).collect();
    let both = pooled(&units, SCALE);
    let code = |one: &Rated| view.code(one.practice);
    let mut lines: Vec<Line> = rated.iter().map(|one| Line::new(code(one), "rate", one.figure.clone())).collect();
    lines.push(Line::new("all", "pooled", both.pooled));
    lines.push(Line::new("all", "mean-of-practices", both.mean_of_practices));
    lines
}

/// `shrunken-rate` per practice by Marshall's empirical Bayes; for ranking only, so it has no interval.
pub fn shrunken(view: &View<'_>) -> Vec<Line> {
    let rated: Vec<Rated> = rated(view).into_iter().filter(|one| one.exposure.is_some_and(|e| e > 0.0)).collect();
    let units: Vec<(f64, f64)> = rated.iter().map(|one| (one.count as f64, one.exposure.unwrap_or(0.0))).collect();
    let Some(found) = shrink(&units) else { return Vec::new() };
    let line = |(one, rate): (&Rated, &f64)| {
        let figure = Figure {
            value: Some(rate * SCALE),
            numerator: one.count as f64,
            denominator: one.exposure.unwrap_or(0.0),
            interval: None,
            estimator: "empirical Bayes (Marshall)",
            flags: Vec::new(),
        };
        Line::new(view.code(one.practice), "shrunken-rate", figure)
    };
    rated.iter().zip(&found.rates).map(line).collect()
}

/// `percent-rank` per practice, the nine `decile`s, and `zero-share` as a band of its own. Hidden under ten practices.
pub fn percentiles(view: &View<'_>) -> Vec<Line> {
    let rated: Vec<(Rated, f64)> =
        rated(view).into_iter().filter_map(|one| one.figure.value.map(|value| (one, value))).collect();
    let values: Vec<f64> = rated.iter().map(|one| one.1).collect();
    let n = values.len() as f64;
    if values.len() < 10 {
        return vec![Line::new("all", "decile", Figure::of(None, n, "type 7").flagged(Flag::TooFew, true))];
    }
    let line = |(one, rank): (&(Rated, f64), f64)| {
        Line::new(view.code(one.0.practice), "percent-rank", Figure::of(Some(rank), n, "PERCENT_RANK"))
    };
    let mut lines: Vec<Line> = rated.iter().zip(percent_rank(&values)).map(line).collect();
    for (place, decile) in deciles(&values).into_iter().flatten().enumerate() {
        lines.push(Line::new(format!("{}0 %", place + 1), "decile", Figure::of(Some(decile), n, "type 7")));
    }
    let zeros = values.iter().filter(|value| **value == 0.0).count() as u64;
    lines.push(Line::new("all", "zero-share", crate::study::estimator::proportion::share(zeros, values.len() as u64)));
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::study::indicator::sample::{figure, origin, random, reversed, whole};

    #[test]
    fn a_rate_needs_exposure_and_a_plausible_list() {
        let (mut programme, window) = origin();
        programme.practices[0].list_sizes.clear();
        programme.practices[1].list_sizes = vec![(0, 3.0)];
        programme.practices[2].list_sizes = vec![(0, 400.0)];
        let lines = rates(&View::new(&programme, &window));
        let of = |place: usize| figure(&lines, &programme.practices[place].code, "rate");
        assert_eq!((of(0).value, of(0).flags), (None, vec![Flag::NoDenominator, Flag::ListUnknown]));
        assert_eq!((of(1).value, of(1).flags), (None, vec![Flag::SmallList, Flag::MoreThanList]));
        assert_eq!(of(2).flags, [Flag::SmallList]);
        assert!(figure(&lines, "all", "pooled").value != figure(&lines, "all", "mean-of-practices").value);
        assert_eq!(shrunken(&View::new(&programme, &window)).len(), 92);
    }

    /// Section 9: without exposure in no rate, and the practices' order changes nothing.
    #[test]
    fn properties_of_random_programmes() {
        for seed in 0..1_000 {
            let programme = random(seed, 8);
            let lines = rates(&View::new(&programme, &whole()));
            for (place, practice) in programme.practices.iter().enumerate() {
                let live = whole().months().into_iter().any(|month| View::new(&programme, &whole()).live(place, month));
                assert_eq!(lines.iter().any(|line| line.group == practice.code), live && !practice.test);
            }
            assert_eq!(rates(&View::new(&reversed(&programme), &whole())), lines);
        }
    }

    #[test]
    fn few_practices_have_no_deciles() {
        let (programme, window) = origin();
        let lines = percentiles(&View::new(&programme, &window));
        assert_eq!(lines.iter().filter(|line| line.name == "decile").count(), 9);
        assert!(percentiles(&View::new(&random(1, 5), &whole()))[0].figure.flags.contains(&Flag::TooFew));
    }
}
