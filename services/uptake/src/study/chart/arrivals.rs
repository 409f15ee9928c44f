//! Chart 2: new adopters per quarter, and the share of equipped practices that had begun by its end.

use super::curve::area;
use super::drawing::{Drawing, Place, Shape};
use super::legend::{Entry, Key, legend};
use super::look::{BAND, BAR, HOLLOW, Hatch, Look, MAIN, PURPLE};
use super::plot::{Axis, Plot, Room, TOP};
use super::{Chart, Head, Language, Words};
use crate::study::figure::{Figure, Flag, Line};
use crate::study::indicator::arrivals::arrivals as indicator;
use crate::study::view::View;

/// A quarter's two figures.
struct Quarter<'a> {
    name: &'a str,
    hazard: &'a Figure,
    share: &'a Figure,
}

const OPEN: Look = Look { stroke: PURPLE, width: 1.2, ..Look::hatched("area incomplete", Hatch::Upright) };

fn quarters(lines: &[Line]) -> Vec<Quarter<'_>> {
    let hazards = lines.iter().filter(|line| line.name == "hazard");
    let share = |name: &str| lines.iter().find(|line| line.name == "cumulative-share" && line.group == name);
    hazards
        .filter_map(|line| {
            share(&line.group).map(|share| Quarter { name: &line.group, hazard: &line.figure, share: &share.figure })
        })
        .collect()
}

/// Bars of new adopters under the line of the cumulative share; I-03's lines.
pub fn arrivals(view: &View<'_>, language: Language) -> Chart {
    let lines = indicator(view);
    let quarters = quarters(&lines);
    let head = Head {
        name: "arrivals",
        title: Words::new("New adopters per quarter", "Nye brukere per kvartal"),
        definition: Some("I-03"),
        columns: vec![
            language.say("Quarter", "Kvartal"),
            language.say("New adopters / could begin", "Nye brukere / kunne begynne"),
            language.say("Share that began", "Andel som begynte"),
            language.say("95% interval", "95 %-intervall"),
            language.say("Begun / equipped", "Begynt / utstyrt"),
            language.say("Share begun", "Andel begynt"),
            language.say("95% interval", "95 %-intervall"),
            language.say("Complete", "Fullstendig"),
        ],
    };
    if quarters.is_empty() {
        let why = Words::new("No practice is equipped yet.", "Ingen legekontor er utstyrt ennå.");
        return head.empty(language, why, Vec::new());
    }
    let row = |quarter: &Quarter<'_>| {
        let [hazard, hazard_limits, new] = language.cells(quarter.hazard, Language::percent);
        let [share, share_limits, begun] = language.cells(quarter.share, Language::percent);
        let whole = if open(quarter) { language.say("no", "nei") } else { language.say("yes", "ja") };
        vec![quarter.name.to_owned(), new, hazard, hazard_limits, begun, share, share_limits, whole.to_owned()]
    };
    let rows = quarters.iter().map(row).collect();
    head.drawn(drawing(&quarters, language), finding(&quarters), rows)
}

fn open(quarter: &Quarter<'_>) -> bool {
    quarter.share.flags.contains(&Flag::Incomplete)
}

fn drawing(quarters: &[Quarter<'_>], language: Language) -> Drawing {
    let mut drawing = Drawing::new("arrivals", language, 560.0);
    let mut entries = vec![
        Entry::new(Key::Line, MAIN, language.say("Share begun", "Andel begynt")),
        Entry::new(Key::Field, BAND, language.say("95% interval", "95 %-intervall")),
        Entry::new(Key::Field, BAR, language.say("New adopters", "Nye brukere")),
    ];
    if quarters.iter().any(open) {
        entries.push(Entry::new(Key::Field, OPEN, language.say("Incomplete quarter", "Ufullstendig kvartal")));
    }
    let top = legend(&mut drawing, TOP, &entries);
    let label = |(place, quarter): (usize, &Quarter<'_>)| (place as f64 + 0.5, quarter.name.to_owned());
    let across = Axis {
        title: String::new(),
        values: (0.0, quarters.len() as f64),
        ticks: quarters.iter().enumerate().map(label).collect(),
    };
    let most = |of: fn(&Quarter<'_>) -> f64| quarters.iter().map(of).fold(0.0, f64::max);
    let high = most(|one| one.share.interval.map_or(0.0, |limits| limits.high));
    let share =
        Axis::shares(language, language.say("Share of equipped practices", "Andel av utstyrte legekontor"), high);
    let room = Room { top, bottom: 310.0, left: 64.0 };
    let upper = Plot::within(&mut drawing, room, &across, &share);
    let (mut low, mut high, mut line): (Vec<Place>, Vec<Place>, Vec<Place>) = (Vec::new(), Vec::new(), Vec::new());
    for (number, quarter) in quarters.iter().enumerate() {
        let x = number as f64 + 0.5;
        line.extend(quarter.share.value.map(|value| upper.at(x, value)));
        if let Some(limits) = quarter.share.interval {
            low.push(upper.at(x, limits.low));
            high.push(upper.at(x, limits.high));
        }
    }
    area(&mut drawing, low, high);
    drawing.draw(&Shape::Through(&line), &MAIN);
    let dot = Look::mark("mark main", super::look::BLUE, super::look::WHITE);
    for (quarter, place) in quarters.iter().filter(|quarter| quarter.share.value.is_some()).zip(line) {
        drawing.draw(&Shape::Circle(place, 4.0), if open(quarter) { &HOLLOW } else { &dot });
    }
    let title = language.say("New adopters", "Nye brukere");
    let counts = Axis::counts(language, title, most(|one| one.hazard.numerator));
    let room = Room { top: 318.0, bottom: drawing.height, left: 64.0 };
    let lower = Plot::within(&mut drawing, room, &across, &counts);
    for (number, quarter) in quarters.iter().enumerate() {
        let (left, head) = lower.at(number as f64 + 0.12, quarter.hazard.numerator);
        let wide = lower.across.place(number as f64 + 0.88) - left;
        let [_, _, new] = language.cells(quarter.hazard, Language::percent);
        let tells = format!("{}: {new}", quarter.name);
        let look = if open(quarter) { OPEN } else { BAR };
        drawing.draw_telling(&Shape::Box((left, head), wide, lower.up.places.0 - head), &look, &tells);
    }
    drawing
}

fn finding(quarters: &[Quarter<'_>]) -> Words {
    let peak = quarters.iter().rev().max_by(|a, b| a.hazard.numerator.total_cmp(&b.hazard.numerator));
    Words::both(|language| {
        let share = quarters.last().map(|quarter| language.share(quarter.share)).unwrap_or_default();
        let until = quarters.last().map(|quarter| quarter.name).unwrap_or_default();
        let (most, when) =
            peak.map(|quarter| (language.count(quarter.hazard.numerator), quarter.name)).unwrap_or_default();
        match language {
            Language::En => format!(
                "By {until} {share} of equipped practices had sent a referral; most began in {when}, {most} of them."
            ),
            Language::Nb => format!(
                "I {until} hadde {share} av utstyrte legekontor henvist; flest begynte i {when}, {most} kontor."
            ),
        }
    })
}
