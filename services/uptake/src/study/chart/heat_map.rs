//! Chart 5: practice by month. Zero, not live, closed and incomplete are four looks, told apart without colour.

use super::drawing::{Anchor, Drawing, LABEL, SMALL, Shape, path_to, text_width};
use super::legend::{Entry, Key};
use super::look::{AXIS, BLUE, GREY, Hatch, Look};
use super::plot::{Axis, Plot, Room, TOP, height};
use super::{Chart, Head, Language, ROWS, Words, say_capped};
use crate::study::calendar::{Month, first_day, month_name, month_of};
use crate::study::indicator::spread::counts;
use crate::study::view::View;

/// Months that are drawn at most, the newest.
const MONTHS: usize = 72;

/// What a month was for a practice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Cell {
    /// So many referrals, one at least.
    Used(u32),
    /// Live, and none.
    Zero,
    /// Not yet equipped.
    NotLive,
    /// Closed, or the equipment taken back.
    Closed,
    /// The window covers only a part of the month.
    Incomplete(u32),
}

impl Cell {
    /// As the table writes it.
    fn sign(self, language: Language) -> String {
        match self {
            Self::Used(count) => language.count(f64::from(count)),
            Self::Zero => "0".to_owned(),
            Self::NotLive => "\u{2013}".to_owned(),
            Self::Closed => "\u{d7}".to_owned(),
            Self::Incomplete(count) => format!("{}*", language.count(f64::from(count))),
        }
    }

    fn look(self) -> Look {
        let used = |opacity| Look::area("area used", BLUE, opacity);
        match self {
            Self::Used(0..=1) => used(0.3),
            Self::Used(2..=3) => used(0.5),
            Self::Used(4..=9) => used(0.75),
            Self::Used(_) => used(1.0),
            Self::Zero => Look { stroke: GREY, width: 0.5, ..Look::hatched("area zero", Hatch::Dotted) },
            Self::NotLive => Look::hatched("area not-live", Hatch::Falling),
            Self::Closed => Look::hatched("area closed", Hatch::Crossed),
            Self::Incomplete(_) => {
                Look { stroke: GREY, width: 0.5, ..Look::hatched("area incomplete", Hatch::Upright) }
            }
        }
    }
}

/// One practice's months.
struct Row<'a> {
    code: &'a str,
    total: f64,
    cells: Vec<Cell>,
}

fn rows<'a>(view: &View<'a>, months: &[Month]) -> Vec<Row<'a>> {
    let whole = view.window.months();
    let cell = |place: usize, month: Month| {
        let (from, to) = (first_day(month).max(view.window.from), first_day(month + 1).min(view.window.until));
        let uses = view.use_days(place).iter().filter(|day| **day >= from && **day < to).count() as u32;
        let ended = view.ended(place).is_some_and(|day| day <= first_day(month));
        match (uses, view.live(place, month)) {
            (0, false) if ended => Cell::Closed,
            (0, false) => Cell::NotLive,
            _ if whole.binary_search(&month).is_err() => Cell::Incomplete(uses),
            (0, true) => Cell::Zero,
            _ => Cell::Used(uses),
        }
    };
    let row = |(place, total): (usize, f64)| Row {
        code: view.code(place),
        total,
        cells: months.iter().map(|month| cell(place, *month)).collect(),
    };
    let mut rows: Vec<Row<'_>> = counts(view).into_iter().map(row).collect();
    rows.sort_by(|a, b| b.total.total_cmp(&a.total).then(a.code.cmp(b.code)));
    rows
}

/// Practices equipped or with use, the busiest first; drawn for the first [`ROWS`] and the last [`MONTHS`], told for all.
pub fn heat_map(view: &View<'_>, language: Language) -> Chart {
    let window = view.window;
    let months: Vec<Month> = if window.until > window.from {
        (month_of(window.from)..=month_of(window.until - 1)).collect()
    } else {
        Vec::new()
    };
    let rows = rows(view, &months);
    let head = Head {
        name: "heat-map",
        title: Words::new("Referrals by practice and month", "Henvisninger per legekontor og måned"),
        definition: Some("I-04"),
        columns: vec![
            language.say("Practice", "Legekontor"),
            language.say("Referrals", "Henvisninger"),
            language.say("Months with referrals", "Måneder med henvisninger"),
            language.say("Months with none", "Måneder uten"),
            language.say("Months not live", "Måneder ikke i drift"),
            language.say("Months closed", "Måneder nedlagt"),
            language.say(
                "Month by month (– not live, × closed, * incomplete)",
                "Måned for måned (– ikke i drift, × nedlagt, * ufullstendig)",
            ),
        ],
    };
    let (Some(first), false) = (months.first(), rows.is_empty()) else {
        let why = Words::new("No practice is equipped yet.", "Ingen legekontor er utstyrt ennå.");
        return head.empty(language, why, Vec::new());
    };
    let tell = |row: &Row<'_>| {
        let of =
            |wanted: fn(&Cell) -> bool| language.count(row.cells.iter().filter(|cell| wanted(cell)).count() as f64);
        let signs: Vec<String> = row.cells.iter().map(|cell| cell.sign(language)).collect();
        vec![
            row.code.to_owned(),
            language.count(row.total),
            of(|cell| matches!(cell, Cell::Used(_))),
            of(|cell| *cell == Cell::Zero),
            of(|cell| *cell == Cell::NotLive),
            of(|cell| *cell == Cell::Closed),
            signs.join(" "),
        ]
    };
    let table = rows.iter().map(tell).collect();
    head.drawn(drawing(&rows, &months, language), finding(&rows, *first, months.len()), table)
}

