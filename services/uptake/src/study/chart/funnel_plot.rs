//! Chart 10: each practice's referrals against what its size would give, with limits that know its size.

use super::drawing::{Anchor, Drawing, Place, SMALL, Shape, text_width};
use super::legend::{Entry, Key};
use super::look::{CENTRE, HOLLOW, LIMIT, Look, OUTER, POINT, SIGNAL};
use super::plot::{Axis, Plot};
use super::{Chart, Head, Language, Words};
use crate::study::estimator::funnel_limits::{TAILS, ratio_limit};
use crate::study::figure::{Figure, Flag, Line};
use crate::study::indicator::funnel_plot::funnel_plot as indicator;
use crate::study::view::View;

/// Places at which the limits are computed.
const PLACES: usize = 80;

/// More practices are drawn with smaller marks.
const CROWDED: usize = 300;

/// Practices that are named at most.
const NAMED: usize = 12;

/// Whether a practice lies outside its 99.8 % limits; without a verdict when fewer than one referral was expected.
fn verdict(figure: &Figure) -> Option<bool> {
    let (value, limits) = figure.value.zip(figure.interval)?;
    (!figure.flags.contains(&Flag::ExpectedUnderOne)).then(|| !limits.holds(value))
}

/// Observed over expected by expected, with exact 95 % and 99.8 % limits; I-10's lines.
pub fn funnel_plot(view: &View<'_>, language: Language) -> Chart {
    let lines = indicator(view);
    let practices: Vec<&Line> = lines.iter().filter(|line| line.name == "observed-over-expected").collect();
    let head = Head {
        name: "funnel-plot",
        title: Words::new("Practices against what their size would give", "Legekontor mot det størrelsen skulle tilsi"),
        definition: Some("I-10"),
        columns: vec![
            language.say("Practice", "Legekontor"),
            language.say("Observed / expected", "Observert / forventet"),
            language.say("99.8% limits", "99,8 %-grenser"),
            language.say("Referrals / expected", "Henvisninger / forventet"),
            language.say("Verdict", "Vurdering"),
        ],
    };
    if practices.is_empty() {
        let why = Words::new(
            "There are no referrals over practices with a known list to compare.",
            "Det finnes ingen henvisninger fra legekontor med kjent listestørrelse å sammenligne.",
        );
        return head.empty(language, why, Vec::new());
    }
    let row = |line: &&Line| {
        let [value, limits, of] = language.cells(&line.figure, |language, value| language.number(value, 2));
        let said = match verdict(&line.figure) {
            None => language.say("none: under one expected", "ingen: under én forventet"),
            Some(true) => language.say("outside", "utenfor"),
            Some(false) => language.say("within", "innenfor"),
        };
        vec![line.group.clone(), value, limits, of, said.to_owned()]
    };
    let rows = practices.iter().map(row).collect();
    head.drawn(drawing(&practices, language), finding(&practices, &lines), rows)
}

fn drawing(practices: &[&Line], language: Language) -> Drawing {
    let mut drawing = Drawing::new("funnel-plot", language, 470.0);
    let entries = [
        Entry::new(Key::Circle, POINT, language.say("Within", "Innenfor")),
        Entry::new(Key::Diamond, SIGNAL, language.say("Outside 99.8%", "Utenfor 99,8 %")),
        Entry::new(Key::Circle, HOLLOW, language.say("Under one expected", "Under én forventet")),
        Entry::new(Key::Line, LIMIT, language.say("95% limits", "95 %-grenser")),
        Entry::new(Key::Line, OUTER, language.say("99.8% limits", "99,8 %-grenser")),
    ];
    let most = |of: fn(&Figure) -> f64| practices.iter().map(|line| of(&line.figure)).fold(0.0, f64::max);
    let expected = most(|figure| figure.denominator);
    let high = most(|figure| figure.value.unwrap_or(0.0)).max(2.0);
    let title = language
        .say("Referrals expected from the list and the time live", "Henvisninger forventet av liste og tid i drift");
    // A little room to the right, for the last point.
    let across = Axis { values: (0.0, expected * 1.04), ..Axis::numbers(language, title, 0.0, expected) }.within();
    let up = roots(language, high);
    let plot = Plot::new(&mut drawing, &entries, &across, &up);
    drawing.draw(&plot.level(1.0), &CENTRE);
    for (tail, look) in TAILS.into_iter().zip([OUTER, LIMIT, LIMIT, OUTER]) {
        let places = limit(&plot, tail, expected);
        if places.len() > 1 {
            drawing.draw(&Shape::Through(&places), &look);
        }
    }
    points(&mut drawing, &plot, practices);
    drawing
}

