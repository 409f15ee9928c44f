use image::{DynamicImage, RgbImage};
use png::{BitDepth, ColorType, Encoder, Filter};

use super::*;
use crate::wire::SIZES;

/// The view, as [`super::read`] makes it for the derivatives.
fn read(file: &[u8]) -> Result<Source, Error> {
    super::read(file, Some(SIZES[0]))
}

/// Colour type and depth of every kind that PNG knows (ISO/IEC 15948, table 11.1).
const KINDS: [(ColorType, BitDepth); 15] = [
    (ColorType::Grayscale, BitDepth::One),
    (ColorType::Grayscale, BitDepth::Two),
    (ColorType::Grayscale, BitDepth::Four),
    (ColorType::Grayscale, BitDepth::Eight),
    (ColorType::Grayscale, BitDepth::Sixteen),
    (ColorType::Rgb, BitDepth::Eight),
    (ColorType::Rgb, BitDepth::Sixteen),
    (ColorType::Indexed, BitDepth::One),
    (ColorType::Indexed, BitDepth::Two),
    (ColorType::Indexed, BitDepth::Four),
    (ColorType::Indexed, BitDepth::Eight),
    (ColorType::GrayscaleAlpha, BitDepth::Eight),
    (ColorType::GrayscaleAlpha, BitDepth::Sixteen),
    (ColorType::Rgba, BitDepth::Eight),
    (ColorType::Rgba, BitDepth::Sixteen),
];

/// First column, first row, step across and step down of each pass (ISO/IEC 15948, 8.2).
const PASSES: [[u32; 4]; 7] =
    [[0, 0, 8, 8], [4, 0, 8, 8], [0, 4, 4, 8], [2, 0, 4, 4], [0, 2, 2, 4], [1, 0, 2, 2], [0, 1, 1, 2]];

fn chunk(name: [u8; 4], body: &[u8]) -> Vec<u8> {
    let named = [&name[..], body].concat();
    [&(body.len() as u32).to_be_bytes()[..], &named, &crc32fast::hash(&named).to_be_bytes()].concat()
}

/// A file whose samples are arbitrary but repeatable; with `clear`, one colour or a part of the palette is transparent.
fn drawing(
    (width, height): (u32, u32),
    (colour, depth): (ColorType, BitDepth),
    clear: bool,
    interlaced: bool,
) -> Vec<u8> {
    let (samples, bits) = (colour.samples() as u32, depth as u32);
    let sample = |x: u32, y: u32, number: u32| {
        let noise = (x * 7 + y * 13 + number * 59 + x * y / 5).wrapping_mul(0x9E37_79B1) >> 7;
        (noise + x * 300 + y * 200) & ((1 << bits) - 1)
    };
    let whole = [[0, 0, 1, 1]];
    let mut rows = Vec::new();
    for [left, top, across, down] in if interlaced { &PASSES[..] } else { &whole[..] } {
        for y in (*top..height).step_by(*down as usize) {
            let columns = (*left..width).step_by(*across as usize);
            if columns.len() == 0 {
                continue;
            }
            rows.push(0);
            let (mut held, mut count) = (0, 0);
            for value in columns.flat_map(|x| (0..samples).map(move |number| sample(x, y, number))) {
                held = held << bits | value;
                count += bits;
                while count >= 8 {
                    count -= 8;
                    rows.push((held >> count) as u8);
                }
            }
            if count > 0 {
                rows.push((held << (8 - count)) as u8);
            }
        }
    }
    let mut header = [width.to_be_bytes(), height.to_be_bytes()].concat();
    header.extend([depth as u8, colour as u8, 0, 0, u8::from(interlaced)]);
    let mut file = b"\x89PNG\r\n\x1A\n".to_vec();
    file.extend(chunk(*b"IHDR", &header));
    if colour == ColorType::Indexed {
        let palette: Vec<u8> = (0..3 << bits).map(|at| (at * 31 % 251) as u8).collect();
        file.extend(chunk(*b"PLTE", &palette));
    }
    if clear {
        let value = (sample(1, 1, 0) as u16).to_be_bytes();
        let body = match colour {
            ColorType::Indexed => vec![0, 128],
            ColorType::Grayscale => value.to_vec(),
            _ => [value, (sample(1, 1, 1) as u16).to_be_bytes(), (sample(1, 1, 2) as u16).to_be_bytes()].concat(),
        };
        file.extend(chunk(*b"tRNS", &body));
    }
    file.extend(chunk(*b"IDAT", &packed(&rows)));
    file.extend(chunk(*b"IEND", &[]));
    file
}

/// As a zlib stream: the encoder is given a grey picture of one row, whose own filter byte stands for the first of `rows`.
fn packed(rows: &[u8]) -> Vec<u8> {
    let mut file = Vec::new();
    let mut encoder = Encoder::new(&mut file, rows.len() as u32 - 1, 1);
    encoder.set_filter(Filter::NoFilter);
    let mut writer = encoder.write_header().unwrap();
    writer.write_image_data(&rows[1..]).unwrap();
    writer.finish().unwrap();
    let mut at = 8;
    let mut stream = Vec::new();
    while at < file.len() {
        let length = u32::from_be_bytes(*file[at..].first_chunk().unwrap()) as usize;
        if &file[at + 4..at + 8] == b"IDAT" {
            stream.extend(&file[at + 8..at + 8 + length]);
        }
        at += length + 12;
    }
    stream
}

