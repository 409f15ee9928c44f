//! A plot: two axes with round values, a legend above, and places for values.

use super::drawing::{Anchor, Drawing, LABEL, Place, SMALL, Shape, WIDTH, text_width};
use super::language::Language;
use super::legend::{Entry, below, legend};
use super::look::{AXIS, EVENT, GRID};
use super::scale::{Scale, rounded};
use crate::study::calendar::{Month, month_name};

/// An axis before it has a place.
#[derive(Clone, Debug, PartialEq)]
pub struct Axis {
    /// What is on it, with the unit.
    pub title: String,
    /// Lowest and highest value.
    pub values: (f64, f64),
    /// Values with their labels.
    pub ticks: Vec<(f64, String)>,
}

impl Axis {
    /// Whole numbers from 0.
    pub fn counts(language: Language, title: &str, high: f64) -> Self {
        let (values, _) = rounded(0.0, high, 5, true);
        Self::of(title, values, |value| language.count(value))
    }

    /// Numbers between two, moved outwards to round ones.
    pub fn numbers(language: Language, title: &str, low: f64, high: f64) -> Self {
        let (values, decimals) = rounded(low, high, 5, false);
        Self::of(title, values, |value| language.number(value, decimals))
    }

    /// Shares from 0 to at most all.
    pub fn shares(language: Language, title: &str, high: f64) -> Self {
        let (values, decimals) = rounded(0.0, (high * 100.0).clamp(1.0, 100.0), 5, false);
        let shares = values.into_iter().map(|value| value / 100.0).collect();
        Self::of(title, shares, |share| language.number(share * 100.0, decimals) + language.say("%", "\u{a0}%"))
    }

    fn of(title: &str, values: Vec<f64>, label: impl Fn(f64) -> String) -> Self {
        let ends = (values.first().copied().unwrap_or(0.0), values.last().copied().unwrap_or(1.0));
        let ticks = values.into_iter().map(|value| (value, label(value))).collect();
        Self { title: title.to_owned(), values: ends, ticks }
    }

    /// Without the labels that lie beyond its ends.
    #[must_use]
    pub fn within(mut self) -> Self {
        let (low, high) = self.values;
        self.ticks.retain(|tick| tick.0 >= low && tick.0 <= high);
        self
    }

    /// Months from one to the end of another; labels at the new year, or every quarter of a short time.
    pub fn months(title: &str, first: Month, last: Month) -> Self {
        let short = last - first < 30;
        let starts = (first..=last + 1).filter(|month| month.rem_euclid(if short { 3 } else { 12 }) == 0);
        let label = |month: Month| {
            let name = month_name(month);
            if short { name } else { name.get(..4).unwrap_or_default().to_owned() }
        };
        Self {
            title: title.to_owned(),
            values: (f64::from(first), f64::from(last + 1)),
            ticks: starts.map(|month| (f64::from(month), label(month))).collect(),
        }
    }
}

/// The plot's frame and scales.
#[derive(Clone, Debug, PartialEq)]
pub struct Plot {
    /// Across.
    pub across: Scale,
    /// Up; its places fall.
    pub up: Scale,
}

/// Units that a drawing needs for a legend, so much of a frame and an axis across with a title or without.
pub fn height(entries: &[Entry], frame: f64, titled: bool) -> f64 {
    below(TOP, entries) + BARE + frame + if titled { TITLED } else { UNTITLED }
}

/// Where a legend begins.
pub const TOP: f64 = 4.0;

/// Above a frame whose axis up has no title.
const BARE: f64 = 10.0;

/// Below a frame whose axis across has a title.
const TITLED: f64 = 52.0;

/// Below one without.
const UNTITLED: f64 = 30.0;

/// Where on a drawing a plot is laid.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Room {
    /// From.
    pub top: f64,
    /// To.
    pub bottom: f64,
    /// Left of the frame at least.
    pub left: f64,
}

