//! A WebP file to the planes of its view.
//!
//! Lossy WebP (VP8, RFC 6386) stores luma and halved chroma, as a photograph in JPEG does: its planes are taken as they are and
//! made smaller, without a way over RGB. Lossless files, those with alpha and the first picture of animated ones come as RGB at
//! full size, and are made smaller row by row.
//!
//! Rejected: libwebp, some six times as fast because it is vector code by hand, but C on hostile bytes; `zenwebp`, whose licence
//! (AGPL) is not ours; `webp-rust`, young and of one author.

use std::io::Cursor;

use image_webp::vp8::Vp8Decoder;
use image_webp::{DecodingError, WebPDecoder};
use kit::picture::MAX_PIXELS;

use crate::colour;
use crate::derivatives::Source;
use crate::jpeg::{Error, Plane};
use crate::planes::{Planes, halves};
use crate::shrink::{fit, shrink};

/// Most bytes that decoded pixels may take: 100 megapixels with alpha.
const MAX_DECODED: usize = 400 * 1024 * 1024;

/// Decodes the view of a WebP file, within a square of `side` pixels or at full size; of an animated one, the first picture.
///
/// # Errors
/// [`Error::Damaged`], or [`Error::TooLarge`] when a limit is met.
pub fn read(file: &[u8], side: Option<u32>) -> Result<Source, Error> {
    let mut decoder = WebPDecoder::new(Cursor::new(file)).map_err(error)?;
    decoder.set_memory_limit(MAX_DECODED);
    let size = decoder.dimensions();
    if u64::from(size.0) * u64::from(size.1) > MAX_PIXELS {
        return Err(Error::TooLarge);
    }
    let profile = decoder.icc_profile().unwrap_or_default();
    let exif = decoder.exif_metadata().unwrap_or_default();
    let view = side.map_or(size, |side| fit(size.0, size.1, side));
    let has_planes = decoder.is_lossy() && !decoder.has_alpha() && !decoder.is_animated();
    let view = if has_planes { planes(file, size, view)? } else { pixels(&mut decoder, size, view)? };
    Ok(Source { view, size, exif, profile, turn: None })
}

/// The view by way of RGB.
fn pixels(decoder: &mut WebPDecoder<Cursor<&[u8]>>, size: (u32, u32), view: (u32, u32)) -> Result<Planes, Error> {
    let samples = if decoder.has_alpha() { 4 } else { 3 };
    let mut pixels = vec![0; decoder.output_buffer_size().ok_or(Error::TooLarge)?];
    decoder.read_image(&mut pixels).map_err(error)?;
    let mut rows = pixels.chunks_exact(size.0 as usize * samples);
    let view = shrink(size, view, |out| {
        colour::rgb_row(rows.next().ok_or(Error::Damaged)?, samples, false, out);
        Ok(())
    })?;
    Ok(Planes::from_rgb(&view))
}

/// The view from the planes that a lossy picture stores.
fn planes(file: &[u8], size: (u32, u32), view: (u32, u32)) -> Result<Planes, Error> {
    let data = lossy(file).ok_or(Error::Damaged)?;
    // Memory is taken by the size that stands here, so it has to be the one that was judged.
    let side = |at: usize| data.get(at..at + 2).map(|two| u32::from(two[0]) | u32::from(two[1] & 0x3F) << 8);
    if side(6).zip(side(8)) != Some(size) {
        return Err(Error::Damaged);
    }
    let frame = Vp8Decoder::decode_frame(data).map_err(error)?;
    let (width, height) = (size.0 as usize, size.1 as usize);
    let half = halves(width, height);
    // Planes are stored in whole blocks of 16 × 16 pixels.
    let stride = width.next_multiple_of(16);
    let whole = vec![
        packed(frame.ybuf, stride, width, height),
        packed(frame.ubuf, stride / 2, half.0, half.1),
        packed(frame.vbuf, stride / 2, half.0, half.1),
    ];
    let mut view = Planes::sized(whole, view).ok_or(Error::Damaged)?;
    stretch(&mut view.luma.data, 16, 219, 0);
    for plane in view.chroma.iter_mut().flatten() {
        stretch(&mut plane.data, 128, 224, 128);
    }
    Ok(view)
}

/// The first chunk of lossy data, as [`WebPDecoder`] finds it.
fn lossy(file: &[u8]) -> Option<&[u8]> {
    let mut at = 12;
    loop {
        let length = file.get(at + 4..)?.first_chunk().map(|length| u32::from_le_bytes(*length) as usize)?;
        if &file[at..at + 4] == b"VP8 " {
            // The decoder is lenient where a length leads beyond the file's end.
            return file.get(at + 8..file.len().min(at + 8 + length));
        }
        at += 8 + length.next_multiple_of(2);
    }
}

/// The upper left of a plane whose rows are `stride` samples apart.
fn packed(mut data: Vec<u8>, stride: usize, width: usize, height: usize) -> Plane {
    if stride != width {
        for y in 1..height {
            data.copy_within(y * stride..y * stride + width, y * width);
        }
    }
    data.truncate(width * height);
    Plane { width, height, data }
}

/// VP8 keeps room above and below its levels (luma from 16 to 235, chroma from 16 to 240), JFIF does not. `range` levels around
/// `from` become 255 around `to`.
fn stretch(samples: &mut [u8], from: i32, range: i32, to: i32) {
    let level = |value: i32| {
        let scaled = (value - from) * 255 * 2 + range * (to * 2 + 1);
        scaled.div_euclid(range * 2).clamp(0, 255) as u8
    };
    let levels: Vec<u8> = (0..=255).map(level).collect();
    for sample in samples {
        *sample = levels[usize::from(*sample)];
    }
}

fn error(error: DecodingError) -> Error {
    match error {
        DecodingError::ImageTooLarge | DecodingError::MemoryLimitExceeded => Error::TooLarge,
        _ => Error::Damaged,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_become_those_of_jfif() {
        let mut luma = [0, 16, 17, 126, 234, 235, 255];
        stretch(&mut luma, 16, 219, 0);
        assert_eq!(luma, [0, 0, 1, 128, 254, 255, 255]);
        let mut chroma = [0, 16, 127, 128, 129, 240, 255];
        stretch(&mut chroma, 128, 224, 128);
        assert_eq!(chroma, [0, 1, 127, 128, 129, 255, 255]);
    }

    #[test]
    fn a_plane_loses_what_lies_beside_it() {
        let stored = vec![1, 2, 3, 0, 4, 5, 6, 0, 0, 0, 0, 0];
        assert_eq!(packed(stored, 4, 3, 2), Plane { width: 3, height: 2, data: vec![1, 2, 3, 4, 5, 6] });
    }

    #[test]
    fn the_lossy_chunk_is_found_behind_others() {
        let file = |length: u8| [b"RIFF\0\0\0\0WEBPICCP\x01\0\0\0x\0VP8 ", &[length, 0, 0, 0][..], b"lossy"].concat();
        assert_eq!(lossy(&file(5)), Some(&b"lossy"[..]));
        assert_eq!(lossy(&file(9)), Some(&b"lossy"[..]));
        assert_eq!(lossy(&file(5)[..29]), None);
        assert_eq!(lossy(b""), None);
    }
}
