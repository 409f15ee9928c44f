//! A HEIC file to the planes of its view.
//!
//! The pictures that phones write are a grid of tiles, each a picture of HEVC of its own. They are decoded one after the other and
//! kept with eight bits a sample, so that beside the picture's planes only one tile is in memory. The container is read by
//! [`Heif`]; of the decoder `heic-rs` only the part for HEVC is used, which has no unsafe code.
//!
//! Accepted is what phones write: 4:2:0 or grey, eight bits or more. Colour with as many samples as luma, and brightness for
//! bright screens (PQ and HLG), are refused: the decoder cannot read the one, and a copy of the other would look too pale.
//! Transparency is left aside.

mod sps;

use heic_rs::hevc::{ChromaFormat, Frame, decode_still};
use image::metadata::Orientation;
use kit::picture::heif::{Coded, Colours, Heif, Turn};
use moxcms::ColorProfile;

use crate::derivatives::Source;
use crate::jpeg::{Error, Plane};
use crate::planes::{Planes, halves};
use crate::shrink::fit;

use sps::Sps;

/// What MIAF (ISO/IEC 23000-22) takes for granted: sRGB in JFIF's matrix, all levels.
const USUAL: Colours = Colours { primaries: 1, transfer: 13, matrix: 6, full_range: true };

/// Decodes the view of a HEIC file: within a square of `side` pixels, or at full size.
///
/// # Errors
/// [`Error::Damaged`], or [`Error::Unsupported`] for a kind that no phone writes.
pub fn read(file: &[u8], side: Option<u32>) -> Result<Source, Error> {
    let heif = Heif::new(file).ok_or(Error::Damaged)?;
    let (whole, colours) = decode(&heif)?;
    let profile = match heif.profile() {
        Some(profile) => Some(profile.to_vec()),
        None => profile(colours)?,
    };
    let size = heif.size();
    let view = side.map_or(size, |side| fit(size.0, size.1, side));
    let planes = std::iter::once(whole.luma).chain(whole.chroma.into_iter().flatten()).collect();
    let mut view = Planes::sized(planes, view).ok_or(Error::Damaged)?;
    to_jfif(&mut view, colours.matrix)?;
    Ok(Source { view, size, exif: heif.exif(), profile, turn: Some(upright(&heif.turns())) })
}

/// The whole picture, and what its samples mean.
fn decode(heif: &Heif<'_>) -> Result<(Planes, Colours), Error> {
    let area = heif.area();
    let mut all: Option<(Planes, Colours, Levels)> = None;
    for (number, coded) in heif.coded().enumerate() {
        let coded = coded.ok_or(Error::Damaged)?;
        let (frame, stated) = picture(&coded)?;
        let (planes, _, levels) = if let Some(all) = &mut all {
            all
        } else {
            let colours = heif.colours().or(stated).unwrap_or(USUAL);
            let has_chroma = frame.chroma != ChromaFormat::Monochrome;
            let planes = blank(area.width as usize, area.height as usize, has_chroma);
            all.insert((planes, colours, Levels::new(frame.bit_depth, colours.full_range)))
        };
        let column = number as u32 % heif.columns();
        let row = number as u32 / heif.columns();
        // Chroma of a tile that begins between two samples would have to be moved.
        let is_between = (column > 0 && coded.size.0 % 2 == 1) || (row > 0 && coded.size.1 % 2 == 1);
        let has_chroma = frame.chroma == ChromaFormat::Yuv420;
        if is_between || frame.bit_depth != levels.depth || planes.chroma.is_some() != has_chroma {
            return Err(Error::Unsupported);
        }
        // Where the tile begins, seen from the corner of the area.
        let begin = |place: u32, side: u32, corner: u32| i64::from(place) * i64::from(side) - i64::from(corner);
        let (left, top) = (begin(column, coded.size.0, area.left), begin(row, coded.size.1, area.top));
        let (width, height) = (coded.size.0 as usize, coded.size.1 as usize);
        let luma = Samples { data: &frame.y, stride: frame.y_stride as usize, width, height };
        luma.place(&mut planes.luma, (left, top), &levels.luma)?;
        if let Some(both) = &mut planes.chroma {
            let (width, height) = halves(width, height);
            for (data, plane) in [&frame.cb, &frame.cr].into_iter().zip(both) {
                let samples = Samples { data, stride: frame.c_stride as usize, width, height };
                samples.place(plane, (left.div_euclid(2), top.div_euclid(2)), &levels.chroma)?;
            }
        }
    }
    all.map(|(planes, colours, _)| (planes, colours)).ok_or(Error::Damaged)
}

