//! Chart 12: who stays. A triangle of cohorts by quarter of first use, and the one line over all that could be seen so long.

use super::curve::area;
use super::drawing::{Anchor, Drawing, Place, SMALL, Shape};
use super::legend::{Entry, Key, legend};
use super::look::{BAND, BLUE, INK, Look, MAIN, PALE, WHITE};
use super::plot::{Axis, Plot, Room, TOP};
use super::{Chart, Head, Language, Words};
use crate::study::figure::{Figure, Line};
use crate::study::indicator::retention::retention as indicator;
use crate::study::view::View;

/// Cohorts and quarters that are drawn at most: the newest cohorts, the first quarters.
const SHOWN: usize = 16;

/// A cohort's quarters in order.
struct Cohort<'a> {
    name: &'a str,
    figures: Vec<&'a Figure>,
}

fn cohorts(lines: &[Line]) -> Vec<Cohort<'_>> {
    let mut cohorts: Vec<Cohort<'_>> = Vec::new();
    for line in lines.iter().filter(|line| line.name == "cohort-retained") {
        let Some((name, _)) = line.group.split_once(" + ") else { continue };
        match cohorts.last_mut().filter(|cohort| cohort.name == name) {
            Some(cohort) => cohort.figures.push(&line.figure),
            None => cohorts.push(Cohort { name, figures: vec![&line.figure] }),
        }
    }
    cohorts
}

/// The pooled line above the triangle; I-05's lines.
pub fn retention(view: &View<'_>, language: Language) -> Chart {
    let lines = indicator(view);
    let pooled: Vec<&Figure> = lines.iter().filter(|line| line.name == "retained").map(|line| &line.figure).collect();
    let cohorts = cohorts(&lines);
    let head = Head {
        name: "retention",
        title: Words::new(
            "Who stays, by quarter of first referral",
            "Hvem som blir, etter kvartal for første henvisning",
        ),
        definition: Some("I-05"),
        columns: vec![
            language.say("Cohort", "Kohort"),
            language.say("Quarters since", "Kvartaler siden"),
            language.say("Share active", "Andel aktive"),
            language.say("95% interval", "95 %-intervall"),
            language.say("Active / observable", "Aktive / observerbare"),
        ],
    };
    let row = |name: &str, place: usize, figure: &Figure| {
        let [value, limits, of] = language.cells(figure, Language::percent);
        vec![name.to_owned(), language.count(place as f64), value, limits, of]
    };
    let all = language.say("All", "Alle");
    let mut rows: Vec<Vec<String>> = pooled.iter().enumerate().map(|(place, figure)| row(all, place, figure)).collect();
    for cohort in &cohorts {
        rows.extend(cohort.figures.iter().enumerate().map(|(place, figure)| row(cohort.name, place, figure)));
    }
    if pooled.is_empty() {
        let why = Words::new(
            "No practice has been seen for a whole quarter since its first referral.",
            "Ingen legekontor er fulgt et helt kvartal etter sin første henvisning.",
        );
        return head.empty(language, why, rows);
    }
    head.drawn(drawing(&pooled, &cohorts, language), finding(&pooled), rows)
}

