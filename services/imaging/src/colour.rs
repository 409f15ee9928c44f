//! Bringing pixels to eight-bit sRGB: alpha over white, sixteen bits to eight, and the picture's own colour profile.

use image::{DynamicImage, RgbImage};
use moxcms::{ColorProfile, DataColorSpace, Layout, TransformOptions};

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

/// Converts `view` to sRGB by the ICC profile that came with the picture. A profile that cannot be read, or that is not for
/// grey or RGB pixels, is left aside: the pixels stay as they are, which is what other viewers show too.
pub fn to_srgb(view: &mut RgbImage, profile: &[u8]) {
    let Ok(source) = ColorProfile::new_from_slice(profile) else {
        return;
    };
    let layout = match source.color_space {
        DataColorSpace::Rgb => Layout::Rgb,
        DataColorSpace::Gray => Layout::Gray,
        _ => return,
    };
    let Ok(transform) =
        source.create_transform_8bit(layout, &ColorProfile::new_srgb(), Layout::Rgb, TransformOptions::default())
    else {
        return;
    };
    let stride = view.width() as usize * 3;
    let mut input = Vec::with_capacity(stride);
    for line in view.chunks_exact_mut(stride) {
        input.clear();
        match layout {
            Layout::Gray => input.extend(line.chunks_exact(3).map(|pixel| pixel[0])),
            _ => input.extend_from_slice(line),
        }
        if transform.transform(&input, line).is_err() {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use image::{ImageBuffer, LumaA, Rgb, Rgba};

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

    #[test]
    fn a_wide_profile_changes_colours_and_srgb_does_not() {
        let red = Rgb([200, 80, 60]);
        let mut wide = RgbImage::from_pixel(3, 2, red);
        to_srgb(&mut wide, &ColorProfile::new_display_p3().encode().unwrap());
        let changed = wide.get_pixel(1, 1).0;
        assert!(changed[0] > 205 && changed[1] < 80, "{changed:?}");
        let mut plain = RgbImage::from_pixel(3, 2, red);
        to_srgb(&mut plain, &ColorProfile::new_srgb().encode().unwrap());
        for (before, after) in red.0.iter().zip(plain.get_pixel(1, 1).0) {
            assert!(before.abs_diff(after) <= 1);
        }
    }

    #[test]
    fn a_broken_profile_is_left_aside() {
        let mut image = RgbImage::from_pixel(3, 2, Rgb([1, 2, 3]));
        to_srgb(&mut image, b"not a profile");
        assert!(image.pixels().all(|pixel| pixel.0 == [1, 2, 3]));
    }
}
