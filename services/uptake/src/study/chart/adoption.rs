//! Chart 1: the adoption curve, time from equipped to the first referral, with the practices still at risk under its axis.

use super::curve::{Course, draw, highest};
use super::drawing::{Anchor, Drawing, LABEL};
use super::legend::Entry;
use super::legend::Key;
use super::look::{BAND, MAIN};
use super::plot::{Axis, Plot, Room, TOP};
use super::{Chart, Head, Language, Words};
use crate::study::estimator::survival::{Curve, Spell, kaplan_meier};
use crate::study::figure::Line;
use crate::study::indicator::adoption::{adoption as indicator, ways};
use crate::study::view::View;

/// Days of a month, on average.
pub(super) const MONTH: f64 = 365.25 / 12.0;

/// 1 − S with its 95 % band over months since a practice was equipped; its table is I-02's line per quarter of a year.
pub fn adoption(view: &View<'_>, language: Language) -> Chart {
    let spells: Vec<Spell> = ways(view).iter().map(crate::study::indicator::adoption::spell).collect();
    let curve = kaplan_meier(&spells);
    let lines = indicator(view);
    let head = Head {
        name: "adoption-curve",
        title: Words::new("Time from equipped to first referral", "Tid fra utstyrt til første henvisning"),
        definition: Some("I-02"),
        columns: vec![
            language.say("Time since equipped", "Tid siden utstyrt"),
            language.say("Had sent a referral", "Hadde sendt en henvisning"),
            language.say("95% interval", "95 %-intervall"),
            language.say("First referrals / practices", "Første henvisninger / legekontor"),
        ],
    };
    let adopted: Vec<&Line> = lines.iter().filter(|line| line.name == "adopted").collect();
    if curve.longest <= 0.0 {
        let why = Words::new(
            "No practice has been equipped for a day yet.",
            "Ingen legekontor har vært utstyrt en dag ennå.",
        );
        return head.empty(language, why, Vec::new());
    }
    let day = |group: &str| match language {
        Language::En => group.to_owned(),
        Language::Nb => group.replace("day", "dag"),
    };
    let rows = adopted.iter().map(|line| {
        let [value, limits, of] = language.cells(&line.figure, Language::percent);
        vec![day(&line.group), value, limits, of]
    });
    let rows = rows.collect();
    head.drawn(drawing(&curve, &spells, language), finding(&curve, &adopted, &lines), rows)
}

fn drawing(curve: &Curve, spells: &[Spell], language: Language) -> Drawing {
    let mut drawing = Drawing::new("adoption-curve", language, 460.0);
    let entries = [
        Entry::new(Key::Line, MAIN, language.say("Had sent a referral", "Hadde sendt en henvisning")),
        Entry::new(Key::Field, BAND, language.say("95% interval", "95 %-intervall")),
    ];
    let up = Axis::shares(
        language,
        language.say("Share of equipped practices", "Andel av utstyrte legekontor"),
        highest(curve, Course::Rising),
    );
    let across = since(language.say("Months since equipped", "Måneder siden utstyrt"), curve.longest);
    let top = super::legend::legend(&mut drawing, TOP, &entries);
    let plot = Plot::within(&mut drawing, Room { top, bottom: 400.0, left: 0.0 }, &across, &up);
    draw(&mut drawing, &plot, curve, Course::Rising, curve.longest);
    at_risk(
        &mut drawing,
        &plot,
        &across,
        spells,
        language.say("Practices followed so long", "Legekontor fulgt så lenge"),
    );
    drawing
}

/// An axis of months over days.
pub(super) fn since(title: &str, days: f64) -> Axis {
    let months = days / MONTH;
    let every = [1.0, 2.0, 3.0, 6.0, 12.0, 24.0].into_iter().find(|every| months / every <= 10.0).unwrap_or(60.0);
    let ticks = (0..=(months / every).floor() as usize).map(|number| number as f64 * every);
    Axis {
        title: title.to_owned(),
        values: (0.0, days),
        ticks: ticks.map(|month| (month * MONTH, format!("{month:.0}"))).collect(),
    }
}

/// The number at risk under each label of the axis.
pub(super) fn at_risk(drawing: &mut Drawing, plot: &Plot, across: &Axis, spells: &[Spell], title: &str) {
    let y = drawing.height - 8.0;
    drawing.text((6.0, y - 24.0), Anchor::Start, LABEL, title);
    for (time, _) in &across.ticks {
        let left = spells.iter().filter(|spell| spell.time >= *time).count();
        let count = drawing.language.count(left as f64);
        drawing.text((plot.across.place(*time), y), Anchor::Middle, LABEL, &count);
    }
}

fn finding(curve: &Curve, adopted: &[&Line], lines: &[Line]) -> Words {
    let median = lines.iter().find(|line| line.name == "median-days").and_then(|line| line.figure.value);
    Words::both(|language| {
        let share = adopted.last().map(|line| language.share(&line.figure)).unwrap_or_default();
        let days = language.many(curve.longest as usize, ["day", "days"], ["dag", "dager"]);
        let all = language.many(curve.spells, ["practice", "practices"], ["legekontor"; 2]);
        let half = match (median, language) {
            (Some(days), Language::En) => format!("half had after {} days", language.count(days)),
            (None, Language::En) => "the median is not reached".to_owned(),
            (Some(days), Language::Nb) => format!("halvparten hadde etter {} dager", language.count(days)),
            (None, Language::Nb) => "medianen er ikke nådd".to_owned(),
        };
        match language {
            Language::En => {
                format!("Within {days} of being equipped {share} of {all} had sent a referral; {half}.")
            }
            Language::Nb => {
                format!("Innen {days} etter utstyring hadde {share} av {all} henvist; {half}.")
            }
        }
    })
}
