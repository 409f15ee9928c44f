//! The segments of a JPEG file (ITU-T T.81, annex B), read by position with every bound checked.
//!
//! Nothing here allocates more than the file is long, so the server may call it too: it chooses the lane by it.

use super::Error;
use super::huffman::Table;
use super::tables::ZIGZAG;

/// One colour component of a frame.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Component {
    /// The name by which scans call it.
    pub id: u8,
    /// Sampling factors, 1 to 4: blocks across and down in each unit of an interleaved scan.
    pub across: usize,
    pub down: usize,
    /// Which quantisation table it uses, 0 to 3.
    pub table: usize,
}

/// What the frame header says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame {
    /// Coefficients come in several scans, coarse first.
    pub progressive: bool,
    /// In pixels.
    pub width: usize,
    pub height: usize,
    pub components: Vec<Component>,
    /// The largest sampling factors of all components.
    pub most_across: usize,
    pub most_down: usize,
}

impl Frame {
    /// Units of an interleaved scan across and down: each covers 8 × [`Frame::most_across`] pixels.
    pub fn units(&self) -> (usize, usize) {
        (self.width.div_ceil(8 * self.most_across), self.height.div_ceil(8 * self.most_down))
    }

    /// Blocks of a component across and down, without those that only fill up the last unit.
    pub fn blocks(&self, component: &Component) -> (usize, usize) {
        let across = (self.width * component.across).div_ceil(self.most_across);
        let down = (self.height * component.down).div_ceil(self.most_down);
        (across.div_ceil(8), down.div_ceil(8))
    }

    /// The same with them: what is stored.
    pub fn stored_blocks(&self, component: &Component) -> (usize, usize) {
        let (across, down) = self.units();
        (across * component.across, down * component.down)
    }
}

/// What a scan header says: which components, with which tables, which coefficients, and which bits of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scan {
    /// `(component, DC table, AC table)` by number.
    pub parts: Vec<(usize, usize, usize)>,
    /// First and last coefficient in zigzag order.
    pub first: usize,
    pub last: usize,
    /// Successive approximation: the bit position before, 0 for a first scan, and the one that this scan brings.
    pub high: u32,
    pub low: u32,
}

/// Everything that segments set up for a scan to come.
#[derive(Clone, Default)]
pub struct State<'a> {
    pub frame: Option<Frame>,
    /// Divisors in natural order.
    pub quantisation: [Option<[u16; 64]>; 4],
    pub dc: [Option<Box<Table>>; 4],
    pub ac: [Option<Box<Table>>; 4],
    /// Units between restart markers; 0 when there are none.
    pub restart: usize,
    /// The EXIF segment without its name: a TIFF structure.
    pub exif: Option<&'a [u8]>,
    /// Pieces of the colour profile: `(number, of how many, bytes)`.
    pub profile: Vec<(u8, u8, &'a [u8])>,
    /// The colour transform that Adobe's segment names: 0 none, 1 YCbCr, 2 YCCK.
    pub adobe: Option<u8>,
    pub jfif: bool,
}

fn be16(bytes: &[u8], at: usize) -> Option<usize> {
    bytes.get(at..)?.first_chunk().map(|two| usize::from(u16::from_be_bytes(*two)))
}

/// What comes after a run of segments.
pub enum Next {
    /// A scan, whose entropy-coded bytes begin at this position.
    Scan(Scan, usize),
    /// The end marker.
    End,
}

impl<'a> State<'a> {
    /// Reads segments from `at` to the next scan or to the end marker.
    ///
    /// # Errors
    /// [`Error::Damaged`] where the file contradicts the format or ends; [`Error::Unsupported`] for arithmetic coding,
    /// lossless and hierarchical frames, and samples of other than eight bits.
    pub fn read(&mut self, bytes: &'a [u8], mut at: usize) -> Result<Next, Error> {
        loop {
            if *bytes.get(at).ok_or(Error::Damaged)? != 0xFF {
                return Err(Error::Damaged);
            }
            let marker = *bytes.get(at + 1).ok_or(Error::Damaged)?;
            match marker {
                0xFF => {
                    at += 1;
                    continue;
                }
                0xD8 if at == 0 => {
                    at += 2;
                    continue;
                }
                0x01 | 0xD0..=0xD7 => {
                    at += 2;
                    continue;
                }
                0xD9 => return Ok(Next::End),
                _ => {}
            }
            let length = be16(bytes, at + 2).ok_or(Error::Damaged)?;
            let body = bytes.get(at + 4..at + 2 + length).ok_or(Error::Damaged)?;
            at += 2 + length;
            match marker {
                0xC0..=0xC2 if self.frame.is_none() => self.frame = Some(frame(body, marker == 0xC2)?),
                0xC4 => self.huffman(body)?,
                0xC3 | 0xC5..=0xC7 | 0xC9..=0xCF => return Err(Error::Unsupported),
                0xC0..=0xC2 | 0xD8 => return Err(Error::Damaged),
                0xDA => {
                    let frame = self.frame.as_ref().ok_or(Error::Damaged)?;
                    return Ok(Next::Scan(scan(body, frame)?, at));
                }
                0xDB => self.quantisation(body)?,
                0xDD => self.restart = be16(body, 0).ok_or(Error::Damaged)?,
                0xE0 if body.starts_with(b"JFIF\0") => self.jfif = true,
                0xE1 if self.exif.is_none() => self.exif = body.strip_prefix(b"Exif\0\0"),
                0xE2 => {
                    if let Some([number, count, piece @ ..]) = body.strip_prefix(b"ICC_PROFILE\0") {
                        self.profile.push((*number, *count, piece));
                    }
                }
                0xEE if body.starts_with(b"Adobe") => self.adobe = body.get(11).copied(),
                _ => {}
            }
        }
    }