fn drawing(pooled: &[&Figure], cohorts: &[Cohort<'_>], language: Language) -> Drawing {
    const ROW: f64 = 24.0;
    let shown = cohorts.get(cohorts.len().saturating_sub(SHOWN)..).unwrap_or_default();
    let periods = pooled.len().min(SHOWN);
    let capped = if shown.len() < cohorts.len() || periods < pooled.len() { 28.0 } else { 0.0 };
    let mut drawing = Drawing::new("retention", language, 350.0 + ROW * shown.len() as f64 + capped);
    let entries = [
        Entry::new(
            Key::Line,
            MAIN,
            language.say("All cohorts observable so long", "Alle kohorter som kan ses så lenge"),
        ),
        Entry::new(Key::Field, BAND, language.say("95% interval", "95 %-intervall")),
    ];
    let top = legend(&mut drawing, TOP, &entries);
    let ticks = (0..periods).map(|period| (period as f64 + 0.5, language.count(period as f64))).collect();
    let across = Axis {
        title: language.say("Quarters since the first referral", "Kvartaler siden første henvisning").to_owned(),
        values: (0.0, periods as f64),
        ticks,
    };
    let up = Axis::shares(
        language,
        language.say("Share with a referral in the quarter", "Andel med henvisning i kvartalet"),
        1.0,
    );
    let plot = Plot::within(&mut drawing, Room { top, bottom: 310.0, left: 84.0 }, &across, &up);
    let (mut low, mut high, mut line): (Vec<Place>, Vec<Place>, Vec<Place>) = (Vec::new(), Vec::new(), Vec::new());
    for (period, figure) in pooled.iter().take(periods).enumerate() {
        let x = period as f64 + 0.5;
        line.extend(figure.value.map(|value| plot.at(x, value)));
        low.extend(figure.interval.map(|limits| plot.at(x, limits.low)));
        high.extend(figure.interval.map(|limits| plot.at(x, limits.high)));
    }
    area(&mut drawing, low, high);
    drawing.draw(&Shape::Through(&line), &MAIN);
    let dot = Look::mark("mark main", BLUE, WHITE);
    for place in line {
        drawing.draw(&Shape::Circle(place, 4.0), &dot);
    }
    let wide = (plot.across.places.1 - plot.across.places.0) / periods.max(1) as f64;
    for (number, cohort) in shown.iter().enumerate() {
        let y = 326.0 + ROW * number as f64;
        drawing.text((6.0, y + 16.0), Anchor::Start, SMALL, cohort.name);
        for (period, figure) in cohort.figures.iter().take(periods).enumerate() {
            cell(&mut drawing, (plot.across.places.0 + wide * period as f64, y), (wide, ROW), figure);
        }
    }
    if capped > 0.0 {
        let text = language.say(
            "Not all cohorts and quarters are drawn. The table has all.",
            "Ikke alle kohorter og kvartaler er tegnet. Tabellen har alle.",
        );
        let place = (6.0, drawing.height - 10.0);
        drawing.text(place, Anchor::Start, super::drawing::LABEL, text);
    }
    drawing
}

/// The percentage stands in the field, so that its shade is not needed to read it.
fn cell(drawing: &mut Drawing, corner: Place, size: (f64, f64), figure: &Figure) {
    let Some(share) = figure.value else { return };
    let language = drawing.language;
    let look = Look { stroke: PALE, width: 0.8, ..Look::area("area cohort", BLUE, share) };
    let tells = language.cells(figure, Language::percent).join(" ");
    let shape = Shape::Box((corner.0 + 0.5, corner.1), size.0 - 1.0, size.1 - 1.5);
    drawing.draw_telling(&shape, &look, &tells);
    let colour = if share > 0.5 { WHITE } else { INK };
    let middle = (corner.0 + size.0 / 2.0, corner.1 + 16.0);
    drawing.text_upon(middle, SMALL, &language.count(share * 100.0), colour);
}

fn finding(pooled: &[&Figure]) -> Words {
    let year = pooled.get(4).map(|figure| (4, *figure));
    let shown = year.or_else(|| pooled.last().map(|figure| (pooled.len() - 1, *figure)));
    Words::both(|language| {
        let Some((quarters, figure)) = shown else { return String::new() };
        let share = language.share(figure);
        let of = language.many(figure.denominator as usize, ["practice", "practices"], ["legekontor"; 2]);
        let quarters = language.many(quarters, ["quarter", "quarters"], ["kvartal", "kvartaler"]);
        match language {
            Language::En => format!(
                "Of {of} that can be seen so long, {share} sent a referral {quarters} after the quarter of the first."
            ),
            Language::Nb => {
                format!("Av {of} som kan ses så lenge, henviste {share} {quarters} etter kvartalet for den første.")
            }
        }
    })
}
