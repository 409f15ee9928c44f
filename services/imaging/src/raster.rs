//! A PNG or WebP file to the planes of its view, by the `image` crate.
//!
//! Both come as RGB at full size. The rows are made smaller one by one, so a picture with alpha or 16 bits is never converted as
//! a whole.

use std::io::Cursor;

use image::error::{LimitError, LimitErrorKind};
use image::{DynamicImage, ImageDecoder, ImageError, ImageFormat, ImageReader, Limits};
use kit::picture::{self, Kind};

use crate::colour;
use crate::derivatives::Source;
use crate::jpeg::Error;
use crate::planes::Planes;
use crate::shrink::{fit, shrink};
use crate::wire::SIZES;

/// Most bytes that decoded pixels may take: 100 megapixels of RGB with sixteen bits.
const MAX_DECODED: u64 = 640 * 1024 * 1024;

/// Decodes the view of a PNG or WebP file.
///
/// # Errors
/// [`Error::Damaged`], or [`Error::TooLarge`] when a limit is met.
pub fn read(file: &[u8], kind: Kind) -> Result<Source, Error> {
    decode(file, kind).map_err(|error| match error {
        ImageError::Limits(_) => Error::TooLarge,
        _ => Error::Damaged,
    })
}

fn decode(file: &[u8], kind: Kind) -> Result<Source, ImageError> {
    let format = if kind == Kind::Png { ImageFormat::Png } else { ImageFormat::WebP };
    let mut reader = ImageReader::with_format(Cursor::new(file), format);
    let mut limits = Limits::no_limits();
    limits.max_image_width = Some(picture::MAX_SIDE);
    limits.max_image_height = Some(picture::MAX_SIDE);
    limits.max_alloc = Some(MAX_DECODED);
    reader.limits(limits);
    let mut decoder = reader.into_decoder()?;
    let (width, height) = decoder.dimensions();
    if decoder.total_bytes() > MAX_DECODED || u64::from(width) * u64::from(height) > picture::MAX_PIXELS {
        return Err(ImageError::Limits(LimitError::from_kind(LimitErrorKind::InsufficientMemory)));
    }
    let profile = decoder.icc_profile().unwrap_or_default();
    let exif = decoder.exif_metadata().unwrap_or_default();
    let pixels = DynamicImage::from_decoder(decoder)?;
    let view = shrink(width, height, fit(width, height, SIZES[0]), |y, out| colour::rgb_row(&pixels, y, out));
    Ok(Source { view: Planes::from_rgb(&view), size: (width, height), exif, profile, turn: None })
}
