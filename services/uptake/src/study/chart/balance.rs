//! Chart 16: whether the studied users and their partners are alike, before matching and after (a Love plot).

use super::drawing::{Anchor, Drawing, LABEL, Shape};
use super::language::UNKNOWN;
use super::legend::{Entry, Key};
use super::look::{CENTRE, GRID, HOLLOW, LIMIT, Look};
use super::plot::{Axis, Plot, Room, TOP, height};
use super::{Chart, Head, Language, Words};
use crate::study::sample::balance::Balance;
use crate::study::sample::design::Design;

/// Within this a difference is called small; with few pairs a guide and no more.
const SMALL_DIFFERENCE: f64 = 0.1;

const AFTER: Look = Look::mark("mark after", super::look::BLUE, super::look::WHITE);

fn called(covariate: &str, language: Language) -> &str {
    match covariate {
        "log list size" => language.say("Log list size", "Listestørrelse, log"),
        "list size" => language.say("List size", "Listestørrelse"),
        "patients per doctor" => language.say("Patients per doctor", "Pasienter per lege"),
        "staff" => language.say("Staff", "Ansatte"),
        "kilometres" => language.say("Kilometres", "Kilometer"),
        "share 65+" => language.say("Share 65+", "Andel 65+"),
        other => other,
    }
}

/// Standardised mean differences by the pooled SD, a row per covariate; both kinds in the table.
pub fn balance(design: &Design, language: Language) -> Chart {
    let head = Head {
        name: "love-plot",
        title: Words::new("Users against their matched non-users", "Brukere mot sine matchede ikke-brukere"),
        definition: None,
        columns: vec![
            language.say("Covariate", "Kjennetegn"),
            language.say("Mean of users", "Snitt brukere"),
            language.say("Mean of the pool", "Snitt utvalgsgrunnlag"),
            language.say("Mean of partners", "Snitt partnere"),
            language.say("Difference before, pooled SD", "Forskjell før, felles SD"),
            language.say("Difference after, pooled SD", "Forskjell etter, felles SD"),
            language.say("Difference before, users' SD", "Forskjell før, brukernes SD"),
            language.say("Difference after, users' SD", "Forskjell etter, brukernes SD"),
            language.say("Variance ratio before", "Variansforhold før"),
            language.say("Variance ratio after", "Variansforhold etter"),
        ],
    };
    let known = |value: Option<f64>| value.map_or_else(|| UNKNOWN.to_owned(), |value| language.number(value, 3));
    let row = |row: &Balance| {
        let means = [row.users, row.pool, row.partners].map(Some);
        let differences = [row.before_pooled, row.after_pooled, row.before_treated, row.after_treated];
        let ratios = [row.variance_ratio_before, row.variance_ratio_after];
        let figures = means.into_iter().chain(differences).chain(ratios).map(known);
        [called(&row.covariate, language).to_owned()].into_iter().chain(figures).collect()
    };
    let rows: Vec<Vec<String>> = design.balance.iter().map(row).collect();
    let comparable = design.balance.iter().any(|row| row.after_pooled.is_some());
    if design.pairs.is_empty() || !comparable {
        let why = Words::new(
            "There is no pair of a user and a non-user to compare.",
            "Det finnes ikke noe par av bruker og ikke-bruker å sammenligne.",
        );
        return head.empty(language, why, if design.pairs.is_empty() { Vec::new() } else { rows });
    }
    head.drawn(drawing(design, language), finding(design), rows)
}

fn drawing(design: &Design, language: Language) -> Drawing {
    const ROW: f64 = 40.0;
    let entries = [
        Entry::new(Key::Circle, HOLLOW, language.say("Before matching (pool)", "Før matching (grunnlag)")),
        Entry::new(Key::Diamond, AFTER, language.say("After (partners)", "Etter (partnere)")),
        Entry::new(Key::Line, LIMIT, "±0.1".replace('.', language.say(".", ","))),
    ];
    let mut drawing = Drawing::new("love-plot", language, height(&entries, ROW * design.balance.len() as f64, true));
    let top = super::legend::legend(&mut drawing, TOP, &entries);
    let values = || design.balance.iter().flat_map(|row| [row.before_pooled, row.after_pooled]).flatten();
    let (low, high) = values().fold((-0.25, 0.25), |ends: (f64, f64), value| (ends.0.min(value), ends.1.max(value)));
    let across = Axis::numbers(
        language,
        language.say("Standardised mean difference", "Standardisert gjennomsnittsforskjell"),
        low,
        high,
    );
    let up = Axis { title: String::new(), values: (0.0, 1.0), ticks: Vec::new() };
    let room = Room { top, bottom: drawing.height, left: 190.0 };
    let plot = Plot::within(&mut drawing, room, &across, &up);
    let (bottom, top) = plot.up.places;
    for (value, look) in [(-SMALL_DIFFERENCE, LIMIT), (0.0, CENTRE), (SMALL_DIFFERENCE, LIMIT)] {
        let x = plot.across.place(value);
        drawing.draw(&Shape::Line((x, top), (x, bottom)), &look);
    }
    for (number, row) in design.balance.iter().enumerate() {
        let y = top + ROW * (number as f64 + 0.5);
        drawing.draw(&Shape::Line((plot.across.places.0, y), (plot.across.places.1, y)), &GRID);
        drawing.text((6.0, y + 5.5), Anchor::Start, LABEL, called(&row.covariate, language));
        let mark = |drawing: &mut Drawing, value: Option<f64>, key: Key, look: &Look| {
            if let Some(value) = value {
                let place = (plot.across.place(value), y);
                drawing.draw_telling(&key.shape(place, 6.5), look, &language.number(value, 3));
            }
        };
        mark(&mut drawing, row.before_pooled, Key::Circle, &HOLLOW);
        mark(&mut drawing, row.after_pooled, Key::Diamond, &AFTER);
    }
    drawing
}

fn finding(design: &Design) -> Words {
    let largest = |of: fn(&Balance) -> Option<f64>| {
        let known = design.balance.iter().filter_map(|row| of(row).map(|value| (value.abs(), row.covariate.as_str())));
        known.max_by(|a, b| a.0.total_cmp(&b.0).then(b.1.cmp(a.1)))
    };
    let (before, after) = (largest(|row| row.before_pooled), largest(|row| row.after_pooled));
    Words::both(|language| {
        let told = |found: Option<(f64, &str)>| {
            found.map_or_else(
                || UNKNOWN.to_owned(),
                |(value, name)| format!("{} ({})", language.number(value, 2), called(name, language).to_lowercase()),
            )
        };
        let (before, after, pairs) =
            (told(before), told(after), language.many(design.pairs.len(), ["pair", "pairs"], ["par"; 2]));
        match language {
            Language::En => format!(
                "The largest standardised difference is {before} before matching and {after} after, over {pairs}; with \
                 so few the 0.1 lines are only a guide."
            ),
            Language::Nb => format!(
                "Den største standardiserte forskjellen er {before} før matching og {after} etter, for {pairs}; med så få \
                 er 0,1-linjene bare til hjelp."
            ),
        }
    })
}
