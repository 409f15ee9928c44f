//! Beside another decoder: what it reads of a file and what we read of it must be the same picture.

use image::RgbImage;
use jpeg_encoder::{ColorType, Encoder, SamplingFactor};

use super::*;
use crate::planes::Planes;

/// A smooth picture with some grain, so that all kinds of coefficients occur.
fn photograph(width: u32, height: u32) -> RgbImage {
    let mut seed = 7_u32;
    RgbImage::from_fn(width, height, |x, y| {
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let grain = (seed >> 28) as f32;
        let wave = |of: u32, length: f32| 128.0 + 90.0 * (of as f32 / length).sin();
        image::Rgb([wave(x, 31.0) + grain, wave(y, 17.0) + grain, wave(x + y, 53.0)].map(|value| value as u8))
    })
}

struct Written {
    sampling: SamplingFactor,
    progressive: bool,
    restart: u16,
    optimised: bool,
}

impl Written {
    fn file(&self, image: &RgbImage) -> Vec<u8> {
        let mut file = Vec::new();
        let mut encoder = Encoder::new(&mut file, 88);
        encoder.set_sampling_factor(self.sampling);
        encoder.set_progressive(self.progressive);
        encoder.set_restart_interval(self.restart);
        encoder.set_optimized_huffman_tables(self.optimised);
        let (width, height) = (image.width() as u16, image.height() as u16);
        encoder.encode(image.as_raw(), width, height, ColorType::Rgb).unwrap();
        file
    }
}

fn kinds() -> Vec<Written> {
    let mut kinds = Vec::new();
    for sampling in [
        SamplingFactor::F_1_1,
        SamplingFactor::F_2_1,
        SamplingFactor::F_1_2,
        SamplingFactor::F_2_2,
        SamplingFactor::F_4_1,
    ] {
        for progressive in [false, true] {
            // The encoder's own tables lack codes that restart markers ask for.
            for (restart, optimised) in [(0, progressive), (if progressive { 0 } else { 3 }, false)] {
                kinds.push(Written { sampling, progressive, restart, optimised });
            }
        }
    }
    kinds
}

fn mean_difference(one: &[u8], other: &[u8]) -> f64 {
    assert_eq!(one.len(), other.len());
    one.iter().zip(other).map(|(a, b)| f64::from(a.abs_diff(*b))).sum::<f64>() / one.len() as f64
}

fn decoded(file: &[u8], scale: Scale) -> Vec<Plane> {
    let jpeg = Jpeg::open(file).unwrap();
    let scales = vec![scale; jpeg.frame().components.len()];
    jpeg.decode(&scales).unwrap()
}

#[test]
fn luma_is_what_another_decoder_reads() {
    for (width, height) in [(160, 96), (131, 77), (8, 8), (1, 1), (17, 300)] {
        let image = photograph(width, height);
        for kind in kinds() {
            let file = kind.file(&image);
            let ours = &decoded(&file, Scale::Whole)[0];
            let theirs = image::load_from_memory(&file).unwrap().into_rgb8();
            let difference = mean_difference(&ours.data, &Planes::from_rgb(&theirs).luma.data);
            let what = (width, height, kind.sampling, kind.progressive, kind.restart);
            assert!(difference < 0.75, "{what:?}: {difference}");
        }
    }
}

#[test]
fn a_smaller_scale_is_the_mean_of_what_it_covers() {
    let image = image::imageops::blur(&photograph(256, 192), 6.0);
    for kind in kinds() {
        let file = kind.file(&image);
        let whole = &decoded(&file, Scale::Whole)[0];
        for scale in [Scale::Half, Scale::Quarter, Scale::Eighth] {
            let small = &decoded(&file, scale)[0];
            let by = 8 / scale.side();
            assert_eq!((small.width, small.height), (256 / by, 192 / by));
            let means: Vec<u8> = (0..small.data.len())
                .map(|at| {
                    let (x, y) = (at % small.width * by, at / small.width * by);
                    let rows = (y..y + by).flat_map(|y| &whole.data[y * 256 + x..y * 256 + x + by]);
                    (rows.map(|value| usize::from(*value)).sum::<usize>() / (by * by)) as u8
                })
                .collect();
            let difference = mean_difference(&small.data, &means);
            assert!(difference < 1.0, "{:?} {scale:?}: {difference}", kind.sampling);
        }
    }
}

