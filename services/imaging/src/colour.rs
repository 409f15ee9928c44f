//! Bringing pixels to eight-bit sRGB: alpha over white, sixteen bits to eight, and the picture's own colour profile.

use std::sync::Arc;

use moxcms::{ColorProfile, DataColorSpace, Layout, TransformExecutor, TransformOptions};

use crate::planes::Planes;

/// Fills `out` with `row` as RGB, eight bits, alpha laid over white. A pixel of `row` has one to four samples: grey or red, green
/// and blue, and alpha where their number is even; a deep one has two bytes, the higher one first. `out` holds width × 3 bytes.
pub fn rgb_row(row: &[u8], samples: usize, is_deep: bool, out: &mut [u8]) {
    let deep = row.as_chunks::<2>().0;
    match (samples, is_deep) {
        (1, false) => flatten::<1, _>(row, |value| value, out),
        (2, false) => flatten::<2, _>(row, |value| value, out),
        (3, false) => out.copy_from_slice(row),
        (_, false) => flatten::<4, _>(row, |value| value, out),
        (1, true) => flatten::<1, _>(deep, eight_bits, out),
        (2, true) => flatten::<2, _>(deep, eight_bits, out),
        (3, true) => flatten::<3, _>(deep, eight_bits, out),
        (_, true) => flatten::<4, _>(deep, eight_bits, out),
    }
}

fn eight_bits(value: [u8; 2]) -> u8 {
    ((u32::from(u16::from_be_bytes(value)) * 255 + 32_895) >> 16) as u8
}

fn flatten<const CHANNELS: usize, T: Copy>(line: &[T], narrow: impl Fn(T) -> u8, out: &mut [u8]) {
    let colours = if CHANNELS > 2 { 3 } else { 1 };
    for (pixel, out) in line.chunks_exact(CHANNELS).zip(out.chunks_exact_mut(3)) {
        let alpha = if CHANNELS.is_multiple_of(2) { u32::from(narrow(pixel[CHANNELS - 1])) } else { 255 };
        for (channel, out) in out.iter_mut().enumerate() {
            let value = u32::from(narrow(pixel[channel.min(colours - 1)]));
            *out = ((value * alpha + 255 * (255 - alpha) + 127) / 255) as u8;
        }
    }
}

/// Longest profile that is looked at, in bytes (8 MiB): those of printing houses have two or three.
const MAX_PROFILE: usize = 8 * 1024 * 1024;

/// Levels of each channel at which a profile is tried.
const TRIED: [u8; 7] = [0, 16, 48, 96, 144, 200, 255];

type Transform = Arc<dyn TransformExecutor<u8> + Send + Sync>;

/// The transform to sRGB from a profile for pixels of one of these layouts. None for a profile that cannot be read or is for
/// other pixels: it is left aside, which is what other viewers do too.
fn transform(profile: &[u8], wanted: &[Layout]) -> Option<(Transform, Layout)> {
    if profile.len() > MAX_PROFILE {
        return None;
    }
    let source = ColorProfile::new_from_slice(profile).ok()?;
    let layout = match source.color_space {
        DataColorSpace::Rgb => Layout::Rgb,
        DataColorSpace::Gray => Layout::Gray,
        DataColorSpace::Cmyk => Layout::Rgba,
        _ => return None,
    };
    if !wanted.contains(&layout) {
        return None;
    }
    let transform =
        source.create_transform_8bit(layout, &ColorProfile::new_srgb(), Layout::Rgb, TransformOptions::default());
    Some((transform.ok()?, layout))
}

/// Converts a picture to sRGB by the ICC profile that came with it. One that leaves all colours as they are, to within one of
/// 255 levels, is spared the way over RGB.
pub fn to_srgb(view: Planes, profile: &[u8]) -> Planes {
    match ToSrgb::of(profile) {
        Some(colours) => colours.apply(view),
        None => view,
    }
}

/// A profile's way to sRGB, read once for many parts of a picture.
pub struct ToSrgb {
    transform: Transform,
    layout: Layout,
}

impl ToSrgb {
    /// None for a profile that cannot be used, and for one that leaves all colours as they are, to within one of 255 levels.
    pub fn of(profile: &[u8]) -> Option<Self> {
        let (transform, layout) = transform(profile, &[Layout::Rgb, Layout::Gray])?;
        (!changes_nothing(&transform, layout)).then_some(Self { transform, layout })
    }

