//! The typeface in its two weights, and text shaped with it: kerned, with accents on their letters.

use super::LetterError;
use harfrust::{BufferFlags, Direction, FontRef, ShapeOptions, ShaperData, UnicodeBuffer};
use krilla::Data;
use krilla::text::{Font, GlyphId, KrillaGlyph};

const REGULAR: &[u8] = include_bytes!("../../fonts/Inter-Regular.ttf");
const SEMI_BOLD: &[u8] = include_bytes!("../../fonts/Inter-SemiBold.ttf");

/// A weight.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weight {
    /// For reading.
    Regular,
    /// For headings and what matters most.
    Strong,
}

/// Text with its glyphs; measures in ems.
#[derive(Clone, Debug)]
pub struct Shaped {
    /// Its text.
    pub text: String,
    /// Its glyphs in order; each names its part of the text.
    pub glyphs: Vec<KrillaGlyph>,
    /// In which weight.
    pub weight: Weight,
}

/// Both weights.
pub struct Faces {
    regular: Face,
    strong: Face,
}

struct Face {
    font: Font,
    reference: FontRef<'static>,
    data: ShaperData,
    /// Shown for what the face has no sign for.
    replacement: KrillaGlyph,
}

impl Faces {
    /// Reads the typeface that comes with the program.
    pub fn load() -> Result<Self, LetterError> {
        Ok(Self { regular: Face::load(REGULAR)?, strong: Face::load(SEMI_BOLD)? })
    }

    /// The font of a weight.
    pub fn font(&self, weight: Weight) -> Font {
        self.of(weight).font.clone()
    }

    /// Text without line feeds, shaped.
    pub fn shape(&self, weight: Weight, text: &str) -> Shaped {
        Shaped { glyphs: self.of(weight).shape(text), text: text.to_owned(), weight }
    }

    fn of(&self, weight: Weight) -> &Face {
        match weight {
            Weight::Regular => &self.regular,
            Weight::Strong => &self.strong,
        }
    }
}

impl Face {
    fn load(bytes: &'static [u8]) -> Result<Self, LetterError> {
        let font = Font::new(Data::from(bytes.to_vec()), 0).ok_or(LetterError::Face)?;
        let reference = FontRef::new(bytes).map_err(|_| LetterError::Face)?;
        let data = ShaperData::new(&reference);
        let nothing = KrillaGlyph::new(GlyphId::new(0), 0.0, 0.0, 0.0, 0.0, 0..0, None);
        let mut face = Self { font, reference, data, replacement: nothing };
        face.replacement = face.shape("□").into_iter().next().ok_or(LetterError::Face)?;
        Ok(face)
    }

    fn shape(&self, text: &str) -> Vec<KrillaGlyph> {
        let mut buffer = UnicodeBuffer::new();
        buffer.push_str(text);
        buffer.guess_segment_properties();
        // The face has no script that runs the other way.
        buffer.set_direction(Direction::LeftToRight);
        buffer.set_flags(BufferFlags::REMOVE_DEFAULT_IGNORABLES);
        let shaper = self.data.shaper(&self.reference).build();
        let shaped = shaper.shape(buffer, ShapeOptions::new());
        let em = self.font.units_per_em();
        let mut glyphs: Vec<KrillaGlyph> = Vec::with_capacity(shaped.len());
        for (info, position) in shaped.glyph_infos().iter().zip(shaped.glyph_positions()) {
            let start = info.cluster as usize;
            let glyph = KrillaGlyph::new(
                GlyphId::new(info.glyph_id),
                position.x_advance as f32 / em,
                position.x_offset as f32 / em,
                position.y_offset as f32 / em,
                position.y_advance as f32 / em,
                start..start,
                None,
            );
            glyphs.push(glyph);
        }
        // A cluster's text ends where the next one begins.
        let (mut end, mut next) = (text.len(), text.len());
        for glyph in glyphs.iter_mut().rev() {
            if glyph.text_range.start < next {
                (end, next) = (next, glyph.text_range.start);
            }
            glyph.text_range.end = end;
            if glyph.glyph_id.to_u32() == 0 {
                glyph.glyph_id = self.replacement.glyph_id;
                glyph.x_advance = self.replacement.x_advance;
                (glyph.x_offset, glyph.y_offset) = (0.0, 0.0);
            }
        }
        glyphs
    }
}
