//! A picture file without what it says about people, places and devices: position, serial numbers, thumbnails (often of the picture
//! before it was cropped), XMP, maker notes, comments, and whatever follows the picture's end.
//!
//! It is lossless: entropy-coded bytes stay as they are. What changes the look stays too: the colour profile, and the
//! orientation in a fresh EXIF of its own. Segments and chunks are kept by a list of known ones; all others go.
//!
//! Rejected: editing EXIF in place, which leaves whatever an unknown tag points at.

use super::headers::{Flaw, end_of_scan};
use super::tiff::{Tiff, with_orientation};
use super::{Kind, Refusal, heif_strip, kinds};

/// The file without metadata. It may be any file at all; what is no whole picture is refused.
///
/// # Errors
/// As [`super::check`]: `not-a-picture`, `truncated-picture`.
pub fn strip(file: &[u8]) -> Result<Vec<u8>, Refusal> {
    let stripped = match kinds::accepted(file)? {
        Kind::Jpeg => jpeg(file),
        Kind::Png => png(file),
        Kind::WebP => webp(file),
        Kind::Heic => heif_strip::heic(file),
    };
    stripped.map_err(Flaw::refusal)
}

/// The orientation that a TIFF structure asks for, unless it is upright anyhow.
fn turn(tiff: &[u8]) -> Option<u8> {
    Tiff::new(tiff)?.orientation().filter(|turn| *turn != 1)
}

fn jpeg(file: &[u8]) -> Result<Vec<u8>, Flaw> {
    let mut out = Vec::with_capacity(file.len());
    out.extend_from_slice(&[0xFF, 0xD8]);
    let (mut at, mut has_scan, mut turned) = (2, false, false);
    loop {
        let marker = *file.get(at + 1).ok_or(Flaw::Truncated)?;
        if file[at] != 0xFF {
            return Err(Flaw::Damaged);
        }
        match marker {
            0xFF => {
                at += 1;
                continue;
            }
            0x01 | 0xD0..=0xD7 => {
                at += 2;
                continue;
            }
            0xD9 if has_scan => {
                out.extend_from_slice(&[0xFF, 0xD9]);
                return Ok(out);
            }
            0x00 | 0xD8 | 0xD9 => return Err(Flaw::Damaged),
            _ => {}
        }
        let length = file.get(at + 2..).and_then(<[u8]>::first_chunk).ok_or(Flaw::Truncated)?;
        let end = at + 2 + usize::from(u16::from_be_bytes(*length));
        let body = file.get(at + 4..end).ok_or(if end < at + 4 { Flaw::Damaged } else { Flaw::Truncated })?;
        match marker {
            0xE0 if body.starts_with(b"JFIF\0") && body.len() >= 14 => {
                // Without the thumbnail that may follow.
                segment(&mut out, marker, &[&body[..12], &[0, 0]]);
            }
            0xE1 => {
                if let Some(turn) = body.strip_prefix(b"Exif\0\0").and_then(turn).filter(|_| !turned) {
                    segment(&mut out, marker, &[b"Exif\0\0", &with_orientation(turn)]);
                    turned = true;
                }
            }
            0xE2 if body.starts_with(b"ICC_PROFILE\0") => segment(&mut out, marker, &[body]),
            0xEE if body.starts_with(b"Adobe") && body.len() >= 12 => segment(&mut out, marker, &[&body[..12]]),
            0xE0..=0xEF | 0xFE => {}
            0xC0..=0xCF | 0xDA..=0xDF => segment(&mut out, marker, &[body]),
            _ => return Err(Flaw::Damaged),
        }
        at = end;
        if marker == 0xDA {
            at = end_of_scan(file, end).ok_or(Flaw::Truncated)?;
            out.extend_from_slice(&file[end..at]);
            has_scan = true;
        }
    }
}

fn segment(out: &mut Vec<u8>, marker: u8, body: &[&[u8]]) {
    let length = 2 + body.iter().map(|part| part.len()).sum::<usize>();
    out.extend_from_slice(&[0xFF, marker]);
    out.extend_from_slice(&(length as u16).to_be_bytes());
    for part in body {
        out.extend_from_slice(part);
    }
}

/// Chunks of PNG that are the picture or change its look.
const PNG_KEPT: [&[u8; 4]; 15] = [
    b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"iCCP", b"cICP", b"mDCV", b"cLLI",
    b"sBIT", b"bKGD", b"pHYs",
];

