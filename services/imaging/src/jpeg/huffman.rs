//! Huffman codes and the bits they are read from (ITU-T T.81, annexes C and F.2.2).

/// Bits that the first look-up takes: longer codes are rare and go the slow way.
const LOOK: u32 = 11;

/// A table of codes. Each entry of [`Table::look`] holds, from the lowest bit:
///
/// | bits | meaning |
/// |---|---|
/// | 0–7 | how many bits to drop: the code, and the value's own bits where these fit too; 0 for a longer code |
/// | 8–11 | zeros before the coefficient (AC) |
/// | 12–15 | how many bits of value follow; 0 where the value is known |
/// | 16–31 | the value, signed; 0 where it is not known |
#[derive(Clone)]
pub struct Table {
    look: [u32; 1 << LOOK],
    /// Largest code of each length; -1 for none.
    largest: [i32; 17],
    /// What turns a code of this length into the place of its symbol.
    offset: [i32; 17],
    symbols: [u8; 256],
    is_dc: bool,
}

impl Table {
    /// The table of a DHT segment; `None` when it has more codes than there is room for, or symbols without meaning.
    pub fn new(counts: &[u8; 16], symbols: &[u8], is_dc: bool) -> Option<Box<Self>> {
        if symbols.len() > 256 || (is_dc && symbols.iter().any(|size| *size > 15)) {
            return None;
        }
        let mut table =
            Box::new(Self { look: [0; 1 << LOOK], largest: [-1; 17], offset: [0; 17], symbols: [0; 256], is_dc });
        table.symbols[..symbols.len()].copy_from_slice(symbols);
        let (mut code, mut place) = (0_u32, 0_usize);
        for length in 1..=16_u32 {
            let count = u32::from(counts[length as usize - 1]);
            if code + count > 1 << length {
                return None;
            }
            table.offset[length as usize] = place as i32 - code as i32;
            for _ in 0..count {
                if length <= LOOK {
                    let symbol = u32::from(*symbols.get(place)?);
                    table.fill(code, length, symbol);
                }
                code += 1;
                place += 1;
            }
            table.largest[length as usize] = if count > 0 { code as i32 - 1 } else { -1 };
            code <<= 1;
        }
        Some(table)
    }

    fn parts(&self, symbol: u32) -> (u32, u32) {
        if self.is_dc { (0, symbol) } else { (symbol >> 4, symbol & 15) }
    }

    fn fill(&mut self, code: u32, length: u32, symbol: u32) {
        let (zeros, size) = self.parts(symbol);
        let spare = LOOK - length;
        for rest in 0..1_u32 << spare {
            self.look[((code << spare) + rest) as usize] = if size > 0 && size <= spare {
                let value = extend((rest >> (spare - size)) & ((1 << size) - 1), size);
                (value as u32) << 16 | zeros << 8 | (length + size)
            } else {
                size << 12 | zeros << 8 | length
            };
        }
    }
}

/// The signed value of `size` bits (T.81, figure F.12). `size` is 1 to 15.
#[inline(always)]
pub fn extend(bits: u32, size: u32) -> i32 {
    let value = bits as i32;
    if bits < 1 << (size - 1) { value - (1 << size) + 1 } else { value }
}

/// Reads bits from entropy-coded bytes: stuffed zeros are dropped, a marker ends them. Beyond the end there are zeros, and
/// [`Bits::is_sound`] tells.
pub struct Bits<'a> {
    bytes: &'a [u8],
    at: usize,
    /// The next bits, the first one topmost.
    held: u64,
    /// How many of them count.
    count: u32,
    /// How many of those were added beyond the end.
    padding: u32,
    is_bad: bool,
}

impl<'a> Bits<'a> {
    /// Begins at a position of the file.
    pub fn new(bytes: &'a [u8], at: usize) -> Self {
        Self { bytes, at, held: 0, count: 0, padding: 0, is_bad: false }
    }

    /// Whether every bit so far was there and every code had a meaning.
    #[inline(always)]
    pub fn is_sound(&self) -> bool {
        self.count >= self.padding && !self.is_bad
    }

    /// Goes on behind the restart marker that must come now.
    ///
    /// # Errors
    /// When another marker comes, or more than the padding of one byte was left.
    pub fn restart(&mut self) -> Option<()> {
        let is_marker = matches!(self.bytes.get(self.at..self.at + 2), Some([0xFF, 0xD0..=0xD7]));
        if !self.is_sound() || self.count - self.padding > 7 || !is_marker {
            return None;
        }
        *self = Self::new(self.bytes, self.at + 2);
        Some(())
    }

