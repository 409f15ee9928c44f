//! Chart 17: what a dated change of the whole programme did, against what would have gone on without it.

use super::control::{context, happened, month_place};
use super::drawing::{Drawing, Place, Shape};
use super::language::UNKNOWN;
use super::legend::{Entry, Key};
use super::look::{MAIN, POINT, SECOND};
use super::plot::{Axis, Plot};
use super::{Chart, Head, Language, Words};
use crate::study::calendar::{Day, Month, day_name, month_name, month_of};
use crate::study::estimator::interrupted::{STEP, counts};
use crate::study::figure::Line;
use crate::study::indicator::interruption::{interruption as indicator, model, monthly};
use crate::study::programme::Event;
use crate::study::view::View;

/// One month: rate as seen, as fitted, and as it would have been.
struct Dot {
    month: Month,
    referrals: f64,
    exposure: f64,
    fitted: Option<f64>,
    without: Option<f64>,
}

/// Rates are per 1,000 patient-years.
const SCALE: f64 = 1_000.0;

impl Dot {
    fn rate(&self) -> f64 {
        if self.exposure > 0.0 { self.referrals / self.exposure * SCALE } else { 0.0 }
    }
}

/// The counterfactual is the fit with step and change of slope taken out.
fn dots(view: &View<'_>, change: Day) -> Vec<Dot> {
    let (months, seen, exposure) = monthly(view);
    let model = model(&months, month_of(change));
    let fit = if model.enough(months.len()) { counts(&seen, &exposure, model) } else { None };
    let rows = months.into_iter().zip(seen).zip(exposure).enumerate();
    let dot = |(place, ((month, referrals), exposure)): (usize, ((Month, f64), f64))| {
        let scale = SCALE / exposure;
        let fitted = fit.as_ref().and_then(|fit| fit.residuals.get(place)).map(|left| (referrals - left) * scale);
        let after = place >= model.before;
        let beta = |place: usize| fit.as_ref().and_then(|fit| fit.beta.get(place)).copied().unwrap_or(0.0);
        let changed = beta(STEP) + beta(STEP + 1) * (place as f64 + 1.0 - model.before as f64);
        let without = fitted.filter(|_| after).map(|fitted| fitted / changed.exp()).filter(|rate| rate.is_finite());
        Dot { month, referrals, exposure, fitted: fitted.filter(|rate| rate.is_finite()), without }
    };
    rows.map(dot).collect()
}

/// Monthly rates with the fitted line and its counterfactual, about the first change that is marked as one; I-17's model.
pub fn interruption(view: &View<'_>, language: Language) -> Chart {
    let head = Head {
        name: "interruption",
        title: Words::new("Before and after a change", "Før og etter en endring"),
        definition: Some("I-17"),
        columns: vec![
            language.say("Month", "Måned"),
            language.say("Referrals / patient-years", "Henvisninger / pasientår"),
            language.say("Per 1,000 patient-years", "Per 1 000 pasientår"),
            language.say("Fitted", "Tilpasset"),
            language.say("Without the change", "Uten endringen"),
        ],
    };
    let window = view.window;
    let within = |event: &&Event| {
        event.interruption && event.practice.is_none() && event.from >= window.from && event.from < window.until
    };
    let event = view.programme.events.iter().filter(within).min_by_key(|event| (event.from, event.kind.as_str()));
    let Some(event) = event else {
        let why = Words::new(
            "No change of the whole programme is marked in the window.",
            "Ingen endring av hele programmet er merket i perioden.",
        );
        return head.empty(language, why, Vec::new());
    };
    let dots = dots(view, event.from);
    if dots.is_empty() {
        let why = Words::new(
            "There is no month with a practice live and its list known.",
            "Det finnes ingen måned med et legekontor i drift og kjent listestørrelse.",
        );
        return head.empty(language, why, Vec::new());
    }
    let rate = |rate: Option<f64>| rate.map_or_else(|| UNKNOWN.to_owned(), |rate| language.number(rate, 2));
    let row = |dot: &Dot| {
        let of = format!("{} / {}", language.count(dot.referrals), language.short(dot.exposure));
        vec![month_name(dot.month), of, rate(Some(dot.rate())), rate(dot.fitted), rate(dot.without)]
    };
    let rows = dots.iter().map(row).collect();
    let lines = indicator(view);
    let line = lines.iter().find(|line| line.group == event.kind);
    head.drawn(drawing(view, &dots, event, language), finding(&dots, event, line), rows)
}

