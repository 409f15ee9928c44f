//! Small pictures of every kind that is accepted, made here; what can be wrong with a file is in [`hostile`]. For tests of the
//! decoder alone and of the whole service, so it knows nobody.

pub mod hostile;

use std::io::Cursor;

use image::{DynamicImage, ImageFormat, Rgb, RgbImage};
use jpeg_encoder::{ColorType, Encoder, SamplingFactor};

/// A repeatable series of numbers (Knuth's linear congruence; its upper bits).
#[derive(Clone, Copy, Debug)]
pub struct Random(pub u64);

impl Random {
    /// A number below `end`, which must not be 0.
    pub fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % end
    }
}

/// Waves of colour: every pixel differs from its neighbours and no two corners are alike.
pub fn waves(width: u32, height: u32) -> RgbImage {
    RgbImage::from_fn(width, height, |x, y| {
        let wave = |of: u32, length: f32| (128.0 + 90.0 * (of as f32 / length).sin()) as u8;
        Rgb([wave(x, 29.0), wave(y, 41.0), wave(x + 2 * y, 97.0)])
    })
}

/// A JPEG file.
///
/// # Panics
/// When it can't be encoded.
pub fn jpeg(image: &RgbImage, sampling: SamplingFactor, progressive: bool, quality: u8) -> Vec<u8> {
    let mut file = Vec::new();
    let mut encoder = Encoder::new(&mut file, quality);
    encoder.set_sampling_factor(sampling);
    encoder.set_progressive(progressive);
    encoder.encode(image.as_raw(), image.width() as u16, image.height() as u16, ColorType::Rgb).expect("encoded");
    file
}

/// A JPEG file of four inks, each pixel given as cyan, magenta, yellow and black.
///
/// # Panics
/// When it can't be encoded.
pub fn inks(pixels: &[u8], width: u16, height: u16) -> Vec<u8> {
    let mut file = Vec::new();
    let mut encoder = Encoder::new(&mut file, 97);
    encoder.set_sampling_factor(SamplingFactor::F_1_1);
    encoder.encode(pixels, width, height, ColorType::Cmyk).expect("encoded");
    file
}

/// A file of another format.
///
/// # Panics
/// When it can't be encoded.
pub fn written(image: &DynamicImage, format: ImageFormat) -> Vec<u8> {
    let mut file = Cursor::new(Vec::new());
    image.write_to(&mut file, format).expect("encoded");
    file.into_inner()
}

/// One segment of a JPEG file.
///
/// # Panics
/// For a body that does not fit.
pub fn segment(marker: u8, body: &[u8]) -> Vec<u8> {
    let length = u16::try_from(body.len() + 2).expect("short").to_be_bytes();
    [&[0xFF, marker], &length[..], body].concat()
}

/// A JPEG file with segments set in behind the start marker.
pub fn with_segments(jpeg: &[u8], segments: &[Vec<u8>]) -> Vec<u8> {
    [&jpeg[..2], &segments.concat(), &jpeg[2..]].concat()
}

/// A profile as segments of at most 60,000 bytes.
pub fn profile(icc: &[u8]) -> Vec<Vec<u8>> {
    let count = icc.len().div_ceil(60_000) as u8;
    let pieces = (1..=count).zip(icc.chunks(60_000));
    pieces.map(|(number, piece)| segment(0xE2, &[b"ICC_PROFILE\0", &[number, count][..], piece].concat())).collect()
}

/// A chunk of a PNG file. Its check sum is not looked at by what reads it here: decoders pass over damaged chunks of this kind.
pub fn png_chunk(name: [u8; 4], body: &[u8], sum: u32) -> Vec<u8> {
    [&(body.len() as u32).to_be_bytes()[..], &name, body, &sum.to_be_bytes()].concat()
}

/// A PNG file with chunks set in behind its header.
pub fn with_chunks(png: &[u8], chunks: &[Vec<u8>]) -> Vec<u8> {
    [&png[..33], &chunks.concat(), &png[33..]].concat()
}

