//! A picture as luma and chroma planes, chroma at half the width and height: what is decoded, made smaller, turned and encoded.
//!
//! Colours are JFIF's: Rec. 601 luma over the full range of 0 to 255.

#![expect(
    clippy::inline_always,
    reason = "only what is inlined is compiled for the processor at hand: see `jpeg::fast`"
)]

use fast_image_resize::images::{Image, ImageRef};
use fast_image_resize::{FilterType, PixelType, ResizeAlg, ResizeOptions, Resizer};
use image::RgbImage;
use image::metadata::Orientation;

use crate::jpeg::{Plane, fast};

/// A picture without RGB.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Planes {
    pub luma: Plane,
    /// Blue and red difference, each of half the width and height, rounded up; none for a grey picture.
    pub chroma: Option<[Plane; 2]>,
}

/// Width and height of chroma for those of luma.
pub fn halves(width: usize, height: usize) -> (usize, usize) {
    (width.div_ceil(2), height.div_ceil(2))
}

impl Planes {
    /// Width and height in pixels.
    pub fn size(&self) -> (u32, u32) {
        (self.luma.width as u32, self.luma.height as u32)
    }

    /// Of decoded planes (luma, or luma and two of chroma, of any size) a picture of `width` × `height` pixels. None without a plane.
    pub fn sized(planes: Vec<Plane>, (width, height): (u32, u32)) -> Option<Self> {
        let (width, height) = (width as usize, height as usize);
        let half = halves(width, height);
        let mut planes = planes.into_iter();
        let take = |plane: Plane, width, height| {
            if (plane.width, plane.height) == (width, height) { plane } else { resized(&plane, width, height) }
        };
        let luma = take(planes.next()?, width, height);
        let chroma = match (planes.next(), planes.next()) {
            (Some(blue), Some(red)) => Some([blue, red].map(|plane| take(plane, half.0, half.1))),
            _ => None,
        };
        Some(Self { luma, chroma })
    }

    /// The same picture with other sides, by Lanczos' filter with three lobes.
    pub fn resized(&self, width: u32, height: u32) -> Self {
        let (width, height) = (width as usize, height as usize);
        let half = halves(width, height);
        Self {
            luma: resized(&self.luma, width, height),
            chroma: self.chroma.as_ref().map(|both| both.each_ref().map(|plane| resized(plane, half.0, half.1))),
        }
    }

    /// The same picture upright. Where a side is odd, chroma moves by half a sample of its own when that side is mirrored.
    pub fn upright(self, orientation: Orientation) -> Self {
        if orientation == Orientation::NoTransforms {
            return self;
        }
        Self {
            luma: turned(&self.luma, orientation),
            chroma: self.chroma.map(|both| both.map(|plane| turned(&plane, orientation))),
        }
    }

    /// A part of the picture as it is when upright: `width` × `height` pixels from `left` and `top`, which are even because chroma is
    /// halved. Only the part is copied, so a large picture is never in memory twice.
    pub fn part(&self, orientation: Orientation, (left, top): (u32, u32), (width, height): (u32, u32)) -> Self {
        debug_assert!(left.is_multiple_of(2) && top.is_multiple_of(2), "chroma is halved");
        let (left, top, width, height) = (left as usize, top as usize, width as usize, height as usize);
        let half = halves(width, height);
        Self {
            luma: part(&self.luma, orientation, (left, top), (width, height)),
            chroma: self
                .chroma
                .as_ref()
                .map(|both| both.each_ref().map(|plane| part(plane, orientation, (left / 2, top / 2), half))),
        }
    }

    /// From RGB: chroma is the mean of each two by two pixels.
    pub fn from_rgb(rgb: &RgbImage) -> Self {
        let (width, height) = (rgb.width() as usize, rgb.height() as usize);
        let half = halves(width, height);
        let mut luma = vec![0; width * height];
        let mut chroma = [vec![0; half.0 * half.1], vec![0; half.0 * half.1]];
        fast(
            #[inline(always)]
            || {
                for (pixel, luma) in rgb.as_raw().chunks_exact(3).zip(&mut luma) {
                    *luma = luma_of(pixel);
                }
                for y in 0..half.1 {
                    for x in 0..half.0 {
                        let (right, below) = ((x * 2 + 1).min(width - 1), (y * 2 + 1).min(height - 1));
                        let mut sum = [0; 3];
                        for (x, y) in [(x * 2, y * 2), (right, y * 2), (x * 2, below), (right, below)] {
                            let at = (y * width + x) * 3;
                            for (sum, value) in sum.iter_mut().zip(&rgb.as_raw()[at..at + 3]) {
                                *sum += i32::from(*value);
                            }
                        }
                        let [blue, red] = chroma_of(sum);
                        chroma[0][y * half.0 + x] = blue;
                        chroma[1][y * half.0 + x] = red;
                    }
                }
            },
        );
        let chroma = chroma.map(|data| Plane { width: half.0, height: half.1, data });
        Self { luma: Plane { width, height, data: luma }, chroma: Some(chroma) }
    }

