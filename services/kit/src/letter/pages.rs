//! Blocks laid out on pages of A4. Lengths are points, `y` runs downward from the top edge.
//!
//! Everything becomes strips as wide as the text, one line of type each; strips go onto pages in order. A heading stays with
//! what follows it, and a paragraph never leaves one line alone.

use super::face::{Faces, Shaped, Weight};
use super::lines::lines;
use super::outline::{Block, Fact};
use std::ops::Range;
use std::rc::Rc;

/// A4.
pub const PAPER: (f32, f32) = (595.28, 841.89);
/// Left and right.
pub const MARGIN: f32 = 56.0;
/// Breadth of the text.
pub const BREADTH: f32 = PAPER.0 - 2.0 * MARGIN;
/// Where the foot of a page begins.
pub const FOOT: f32 = PAPER.1 - 44.0;
const TOP: f32 = 46.0;
const BOTTOM: f32 = FOOT - 14.0;
/// Height of the banner with the space below it.
const BANNER: f32 = 34.0;
const LABEL: f32 = 102.0;
const PADDING: f32 = 10.0;
/// Most characters on a coloured ground: even the broadest fill a third of a page.
const LONGEST_AREA: usize = 600;
/// Most characters of a heading where it is a name, in the structure: PDF/A has a limit there.
const LONGEST_NAME: usize = 200;

/// Red, green, blue.
pub type Colour = (u8, u8, u8);
const INK: Colour = (18, 38, 43);
/// Labels and small type.
pub const GREY: Colour = (71, 89, 93);
const TEAL: Colour = (11, 63, 67);
const TINT: Colour = (230, 240, 238);
const WARM: Colour = (253, 241, 226);
/// The banner's.
pub const WARNING: Colour = (164, 73, 15);
/// Hairlines.
pub const LINE: Colour = (217, 223, 220);

/// What a part of the letter is, for whoever listens to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Role {
    /// The letter's name, a part, a finding: levels 1 to 3.
    Heading(u16, String),
    /// Anything else.
    Paragraph,
}

/// Something on a page.
#[derive(Clone, Debug)]
pub enum Item {
    /// A filled rectangle: left, top, breadth, height.
    Area(f32, f32, f32, f32, Colour),
    /// A line of type.
    Line(Line),
}

/// A line of type.
#[derive(Clone, Debug)]
pub struct Line {
    pub x: f32,
    /// Of the base line.
    pub y: f32,
    pub size: f32,
    pub colour: Colour,
    pub shaped: Rc<Shaped>,
    pub glyphs: Range<usize>,
    /// Which of [`Layout::roles`].
    pub part: usize,
}

/// A letter on its pages.
#[derive(Debug, Default)]
pub struct Layout {
    pub pages: Vec<Vec<Item>>,
    /// The parts in the order of reading.
    pub roles: Vec<Role>,
    pub banner: Option<String>,
}

#[derive(Clone, Copy)]
struct Style {
    weight: Weight,
    size: f32,
    leading: f32,
    colour: Colour,
}

const BODY: Style = Style { weight: Weight::Regular, size: 10.0, leading: 14.5, colour: INK };
const BOLD: Style = Style { weight: Weight::Strong, ..BODY };
const QUIET: Style = Style { colour: GREY, ..BODY };
const SMALL: Style = Style { size: 8.5, leading: 12.5, ..QUIET };
const TITLE: Style = Style { size: 19.0, leading: 25.0, ..BOLD };
const NAME: Style = Style { size: 12.5, leading: 17.5, ..BOLD };
const HEADING: Style = Style { size: 12.5, leading: 17.0, colour: TEAL, ..BOLD };
const SUBHEADING: Style = Style { size: 10.5, leading: 15.0, ..BOLD };

/// One line's worth of height.
struct Strip {
    /// Space above, unless it begins a page.
    before: f32,
    height: f32,
    /// Never the last of a page.
    keep: bool,
    items: Vec<Item>,
}

/// Lays blocks out.
pub fn lay_out(faces: &Faces, blocks: &[Block]) -> Layout {
    let mut setter = Setter { faces, strips: Vec::new(), layout: Layout::default() };
    for block in blocks {
        setter.block(block);
    }
    let Setter { strips, mut layout, .. } = setter;
    layout.pages = onto_pages(strips, if layout.banner.is_some() { TOP + BANNER } else { TOP });
    layout
}

struct Setter<'a> {
    faces: &'a Faces,
    strips: Vec<Strip>,
    layout: Layout,
}