    /// The position of the marker that ended the scan: what is left of the scan's bytes is skipped.
    pub fn end(&self) -> Option<usize> {
        let mut at = self.at;
        loop {
            at += self.bytes.get(at..)?.iter().position(|byte| *byte == 0xFF)?;
            match self.bytes.get(at + 1)? {
                0x00 | 0xD0..=0xD7 => at += 2,
                _ => return Some(at),
            }
        }
    }

    /// Makes at least 32 bits ready: a code and its value.
    #[inline(always)]
    pub fn refill(&mut self) {
        if self.count >= 32 {
            return;
        }
        if let Some(eight) = self.bytes.get(self.at..).and_then(<[u8]>::first_chunk::<8>) {
            let word = u64::from_be_bytes(*eight);
            // No byte is 0xFF (at most a few false alarms): all of them are data.
            if word & 0x8080_8080_8080_8080 & !word.wrapping_add(0x0101_0101_0101_0101) == 0 {
                self.held |= word >> self.count;
                let whole = (63 - self.count) >> 3;
                self.at += whole as usize;
                self.count += whole * 8;
                self.held &= !(u64::MAX >> self.count);
                return;
            }
        }
        self.refill_slowly();
    }

    #[cold]
    #[inline(never)]
    fn refill_slowly(&mut self) {
        while self.count <= 48 {
            let byte = match (self.bytes.get(self.at), self.bytes.get(self.at + 1)) {
                (Some(0xFF), Some(0)) => {
                    self.at += 2;
                    0xFF
                }
                (Some(0xFF) | None, _) => {
                    self.padding += 8;
                    0
                }
                (Some(byte), _) => {
                    self.at += 1;
                    *byte
                }
            };
            self.held |= u64::from(byte) << (56 - self.count);
            self.count += 8;
        }
        // A reader that goes on far beyond the end must not overflow; it is told to be unsound all the same.
        if self.padding > 1 << 20 {
            self.padding = 1 << 20;
            self.is_bad = true;
        }
    }

    #[inline(always)]
    fn drop_bits(&mut self, count: u32) {
        self.held <<= count;
        self.count = self.count.wrapping_sub(count);
    }

    /// The next `count` bits, 1 to 16; after [`Bits::refill`].
    #[inline(always)]
    pub fn take(&mut self, count: u32) -> u32 {
        let bits = (self.held >> (64 - count)) as u32;
        self.drop_bits(count);
        bits
    }

    /// The next bit, made ready as needed.
    #[inline(always)]
    pub fn bit(&mut self) -> bool {
        self.refill();
        self.take(1) == 1
    }

    /// The next code's entry, as [`Table`] describes it; after [`Bits::refill`].
    #[inline(always)]
    pub fn code(&mut self, table: &Table) -> Code {
        let entry = table.look[(self.held >> (64 - LOOK)) as usize];
        let length = entry & 255;
        if length != 0 {
            self.drop_bits(length);
            return Code(entry);
        }
        self.long_code(table)
    }

    #[cold]
    #[inline(never)]
    fn long_code(&mut self, table: &Table) -> Code {
        let next = (self.held >> 48) as i32;
        for length in LOOK + 1..=16 {
            let code = next >> (16 - length);
            if code <= table.largest[length as usize] {
                let place = (code + table.offset[length as usize]) as usize & 255;
                let (zeros, size) = table.parts(u32::from(table.symbols[place]));
                self.drop_bits(length);
                return Code(size << 12 | zeros << 8);
            }
        }
        self.is_bad = true;
        self.drop_bits(16);
        Code(0)
    }
}

/// A code that was read: see [`Table`].
#[derive(Clone, Copy)]
pub struct Code(u32);

impl Code {
    /// Zeros before the coefficient.
    #[inline(always)]
    pub fn zeros(self) -> usize {
        (self.0 >> 8) as usize & 15
    }

    /// Bits of value yet to be read.
    #[inline(always)]
    pub fn size(self) -> u32 {
        (self.0 >> 12) & 15
    }

    /// The value, where it is known.
    #[inline(always)]
    pub fn value(self) -> i32 {
        self.0 as i32 >> 16
    }
}
