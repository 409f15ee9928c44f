//! Chart 6: where a practice stands among the others, quarter by quarter: bands between the deciles of all practices' rates.

use super::drawing::{Drawing, Place, Shape};
use super::language::UNKNOWN;
use super::legend::{Entry, Key};
use super::look::{BLUE, CENTRE, Look, SECOND};
use super::plot::{Axis, Plot};
use super::{Chart, Head, Language, Words};
use crate::study::calendar::{Month, first_day, quarter_name};
use crate::study::estimator::quantile::deciles as of_all;
use crate::study::indicator::referral_rate::SCALE;
use crate::study::view::View;

/// Under so many practices no decile is shown.
const ENOUGH: usize = 10;

/// One quarter: the rates of every practice that was live and whose list is known.
struct Quarter {
    name: String,
    practices: usize,
    zeros: usize,
    deciles: Option<[f64; 9]>,
    own: Option<f64>,
}

/// Referrals per 1,000 patient-years of a practice over the live months of a quarter.
fn rate(view: &View<'_>, place: usize, quarter: Month) -> Option<f64> {
    let live = (quarter..quarter + 3).filter(|month| view.live(place, *month));
    let (mut years, mut uses) = (0.0, 0);
    for month in live {
        years += view.practice(place).list_size(month)? / 12.0;
        let (from, to) = (first_day(month), first_day(month + 1));
        uses += view.use_days(place).iter().filter(|day| **day >= from && **day < to).count();
    }
    (years > 0.0).then(|| uses as f64 / years * SCALE)
}

fn quarters(view: &View<'_>, practice: Option<&str>) -> Vec<Quarter> {
    let months = view.window.months();
    let whole = |month: &&Month| month.rem_euclid(3) == 0 && months.binary_search(&(**month + 2)).is_ok();
    let quarter = |start: &Month| {
        let rates: Vec<(usize, f64)> =
            view.counted().filter_map(|place| rate(view, place, *start).map(|rate| (place, rate))).collect();
        let values: Vec<f64> = rates.iter().map(|one| one.1).collect();
        Quarter {
            name: quarter_name(*start),
            practices: values.len(),
            zeros: values.iter().filter(|value| **value <= 0.0).count(),
            deciles: of_all(&values).filter(|_| values.len() >= ENOUGH),
            own: rates.iter().find(|one| practice == Some(view.code(one.0))).map(|one| one.1),
        }
    };
    months.iter().filter(whole).map(quarter).collect()
}

/// Bands between deciles with the median, and one practice's line when its code is given. Hidden under ten practices.
pub fn deciles(view: &View<'_>, practice: Option<&str>, language: Language) -> Chart {
    let quarters = quarters(view, practice);
    let head = Head {
        name: "deciles",
        title: Words::new("A practice among the others", "Et legekontor blant de andre"),
        definition: Some("I-09"),
        columns: vec![
            language.say("Quarter", "Kvartal"),
            language.say("Practices", "Legekontor"),
            language.say("With none", "Uten henvisning"),
            "10\u{a0}%",
            "20\u{a0}%",
            "30\u{a0}%",
            "40\u{a0}%",
            language.say("Median", "Median"),
            "60\u{a0}%",
            "70\u{a0}%",
            "80\u{a0}%",
            "90\u{a0}%",
            language.say("The practice", "Legekontoret"),
        ],
    };
    let rows: Vec<Vec<String>> = quarters.iter().map(|quarter| row(quarter, language)).collect();
    if !quarters.iter().any(|quarter| quarter.deciles.is_some()) {
        let why = Words::new(
            "Too few practices: deciles need ten that are live with a known list in a whole quarter.",
            "For få legekontor: desiler krever ti i drift med kjent listestørrelse i et helt kvartal.",
        );
        return head.empty(language, why, rows);
    }
    head.drawn(drawing(&quarters, practice, language), finding(&quarters, practice), rows)
}

fn row(quarter: &Quarter, language: Language) -> Vec<String> {
    let rate = |value: f64| language.number(value, 2);
    let mut cells = vec![quarter.name.clone(), language.count(quarter.practices as f64)];
    cells.push(language.count(quarter.zeros as f64));
    match quarter.deciles {
        Some(deciles) => cells.extend(deciles.map(rate)),
        None => cells.extend([UNKNOWN; 9].map(str::to_owned)),
    }
    cells.push(quarter.own.map_or_else(|| UNKNOWN.to_owned(), rate));
    cells
}

