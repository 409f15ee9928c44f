//! A large picture's own pixels, in squares that a screen fetches one by one.
//!
//! The largest derivative holds a quarter of a 12-megapixel photograph and a fiftieth of the largest picture. Whoever looks closer
//! than it goes wants what the camera saw; the original itself is no answer, because 40 MB and 100 megapixels are too much for
//! a browser. Pictures whose longer side is no more than [`ABOVE`] have no tiles: their view is sharp to half a pixel.
//!
//! One decode at full size, then each tile is cut from the planes, turned, brought to sRGB and encoded by itself, so the picture is
//! in memory once. Rejected: levels between the view and the full size, which a screen can draw from either.

use crate::colour::ToSrgb;
use crate::derivatives::{QUALITY, Source, read, swaps_sides};
use crate::jpeg;
use crate::wire::{MAX_TILED, Rejected, Tile, Tiled};

/// Only pictures with a longer side than this have tiles (pixels).
pub const ABOVE: u32 = 4096;

/// A tile's width and height in pixels; those at the right and lower edge are smaller. Even, because chroma is halved, and a multiple
/// of 16, so that blocks of the original stay blocks.
pub const SIDE: u32 = 1024;

/// What a reply holds beside its JPEGs, at most: 200 tiles with a few numbers each.
const FRAMES: usize = 64 * 1024;

/// Where a tile lies and how large it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// Tiles to the left of it.
    pub across: u32,
    /// Tiles above it.
    pub down: u32,
    /// In pixels.
    pub width: u32,
    /// In pixels.
    pub height: u32,
}

/// Whether a picture of these sides, in pixels, has tiles.
pub fn is_large(width: u32, height: u32) -> bool {
    width.max(height) > ABOVE
}

/// The tiles of a picture of these sides, row by row.
pub fn grid(width: u32, height: u32) -> impl Iterator<Item = Place> {
    (0..height.div_ceil(SIDE)).flat_map(move |down| {
        (0..width.div_ceil(SIDE)).map(move |across| Place {
            across,
            down,
            width: SIDE.min(width - across * SIDE),
            height: SIDE.min(height - down * SIDE),
        })
    })
}

/// Decodes a picture file at full size and cuts it to tiles: upright, sRGB, baseline JPEG without metadata.
///
/// # Errors
/// When the file cannot be decoded, or its tiles are too much for a reply.
pub fn render(file: &[u8]) -> Result<Tiled, Rejected> {
    cut(read(file, None)?)
}

fn cut(source: Source) -> Result<Tiled, Rejected> {
    let orientation = source.orientation();
    let colours = source.profile.as_deref().and_then(ToSrgb::of);
    let planes = source.view;
    let (width, height) = match planes.size() {
        (width, height) if swaps_sides(orientation) => (height, width),
        size => size,
    };
    let mut tiles = Vec::new();
    let mut bytes = FRAMES;
    for place in grid(width, height) {
        let at = (place.across * SIDE, place.down * SIDE);
        let mut part = planes.part(orientation, at, (place.width, place.height));
        if let Some(colours) = &colours {
            part = colours.apply(part);
        }
        let jpeg = jpeg::encode(&part.luma, part.chroma.as_ref(), QUALITY).ok_or_else(Rejected::undecodable)?;
        bytes += jpeg.len();
        if bytes > MAX_TILED {
            return Err(Rejected { code: "too-large".into(), message: "Its tiles take too much room.".into() });
        }
        let Place { across, down, width, height } = place;
        tiles.push(Tile { across, down, width, height, jpeg: jpeg.into() });
    }
    Ok(Tiled { width, height, side: SIDE, tiles })
}

#[cfg(test)]
mod tests {
    use image::metadata::Orientation;
    use image::{Rgb, RgbImage, imageops};

    use super::*;
    use crate::derivatives::encode;
    use crate::planes::Planes;

    fn drawing(width: u32, height: u32) -> RgbImage {
        RgbImage::from_fn(width, height, |x, y| Rgb([(x / 9) as u8, (y / 5) as u8, ((x + y) / 30) as u8]))
    }

    /// The picture that tiles make together.
    fn joined(tiled: &Tiled) -> RgbImage {
        let mut whole = RgbImage::new(tiled.width, tiled.height);
        for tile in &tiled.tiles {
            let part = image::load_from_memory(&tile.jpeg).unwrap().into_rgb8();
            assert_eq!(part.dimensions(), (tile.width, tile.height));
            imageops::replace(&mut whole, &part, (tile.across * SIDE).into(), (tile.down * SIDE).into());
        }
        whole
    }

