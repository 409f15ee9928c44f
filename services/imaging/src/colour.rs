//! Bringing pixels to eight-bit sRGB: alpha over white, sixteen bits to eight, and the picture's own colour profile.

use std::sync::Arc;

use image::DynamicImage;
use moxcms::{ColorProfile, DataColorSpace, Layout, TransformExecutor, TransformOptions};

use crate::planes::Planes;

/// Fills `out` with row `y` of `image` as RGB, eight bits, alpha laid over white. `out` holds width × 3 bytes.
pub fn rgb_row(image: &DynamicImage, y: u32, out: &mut [u8]) {
    let width = image.width() as usize;
    match image {
        DynamicImage::ImageLuma8(pixels) => {
            flatten::<1, _>(line(pixels, width, y), |value| value, out);
        }
        DynamicImage::ImageLumaA8(pixels) => {
            flatten::<2, _>(line(pixels, width * 2, y), |value| value, out);
        }
        DynamicImage::ImageRgb8(pixels) => out.copy_from_slice(line(pixels, width * 3, y)),
        DynamicImage::ImageRgba8(pixels) => {
            flatten::<4, _>(line(pixels, width * 4, y), |value| value, out);
        }
        DynamicImage::ImageLuma16(pixels) => {
            flatten::<1, _>(line(pixels, width, y), eight_bits, out);
        }
        DynamicImage::ImageLumaA16(pixels) => {
            flatten::<2, _>(line(pixels, width * 2, y), eight_bits, out);
        }
        DynamicImage::ImageRgb16(pixels) => {
            flatten::<3, _>(line(pixels, width * 3, y), eight_bits, out);
        }
        DynamicImage::ImageRgba16(pixels) => {
            flatten::<4, _>(line(pixels, width * 4, y), eight_bits, out);
        }
        // Floating-point pixels come from no format that is accepted here.
        _ => out.fill(255),
    }
}

fn line<T>(pixels: &[T], stride: usize, y: u32) -> &[T] {
    &pixels[y as usize * stride..][..stride]
}

fn eight_bits(value: u16) -> u8 {
    ((u32::from(value) * 255 + 32_895) >> 16) as u8
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
    let Some((transform, layout)) = transform(profile, &[Layout::Rgb, Layout::Gray]) else {
        return view;
    };
    if changes_nothing(&transform, layout) {
        return view;
    }
    let mut rgb = view.to_rgb();
    let stride = rgb.width() as usize * 3;
    let mut input = Vec::with_capacity(stride);
    for line in rgb.chunks_exact_mut(stride) {
        input.clear();
        match layout {
            Layout::Gray => input.extend(line.chunks_exact(3).map(|pixel| pixel[0])),
            _ => input.extend_from_slice(line),
        }
        if transform.transform(&input, line).is_err() {
            return view;
        }
    }
    Planes::from_rgb(&rgb)
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
    use image::{ImageBuffer, LumaA, Rgb, RgbImage, Rgba};

    use super::*;

    fn first_pixel(image: &DynamicImage) -> [u8; 3] {
        let mut out = vec![0; image.width() as usize * 3];
        rgb_row(image, 0, &mut out);
        [out[0], out[1], out[2]]
    }

    #[test]
    fn alpha_lies_over_white() {
        let clear = DynamicImage::ImageRgba8(ImageBuffer::from_pixel(2, 1, Rgba([10, 20, 30, 0])));
        assert_eq!(first_pixel(&clear), [255; 3]);
        let half = DynamicImage::ImageRgba8(ImageBuffer::from_pixel(2, 1, Rgba([0, 100, 200, 128])));
        assert_eq!(first_pixel(&half), [127, 177, 227]);
        let grey = DynamicImage::ImageLumaA8(ImageBuffer::from_pixel(2, 1, LumaA([40, 255])));
        assert_eq!(first_pixel(&grey), [40; 3]);
    }

    #[test]
    fn sixteen_bits_become_eight() {
        let deep = DynamicImage::ImageRgb16(ImageBuffer::from_pixel(1, 1, Rgb([0, 32_896, 65_535])));
        assert_eq!(first_pixel(&deep), [0, 128, 255]);
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
