//! Chart 7: the practices with use side by side, all on one scale.

use super::drawing::{Anchor, Drawing, LABEL, SMALL, Shape, WIDTH};
use super::look::{AXIS, BAR, GRID};
use super::scale::{Scale, rounded};
use super::{Chart, Head, Language, Words, say_capped};
use crate::study::calendar::{Month, first_day, quarter_name};
use crate::study::indicator::spread::counts;
use crate::study::view::View;

/// Small charts at most.
const PANELS: usize = 24;

/// Small charts in a row.
const ABREAST: usize = 3;

/// One practice's referrals by quarter.
struct Panel<'a> {
    code: &'a str,
    total: f64,
    quarters: Vec<f64>,
}

fn starts(view: &View<'_>) -> Vec<Month> {
    let months = view.window.months();
    let whole = |month: &Month| month.rem_euclid(3) == 0 && months.binary_search(&(month + 2)).is_ok();
    months.iter().copied().filter(whole).collect()
}

fn panels<'a>(view: &View<'a>, starts: &[Month]) -> Vec<Panel<'a>> {
    let panel = |(place, total): (usize, f64)| {
        let of = |start: &Month| {
            let (from, to) = (first_day(*start), first_day(start + 3));
            view.use_days(place).iter().filter(|day| **day >= from && **day < to).count() as f64
        };
        Panel { code: view.code(place), total, quarters: starts.iter().map(of).collect() }
    };
    let mut panels: Vec<Panel<'_>> = counts(view).into_iter().filter(|one| one.1 > 0.0).map(panel).collect();
    panels.sort_by(|a, b| b.total.total_cmp(&a.total).then(a.code.cmp(b.code)));
    panels
}

/// A small chart per practice with use, the busiest first, over the whole quarters of the window; at most [`PANELS`] are drawn.
pub fn multiples(view: &View<'_>, language: Language) -> Chart {
    let starts = starts(view);
    let panels = panels(view, &starts);
    let head = Head {
        name: "small-multiples",
        title: Words::new(
            "Referrals per quarter of each practice with use",
            "Henvisninger per kvartal for hvert kontor i bruk",
        ),
        definition: None,
        columns: vec![
            language.say("Practice", "Legekontor"),
            language.say("Referrals in the window", "Henvisninger i perioden"),
            language.say("Most in a quarter", "Flest i et kvartal"),
            language.say("Quarter by quarter", "Kvartal for kvartal"),
        ],
    };
    let row = |panel: &Panel<'_>| {
        let counts: Vec<String> = panel.quarters.iter().map(|count| language.count(*count)).collect();
        let most = panel.quarters.iter().copied().fold(0.0, f64::max);
        vec![panel.code.to_owned(), language.count(panel.total), language.count(most), counts.join(" ")]
    };
    let rows: Vec<Vec<String>> = panels.iter().map(row).collect();
    let most = panels.iter().flat_map(|panel| &panel.quarters).copied().fold(0.0, f64::max);
    let (Some(first), Some(last), true) = (starts.first(), starts.last(), most > 0.0) else {
        let why = Words::new(
            "No practice sent a referral in a whole quarter of the window.",
            "Ingen legekontor sendte en henvisning i et helt kvartal av perioden.",
        );
        return head.empty(language, why, rows);
    };
    let span = [quarter_name(*first), quarter_name(*last)];
    let finding = finding(&panels, &span, most);
    head.drawn(drawing(&panels, &span, most, language), finding, rows)
}

fn drawing(panels: &[Panel<'_>], span: &[String; 2], most: f64, language: Language) -> Drawing {
    const HIGH: f64 = 126.0;
    let drawn: Vec<&Panel<'_>> = panels.iter().take(PANELS).collect();
    let foot = if drawn.len() < panels.len() { 28.0 } else { 0.0 };
    let down = drawn.len().div_ceil(ABREAST) as f64;
    let mut drawing = Drawing::new("small-multiples", language, 34.0 + HIGH * down + foot);
    let [first, last] = span;
    let title = match language {
        Language::En => format!("Referrals per quarter, {first} to {last}, one scale"),
        Language::Nb => format!("Henvisninger per kvartal, {first} til {last}, samme skala"),
    };
    drawing.text((6.0, 22.0), Anchor::Start, LABEL, &title);
    let (ticks, _) = rounded(0.0, most, 2, true);
    let high = ticks.last().copied().unwrap_or(1.0);
    let each = WIDTH / ABREAST as f64;
    for (number, panel) in drawn.iter().enumerate() {
        let (column, line) = (number % ABREAST, number / ABREAST);
        let (x, y) = (each * column as f64, 34.0 + HIGH * line as f64);
        let left = x + 36.0;
        let right = x + each - 8.0;
        let up = Scale { values: (0.0, high), places: (y + HIGH - 14.0, y + 28.0) };
        let across = Scale { values: (0.0, panel.quarters.len() as f64), places: (left, right) };
        for tick in [0.0, high] {
            let level = up.place(tick);
            drawing.draw(&Shape::Line((left, level), (right, level)), &GRID);
            drawing.text((left - 5.0, level + 4.5), Anchor::End, SMALL, &language.count(tick));
        }
        let wide = (right - left) / panel.quarters.len().max(1) as f64;
        for (place, count) in panel.quarters.iter().enumerate().filter(|one| *one.1 > 0.0) {
            let corner = (across.place(place as f64) + wide * 0.1, up.place(*count));
            let tells = format!("{} {}", panel.code, language.count(*count));
            drawing.draw_telling(&Shape::Box(corner, wide * 0.8, up.places.0 - corner.1), &BAR, &tells);
        }
        drawing.draw(&Shape::Line((left, up.places.0), (right, up.places.0)), &AXIS);
        let code = super::clipped(panel.code, LABEL, each - 110.0);
        drawing.strong((left, y + 18.0), Anchor::Start, LABEL, &code);
        drawing.text((right, y + 18.0), Anchor::End, LABEL, &language.count(panel.total));
    }
    let place = (6.0, drawing.height - 10.0);
    say_capped(&mut drawing, place, drawn.len(), panels.len());
    drawing
}

fn finding(panels: &[Panel<'_>], span: &[String; 2], most: f64) -> Words {
    let newest = panels.iter().filter(|panel| panel.quarters.last().is_some_and(|count| *count > 0.0)).count();
    Words::both(|language| {
        let all = language.many(panels.len(), ["practice", "practices"], ["legekontor"; 2]);
        let newest = language.count(newest as f64);
        let (most, last) = (language.count(most), &span[1]);
        match language {
            Language::En => format!(
                "Of {all} with use {newest} sent a referral in {last}; the most of one practice in a quarter is {most}."
            ),
            Language::Nb => {
                format!("Av {all} i bruk henviste {newest} i {last}; det meste fra ett kontor i et kvartal er {most}.")
            }
        }
    })
}
