//! Chart 11: the programme's months against their own history, with each rule named where it is broken.

use super::drawing::{Anchor, Drawing, Place, SMALL, Shape, WIDTH, text_width};
use super::legend::{Entry, Key};
use super::look::{CENTRE, LIMIT, Look, POINT, SIGNAL};
use super::plot::{Axis, Plot};
use super::{Chart, Head, Language, Words};
use crate::study::calendar::{Month, month_name, month_of};
use crate::study::estimator::signals::{BASELINE, Rule, signals};
use crate::study::estimator::spc::Point;
use crate::study::figure::Line;
use crate::study::indicator::process::process;
use crate::study::view::View;

/// One month: its point and the rules that it breaks on this chart.
struct Dot<'a> {
    month: Month,
    line: &'a Line,
    broken: Vec<Rule>,
}

const JOINED: Look = Look::line("line joined", super::look::GREY, 1.4, "");

fn called(rule: Rule, language: Language) -> &'static str {
    match rule {
        Rule::Outside => language.say("Outside", "Utenfor"),
        Rule::Shift => language.say("Shift of 7", "7 på samme side"),
        Rule::Trend => language.say("Trend of 7", "7 i samme retning"),
        Rule::TwoOfThree => language.say("2 of 3 far out", "2 av 3 langt ute"),
    }
}

fn key(rule: Rule) -> Key {
    match rule {
        Rule::Outside => Key::Diamond,
        Rule::Shift => Key::Square,
        Rule::Trend => Key::Triangle,
        Rule::TwoOfThree => Key::Circle,
    }
}

/// XmR over the monthly rates of I-11 with its mean and limits; the NHS's rules are tried on these limits.
pub fn control(view: &View<'_>, language: Language) -> Chart {
    let lines = process(view);
    let head = Head {
        name: "control-chart",
        title: Words::new(
            "Monthly referrals against their own history",
            "Månedlige henvisninger mot sin egen historie",
        ),
        definition: Some("I-11"),
        columns: vec![
            language.say("Month", "Måned"),
            language.say("Per 1,000 patient-years", "Per 1 000 pasientår"),
            language.say("Referrals / patient-years", "Henvisninger / pasientår"),
            language.say("Rules broken", "Regler brutt"),
        ],
    };
    let mean = lines.iter().find(|line| line.group == "all" && line.name == "mean");
    let centre = mean.and_then(|line| line.figure.value.zip(line.figure.interval));
    let Some((centre, limits)) = centre else {
        let why = Words::new(
            "There are fewer than two months with a practice live and its list known.",
            "Det er færre enn to måneder med et legekontor i drift og kjent listestørrelse.",
        );
        return head.empty(language, why, Vec::new());
    };
    let months: Vec<Month> = view.window.months();
    let rates: Vec<(Month, &Line, f64)> = lines
        .iter()
        .filter(|line| line.name == "rate")
        .filter_map(|line| {
            Some((*months.iter().find(|month| month_name(**month) == line.group)?, line, line.figure.value?))
        })
        .collect();
    let points: Vec<Point> = rates.iter().map(|one| Point { value: one.2, centre, limits }).collect();
    let dots: Vec<Dot<'_>> = rates
        .iter()
        .zip(signals(&points))
        .map(|((month, line, _), broken)| Dot { month: *month, line, broken })
        .collect();
    let row = |dot: &Dot<'_>| {
        let [value, _, of] = language.cells(&dot.line.figure, |language, value| language.number(value, 2));
        let rules: Vec<&str> = dot.broken.iter().map(|rule| called(*rule, language)).collect();
        vec![dot.line.group.clone(), value, of, rules.join(", ")]
    };
    let rows = dots.iter().map(row).collect();
    let point = Point { value: centre, centre, limits };
    let events = context(view, language);
    head.drawn(drawing(&dots, point, &events, language), finding(&dots, point), rows)
}

/// Events of departments and of the whole programme within the window, by day, as months with a part.
pub(super) fn context(view: &View<'_>, language: Language) -> Vec<(f64, String)> {
    let window = view.window;
    let within = |day: i32| day >= window.from && day < window.until;
    let mut events: Vec<(i32, &str)> = view
        .programme
        .events
        .iter()
        .filter(|event| event.practice.is_none() && within(event.from))
        .map(|event| (event.from, event.kind.as_str()))
        .collect();
    events.sort_unstable();
    events.into_iter().map(|(day, kind)| (month_place(day), happened(kind, language).to_owned())).collect()
}

/// A kind of the context log in words; one that is not of its list as it stands.
pub(super) fn happened(kind: &str, language: Language) -> &str {
    match kind {
        "training-held" => language.say("Training", "Opplæring"),
        "champion-arrives" => language.say("Champion arrives", "Ildsjel kommer"),
        "champion-leaves" => language.say("Champion leaves", "Ildsjel slutter"),
        "outage" => language.say("Outage", "Nedetid"),
        "tariff-change" => language.say("Tariff change", "Takstendring"),
        "holiday" => language.say("Holiday", "Ferie"),
        "staff-change" => language.say("Staff change", "Endring i bemanning"),
        "other" => language.say("Other event", "Annen hendelse"),
        _ => kind,
    }
}