fn drawing(rows: &[Row<'_>], months: &[Month], language: Language) -> Drawing {
    const ROW: f64 = 15.0;
    let drawn: Vec<&Row<'_>> = rows.iter().take(ROWS).collect();
    let skipped = months.len().saturating_sub(MONTHS);
    let shown = months.get(skipped..).unwrap_or_default();
    let foot = 28.0 * f64::from(u8::from(drawn.len() < rows.len()) + u8::from(skipped > 0));
    let entries = entries(language);
    let tall = height(&entries, ROW * drawn.len() as f64, false) + foot;
    let mut drawing = Drawing::new("heat-map", language, tall);
    let top = super::legend::legend(&mut drawing, TOP, &entries);
    let widest = drawn.iter().map(|row| text_width(row.code, SMALL)).fold(0.0, f64::max).min(140.0);
    let room = Room { top, bottom: drawing.height - foot, left: 6.0 + widest + 8.0 };
    let (Some(first), Some(last)) = (shown.first(), shown.last()) else { return drawing };
    let up = Axis { title: String::new(), values: (0.0, 1.0), ticks: Vec::new() };
    let plot = Plot::within(&mut drawing, room, &Axis::months("", *first, *last), &up);
    let wide = plot.across.place(f64::from(first + 1)) - plot.across.places.0;
    for (number, row) in drawn.iter().enumerate() {
        let y = plot.up.places.1 + ROW * number as f64 + 1.0;
        drawing.text((6.0, y + 11.0), Anchor::Start, SMALL, &super::clipped(row.code, SMALL, widest));
        let cells = row.cells.get(skipped..).unwrap_or_default();
        let mut place = 0;
        for run in cells.chunk_by(|a, b| a == b && !matches!(a, Cell::Used(_))) {
            let x = plot.across.places.0 + wide * place as f64;
            place += run.len();
            let Some(cell) = run.first() else { continue };
            let shape = Shape::Box((x + 0.3, y), wide * run.len() as f64 - 0.6, ROW - 2.0);
            match cell {
                Cell::Used(count) => {
                    let month = months.get(skipped + place - 1).copied().map(month_name).unwrap_or_default();
                    let tells = format!("{} {month}: {}", row.code, language.count(f64::from(*count)));
                    drawing.draw_telling(&shape, &cell.look(), &tells);
                }
                _ => drawing.draw(&shape, &cell.look()),
            }
        }
    }
    years(&mut drawing, &plot, shown);
    capped(&mut drawing, (drawn.len(), rows.len()), (shown.len(), months.len()));
    drawing
}

fn entries(language: Language) -> Vec<Entry> {
    let field = |cell: Cell, text: &str| {
        let look = cell.look();
        Entry::new(Key::Field, Look { stroke: GREY, width: 0.5, ..look }, text)
    };
    vec![
        field(Cell::Used(1), language.say("1 referral", "1 henvisning")),
        field(Cell::Used(2), "2–3"),
        field(Cell::Used(4), "4–9"),
        field(Cell::Used(10), "10+"),
        field(Cell::Zero, language.say("None", "Ingen")),
        field(Cell::NotLive, language.say("Not live", "Ikke i drift")),
        field(Cell::Closed, language.say("Closed", "Nedlagt")),
        field(Cell::Incomplete(0), language.say("Incomplete month", "Ufullstendig måned")),
    ]
}

/// A line at every new year.
fn years(drawing: &mut Drawing, plot: &Plot, shown: &[Month]) {
    let mut path = String::new();
    for month in shown.iter().filter(|month| month.rem_euclid(12) == 0) {
        let x = plot.across.place(f64::from(*month));
        path_to(&mut path, 'M', &[x, plot.up.places.1]);
        path_to(&mut path, 'V', &[plot.up.places.0]);
    }
    if !path.is_empty() {
        drawing.draw(&Shape::Path(&path), &AXIS);
    }
}

fn capped(drawing: &mut Drawing, rows: (usize, usize), months: (usize, usize)) {
    let language = drawing.language;
    let mut y = drawing.height - 10.0;
    if months.0 < months.1 {
        let [shown, all] = [months.0, months.1].map(|count| language.count(count as f64));
        let text = match language {
            Language::En => format!("Drawn: the last {shown} of {all} months. The table has all."),
            Language::Nb => format!("Tegnet: de {shown} siste av {all} måneder. Tabellen har alle."),
        };
        drawing.text((6.0, y), Anchor::Start, LABEL, &text);
        y -= 28.0;
    }
    say_capped(drawing, (6.0, y), rows.0, rows.1);
}

fn finding(rows: &[Row<'_>], first: Month, months: usize) -> Words {
    let cells = || rows.iter().flat_map(|row| &row.cells);
    let used = cells().filter(|cell| matches!(cell, Cell::Used(_))).count();
    let zero = cells().filter(|cell| **cell == Cell::Zero).count();
    let silent = rows.iter().filter(|row| row.total <= 0.0).count();
    Words::both(|language| {
        let [used, live, silent, all, months] =
            [used, used + zero, silent, rows.len(), months].map(|count| language.count(count as f64));
        let first = month_name(first);
        match language {
            Language::En => format!(
                "Of {live} whole months in which a practice was live, {used} had a referral; {silent} of {all} practices sent \
                 none in the {months} months from {first}."
            ),
            Language::Nb => format!(
                "Av {live} hele måneder der et legekontor var i drift, hadde {used} en henvisning; {silent} av {all} \
                 legekontor sendte ingen i de {months} månedene fra {first}."
            ),
        }
    })
}
