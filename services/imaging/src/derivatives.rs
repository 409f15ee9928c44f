//! From a picture file to its smaller copies: one decode, then each copy from the next larger one.
//!
//! Every format ends as the planes of a view, from which the smaller copies are made and encoded without ever being RGB.
//! Orientation and colour are put right on the view rather than on the original, which saves most of their cost.
//! Of the metadata only what changes the look (EXIF orientation, ICC profile) and the time of capture are read, and none of it
//! is written.

use image::RgbImage;
use image::metadata::Orientation;
use kit::picture::{self, Kind};

use crate::jpeg::{self, Error};
use crate::planes::Planes;
use crate::shrink::fit;
use crate::wire::{Derivative, Rejected, Rendered, SIZES};
use crate::{colour, exif, heic, photo, png, quality, webp};

/// JPEG quality of the derivatives and tiles.
pub(crate) const QUALITY: u32 = 85;

/// Decodes a picture file and makes its derivatives, one for each of [`SIZES`], never larger than the original.
pub fn render(file: &[u8]) -> Result<Rendered, Rejected> {
    derive(read(file, Some(SIZES[0]))?).ok_or_else(Rejected::undecodable)
}

/// Decodes a picture file, made smaller while it is read to fit a square of `side` pixels, or at full size without one.
pub(crate) fn read(file: &[u8], side: Option<u32>) -> Result<Source, Rejected> {
    let picture =
        picture::check(file).map_err(|refusal| Rejected { code: refusal.code.into(), message: refusal.message })?;
    let source = match picture.kind {
        Kind::Jpeg => photo::read(file, side),
        Kind::Png => png::read(file, side),
        Kind::WebP => webp::read(file, side),
        Kind::Heic => heic::read(file, side),
    };
    source.map_err(rejection)
}

/// What a picture file holds, whatever its format.
pub struct Source {
    /// As stored, before orientation; in the file's own colours, or in sRGB where `profile` is none.
    pub view: Planes,
    /// The original's width and height as stored, in pixels.
    pub size: (u32, u32),
    /// A TIFF structure.
    pub exif: Option<Vec<u8>>,
    /// An ICC profile.
    pub profile: Option<Vec<u8>>,
    /// How it is to be turned, where the format says so itself: EXIF is then not asked.
    pub turn: Option<Orientation>,
}

impl Source {
    /// How it is to be turned. Metadata that cannot be read is no reason to withhold the picture.
    pub fn orientation(&self) -> Orientation {
        let said = || self.exif.as_deref().and_then(exif::orientation).and_then(Orientation::from_exif);
        self.turn.or_else(said).unwrap_or(Orientation::NoTransforms)
    }
}

fn derive(source: Source) -> Option<Rendered> {
    let orientation = source.orientation();
    let exif = source.exif.unwrap_or_default();
    let mut next = source.view;
    if let Some(profile) = source.profile {
        next = colour::to_srgb(next, &profile);
    }
    next = next.upright(orientation);
    let size = if swaps_sides(orientation) { (source.size.1, source.size.0) } else { source.size };
    let mut derivatives = Vec::with_capacity(SIZES.len());
    let mut measures = None;
    for side in SIZES {
        let (width, height) = next.size();
        let (width, height) = fit(width, height, side);
        if (width, height) != next.size() {
            next = next.resized(width, height);
        }
        if side == 512 {
            measures = Some(quality::measure(&next.to_rgb()));
        }
        let jpeg = jpeg::encode(&next.luma, next.chroma.as_ref(), QUALITY)?;
        derivatives.push(Derivative { size: side, width, height, jpeg });
    }
    let captured = exif::captured(&exif);
    Some(Rendered { width: size.0, height: size.1, measures: measures.unwrap_or_default(), derivatives, captured })
}

/// An RGB picture as baseline JPEG, quality 85, without metadata; `None` when a side is 0 or longer than 65,535 pixels.
pub fn encode(picture: &RgbImage) -> Option<Vec<u8>> {
    let planes = Planes::from_rgb(picture);
    jpeg::encode(&planes.luma, planes.chroma.as_ref(), QUALITY)
}

pub(crate) fn swaps_sides(orientation: Orientation) -> bool {
    matches!(
        orientation,
        Orientation::Rotate90 | Orientation::Rotate270 | Orientation::Rotate90FlipH | Orientation::Rotate270FlipH
    )
}

/// A limit is told apart from damage, because the remedy differs. The decoder's own words are not passed on: they help no nurse.
fn rejection(error: Error) -> Rejected {
    match error {
        Error::TooLarge => Rejected {
            code: "too-many-pixels".into(),
            message: "This picture is too large to be handled. Take the photograph again with a lower resolution, or save it as JPEG.".into(),
        },
        Error::Unsupported => Rejected {
            code: "undecodable".into(),
            message: "This picture is saved in a rare kind of file that cannot be shown here. Open it on your computer, save it anew as JPEG and send that.".into(),
        },
        Error::Damaged => Rejected::undecodable(),
    }
}

#[cfg(test)]
mod tests;