fn drawing(view: &View<'_>, dots: &[Dot], event: &Event, language: Language) -> Drawing {
    let mut drawing = Drawing::new("interruption", language, 430.0);
    let mut entries = vec![Entry::new(Key::Circle, POINT, language.say("Month", "Måned"))];
    let modelled = dots.iter().any(|dot| dot.fitted.is_some());
    if modelled {
        entries.push(Entry::new(Key::Line, MAIN, language.say("Fitted", "Tilpasset")));
        entries.push(Entry::new(Key::Line, SECOND, language.say("Without the change", "Uten endringen")));
    }
    let seen = dots.iter().map(Dot::rate).chain(dots.iter().filter_map(|dot| dot.fitted)).fold(0.0, f64::max);
    // A counterfactual that runs away would press everything else to the floor.
    let high = dots.iter().filter_map(|dot| dot.without).fold(seen, f64::max).min(seen * 2.0);
    let title = language.say("Referrals per 1,000 patient-years", "Henvisninger per 1\u{202f}000 pasientår");
    let up = Axis::numbers(language, title, 0.0, if high > 0.0 { high } else { 1.0 });
    let (first, last) = (dots.first().map_or(0, |dot| dot.month), dots.last().map_or(0, |dot| dot.month));
    let plot = Plot::new(&mut drawing, &entries, &Axis::months("", first, last), &up);
    let mut events = context(view, language);
    events.retain(|(place, _)| (f64::from(first)..=f64::from(last + 1)).contains(place));
    let own = (month_place(event.from), happened(&event.kind, language).to_owned());
    if !events.contains(&own) && (f64::from(first)..=f64::from(last + 1)).contains(&own.0) {
        events.push(own);
    }
    plot.events(&mut drawing, &events);
    let at = |dot: &Dot, value: f64| plot.at(f64::from(dot.month) + 0.5, value);
    let fitted: Vec<(bool, Place)> =
        dots.iter().filter_map(|dot| dot.fitted.map(|value| (dot.without.is_some(), at(dot, value)))).collect();
    for run in fitted.chunk_by(|a, b| a.0 == b.0) {
        let places: Vec<Place> = run.iter().map(|one| one.1).collect();
        drawing.draw(&Shape::Through(&places), &MAIN);
    }
    let top = plot.up.values.1;
    let without: Vec<Place> = dots
        .iter()
        .map_while(|dot| if dot.without.is_some_and(|value| value > top) { None } else { Some(dot) })
        .filter_map(|dot| dot.without.map(|value| at(dot, value)))
        .collect();
    if !without.is_empty() {
        drawing.draw(&Shape::Through(&without), &SECOND);
    }
    for dot in dots {
        let tells =
            format!("{}: {} / {}", month_name(dot.month), language.count(dot.referrals), language.short(dot.exposure));
        drawing.draw_telling(&Shape::Circle(at(dot, dot.rate()), 4.0), &POINT, &tells);
    }
    drawing
}

fn finding(dots: &[Dot], event: &Event, line: Option<&Line>) -> Words {
    let before = dots.iter().filter(|dot| dot.month < month_of(event.from)).count();
    let ratio = line.and_then(|line| line.figure.value.map(|value| (value, line.figure.interval)));
    Words::both(|language| {
        let [before, after] = [before, dots.len() - before].map(|count| language.count(count as f64));
        let (kind, day) = (happened(&event.kind, language), day_name(event.from));
        let told = ratio.map(|(value, limits)| {
            let limits = language.limits(limits, |language, value| language.number(value, 2));
            (language.number(value, 2), limits)
        });
        match (told, language) {
            (Some((value, limits)), Language::En) => format!(
                "At the change \"{kind}\" on {day} the rate of referrals changed by a factor of {value} ({limits}), from \
                 {before} months before and {after} after."
            ),
            (Some((value, limits)), Language::Nb) => format!(
                "Ved endringen «{kind}» {day} endret henvisningsraten seg med en faktor på {value} ({limits}), ut fra \
                 {before} måneder før og {after} etter."
            ),
            (None, Language::En) => format!(
                "The change \"{kind}\" on {day} has {before} months before it and {after} after, too few for an estimate: it \
                 is only described."
            ),
            (None, Language::Nb) => format!(
                "Endringen «{kind}» {day} har {before} måneder før seg og {after} etter, for få til et anslag: den er bare \
                 beskrevet."
            ),
        }
    })
}
