//! Writes one SVG: shapes and texts in, a document out that needs no script, no style sheet and no font of its own.
//!
//! Lengths are rounded to a tenth, so that the bytes are equal on any machine. Ids begin with the chart's name, so that several
//! charts can stand in one page.

use super::escape::escape;
use super::language::{Language, Words};
use super::look::{Hatch, INK, Look, Paint};
use std::collections::BTreeSet;

/// Units across every chart; a page scales it to what it has.
pub const WIDTH: f64 = 640.0;

/// Size of ordinary text: nine pixels on a telephone of 360.
pub const LABEL: f64 = 16.0;

/// Size of the smallest text.
pub const SMALL: f64 = 13.0;

/// A place on the drawing: across and down.
pub type Place = (f64, f64);

/// What is drawn.
#[derive(Clone, Debug)]
pub enum Shape<'a> {
    /// A straight line.
    Line(Place, Place),
    /// A line through places.
    Through(&'a [Place]),
    /// The area within places.
    Within(&'a [Place]),
    /// A path that was written with [`path_to`].
    Path(&'a str),
    /// From a corner, so wide and so high.
    Box(Place, f64, f64),
    /// A circle of a radius.
    Circle(Place, f64),
    /// A square on its tip, of half a diagonal.
    Diamond(Place, f64),
    /// A triangle that points down.
    Triangle(Place, f64),
    /// A square of half a side.
    Square(Place, f64),
    /// Two crossed strokes.
    Cross(Place, f64),
}

/// Where a text stands at its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Anchor {
    /// Begins there.
    Start,
    /// Centred on it.
    Middle,
    /// Ends there.
    End,
}

/// An SVG in the making.
#[derive(Clone, Debug)]
pub struct Drawing {
    name: &'static str,
    /// The language of its texts.
    pub language: Language,
    /// Units down.
    pub height: f64,
    hatches: BTreeSet<Hatch>,
    body: String,
}

/// A length with at most one decimal; what is no number is 0.
pub fn length(value: f64) -> String {
    let tenths = if value.is_finite() { (value * 10.0).round() } else { 0.0 };
    // Zero has no sign.
    let text = format!("{:.1}", tenths / 10.0 + 0.0);
    text.strip_suffix(".0").map_or(text.clone(), str::to_owned)
}

/// One command of a path: a letter and lengths.
pub fn path_to(path: &mut String, command: char, lengths: &[f64]) {
    path.push(command);
    for (place, value) in lengths.iter().enumerate() {
        if place > 0 {
            path.push(' ');
        }
        path.push_str(&length(*value));
    }
}

fn path_through(places: &[Place]) -> String {
    let mut path = String::new();
    for (number, (x, y)) in places.iter().enumerate() {
        path_to(&mut path, if number == 0 { 'M' } else { 'L' }, &[*x, *y]);
    }
    path
}

/// About how wide a text is; a system's own font may differ by a tenth.
pub fn text_width(text: &str, size: f64) -> f64 {
    let letter = |letter: char| match letter {
        'i' | 'j' | 'l' | 'I' | '.' | ',' | ':' | '|' | '\'' | '(' | ')' | ' ' | '\u{202f}' | '\u{a0}' => 0.34,
        'm' | 'w' | 'M' | 'W' | '%' => 0.92,
        'A'..='Z' => 0.68,
        _ => 0.6,
    };
    text.chars().map(letter).sum::<f64>() * size
}

impl Drawing {
    /// An empty one, so high.
    pub fn new(name: &'static str, language: Language, height: f64) -> Self {
        Self { name, language, height, hatches: BTreeSet::new(), body: String::new() }
    }

    /// Draws a shape.
    pub fn draw(&mut self, shape: &Shape<'_>, look: &Look) {
        let open = self.opened(shape, look);
        self.body.push_str(&open);
        self.body.push_str("/>\n");
    }

    /// Draws a shape that tells what it is when pointed at.
    pub fn draw_telling(&mut self, shape: &Shape<'_>, look: &Look, tells: &str) {
        let open = self.opened(shape, look);
        let tag = open.split(' ').next().unwrap_or_default().trim_start_matches('<').to_owned();
        self.body.push_str(&format!("{open}><title>{}</title></{tag}>\n", escape(tells)));
    }

    fn opened(&mut self, shape: &Shape<'_>, look: &Look) -> String {
        let mut element = outline(shape);
        let mut attribute = |name: &str, value: &str| element.push_str(&format!(" {name}=\"{value}\""));
        attribute("class", look.class);
        match look.fill {
            Paint::Clear => attribute("fill", "none"),
            Paint::Plain(colour) => attribute("fill", colour),
            Paint::Hatched(hatch) => {
                self.hatches.insert(hatch);
                attribute("fill", &format!("url(#{}-{})", self.name, hatch.name()));
            }
        }
        if look.opacity < 1.0 {
            attribute("fill-opacity", &format!("{:.2}", look.opacity.clamp(0.0, 1.0)));
        }
        if !look.stroke.is_empty() && look.width > 0.0 {
            attribute("stroke", look.stroke);
            attribute("stroke-width", &length(look.width));
        }
        if !look.dash.is_empty() {
            attribute("stroke-dasharray", look.dash);
        }
        element
    }

    /// Writes a text of a size, its foot at the place, with a white rim so that it can be read upon lines.
    pub fn text(&mut self, place: Place, anchor: Anchor, size: f64, text: &str) {
        self.write(place, anchor, size, text, INK, false);
    }

    /// The same in heavier letters.
    pub fn strong(&mut self, place: Place, anchor: Anchor, size: f64, text: &str) {
        self.write(place, anchor, size, text, INK, true);
    }

    /// The same in a colour, without the rim: upon dark fields.
    pub fn text_upon(&mut self, place: Place, size: f64, text: &str, colour: &str) {
        let (x, y) = (length(place.0), length(place.1));
        self.body.push_str(&format!(
            "<text class=\"text upon\" x=\"{x}\" y=\"{y}\" text-anchor=\"middle\" font-size=\"{}\" fill=\"{colour}\">{}</text>\n",
            length(size),
            escape(text),
        ));
    }

    fn write(&mut self, place: Place, anchor: Anchor, size: f64, text: &str, colour: &str, strong: bool) {
        let anchor = match anchor {
            Anchor::Start => "start",
            Anchor::Middle => "middle",
            Anchor::End => "end",
        };
        let weight = if strong { " font-weight=\"600\"" } else { "" };
        let (x, y, size) = (length(place.0), length(place.1), length(size));
        self.body.push_str(&format!(
            "<text class=\"text\" x=\"{x}\" y=\"{y}\" text-anchor=\"{anchor}\" font-size=\"{size}\"{weight} \
             fill=\"{colour}\" stroke=\"#ffffff\" stroke-width=\"3\" paint-order=\"stroke\">{}</text>\n",
            escape(text),
        ));
    }

    /// The document. `title` names it, `finding` is its text alternative.
    pub fn finish(self, title: &Words, finding: &Words) -> String {
        let (name, language) = (self.name, self.language);
        let mut patterns = String::new();
        for hatch in &self.hatches {
            patterns.push_str(&format!(
                "<pattern id=\"{name}-{}\" width=\"6\" height=\"6\" patternUnits=\"userSpaceOnUse\">\
                 <rect width=\"6\" height=\"6\" fill=\"#ffffff\"/>{}</pattern>\n",
                hatch.name(),
                hatch.tile(),
            ));
        }
        let defs = if patterns.is_empty() { String::new() } else { format!("<defs>\n{patterns}</defs>\n") };
        let (width, height) = (length(WIDTH), length(self.height));
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" lang=\"{code}\" role=\"img\" \
             aria-labelledby=\"{name}-title {name}-desc\" class=\"chart {name}\" \
             font-family=\"system-ui, sans-serif\">\n\
             <title id=\"{name}-title\">{title}</title>\n<desc id=\"{name}-desc\">{finding}</desc>\n\
             <rect class=\"ground\" width=\"{width}\" height=\"{height}\" fill=\"#ffffff\"/>\n{defs}{body}</svg>\n",
            code = language.code(),
            title = escape(title.of(language)),
            finding = escape(finding.of(language)),
            body = self.body,
        )
    }
}

