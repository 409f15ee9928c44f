//! Pages as PDF: PDF/A-2a for archives and PDF/UA-1 for screen readers, checked by the writer itself.

use super::face::{Faces, Shaped, Weight};
use super::lines::width;
use super::outline::{filled, outline, patient_line, title};
use super::pages::{BREADTH, Colour, FOOT, GREY, Item, LINE, Layout, Line, MARGIN, PAPER, Role, WARNING, lay_out};
use super::{Language, Letter};
use crate::oslo;
use krilla::color::rgb;
use krilla::configure::{Accessibility, Archival, ConfigurationBuilder};
use krilla::destination::XyzDestination;
use krilla::geom::{PathBuilder, Point, Rect};
use krilla::metadata::{DateTime, Metadata};
use krilla::outline::{Outline, OutlineNode};
use krilla::page::PageSettings;
use krilla::paint::Fill;
use krilla::surface::Surface;
use krilla::tagging::{Artifact, ArtifactType, ContentTag, Identifier, SpanTag, Tag, TagGroup, TagTree};
use krilla::{Document, SerializeSettings};
use std::num::NonZeroU16;

/// Why a letter could not be written. None of them speaks of what stands in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LetterError {
    /// The typeface in the program can't be read.
    #[error("the typeface of letters can't be read")]
    Face,
    /// The writer refused.
    #[error("the PDF of a letter was refused by its writer")]
    Refused,
}

/// The letter as PDF.
pub fn write(letter: &Letter, language: Language) -> Result<Vec<u8>, LetterError> {
    let faces = Faces::load()?;
    let layout = lay_out(&faces, &outline(letter, language));
    let configuration = ConfigurationBuilder::new()
        .with_archival_validator(Archival::A2_A)
        .with_accessibility_validator(Accessibility::UA1)
        .finish()
        .map_err(|_| LetterError::Refused)?;
    let mut document = Document::new_with(SerializeSettings { configuration, ..SerializeSettings::default() });
    document.set_metadata(metadata(letter, language));
    let mut writer = Writer { faces: &faces, parts: vec![Vec::new(); layout.roles.len()], banner: None };
    let feet = feet(letter, language);
    for (number, page) in layout.pages.iter().enumerate() {
        let settings = PageSettings::from_wh(PAPER.0, PAPER.1).ok_or(LetterError::Refused)?;
        let mut paper = document.start_page_with(settings);
        let mut surface = paper.surface();
        if let Some(text) = &layout.banner {
            writer.banner(&mut surface, text, number == 0);
        }
        for item in page {
            writer.item(&mut surface, item);
        }
        writer.foot(&mut surface, &feet, language, number + 1, layout.pages.len());
        surface.finish();
        paper.finish();
    }
    document.set_outline(contents(&layout));
    document.set_tag_tree(writer.tree(&layout, language));
    document.finish().map_err(|_| LetterError::Refused)
}

/// The title names the referral, not the patient: it is the name of a browser's tab.
fn metadata(letter: &Letter, language: Language) -> Metadata {
    let made = oslo::wall(letter.made_at);
    let made = DateTime::new(made.year().try_into().unwrap_or_default())
        .month(made.month() as u8)
        .day(made.day())
        .hour(made.hour())
        .minute(made.minute())
        .second(made.second())
        .utc_offset_hour(made.offset().whole_hours());
    Metadata::new()
        .title(format!("{} {}", title(letter, language), letter.reference))
        .creator("Lysbro".to_owned())
        .language(language.tag().to_owned())
        .creation_date(made)
}

/// What stands at the foot of every page: of whom, and as of when.
fn feet(letter: &Letter, language: Language) -> [String; 2] {
    let made = filled(language.words().made, &[("when", &language.time(letter.made_at))]);
    let patient = patient_line(letter, language);
    let reference = format!("{} {}", language.words().reference, letter.reference);
    let first = [patient, reference].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" · ");
    [first.replace('\n', " "), format!("Lysbro · {made}")]
}

struct Writer<'a> {
    faces: &'a Faces,
    /// Per part of the layout: where it stands in the pages.
    parts: Vec<Vec<Identifier>>,
    banner: Option<Identifier>,
}