    /// The same picture in sRGB.
    pub fn apply(&self, view: Planes) -> Planes {
        let mut rgb = view.to_rgb();
        let stride = rgb.width() as usize * 3;
        let mut input = Vec::with_capacity(stride);
        for line in rgb.chunks_exact_mut(stride) {
            input.clear();
            match self.layout {
                Layout::Gray => input.extend(line.chunks_exact(3).map(|pixel| pixel[0])),
                _ => input.extend_from_slice(line),
            }
            if self.transform.transform(&input, line).is_err() {
                return view;
            }
        }
        Planes::from_rgb(&rgb)
    }
}

fn changes_nothing(transform: &Transform, layout: Layout) -> bool {
    let greys = || TRIED.into_iter().map(|level| [level; 3]);
    let all = || TRIED.into_iter().flat_map(|r| TRIED.into_iter().flat_map(move |g| TRIED.map(|b| [r, g, b])));
    let (input, expected): (Vec<u8>, Vec<u8>) = match layout {
        Layout::Gray => (TRIED.to_vec(), greys().flatten().collect()),
        _ => (all().flatten().collect(), all().flatten().collect()),
    };
    let mut output = vec![0; expected.len()];
    transform.transform(&input, &mut output).is_ok()
        && output.iter().zip(&expected).all(|(is, was)| is.abs_diff(*was) <= 1)
}

/// Ink, four samples a pixel from 0 (none) to 255, to sRGB: by its profile, or without a usable one as if ink were a perfect
/// filter. Returns three bytes a pixel.
pub fn from_inks(inks: &[u8], width: u32, height: u32, profile: Option<&[u8]>) -> Vec<u8> {
    let mut rgb = vec![0; width as usize * height as usize * 3];
    if let Some((transform, _)) = profile.and_then(|profile| transform(profile, &[Layout::Rgba])) {
        let rows = inks.chunks_exact(width as usize * 4).zip(rgb.chunks_exact_mut(width as usize * 3));
        if rows.into_iter().all(|(row, out)| transform.transform(row, out).is_ok()) {
            return rgb;
        }
    }
    for (ink, out) in inks.chunks_exact(4).zip(rgb.chunks_exact_mut(3)) {
        for (ink_of_three, out) in ink.iter().zip(out) {
            *out = ((255 - u32::from(*ink_of_three)) * (255 - u32::from(ink[3])) / 255) as u8;
        }
    }
    rgb
}

#[cfg(test)]
mod tests {
    use image::{Rgb, RgbImage};

    use super::*;

    fn pixel(row: &[u8], samples: usize, is_deep: bool) -> [u8; 3] {
        let mut out = [0; 3];
        rgb_row(row, samples, is_deep, &mut out);
        out
    }

    #[test]
    fn alpha_lies_over_white() {
        assert_eq!(pixel(&[10, 20, 30, 0], 4, false), [255; 3]);
        assert_eq!(pixel(&[0, 100, 200, 128], 4, false), [127, 177, 227]);
        assert_eq!(pixel(&[40, 255], 2, false), [40; 3]);
        assert_eq!(pixel(&[40, 40, 128, 128], 2, true), [147; 3]);
    }

    #[test]
    fn sixteen_bits_become_eight() {
        assert_eq!(pixel(&[0, 0, 128, 128, 255, 255], 3, true), [0, 128, 255]);
        assert_eq!(pixel(&[128, 128], 1, true), [128; 3]);
    }

    fn flat(pixel: [u8; 3]) -> Planes {
        Planes::from_rgb(&RgbImage::from_pixel(4, 2, Rgb(pixel)))
    }

    #[test]
    fn a_wide_profile_changes_colours_and_srgb_does_not() {
        let red = [200, 80, 60];
        let wide = to_srgb(flat(red), &ColorProfile::new_display_p3().encode().unwrap());
        let changed = wide.to_rgb().get_pixel(1, 1).0;
        assert!(changed[0] > 205 && changed[1] < 80, "{changed:?}");
        assert_eq!(to_srgb(flat(red), &ColorProfile::new_srgb().encode().unwrap()), flat(red));
    }

    #[test]
    fn a_broken_profile_is_left_aside() {
        assert_eq!(to_srgb(flat([1, 2, 3]), b"not a profile"), flat([1, 2, 3]));
    }

    #[test]
    fn ink_without_a_profile_filters_light() {
        let inks = [0, 0, 0, 0, 255, 0, 0, 0, 0, 0, 0, 255, 0, 128, 0, 0];
        assert_eq!(from_inks(&inks, 4, 1, None), [255, 255, 255, 0, 255, 255, 0, 0, 0, 255, 127, 255]);
    }
}
