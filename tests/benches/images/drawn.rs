//! Photographic pictures, drawn: skin-like noise of all scales, one dark lesion, the grain of a sensor; two bits a pixel as JPEG.

use image::{Rgb, RgbImage};
use jpeg_encoder::{ColorType, Encoder, SamplingFactor};

/// How its chroma is stored.
#[derive(Clone, Copy)]
pub enum Chroma {
    /// At half its width and height.
    Halved,
    /// At full size.
    Full,
}

/// As JPEG of quality 90.
pub fn jpeg(image: &RgbImage, chroma: Chroma, progressive: bool) -> Vec<u8> {
    let mut file = Vec::new();
    let mut encoder = Encoder::new(&mut file, 90);
    encoder.set_sampling_factor(match chroma {
        Chroma::Halved => SamplingFactor::F_2_2,
        Chroma::Full => SamplingFactor::F_1_1,
    });
    encoder.set_progressive(progressive);
    encoder.encode(image.as_raw(), image.width() as u16, image.height() as u16, ColorType::Rgb).expect("encoded");
    file
}

/// A photograph of so many pixels, baseline and 4:2:0 as cameras write it.
pub fn photograph((width, height): (u32, u32)) -> Vec<u8> {
    jpeg(&skin(width, height), Chroma::Halved, false)
}

/// Skin as a camera sees it: octaves of smooth noise, one dark lesion, and grain.
pub fn skin(width: u32, height: u32) -> RgbImage {
    let octaves: Vec<(f32, f32)> = (0..9).map(|power| ((4 << power) as f32, 2.0 + power as f32)).collect();
    let radius = width as f32 * 0.1;
    RgbImage::from_fn(width, height, |x, y| {
        let (fx, fy) = (x as f32, y as f32);
        let texture: f32 = octaves.iter().map(|(step, weight)| weight * smooth(fx / step, fy / step)).sum();
        let lesion = (fx - width as f32 * 0.42).hypot(fy - height as f32 * 0.46) < radius + texture;
        let [red, green, blue] = if lesion { [100.0, 64.0, 56.0] } else { [196.0, 150.0, 128.0] };
        let grain = 4.0 * noise(x, y);
        Rgb([red + texture, green + 0.95 * texture, blue + 0.85 * texture].map(|value: f32| (value + grain) as u8))
    })
}

/// A number from -1 to 1 for each point of a grid (Wang's hash).
fn noise(x: u32, y: u32) -> f32 {
    let mut seed = x.wrapping_mul(0x9E37_79B1) ^ y.wrapping_mul(0x85EB_CA77);
    seed = (seed ^ seed >> 15).wrapping_mul(0x2C1B_3C6D);
    seed = (seed ^ seed >> 12).wrapping_mul(0x297A_2D39);
    (seed >> 8) as f32 / 8_388_608.0 - 1.0
}

/// The same between the points.
fn smooth(x: f32, y: f32) -> f32 {
    let (left, top) = (x as u32, y as u32);
    let ease = |part: f32| part * part * (3.0 - 2.0 * part);
    let (across, down) = (ease(x.fract()), ease(y.fract()));
    let row = |y: u32| noise(left, y) + (noise(left + 1, y) - noise(left, y)) * across;
    row(top) + (row(top + 1) - row(top)) * down
}
