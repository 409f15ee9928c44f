//! Planes to a baseline JPEG file: luma, and chroma of half its width and height (4:2:0), with the standard's Huffman tables.
//!
//! The forward DCT is that of Arai, Agui and Nakajima (1988), whose scale factors are multiplied into the divisors.

use super::tables::{CHROMA, CHROMA_AC, CHROMA_DC, Codes, LUMA, LUMA_AC, LUMA_DC, ZIGZAG};
use super::{Plane, fast};

/// Encodes a picture with `quality` 1 to 100 on libjpeg's scale. Chroma planes have half of luma's width and height, rounded up;
/// without them the picture is grey. The file holds nothing but the picture.
///
/// `None` when a side is 0 or more than 65,535, or when planes do not fit together.
pub fn encode(luma: &Plane, chroma: Option<&[Plane; 2]>, quality: u32) -> Option<Vec<u8>> {
    let fits = |plane: &Plane, width, height| {
        (plane.width, plane.height, plane.data.len()) == (width, height, width * height) && width * height > 0
    };
    let halves = (luma.width.div_ceil(2), luma.height.div_ceil(2));
    let are_sound = fits(luma, luma.width, luma.height)
        && chroma.is_none_or(|planes| planes.iter().all(|plane| fits(plane, halves.0, halves.1)));
    let (width, height) = (u16::try_from(luma.width).ok()?, u16::try_from(luma.height).ok()?);
    if !are_sound {
        return None;
    }
    let luma_divisors = divisors(&LUMA, quality);
    let chroma_divisors = divisors(&CHROMA, quality);
    let mut file = Vec::with_capacity(luma.data.len() / 4 + 1024);
    head(&mut file, width, height, chroma.is_some(), [&luma_divisors, &chroma_divisors]);
    let mut bits = Bits { file, held: 0, count: 0 };
    let mut colours = vec![Colour::new(luma, &luma_divisors, &LUMA_DC, &LUMA_AC)];
    for plane in chroma.into_iter().flatten() {
        colours.push(Colour::new(plane, &chroma_divisors, &CHROMA_DC, &CHROMA_AC));
    }
    fast(
        #[inline(always)]
        || units(&mut bits, &mut colours),
    );
    bits.fill_up();
    bits.file.extend_from_slice(&[0xFF, 0xD9]);
    Some(bits.file)
}

/// A table of Annex K for a quality, as libjpeg scales it (`jpeg_quality_scaling`).
fn divisors(table: &[u8; 64], quality: u32) -> [u8; 64] {
    let quality = quality.clamp(1, 100);
    let percent = if quality < 50 { 5000 / quality } else { 200 - 2 * quality };
    table.map(|value| ((u32::from(value) * percent + 50) / 100).clamp(1, 255) as u8)
}

fn segment(file: &mut Vec<u8>, marker: u8, body: &[&[u8]]) {
    let length = 2 + body.iter().map(|part| part.len()).sum::<usize>();
    file.extend_from_slice(&[0xFF, marker]);
    file.extend_from_slice(&(length as u16).to_be_bytes());
    for part in body {
        file.extend_from_slice(part);
    }
}

fn head(file: &mut Vec<u8>, width: u16, height: u16, has_colour: bool, divisors: [&[u8; 64]; 2]) {
    file.extend_from_slice(&[0xFF, 0xD8]);
    segment(file, 0xE0, &[b"JFIF\0", &[1, 1, 0, 0, 1, 0, 1, 0, 0]]);
    let tables = if has_colour { 2 } else { 1 };
    for (number, table) in divisors.iter().enumerate().take(tables) {
        let zigzag = ZIGZAG.map(|natural| table[usize::from(natural)]);
        segment(file, 0xDB, &[&[number as u8], &zigzag]);
    }
    let ([h1, h0], [w1, w0]) = (height.to_be_bytes(), width.to_be_bytes());
    if has_colour {
        segment(file, 0xC0, &[&[8, h1, h0, w1, w0, 3], &[1, 0x22, 0, 2, 0x11, 1, 3, 0x11, 1]]);
    } else {
        segment(file, 0xC0, &[&[8, h1, h0, w1, w0, 1, 1, 0x11, 0]]);
    }
    let tables = [(0x00, &LUMA_DC), (0x10, &LUMA_AC), (0x01, &CHROMA_DC), (0x11, &CHROMA_AC)];
    for (number, codes) in tables.into_iter().take(if has_colour { 4 } else { 2 }) {
        segment(file, 0xC4, &[&[number], &codes.counts, codes.symbols]);
    }
    if has_colour {
        segment(file, 0xDA, &[&[3, 1, 0x00, 2, 0x11, 3, 0x11, 0, 63, 0]]);
    } else {
        segment(file, 0xDA, &[&[1, 1, 0x00, 0, 63, 0]]);
    }
}

