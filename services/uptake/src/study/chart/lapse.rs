//! Chart 13: how long use lasts, from the first referral to a silence of half a year.

use super::adoption::{at_risk, since};
use super::curve::{Course, draw};
use super::drawing::Drawing;
use super::legend::{Entry, Key, legend};
use super::look::{BAND, MAIN};
use super::plot::{Axis, Plot, Room, TOP};
use super::{Chart, Head, Language, Words};
use crate::study::estimator::survival::{Curve, Spell, kaplan_meier};
use crate::study::indicator::retention::{GAP, lasting};
use crate::study::view::View;

/// S(t) of use with its 95 % band and the practices at risk; its table has the curve's steps. A silence is dated when it is
/// [`GAP`] days long.
pub fn lapse(view: &View<'_>, language: Language) -> Chart {
    let until = view.window.until;
    let spells: Vec<Spell> = view.counted().filter_map(|place| lasting(view.use_days(place), until)).collect();
    let curve = kaplan_meier(&spells);
    let head = Head {
        name: "lapse",
        title: Words::new("How long use lasts", "Hvor lenge bruken varer"),
        definition: Some("I-05"),
        columns: vec![
            language.say("Days since the first referral", "Dager siden første henvisning"),
            language.say("At risk", "Under observasjon"),
            language.say("Lapsed then", "Sluttet da"),
            language.say("Still in use", "Fortsatt i bruk"),
            language.say("95% interval", "95 %-intervall"),
        ],
    };
    if curve.longest <= 0.0 {
        let why = Words::new(
            "No practice has used the service for a day yet.",
            "Ingen legekontor har brukt tjenesten en dag ennå.",
        );
        return head.empty(language, why, Vec::new());
    }
    let row = |step: &crate::study::estimator::survival::Step| {
        vec![
            language.count(step.time),
            language.count(step.at_risk as f64),
            language.count(step.events as f64),
            language.percent(step.survival),
            language.limits(step.interval, Language::percent),
        ]
    };
    let rows = curve.steps.iter().map(row).collect();
    head.drawn(drawing(&curve, &spells, language), finding(&curve), rows)
}

fn drawing(curve: &Curve, spells: &[Spell], language: Language) -> Drawing {
    let mut drawing = Drawing::new("lapse", language, 460.0);
    let entries = [
        Entry::new(Key::Line, MAIN, language.say("Still in use", "Fortsatt i bruk")),
        Entry::new(Key::Field, BAND, language.say("95% interval", "95 %-intervall")),
    ];
    let top = legend(&mut drawing, TOP, &entries);
    let across =
        since(language.say("Months since the first referral", "Måneder siden første henvisning"), curve.longest);
    let up = Axis::shares(language, language.say("Share of practices with use", "Andel av legekontor i bruk"), 1.0);
    let plot = Plot::within(&mut drawing, Room { top, bottom: 400.0, left: 0.0 }, &across, &up);
    draw(&mut drawing, &plot, curve, Course::Falling, curve.longest);
    at_risk(
        &mut drawing,
        &plot,
        &across,
        spells,
        language.say("Practices followed so long", "Legekontor fulgt så lenge"),
    );
    drawing
}

fn finding(curve: &Curve) -> Words {
    let lapsed: usize = curve.steps.iter().map(|step| step.events).sum();
    Words::both(|language| {
        let all = language.many(curve.spells, ["practice", "practices"], ["legekontor"; 2]);
        let lapsed = language.count(lapsed as f64);
        let gap = language.count(f64::from(GAP));
        let median = curve.median().map(|days| language.count(days));
        match language {
            Language::En => {
                let half = median.map_or("the median is not reached".to_owned(), |days| {
                    format!("half had lapsed after {days} days")
                });
                format!("Of {all} with use {lapsed} fell silent for {gap} days; {half}.")
            }
            Language::Nb => {
                let half =
                    median.map_or("medianen er ikke nådd".to_owned(), |days| format!("halvparten etter {days} dager"));
                format!("Av {all} i bruk ble {lapsed} tause i {gap} dager; {half}.")
            }
        }
    })
}