fn blank(width: usize, height: usize, has_chroma: bool) -> Planes {
    let plane = |width, height| Plane { width, height, data: vec![0; width * height] };
    let half = halves(width, height);
    Planes { luma: plane(width, height), chroma: has_chroma.then(|| [plane(half.0, half.1), plane(half.0, half.1)]) }
}

/// One picture of HEVC, of at least the promised size, and the colours that it states itself.
fn picture(coded: &Coded<'_>) -> Result<(Frame, Option<Colours>), Error> {
    let (sets, length) = configuration(coded.configuration).ok_or(Error::Damaged)?;
    // Luma and chroma of different depths.
    if coded
        .configuration
        .get(17)
        .zip(coded.configuration.get(18))
        .is_none_or(|(luma, chroma)| (luma ^ chroma) & 7 != 0)
    {
        return Err(Error::Unsupported);
    }
    let mut stated = None;
    for set in sets.iter().filter(|set| set.first().is_some_and(|byte| byte >> 1 == sps::KIND)) {
        let sps = Sps::read(set).ok_or(Error::Damaged)?;
        // Memory goes by what this says. Encoders fill up to whole blocks, the largest of which have 64 pixels a side.
        let fits = |is: u32, promised: u32| (promised..u32::saturating_add(promised, 64)).contains(&is);
        if !fits(sps.width, coded.size.0) || !fits(sps.height, coded.size.1) {
            return Err(Error::Damaged);
        }
        if sps.chroma > 1 {
            return Err(Error::Unsupported);
        }
        stated = stated.or(sps.colours);
    }
    let units = units(&coded.data, length).ok_or(Error::Damaged)?;
    let frame = decode_still(&sets, &units).map_err(|error| match error {
        heic_rs::Error::Unsupported(_) => Error::Unsupported,
        _ => Error::Damaged,
    })?;
    frame.validate().map_err(|_| Error::Damaged)?;
    if frame.width < coded.size.0 || frame.height < coded.size.1 {
        return Err(Error::Damaged);
    }
    Ok((frame, stated))
}

/// The parameter sets of an `hvcC` box, and of how many bytes a length consists.
fn configuration(hvcc: &[u8]) -> Option<(Vec<&[u8]>, usize)> {
    let length = usize::from(hvcc.get(21)? & 3) + 1;
    let mut sets = Vec::new();
    let mut at = 23;
    for _ in 0..*hvcc.get(22)? {
        let count = two(hvcc, at + 1)?;
        at += 3;
        for _ in 0..count {
            let end = at + 2 + two(hvcc, at)?;
            sets.push(hvcc.get(at + 2..end)?);
            at = end;
        }
    }
    // Video before sequence before picture: each names the one before.
    sets.sort_by_key(|set| set.first().map(|byte| byte >> 1));
    Some((sets, length))
}

fn two(bytes: &[u8], at: usize) -> Option<usize> {
    bytes.get(at..)?.first_chunk().map(|chunk| usize::from(u16::from_be_bytes(*chunk)))
}

/// The units of a coded picture, each behind its length.
fn units(data: &[u8], length: usize) -> Option<Vec<&[u8]>> {
    let mut units = Vec::new();
    let mut at = 0;
    while at < data.len() {
        let begin = at + length;
        let long = data.get(at..begin)?.iter().fold(0_usize, |sum, byte| sum << 8 | usize::from(*byte));
        at = begin.checked_add(long)?;
        let unit = data.get(begin..at)?;
        // Every kind of slice is below 32; the decoder passes over the rest.
        if unit.first().is_some_and(|byte| byte >> 1 & 63 < 32) {
            units.push(unit);
        }
    }
    Some(units)
}

/// What each level of a sample becomes among 256, all of which are used.
struct Levels {
    depth: u8,
    luma: Vec<u8>,
    chroma: Vec<u8>,
}

impl Levels {
    fn new(depth: u8, full_range: bool) -> Self {
        let depth = depth.clamp(8, 16);
        let most = f64::from((1_u32 << depth) - 1);
        let step = f64::from(1_u32 << (depth - 8));
        let table = |level: &dyn Fn(f64) -> f64| {
            (0..1_u32 << depth).map(|value| (level(f64::from(value)) + 0.5).clamp(0.0, 255.0) as u8).collect()
        };
        let middle = 128.0 * step;
        Self {
            depth,
            luma: if full_range {
                table(&|value| value * 255.0 / most)
            } else {
                table(&|value| (value - 16.0 * step) * 255.0 / (219.0 * step))
            },
            chroma: if full_range {
                table(&|value| (value - middle) * 255.0 / most + 128.0)
            } else {
                table(&|value| (value - middle) * 255.0 / (224.0 * step) + 128.0)
            },
        }
    }
}

