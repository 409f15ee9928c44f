//! One block of coefficients from entropy-coded bits (ITU-T T.81, F.2.2 and G.1.2). Blocks are in natural order.

use super::huffman::{Bits, Table, extend};
use super::tables::ZIGZAG;

/// Natural place of the coefficient at a place of the zigzag. A place past the end is folded back: hostile bytes may ask for it,
/// the result is then some picture, as with any other damaged bits.
#[inline(always)]
fn natural(place: usize) -> usize {
    usize::from(ZIGZAG[place & 63])
}

/// The difference of a block's first coefficient from the one before.
#[inline(always)]
fn difference(bits: &mut Bits<'_>, table: &Table) -> i32 {
    bits.refill();
    let code = bits.code(table);
    match code.size() {
        0 => code.value(),
        size => extend(bits.take(size), size),
    }
}

/// A whole block of a sequential frame; `block` must be zero. Returns the zigzag place of the last coefficient that is not zero.
#[inline(always)]
pub fn sequential(bits: &mut Bits<'_>, dc: &Table, ac: &Table, before: &mut i32, block: &mut [i16; 64]) -> usize {
    *before = before.wrapping_add(difference(bits, dc));
    block[0] = *before as i16;
    let (mut place, mut last) = (1, 0);
    while place < 64 {
        bits.refill();
        let code = bits.code(ac);
        place += code.zeros();
        let mut value = code.value();
        if value == 0 {
            let size = code.size();
            if size == 0 {
                if code.zeros() == 15 {
                    place += 1;
                    continue;
                }
                break;
            }
            value = extend(bits.take(size), size);
        }
        block[natural(place)] = value as i16;
        last = place & 63;
        place += 1;
    }
    last
}

/// First scan of the first coefficient.
#[inline(always)]
pub fn first_dc(bits: &mut Bits<'_>, dc: &Table, before: &mut i32, low: u32, block: &mut [i16; 64]) {
    *before = before.wrapping_add(difference(bits, dc));
    block[0] = before.wrapping_shl(low) as i16;
}

/// A further bit of the first coefficient.
#[inline(always)]
pub fn refine_dc(bits: &mut Bits<'_>, low: u32, block: &mut [i16; 64]) {
    block[0] |= i16::from(bits.bit()) << low;
}

/// Which coefficients a scan brings, and how many blocks it said have nothing more.
pub struct Band {
    /// First and last place of the zigzag.
    pub first: usize,
    pub last: usize,
    /// Position of the bit that this scan brings.
    pub low: u32,
    /// Blocks to come that have nothing.
    pub empty: u32,
}

impl Band {
    /// The run that an end-of-band code of this class begins, the present block included.
    #[inline(always)]
    fn run(bits: &mut Bits<'_>, class: usize) -> u32 {
        let more = if class == 0 { 0 } else { bits.take(class as u32) };
        (1 << class) + more
    }

    /// First scan of a band.
    #[inline(always)]
    pub fn first_scan(&mut self, bits: &mut Bits<'_>, ac: &Table, block: &mut [i16; 64]) {
        if self.empty > 0 {
            self.empty -= 1;
            return;
        }
        let mut place = self.first;
        while place <= self.last {
            bits.refill();
            let code = bits.code(ac);
            let mut value = code.value();
            if value == 0 {
                let size = code.size();
                if size == 0 {
                    if code.zeros() == 15 {
                        place += 16;
                        continue;
                    }
                    self.empty = Self::run(bits, code.zeros()) - 1;
                    return;
                }
                value = extend(bits.take(size), size);
            }
            place += code.zeros();
            block[natural(place)] = (value as i16).wrapping_shl(self.low);
            place += 1;
        }
    }

    /// A further bit of a band (G.1.2.3): one for each coefficient that is not zero yet, and new coefficients between.
    pub fn refine(&mut self, bits: &mut Bits<'_>, ac: &Table, block: &mut [i16; 64]) {
        let mut place = self.first;
        if self.empty == 0 {
            while place <= self.last {
                bits.refill();
                let code = bits.code(ac);
                let (mut zeros, mut value) = (code.zeros(), code.value());
                if value == 0 {
                    match code.size() {
                        0 if zeros < 15 => {
                            self.empty = Self::run(bits, zeros);
                            break;
                        }
                        0 => {}
                        size => value = extend(bits.take(size), size),
                    }
                }
                let new = match value {
                    0 => 0,
                    1.. => 1_i16 << self.low,
                    _ => -1_i16 << self.low,
                };
                while place <= self.last {
                    let known = &mut block[natural(place)];
                    place += 1;
                    if *known != 0 {
                        correct(bits, self.low, known);
                    } else if zeros == 0 {
                        *known = new;
                        break;
                    } else {
                        zeros -= 1;
                    }
                }
            }
        }
        if self.empty > 0 {
            for place in place..=self.last {
                let known = &mut block[natural(place)];
                if *known != 0 {
                    correct(bits, self.low, known);
                }
            }
            self.empty -= 1;
        }
    }
}

/// Adds the next bit to a coefficient, away from zero.
#[inline(always)]
fn correct(bits: &mut Bits<'_>, low: u32, known: &mut i16) {
    if bits.bit() && (*known >> low) & 1 == 0 {
        *known = known.wrapping_add(if *known > 0 { 1 << low } else { -1 << low });
    }
}