    /// To RGB: each sample of chroma colours two by two pixels, so that [`Planes::from_rgb`] finds it again.
    pub fn to_rgb(&self) -> RgbImage {
        let (width, height) = self.size();
        let mut rgb = RgbImage::new(width, height);
        let stride = self.luma.width;
        let grey = [128];
        fast(
            #[inline(always)]
            || {
                let rows = rgb.chunks_exact_mut(stride * 3).zip(self.luma.data.chunks_exact(stride));
                for (y, (out, luma)) in rows.enumerate() {
                    let [blue, red] = match &self.chroma {
                        Some(both) => both.each_ref().map(|plane| &plane.data[y / 2 * plane.width..][..plane.width]),
                        None => [&grey[..]; 2],
                    };
                    let step = usize::from(self.chroma.is_some());
                    for (x, (pixel, luma)) in out.chunks_exact_mut(3).zip(luma).enumerate() {
                        let at = x / 2 * step;
                        pixel.copy_from_slice(&rgb_of(*luma, blue[at], red[at]));
                    }
                }
            },
        );
        rgb
    }
}

/// 16 bits behind the point.
const ONE: f64 = 65_536.0;

const fn fixed(value: f64) -> i32 {
    (value * ONE + if value < 0.0 { -0.5 } else { 0.5 }) as i32
}

#[inline(always)]
fn luma_of(pixel: &[u8]) -> u8 {
    let [red, green, blue] = [0, 1, 2].map(|channel| i32::from(pixel[channel]));
    ((red * fixed(0.299) + green * fixed(0.587) + blue * fixed(0.114) + 32_768) >> 16) as u8
}

/// Blue and red difference of four pixels' sum.
#[inline(always)]
fn chroma_of([red, green, blue]: [i32; 3]) -> [u8; 2] {
    let level = |sum: i32| ((sum + (128 << 18) + (1 << 17)) >> 18).clamp(0, 255) as u8;
    [
        level(red * fixed(-0.168_736) + green * fixed(-0.331_264) + blue * fixed(0.5)),
        level(red * fixed(0.5) + green * fixed(-0.418_688) + blue * fixed(-0.081_312)),
    ]
}

#[inline(always)]
pub fn rgb_of(luma: u8, blue: u8, red: u8) -> [u8; 3] {
    let luma = (i32::from(luma) << 16) + 32_768;
    let (blue, red) = (i32::from(blue) - 128, i32::from(red) - 128);
    let level = |value: i32| (value >> 16).clamp(0, 255) as u8;
    [
        level(luma + red * fixed(1.402)),
        level(luma + blue * fixed(-0.344_136) + red * fixed(-0.714_136)),
        level(luma + blue * fixed(1.772)),
    ]
}

/// A plane with other sides. Both must be at least 1.
pub fn resized(plane: &Plane, width: usize, height: usize) -> Plane {
    if (width, height) == (plane.width, plane.height) {
        return plane.clone();
    }
    let mut out = Image::new(width as u32, height as u32, PixelType::U8);
    let options = ResizeOptions::new().resize_alg(ResizeAlg::Convolution(FilterType::Lanczos3)).use_alpha(false);
    let done = ImageRef::new(plane.width as u32, plane.height as u32, &plane.data, PixelType::U8)
        .is_ok_and(|source| Resizer::new().resize(&source, &mut out, &options).is_ok());
    debug_assert!(done, "a plane holds as many samples as it says");
    Plane { width, height, data: out.into_vec() }
}

/// A plane upright.
fn turned(plane: &Plane, orientation: Orientation) -> Plane {
    let (width, height) = match orientation {
        Orientation::NoTransforms
        | Orientation::FlipHorizontal
        | Orientation::Rotate180
        | Orientation::FlipVertical => (plane.width, plane.height),
        _ => (plane.height, plane.width),
    };
    part(plane, orientation, (0, 0), (width, height))
}