/// One plane of a tile.
struct Samples<'a> {
    data: &'a [u16],
    stride: usize,
    width: usize,
    height: usize,
}

impl Samples<'_> {
    /// Copies what of the tile lies on the plane. `at` is the tile's corner seen from the plane's, in samples.
    fn place(&self, plane: &mut Plane, at: (i64, i64), levels: &[u8]) -> Result<(), Error> {
        let span = |at: i64, length: usize, side: usize| {
            let begin = at.clamp(0, side as i64);
            let end = (at + length as i64).clamp(begin, side as i64);
            (begin as usize..end as usize, (begin - at) as usize)
        };
        let (columns, skipped) = span(at.0, self.width, plane.width);
        let (rows, above) = span(at.1, self.height, plane.height);
        if columns.is_empty() {
            return Ok(());
        }
        for (row, y) in rows.enumerate() {
            let begin = (above + row) * self.stride + skipped;
            let samples = self.data.get(begin..begin + columns.len()).ok_or(Error::Damaged)?;
            let out = &mut plane.data[y * plane.width..][columns.clone()];
            for (out, sample) in out.iter_mut().zip(samples) {
                *out = levels.get(usize::from(*sample)).copied().unwrap_or(255);
            }
        }
        Ok(())
    }
}

/// An ICC profile for colours that the file states by number; none for those of sRGB.
fn profile(colours: Colours) -> Result<Option<Vec<u8>>, Error> {
    const PQ: u16 = 16;
    const HLG: u16 = 18;
    if matches!(colours.transfer, PQ | HLG) {
        return Err(Error::Unsupported);
    }
    let profile = match colours.primaries {
        9 => ColorProfile::new_bt2020(),
        12 => ColorProfile::new_display_p3(),
        _ => return Ok(None),
    };
    Ok(profile.encode().ok())
}

/// Brings luma and differences of another matrix to those of JFIF.
fn to_jfif(view: &mut Planes, matrix: u16) -> Result<(), Error> {
    let (red, blue) = match matrix {
        // 2 is "not said".
        2 | 5 | 6 => return Ok(()),
        1 => (0.2126, 0.0722),
        9 => (0.2627, 0.0593),
        _ => return Err(Error::Unsupported),
    };
    let Some([blues, reds]) = &mut view.chroma else { return Ok(()) };
    // Each colour without its luma, from the two differences.
    let colour = |b: f32, r: f32| {
        let (r, b) = (2.0 * (1.0 - red) * r, 2.0 * (1.0 - blue) * b);
        [r, -(red * r + blue * b) / (1.0 - red - blue), b]
    };
    let luma = |[r, g, b]: [f32; 3]| 0.299 * r + 0.587 * g + 0.114 * b;
    let level = |value: f32| (value + 0.5).clamp(0.0, 255.0) as u8;
    let difference = |value: u8| f32::from(value) - 128.0;
    let width = view.luma.width;
    for (y, line) in view.luma.data.chunks_exact_mut(width).enumerate() {
        for (x, value) in line.iter_mut().enumerate() {
            let at = y / 2 * blues.width + x / 2;
            *value = level(f32::from(*value) + luma(colour(difference(blues.data[at]), difference(reds.data[at]))));
        }
    }
    for (b, r) in blues.data.iter_mut().zip(&mut reds.data) {
        let colour = colour(difference(*b), difference(*r));
        let luma = luma(colour);
        *b = level((colour[2] - luma) / 1.772 + 128.0);
        *r = level((colour[0] - luma) / 1.402 + 128.0);
    }
    Ok(())
}

/// All turns as one.
fn upright(turns: &[Turn]) -> Orientation {
    // Where the directions right and down lead, as columns and rows.
    let (mut right, mut down) = ((1_i8, 0_i8), (0_i8, 1_i8));
    for turn in turns {
        let apply = |(x, y): (i8, i8)| match turn {
            Turn::Rotate(quarters) => (0..*quarters).fold((x, y), |(x, y), _| (y, -x)),
            Turn::MirrorSides => (-x, y),
            Turn::MirrorTop => (x, -y),
        };
        (right, down) = (apply(right), apply(down));
    }
    match (right, down) {
        ((-1, _), (_, 1)) => Orientation::FlipHorizontal,
        ((-1, _), (_, -1)) => Orientation::Rotate180,
        ((1, _), (_, -1)) => Orientation::FlipVertical,
        ((_, 1), (1, _)) => Orientation::Rotate90FlipH,
        ((_, 1), (-1, _)) => Orientation::Rotate90,
        ((_, -1), (-1, _)) => Orientation::Rotate270FlipH,
        ((_, -1), (1, _)) => Orientation::Rotate270,
        _ => Orientation::NoTransforms,
    }
}

#[cfg(test)]
mod tests;
