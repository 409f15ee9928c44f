//! A small floating-point canvas with value noise and soft shapes.
//!
//! Positions are `u` (left to right, about -1.33 to 1.33) and `v` (top to bottom, -1 to 1); colours are linear mixes of 0–1 RGB.

use image::imageops::FilterType;
use image::{DynamicImage, ImageBuffer, Luma, RgbImage};

/// Red, green, blue from 0 to 1.
pub(super) type Colour = [f32; 3];

/// Repeatable chance (SplitMix64). Pictures need no good randomness, only the same one every time.
pub(super) struct Dice(u64);

impl Dice {
    pub(super) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ 0x5EED)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut value = self.0;
        value = (value ^ (value >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        value = (value ^ (value >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        value ^ (value >> 31)
    }

    /// Evenly spread from `low` up to `high`.
    pub(super) fn between(&mut self, low: f32, high: f32) -> f32 {
        low + (high - low) * ((self.next() >> 40) as f32 / (1_u64 << 24) as f32)
    }

    pub(super) fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[(self.next() % from.len() as u64) as usize]
    }
}

/// Where a pixel is.
#[derive(Clone, Copy)]
pub(super) struct Spot {
    pub(super) index: usize,
    pub(super) u: f32,
    pub(super) v: f32,
}

impl Spot {
    pub(super) fn radius(self) -> f32 {
        self.u.hypot(self.v)
    }

    /// Distance from (`u`, `v`) in units of the half axes, so 1 is the rim of the ellipse.
    pub(super) fn ellipse(self, u: f32, v: f32, half_width: f32, half_height: f32) -> f32 {
        ((self.u - u) / half_width).hypot((self.v - v) / half_height)
    }
}

pub(super) struct Canvas {
    width: u32,
    height: u32,
    pixels: Vec<Colour>,
}

impl Canvas {
    pub(super) fn new(width: u32, height: u32) -> Self {
        Self { width, height, pixels: vec![[0.0; 3]; (width * height) as usize] }
    }

    /// Length of one unit of `u` or `v`, in pixels.
    fn unit(&self) -> f32 {
        self.height as f32 / 2.0
    }

    /// Repaints every pixel from what it was.
    pub(super) fn paint(&mut self, mut shade: impl FnMut(Spot, Colour) -> Colour) {
        let (unit, centre) = (self.unit(), (self.width as f32 / 2.0, self.height as f32 / 2.0));
        let width = self.width as usize;
        for (index, pixel) in self.pixels.iter_mut().enumerate() {
            let spot = Spot {
                index,
                u: ((index % width) as f32 - centre.0) / unit,
                v: ((index / width) as f32 - centre.1) / unit,
            };
            *pixel = shade(spot, *pixel);
        }
    }

    /// Repaints the pixels within `radius` of (`u`, `v`); the closure gets the distance as a share of the radius (0–1).
    pub(super) fn dab(&mut self, (u, v): (f32, f32), radius: f32, mut shade: impl FnMut(f32, Colour) -> Colour) {
        let unit = self.unit();
        let (x, y, reach) = (u * unit + self.width as f32 / 2.0, v * unit + self.height as f32 / 2.0, radius * unit);
        let range = |middle: f32, side: u32| {
            (middle - reach).max(0.0) as u32..((middle + reach + 1.0).max(0.0) as u32).min(side)
        };
        for row in range(y, self.height) {
            for column in range(x, self.width) {
                let distance = (column as f32 - x).hypot(row as f32 - y) / reach;
                if distance < 1.0 {
                    let pixel = &mut self.pixels[(row * self.width + column) as usize];
                    *pixel = shade(distance, *pixel);
                }
            }
        }
    }

    /// A curved line from `from` over `bend` to `to`, tapering to a third of `thickness`.
    pub(super) fn hair(&mut self, [from, bend, to]: [(f32, f32); 3], thickness: f32, colour: Colour, strength: f32) {
        let length = (to.0 - from.0).hypot(to.1 - from.1);
        let steps = (length * self.unit() * 1.3).max(2.0) as u32;
        // The radius never falls below what covers one pixel, or the line would break into dots.
        let least = 1.3 / self.unit();
        for step in 0..=steps {
            let t = step as f32 / steps as f32;
            let along = |a: f32, b: f32, c: f32| (1.0 - t) * (1.0 - t) * a + 2.0 * t * (1.0 - t) * b + t * t * c;
            let at = (along(from.0, bend.0, to.0), along(from.1, bend.1, to.1));
            let radius = thickness * (1.0 - 0.66 * t);
            let thin = (radius / least).min(1.0);
            self.dab(at, radius.max(least), |distance, below| mix(below, colour, strength * thin * (1.0 - distance)));
        }
    }

    /// Cloudy noise, 0 to 1 around 0.5, one value for each pixel; `cells` is the number of coarse cells across.
    ///
    /// Every octave is added at its own resolution to the enlarged coarser ones, so only the last is as large as the picture.
    pub(super) fn clouds(&self, dice: &mut Dice, cells: u32, octaves: u32) -> Vec<f32> {
        const MIDDLE: f32 = 32_768.0;
        let mut field = DynamicImage::ImageLuma16(ImageBuffer::from_pixel(1, 1, Luma([MIDDLE as u16])));
        let mut weight = 0.55;
        for octave in 0..octaves {
            let across = cells << octave;
            let down = (across * self.height / self.width).max(2);
            let mut finer = field.resize_exact(across, down, FilterType::CatmullRom).into_luma16();
            for value in finer.iter_mut() {
                *value = (f32::from(*value) + dice.between(-MIDDLE, MIDDLE) * weight).clamp(0.0, 65_535.0) as u16;
            }
            field = DynamicImage::ImageLuma16(finer);
            weight *= 0.55;
        }
        let full = field.resize_exact(self.width, self.height, FilterType::CatmullRom).into_luma16();
        full.iter().map(|value| f32::from(*value) / 65_535.0).collect()
    }

    /// The picture in eight bits; `exposure` scales the light, and sensor noise keeps skin from being as smooth as paint.
    pub(super) fn into_image(self, exposure: f32, dice: &mut Dice) -> RgbImage {
        // A prime length keeps the repetition of the noise from showing as stripes.
        let grain: Vec<f32> = (0..4099).map(|_| dice.between(-4.0, 4.0) + dice.between(-4.0, 4.0)).collect();
        let light = exposure * 255.0;
        let bytes = self
            .pixels
            .iter()
            .flatten()
            .zip(grain.iter().cycle())
            .map(|(value, grain)| (value * light + grain) as u8)
            .collect();
        // The buffer always fits: there is one colour for each pixel.
        RgbImage::from_raw(self.width, self.height, bytes).unwrap_or_default()
    }
}

/// From `from` to `to` by the share `t`, which is clamped to 0–1.
pub(super) fn mix(from: Colour, to: Colour, t: f32) -> Colour {
    let t = t.clamp(0.0, 1.0);
    [from[0] + (to[0] - from[0]) * t, from[1] + (to[1] - from[1]) * t, from[2] + (to[2] - from[2]) * t]
}

/// Lighter (above 1) or darker.
pub(super) fn lit(colour: Colour, light: f32) -> Colour {
    [colour[0] * light, colour[1] * light, colour[2] * light]
}

/// 0 at `from`, 1 at `to`, smooth between; the two may stand in either order.
pub(super) fn smooth(from: f32, to: f32, value: f32) -> f32 {
    let t = ((value - from) / (to - from)).clamp(0.0, 1.0);
    t * t * (3.0 - 2.0 * t)
}

/// A honeycomb: about 1 in the middle of a cell and down to -0.5 on the walls between. `fineness` is radians per unit.
pub(super) fn honeycomb(u: f32, v: f32, fineness: f32) -> f32 {
    let (x, y) = (u * fineness, v * fineness * 0.866);
    (x.cos() + (y - x / 2.0).cos() + (y + x / 2.0).cos()) / 3.0
}