impl Plot {
    /// Lays a plot over a whole drawing, a legend above.
    pub fn new(drawing: &mut Drawing, entries: &[Entry], across: &Axis, up: &Axis) -> Self {
        let top = legend(drawing, TOP, entries);
        let bottom = drawing.height;
        Self::within(drawing, Room { top, bottom, left: 0.0 }, across, up)
    }

    /// Lays a plot in a room: title of the axis up, the frame, labels and title of the axis across.
    pub fn within(drawing: &mut Drawing, room: Room, across: &Axis, up: &Axis) -> Self {
        let widest = up.ticks.iter().map(|tick| text_width(&tick.1, LABEL)).fold(0.0, f64::max);
        let (left, right) = ((widest + 14.0).max(room.left), WIDTH - 18.0);
        let top = if up.title.is_empty() { room.top + BARE } else { room.top + 32.0 };
        let foot = if across.title.is_empty() { UNTITLED } else { TITLED };
        let bottom = (room.bottom - foot).max(top + 10.0);
        let plot = Self {
            across: Scale { values: across.values, places: (left, right) },
            up: Scale { values: up.values, places: (bottom, top) },
        };
        for (value, label) in &up.ticks {
            let y = plot.up.place(*value);
            drawing.draw(&Shape::Line((left, y), (right, y)), &GRID);
            drawing.text((left - 7.0, y + 5.5), Anchor::End, LABEL, label);
        }
        drawing.text((6.0, room.top + 19.0), Anchor::Start, LABEL, &up.title);
        drawing.draw(&Shape::Line((left, bottom), (right, bottom)), &AXIS);
        plot.label_across(drawing, &across.ticks);
        if !across.title.is_empty() {
            drawing.text((f64::midpoint(left, right), bottom + 43.0), Anchor::Middle, LABEL, &across.title);
        }
        plot
    }

    /// Labels that would touch the one before are left out; their marks stay.
    fn label_across(&self, drawing: &mut Drawing, ticks: &[(f64, String)]) {
        let bottom = self.up.places.0;
        let mut free = f64::NEG_INFINITY;
        for (value, label) in ticks {
            let x = self.across.place(*value);
            drawing.draw(&Shape::Line((x, bottom), (x, bottom + 5.0)), &AXIS);
            let half = text_width(label, LABEL) / 2.0;
            let middle = x.clamp(half + 2.0, (WIDTH - half - 2.0).max(half + 2.0));
            if middle - half > free {
                drawing.text((middle, bottom + 22.0), Anchor::Middle, LABEL, label);
                free = middle + half + 8.0;
            }
        }
    }

    /// The place of two values.
    pub fn at(&self, across: f64, up: f64) -> Place {
        (self.across.place(across), self.up.place(up))
    }

    /// A line across at a value.
    pub fn level(&self, value: f64) -> Shape<'static> {
        let y = self.up.place(value);
        Shape::Line((self.across.places.0, y), (self.across.places.1, y))
    }

    /// Dated events as upright lines, with their names at the top in two rows, where there is room.
    pub fn events(&self, drawing: &mut Drawing, events: &[(f64, String)]) {
        let (bottom, top) = self.up.places;
        for (value, name) in events {
            let x = self.across.place(*value);
            drawing.draw_telling(&Shape::Line((x, bottom), (x, top - 2.0)), &EVENT, name);
        }
        let mut rows = [(0.0, top + 9.0), (0.0, top + 24.0)];
        for (value, name) in events {
            let (x, wide) = (self.across.place(*value), text_width(name, SMALL));
            // Where the line stands far to the right, its name stands left of it.
            let left = if x + 4.0 + wide > WIDTH { x - 4.0 - wide } else { x + 4.0 };
            if let Some((free, y)) = rows.iter_mut().find(|row| left >= row.0) {
                drawing.text((left, *y), Anchor::Start, SMALL, name);
                *free = left + wide + 6.0;
            }
        }
    }
}