/// A part of the upright plane.
fn part(
    plane: &Plane,
    orientation: Orientation,
    (left, top): (usize, usize),
    (width, height): (usize, usize),
) -> Plane {
    /// Side of the squares that are copied at a time, so that both planes stay in the cache.
    const TILE: usize = 32;
    // Where the upright picture's pixel comes from: are the sides swapped, and then are its columns and rows mirrored?
    let (swaps, mirrors_x, mirrors_y) = match orientation {
        Orientation::NoTransforms => return straight(plane, (left, top), (width, height)),
        Orientation::FlipHorizontal => (false, true, false),
        Orientation::Rotate180 => (false, true, true),
        Orientation::FlipVertical => (false, false, true),
        Orientation::Rotate90FlipH => (true, false, false),
        Orientation::Rotate90 => (true, true, false),
        Orientation::Rotate270FlipH => (true, true, true),
        Orientation::Rotate270 => (true, false, true),
    };
    let (across, down) = if swaps { (plane.height, plane.width) } else { (plane.width, plane.height) };
    let mut data = vec![0; width * height];
    for first_row in (0..height).step_by(TILE) {
        for first in (0..width).step_by(TILE) {
            for y in first_row..(first_row + TILE).min(height) {
                let row = if mirrors_y { down - 1 - (top + y) } else { top + y };
                let end = (first + TILE).min(width);
                for (x, out) in (left + first..left + end).zip(&mut data[y * width + first..y * width + end]) {
                    let column = if mirrors_x { across - 1 - x } else { x };
                    let at = if swaps { column * plane.width + row } else { row * plane.width + column };
                    *out = plane.data[at];
                }
            }
        }
    }
    Plane { width, height, data }
}

/// A part of a plane that lies as it is stored.
fn straight(plane: &Plane, (left, top): (usize, usize), (width, height): (usize, usize)) -> Plane {
    let rows = plane.data.chunks_exact(plane.width).skip(top).take(height);
    Plane { width, height, data: rows.flat_map(|row| &row[left..left + width]).copied().collect() }
}

#[cfg(test)]
mod tests {
    use image::{DynamicImage, Rgb};

    use super::*;

    fn drawing(width: u32, height: u32) -> RgbImage {
        RgbImage::from_fn(width, height, |x, y| Rgb([(x * 7) as u8, (y * 11) as u8, (x * y) as u8]))
    }

    #[test]
    fn every_orientation_agrees_with_the_image_crate() {
        let plane = Plane { width: 70, height: 45, data: (0..70 * 45).map(|at| (at * 31 % 251) as u8).collect() };
        let grey = image::GrayImage::from_raw(70, 45, plane.data.clone()).unwrap();
        for exif in 1..=8 {
            let orientation = Orientation::from_exif(exif).unwrap();
            let mut expected = DynamicImage::ImageLuma8(grey.clone());
            expected.apply_orientation(orientation);
            let ours = turned(&plane, orientation);
            assert_eq!((ours.width as u32, ours.height as u32), (expected.width(), expected.height()), "{exif}");
            assert_eq!(ours.data, expected.into_luma8().into_raw(), "{exif}");
        }
    }

    #[test]
    fn chroma_comes_back_as_it_went() {
        for (width, height) in [(64, 48), (63, 47), (1, 1), (2, 1)] {
            let planes = Planes::from_rgb(&image::imageops::blur(&drawing(width, height), 3.0));
            let again = Planes::from_rgb(&planes.to_rgb());
            let differ = |one: &Plane, other: &Plane| {
                one.data.iter().zip(&other.data).map(|(a, b)| a.abs_diff(*b)).max().unwrap()
            };
            let (before, after) = (planes.chroma.unwrap(), again.chroma.unwrap());
            assert!(differ(&before[0], &after[0]) <= 2 && differ(&before[1], &after[1]) <= 2, "{width} × {height}");
        }
    }

    #[test]
    fn parts_of_every_orientation_are_those_of_the_upright_picture() {
        let planes = Planes::from_rgb(&drawing(71, 45));
        for exif in 1..=8 {
            let orientation = Orientation::from_exif(exif).unwrap();
            let upright = planes.clone().upright(orientation);
            let (width, height) = upright.size();
            for (left, top) in [(0, 0), (16, 30), (width / 2 * 2 - 2, height / 2 * 2 - 2)] {
                let size = (20.min(width - left), 20.min(height - top));
                let part = planes.part(orientation, (left, top), size);
                assert_eq!(part, upright.part(Orientation::NoTransforms, (left, top), size), "{exif} {left} {top}");
                assert_eq!((part.size(), part.luma.data.len()), (size, (size.0 * size.1) as usize));
            }
        }
        assert_eq!(planes.part(Orientation::NoTransforms, (0, 0), (71, 45)), planes);
    }

    #[test]
    fn a_grey_picture_has_no_colour() {
        let planes = Planes { luma: Plane { width: 3, height: 1, data: vec![0, 90, 255] }, chroma: None };
        assert_eq!(planes.to_rgb().into_raw(), [0, 0, 0, 90, 90, 90, 255, 255, 255]);
    }
}