/// One of each kind: name and file. The photograph is the first. What is accepted from now on gets a line here: every list of
/// hostile files begins with these.
pub fn every_kind() -> Vec<(&'static str, Vec<u8>)> {
    let image = waves(64, 48);
    let rgb = DynamicImage::ImageRgb8(image.clone());
    let mut kinds = vec![
        ("jpeg 4:2:0", jpeg(&image, SamplingFactor::F_2_2, false, 85)),
        ("jpeg 4:2:2", jpeg(&image, SamplingFactor::F_2_1, false, 85)),
        ("jpeg 4:4:4", jpeg(&image, SamplingFactor::F_1_1, false, 85)),
        ("progressive 4:2:0", jpeg(&image, SamplingFactor::F_2_2, true, 85)),
        ("progressive 4:4:4", jpeg(&image, SamplingFactor::F_1_1, true, 85)),
        ("jpeg of inks", inks(&[40, 80, 120, 20].repeat(64 * 48), 64, 48)),
        ("lossy webp", LOSSY_WEBP.to_vec()),
        ("heic", HEIC.to_vec()),
        ("heic of tiles", HEIC_OF_TILES.to_vec()),
    ];
    let grey = DynamicImage::ImageLuma8(rgb.to_luma8());
    kinds.push(("grey jpeg", written(&grey, ImageFormat::Jpeg)));
    for (name, image) in [
        ("png", rgb.clone()),
        ("png with 16 bits", DynamicImage::ImageRgb16(rgb.to_rgb16())),
        ("png with alpha", DynamicImage::ImageRgba8(rgb.to_rgba8())),
        ("grey png", grey),
    ] {
        kinds.push((name, written(&image, ImageFormat::Png)));
    }
    kinds.push(("lossless webp", written(&rgb, ImageFormat::WebP)));
    kinds
}

/// Waves of 96 × 64 pixels in one piece, and in tiles of 64 as phones write them: by libheif and x265, as there is no encoder here.
pub const HEIC: &[u8] = include_bytes!("heic/plain.heic");
pub const HEIC_OF_TILES: &[u8] = include_bytes!("heic/grid.heic");

/// 64 × 48 pixels, written by libwebp: there is no encoder for this kind here.
pub const LOSSY_WEBP: &[u8] = &[
    0x52, 0x49, 0x46, 0x46, 0xAC, 0x00, 0x00, 0x00, 0x57, 0x45, 0x42, 0x50, 0x56, 0x50, 0x38, 0x20, 0xA0, 0x00, 0x00,
    0x00, 0xB0, 0x05, 0x00, 0x9D, 0x01, 0x2A, 0x40, 0x00, 0x30, 0x00, 0x3F, 0x11, 0x76, 0xB2, 0x51, 0xBF, 0xA7, 0x24,
    0xA3, 0xAD, 0x48, 0x03, 0xF0, 0x22, 0x09, 0x64, 0x33, 0x81, 0x7F, 0xFF, 0x58, 0x31, 0x3C, 0x97, 0x66, 0x74, 0xC9,
    0xCD, 0x0F, 0xB7, 0xFB, 0x4A, 0xCC, 0x20, 0xFC, 0x0F, 0xE2, 0x4E, 0x7F, 0xEA, 0x34, 0x3F, 0xFC, 0x50, 0x00, 0xFE,
    0xFB, 0xEA, 0x39, 0xFD, 0xA7, 0x7E, 0xD2, 0x07, 0xA3, 0x4C, 0xAB, 0x80, 0xA3, 0xAF, 0x5B, 0x96, 0xF7, 0x41, 0x7E,
    0x4F, 0xCD, 0x86, 0x86, 0x1A, 0x96, 0xF7, 0x5A, 0xC7, 0xEB, 0x5C, 0x06, 0xBE, 0x0E, 0x9A, 0xB7, 0x1F, 0x83, 0xCC,
    0x28, 0x91, 0xBB, 0x8D, 0x3B, 0x83, 0x66, 0xED, 0x1F, 0x79, 0x2E, 0xAA, 0x0F, 0xBD, 0xA3, 0x19, 0xA9, 0x90, 0x73,
    0x8F, 0xDD, 0x4E, 0xB1, 0x7A, 0x36, 0x81, 0x39, 0x2D, 0x53, 0xC4, 0xF2, 0x99, 0x01, 0x9C, 0x36, 0xB1, 0xA8, 0x91,
    0xBB, 0x9D, 0xC7, 0x25, 0x6F, 0x26, 0x40, 0xE6, 0x97, 0xA1, 0xB4, 0x4A, 0x01, 0xC3, 0x67, 0x0E, 0x41, 0xDC, 0x72,
    0x61, 0xD0, 0x87, 0x34, 0x28, 0x98, 0x00, 0x00, 0x00,
];
