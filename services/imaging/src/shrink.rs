//! Making a picture smaller by averaging areas.
//!
//! Every output pixel is the mean of exactly the input area it covers, so nothing rings and no mole's edge gains a halo.
//! Rejected: Lanczos of the `image` crate (a quarter of a second for 12 megapixels) and its `thumbnail` (2 dB worse).
//! Input comes row by row, so a picture need not be in memory, nor be converted, as a whole.

#![expect(
    clippy::inline_always,
    reason = "only what is inlined is compiled for the processor at hand: see `jpeg::fast`"
)]

use image::RgbImage;

use crate::jpeg::fast;

/// Width and height that fit within `side`, never larger than the original and never zero.
pub fn fit(width: u32, height: u32, side: u32) -> (u32, u32) {
    let long = width.max(height);
    if long <= side {
        return (width, height);
    }
    let factor = f64::from(long) / f64::from(side);
    let scale = |length: u32| ((f64::from(length) / factor).round() as u32).clamp(1, side);
    (scale(width), scale(height))
}

/// Shrinks a picture of width × height pixels from `size` to `to`; `row(out)` fills `out` with the RGB pixels of the next input
/// row, and is called for each of them once. `to` must not exceed the input in either direction.
///
/// # Errors
/// The first one that `row` comes upon.
pub fn shrink<E>(
    size: (u32, u32),
    to: (u32, u32),
    mut row: impl FnMut(&mut [u8]) -> Result<(), E>,
) -> Result<RgbImage, E> {
    let mut small = RgbImage::new(to.0, to.1);
    if to == size {
        small.chunks_exact_mut(size.0 as usize * 3).try_for_each(row)?;
        return Ok(small);
    }
    let columns: Vec<Span> = (0..to.0).map(|x| Span::of(x, size.0, to.0)).collect();
    let mut line = vec![0; size.0 as usize * 3];
    let mut sums = vec![0.0; line.len()];
    let mut read = 0;
    for (y, out) in small.chunks_exact_mut(to.0 as usize * 3).enumerate() {
        let rows = Span::of(y as u32, size.1, to.1);
        sums.fill(0.0);
        for (source, weight) in rows.weights() {
            // A row that two output rows share is still there.
            while read <= source {
                row(&mut line)?;
                read += 1;
            }
            fast(
                #[inline(always)]
                || {
                    for (sum, value) in sums.iter_mut().zip(&line) {
                        *sum += f32::from(*value) * weight;
                    }
                },
            );
        }
        fast(
            #[inline(always)]
            || average_columns(&sums, &columns, 1.0 / rows.total(), out),
        );
    }
    Ok(small)
}

#[inline(always)]
fn average_columns(sums: &[f32], columns: &[Span], scale: f32, out: &mut [u8]) {
    for (pixel, span) in out.as_chunks_mut::<3>().0.iter_mut().zip(columns) {
        let scale = scale / span.total();
        let covered = sums[span.first * 3..=span.last * 3 + 2].as_chunks::<3>().0;
        let mut total = covered[0].map(|value| value * span.first_weight);
        if let [_, between @ .., last] = covered {
            for value in between {
                total = [0, 1, 2].map(|channel| total[channel] + value[channel]);
            }
            total = [0, 1, 2].map(|channel| total[channel] + last[channel] * span.last_weight);
        }
        *pixel = total.map(|total| (total * scale + 0.5) as u8);
    }
}

/// The input pixels that one output pixel covers, along one direction.
struct Span {
    first: usize,
    last: usize,
    /// Covered share of the first and of the last pixel; those between are covered whole.
    first_weight: f32,
    last_weight: f32,
}

impl Span {
    fn of(index: u32, from: u32, to: u32) -> Self {
        let ratio = f64::from(from) / f64::from(to);
        let start = f64::from(index) * ratio;
        let end = (start + ratio).min(f64::from(from));
        let first = (start as usize).min(from as usize - 1);
        // An end that rounding puts a hair beyond a pixel's border must not reach for that next pixel.
        let last = ((end - 1e-9).ceil() as usize).clamp(first + 1, from as usize) - 1;
        if first == last {
            return Self { first, last, first_weight: (end - start) as f32, last_weight: 0.0 };
        }
        Self { first, last, first_weight: (first as f64 + 1.0 - start) as f32, last_weight: (end - last as f64) as f32 }
    }

    fn weights(&self) -> impl Iterator<Item = (usize, f32)> {
        (self.first..=self.last).map(|at| {
            let weight = match at {
                at if at == self.first => self.first_weight,
                at if at == self.last => self.last_weight,
                _ => 1.0,
            };
            (at, weight)
        })
    }

    fn total(&self) -> f32 {
        self.first_weight + self.last_weight + (self.last - self.first).saturating_sub(1) as f32
    }
}

#[cfg(test)]
mod tests {
    use image::Rgb;

    use super::*;

    #[test]
    fn sizes_fit() {
        assert_eq!(fit(4032, 3024, 2048), (2048, 1536));
        assert_eq!(fit(3024, 4032, 512), (384, 512));
        assert_eq!(fit(3000, 2000, 2048), (2048, 1365));
        assert_eq!(fit(640, 480, 2048), (640, 480));
        assert_eq!(fit(65_535, 1, 160), (160, 1));
    }

    #[test]
    fn every_pixel_counts_by_its_area() {
        // Five columns to two: the third is shared in halves.
        let image = RgbImage::from_fn(5, 1, |x, _| Rgb([[0, 100, 200, 50, 150][x as usize]; 3]));
        let small = shrunk(&image, (2, 1));
        assert_eq!(small.get_pixel(0, 0).0, [80; 3]);
        assert_eq!(small.get_pixel(1, 0).0, [120; 3]);
    }

    fn shrunk(image: &RgbImage, to: (u32, u32)) -> RgbImage {
        let mut rows = image.as_raw().chunks_exact(image.width() as usize * 3);
        let small =
            shrink(image.dimensions(), to, |out| rows.next().map(|row| out.copy_from_slice(row)).ok_or("too many"));
        assert_eq!(rows.next(), None, "every row is asked for");
        small.unwrap()
    }

    #[test]
    fn a_flat_picture_stays_flat_at_any_ratio() {
        for (width, height) in [(101, 67), (160, 160), (161, 159), (999, 3), (3, 999), (320, 240)] {
            let image = RgbImage::from_pixel(width, height, Rgb([201, 7, 255]));
            let small = shrunk(&image, fit(width, height, 100));
            assert!(small.pixels().all(|pixel| pixel.0 == [201, 7, 255]), "{width} x {height}");
        }
    }
}
