use std::io::Cursor;

use image::{DynamicImage, ImageBuffer, ImageFormat, Luma, Rgb, Rgba};

use super::*;
use crate::wire::Captured;

const CORNERS: [Rgb<u8>; 4] = [Rgb([220, 30, 30]), Rgb([30, 200, 30]), Rgb([30, 30, 220]), Rgb([230, 230, 30])];

/// Four coloured quarters: red, green above blue, yellow. Wider than high.
fn quarters(width: u32, height: u32) -> RgbImage {
    RgbImage::from_fn(width, height, |x, y| CORNERS[usize::from(x >= width / 2) + 2 * usize::from(y >= height / 2)])
}

fn as_format(image: &DynamicImage, format: ImageFormat) -> Vec<u8> {
    let mut file = Cursor::new(Vec::new());
    image.write_to(&mut file, format).unwrap();
    file.into_inner()
}

/// A JPEG with an EXIF segment that holds nothing but the orientation, set in after the start marker.
fn with_orientation(jpeg: &[u8], orientation: u8) -> Vec<u8> {
    let mut exif = b"Exif\0\0MM\0\x2A\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0".to_vec();
    exif.extend([orientation, 0, 0, 0, 0, 0, 0]);
    let mut file = jpeg[..2].to_vec();
    file.extend([0xFF, 0xE1]);
    file.extend(u16::try_from(exif.len() + 2).unwrap().to_be_bytes());
    file.extend(exif);
    file.extend(&jpeg[2..]);
    file
}

fn view(rendered: &Rendered, size: u32) -> RgbImage {
    let derivative = rendered.derivatives.iter().find(|derivative| derivative.size == size).unwrap();
    let image = image::load_from_memory_with_format(&derivative.jpeg, ImageFormat::Jpeg).unwrap().into_rgb8();
    assert_eq!(image.dimensions(), (derivative.width, derivative.height));
    image
}

fn is_near(one: Rgb<u8>, other: Rgb<u8>) -> bool {
    one.0.iter().zip(other.0).all(|(one, other)| one.abs_diff(other) < 25)
}

fn assert_upright(image: &RgbImage, what: &str) {
    let (width, height) = image.dimensions();
    for (corner, expected) in CORNERS.iter().enumerate() {
        let x = if corner % 2 == 0 { width / 4 } else { width * 3 / 4 };
        let y = if corner < 2 { height / 4 } else { height * 3 / 4 };
        let found = *image.get_pixel(x, y);
        assert!(is_near(found, *expected), "{what}: corner {corner} is {found:?}");
    }
}

fn code(file: &[u8]) -> String {
    render(file).expect_err("rejected").code
}

#[test]
fn every_orientation_comes_out_upright() {
    let upright = quarters(900, 640);
    for orientation in 1..=8 {
        // Stored pixels are the upright picture turned the other way round.
        let mut stored = DynamicImage::ImageRgb8(upright.clone());
        let inverse = match orientation {
            6 => 8,
            8 => 6,
            same => same,
        };
        stored.apply_orientation(Orientation::from_exif(inverse).unwrap());
        let file = with_orientation(&encode(&stored.into_rgb8()).unwrap(), orientation);
        let rendered = render(&file).unwrap();
        assert_eq!((rendered.width, rendered.height), (900, 640), "orientation {orientation}");
        for size in SIZES {
            assert_upright(&view(&rendered, size), &format!("orientation {orientation}, size {size}"));
        }
    }
}

#[test]
fn sizes_fit_and_nothing_is_enlarged() {
    let large = render(&encode(&quarters(4032, 3024)).unwrap()).unwrap();
    let sizes: Vec<_> = large.derivatives.iter().map(|derivative| (derivative.width, derivative.height)).collect();
    assert_eq!(sizes, [(2016, 1512), (512, 384), (160, 120)]);
    let small = render(&encode(&quarters(300, 200)).unwrap()).unwrap();
    let sizes: Vec<_> = small.derivatives.iter().map(|derivative| (derivative.width, derivative.height)).collect();
    assert_eq!(sizes, [(300, 200), (300, 200), (160, 107)]);
}

