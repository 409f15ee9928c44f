//! Pictures made on the spot: photographic enough to have detail, different by seed.

use image::codecs::jpeg::JpegEncoder;
use image::{ImageEncoder, Rgb, RgbImage};

/// A sharp JPEG of skin-like colours with `seed`'s pattern.
///
/// # Panics
/// When it can't be encoded.
pub fn jpeg(width: u32, height: u32, seed: u32) -> Vec<u8> {
    let mut state = seed.wrapping_mul(2_654_435_761).wrapping_add(1);
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        state
    };
    let picture = RgbImage::from_fn(width, height, |x, y| {
        let grain = (next() % 48) as i32 - 24;
        let spot = if (x / 24 + y / 24 + seed).is_multiple_of(5) { -60 } else { 0 };
        let shade = |base: i32| (base + grain + spot).clamp(0, 255) as u8;
        Rgb([shade(200), shade(160), shade(140)])
    });
    let mut bytes = Vec::new();
    JpegEncoder::new_with_quality(&mut bytes, 88)
        .write_image(&picture, width, height, image::ExtendedColorType::Rgb8)
        .expect("a JPEG");
    bytes
}

/// A valid JPEG of exactly `length` bytes: comment segments of noise after the start marker.
pub fn large_jpeg(length: usize, seed: u32) -> Vec<u8> {
    padded(&jpeg(1000, 800, seed), length, seed)
}

/// The same JPEG made `length` bytes long by comment segments of noise after the start marker.
pub fn padded(picture: &[u8], length: usize, seed: u32) -> Vec<u8> {
    let mut bytes = picture[..2].to_vec();
    let mut missing = length - picture.len();
    let mut state = seed | 1;
    while missing > 0 {
        let mut segment = missing.min(65_000);
        if missing - segment > 0 && missing - segment < 4 {
            segment -= 4;
        }
        bytes.extend_from_slice(&[0xff, 0xfe]);
        bytes.extend_from_slice(&((segment - 2) as u16).to_be_bytes());
        for _ in 0..segment - 4 {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            bytes.push((state >> 24) as u8);
        }
        missing -= segment;
    }
    bytes.extend_from_slice(&picture[2..]);
    bytes
}
