//! Chart 8: how unequally use is spread, over all equipped practices and over those that use it.

use super::drawing::{Anchor, Drawing, LABEL, Shape};
use super::legend::{Entry, Key};
use super::look::{LIMIT, MAIN, SECOND, SIGNAL};
use super::plot::{Axis, Plot};
use super::{Chart, Head, Language, Words};
use crate::study::estimator::concentration::{lorenz as curve, top};
use crate::study::figure::{Figure, Line};
use crate::study::indicator::spread::{counts, spread};
use crate::study::view::View;

/// The busiest practices that are marked.
const BUSIEST: usize = 4;

/// Lorenz's curves with the busiest four marked; I-08's lines.
pub fn lorenz(view: &View<'_>, language: Language) -> Chart {
    let all: Vec<f64> = counts(view).into_iter().map(|one| one.1).collect();
    let head = Head {
        name: "lorenz",
        title: Words::new("How use is spread over practices", "Hvordan bruken fordeler seg på legekontor"),
        definition: Some("I-08"),
        columns: vec![
            language.say("Figure", "Mål"),
            language.say("Over", "For"),
            language.say("Value", "Verdi"),
            language.say("95% interval", "95 %-intervall"),
            language.say("Counted / out of", "Telt / av"),
        ],
    };
    let total: f64 = all.iter().sum();
    if total <= 0.0 {
        let why = Words::new("No referral was sent in the window.", "Ingen henvisning ble sendt i perioden.");
        return head.empty(language, why, Vec::new());
    }
    let lines = spread(view);
    let row = |line: &Line| {
        let share = line.name.starts_with("top-");
        let whole = line.name == "k80";
        let [value, limits, of] = language.cells(&line.figure, |language, value| match (share, whole) {
            (true, _) => language.percent(value),
            (_, true) => language.count(value),
            _ => language.number(value, 3),
        });
        let over = if line.group == "users" {
            language.say("practices with use", "legekontor i bruk")
        } else {
            language.say("all equipped", "alle utstyrte")
        };
        vec![called(line.name, language).to_owned(), over.to_owned(), value, limits, of]
    };
    head.drawn(drawing(&all, language), finding(&all, &lines), lines.iter().map(row).collect())
}

fn called(name: &'static str, language: Language) -> &'static str {
    match name {
        "top-1" => language.say("Share of the busiest", "Andel for det travleste"),
        "top-4" => language.say("Share of the 4 busiest", "Andel for de 4 travleste"),
        "top-10" => language.say("Share of the 10 busiest", "Andel for de 10 travleste"),
        "gini" => "Gini",
        "gini-unbiased" => language.say("Gini, unbiased", "Gini, forventningsrett"),
        "hhi" => "Herfindahl",
        "hhi-normalised" => language.say("Herfindahl, normalised", "Herfindahl, normalisert"),
        "effective-users" => language.say("Effective users", "Effektivt antall brukere"),
        "hoover" => "Hoover",
        "theil" => "Theil",
        "evenness" => language.say("Evenness", "Jevnhet"),
        "k80" => language.say("Fewest with 80%", "Færrest med 80 %"),
        other => other,
    }
}

fn drawing(all: &[f64], language: Language) -> Drawing {
    let mut drawing = Drawing::new("lorenz", language, 560.0);
    let entries = [
        Entry::new(Key::Line, MAIN, language.say("All equipped", "Alle utstyrte")),
        Entry::new(Key::Line, SECOND, language.say("Those with use", "De som bruker det")),
        Entry::new(Key::Line, LIMIT, language.say("If all used it alike", "Om alle brukte det likt")),
    ];
    let across = Axis::shares(
        language,
        language.say("Share of practices, the least busy first", "Andel av legekontor, de minst travle først"),
        1.0,
    );
    let up = Axis::shares(language, language.say("Share of referrals", "Andel av henvisninger"), 1.0);
    let plot = Plot::new(&mut drawing, &entries, &across, &up);
    drawing.draw(&Shape::Line(plot.at(0.0, 0.0), plot.at(1.0, 1.0)), &LIMIT);
    let users: Vec<f64> = all.iter().copied().filter(|count| *count > 0.0).collect();
    for (counts, look) in [(&users, SECOND), (&all.to_vec(), MAIN)] {
        let places: Vec<_> = curve(counts).into_iter().map(|(units, share)| plot.at(units, share)).collect();
        drawing.draw(&Shape::Through(&places), &look);
    }
    let (units, total): (f64, f64) = (all.len() as f64, all.iter().sum());
    let rest = all.len().saturating_sub(BUSIEST) as f64 / units;
    let share = top(all, BUSIEST) / total;
    let place = plot.at(rest, 1.0 - share);
    let busiest = language.count(all.len().min(BUSIEST) as f64);
    let said = match language {
        Language::En => format!("the {busiest} busiest: {}", language.percent(share)),
        Language::Nb => format!("de {busiest} travleste: {}", language.percent(share)),
    };
    drawing.draw_telling(&Shape::Diamond(place, 8.0), &SIGNAL, &said);
    drawing.strong((place.0 - 12.0, place.1 - 10.0), Anchor::End, LABEL, &said);
    drawing
}

fn finding(all: &[f64], lines: &[Line]) -> Words {
    let of = |group: &str, name: &str| {
        lines.iter().find(|line| line.group == group && line.name == name).map(|line| &line.figure)
    };
    let value = |figure: Option<&Figure>| figure.and_then(|figure| figure.value);
    Words::both(|language| {
        let (practices, busiest) = (language.count(all.len() as f64), language.count(all.len().min(BUSIEST) as f64));
        let share = of("all", "top-4").map(|figure| language.share(figure)).unwrap_or_default();
        let referrals = language.count(all.iter().sum());
        let [gini, users] =
            ["all", "users"].map(|group| language.number(value(of(group, "gini")).unwrap_or(f64::NAN), 2));
        match language {
            Language::En => format!(
                "Of {practices} equipped practices the {busiest} busiest sent {share} of {referrals} referrals; Gini is \
                 {gini} over all and {users} over those with use."
            ),
            Language::Nb => format!(
                "Av {practices} utstyrte legekontor sendte de {busiest} travleste {share} av {referrals} henvisninger; Gini \
                 er {gini} for alle og {users} for dem som bruker det."
            ),
        }
    })
}