    fn differ(one: &RgbImage, other: &RgbImage) -> f64 {
        assert_eq!(one.dimensions(), other.dimensions());
        let sum: u64 = one.as_raw().iter().zip(other.as_raw()).map(|(a, b)| u64::from(a.abs_diff(*b))).sum();
        sum as f64 / one.as_raw().len() as f64
    }

    #[test]
    fn a_grid_covers_every_pixel_once() {
        for (width, height) in [(4097, 1), (1, 65_535), (5000, 3001), (1024, 2048), (10_000, 10_000)] {
            let places: Vec<Place> = grid(width, height).collect();
            let pixels: u64 = places.iter().map(|place| u64::from(place.width) * u64::from(place.height)).sum();
            assert_eq!(pixels, u64::from(width) * u64::from(height));
            let last = places.last().unwrap();
            assert_eq!((last.across * SIDE + last.width, last.down * SIDE + last.height), (width, height));
            assert!(places.len() <= 200, "{}", places.len());
        }
        assert!(is_large(4097, 1) && is_large(1, 4097) && !is_large(4096, 4096));
    }

    #[test]
    fn tiles_are_the_originals_pixels() {
        let original = drawing(2500, 1301);
        let tiled = render(&encode(&original).unwrap()).unwrap();
        assert_eq!((tiled.width, tiled.height, tiled.side, tiled.tiles.len()), (2500, 1301, SIDE, 6));
        assert!(differ(&joined(&tiled), &original) < 1.5);
    }

    /// Sample for sample what the same picture is when it is encoded in one piece: no seam, whichever way it was held.
    #[test]
    fn tiles_have_no_seams() {
        let view = Planes::from_rgb(&drawing(1301, 1100));
        let wide = moxcms::ColorProfile::new_display_p3().encode().unwrap();
        for exif in 1..=8 {
            let turn = Orientation::from_exif(exif).unwrap();
            let profile = (exif % 2 == 0).then(|| wide.clone());
            let mut whole = view.clone().upright(turn);
            if let Some(profile) = &profile {
                whole = crate::colour::to_srgb(whole, profile);
            }
            let whole = jpeg::encode(&whole.luma, whole.chroma.as_ref(), QUALITY).unwrap();
            let whole = read(&whole, None).unwrap().view;
            let source = Source { view: view.clone(), size: view.size(), exif: None, profile, turn: Some(turn) };
            for tile in cut(source).unwrap().tiles {
                let is = read(&tile.jpeg, None).unwrap().view;
                let at = (tile.across * SIDE, tile.down * SIDE);
                let part = whole.part(Orientation::NoTransforms, at, (tile.width, tile.height));
                assert!(is == part, "{exif}: {} {}", tile.across, tile.down);
            }
        }
    }

    #[test]
    fn tiles_are_upright() {
        let original = drawing(1501, 1100);
        for (exif, turn) in [(6, imageops::rotate90(&original)), (3, imageops::rotate180(&original))] {
            let orientation = Orientation::from_exif(exif).unwrap();
            // A TIFF structure with the orientation alone.
            let tag = [b"MM\0\x2A\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0".as_slice(), &[exif], &[0; 6]].concat();
            let source = Source {
                view: Planes::from_rgb(&original),
                size: original.dimensions(),
                exif: Some(tag),
                profile: None,
                turn: None,
            };
            assert_eq!(source.orientation(), orientation);
            assert!(differ(&joined(&cut(source).unwrap()), &turn) < 1.5, "{exif}");
        }
    }

    #[test]
    fn tiles_are_brought_to_srgb() {
        let red = RgbImage::from_pixel(1100, 40, Rgb([200, 80, 60]));
        let profile = moxcms::ColorProfile::new_display_p3().encode().unwrap();
        let source = Source {
            view: Planes::from_rgb(&red),
            size: red.dimensions(),
            exif: None,
            profile: Some(profile),
            turn: None,
        };
        let whole = joined(&cut(source).unwrap());
        for x in [1, 1090] {
            let pixel = whole.get_pixel(x, 20).0;
            assert!(pixel[0] > 205 && pixel[1] < 80, "{pixel:?}");
        }
    }

    #[test]
    fn what_cannot_be_decoded_has_no_tiles() {
        assert_eq!(render(b"Dear colleague").unwrap_err().code, "not-a-picture");
    }
}
