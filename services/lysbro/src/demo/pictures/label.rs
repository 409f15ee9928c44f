//! The word SYNTHETIC, burnt into a corner, and digits for a ruler: a five by seven font of the few letters needed.

use image::{Rgb, RgbImage};

use super::canvas::{Canvas, Colour, mix};

const WORD: &str = "SYNTHETIC";
/// Side of one dot of the font, in pixels.
const DOT: u32 = 3;

/// Rows of five dots, the leftmost in the highest of the five bits.
fn glyph(letter: char) -> [u8; 7] {
    match letter {
        'S' => [0x0F, 0x10, 0x10, 0x0E, 0x01, 0x01, 0x1E],
        'Y' => [0x11, 0x11, 0x0A, 0x04, 0x04, 0x04, 0x04],
        'N' => [0x11, 0x19, 0x15, 0x13, 0x11, 0x11, 0x11],
        'T' => [0x1F, 0x04, 0x04, 0x04, 0x04, 0x04, 0x04],
        'H' => [0x11, 0x11, 0x11, 0x1F, 0x11, 0x11, 0x11],
        'E' => [0x1F, 0x10, 0x10, 0x1E, 0x10, 0x10, 0x1F],
        'I' => [0x0E, 0x04, 0x04, 0x04, 0x04, 0x04, 0x0E],
        'C' => [0x0E, 0x11, 0x10, 0x10, 0x10, 0x11, 0x0E],
        'M' => [0x11, 0x1B, 0x15, 0x15, 0x11, 0x11, 0x11],
        '0' => [0x0E, 0x11, 0x13, 0x15, 0x19, 0x11, 0x0E],
        '1' => [0x04, 0x0C, 0x04, 0x04, 0x04, 0x04, 0x0E],
        '2' => [0x0E, 0x11, 0x01, 0x06, 0x08, 0x10, 0x1F],
        '3' => [0x0E, 0x11, 0x01, 0x06, 0x01, 0x11, 0x0E],
        '4' => [0x02, 0x06, 0x0A, 0x12, 0x1F, 0x02, 0x02],
        '5' => [0x1F, 0x10, 0x1E, 0x01, 0x01, 0x11, 0x0E],
        '6' => [0x06, 0x08, 0x10, 0x1E, 0x11, 0x11, 0x0E],
        _ => [0; 7],
    }
}

/// The dots of a letter that are inked, as column and row.
fn dots(letter: char) -> impl Iterator<Item = (u32, u32)> {
    let rows = glyph(letter);
    (0..7).flat_map(move |row| {
        (0..5).filter(move |column| rows[row as usize] >> (4 - column) & 1 == 1).map(move |column| (column, row))
    })
}

/// Writes the word white on black into the lower right corner.
pub(super) fn burn_in(picture: &mut RgbImage) {
    let letters = WORD.len() as u32;
    let (width, height) = (DOT * (letters * 6 + 3), DOT * 11);
    let (left, top) = (picture.width().saturating_sub(width), picture.height().saturating_sub(height));
    let mut fill = |x: u32, y: u32, side: (u32, u32), colour: [u8; 3]| {
        for y in y..(y + side.1).min(picture.height()) {
            for x in x..(x + side.0).min(picture.width()) {
                picture.put_pixel(x, y, Rgb(colour));
            }
        }
    };
    fill(left, top, (width, height), [20, 20, 22]);
    for (place, letter) in WORD.chars().enumerate() {
        for (column, row) in dots(letter) {
            let x = left + DOT * (2 + place as u32 * 6 + column);
            fill(x, top + DOT * (2 + row), (DOT, DOT), [240, 240, 236]);
        }
    }
}

/// Writes one letter on the canvas, its upper left corner at `at`, with dots of `size` units.
pub(super) fn write(canvas: &mut Canvas, letter: char, at: (f32, f32), size: f32, ink: Colour) {
    for (column, row) in dots(letter) {
        let middle = (at.0 + (column as f32 + 0.5) * size, at.1 + (row as f32 + 0.5) * size);
        canvas.dab(middle, size * 0.75, |_, below| mix(below, ink, 0.9));
    }
}