fn outline(shape: &Shape<'_>) -> String {
    let closed = |places: &[Place]| format!("<path d=\"{}Z\"", path_through(places));
    match shape {
        Shape::Line(from, to) => format!("<path d=\"{}\"", path_through(&[*from, *to])),
        Shape::Through(places) => format!("<path d=\"{}\"", path_through(places)),
        Shape::Within(places) => closed(places),
        Shape::Path(path) => format!("<path d=\"{path}\""),
        Shape::Box((x, y), wide, high) => format!(
            "<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\"",
            length(*x),
            length(*y),
            length(wide.max(0.0)),
            length(high.max(0.0))
        ),
        Shape::Circle((x, y), radius) => {
            format!("<circle cx=\"{}\" cy=\"{}\" r=\"{}\"", length(*x), length(*y), length(*radius))
        }
        Shape::Diamond((x, y), r) => closed(&[(*x, y - r), (x + r, *y), (*x, y + r), (x - r, *y)]),
        Shape::Triangle((x, y), r) => closed(&[(x - r, y - r), (x + r, y - r), (*x, y + r)]),
        Shape::Square((x, y), r) => closed(&[(x - r, y - r), (x + r, y - r), (x + r, y + r), (x - r, y + r)]),
        Shape::Cross((x, y), r) => {
            let strokes = [[(x - r, y - r), (x + r, y + r)], [(x - r, y + r), (x + r, y - r)]];
            format!("<path d=\"{}{}\"", path_through(&strokes[0]), path_through(&strokes[1]))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_have_one_form() {
        let written: Vec<String> = [1.0, 1.25, -0.04, f64::NAN, f64::INFINITY, 1e3].map(length).into();
        assert_eq!(written, ["1", "1.3", "0", "0", "0", "1000"]);
    }
}
