//! Chart 3: the funnel from offered to sustained, with both percentages and their intervals.

use super::drawing::{Anchor, Drawing, LABEL, Shape};
use super::language::UNKNOWN;
use super::legend::{Entry, Key};
use super::look::{BAR, Look, SECOND, WHISKER};
use super::plot::{Axis, Plot, Room, TOP, height};
use super::{Chart, Head, Language, Words};
use crate::study::figure::{Figure, Interval, Line};
use crate::study::indicator::steps::steps;
use crate::study::view::View;

/// One step with its three figures.
struct Stage<'a> {
    name: &'a str,
    of_first: &'a Figure,
    of_previous: &'a Figure,
    median: Option<&'a Figure>,
}

const PREVIOUS: Look = Look::mark("mark previous", "#ffffff", super::look::ORANGE);

/// A step's name as it is read.
fn called(step: &str, language: Language) -> &str {
    match step {
        "offered" => language.say("Offered", "Tilbudt"),
        "equipped" => language.say("Equipped", "Utstyrt"),
        "trained" => language.say("Trained", "Opplært"),
        "first-use" => language.say("First referral", "Første henvisning"),
        "active" => language.say("Active", "Aktiv"),
        "sustained" => language.say("Sustained", "Varig i bruk"),
        other => other,
    }
}

/// A bar per step (share of the first) with a mark (share of the step before), Wilson's intervals on both; I-01's lines.
pub fn funnel(view: &View<'_>, language: Language) -> Chart {
    let lines = steps(view);
    let stages = stages(&lines);
    let head = Head {
        name: "funnel",
        title: Words::new("From offered to sustained use", "Fra tilbud til varig bruk"),
        definition: Some("I-01"),
        columns: vec![
            language.say("Step", "Trinn"),
            language.say("Practices", "Legekontor"),
            language.say("Of the first", "Av det første"),
            language.say("95% interval", "95 %-intervall"),
            language.say("Of the step before", "Av trinnet før"),
            language.say("95% interval", "95 %-intervall"),
            language.say("Median days since the step before", "Median dager siden trinnet før"),
        ],
    };
    let Some(first) = stages.first().filter(|stage| stage.of_first.denominator > 0.0) else {
        let why = Words::new("No practice has been offered the service.", "Ingen legekontor har fått tilbudet.");
        return head.empty(language, why, Vec::new());
    };
    let row = |stage: &Stage<'_>| {
        let [first, first_limits, _] = language.cells(stage.of_first, Language::percent);
        let [previous, previous_limits, _] = language.cells(stage.of_previous, Language::percent);
        let count = language.count(stage.of_first.numerator);
        let name = called(stage.name, language).to_owned();
        vec![name, count, first, first_limits, previous, previous_limits, median(stage, language)]
    };
    let rows = stages.iter().map(row).collect();
    head.drawn(drawing(&stages, language), finding(first, &stages), rows)
}

fn stages(lines: &[Line]) -> Vec<Stage<'_>> {
    let of = |group: &str, name: &str| {
        lines.iter().find(|line| line.group == group && line.name == name).map(|line| &line.figure)
    };
    let first = lines.iter().filter(|line| line.name == "of-first" && line.group != "anomalies");
    let stage = |line: &'_ Line| {
        of(&line.group, "of-previous").map(|of_previous| (of_previous, of(&line.group, "median-days")))
    };
    first
        .filter_map(|line| {
            stage(line).map(|(of_previous, median)| Stage {
                name: &line.group,
                of_first: &line.figure,
                of_previous,
                median,
            })
        })
        .collect()
}

fn median(stage: &Stage<'_>, language: Language) -> String {
    match stage.median {
        None => String::new(),
        Some(figure) => figure.value.map_or_else(|| UNKNOWN.to_owned(), |days| language.count(days)),
    }
}

