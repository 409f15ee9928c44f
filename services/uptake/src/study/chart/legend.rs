//! What the marks of a chart mean, above it: as many rows as it takes.

use super::drawing::{Anchor, Drawing, LABEL, Place, Shape, WIDTH, text_width};
use super::look::Look;

/// The shape of a sample.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Key {
    /// A short line.
    Line,
    /// A field.
    Field,
    /// A circle.
    Circle,
    /// A square on its tip.
    Diamond,
    /// A triangle.
    Triangle,
    /// A square.
    Square,
    /// Two crossed strokes.
    Cross,
    /// A short upright bar.
    Bar,
}

impl Key {
    /// The shape of about a size at a place.
    pub fn shape(self, place: Place, size: f64) -> Shape<'static> {
        match self {
            Self::Line => Shape::Line((place.0 - size * 2.2, place.1), (place.0 + size * 2.2, place.1)),
            Self::Field => Shape::Box((place.0 - size * 1.6, place.1 - size * 1.2), size * 3.2, size * 2.4),
            Self::Circle => Shape::Circle(place, size),
            Self::Diamond => Shape::Diamond(place, size * 1.3),
            Self::Triangle => Shape::Triangle(place, size),
            Self::Square => Shape::Square(place, size * 0.9),
            Self::Cross => Shape::Cross(place, size * 0.9),
            Self::Bar => Shape::Box((place.0 - size * 0.45, place.1 - size * 1.4), size * 0.9, size * 2.8),
        }
    }
}

/// One entry.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Shape of the sample.
    pub key: Key,
    /// Its look.
    pub look: Look,
    /// What it means.
    pub text: String,
}

impl Entry {
    /// An entry.
    pub fn new(key: Key, look: Look, text: impl Into<String>) -> Self {
        Self { key, look, text: text.into() }
    }

    fn sample(&self) -> f64 {
        if self.key == Key::Line { 34.0 } else { 24.0 }
    }
}

/// Units down of one row.
const ROW: f64 = 23.0;

/// Where each sample begins, and the height below the last row.
fn laid(top: f64, entries: &[Entry]) -> (Vec<Place>, f64) {
    let (mut x, mut y, mut places) = (6.0, top, Vec::new());
    for entry in entries {
        let wide = entry.sample() + 6.0 + text_width(&entry.text, LABEL) + 18.0;
        if x > 6.0 && x + wide > WIDTH {
            (x, y) = (6.0, y + ROW);
        }
        places.push((x, y));
        x += wide;
    }
    (places, if entries.is_empty() { top } else { y + ROW })
}

/// The height below the entries that begin at a height.
pub fn below(top: f64, entries: &[Entry]) -> f64 {
    laid(top, entries).1
}

/// Draws the entries from a height on; gives the height below them.
pub fn legend(drawing: &mut Drawing, top: f64, entries: &[Entry]) -> f64 {
    let (places, below) = laid(top, entries);
    for (entry, (x, y)) in entries.iter().zip(places) {
        drawing.draw(&entry.key.shape((x + entry.sample() / 2.0, y + ROW / 2.0), 6.0), &entry.look);
        drawing.text((x + entry.sample() + 6.0, y + ROW / 2.0 + 5.5), Anchor::Start, LABEL, &entry.text);
    }
    below
}
