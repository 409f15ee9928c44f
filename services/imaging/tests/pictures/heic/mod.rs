//! HEIC as phones write it, and as nobody should.

use image::RgbImage;
use imaging::derivatives::render;
use kit::picture::{Kind, check, strip};

use samples::{HEIC as PLAIN, HEIC_OF_TILES as GRID, Random, waves};

pub const TALKATIVE: &[u8] = include_bytes!("talkative.heic");
const THUMBNAIL: &[u8] = include_bytes!("thumbnail.heic");
const GREY: &[u8] = include_bytes!("grey.heic");
const LIMITED: &[u8] = include_bytes!("limited.heic");
const P3: &[u8] = include_bytes!("p3.heic");
const TEN_BITS: &[u8] = include_bytes!("ten-bits.heic");
const FULL_CHROMA: &[u8] = include_bytes!("full-chroma.heic");
/// Coded in another direction, with the turn that brings it upright.
const TURNED: [(u8, &[u8]); 3] =
    [(2, include_bytes!("turn2.heic")), (6, include_bytes!("turn6.heic")), (7, include_bytes!("turn7.heic"))];
/// A word that stands in every piece of metadata.
pub const SECRET: &[u8] = b"N 59.9139 E 10.7522";

fn view(file: &[u8]) -> RgbImage {
    let rendered = render(file).expect("rendered");
    image::load_from_memory(&rendered.derivatives[0].jpeg).expect("a picture").into_rgb8()
}

/// The mean difference of two pictures of one size, in levels.
fn apart(one: &RgbImage, other: &RgbImage) -> f64 {
    assert_eq!(one.dimensions(), other.dimensions());
    let sum: u64 = one.iter().zip(other.iter()).map(|(a, b)| u64::from(a.abs_diff(*b))).sum();
    sum as f64 / one.len() as f64
}

#[test]
fn every_way_of_writing_it_shows_the_same_picture() {
    let original = waves(96, 64);
    for (name, file) in
        [("plain", PLAIN), ("with a thumbnail", THUMBNAIL), ("television's levels", LIMITED), ("ten bits", TEN_BITS)]
    {
        assert_eq!(check(file).map(|picture| (picture.kind, picture.width)), Ok((Kind::Heic, 96)), "{name}");
        assert!(apart(&view(file), &original) < 6.0, "{name}: {}", apart(&view(file), &original));
    }
    assert!(apart(&view(GRID), &waves(160, 140)) < 6.0);
    let grey = image::DynamicImage::ImageRgb8(original.clone()).to_luma8();
    assert!(apart(&view(GREY), &image::DynamicImage::ImageLuma8(grey).into_rgb8()) < 6.0);
    assert!(apart(&view(P3), &original) > apart(&view(PLAIN), &original) + 2.0, "colours of a wide space change");
}

#[test]
fn it_is_turned_once_and_by_its_own_word() {
    let original = waves(96, 64);
    for (turn, file) in TURNED {
        // What wrote the quarter turn turned the picture the wrong way first: libheif shows it upside down too.
        let expected = if turn == 6 { image::imageops::rotate180(&original) } else { original.clone() };
        assert!(apart(&view(file), &expected) < 6.0, "{turn}");
    }
    // EXIF asks for a quarter turn, and the container for none.
    let rendered = render(TALKATIVE).expect("rendered");
    assert_eq!((rendered.width, rendered.height), (96, 64));
    assert!(rendered.captured.is_some_and(|captured| captured.ahead == Some(60)));
}

#[test]
fn what_the_decoder_cannot_read_is_said() {
    let rejected = render(FULL_CHROMA).expect_err("refused");
    assert_eq!(rejected.code, "undecodable");
    assert!(rejected.message.contains("JPEG"));
}

#[test]
fn the_strip_leaves_the_picture_and_nothing_else() {
    for file in [PLAIN, TALKATIVE, THUMBNAIL, GRID, GREY, P3] {
        let stripped = strip(file).expect("stripped");
        assert_eq!(stripped.len(), file.len());
        assert!(!stripped.windows(SECRET.len()).any(|window| window == SECRET));
        assert!(!stripped.windows(4).any(|window| window == b"2026"));
        assert_eq!(view(&stripped), view(file), "the same to the bit");
        assert_eq!(strip(&stripped).expect("stripped again"), stripped);
    }
    assert!(TALKATIVE.windows(SECRET.len()).filter(|window| *window == SECRET).count() >= 2);
    assert!(strip(THUMBNAIL).expect("stripped").windows(4).all(|window| window != b"thmb"));
    let behind = [TALKATIVE, SECRET].concat();
    assert_eq!(strip(&behind), strip(TALKATIVE));
}

#[test]
fn a_file_cut_anywhere_is_refused() {
    for file in [PLAIN, GRID] {
        for length in 12..file.len() {
            assert!(check(&file[..length]).is_err() && strip(&file[..length]).is_err(), "cut at {length}");
        }
    }
}

/// Changed anywhere, it ends with a picture or a refusal.
#[test]
fn hostile_bytes_do_no_harm() {
    let mut random = Random(11);
    for file in [PLAIN, TALKATIVE, GRID, TEN_BITS, GREY] {
        for _ in 0..200 {
            let mut changed = file.to_vec();
            for _ in 0..=random.below(3) {
                let at = random.below(changed.len());
                changed[at] = [0, 1, 0x7F, 0x80, 0xFF, random.below(256) as u8][random.below(6)];
            }
            let _ = strip(&changed);
            let _ = render(&changed);
        }
    }
}

/// The picture of HEVC says that it is larger than the container does.
#[test]
fn the_inner_size_is_held_to_the_outer() {
    let at = PLAIN.windows(4).position(|window| window == b"ispe").expect("a size") + 8;
    for (width, height) in [(1_u32, 1_u32), (20, 64), (96, 3000), (9000, 9000)] {
        let mut changed = PLAIN.to_vec();
        changed[at..at + 4].copy_from_slice(&width.to_be_bytes());
        changed[at + 4..at + 8].copy_from_slice(&height.to_be_bytes());
        assert!(render(&changed).is_err(), "{width} × {height}");
    }
}
