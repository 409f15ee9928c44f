//! The TIFF structure of EXIF (EXIF 2.3, section 4.5), read by position.
//!
//! Every bound is checked, one pointer is followed at a time and nothing is allocated, so loops and wild pointers in
//! hostile bytes cost nothing. Rejected: a library that parses all tags, most of which no one may ever see.

/// The tag that says how a picture is to be turned.
const ORIENTATION: u16 = 0x0112;
/// Types of a tag's value.
const ASCII: u16 = 2;
const SHORT: u16 = 3;
/// More entries than any camera writes.
const MOST_ENTRIES: u16 = 512;

/// A TIFF structure in either order of bytes.
#[derive(Clone, Copy, Debug)]
pub struct Tiff<'a> {
    bytes: &'a [u8],
    big: bool,
}

impl<'a> Tiff<'a> {
    /// `None` when the bytes do not begin as TIFF does.
    pub fn new(bytes: &'a [u8]) -> Option<Self> {
        match bytes.get(..4)? {
            b"MM\0\x2a" => Some(Self { bytes, big: true }),
            b"II\x2a\0" => Some(Self { bytes, big: false }),
            _ => None,
        }
    }

    fn array<const N: usize>(&self, at: usize) -> Option<[u8; N]> {
        self.bytes.get(at..at.checked_add(N)?)?.try_into().ok()
    }

    fn u16(&self, at: usize) -> Option<u16> {
        let two = self.array(at)?;
        Some(if self.big { u16::from_be_bytes(two) } else { u16::from_le_bytes(two) })
    }

    fn u32(&self, at: usize) -> Option<u32> {
        let four = self.array(at)?;
        Some(if self.big { u32::from_be_bytes(four) } else { u32::from_le_bytes(four) })
    }

    /// Where the first directory begins.
    pub fn first(&self) -> Option<usize> {
        self.u32(4).map(|at| at as usize)
    }

    /// The directory that a tag of another one points at.
    pub fn directory(&self, directory: usize, tag: u16) -> Option<usize> {
        self.u32(self.entry(directory, tag)? + 8).map(|at| at as usize)
    }

    /// Where the entry of a tag begins, in the directory at a position.
    fn entry(&self, directory: usize, tag: u16) -> Option<usize> {
        let count = self.u16(directory)?.min(MOST_ENTRIES);
        (0..usize::from(count)).map(|place| directory + 2 + place * 12).find(|at| self.u16(*at) == Some(tag))
    }

    /// A text of at most 32 bytes; one of at most four stands in the entry itself.
    pub fn text(&self, directory: usize, tag: u16) -> Option<&'a [u8]> {
        let entry = self.entry(directory, tag)?;
        let length = self.u32(entry + 4)? as usize;
        if self.u16(entry + 2)? != ASCII || length > 32 {
            return None;
        }
        let at = if length <= 4 { entry + 8 } else { self.u32(entry + 8)? as usize };
        self.bytes.get(at..at.checked_add(length)?)
    }

    /// How the picture is to be turned to stand upright, 1 to 8.
    pub fn orientation(&self) -> Option<u8> {
        let entry = self.entry(self.first()?, ORIENTATION)?;
        let value = self.u16(entry + 8).filter(|_| self.u16(entry + 2) == Some(SHORT))?;
        u8::try_from(value).ok().filter(|value| (1..=8).contains(value))
    }
}

/// A TIFF structure with the orientation and nothing else.
pub fn with_orientation(orientation: u8) -> [u8; 26] {
    let mut tiff = *b"MM\0\x2a\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\0\0\0\0\0\0\0";
    tiff[19] = orientation;
    tiff
}