#[test]
fn what_is_encoded_comes_back() {
    for (width, height) in [(160, 96), (131, 77), (1, 1), (9, 200)] {
        let planes = Planes::from_rgb(&image::imageops::blur(&photograph(width, height), 1.5));
        let file = encode(&planes.luma, planes.chroma.as_ref(), 92).unwrap();
        let ours = decoded(&file, Scale::Whole);
        assert!(mean_difference(&ours[0].data, &planes.luma.data) < 2.0);
        let chroma = planes.chroma.as_ref().unwrap();
        assert!(mean_difference(&ours[1].data, &chroma[0].data) < 2.0);
        assert!(mean_difference(&ours[2].data, &chroma[1].data) < 2.0);
        let theirs = image::load_from_memory(&file).unwrap().into_rgb8();
        assert_eq!((theirs.width(), theirs.height()), (width, height));
        assert!(mean_difference(&Planes::from_rgb(&theirs).luma.data, &ours[0].data) < 0.75);

        let grey = encode(&planes.luma, None, 92).unwrap();
        assert_eq!(decoded(&grey, Scale::Whole), [ours[0].clone()]);
    }
}

#[test]
fn planes_that_do_not_fit_are_not_encoded() {
    let plane = |width, height| Plane { width, height, data: vec![0; width * height] };
    let half = [plane(4, 4), plane(4, 4)];
    assert!(encode(&plane(8, 8), Some(&half), 85).is_some());
    assert!(encode(&plane(9, 8), Some(&half), 85).is_none());
    assert!(encode(&plane(0, 8), None, 85).is_none());
    assert!(encode(&plane(65_536, 1), None, 85).is_none());
    assert!(encode(&Plane { width: 8, height: 8, data: vec![0; 63] }, None, 85).is_none());
}

#[test]
fn four_inks_are_four_planes() {
    let mut file = Vec::new();
    let pixels = [10, 20, 30, 40].repeat(64 * 48);
    Encoder::new(&mut file, 95).encode(&pixels, 64, 48, ColorType::Cmyk).unwrap();
    let planes = decoded(&file, Scale::Half);
    assert_eq!(planes.iter().map(|plane| (plane.width, plane.height)).collect::<Vec<_>>(), [(32, 24); 4]);
}

/// Entropy-coded bytes cut short, with the framing whole, are told and never shown as a grey half.
#[test]
fn missing_bits_are_damage() {
    let image = photograph(160, 96);
    for kind in kinds() {
        let file = kind.file(&image);
        let whole = file.len() - 2;
        for length in [whole / 2, whole * 3 / 4, whole - 40] {
            let mut cut = file[..length].to_vec();
            cut.extend([0xFF, 0xD9]);
            if let Ok(jpeg) = Jpeg::open(&cut) {
                let result = jpeg.decode(&[Scale::Half; 3]);
                // A progressive file that lacks a late scan is a coarser picture; one cut inside a scan is damaged.
                assert!(result == Err(Error::Damaged) || kind.progressive, "{:?} {length}", kind.sampling);
            }
        }
    }
}

/// Cut anywhere and with bytes changed anywhere: it ends, with planes of the promised size or an error.
#[test]
fn hostile_bytes_do_no_harm() {
    let image = photograph(48, 40);
    let mut seed = 99_u32;
    let mut random = || {
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        seed >> 8
    };
    for kind in kinds() {
        let file = kind.file(&image);
        for round in 0..200 {
            let mut changed = file.clone();
            if round % 4 == 0 {
                changed.truncate(random() as usize % file.len());
            }
            for _ in 0..=round % 5 {
                let at = random() as usize % changed.len().max(1);
                if let Some(byte) = changed.get_mut(at) {
                    *byte = [0, 0xFF, 0x7F, random() as u8][random() as usize % 4];
                }
            }
            let Ok(jpeg) = Jpeg::open(&changed) else { continue };
            let frame = jpeg.frame().clone();
            if frame.width * frame.height > 1 << 20 {
                continue;
            }
            let scale = [Scale::Whole, Scale::Half, Scale::Quarter, Scale::Eighth][round % 4];
            if let Ok(planes) = jpeg.decode(&vec![scale; frame.components.len()]) {
                assert_eq!(planes.len(), frame.components.len());
                assert!(planes.iter().all(|plane| plane.data.len() == plane.width * plane.height));
            }
        }
    }
}