impl Setter<'_> {
    fn block(&mut self, block: &Block) {
        match block {
            Block::Banner(text) => self.layout.banner = Some(text.clone()),
            Block::Title(text) => self.heading(1, text, TITLE, 0.0),
            Block::Patient { name, rest } => self.area(TINT, 8.0, &[(name, NAME), (rest, BODY)]),
            Block::Facts(facts) => self.facts(facts),
            Block::Note(text) => self.area(WARM, 8.0, &[(text, BODY)]),
            Block::Heading(text) => {
                self.rule();
                self.heading(2, text, HEADING, 10.0);
            }
            Block::Subheading(text) => self.heading(3, text, SUBHEADING, 9.0),
            Block::Text(text) => self.paragraph(text, BODY, 5.0),
            Block::Small(text) => self.paragraph(text, SMALL, 11.0),
        }
    }

    fn part(&mut self, role: Role) -> usize {
        self.layout.roles.push(role);
        self.layout.roles.len() - 1
    }

    /// The paragraphs of a text at `x`, each in its lines.
    fn set(&self, text: &str, style: Style, x: f32, breadth: f32, part: usize) -> Vec<Vec<Line>> {
        // The base line of Inter stands so that capitals and descenders are alike in the leading.
        let (size, colour, y) = (style.size, style.colour, style.leading / 2.0 + style.size * 0.363);
        let paragraph = |written: &str| {
            let shaped = Rc::new(self.faces.shape(style.weight, written));
            let broken = lines(&shaped.text, &shaped.glyphs, breadth / size);
            let line = |glyphs| Line { x: MARGIN + x, y, size, colour, shaped: shaped.clone(), glyphs, part };
            broken.into_iter().map(line).collect()
        };
        text.split('\n').map(paragraph).collect()
    }

    fn push(&mut self, paragraphs: Vec<Vec<Line>>, style: Style, before: f32, keep_last: bool) {
        let (count, mut before) = (paragraphs.len(), before);
        for (paragraph, lines) in (1..).zip(paragraphs) {
            let last = lines.len();
            for (at, line) in (1..).zip(lines) {
                // Neither the first nor the last line of a paragraph stands alone.
                let keep = if at == last { keep_last && paragraph == count } else { at == 1 || at + 1 == last };
                self.strips.push(Strip { before, height: style.leading, keep, items: vec![Item::Line(line)] });
                before = 0.0;
            }
        }
    }

    fn heading(&mut self, level: u16, text: &str, style: Style, before: f32) {
        let part = self.part(Role::Heading(level, text.chars().take(LONGEST_NAME).collect()));
        let lines = self.set(text, style, 0.0, BREADTH, part);
        self.push(lines, style, before, true);
    }

    fn paragraph(&mut self, text: &str, style: Style, before: f32) {
        let part = self.part(Role::Paragraph);
        let lines = self.set(text, style, 0.0, BREADTH, part);
        self.push(lines, style, before, false);
    }

    /// A hairline between parts.
    fn rule(&mut self) {
        let items = vec![Item::Area(MARGIN, 0.0, BREADTH, 0.75, LINE)];
        self.strips.push(Strip { before: 15.0, height: 0.75, keep: true, items });
    }

    /// Labels on the left, what they say beside them.
    fn facts(&mut self, facts: &[Fact]) {
        for (at, fact) in facts.iter().enumerate() {
            let part = self.part(Role::Paragraph);
            let style = if fact.strong { BOLD } else { BODY };
            let label = self.set(fact.label, QUIET, 0.0, LABEL - 8.0, part);
            let value = self.set(&fact.value, style, LABEL, BREADTH - LABEL, part);
            let first = self.strips.len();
            self.push(value, style, if at == 0 { 7.0 } else { 2.0 }, false);
            if let (Some(strip), Some(label)) = (self.strips.get_mut(first), label.into_iter().flatten().next()) {
                strip.items.insert(0, Item::Line(label));
            }
        }
    }

    /// Lines on a coloured ground, which stay together; beyond all reason, they are paragraphs like others.
    fn area(&mut self, colour: Colour, before: f32, texts: &[(&String, Style)]) {
        let (mut items, mut y) = (Vec::new(), PADDING);
        if texts.iter().map(|(text, _)| text.chars().count()).sum::<usize>() > LONGEST_AREA {
            return texts.iter().for_each(|(text, style)| self.paragraph(text, *style, before));
        }
        for (text, style) in texts.iter().filter(|(text, _)| !text.is_empty()) {
            let part = self.part(Role::Paragraph);
            let set = self.set(text, *style, PADDING + 2.0, BREADTH - 2.0 * PADDING - 4.0, part);
            for mut line in set.into_iter().flatten() {
                line.y += y;
                y += style.leading;
                items.push(Item::Line(line));
            }
        }
        let height = y + PADDING;
        items.insert(0, Item::Area(MARGIN, 0.0, BREADTH, height, colour));
        self.strips.push(Strip { before, height, keep: false, items });
    }
}

/// Strips that must not be parted go onto a page together, unless they would not fit on any.
fn onto_pages(strips: Vec<Strip>, top: f32) -> Vec<Vec<Item>> {
    let mut pages = vec![Vec::new()];
    let mut y = top;
    let mut strips = strips.into_iter().peekable();
    while strips.peek().is_some() {
        let mut together = Vec::new();
        for strip in strips.by_ref() {
            let goes_on = strip.keep;
            together.push(strip);
            if !goes_on {
                break;
            }
        }
        let height: f32 = together.iter().map(|strip| strip.before + strip.height).sum();
        let whole = height <= BOTTOM - top;
        if whole && y + height > BOTTOM && y > top {
            pages.push(Vec::new());
            y = top;
        }
        for strip in together {
            if y + strip.before + strip.height > BOTTOM && y > top {
                pages.push(Vec::new());
                y = top;
            }
            y += if y > top { strip.before } else { 0.0 };
            let page = pages.last_mut();
            y += strip.height;
            if let Some(page) = page {
                page.extend(strip.items.into_iter().map(|item| item.moved(y - strip.height)));
            }
        }
    }
    pages
}

impl Item {
    fn moved(self, by: f32) -> Self {
        match self {
            Self::Area(x, y, breadth, height, colour) => Self::Area(x, y + by, breadth, height, colour),
            Self::Line(line) => Self::Line(Line { y: line.y + by, ..line }),
        }
    }
}

#[cfg(test)]
impl Line {
    /// The right edge of its type.
    pub fn end(&self) -> f32 {
        let glyphs = &self.shaped.glyphs[self.glyphs.clone()];
        self.x + self.size * super::lines::width(&self.shaped.text, glyphs)
    }
}
