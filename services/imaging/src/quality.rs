//! Whether a picture is good enough to judge: raw figures, and a verdict from thresholds.
//!
//! The thresholds are **not calibrated** on clinical pictures: they were set by eye on synthetic ones and a handful of open
//! dermatoscopic ones. The verdict is therefore advice to whoever photographs, it blocks nothing, and the raw figures are kept with
//! the version of the model, so that a calibration later can be applied to pictures already received.
//! Rejected: a learned model, which could not be explained to the office that is asked to photograph again.

mod scale;

use image::RgbImage;

use crate::wire::Measures;

/// Stands beside every verdict; changes whenever a threshold or a measure does.
pub const MODEL: &str = "laplacian-512/2 uncalibrated";

/// Below this variance of the Laplacian a picture counts as blurred.
const BLURRED_BELOW: f32 = 14.0;
/// Below this mean luma, or with this share of black, it counts as dark.
const DARK_BELOW: f32 = 48.0;
const DARK_CLIPPED: f32 = 0.5;
/// Above this mean luma, or with this share of burnt-out white, it counts as bright.
const BRIGHT_ABOVE: f32 = 232.0;
const BRIGHT_CLIPPED: f32 = 0.4;
/// Below and above these, white was taken for another colour: skin is warm, and neither blue nor like a lamp; grass and violet are no
/// colours of it.
const COLD_BELOW: f32 = -0.15;
const WARM_ABOVE: f32 = 1.6;
const TINTED_ABOVE: f32 = 0.35;
/// Smaller originals hold too little detail (pixels).
pub const MIN_LONG: u32 = 800;
pub const MIN_SHORT: u32 = 600;

/// The part of each side, from the middle, that is measured: what was photographed is there, not the table around it.
const CENTRAL: f64 = 0.6;

/// What is said about a picture, the gravest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    Good,
    Blurred,
    Dark,
    Bright,
    Cast,
    Small,
}

impl Verdict {
    /// The key used in events and in the API.
    pub fn key(self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::Blurred => "blurred",
            Self::Dark => "dark",
            Self::Bright => "bright",
            Self::Cast => "cast",
            Self::Small => "small",
        }
    }
}

/// Measures the derivative whose long side is at most 512 pixels, upright or not.
pub fn measure(picture: &RgbImage) -> Measures {
    let (left, width) = central(picture.width());
    let (top, height) = central(picture.height());
    let mut luma = Vec::with_capacity(width * height);
    let (mut red, mut green, mut blue) = (0_u64, 0_u64, 0_u64);
    for line in picture.chunks_exact(picture.width() as usize * 3).skip(top).take(height) {
        for pixel in line[left * 3..(left + width) * 3].chunks_exact(3) {
            red += u64::from(pixel[0]);
            green += u64::from(pixel[1]);
            blue += u64::from(pixel[2]);
            luma.push(luma_of(pixel));
        }
    }
    let count = luma.len() as f32;
    let mean = luma.iter().map(|value| u64::from(*value)).sum::<u64>() as f32 / count;
    let share = |clipped: &dyn Fn(u8) -> bool| luma.iter().filter(|value| clipped(**value)).count() as f32 / count;
    Measures {
        sharpness: laplacian_variance(&luma, width),
        luma: mean,
        clipped_dark: share(&|value| value <= 5),
        clipped_bright: share(&|value| value >= 250),
        warmth: (red as f32 - blue as f32) / count / mean.max(1.0),
        tint: (green as f32 - (red + blue) as f32 / 2.0) / count / mean.max(1.0),
        scale: scale::regular_marks(picture),
    }
}

/// The verdict on a picture of `width` × `height` original pixels with these measures.
pub fn verdict(measures: &Measures, width: u32, height: u32) -> Verdict {
    if width.max(height) < MIN_LONG || width.min(height) < MIN_SHORT {
        Verdict::Small
    } else if measures.luma < DARK_BELOW || measures.clipped_dark > DARK_CLIPPED {
        Verdict::Dark
    } else if measures.luma > BRIGHT_ABOVE || measures.clipped_bright > BRIGHT_CLIPPED {
        Verdict::Bright
    } else if measures.sharpness < BLURRED_BELOW {
        Verdict::Blurred
    } else if !(COLD_BELOW..=WARM_ABOVE).contains(&measures.warmth) || measures.tint.abs() > TINTED_ABOVE {
        Verdict::Cast
    } else {
        Verdict::Good
    }
}

/// Rec. 601 luma of one RGB pixel.
fn luma_of(pixel: &[u8]) -> u8 {
    ((u32::from(pixel[0]) * 77 + u32::from(pixel[1]) * 150 + u32::from(pixel[2]) * 29 + 128) >> 8) as u8
}

/// Start and length of the central part of a side, at least one pixel.
fn central(side: u32) -> (usize, usize) {
    let length = (f64::from(side) * CENTRAL).round().max(1.0) as usize;
    ((side as usize - length) / 2, length)
}

/// Variance of the four-neighbour Laplacian over the inner pixels; 0 when there are none.
fn laplacian_variance(luma: &[u8], width: usize) -> f32 {
    let at = |index: usize| f64::from(luma[index]);
    let (mut count, mut sum, mut squares) = (0_u32, 0.0, 0.0);
    let rows = luma.len() / width;
    for y in 1..rows.saturating_sub(1) {
        for index in (y * width + 1)..(y * width + width).saturating_sub(1) {
            let value = at(index - 1) + at(index + 1) + at(index - width) + at(index + width) - 4.0 * at(index);
            count += 1;
            sum += value;
            squares += value * value;
        }
    }
    if count == 0 {
        return 0.0;
    }
    let mean = sum / f64::from(count);
    (squares / f64::from(count) - mean * mean).max(0.0) as f32
}

