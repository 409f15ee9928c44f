//! From a picture file to its smaller copies: one decode, then each copy from the next larger one.
//!
//! Orientation and colour are put right on the largest copy rather than on the original, which saves most of their cost.
//! Of the metadata only what changes the look (EXIF orientation, ICC profile) and the time of capture are read, and none of it
//! is written.

use std::io::Cursor;

use image::codecs::jpeg::JpegEncoder;
use image::metadata::Orientation;
use image::{DynamicImage, ExtendedColorType, ImageDecoder, ImageError, ImageFormat, ImageReader, Limits, RgbImage};
use kit::picture::{self, Kind};

use crate::wire::{Captured, Derivative, Rejected, Rendered, SIZES};
use crate::{colour, exif, quality, shrink};

/// JPEG quality of the derivatives.
const QUALITY: u8 = 85;

/// Most bytes that decoded pixels may take: 100 megapixels of RGB with sixteen bits.
const MAX_DECODED: u64 = 640 * 1024 * 1024;

/// Decodes a picture file and makes its derivatives, one for each of [`SIZES`], never larger than the original.
pub fn render(file: &[u8]) -> Result<Rendered, Rejected> {
    let picture =
        picture::check(file).map_err(|refusal| Rejected { code: refusal.code.into(), message: refusal.message })?;
    let Decoded { view, size, captured } = decode_view(file, picture.kind).map_err(|error| rejection(&error))?;
    let mut next = view;
    let mut derivatives = Vec::with_capacity(SIZES.len());
    let mut measures = None;
    for side in SIZES {
        let copy = shrink::shrink_image(&next, side);
        if side == 512 {
            measures = Some(quality::measure(&copy));
        }
        let (width, height) = copy.dimensions();
        derivatives.push(Derivative {
            size: side,
            width,
            height,
            jpeg: encode(&copy).map_err(|error| rejection(&error))?,
        });
        next = copy;
    }
    Ok(Rendered { width: size.0, height: size.1, measures: measures.unwrap_or_default(), derivatives, captured })
}

/// An RGB picture as baseline JPEG, quality 85, without metadata.
pub fn encode(picture: &RgbImage) -> Result<Vec<u8>, ImageError> {
    let mut jpeg = Vec::with_capacity(picture.as_raw().len() / 8);
    JpegEncoder::new_with_quality(&mut jpeg, QUALITY).encode(
        picture.as_raw(),
        picture.width(),
        picture.height(),
        ExtendedColorType::Rgb8,
    )?;
    Ok(jpeg)
}

/// The largest derivative's pixels, upright and in sRGB, the original's size after orientation, and when it was taken.
struct Decoded {
    view: RgbImage,
    size: (u32, u32),
    captured: Option<Captured>,
}

fn decode_view(file: &[u8], kind: Kind) -> Result<Decoded, ImageError> {
    let format = match kind {
        Kind::Jpeg => ImageFormat::Jpeg,
        Kind::Png => ImageFormat::Png,
        Kind::WebP => ImageFormat::WebP,
    };
    let mut reader = ImageReader::with_format(Cursor::new(file), format);
    let mut limits = Limits::no_limits();
    limits.max_image_width = Some(picture::MAX_SIDE);
    limits.max_image_height = Some(picture::MAX_SIDE);
    limits.max_alloc = Some(MAX_DECODED);
    reader.limits(limits);
    let mut decoder = reader.into_decoder()?;
    let (width, height) = decoder.dimensions();
    if decoder.total_bytes() > MAX_DECODED || u64::from(width) * u64::from(height) > picture::MAX_PIXELS {
        return Err(ImageError::Limits(image::error::LimitError::from_kind(
            image::error::LimitErrorKind::InsufficientMemory,
        )));
    }
    // Metadata that cannot be read is no reason to withhold the picture.
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let profile = decoder.icc_profile().unwrap_or_default();
    let captured = decoder.exif_metadata().ok().flatten().and_then(|tiff| exif::captured(&tiff));
    let pixels = DynamicImage::from_decoder(decoder)?;
    let mut view =
        shrink::shrink(width, height, shrink::fit(width, height, SIZES[0]), |y, out| colour::rgb_row(&pixels, y, out));
    drop(pixels);
    if let Some(profile) = profile {
        colour::to_srgb(&mut view, &profile);
    }
    let size = if swaps_sides(orientation) { (height, width) } else { (width, height) };
    Ok(Decoded { view: upright(view, orientation), size, captured })
}

fn upright(view: RgbImage, orientation: Orientation) -> RgbImage {
    if orientation == Orientation::NoTransforms {
        return view;
    }
    let mut turned = DynamicImage::ImageRgb8(view);
    turned.apply_orientation(orientation);
    turned.into_rgb8()
}

fn swaps_sides(orientation: Orientation) -> bool {
    matches!(
        orientation,
        Orientation::Rotate90 | Orientation::Rotate270 | Orientation::Rotate90FlipH | Orientation::Rotate270FlipH
    )
}

/// A limit is told apart from damage, because the remedy differs. The decoder's own words are not passed on: they help no nurse.
fn rejection(error: &ImageError) -> Rejected {
    match error {
        ImageError::Limits(_) => Rejected {
            code: "too-many-pixels".into(),
            message: "This picture is too large to be handled. Take the photograph again with a lower resolution, or save it as JPEG.".into(),
        },
        _ => Rejected::undecodable(),
    }
}

#[cfg(test)]
mod tests;
