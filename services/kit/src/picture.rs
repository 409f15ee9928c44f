//! What a picture file is, judged from its bytes without decoding a pixel.
//!
//! Two services need the same answer: the one that receives a picture (so that a nurse hears at once that she chose
//! the wrong file) and the one that decodes it. The judgement is by content; a file name or a declared media type is
//! never looked at. Everything here is bounded by the length of the input, allocates nothing that a header asks for,
//! and cannot panic: hostile bytes come this way first.
//!
//! Rejected: trusting the decoder to notice a half file. Decoders are lenient and fill the missing half with grey, and a
//! specialist would then judge a picture that the office never sent.

mod headers;
pub mod heif;
mod heif_strip;
mod kinds;
mod strip;
#[cfg(test)]
mod tests;
pub mod tiff;

pub use strip::strip;

/// Largest accepted file, in bytes (40 MiB).
pub const MAX_BYTES: usize = 40 * 1024 * 1024;
/// Largest accepted picture, in pixels (100 megapixels).
pub const MAX_PIXELS: u64 = 100_000_000;
/// Longest accepted side, in pixels: what JPEG can express at most. A longer side is no photograph.
pub const MAX_SIDE: u32 = 65_535;

/// An accepted picture format.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Jpeg,
    Png,
    WebP,
    Heic,
}

impl Kind {
    /// Every accepted format, the commonest first.
    pub const ALL: [Self; 4] = [Self::Jpeg, Self::Heic, Self::Png, Self::WebP];

    /// The format that a stored media type stands for.
    pub fn of_media_type(media_type: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.media_type() == media_type)
    }

    /// The media type by which the original is handed out again.
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
            Self::WebP => "image/webp",
            Self::Heic => "image/heic",
        }
    }

    /// The file name extension, without a dot.
    pub fn extension(self) -> &'static str {
        match self {
            Self::Jpeg => "jpg",
            Self::Png => "png",
            Self::WebP => "webp",
            Self::Heic => "heic",
        }
    }
}

/// A file that is framed as a whole picture. Width and height are in pixels as stored, before any EXIF orientation
/// and before HEIC's own turns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Picture {
    pub kind: Kind,
    pub width: u32,
    pub height: u32,
}

/// Why a file is refused: a stable `code` for programs and a `message` for the person who chose the file.
///
/// Codes: `not-a-picture`, `video`, `truncated-picture`, `too-many-pixels`, `too-large`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Refusal {
    pub code: &'static str,
    pub message: String,
}

impl Refusal {
    pub(crate) fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self { code, message: message.into() }
    }
}

/// Judges a complete file: known format, not cut short, of a size that can be handled.
///
/// `Ok` promises the framing only (a JPEG reaches its end marker, a PNG its last chunk, a WebP its stated length, a HEIC file holds
/// every byte that its picture is said to be made of); the
/// pixels may still turn out to be damaged when they are decoded.
pub fn check(bytes: &[u8]) -> Result<Picture, Refusal> {
    if bytes.is_empty() {
        return Err(Refusal::new("not-a-picture", "This file is empty. Take or choose the photograph again."));
    }
    if bytes.len() > MAX_BYTES {
        return Err(Refusal::new(
            "too-large",
            format!(
                "This file is {} MB; at most {} MB can be sent. Take the photograph again with a lower resolution, or save it as JPEG.",
                bytes.len().div_ceil(1_000_000),
                MAX_BYTES / 1_048_576
            ),
        ));
    }
    let kind = kinds::accepted(bytes)?;
    let framed = match kind {
        Kind::Jpeg => headers::jpeg(bytes),
        Kind::Png => headers::png(bytes),
        Kind::WebP => headers::webp(bytes),
        Kind::Heic => heif::Heif::open(bytes).map(|heif| heif.coded_size()),
    };
    let (width, height) = framed.map_err(headers::Flaw::refusal)?;
    let pixels = u64::from(width) * u64::from(height);
    if pixels == 0 {
        return Err(headers::Flaw::Damaged.refusal());
    }
    if pixels > MAX_PIXELS || width > MAX_SIDE || height > MAX_SIDE {
        return Err(Refusal::new(
            "too-many-pixels",
            format!(
                "This picture is {width} × {height} pixels, which is more than can be handled ({} megapixels). Take the photograph again with a lower resolution.",
                MAX_PIXELS / 1_000_000
            ),
        ));
    }
    Ok(Picture { kind, width, height })
}