/// Bits on their way into the file.
struct Bits {
    file: Vec<u8>,
    /// The last bits, the newest lowest.
    held: u64,
    /// How many of them are not written yet: fewer than 32 between calls.
    count: u32,
}

impl Bits {
    /// Adds the lowest `count` bits of `value`, at most 32; the others must be 0.
    #[inline(always)]
    fn put(&mut self, value: u32, count: u32) {
        self.held = self.held << count | u64::from(value);
        self.count += count;
        if self.count < 32 {
            return;
        }
        self.count -= 32;
        let word = (self.held >> self.count) as u32;
        if word & 0x8080_8080 & !word.wrapping_add(0x0101_0101) == 0 {
            self.file.extend_from_slice(&word.to_be_bytes());
        } else {
            for byte in word.to_be_bytes() {
                self.byte(byte);
            }
        }
    }

    /// A zero is stuffed behind 0xFF, so that it is no marker.
    fn byte(&mut self, byte: u8) {
        self.file.push(byte);
        if byte == 0xFF {
            self.file.push(0);
        }
    }

    /// Ones to the end of the last byte.
    fn fill_up(&mut self) {
        let padding = (8 - self.count % 8) % 8;
        self.held = self.held << padding | ((1 << padding) - 1);
        self.count += padding;
        while self.count > 0 {
            self.count -= 8;
            self.byte((self.held >> self.count) as u8);
        }
    }
}

/// The code of each symbol: its bits from bit 8 on, their number below.
fn codes(table: &Codes) -> [u32; 256] {
    let mut codes = [0; 256];
    let mut code = 0_u32;
    let mut symbols = table.symbols.iter();
    for (length, count) in (1_u32..).zip(table.counts) {
        for symbol in symbols.by_ref().take(usize::from(count)) {
            codes[usize::from(*symbol)] = code << 8 | length;
            code += 1;
        }
        code <<= 1;
    }
    codes
}

/// A component: its plane, tables and prediction.
struct Colour<'a> {
    plane: &'a Plane,
    /// What each transformed value is multiplied by; transposed, as [`forward`] leaves its values.
    factors: [f32; 64],
    dc: [u32; 256],
    ac: [u32; 256],
    before: i32,
}

impl<'a> Colour<'a> {
    fn new(plane: &'a Plane, divisors: &[u8; 64], dc: &Codes, ac: &Codes) -> Self {
        /// cos(kπ/16) × √2, and 1 for k = 0.
        const AAN: [f32; 8] = [1.0, 1.387_039_8, 1.306_563, 1.175_875_6, 1.0, 0.785_694_96, 0.541_196_1, 0.275_899_38];
        let mut factors = [0.0; 64];
        for (place, divisor) in divisors.iter().enumerate() {
            let (y, x) = (place / 8, place % 8);
            factors[x * 8 + y] = 1.0 / (f32::from(*divisor) * 8.0 * AAN[y] * AAN[x]);
        }
        Self { plane, factors, dc: codes(dc), ac: codes(ac), before: 0 }
    }

    /// Encodes the block at this place. What lies beyond the plane repeats its edge.
    #[inline(always)]
    fn block(&mut self, bits: &mut Bits, x: usize, y: usize) {
        let Plane { width, height, data } = self.plane;
        let (left, top) = (x * 8, y * 8);
        let coefficients = if left + 8 <= *width && top + 8 <= *height {
            quantised(&data[top * width + left..], *width, &self.factors)
        } else {
            let mut edge = [0; 64];
            for (place, value) in edge.iter_mut().enumerate() {
                let row = (top + place / 8).min(height - 1);
                *value = data[row * width + (left + place % 8).min(width - 1)];
            }
            quantised(&edge, 8, &self.factors)
        };
        self.codes(bits, &coefficients);
    }

    /// Huffman-codes one block (T.81, F.1.2).
    #[inline(always)]
    fn codes(&mut self, bits: &mut Bits, coefficients: &[i16; 64]) {
        let mean = i32::from(coefficients[0]);
        let difference = mean - self.before;
        self.before = mean;
        put_value(bits, &self.dc, 0, difference);
        let mut zigzag = [0_i16; 64];
        for (value, place) in zigzag.iter_mut().zip(&TURNED_ZIGZAG) {
            *value = coefficients[usize::from(*place)];
        }
        let mut left = not_zero(&zigzag) & !1;
        let mut before = 0;
        while left != 0 {
            let place = left.trailing_zeros();
            left &= left - 1;
            let mut zeros = place - before - 1;
            before = place;
            while zeros >= 16 {
                bits.put(self.ac[0xF0] >> 8, self.ac[0xF0] & 255);
                zeros -= 16;
            }
            put_value(bits, &self.ac, zeros << 4, i32::from(zigzag[place as usize & 63]));
        }
        if before != 63 {
            bits.put(self.ac[0] >> 8, self.ac[0] & 255);
        }
    }
}

