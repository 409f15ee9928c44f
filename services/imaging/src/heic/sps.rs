//! Size and colours of a picture of HEVC, from its sequence parameter set (ITU-T H.265, clauses 7.3.2.2 and E.2.1).
//!
//! The decoder reads the same bytes, but tells neither the size that it will take memory for nor the colours.

use kit::picture::heif::Colours;

/// The kind of unit that a sequence parameter set is.
pub const KIND: u8 = 33;

/// What is needed of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sps {
    /// As coded, in pixels, whole blocks.
    pub width: u32,
    pub height: u32,
    /// 0 grey, 1 4:2:0, 2 4:2:2, 3 4:4:4.
    pub chroma: u32,
    pub colours: Option<Colours>,
}

impl Sps {
    /// Reads a unit with its header of two bytes. Colours that cannot be read are none.
    pub fn read(unit: &[u8]) -> Option<Self> {
        let mut bits = Bits::new(unit.get(2..)?);
        bits.skip(4)?;
        let layers = bits.take(3)?;
        bits.skip(1)?;
        level(&mut bits, layers)?;
        bits.count()?;
        let chroma = bits.count()?;
        if chroma == 3 {
            bits.skip(1)?;
        }
        let (width, height) = (bits.count()?, bits.count()?);
        Some(Self { width, height, chroma, colours: colours(&mut bits, layers) })
    }
}

/// Steps over `profile_tier_level`.
fn level(bits: &mut Bits, layers: u32) -> Option<()> {
    bits.skip(88 + 8)?;
    let present: Vec<(bool, bool)> = (0..layers).map(|_| Some((bits.flag()?, bits.flag()?))).collect::<Option<_>>()?;
    if layers > 0 {
        bits.skip((8 - layers as usize) * 2)?;
    }
    for (profile, level) in present {
        bits.skip(if profile { 88 } else { 0 } + if level { 8 } else { 0 })?;
    }
    Some(())
}

/// From behind the size to the description of colours, most of the way only stepping over.
fn colours(bits: &mut Bits, layers: u32) -> Option<Colours> {
    if bits.flag()? {
        bits.counts(4)?;
    }
    bits.counts(2)?;
    let order = bits.count()?.checked_add(4).filter(|length| *length <= 16)?;
    let first = if bits.flag()? { 0 } else { layers };
    for _ in first..=layers {
        bits.counts(3)?;
    }
    bits.counts(6)?;
    if bits.flag()? && bits.flag()? {
        scaling(bits)?;
    }
    bits.skip(2)?;
    if bits.flag()? {
        bits.skip(8)?;
        bits.counts(2)?;
        bits.skip(1)?;
    }
    let sets = bits.count()?.min(65);
    let mut sizes: Vec<u32> = Vec::new();
    for number in 0..sets {
        let size = if number > 0 && bits.flag()? {
            bits.skip(1)?;
            bits.count()?;
            let mut size = 0;
            for _ in 0..=*sizes.last()? {
                size += u32::from(bits.flag()? || bits.flag()?);
            }
            size
        } else {
            let (before, after) = (bits.count()?, bits.count()?);
            let size = before.checked_add(after).filter(|size| *size <= 32)?;
            for _ in 0..size {
                bits.count()?;
                bits.skip(1)?;
            }
            size
        };
        sizes.push(size);
    }
    if bits.flag()? {
        for _ in 0..bits.count()?.min(33) {
            bits.skip(order as usize + 1)?;
        }
    }
    bits.skip(2)?;
    // Here begins what says how to show it.
    if !bits.flag()? {
        return None;
    }
    if bits.flag()? && bits.take(8)? == 255 {
        bits.skip(32)?;
    }
    if bits.flag()? {
        bits.skip(1)?;
    }
    if !bits.flag()? {
        return None;
    }
    bits.skip(3)?;
    let full_range = bits.flag()?;
    let [primaries, transfer, matrix] =
        if bits.flag()? { [bits.take(8)? as u16, bits.take(8)? as u16, bits.take(8)? as u16] } else { [2, 2, 2] };
    Some(Colours { primaries, transfer, matrix, full_range })
}

/// Steps over `scaling_list_data`.
fn scaling(bits: &mut Bits) -> Option<()> {
    for size in 0..4_u32 {
        for _ in 0..if size == 3 { 2 } else { 6 } {
            if bits.flag()? {
                // With a level for the whole where blocks are large.
                bits.counts(if size == 0 { 16 } else { 64 } + usize::from(size > 1))?;
            } else {
                bits.count()?;
            }
        }
    }
    Some(())
}

/// Bits from the highest on.
struct Bits {
    bytes: Vec<u8>,
    at: usize,
}

impl Bits {
    /// Without the threes that keep two zeros from looking like the start of a unit.
    fn new(unit: &[u8]) -> Self {
        let mut bytes = Vec::with_capacity(unit.len());
        let mut zeros = 0;
        for byte in unit {
            if zeros >= 2 && *byte == 3 {
                zeros = 0;
                continue;
            }
            zeros = if *byte == 0 { zeros + 1 } else { 0 };
            bytes.push(*byte);
        }
        Self { bytes, at: 0 }
    }

    fn flag(&mut self) -> Option<bool> {
        let byte = self.bytes.get(self.at / 8)?;
        let flag = byte >> (7 - self.at % 8) & 1 == 1;
        self.at += 1;
        Some(flag)
    }

    fn take(&mut self, length: usize) -> Option<u32> {
        (0..length).try_fold(0, |sum, _| Some(sum << 1 | u32::from(self.flag()?)))
    }

    fn skip(&mut self, length: usize) -> Option<()> {
        self.at += length;
        (self.at <= self.bytes.len() * 8).then_some(())
    }

    /// A number of Exp-Golomb's code; the signed ones are as long.
    fn count(&mut self) -> Option<u32> {
        let mut zeros = 0;
        while !self.flag()? {
            zeros += 1;
            if zeros > 31 {
                return None;
            }
        }
        Some((1 << zeros) - 1 + self.take(zeros)?)
    }

    fn counts(&mut self, many: usize) -> Option<()> {
        for _ in 0..many {
            self.count()?;
        }
        Some(())
    }
}
