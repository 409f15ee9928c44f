//! Tiles of every kind of file: its own pixels at full size, and nothing that it says beside them.

use image::{DynamicImage, ImageFormat, RgbImage, imageops};
use imaging::tiles;
use jpeg_encoder::SamplingFactor;
use kit::picture::strip;

use samples::{HEIC, HEIC_OF_TILES, LOSSY_WEBP, jpeg, waves, written};

use crate::heic::{SECRET, TALKATIVE};

/// The picture that the tiles make together.
fn joined(file: &[u8]) -> RgbImage {
    let tiled = tiles::render(file).expect("cut");
    let mut whole = RgbImage::new(tiled.width, tiled.height);
    for tile in &tiled.tiles {
        let part = image::load_from_memory(&tile.jpeg).expect("a JPEG").into_rgb8();
        let (left, top) = (tile.across * tiled.side, tile.down * tiled.side);
        imageops::replace(&mut whole, &part, left.into(), top.into());
    }
    whole
}

/// The mean difference of two pictures of one size, in levels.
fn apart(one: &RgbImage, other: &RgbImage) -> f64 {
    assert_eq!(one.dimensions(), other.dimensions());
    let sum: u64 = one.iter().zip(other.iter()).map(|(a, b)| u64::from(a.abs_diff(*b))).sum();
    sum as f64 / one.len() as f64
}

#[test]
fn every_kind_of_file_keeps_its_own_pixels() {
    let original = waves(2100, 1030);
    let plain = DynamicImage::ImageRgb8(original.clone());
    for (name, file) in [
        ("JPEG", jpeg(&original, SamplingFactor::F_2_2, false, 95)),
        ("JPEG with all its chroma", jpeg(&original, SamplingFactor::F_1_1, false, 95)),
        ("JPEG with chroma across", jpeg(&original, SamplingFactor::F_2_1, false, 95)),
        ("progressive JPEG", jpeg(&original, SamplingFactor::F_2_2, true, 95)),
        ("PNG", written(&plain, ImageFormat::Png)),
        ("lossless WebP", written(&plain, ImageFormat::WebP)),
    ] {
        let off = apart(&joined(&file), &original);
        assert!(off < 3.0, "{name}: {off}");
    }
    let by_another = image::load_from_memory(LOSSY_WEBP).expect("a WebP").into_rgb8();
    assert!(apart(&joined(LOSSY_WEBP), &by_another) < 3.0);
    assert!(apart(&joined(HEIC), &waves(96, 64)) < 6.0);
    assert!(apart(&joined(HEIC_OF_TILES), &waves(160, 140)) < 6.0);
}

#[test]
fn a_tile_says_nothing_of_where_and_when() {
    let holds = |file: &[u8]| file.windows(SECRET.len()).any(|part| part == SECRET);
    assert!(holds(TALKATIVE));
    for tile in tiles::render(TALKATIVE).expect("cut").tiles {
        assert!(!holds(&tile.jpeg));
        assert_eq!(strip(&tile.jpeg).expect("a JPEG"), tile.jpeg, "there is nothing to be stripped");
    }
}
