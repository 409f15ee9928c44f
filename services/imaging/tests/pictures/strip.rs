//! The lossless strip: what goes, what stays, and that the picture stays the same to the bit.

use image::{DynamicImage, ImageFormat, RgbImage};
use jpeg_encoder::SamplingFactor;
use kit::picture::{check, strip};

use samples::{Random, every_kind, jpeg, png_chunk, segment, waves, with_chunks, with_segments, written};

/// A word that stands in every piece of metadata.
const SECRET: &[u8] = b"N 59.9139 E 10.7522";

fn holds(file: &[u8], word: &[u8]) -> bool {
    file.windows(word.len()).any(|window| window == word)
}

fn pixels(file: &[u8]) -> RgbImage {
    image::load_from_memory(file).expect("a picture").into_rgb8()
}

fn secret(prefix: &[u8]) -> Vec<u8> {
    [prefix, SECRET].concat()
}

fn talkative_jpeg(orientation: u8) -> Vec<u8> {
    let plain = jpeg(&waves(96, 64), SamplingFactor::F_2_2, false, 90);
    let mut tiff = kit::picture::tiff::with_orientation(orientation).to_vec();
    tiff.extend_from_slice(SECRET);
    let file = with_segments(
        &plain,
        &[
            segment(0xE1, &[b"Exif\0\0", tiff.as_slice()].concat()),
            segment(0xE1, &secret(b"http://ns.adobe.com/xap/1.0/\0")),
            segment(0xE2, &secret(b"MPF\0")),
            segment(0xE2, b"ICC_PROFILE\0\x01\x01a profile"),
            segment(0xED, &secret(b"Photoshop 3.0\0")),
            segment(0xE5, SECRET),
            segment(0xFE, SECRET),
        ],
    );
    // The film of a motion photo, or a second picture.
    [file, secret(b"behind the end")].concat()
}

#[test]
fn a_jpeg_keeps_its_picture_its_turn_and_its_colours() {
    let file = talkative_jpeg(6);
    let stripped = strip(&file).expect("stripped");
    assert!(!holds(&stripped, SECRET));
    assert!(holds(&stripped, b"ICC_PROFILE\0\x01\x01a profile"));
    assert!(holds(&stripped, &kit::picture::tiff::with_orientation(6)));
    assert_eq!(stripped.windows(4).filter(|window| window == b"Exif").count(), 1);
    assert_eq!(pixels(&stripped), pixels(&file));
    // From the tables to the end nothing changed.
    let plain = jpeg(&waves(96, 64), SamplingFactor::F_2_2, false, 90);
    let tables = plain.windows(2).position(|two| two == [0xFF, 0xDB]).expect("tables");
    assert!(stripped.ends_with(&plain[tables..]));
    assert!(!holds(&strip(&talkative_jpeg(1)).expect("stripped"), b"Exif"), "upright needs no EXIF");
}

#[test]
fn a_jfif_thumbnail_goes() {
    let plain = jpeg(&waves(96, 64), SamplingFactor::F_2_2, false, 90);
    let mut head = b"JFIF\0\x01\x01\0\0\x01\0\x01\x03\x02".to_vec();
    head.extend_from_slice(&SECRET[..18]);
    let stripped = strip(&with_segments(&plain, &[segment(0xE0, &head)])).expect("stripped");
    assert!(!holds(&stripped, &SECRET[..18]));
    assert_eq!(pixels(&stripped), pixels(&plain));
}