/// A day as a month with a part.
pub(super) fn month_place(day: i32) -> f64 {
    let month = month_of(day);
    let first = crate::study::calendar::first_day(month);
    let days = f64::from((crate::study::calendar::first_day(month + 1) - first).max(1));
    f64::from(month) + f64::from(day - first) / days
}

fn drawing(dots: &[Dot<'_>], point: Point, events: &[(f64, String)], language: Language) -> Drawing {
    let mut drawing = Drawing::new("control-chart", language, 440.0);
    let broken = |rule: Rule| dots.iter().any(|dot| dot.broken.first() == Some(&rule));
    let mut entries = vec![
        Entry::new(Key::Line, CENTRE, language.say("Mean", "Gjennomsnitt")),
        Entry::new(Key::Line, LIMIT, language.say("Limits of chance", "Grenser for tilfeldighet")),
        Entry::new(Key::Circle, POINT, language.say("Common", "Vanlig")),
    ];
    let rules = [Rule::Outside, Rule::Shift, Rule::Trend, Rule::TwoOfThree].into_iter().filter(|rule| broken(*rule));
    entries.extend(rules.map(|rule| Entry::new(key(rule), SIGNAL, called(rule, language))));
    let value = |dot: &Dot<'_>| dot.line.figure.value.unwrap_or(0.0);
    let high = dots.iter().map(value).fold(point.limits.high, f64::max);
    let up = Axis::numbers(
        language,
        language.say("Referrals per 1,000 patient-years", "Henvisninger per 1\u{202f}000 pasientår"),
        0.0,
        high,
    );
    let (first, last) = (dots.first().map_or(0, |dot| dot.month), dots.last().map_or(0, |dot| dot.month));
    let plot = Plot::new(&mut drawing, &entries, &Axis::months("", first, last), &up);
    plot.events(&mut drawing, events);
    drawing.draw(&plot.level(point.centre), &CENTRE);
    for limit in [point.limits.low, point.limits.high].into_iter().filter(|limit| *limit >= 0.0) {
        drawing.draw(&plot.level(limit), &LIMIT);
    }
    let at = |dot: &Dot<'_>| plot.at(f64::from(dot.month) + 0.5, value(dot));
    let joined: Vec<_> = dots.iter().map(at).collect();
    drawing.draw(&Shape::Through(&joined), &JOINED);
    name_rules(&mut drawing, dots, at, plot.across.places.0);
    drawing
}

/// Marks every point, and names a rule above the points that break it, where there is room.
fn name_rules(drawing: &mut Drawing, dots: &[Dot<'_>], at: impl Fn(&Dot<'_>) -> Place, left: f64) {
    let language = drawing.language;
    for dot in dots {
        let rules: Vec<&str> = dot.broken.iter().map(|rule| called(*rule, language)).collect();
        let tells = format!("{}: {} {}", dot.line.group, language.short(dot.line.figure.numerator), rules.join(", "));
        match dot.broken.first() {
            Some(rule) => drawing.draw_telling(&key(*rule).shape(at(dot), 6.5), &SIGNAL, tells.trim_end()),
            None => drawing.draw_telling(&Key::Circle.shape(at(dot), 4.5), &POINT, tells.trim_end()),
        }
    }
    let mut free = left;
    for run in dots.chunk_by(|a, b| a.broken.first() == b.broken.first()) {
        let Some((first, rule)) = run.first().and_then(|dot| Some((at(dot), *dot.broken.first()?))) else { continue };
        let name = called(rule, language);
        let wide = text_width(name, SMALL);
        let from = (first.0 - wide / 2.0).clamp(left + 2.0, (WIDTH - wide - 2.0).max(left + 2.0));
        let under = dots.iter().map(&at).filter(|place| place.0 > from - 8.0 && place.0 < from + wide + 8.0);
        let above = under.map(|place| place.1).fold(first.1, f64::min) - 11.0;
        if from >= free {
            drawing.text((from, above), Anchor::Start, SMALL, name);
            free = from + wide + 4.0;
        }
    }
}

fn finding(dots: &[Dot<'_>], point: Point) -> Words {
    let broken: Vec<&Dot<'_>> = dots.iter().filter(|dot| !dot.broken.is_empty()).collect();
    Words::both(|language| {
        let [mean, low, high] =
            [point.centre, point.limits.low.max(0.0), point.limits.high].map(|value| language.figure(value));
        let (months, count) = (language.count(dots.len() as f64), language.count(broken.len() as f64));
        let last = broken.last().map(|dot| dot.line.group.as_str());
        let short = dots.len() < BASELINE;
        match language {
            Language::En => {
                let told = last.map_or("no month breaks a rule".to_owned(), |last| {
                    format!("{count} break a rule, the last of them {last}")
                });
                let note = if short { "; under 12 months the limits are rough" } else { "" };
                format!(
                    "Over {months} months the mean is {mean} referrals per 1,000 patient-years with limits {low} to {high}; \
                     {told}{note}."
                )
            }
            Language::Nb => {
                let told = last.map_or("ingen måned bryter en regel".to_owned(), |last| {
                    format!("{count} bryter en regel, den siste {last}")
                });
                let note = if short { "; under 12 måneder er grensene grove" } else { "" };
                format!(
                    "Over {months} måneder er gjennomsnittet {mean} henvisninger per 1\u{202f}000 pasientår med grenser {low} \
                     til {high}; {told}{note}."
                )
            }
        }
    })
}
