//! Whether something with regular marks lies in the picture, as a ruler does.
//!
//! The figure is raw and nothing is judged by it: it is kept until it can be held against pictures with and without a ruler.
//! Strips of the picture are taken along both sides; the ticks of a ruler in a strip come back at an even distance, and skin does not.

use image::RgbImage;

use super::luma_of;

/// Height of a strip in pixels.
const STRIP: usize = 12;
/// Distances between marks that are looked for, in pixels of the 512 derivative.
const SHORTEST: usize = 4;
const LONGEST: usize = 40;
/// A strip with less contrast than this (variance of luma) holds no marks.
const FAINT: f32 = 9.0;

/// How regular the most regular strip is: the greatest autocorrelation of its luma at any distance looked for, after what is slower
/// than a mark was taken away; 0 to 1.
pub fn regular_marks(picture: &RgbImage) -> f32 {
    let (width, height) = (picture.width() as usize, picture.height() as usize);
    let luma: Vec<u8> = picture.as_raw().chunks_exact(3).map(luma_of).collect();
    let lying = strips(height).map(|from| profile(width, |x| mean(|n| luma[(from + n) * width + x])));
    let standing = strips(width).map(|from| profile(height, |y| mean(|n| luma[y * width + from + n])));
    lying.chain(standing).map(|strip| regularity(&strip)).fold(0.0, f32::max)
}

fn strips(side: usize) -> impl Iterator<Item = usize> {
    (0..side / STRIP).map(|number| number * STRIP)
}

fn mean(at: impl Fn(usize) -> u8) -> f32 {
    (0..STRIP).map(|n| f32::from(at(n))).sum::<f32>() / STRIP as f32
}

/// The strip's luma less its own mean over the longest distance.
fn profile(length: usize, at: impl Fn(usize) -> f32) -> Vec<f32> {
    let values: Vec<f32> = (0..length).map(at).collect();
    if length <= LONGEST {
        return Vec::new();
    }
    let slow = values.windows(LONGEST).map(|window| window.iter().sum::<f32>() / LONGEST as f32);
    slow.zip(&values[LONGEST / 2..]).map(|(slow, value)| value - slow).collect()
}

fn regularity(strip: &[f32]) -> f32 {
    let energy: f32 = strip.iter().map(|value| value * value).sum();
    if strip.len() < 4 * LONGEST || energy < FAINT * strip.len() as f32 {
        return 0.0;
    }
    let again = |by: usize| {
        let product: f32 = strip.iter().zip(&strip[by..]).map(|(one, other)| one * other).sum();
        product / energy * strip.len() as f32 / (strip.len() - by) as f32
    };
    // What falls from the first distance on is one broad thing; marks fall and come back.
    let all: Vec<f32> = (SHORTEST / 2..=LONGEST).map(again).collect();
    let fallen = all.iter().position(|value| *value < 0.0).unwrap_or(all.len());
    all[fallen..].iter().copied().fold(0.0, f32::max).min(1.0)
}

#[cfg(test)]
mod tests {
    use image::Rgb;

    use super::*;

    /// Skin: noise of several scales; with a ruler of so many pixels between its marks at the lower edge.
    fn skin(between: Option<u32>) -> RgbImage {
        let noise = |x: u32, y: u32, step: u32| {
            ((x / step * 7919 + y / step * 104_729).wrapping_mul(2_654_435_761) % 97) as i32 - 48
        };
        RgbImage::from_fn(512, 384, |x, y| {
            let mut value = 150 + noise(x, y, 3) / 6 + noise(x, y, 17) / 4 + noise(x, y, 90) / 3;
            if let Some(between) = between.filter(|_| (330..354).contains(&y)) {
                value = if x % between < 2 { 40 } else { 235 };
            }
            Rgb([value.clamp(0, 255) as u8; 3])
        })
    }

    #[test]
    fn a_ruler_is_told_from_skin() {
        let without = regular_marks(&skin(None));
        for between in [5, 8, 13, 30] {
            let with = regular_marks(&skin(Some(between)));
            assert!(with > 0.8 && with > without + 0.3, "{between}: {with} beside {without}");
        }
    }

    #[test]
    fn what_is_plain_or_tiny_has_none() {
        for (width, height) in [(512, 384), (1, 1), (512, 3), (3, 512), (41, 41)] {
            assert!(regular_marks(&RgbImage::new(width, height)).abs() < f32::EPSILON);
        }
    }
}