#[cfg(test)]
mod tests {
    use image::Rgb;

    use super::*;

    fn checked(cell: u32, dark: u8, bright: u8) -> RgbImage {
        RgbImage::from_fn(
            512,
            384,
            |x, y| Rgb([if (x / cell + y / cell).is_multiple_of(2) { dark } else { bright }; 3]),
        )
    }

    #[test]
    fn sharp_beats_soft() {
        let sharp = measure(&checked(4, 90, 160));
        let soft = measure(&image::imageops::blur(&checked(4, 90, 160), 4.0));
        assert!(sharp.sharpness > 100.0 * soft.sharpness, "{} {}", sharp.sharpness, soft.sharpness);
        assert_eq!(verdict(&sharp, 1600, 1200), Verdict::Good);
        assert_eq!(verdict(&soft, 1600, 1200), Verdict::Blurred);
    }

    #[test]
    fn exposure_and_size_are_judged() {
        assert_eq!(verdict(&measure(&checked(4, 5, 60)), 1600, 1200), Verdict::Dark);
        assert_eq!(verdict(&measure(&checked(4, 225, 255)), 1600, 1200), Verdict::Bright);
        assert_eq!(verdict(&measure(&checked(4, 90, 160)), 799, 700), Verdict::Small);
        assert_eq!(verdict(&measure(&checked(4, 90, 160)), 599, 900), Verdict::Small);
        assert_eq!(verdict(&measure(&checked(4, 90, 160)), 600, 800), Verdict::Good);
    }

    #[test]
    fn a_black_rim_is_no_darkness() {
        // An otoscope shows a bright circle on black.
        let view = RgbImage::from_fn(512, 384, |x, y| {
            let inside = (x.abs_diff(256).pow(2) + y.abs_diff(192).pow(2)) < 180 * 180;
            Rgb([if inside { 100 + ((x ^ y) % 2 * 40) as u8 } else { 0 }; 3])
        });
        assert_eq!(verdict(&measure(&view), 1600, 1200), Verdict::Good);
    }

    #[test]
    fn warmth_has_a_sign() {
        let warm = measure(&RgbImage::from_pixel(100, 100, Rgb([200, 150, 100])));
        let cold = measure(&RgbImage::from_pixel(100, 100, Rgb([100, 150, 200])));
        assert!(warm.warmth > 0.3 && cold.warmth < -0.3);
    }

    /// The browser measures the same pixels: its test reads the same file.
    #[test]
    fn drawn_pictures_measure_as_in_the_browser() {
        let cases: serde_json::Value = serde_json::from_str(include_str!("quality/drawn.json")).unwrap();
        for case in cases.as_array().unwrap() {
            let number = |name: &str| case[name].as_u64().unwrap() as u32;
            let mut state = number("seed");
            let (mut picture, cell) = (RgbImage::new(number("width"), number("height")), number("cell"));
            for (x, y, Rgb(pixel)) in picture.enumerate_pixels_mut() {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                let dark = (x / cell + y / cell) % 2 * number("step");
                let add = i64::from((state >> 24) % number("grain")) - i64::from(dark);
                for (channel, base) in pixel.iter_mut().zip(case["base"].as_array().unwrap()) {
                    *channel = (base.as_i64().unwrap() + add).clamp(0, 255) as u8;
                }
            }
            let found = measure(&picture);
            let measures = [
                ("sharpness", found.sharpness),
                ("luma", found.luma),
                ("clippedDark", found.clipped_dark),
                ("clippedBright", found.clipped_bright),
                ("warmth", found.warmth),
                ("tint", found.tint),
            ];
            for (name, value) in measures {
                let told = case["measures"][name].as_f64().unwrap();
                assert!((f64::from(value) - told).abs() <= 1e-4 * told.abs().max(1.0), "{case} {name} {value}");
            }
            assert_eq!(case["verdict"], verdict(&found, 1600, 1200).key(), "{case}");
        }
    }

    #[test]
    fn a_cast_of_colour_is_told() {
        let under = |red: f32, green: f32, blue: f32| {
            let mut picture = checked(4, 90, 160);
            for Rgb(pixel) in picture.pixels_mut() {
                *pixel = [red, green, blue].map(|by| (f32::from(pixel[0]) * by).min(255.0) as u8);
            }
            verdict(&measure(&picture), 1600, 1200)
        };
        assert_eq!(under(1.25, 0.95, 0.8), Verdict::Good, "skin");
        assert_eq!(under(0.8, 1.0, 1.2), Verdict::Cast, "blue");
        assert_eq!(under(0.8, 1.3, 0.8), Verdict::Cast, "green");
        assert_eq!(under(1.6, 0.6, 0.05), Verdict::Cast, "an old lamp");
    }

    #[test]
    fn the_smallest_pictures_can_be_measured() {
        for (width, height) in [(1, 1), (1, 512), (512, 1), (2, 2), (3, 3)] {
            assert!(measure(&RgbImage::new(width, height)).sharpness.abs() < f32::EPSILON);
        }
    }
}
