//! Dimensions and completeness from the framing of JPEG (ITU-T T.81 annex B), PNG (ISO/IEC 15948 clause 5) and WebP (RFC 9649);
//! that of HEIC is in `heif`.

use super::Refusal;

/// What the framing can be wrong in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Flaw {
    /// The file ends before the picture does.
    Truncated,
    /// The framing contradicts its format.
    Damaged,
    /// AVIF behind a name that HEIC shares.
    Avif,
    /// HEIC that is put together in a way that no phone uses.
    Rare,
}

impl Flaw {
    pub(super) fn refusal(self) -> Refusal {
        match self {
            Self::Truncated => Refusal::new(
                "truncated-picture",
                "This picture file is cut short: its end is missing, as happens when a copy is interrupted. Copy it from the camera or phone again, or take the photograph again.",
            ),
            Self::Damaged => Refusal::new(
                "not-a-picture",
                "This file starts like a picture, but it is damaged and cannot be read. Take the photograph again, or choose another file.",
            ),
            Self::Avif => Refusal::new("not-a-picture", AVIF),
            Self::Rare => Refusal::new(
                "not-a-picture",
                "This is an HEIC picture of a rare kind, which cannot be read here. Save it as JPEG and choose that.",
            ),
        }
    }
}

pub(super) const AVIF: &str =
    "This is an AVIF picture, which cannot be read here. Save it as JPEG or PNG and choose that.";

type Size = Result<(u32, u32), Flaw>;

pub(super) fn be16(bytes: &[u8], at: usize) -> Option<u16> {
    bytes.get(at..)?.first_chunk().map(|chunk| u16::from_be_bytes(*chunk))
}

pub(super) fn be32(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..)?.first_chunk().map(|chunk| u32::from_be_bytes(*chunk))
}

fn le32(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..)?.first_chunk().map(|chunk| u32::from_le_bytes(*chunk))
}

/// Walks the segments to the first frame header and on to the end marker. What follows the end marker (a motion
/// photo's video, a second picture) is not looked at. A thumbnail inside EXIF has an end marker of its own: it is stepped over with its segment.
pub(super) fn jpeg(bytes: &[u8]) -> Size {
    let mut at = 2;
    let mut size = None;
    loop {
        let marker = *bytes.get(at + 1).ok_or(Flaw::Truncated)?;
        if bytes[at] != 0xFF {
            return Err(Flaw::Damaged);
        }
        match marker {
            0xFF => at += 1, // fill byte
            0x01 | 0xD0..=0xD7 => at += 2,
            0xD9 => return size.ok_or(Flaw::Damaged),
            0x00 | 0xD8 => return Err(Flaw::Damaged),
            _ => {
                let length = usize::from(be16(bytes, at + 2).ok_or(Flaw::Truncated)?);
                if length < 2 {
                    return Err(Flaw::Damaged);
                }
                let is_frame = matches!(marker, 0xC0..=0xCF) && !matches!(marker, 0xC4 | 0xC8 | 0xCC);
                if is_frame && size.is_none() {
                    let height = be16(bytes, at + 5).ok_or(Flaw::Truncated)?;
                    let width = be16(bytes, at + 7).ok_or(Flaw::Truncated)?;
                    size = Some((u32::from(width), u32::from(height)));
                }
                at += 2 + length;
                if marker == 0xDA {
                    at = end_of_scan(bytes, at).ok_or(Flaw::Truncated)?;
                }
            }
        }
    }
}

/// Position of the next marker after entropy-coded data: stuffed zeros and restart markers belong to the data.
pub(super) fn end_of_scan(bytes: &[u8], from: usize) -> Option<usize> {
    // Whole blocks without a branch for each byte, which the compiler makes wide instructions of.
    const BLOCK: usize = 1024;
    let (data, next) = (bytes.get(from..)?, bytes.get(from + 1..)?);
    let marker = |byte: u8, next: u8| u8::from(byte == 0xFF) & u8::from(next != 0) & u8::from(next & 0xF8 != 0xD0);
    data.chunks(BLOCK).zip(next.chunks(BLOCK)).enumerate().find_map(|(number, (data, next))| {
        let any = data.iter().zip(next).fold(0, |any, (byte, next)| any | marker(*byte, *next));
        let within = || data.iter().zip(next).position(|(byte, next)| marker(*byte, *next) == 1);
        (any == 1).then(within).flatten().map(|place| from + number * BLOCK + place)
    })
}

/// The first chunk gives the size; chunks are then walked to `IEND`.
pub(super) fn png(bytes: &[u8]) -> Size {
    if bytes.len() < 33 {
        return Err(Flaw::Truncated);
    }
    if be32(bytes, 8) != Some(13) || bytes.get(12..16) != Some(b"IHDR") {
        return Err(Flaw::Damaged);
    }
    let size = be32(bytes, 16).zip(be32(bytes, 20)).ok_or(Flaw::Truncated)?;
    let mut at = 33;
    let mut has_pixels = false;
    loop {
        let length = be32(bytes, at).ok_or(Flaw::Truncated)? as usize;
        let name = bytes.get(at + 4..at + 8).ok_or(Flaw::Truncated)?;
        if !name.iter().all(u8::is_ascii_alphabetic) {
            return Err(Flaw::Damaged);
        }
        let next = at.checked_add(length).and_then(|end| end.checked_add(12)).ok_or(Flaw::Damaged)?;
        if next > bytes.len() {
            return Err(Flaw::Truncated);
        }
        match name {
            b"IDAT" => has_pixels = true,
            b"IEND" if has_pixels => return Ok(size),
            b"IEND" => return Err(Flaw::Damaged),
            _ => {}
        }
        at = next;
    }
}

/// The length in the RIFF header must be there in full; the size stands in the first chunk. Behind an extended header there must be a
/// picture.
pub(super) fn webp(bytes: &[u8]) -> Size {
    let stated = le32(bytes, 4).ok_or(Flaw::Truncated)? as usize;
    if bytes.len() < 30 || bytes.len() - 8 < stated {
        return Err(Flaw::Truncated);
    }
    let u24 = |at: usize| bytes.get(at..at + 3).map(|b| u32::from(b[0]) | u32::from(b[1]) << 8 | u32::from(b[2]) << 16);
    let size = match bytes.get(12..16) {
        Some(b"VP8 ") if bytes.get(23..26) == Some(&[0x9D, 0x01, 0x2A]) => {
            le32(bytes, 26).map(|both| (both & 0x3FFF, (both >> 16) & 0x3FFF))
        }
        Some(b"VP8L") if bytes.get(20) == Some(&0x2F) => {
            le32(bytes, 21).map(|bits| ((bits & 0x3FFF) + 1, ((bits >> 14) & 0x3FFF) + 1))
        }
        Some(b"VP8X") if has_webp_picture(&bytes[..stated + 8]) => {
            u24(24).zip(u24(27)).map(|(width, height)| (width + 1, height + 1))
        }
        _ => None,
    };
    size.ok_or(Flaw::Damaged)
}

/// Whether any chunk of a WebP file is a picture, or the first one of an animation.
fn has_webp_picture(bytes: &[u8]) -> bool {
    let mut at = 12;
    while let Some(length) = le32(bytes, at + 4) {
        if matches!(&bytes[at..at + 4], b"VP8 " | b"VP8L" | b"ANMF") {
            return true;
        }
        // Within 64 bits, whatever the length says.
        at += 8 + length as usize + length as usize % 2;
    }
    false
}
