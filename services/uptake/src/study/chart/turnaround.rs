//! Chart 14: how long an answer takes, with open and withdrawn referrals censored.

use super::curve::{Course, draw};
use super::drawing::{Anchor, Drawing, LABEL, Shape, WIDTH, text_width};
use super::legend::{Entry, Key};
use super::look::{BAND, LIMIT, MAIN, SIGNAL};
use super::plot::{Axis, Plot};
use super::{Chart, Head, Language, Words};
use crate::study::estimator::survival::{Curve, kaplan_meier};
use crate::study::figure::Line;
use crate::study::indicator::turnaround::{ENOUGH, answers, turnaround as indicator};
use crate::study::view::View;

/// The curve is cut where so many are answered: the longest wait is never shown.
const SHOWN: f64 = 0.95;

fn called(name: &'static str, language: Language) -> &'static str {
    match name {
        "answer-hours" => language.say("Hours to the answer", "Timer til svar"),
        "answer-working-hours" => language.say("Working hours to the answer", "Arbeidstimer til svar"),
        "allocation-hours" => language.say("Hours until it was taken", "Timer til den ble tatt"),
        "within-24h" => language.say("Answered within 24 hours", "Besvart innen 24 timer"),
        "within-3d" => language.say("Answered within 3 days", "Besvart innen 3 dager"),
        "within-7d" => language.say("Answered within 7 days", "Besvart innen 7 dager"),
        "unanswered" => language.say("Unanswered", "Ubesvart"),
        "asked-for-more" => language.say("Asked for more", "Bedt om mer"),
        "clock-errors" => language.say("Clock errors, left out", "Klokkefeil, utelatt"),
        other => other,
    }
}

/// 1 − S of hours to the first answer with p50, p75 and p90; I-13's lines. Nothing under ten referrals.
pub fn turnaround(view: &View<'_>, language: Language) -> Chart {
    let curve = kaplan_meier(&answers(view));
    let lines = indicator(view);
    let head = Head {
        name: "turnaround",
        title: Words::new("Time from referral to answer", "Tid fra henvisning til svar"),
        definition: Some("I-13"),
        columns: vec![
            language.say("Figure", "Mål"),
            language.say("Percentile", "Persentil"),
            language.say("Value", "Verdi"),
            language.say("95% interval", "95 %-intervall"),
            language.say("Counted / out of", "Telt / av"),
        ],
    };
    let row = |line: &Line| {
        let hours = line.name.ends_with("-hours");
        let [value, limits, of] =
            language.cells(
                &line.figure,
                |language, value| {
                    if hours { language.number(value, 1) } else { language.percent(value) }
                },
            );
        let group = if line.group == "all" { String::new() } else { line.group.clone() };
        vec![called(line.name, language).to_owned(), group, value, limits, of]
    };
    let rows: Vec<Vec<String>> = if curve.spells == 0 { Vec::new() } else { lines.iter().map(row).collect() };
    if curve.spells < ENOUGH || curve.steps.is_empty() {
        let count = curve.spells as f64;
        let why = Words::both(|language| match language {
            Language::En => format!("Too few referrals to tell: {}; at least 10 are needed.", language.count(count)),
            Language::Nb => {
                format!("For få henvisninger til å si noe: {}; det trengs minst 10.", language.count(count))
            }
        });
        return head.empty(language, why, rows);
    }
    head.drawn(drawing(&curve, &lines, language), finding(&curve, &lines), rows)
}

fn percentiles(lines: &[Line]) -> Vec<(&Line, f64)> {
    let wanted = lines.iter().filter(|line| line.name == "answer-hours");
    wanted.filter_map(|line| line.figure.value.map(|value| (line, value))).collect()
}

fn drawing(curve: &Curve, lines: &[Line], language: Language) -> Drawing {
    let mut drawing = Drawing::new("turnaround", language, 430.0);
    let entries = [
        Entry::new(Key::Line, MAIN, language.say("Answered", "Besvart")),
        Entry::new(Key::Field, BAND, language.say("95% interval", "95 %-intervall")),
        Entry::new(
            Key::Diamond,
            SIGNAL,
            language.say("Half, three quarters, nine tenths", "Halvparten, tre firedeler, ni tideler"),
        ),
    ];
    let until = curve.quantile(SHOWN).unwrap_or(curve.longest);
    let across = hours(language, until);
    let up = Axis::shares(language, language.say("Share of referrals answered", "Andel av henvisninger besvart"), 1.0);
    let plot = Plot::new(&mut drawing, &entries, &across, &up);
    draw(&mut drawing, &plot, curve, Course::Rising, until);
    for (line, value) in percentiles(lines).into_iter().filter(|one| one.1 <= until) {
        let level = match line.group.as_str() {
            "p50" => 0.5,
            "p75" => 0.75,
            _ => 0.9,
        };
        let place = plot.at(value, level);
        drawing.draw(&Shape::Line(plot.at(value, 0.0), place), &LIMIT);
        let said = format!("{} {} {}", line.group, language.number(value, 1), language.say("h", "t"));
        drawing.draw_telling(&Shape::Diamond(place, 7.0), &SIGNAL, &said);
        // Heavy letters are wider.
        if place.0 + 10.0 + text_width(&said, LABEL) * 1.15 > WIDTH {
            drawing.strong((place.0 - 12.0, place.1 + 6.0), Anchor::End, LABEL, &said);
        } else {
            drawing.strong((place.0 + 10.0, place.1 + 20.0), Anchor::Start, LABEL, &said);
        }
    }
    drawing
}

/// Hours up to two days, days beyond.
fn hours(language: Language, until: f64) -> Axis {
    if until <= 48.0 {
        let title = language.say("Hours since the referral was sent", "Timer siden henvisningen ble sendt");
        return Axis { values: (0.0, until.max(1.0)), ..Axis::numbers(language, title, 0.0, until.max(1.0)) }.within();
    }
    let every = [1, 2, 7, 14, 28].into_iter().find(|days| until / 24.0 / f64::from(*days) <= 9.0).unwrap_or(84);
    let ticks = (0..=(until / 24.0) as i32).step_by(every as usize);
    Axis {
        title: language.say("Days since the referral was sent", "Dager siden henvisningen ble sendt").to_owned(),
        values: (0.0, until),
        ticks: ticks.map(|day| (f64::from(day) * 24.0, language.count(f64::from(day)))).collect(),
    }
}

fn finding(curve: &Curve, lines: &[Line]) -> Words {
    let of = |group: &str| lines.iter().find(|line| line.name == "answer-hours" && line.group == group);
    let within = lines.iter().find(|line| line.name == "within-3d");
    Words::both(|language| {
        let hours = |group: &str| {
            let value = of(group).and_then(|line| line.figure.value);
            value.map_or_else(
                || language.say("not reached", "ikke nådd").to_owned(),
                |value| format!("{} {}", language.number(value, 1), language.say("hours", "timer")),
            )
        };
        let (half, most) = (hours("p50"), hours("p90"));
        let share = within.map(|line| language.share(&line.figure)).unwrap_or_default();
        let all = language.count(curve.spells as f64);
        match language {
            Language::En => format!(
                "Of {all} referrals, open ones counted as censored, the median wait is {half} and the 90th percentile {most}; \
                 {share} were answered within 3 days."
            ),
            Language::Nb => format!(
                "Av {all} henvisninger, der åpne regnes som sensurert, er median ventetid {half} og 90-persentilen {most}; \
                 {share} ble besvart innen 3 dager."
            ),
        }
    })
}