impl Writer<'_> {
    fn item(&mut self, surface: &mut Surface, item: &Item) {
        match item {
            Item::Area(x, y, breadth, height, colour) => {
                decoration(surface, |surface| area(surface, (*x, *y, *breadth, *height), *colour));
            }
            Item::Line(line) => {
                let place = surface.start_tagged(ContentTag::Span(SpanTag::empty()));
                self.line(surface, line);
                surface.end_tagged();
                if let Some(part) = self.parts.get_mut(line.part) {
                    part.push(place);
                }
            }
        }
    }

    fn line(&self, surface: &mut Surface, line: &Line) {
        surface.set_fill(Some(fill(line.colour)));
        let (font, glyphs) = (self.faces.font(line.shaped.weight), &line.shaped.glyphs[line.glyphs.clone()]);
        if !glyphs.is_empty() {
            surface.draw_glyphs(Point::from_xy(line.x, line.y), glyphs, font, &line.shaped.text, line.size, false);
        }
    }

    /// A line of type that belongs to no part.
    fn words(&self, surface: &mut Surface, shaped: &Shaped, place: (f32, f32), size: f32, colour: Colour) {
        surface.set_fill(Some(fill(colour)));
        let font = self.faces.font(shaped.weight);
        surface.draw_glyphs(Point::from_xy(place.0, place.1), &shaped.glyphs, font, &shaped.text, size, false);
    }

    /// On the first page it is read aloud; on the others it is seen.
    fn banner(&mut self, surface: &mut Surface, text: &str, first: bool) {
        decoration(surface, |surface| area(surface, (MARGIN, 40.0, BREADTH, 22.0), WARNING));
        let shaped = self.faces.shape(Weight::Strong, text);
        let size = 10.0;
        let x = MARGIN + (BREADTH - size * width(&shaped.text, &shaped.glyphs)) / 2.0;
        let tag = if first { ContentTag::Span(SpanTag::empty()) } else { header() };
        let place = surface.start_tagged(tag);
        self.words(surface, &shaped, (x, 54.6), size, (255, 255, 255));
        surface.end_tagged();
        if first {
            self.banner = Some(place);
        }
    }

    fn foot(&self, surface: &mut Surface, feet: &[String; 2], language: Language, page: usize, pages: usize) {
        let size = 8.0;
        let number = filled(language.words().page, &[("n", &page.to_string()), ("m", &pages.to_string())]);
        let number = self.faces.shape(Weight::Regular, &number);
        let number_breadth = size * width(&number.text, &number.glyphs);
        let room = BREADTH - number_breadth - 16.0;
        surface.start_tagged(ContentTag::Artifact(Artifact::with_kind(ArtifactType::Footer)));
        area(surface, (MARGIN, FOOT, BREADTH, 0.75), LINE);
        for (row, text) in feet.iter().enumerate() {
            let mut shaped = self.faces.shape(Weight::Regular, text);
            let mut used = 0.0;
            shaped.glyphs.retain(|glyph| {
                used += glyph.x_advance * size;
                used <= room
            });
            self.words(surface, &shaped, (MARGIN, FOOT + 13.0 + 11.0 * row as f32), size, GREY);
        }
        self.words(surface, &number, (MARGIN + BREADTH - number_breadth, FOOT + 13.0), size, GREY);
        surface.end_tagged();
    }

    /// The parts in the order of reading.
    fn tree(self, layout: &Layout, language: Language) -> TagTree {
        let mut tree = TagTree::new().with_lang(Some(language.tag().to_owned()));
        if let Some(banner) = self.banner {
            tree.push(TagGroup::with_children(Tag::P, vec![banner.into()]));
        }
        for (role, places) in layout.roles.iter().zip(self.parts) {
            let places = places.into_iter().map(Into::into).collect();
            let group = match role {
                Role::Heading(level, text) => {
                    let level = NonZeroU16::new(*level).unwrap_or(NonZeroU16::MIN);
                    TagGroup::with_children(Tag::Hn(level, Some(text.clone())), places)
                }
                Role::Paragraph => TagGroup::with_children(Tag::P, places),
            };
            tree.push(group);
        }
        tree
    }
}

/// Title and parts as the viewer's table of contents.
fn contents(layout: &Layout) -> Outline {
    let mut contents = Outline::new();
    for (at, role) in layout.roles.iter().enumerate() {
        let Role::Heading(1 | 2, text) = role else { continue };
        let on_page = |page: &Vec<Item>| {
            page.iter().find_map(|item| match item {
                Item::Line(line) if line.part == at => Some(line.y - line.size),
                _ => None,
            })
        };
        let found = layout.pages.iter().enumerate().find_map(|(number, page)| Some((number, on_page(page)?)));
        if let Some((page, y)) = found {
            let place = XyzDestination::new(page, Point::from_xy(MARGIN, y));
            contents.push_child(OutlineNode::new(text.clone(), place));
        }
    }
    contents
}

fn header() -> ContentTag<'static> {
    ContentTag::Artifact(Artifact::with_kind(ArtifactType::Header))
}

/// What is seen and never read aloud.
fn decoration(surface: &mut Surface, draw: impl FnOnce(&mut Surface)) {
    surface.start_tagged(ContentTag::Artifact(Artifact::with_kind(ArtifactType::Layout)));
    draw(surface);
    surface.end_tagged();
}

fn area(surface: &mut Surface, (x, y, breadth, height): (f32, f32, f32, f32), colour: Colour) {
    let mut path = PathBuilder::new();
    if let Some(rect) = Rect::from_xywh(x, y, breadth, height) {
        path.push_rect(rect);
    }
    surface.set_fill(Some(fill(colour)));
    if let Some(path) = path.finish() {
        surface.draw_path(&path);
    }
}

fn fill((red, green, blue): Colour) -> Fill {
    Fill { paint: rgb::Color::new(red, green, blue).into(), ..Fill::default() }
}
