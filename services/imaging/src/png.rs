//! A PNG file to the planes of its view, row by row.
//!
//! A row is made RGB and smaller as soon as it is read: beside the file, memory holds a few rows and the view, whatever the size
//! and the depth. An interlaced file brings its rows in seven passes over the whole picture; it is held whole, as RGB of eight
//! bits, because nothing else can be made smaller before the last pass has come.
//!
//! Of the metadata only the colour profile and EXIF are kept, as far as they come before the pixels. Text is not even unpacked.

use std::io::Cursor;

use kit::picture::MAX_PIXELS;
use png::{BitDepth, Decoder, DecodingError, InterlaceInfo, Limits, Reader, Transformations};

use crate::colour;
use crate::derivatives::Source;
use crate::jpeg::Error;
use crate::planes::Planes;
use crate::shrink::{fit, shrink};

/// Most bytes that chunks beside the pixels, and one row of them, may take (128 MiB): the longest chunk that a file can hold, read
/// into a buffer that doubles, and what it unpacks to. A profile that does not fit is left aside.
const MAX_BESIDE: usize = 128 * 1024 * 1024;

/// Decodes the view of a PNG file, within a square of `side` pixels or at full size; of an animated one, the picture that a viewer without animation shows.
///
/// # Errors
/// [`Error::Damaged`], also for a wrong check sum or missing rows; [`Error::TooLarge`] when a limit is met.
pub fn read(file: &[u8], side: Option<u32>) -> Result<Source, Error> {
    let mut decoder = Decoder::new_with_limits(Cursor::new(file), Limits { bytes: MAX_BESIDE });
    decoder.set_ignore_text_chunk(true);
    // Palettes and small depths become eight bits and transparent colours an alpha channel; sixteen bits stay.
    decoder.set_transformations(Transformations::EXPAND);
    let size = decoder.read_header_info().map_err(error)?.size();
    if u64::from(size.0) * u64::from(size.1) > MAX_PIXELS {
        return Err(Error::TooLarge);
    }
    let mut reader = decoder.read_info().map_err(error)?;
    let info = reader.info();
    let exif = info.exif_metadata.as_deref().map(<[u8]>::to_vec);
    let profile = info.icc_profile.as_deref().map(<[u8]>::to_vec);
    let view = side.map_or(size, |side| fit(size.0, size.1, side));
    let view = if info.interlaced {
        let whole = whole(&mut reader, size)?;
        let mut rows = whole.chunks_exact(size.0 as usize * 3);
        shrink(size, view, |out| rows.next().map(|row| out.copy_from_slice(row)).ok_or(Error::Damaged))?
    } else {
        let (colours, depth) = reader.output_color_type();
        let mut line = vec![0; reader.output_line_size(size.0).ok_or(Error::TooLarge)?];
        let view = shrink(size, view, |out| {
            reader.read_row(&mut line).map_err(error)?.ok_or(Error::Damaged)?;
            colour::rgb_row(&line, colours.samples(), depth == BitDepth::Sixteen, out);
            Ok(())
        })?;
        // What is left of the pixels' chunks has a check sum too.
        reader.read_row(&mut line).map_err(error)?;
        view
    };
    Ok(Source { view: Planes::from_rgb(&view), size, exif, profile, turn: None })
}

/// All pixels of an interlaced file as RGB, row by row.
fn whole(reader: &mut Reader<Cursor<&[u8]>>, (width, height): (u32, u32)) -> Result<Vec<u8>, Error> {
    let (colours, depth) = reader.output_color_type();
    let (samples, is_deep) = (colours.samples(), depth == BitDepth::Sixteen);
    let stride = width as usize * 3;
    let mut whole = vec![0; stride * height as usize];
    let mut line = vec![0; stride];
    while let Some(row) = reader.next_interlaced_row().map_err(error)? {
        let pixels = row.data().len() / (samples * if is_deep { 2 } else { 1 });
        let line = &mut line[..pixels * 3];
        colour::rgb_row(row.data(), samples, is_deep, line);
        if let InterlaceInfo::Adam7(place) = row.interlace() {
            png::expand_interlaced_row(&mut whole, stride, line, place, 24);
        }
    }
    Ok(whole)
}

fn error(error: DecodingError) -> Error {
    match error {
        DecodingError::LimitsExceeded => Error::TooLarge,
        _ => Error::Damaged,
    }
}

#[cfg(test)]
mod tests;