const OWN: Look = SECOND;

fn drawing(quarters: &[Quarter], practice: Option<&str>, language: Language) -> Drawing {
    let mut drawing = Drawing::new("deciles", language, 440.0);
    let band = Look::area("area band", BLUE, 0.16);
    let mut entries = vec![
        Entry::new(
            Key::Field,
            band,
            language.say("10th to 90th percentile, in steps", "10. til 90. persentil, trinnvis"),
        ),
        Entry::new(Key::Line, CENTRE, language.say("Median", "Median")),
    ];
    if let Some(code) = practice {
        entries.push(Entry::new(Key::Line, OWN, code));
    }
    let values = quarters.iter().flat_map(|one| one.own.into_iter().chain(one.deciles.into_iter().flatten()));
    let high = values.fold(0.0, f64::max);
    let title = language.say("Referrals per 1,000 patient-years", "Henvisninger per 1\u{202f}000 pasientår");
    let up = Axis::numbers(language, title, 0.0, if high > 0.0 { high } else { 1.0 });
    let label = |(place, quarter): (usize, &Quarter)| (place as f64 + 0.5, quarter.name.clone());
    let across = Axis {
        title: String::new(),
        values: (0.0, quarters.len() as f64),
        ticks: quarters.iter().enumerate().map(label).collect(),
    };
    let plot = Plot::new(&mut drawing, &entries, &across, &up);
    let numbered = || quarters.iter().enumerate().map(|(place, quarter)| (place as f64 + 0.5, quarter));
    let line = |of: &dyn Fn(&Quarter) -> Option<f64>| -> Vec<Vec<Place>> {
        let known: Vec<Option<Place>> = numbered().map(|(x, one)| of(one).map(|value| plot.at(x, value))).collect();
        known.split(Option::is_none).map(|run| run.iter().flatten().copied().collect()).collect()
    };
    for pair in [(0, 8), (1, 7), (2, 6), (3, 5)] {
        let edge = |number: usize| line(&|one| one.deciles.and_then(|deciles| deciles.get(number).copied()));
        for (low, high) in edge(pair.0).into_iter().zip(edge(pair.1)) {
            let around: Vec<Place> = low.into_iter().chain(high.into_iter().rev()).collect();
            if around.len() > 2 {
                drawing.draw(&Shape::Within(&around), &band);
            }
        }
    }
    let dot = Look::mark("mark own", super::look::ORANGE, super::look::WHITE);
    let median = line(&|one| one.deciles.map(|deciles| deciles[4]));
    for (runs, look, dots) in [(median, CENTRE, false), (line(&|one| one.own), OWN, true)] {
        for run in runs.iter().filter(|run| !run.is_empty()) {
            drawing.draw(&Shape::Through(run), &look);
            for place in run.iter().filter(|_| dots) {
                drawing.draw(&Shape::Diamond(*place, 5.5), &dot);
            }
        }
    }
    drawing
}

fn finding(quarters: &[Quarter], practice: Option<&str>) -> Words {
    let newest = quarters.iter().rev().find(|quarter| quarter.deciles.is_some());
    Words::both(|language| {
        let Some((quarter, deciles)) = newest.and_then(|quarter| quarter.deciles.map(|deciles| (quarter, deciles)))
        else {
            return String::new();
        };
        let [median, high] = [deciles[4], deciles[8]].map(|rate| language.figure(rate));
        let [all, zeros] = [quarter.practices, quarter.zeros].map(|count| language.count(count as f64));
        let name = quarter.name.as_str();
        let own = practice.zip(quarter.own).map(|(code, rate)| (code, language.figure(rate)));
        match language {
            Language::En => {
                let own = own.map(|(code, rate)| format!("; {code} had {rate}")).unwrap_or_default();
                format!(
                    "In {name} the median of {all} practices was {median} referrals per 1,000 patient-years and the 90th \
                     percentile {high}; {zeros} had none{own}."
                )
            }
            Language::Nb => {
                let own = own.map(|(code, rate)| format!("; {code} hadde {rate}")).unwrap_or_default();
                format!(
                    "I {name} var medianen for {all} legekontor {median} henvisninger per 1\u{202f}000 pasientår og \
                     90-persentilen {high}; {zeros} hadde ingen{own}."
                )
            }
        }
    })
}