/// The points, those without a verdict first; the furthest above the limits by code.
fn points(drawing: &mut Drawing, plot: &Plot, practices: &[&Line]) {
    let language = drawing.language;
    let size = if practices.len() > CROWDED { 2.4 } else { 4.5 };
    let at = |figure: &Figure| plot.at(figure.denominator, figure.value.unwrap_or(0.0).sqrt());
    let looks = [(None, Key::Circle, HOLLOW), (Some(false), Key::Circle, POINT), (Some(true), Key::Diamond, SIGNAL)];
    for (wanted, key, look) in looks {
        for line in practices.iter().filter(|line| verdict(&line.figure) == wanted) {
            let figure = &line.figure;
            let [count, expected] = [figure.numerator, figure.denominator].map(|value| language.short(value));
            let tells = format!("{}: {count} / {expected}", line.group);
            let look = Look { width: size / 3.0, ..look };
            drawing.draw_telling(&key.shape(at(figure), size), &look, &tells);
        }
    }
    let value = |line: &Line| line.figure.value.unwrap_or(0.0);
    let mut far: Vec<&&Line> =
        practices.iter().filter(|line| verdict(&line.figure) == Some(true) && value(line) > 1.0).collect();
    far.sort_by(|a, b| value(b).total_cmp(&value(a)).then(a.group.cmp(&b.group)));
    let mut labels: Vec<(Place, f64)> = Vec::new();
    for line in far.into_iter().take(NAMED) {
        label(drawing, &mut labels, at(&line.figure), &line.group);
    }
}

/// Square roots, so that a busy few do not press the limits to the floor.
fn roots(language: Language, high: f64) -> Axis {
    let values = [0.0, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0, 200.0, 500.0];
    let label = |value: f64| (value.sqrt(), language.number(value, usize::from(value.fract() > 0.0)));
    Axis {
        title: language
            .say("Observed / expected (square-root scale)", "Observert / forventet (kvadratrotskala)")
            .to_owned(),
        values: (0.0, (high * 1.08).sqrt()),
        ticks: values.into_iter().filter(|value| *value <= high * 1.08).map(label).collect(),
    }
}

/// A code beside its point, where no other stands already.
fn label(drawing: &mut Drawing, labels: &mut Vec<(Place, f64)>, place: Place, code: &str) {
    let wide = text_width(code, SMALL);
    let left = if place.0 + 10.0 + wide > super::drawing::WIDTH { place.0 - 10.0 - wide } else { place.0 + 10.0 };
    let touches = |other: &(Place, f64)| {
        (other.0.1 - place.1).abs() < 15.0 && left < other.0.0 + other.1 + 4.0 && other.0.0 < left + wide + 4.0
    };
    if !labels.iter().any(touches) {
        drawing.text((left, place.1 + 4.5), Anchor::Start, SMALL, code);
        labels.push(((left, place.1), wide));
    }
}

/// The part of a limit that lies within the plot.
fn limit(plot: &Plot, tail: f64, expected: f64) -> Vec<Place> {
    let high = plot.up.values.1;
    let at = |number: usize| {
        // Closer together where the limits bend.
        let share = (number + 1) as f64 / PLACES as f64;
        let expected = expected * share * share;
        (expected, ratio_limit(expected, tail))
    };
    (0..PLACES)
        .map(at)
        .filter(|(expected, limit)| *expected > 0.01 && *limit >= 0.0 && limit.sqrt() <= high)
        .map(|(expected, limit)| plot.at(expected, limit.sqrt()))
        .collect()
}

fn finding(practices: &[&Line], lines: &[Line]) -> Words {
    let count = |wanted: fn(&Figure) -> bool| practices.iter().filter(|line| wanted(&line.figure)).count() as f64;
    let outside = |figure: &Figure| verdict(figure) == Some(true);
    let above = count(|figure| verdict(figure) == Some(true) && figure.value.is_some_and(|value| value > 1.0));
    let below = practices.iter().filter(|line| outside(&line.figure)).count() as f64 - above;
    let none = count(|figure| verdict(figure).is_none());
    let wide = lines.iter().any(|line| line.figure.flags.contains(&Flag::Overdispersed));
    Words::both(|language| {
        let [all, above, below, none] =
            [practices.len() as f64, above, below, none].map(|practices| language.count(practices));
        let note = if wide {
            language.say(
                "; practices differ by more than chance, so outside is no judgement",
                "; legekontor varierer mer enn tilfeldig, så utenfor er ingen dom",
            )
        } else {
            ""
        };
        match language {
            Language::En => format!(
                "Of {all} practices {above} sent more and {below} fewer than the 99.8% limits allow for their size; {none} \
                 expect under one referral and get no verdict{note}."
            ),
            Language::Nb => format!(
                "Av {all} legekontor sendte {above} flere og {below} færre enn 99,8 %-grensene tillater for størrelsen; {none} \
                 forventer under én henvisning og får ingen vurdering{note}."
            ),
        }
    })
}