#[test]
fn other_formats_and_depths_are_read() {
    let picture = DynamicImage::ImageRgb8(quarters(800, 600));
    let deep = DynamicImage::ImageRgb16(picture.to_rgb16());
    for (file, what) in [
        (as_format(&picture, ImageFormat::Png), "png"),
        (as_format(&deep, ImageFormat::Png), "png with 16 bits"),
        (as_format(&picture, ImageFormat::WebP), "lossless webp"),
    ] {
        assert_upright(&view(&render(&file).unwrap(), 512), what);
    }
}

#[test]
fn grey_and_clear_pictures_are_read() {
    let grey = DynamicImage::ImageLuma8(ImageBuffer::from_pixel(700, 600, Luma([90])));
    let rendered = render(&as_format(&grey, ImageFormat::Jpeg)).unwrap();
    assert!(is_near(*view(&rendered, 512).get_pixel(100, 100), Rgb([90; 3])));
    let clear = DynamicImage::ImageRgba8(ImageBuffer::from_pixel(700, 600, Rgba([0, 0, 0, 0])));
    let rendered = render(&as_format(&clear, ImageFormat::Png)).unwrap();
    assert!(is_near(*view(&rendered, 512).get_pixel(100, 100), Rgb([255; 3])));
}

#[test]
fn derivatives_hold_no_metadata() {
    let file = with_orientation(&encode(&quarters(900, 640)).unwrap(), 6);
    assert!(file.windows(4).any(|bytes| bytes == b"Exif"));
    for derivative in render(&file).unwrap().derivatives {
        assert!(!derivative.jpeg.windows(4).any(|bytes| bytes == b"Exif" || bytes == b"ICC_"));
        let baseline = [0xFF, 0xC0];
        assert!(derivative.jpeg.windows(2).any(|bytes| bytes == baseline));
    }
}

#[test]
fn what_is_no_whole_picture_is_rejected_with_its_reason() {
    let jpeg = encode(&quarters(900, 640)).unwrap();
    assert_eq!(code(&jpeg[..jpeg.len() / 2]), "truncated-picture");
    assert_eq!(code(b"Dear colleague,\nthank you.\n"), "not-a-picture");
    let mut bomb = as_format(&DynamicImage::new_rgb8(4, 4), ImageFormat::Png);
    bomb[16..24].copy_from_slice(&[0, 0, 0, 1, 0x02, 0xFA, 0xF0, 0x80]); // 1 x 50,000,000
    assert_eq!(code(&bomb), "too-many-pixels");
}

#[test]
fn whole_framing_around_damaged_pixels_is_undecodable() {
    let mut png = as_format(&DynamicImage::ImageRgb8(quarters(200, 200)), ImageFormat::Png);
    let middle = png.len() / 2;
    png[middle..middle + 40].fill(0xAA);
    assert_eq!(code(&png), "undecodable");
    // A frame that promises 90 megapixels and a scan of nothing: refused or shown grey, but never more memory than the limit.
    let mut header_only = as_format(&DynamicImage::new_rgb8(4, 4), ImageFormat::Png);
    header_only[16..24].copy_from_slice(&[0, 0, 0x23, 0x28, 0, 0, 0x27, 0x10]); // 9000 x 10000
    assert_eq!(code(&header_only), "undecodable");
}

#[test]
fn the_time_of_capture_comes_out_and_nothing_else() {
    let image = quarters(640, 480);
    let jpeg = as_format(&DynamicImage::ImageRgb8(image), ImageFormat::Jpeg);
    assert_eq!(render(&jpeg).unwrap().captured, None);
    let segment = [b"Exif\0\0".to_vec(), exif::tests::tiff(true, "2026:03:01 10:12:13", Some("+01:00"))].concat();
    let mut file = jpeg[..2].to_vec();
    file.extend([0xFF, 0xE1]);
    file.extend(u16::try_from(segment.len() + 2).unwrap().to_be_bytes());
    file.extend(segment);
    file.extend(&jpeg[2..]);
    let rendered = render(&file).unwrap();
    assert_eq!(rendered.captured, Some(Captured { local: 1_772_359_933, ahead: Some(60) }));
    for derivative in &rendered.derivatives {
        assert!(!derivative.jpeg.windows(4).any(|four| four == b"Exif" || four == b"2026"), "{}", derivative.size);
    }
}