fn png(file: &[u8]) -> Result<Vec<u8>, Flaw> {
    let mut turn_to = None;
    let mut kept = Vec::with_capacity(16);
    let mut at = 8;
    loop {
        let length = file.get(at..).and_then(<[u8]>::first_chunk).ok_or(Flaw::Truncated)?;
        let name = file.get(at + 4..at + 8).ok_or(Flaw::Truncated)?;
        let end = at.checked_add(u32::from_be_bytes(*length) as usize).and_then(|end| end.checked_add(12));
        let chunk = file.get(at..end.ok_or(Flaw::Damaged)?).ok_or(Flaw::Truncated)?;
        if kept.is_empty() && name != b"IHDR" {
            return Err(Flaw::Damaged);
        }
        if PNG_KEPT.iter().any(|known| name == *known) {
            kept.push(chunk);
        } else if name == b"eXIf" {
            turn_to = turn(&chunk[8..chunk.len() - 4]).or(turn_to);
        } else if !name.iter().all(u8::is_ascii_alphabetic) || name[0].is_ascii_uppercase() {
            // Without a chunk that calls itself critical it would be another picture.
            return Err(Flaw::Damaged);
        }
        at += chunk.len();
        if name == b"IEND" {
            break;
        }
    }
    let mut out = Vec::with_capacity(at + 38);
    out.extend_from_slice(&file[..8]);
    for (number, chunk) in kept.into_iter().enumerate() {
        out.extend_from_slice(chunk);
        if let Some(turn) = turn_to.filter(|_| number == 0) {
            let begin = out.len();
            out.extend_from_slice(&26_u32.to_be_bytes());
            out.extend_from_slice(b"eXIf");
            out.extend_from_slice(&with_orientation(turn));
            out.extend_from_slice(&crc32fast::hash(&out[begin + 4..]).to_be_bytes());
        }
    }
    Ok(out)
}

/// Chunks of WebP that are the picture or change its look.
const WEBP_KEPT: [&[u8; 4]; 6] = [b"VP8 ", b"VP8L", b"ALPH", b"ICCP", b"ANIM", b"ANMF"];
/// Flags of the extended header: there is EXIF, there is XMP (RFC 9649, section 2.7.1).
const WEBP_EXIF: u8 = 0x08;
const WEBP_XMP: u8 = 0x04;

fn webp(file: &[u8]) -> Result<Vec<u8>, Flaw> {
    let le32 = |at: usize| file.get(at..).and_then(<[u8]>::first_chunk).map(|four| u32::from_le_bytes(*four) as usize);
    let end = le32(4).and_then(|length| length.checked_add(8)).ok_or(Flaw::Truncated)?;
    let file = file.get(..end).ok_or(Flaw::Truncated)?;
    let mut out = Vec::with_capacity(end + 34);
    out.extend_from_slice(file.get(..12).ok_or(Flaw::Truncated)?);
    let (mut at, mut turn_to, mut flags, mut has_picture) = (12, None, None, false);
    // A last byte alone is the padding that some writers count and some do not.
    while at + 8 <= end {
        let name = &file[at..at + 4];
        let length = le32(at + 4).ok_or(Flaw::Truncated)?;
        let body_end = (at + 8).checked_add(length).ok_or(Flaw::Damaged)?;
        let body = file.get(at + 8..body_end).ok_or(Flaw::Truncated)?;
        if name == b"VP8X" {
            flags = Some(out.len() + 8);
        } else if name == b"EXIF" {
            // Some writers begin it as JPEG does.
            turn_to = turn(body.strip_prefix(b"Exif\0\0").unwrap_or(body)).or(turn_to);
        }
        has_picture |= matches!(name, b"VP8 " | b"VP8L" | b"ANMF");
        if name == b"VP8X" || WEBP_KEPT.iter().any(|known| name == *known) {
            chunk(&mut out, name, body);
        }
        at = body_end + length % 2;
    }
    if !has_picture {
        return Err(Flaw::Damaged);
    }
    if let Some(flags) = flags.and_then(|at| out.get_mut(at)) {
        *flags &= !(WEBP_EXIF | WEBP_XMP);
        if turn_to.is_some() {
            *flags |= WEBP_EXIF;
        }
    }
    // Without the extended header there can be no EXIF that counts.
    if let Some(turn) = turn_to.filter(|_| flags.is_some()) {
        chunk(&mut out, b"EXIF", &with_orientation(turn));
    }
    let length = (out.len() - 8) as u32;
    out[4..8].copy_from_slice(&length.to_le_bytes());
    Ok(out)
}

fn chunk(out: &mut Vec<u8>, name: &[u8], body: &[u8]) {
    out.extend_from_slice(name);
    out.extend_from_slice(&(body.len() as u32).to_le_bytes());
    out.extend_from_slice(body);
    if body.len() % 2 == 1 {
        out.push(0);
    }
}
