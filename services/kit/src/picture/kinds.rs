//! Which kind of file the first bytes announce, accepted or not: a refusal that says what the file *is* helps more than
//! one that says what it is not.

use super::headers::{AVIF, be32};
use super::{Kind, Refusal};

const CHOOSE: &str = "Choose the photograph itself (JPEG, HEIC, PNG or WebP).";

/// The accepted kind that the first bytes announce, or a refusal naming what was found instead.
pub(super) fn accepted(bytes: &[u8]) -> Result<Kind, Refusal> {
    if bytes.starts_with(&[0xFF, 0xD8, 0xFF]) {
        return Ok(Kind::Jpeg);
    }
    if bytes.starts_with(b"\x89PNG\r\n\x1A\n") {
        return Ok(Kind::Png);
    }
    if bytes.starts_with(b"RIFF") && bytes.get(8..12) == Some(b"WEBP") {
        return Ok(Kind::WebP);
    }
    let boxed = boxed(bytes);
    if boxed == Some(Boxed::Heic) {
        return Ok(Kind::Heic);
    }
    if boxed == Some(Boxed::Film) || is_video(bytes) {
        return Err(Refusal::new(
            "video",
            "This file is a video, and only pictures can be sent. Take a still picture of what the video shows, and choose that.",
        ));
    }
    Err(Refusal::new("not-a-picture", explain(bytes)))
}

/// Containers of film: MP4, QuickTime and 3GP (ISO/IEC 14496-12, here without a file type box), AVI, Matroska and WebM, MPEG
/// programme and transport streams, Windows Media, Flash, Ogg.
fn is_video(bytes: &[u8]) -> bool {
    let boxed = bytes.get(4..8).is_some_and(|kind| matches!(kind, b"moov" | b"mdat" | b"wide" | b"moof"));
    let avi = bytes.starts_with(b"RIFF") && bytes.get(8..12) == Some(b"AVI ");
    let transport = bytes.first() == Some(&0x47) && bytes.get(188) == Some(&0x47) && bytes.get(376) == Some(&0x47);
    let begins: [&[u8]; 6] = [
        b"\x1A\x45\xDF\xA3",
        b"\x00\x00\x01\xBA",
        b"\x00\x00\x01\xB3",
        b"\x30\x26\xB2\x75\x8E\x66\xCF\x11",
        b"FLV\x01",
        b"OggS",
    ];
    boxed || avi || transport || begins.iter().any(|magic| bytes.starts_with(magic))
}

fn explain(bytes: &[u8]) -> String {
    if boxed(bytes) == Some(Boxed::Avif) {
        return AVIF.into();
    }
    if bytes.get(128..132) == Some(b"DICM") {
        return "This is a DICOM file from a medical instrument, which cannot be read here yet. Export the picture as JPEG and choose that.".into();
    }
    let save_as_jpeg = [
        (&b"II\x2A\x00"[..], "a TIFF picture"),
        (b"MM\x00\x2A", "a TIFF picture"),
        (b"II\x2B\x00", "a TIFF picture"),
        (b"MM\x00\x2B", "a TIFF picture"),
        (b"GIF87a", "a GIF picture"),
        (b"GIF89a", "a GIF picture"),
        (b"BM", "a BMP picture"),
    ];
    if let Some((_, name)) = save_as_jpeg.iter().find(|(magic, _)| bytes.starts_with(magic)) {
        return format!("This is {name}, which cannot be read here. Save it as JPEG or PNG and choose that.");
    }
    let others = [
        (&b"%PDF-"[..], "a PDF document"),
        (b"PK\x03\x04", "a zip archive or an office document"),
        (b"PK\x05\x06", "an empty zip archive"),
        (b"\xD0\xCF\x11\xE0", "an office document"),
        (b"{\\rtf", "a text document"),
        (b"\x1F\x8B", "a compressed archive"),
        (b"7z\xBC\xAF\x27\x1C", "a compressed archive"),
        (b"RIFF", "a sound recording"),
        (b"ID3", "a sound recording"),
        (b"MZ", "a program"),
        (b"\x7FELF", "a program"),
    ];
    if let Some((_, name)) = others.iter().find(|(magic, _)| bytes.starts_with(magic)) {
        return format!("This file is {name}, not a picture. {CHOOSE}");
    }
    if is_text(bytes) {
        return format!("This file is a text document, not a picture. {CHOOSE}");
    }
    format!("This file is not a picture that can be read here. {CHOOSE}")
}

/// What a file type box announces.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Boxed {
    /// A still picture of ISO/IEC 23008-12; with `mif1` alone its first item tells whether it is HEVC.
    Heic,
    Avif,
    /// MP4, QuickTime, 3GP, and a sequence of pictures without a still one.
    Film,
}

/// The first brand counts, and then those that the file says it is compatible with.
fn boxed(bytes: &[u8]) -> Option<Boxed> {
    if bytes.get(4..8) != Some(b"ftyp") {
        return None;
    }
    let length = be32(bytes, 0)? as usize;
    let others = bytes.get(16..length.min(bytes.len())).unwrap_or_default();
    let first = bytes.get(8..12)?;
    let all = || std::iter::once(first).chain(others.chunks_exact(4).take(64));
    let has = |brands: &[&[u8; 4]]| all().any(|brand| brands.iter().any(|known| brand == *known));
    if has(&[b"heic", b"heix", b"heim", b"heis"]) {
        Some(Boxed::Heic)
    } else if has(&[b"avif", b"avis"]) {
        Some(Boxed::Avif)
    } else if first == b"mif1" {
        Some(Boxed::Heic)
    } else {
        Some(Boxed::Film)
    }
}

/// UTF-8 (perhaps cut inside a character) or UTF-16 with a mark, without control characters that text never holds.
fn is_text(bytes: &[u8]) -> bool {
    if bytes.starts_with(&[0xFF, 0xFE]) || bytes.starts_with(&[0xFE, 0xFF]) {
        return true;
    }
    let head = bytes.get(..1024).unwrap_or(bytes);
    let readable = match std::str::from_utf8(head) {
        Ok(_) => true,
        Err(error) => error.error_len().is_none(),
    };
    readable && head.iter().all(|byte| *byte >= 0x20 || matches!(byte, b'\t' | b'\n' | b'\r' | 0x0C))
}