/// The code for a value's class, and the value's own bits.
#[inline(always)]
fn put_value(bits: &mut Bits, codes: &[u32; 256], zeros: u32, value: i32) {
    let size = 32 - value.unsigned_abs().leading_zeros();
    let own = (value + (value >> 31)) as u32 & ((1 << size) - 1);
    let code = codes[(zeros | size) as usize & 255];
    bits.put((code >> 8) << size | own, (code & 255) + size);
}

/// One bit for each value that is not zero, the first one lowest.
#[inline(always)]
fn not_zero(values: &[i16; 64]) -> u64 {
    let mut mask = 0;
    for (group, eight) in values.chunks_exact(8).enumerate() {
        let mut bytes = [0_u8; 8];
        for (byte, value) in bytes.iter_mut().zip(eight) {
            *byte = u8::from(*value != 0);
        }
        // Gathers the lowest bit of each byte into the topmost byte.
        let gathered = u64::from_le_bytes(bytes).wrapping_mul(0x0102_0408_1020_4080) >> 56;
        mask |= gathered << (8 * group);
    }
    mask
}

/// [`ZIGZAG`] for values that are transposed.
const TURNED_ZIGZAG: [u8; 64] = {
    let mut turned = [0; 64];
    let mut place = 0;
    while place < 64 {
        turned[place] = ZIGZAG[place] % 8 * 8 + ZIGZAG[place] / 8;
        place += 1;
    }
    turned
};

/// The quantised coefficients of the 8 × 8 samples at the start of `rows`, transposed.
#[inline(always)]
fn quantised(rows: &[u8], stride: usize, factors: &[f32; 64]) -> [i16; 64] {
    let mut lanes = [[0.0_f32; 8]; 8];
    for (lane, row) in lanes.iter_mut().zip(rows.chunks(stride)) {
        if let Some(row) = row.first_chunk::<8>() {
            for (value, sample) in lane.iter_mut().zip(row) {
                *value = f32::from(*sample) - 128.0;
            }
        }
    }
    forward(&mut lanes);
    let mut turned = [[0.0_f32; 8]; 8];
    for (y, lane) in lanes.iter().enumerate() {
        for (x, value) in lane.iter().enumerate() {
            turned[x][y] = *value;
        }
    }
    forward(&mut turned);
    let mut coefficients = [0; 64];
    for (lane, (factors, out)) in turned.iter().zip(factors.chunks_exact(8).zip(coefficients.chunks_exact_mut(8))) {
        for ((value, factor), out) in lane.iter().zip(factors).zip(out) {
            // Rounds to the nearest: truncation of what is made positive first.
            *out = ((value * factor + 16_384.5) as i32 - 16_384) as i16;
        }
    }
    coefficients
}

/// The eight-point transform down each column of lanes; constants are cos(π/4), sin(π/8) and their kin.
#[expect(clippy::needless_range_loop, reason = "each step is one vector instruction over all lanes")]
#[inline(always)]
fn forward(c: &mut [[f32; 8]; 8]) {
    for i in 0..8 {
        let (s0, d0) = (c[0][i] + c[7][i], c[0][i] - c[7][i]);
        let (s1, d1) = (c[1][i] + c[6][i], c[1][i] - c[6][i]);
        let (s2, d2) = (c[2][i] + c[5][i], c[2][i] - c[5][i]);
        let (s3, d3) = (c[3][i] + c[4][i], c[3][i] - c[4][i]);
        let (b0, b3) = (s0 + s3, s0 - s3);
        let (b1, b2) = (s1 + s2, s1 - s2);
        c[0][i] = b0 + b1;
        c[4][i] = b0 - b1;
        let turn = (b2 + b3) * 0.707_106_77;
        c[2][i] = b3 + turn;
        c[6][i] = b3 - turn;
        let (t0, t1, t2) = (d3 + d2, d2 + d1, d1 + d0);
        let z5 = (t0 - t2) * 0.382_683_43;
        let z2 = 0.541_196_1 * t0 + z5;
        let z4 = 1.306_563 * t2 + z5;
        let z3 = t1 * 0.707_106_77;
        let (z11, z13) = (d0 + z3, d0 - z3);
        c[5][i] = z13 + z2;
        c[3][i] = z13 - z2;
        c[1][i] = z11 + z4;
        c[7][i] = z11 - z4;
    }
}

/// All units: four blocks of luma and one of each chroma, or one of luma alone.
#[inline(always)]
fn units(bits: &mut Bits, colours: &mut [Colour<'_>]) {
    let side = if colours.len() > 1 { 2 } else { 1 };
    let (across, down) = (colours[0].plane.width.div_ceil(8 * side), colours[0].plane.height.div_ceil(8 * side));
    for y in 0..down {
        for x in 0..across {
            for (number, colour) in colours.iter_mut().enumerate() {
                let side = if number == 0 { side } else { 1 };
                for v in 0..side {
                    for u in 0..side {
                        colour.block(bits, x * side + u, y * side + v);
                    }
                }
            }
        }
    }
}
