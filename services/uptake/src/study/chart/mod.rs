//! The charts of the study as static SVG made on the server, each with a table and a sentence beside it. They need no script, print,
//! and can be read in grey.
//!
//! A chart shows what the view holds, practices by code and counts as they are: it is for those who may see both. People stand in
//! it as numbers. The table is whole where a drawing has too many rows; the drawing then says so.
//!
//! | room | what is in it |
//! |---|---|
//! | [`adoption`], [`funnel`], [`arrivals`] | who came: time to first use, steps, new adopters per quarter |
//! | [`lorenz`], [`ranking`] | how unequally use is spread |
//! | [`heat_map`], [`swimmer`], [`multiples`] | each practice over time |
//! | [`balance`] | whether the sample's two sides are alike |
//! | [`control`], [`funnel_plot`], [`deciles`] | what is more than chance, and where a practice stands |
//! | [`turnaround`], [`retention`], [`lapse`] | how long answers take, and who stays |
//! | [`network`], [`interruption`] | who works with whom, and what a change did |
//! | [`plot`], [`scale`], [`legend`], [`curve`] | axes, round values, keys, step lines |
//! | [`drawing`], [`look`], [`escape`], [`language`] | the SVG, its palette, its texts and numbers |

pub mod adoption;
pub mod arrivals;
pub mod balance;
pub mod control;
pub mod curve;
pub mod deciles;
pub mod drawing;
pub mod escape;
pub mod funnel;
pub mod funnel_plot;
pub mod heat_map;
pub mod interruption;
pub mod language;
pub mod lapse;
pub mod legend;
pub mod look;
pub mod lorenz;
pub mod multiples;
pub mod network;
pub mod plot;
pub mod ranking;
pub mod retention;
pub mod scale;
pub mod swimmer;
pub mod turnaround;

use super::sample::design::{Choice, design};
use super::view::View;
use drawing::{Anchor, Drawing, LABEL};
pub use language::{Language, Words};

/// Rows that a drawing has at most; its table has all.
const ROWS: usize = 120;

/// One chart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chart {
    /// Name of its file, and the beginning of every id in it.
    pub name: &'static str,
    /// What it is called.
    pub title: Words,
    /// Text alternative: one sentence that states the finding with its figures.
    pub finding: Words,
    /// The drawing.
    pub svg: String,
    /// Heads of the table's columns.
    pub columns: Vec<&'static str>,
    /// The table, a cell per column.
    pub rows: Vec<Vec<String>>,
    /// The indicator that defines it, `I-02`.
    pub definition: Option<&'static str>,
}

/// What a chart is before it is drawn.
struct Head {
    name: &'static str,
    title: Words,
    definition: Option<&'static str>,
    columns: Vec<&'static str>,
}

impl Head {
    fn drawn(self, drawing: Drawing, finding: Words, rows: Vec<Vec<String>>) -> Chart {
        let svg = drawing.finish(&self.title, &finding);
        let Self { name, title, definition, columns } = self;
        Chart { name, title, finding, svg, columns, rows, definition }
    }

    /// A chart with nothing to draw, that says why.
    fn empty(self, language: Language, why: Words, rows: Vec<Vec<String>>) -> Chart {
        let mut drawing = Drawing::new(self.name, language, 90.0);
        for (row, line) in lines_of(why.of(language), 66).iter().enumerate() {
            drawing.text((12.0, 36.0 + 22.0 * row as f64), Anchor::Start, LABEL, line);
        }
        self.drawn(drawing, why, rows)
    }
}

/// A sentence in lines of at most so many letters, broken between words.
fn lines_of(sentence: &str, letters: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in sentence.split(' ') {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= letters => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

/// A text cut so that it is no wider.
fn clipped(text: &str, size: f64, wide: f64) -> String {
    if drawing::text_width(text, size) <= wide + 0.1 {
        return text.to_owned();
    }
    let mut short = String::new();
    for letter in text.chars() {
        if drawing::text_width(&short, size) + 1.6 * size > wide {
            break;
        }
        short.push(letter);
    }
    short + "\u{2026}"
}

/// Says below a drawing that it has only some of the rows.
fn say_capped(drawing: &mut Drawing, place: drawing::Place, drawn: usize, all: usize) {
    let language = drawing.language;
    if drawn < all {
        let (drawn, all) = (language.count(drawn as f64), language.count(all as f64));
        let text = match language {
            Language::En => format!("Drawn: the first {drawn} of {all}. The table has all."),
            Language::Nb => format!("Tegnet: de {drawn} første av {all}. Tabellen har alle."),
        };
        drawing.text(place, Anchor::Start, LABEL, &text);
    }
}

/// Draws one chart.
pub type Draw = fn(&View<'_>, Language) -> Chart;

/// By name, in the order in which a reader wants them. Where a sample is shown, it is the origin's.
const CHARTS: [(&str, Draw); 17] = [
    ("adoption-curve", adoption::adoption),
    ("funnel", funnel::funnel),
    ("lorenz", lorenz::lorenz),
    ("ranking", ranking::ranking),
    ("heat-map", heat_map::heat_map),
    ("love-plot", |view, language| balance::balance(&design(view, &Choice::origin()), language)),
    ("control-chart", control::control),
    ("funnel-plot", funnel_plot::funnel_plot),
    ("turnaround", turnaround::turnaround),
    ("arrivals", arrivals::arrivals),
    ("swimmer", swimmer::swimmer),
    ("deciles", |view, language| {
        let found = design(view, &Choice::origin());
        deciles::deciles(view, found.users.first().map(String::as_str), language)
    }),
    ("small-multiples", multiples::multiples),
    ("retention", retention::retention),
    ("lapse", lapse::lapse),
    ("network", network::network),
    ("interruption", interruption::interruption),
];

/// What draws the chart of a name.
pub fn named(name: &str) -> Option<Draw> {
    CHARTS.iter().find(|one| one.0 == name).map(|one| one.1)
}

/// Every chart of a study, in the order in which a reader wants them.
pub fn charts(view: &View<'_>, language: Language) -> Vec<Chart> {
    CHARTS.iter().map(|(_, draw)| draw(view, language)).collect()
}

#[cfg(test)]
mod tests;