fn drawing(stages: &[Stage<'_>], language: Language) -> Drawing {
    const ROW: f64 = 62.0;
    let entries = [
        Entry::new(Key::Field, BAR, language.say("Of those offered", "Av dem med tilbud")),
        Entry::new(Key::Diamond, PREVIOUS, language.say("Of the step before", "Av trinnet før")),
        Entry::new(Key::Line, WHISKER, language.say("95% interval", "95 %-intervall")),
    ];
    let mut drawing = Drawing::new("funnel", language, height(&entries, ROW * stages.len() as f64, false));
    let top = super::legend::legend(&mut drawing, TOP, &entries);
    let up = Axis { title: String::new(), values: (0.0, 1.0), ticks: Vec::new() };
    let across = Axis::shares(language, "", 1.0);
    let bottom = drawing.height;
    let plot = Plot::within(&mut drawing, Room { top, bottom, left: 16.0 }, &across, &up);
    for (number, stage) in stages.iter().enumerate() {
        let y = plot.up.places.1 + ROW * number as f64 + 8.0;
        let count = language.count(stage.of_first.numerator);
        drawing.strong((16.0, y + 12.0), Anchor::Start, LABEL, &format!("{} {count}", called(stage.name, language)));
        let shares = [stage.of_first, stage.of_previous].map(|figure| figure.value.unwrap_or(0.0));
        if number > 0 {
            let said = said(stage, shares, language);
            drawing.text((622.0, y + 12.0), Anchor::End, LABEL, &said);
        }
        let left = plot.across.place(0.0);
        let wide = plot.across.place(shares[0]) - left;
        drawing.draw_telling(&Shape::Box((left, y + 20.0), wide, 14.0), &BAR, &language.share(stage.of_first));
        whisker(&mut drawing, &plot, y + 27.0, stage.of_first.interval, WHISKER);
        if number > 0 {
            whisker(&mut drawing, &plot, y + 43.0, stage.of_previous.interval, Look { width: 1.6, ..SECOND });
            let place = (plot.across.place(shares[1]), y + 43.0);
            drawing.draw_telling(&Shape::Diamond(place, 6.5), &PREVIOUS, &language.share(stage.of_previous));
        }
    }
    drawing
}

fn said(stage: &Stage<'_>, shares: [f64; 2], language: Language) -> String {
    let [first, previous] = shares.map(|share| language.percent(share));
    let days = median(stage, language);
    match language {
        Language::En if days == UNKNOWN => format!("{first} of first, {previous} of previous"),
        Language::En => format!("{first} of first, {previous} of previous, {days} days"),
        Language::Nb if days == UNKNOWN => format!("{first} av første, {previous} av forrige"),
        Language::Nb => format!("{first} av første, {previous} av forrige, {days} dager"),
    }
}

/// A line from limit to limit, with short ends.
pub(super) fn whisker(drawing: &mut Drawing, plot: &Plot, y: f64, interval: Option<Interval>, look: Look) {
    let Some(Interval { low, high }) = interval else { return };
    let [low, high] = [low, high].map(|limit| plot.across.place(limit));
    let solid = Look { dash: "", ..look };
    drawing.draw(&Shape::Line((low, y), (high, y)), &look);
    for x in [low, high] {
        drawing.draw(&Shape::Line((x, y - 4.0), (x, y + 4.0)), &solid);
    }
}

fn finding(first: &Stage<'_>, stages: &[Stage<'_>]) -> Words {
    let of = |name: &str| stages.iter().find(|stage| stage.name == name);
    let lost = |stage: &&Stage<'_>| stage.of_previous.denominator - stage.of_previous.numerator;
    let worst = stages.iter().skip(1).max_by(|a, b| lost(a).total_cmp(&lost(b)).then(b.name.cmp(a.name)));
    Words::both(|language| {
        let all = language.count(first.of_first.denominator);
        let count = |name| of(name).map_or(0.0, |stage: &Stage<'_>| stage.of_first.numerator);
        let [equipped, used, sustained] =
            ["equipped", "first-use", "sustained"].map(|name| language.count(count(name)));
        let share = of("first-use").map(|stage| language.share(stage.of_first)).unwrap_or_default();
        let step = worst.map(|stage| called(stage.name, language).to_lowercase()).unwrap_or_default();
        let most = worst.map(|stage| language.count(lost(&stage))).unwrap_or_default();
        match language {
            Language::En => format!(
                "Of {all} practices that were offered the service {equipped} were equipped, {used} sent a referral, \
                 {share}, and {sustained} kept using it; most were lost before the step {step}: {most}."
            ),
            Language::Nb => format!(
                "Av {all} legekontor med tilbud ble {equipped} utstyrt, {used} henviste, {share}, og {sustained} fortsatte; \
                 flest falt fra før trinnet {step}: {most}."
            ),
        }
    })
}