#[test]
fn a_png_keeps_its_picture_its_turn_and_its_colours() {
    let plain = written(&DynamicImage::ImageRgb8(waves(96, 64)), ImageFormat::Png);
    let tiff = [&kit::picture::tiff::with_orientation(8)[..], SECRET].concat();
    let file = with_chunks(
        &plain,
        &[
            png_chunk(*b"tEXt", &secret(b"Comment\0"), 0),
            png_chunk(*b"eXIf", &tiff, 0),
            png_chunk(*b"tIME", &[7, 230, 1, 1, 0, 0, 0], 0),
            png_chunk(*b"puRe", SECRET, 0),
            png_chunk(*b"gAMA", &45_455_u32.to_be_bytes(), 0x0BFC_6105),
        ],
    );
    let stripped = strip(&[file.as_slice(), SECRET].concat()).expect("stripped");
    assert!(!holds(&stripped, SECRET) && !holds(&stripped, b"tIME"));
    assert!(holds(&stripped, b"gAMA"));
    assert_eq!(pixels(&stripped), pixels(&plain));
    let rendered = imaging::derivatives::render(&stripped).expect("rendered");
    assert_eq!((rendered.width, rendered.height), (64, 96), "the fresh EXIF is read");
}

#[test]
fn a_webp_keeps_its_picture_its_turn_and_its_colours() {
    let plain = written(&DynamicImage::ImageRgb8(waves(96, 64)), ImageFormat::WebP);
    let chunk = |name: &[u8], body: &[u8]| {
        let padding = &[0][..body.len() % 2];
        [name, &(body.len() as u32).to_le_bytes(), body, padding].concat()
    };
    let tiff = [&kit::picture::tiff::with_orientation(6)[..], SECRET].concat();
    let mut file = b"RIFF\0\0\0\0WEBP".to_vec();
    // ICC profile, EXIF and XMP; 96 × 64 pixels.
    file.extend(chunk(b"VP8X", &[0x2C, 0, 0, 0, 95, 0, 0, 63, 0, 0]));
    file.extend(chunk(b"ICCP", b"a profile"));
    file.extend(&plain[12..]);
    file.extend(chunk(b"EXIF", &tiff));
    file.extend(chunk(b"XMP ", SECRET));
    let length = (file.len() - 8) as u32;
    file[4..8].copy_from_slice(&length.to_le_bytes());
    let stripped = strip(&[file.as_slice(), SECRET].concat()).expect("stripped");
    assert!(!holds(&stripped, SECRET) && !holds(&stripped, b"XMP "));
    assert!(holds(&stripped, b"a profile"));
    assert_eq!(pixels(&stripped), pixels(&plain));
    let rendered = imaging::derivatives::render(&stripped).expect("rendered");
    assert_eq!((rendered.width, rendered.height), (64, 96), "the fresh EXIF is read");
}

#[test]
fn every_kind_shows_the_same_and_a_second_strip_changes_nothing() {
    for (name, file) in every_kind() {
        let stripped = strip(&file).unwrap_or_else(|refusal| panic!("{name}: {refusal}"));
        assert_eq!(check(&stripped), check(&file), "{name}");
        assert_eq!(strip(&stripped).as_ref(), Ok(&stripped), "{name}");
        assert_eq!(
            imaging::derivatives::render(&stripped).expect("rendered"),
            imaging::derivatives::render(&file).expect("rendered"),
            "{name}"
        );
    }
}

/// Changed and cut anywhere: it ends; what it lets through is a whole picture to the eye of `check`, with nothing more to strip.
#[test]
fn hostile_bytes_do_no_harm() {
    let mut random = Random(11);
    let mut files: Vec<Vec<u8>> = every_kind().into_iter().map(|(_, file)| file).collect();
    files.push(talkative_jpeg(3));
    for file in &files {
        for _ in 0..400 {
            let mut changed = file.clone();
            for _ in 0..=random.below(4) {
                let at = random.below(changed.len().min(400));
                changed[at] = [0, 0xFF, 0xDA, random.below(256) as u8][random.below(4)];
            }
            changed.truncate(changed.len() - random.below(4) * random.below(changed.len()) / 4);
            if let Ok(stripped) = strip(&changed) {
                // A changed length may put a word into a table or a profile that stays; it is then part of that.
                assert_eq!(strip(&stripped).as_ref(), Ok(&stripped));
            }
        }
        for length in 0..file.len().min(700) {
            assert!(strip(&file[..length]).is_err() || length > file.len() / 2);
        }
    }
}
