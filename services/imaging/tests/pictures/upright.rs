//! Every way to hold a camera comes out the same.

use std::io::Cursor;
use std::path::Path;

use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder, ImageFormat, ImageReader, RgbImage};
use imaging::derivatives::render;
use jpeg_encoder::SamplingFactor;

use samples::{jpeg, segment, waves, with_segments};

/// An EXIF segment's body with the orientation and nothing else.
fn exif(orientation: u8) -> Vec<u8> {
    [&b"Exif\0\0"[..], &kit::picture::tiff::with_orientation(orientation)].concat()
}

fn shown(file: &[u8], size: u32) -> RgbImage {
    let rendered = render(file).expect("rendered");
    let derivative = rendered.derivatives.iter().find(|one| one.size == size).expect("a derivative");
    image::load_from_memory(&derivative.jpeg).expect("a JPEG").into_rgb8()
}

/// Mean difference of a channel, in levels of 255.
fn difference(one: &RgbImage, other: &RgbImage) -> f64 {
    assert_eq!(one.dimensions(), other.dimensions());
    let sum: u64 = one.iter().zip(other.iter()).map(|(one, other)| u64::from(one.abs_diff(*other))).sum();
    sum as f64 / one.as_raw().len() as f64
}

/// The pixels as a camera would store them that says `orientation`.
fn stored(upright: &RgbImage, orientation: u8) -> RgbImage {
    // Turning undoes turning the other way; mirroring undoes itself.
    let inverse = [1, 2, 3, 4, 5, 8, 7, 6][usize::from(orientation) - 1];
    let mut turned = DynamicImage::ImageRgb8(upright.clone());
    turned.apply_orientation(Orientation::from_exif(inverse).expect("1 to 8"));
    turned.into_rgb8()
}

#[test]
fn eighteen_made_pictures_are_upright_and_equal() {
    for (width, height) in [(720, 480), (480, 720)] {
        let upright = waves(width, height);
        for sampling in [SamplingFactor::F_2_2, SamplingFactor::F_1_1] {
            let plain = shown(&jpeg(&upright, sampling, false, 97), 2048);
            assert_eq!(plain.dimensions(), (width, height));
            assert!(difference(&plain, &upright) < 3.0);
            for orientation in 1..=8 {
                let pixels = jpeg(&stored(&upright, orientation), sampling, false, 97);
                let file = with_segments(&pixels, &[segment(0xE1, &exif(orientation))]);
                let difference = difference(&shown(&file, 2048), &plain);
                assert!(difference <= 2.0, "{width} × {height}, {orientation}: {difference}");
            }
        }
    }
}

/// The picture as another decoder reads it and turns it.
fn by_another(file: &[u8]) -> RgbImage {
    let mut decoder = ImageReader::with_format(Cursor::new(file), ImageFormat::Jpeg).into_decoder().expect("a JPEG");
    let orientation = decoder.orientation().expect("an orientation");
    let mut picture = DynamicImage::from_decoder(decoder).expect("pixels");
    picture.apply_orientation(orientation);
    picture.into_rgb8()
}

/// The exif-orientation-examples collection, where a checkout has it beside itself: each file is what another decoder makes of
/// it, and each series shows one photograph (its files were compressed one after the other, and differ by up to 4.4 themselves).
#[test]
fn eighteen_photographs_are_upright_and_equal() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/exif-orientation");
    for name in ["Landscape", "Portrait"] {
        let files = (0..=8).filter_map(|number| std::fs::read(folder.join(format!("{name}_{number}.jpg"))).ok());
        let mut first = None;
        for (number, file) in files.enumerate() {
            let picture = shown(&file, 2048);
            let own = difference(&picture, &by_another(&file));
            assert!(own <= 2.0, "{name} {number}: {own} from another decoder's");
            let series = difference(&picture, first.get_or_insert_with(|| picture.clone()));
            assert!(series <= 5.0, "{name} {number}: {series} from the first");
            println!("{name} {number}: {own:.2} from another decoder's, {series:.2} from the first");
        }
    }
}