    /// The colour profile, when all its pieces are there, each once.
    pub fn profile(&self) -> Option<Vec<u8>> {
        let count = self.profile.first()?.1;
        let mut whole = Vec::new();
        for number in 1..=count {
            let mut with_number = self.profile.iter().filter(|piece| piece.0 == number && piece.1 == count);
            whole.extend_from_slice(with_number.next()?.2);
            if with_number.next().is_some() {
                return None;
            }
        }
        (self.profile.len() == usize::from(count)).then_some(whole)
    }

    fn quantisation(&mut self, mut body: &[u8]) -> Result<(), Error> {
        while let [head, rest @ ..] = body {
            let (wide, number) = (head >> 4, usize::from(head & 15));
            let size = if wide == 0 { 64 } else { 128 };
            let values = rest.get(..size).ok_or(Error::Damaged)?;
            let table = self.quantisation.get_mut(number).ok_or(Error::Damaged)?.insert([0; 64]);
            for (place, natural) in ZIGZAG.iter().enumerate() {
                table[usize::from(*natural)] = match wide {
                    0 => u16::from(values[place]),
                    1 => u16::from_be_bytes([values[place * 2], values[place * 2 + 1]]),
                    _ => return Err(Error::Damaged),
                };
            }
            body = &rest[size..];
        }
        Ok(())
    }

    fn huffman(&mut self, mut body: &[u8]) -> Result<(), Error> {
        while let [head, rest @ ..] = body {
            let (counts, rest) = rest.split_first_chunk::<16>().ok_or(Error::Damaged)?;
            let size = counts.iter().map(|count| usize::from(*count)).sum();
            let symbols = rest.get(..size).ok_or(Error::Damaged)?;
            let (tables, is_dc) = match head >> 4 {
                0 => (&mut self.dc, true),
                1 => (&mut self.ac, false),
                _ => return Err(Error::Damaged),
            };
            let slot = tables.get_mut(usize::from(head & 15)).ok_or(Error::Damaged)?;
            *slot = Some(Table::new(counts, symbols, is_dc).ok_or(Error::Damaged)?);
            body = &rest[size..];
        }
        Ok(())
    }
}

fn frame(body: &[u8], progressive: bool) -> Result<Frame, Error> {
    if *body.first().ok_or(Error::Damaged)? != 8 {
        return Err(Error::Unsupported);
    }
    let height = be16(body, 1).ok_or(Error::Damaged)?;
    let width = be16(body, 3).ok_or(Error::Damaged)?;
    let count = usize::from(*body.get(5).ok_or(Error::Damaged)?);
    let listed = body.get(6..6 + count * 3).ok_or(Error::Damaged)?;
    if width == 0 || height == 0 {
        return Err(Error::Damaged);
    }
    if !matches!(count, 1 | 3 | 4) {
        return Err(Error::Unsupported);
    }
    let mut components: Vec<Component> = Vec::with_capacity(count);
    for one in listed.chunks_exact(3) {
        let (across, down) = (usize::from(one[1] >> 4), usize::from(one[1] & 15));
        let is_new = components.iter().all(|other| other.id != one[0]);
        if !(1..=4).contains(&across) || !(1..=4).contains(&down) || one[2] > 3 || !is_new {
            return Err(Error::Damaged);
        }
        components.push(Component { id: one[0], across, down, table: usize::from(one[2]) });
    }
    if let [only] = components.as_mut_slice() {
        // A lone component is never interleaved: its sampling factors mean nothing (A.2.2).
        (only.across, only.down) = (1, 1);
    }
    let most_across = components.iter().map(|one| one.across).max().unwrap_or(1);
    let most_down = components.iter().map(|one| one.down).max().unwrap_or(1);
    Ok(Frame { progressive, width, height, components, most_across, most_down })
}

fn scan(body: &[u8], frame: &Frame) -> Result<Scan, Error> {
    let count = usize::from(*body.first().ok_or(Error::Damaged)?);
    let listed = body.get(1..1 + count * 2).ok_or(Error::Damaged)?;
    let [first, last, approximation] =
        *body.get(1 + count * 2..).and_then(<[u8]>::first_chunk::<3>).ok_or(Error::Damaged)?;
    let mut parts: Vec<(usize, usize, usize)> = Vec::with_capacity(count);
    for one in listed.chunks_exact(2) {
        let component = frame.components.iter().position(|component| component.id == one[0]).ok_or(Error::Damaged)?;
        let (dc, ac) = (usize::from(one[1] >> 4), usize::from(one[1] & 15));
        if dc > 3 || ac > 3 || parts.iter().any(|other| other.0 == component) {
            return Err(Error::Damaged);
        }
        parts.push((component, dc, ac));
    }
    let scan = Scan {
        parts,
        first: usize::from(first),
        last: usize::from(last),
        high: u32::from(approximation >> 4),
        low: u32::from(approximation & 15),
    };
    let is_sound = if frame.progressive {
        let band = if scan.first == 0 { scan.last == 0 } else { scan.last >= scan.first && count == 1 };
        band && scan.last < 64 && scan.low <= 13 && (scan.high == 0 || scan.high == scan.low + 1)
    } else {
        // Some writers leave the band of a sequential scan empty: it has all coefficients in any case.
        true
    };
    if count == 0 || !is_sound {
        return Err(Error::Damaged);
    }
    Ok(scan)
}