/// What the `image` crate makes of it, over white.
fn reference(file: &[u8]) -> RgbImage {
    let image = image::load_from_memory(file).unwrap();
    let over = |value: u8, alpha: u8| {
        let (value, alpha) = (u32::from(value), u32::from(alpha));
        ((value * alpha + 255 * (255 - alpha) + 127) / 255) as u8
    };
    let is_deep = matches!(
        image,
        DynamicImage::ImageLuma16(_)
            | DynamicImage::ImageLumaA16(_)
            | DynamicImage::ImageRgb16(_)
            | DynamicImage::ImageRgba16(_)
    );
    let narrow = |value: u16| ((u32::from(value) * 255 + 32_895) >> 16) as u8;
    let (width, height) = (image.width(), image.height());
    let rgba = if is_deep {
        image.into_rgba16().into_raw().into_iter().map(narrow).collect()
    } else {
        image.into_rgba8().into_raw()
    };
    let rgb = rgba
        .as_chunks()
        .0
        .iter()
        .flat_map(|[red, green, blue, alpha]| [red, green, blue].map(|one| over(*one, *alpha)));
    RgbImage::from_raw(width, height, rgb.collect()).unwrap()
}

fn agrees(file: &[u8], what: &str) {
    let expected = reference(file);
    let size = expected.dimensions();
    let mut rows = expected.as_raw().chunks_exact(size.0 as usize * 3);
    let view = shrink(size, fit(size.0, size.1, SIZES[0]), |out| {
        rows.next().map(|row| out.copy_from_slice(row)).ok_or(Error::Damaged)
    });
    let source = read(file).unwrap_or_else(|error| panic!("{what}: {error}"));
    assert_eq!(source.size, size, "{what}");
    assert!(source.view == Planes::from_rgb(&view.unwrap()), "{what}");
}

#[test]
fn every_kind_is_what_another_decoder_makes_of_it() {
    for kind in KINDS {
        let may_be_clear = matches!(kind.0, ColorType::Indexed | ColorType::Grayscale | ColorType::Rgb);
        for clear in [false, true] {
            for interlaced in [false, true] {
                // As it is and smaller, and so narrow that some passes have no pixel.
                for size in [(37, 29), (2100, 21), (1, 3), (3, 1)] {
                    if !clear || may_be_clear {
                        let what = format!("{kind:?} of {size:?}, clear: {clear}, interlaced: {interlaced}");
                        agrees(&drawing(size, kind, clear, interlaced), &what);
                    }
                }
            }
        }
    }
}

#[test]
fn every_filter_is_undone() {
    let pixels = drawing((90, 60), (ColorType::Rgb, BitDepth::Eight), false, false);
    let pixels = image::load_from_memory(&pixels).unwrap().into_rgb8();
    for filter in [Filter::Sub, Filter::Up, Filter::Avg, Filter::Paeth, Filter::Adaptive] {
        let mut file = Vec::new();
        let mut encoder = Encoder::new(&mut file, 90, 60);
        encoder.set_color(ColorType::Rgb);
        encoder.set_filter(filter);
        encoder.write_header().unwrap().write_image_data(&pixels).unwrap();
        agrees(&file, &format!("{filter:?}"));
    }
}

fn replaced(file: &[u8], name: [u8; 4], change: impl Fn(Vec<u8>) -> Vec<u8>) -> Vec<u8> {
    let at = file.windows(4).position(|four| four == name).unwrap();
    let length = u32::from_be_bytes(*file[at - 4..].first_chunk().unwrap()) as usize;
    let body = change(file[at + 4..at + 4 + length].to_vec());
    [&file[..at - 4], &chunk(name, &body), &file[at + 8 + length..]].concat()
}

#[test]
fn sums_and_rows_are_held_to() {
    for interlaced in [false, true] {
        let file = drawing((60, 40), (ColorType::Rgb, BitDepth::Eight), false, interlaced);
        let damaged = |file: &[u8]| matches!(read(file), Err(Error::Damaged));
        let mut wrong = file.clone();
        let end = wrong.len() - 12;
        wrong[end - 1] ^= 1;
        assert!(damaged(&wrong), "the sum of the pixels' chunk");
        let short = replaced(&file, *b"IHDR", |mut header| {
            header[7] += 1;
            header
        });
        assert!(damaged(&short), "a row that is not there");
        let large = replaced(&file, *b"IHDR", |header| [&[0, 0, 0x27, 0x11, 0, 0, 0x27, 0x10], &header[8..]].concat());
        assert!(matches!(read(&large), Err(Error::TooLarge)), "100.01 megapixels");
    }
}

#[test]
fn profile_and_exif_come_with_it_and_a_bomb_does_not() {
    let file = drawing((9, 9), (ColorType::Rgb, BitDepth::Eight), false, false);
    let with = |chunks: &[Vec<u8>]| [&file[..33], &chunks.concat(), &file[33..]].concat();
    let exif = kit::picture::tiff::with_orientation(6);
    let profile = |stream: &[u8]| chunk(*b"iCCP", &[b"name\0\0", stream].concat());
    // The first byte of what is packed stands for a filter, which is 0.
    let source = read(&with(&[profile(&packed(&[0; 400])), chunk(*b"eXIf", &exif)])).unwrap();
    assert_eq!(source.profile, Some(vec![0; 400]));
    assert_eq!(source.exif.as_deref(), Some(&exif[..]));
    let bomb = packed(&vec![0; MAX_BESIDE + 1]);
    assert!(bomb.len() < 1 << 20);
    let text = chunk(*b"zTXt", &[b"name\0\0", bomb.as_slice()].concat());
    let source = read(&with(&[profile(&bomb), text])).unwrap();
    assert_eq!(source.profile, None);
}
