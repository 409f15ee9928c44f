//! A picture as a department gets it: a rendition made for the screen, tiles of a large one, or the original's very pixels without its
//! metadata.

use crate::ReviewError;
use kit::picture::Kind;
use serde::Serialize;
use utoipa::ToSchema;

/// Which version of a picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rendition {
    /// A JPEG within a box of 160, 512 or 2048 pixels.
    Within(i64),
    /// The file as sent, without its metadata: for specialists alone.
    Original,
}

impl Rendition {
    /// From the address's last part.
    ///
    /// # Errors
    /// `NotFound` for anything else.
    pub fn parse(word: &str) -> Result<Self, ReviewError> {
        match word {
            "160" => Ok(Self::Within(160)),
            "512" => Ok(Self::Within(512)),
            "2048" => Ok(Self::Within(2048)),
            "original" => Ok(Self::Original),
            _ => Err(ReviewError::NotFound),
        }
    }

    /// What the access log says was read.
    pub fn noun(self) -> String {
        match self {
            Self::Within(longest) => format!("image {longest}"),
            Self::Original => "image original".to_owned(),
        }
    }
}

/// Which of a large picture's tiles.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TilePlace {
    /// Tiles to the left of it.
    pub across: u32,
    /// Tiles above it.
    pub down: u32,
}

impl TilePlace {
    /// From the address's last part: `3-0`.
    ///
    /// # Errors
    /// `NotFound` for anything else.
    pub fn parse(word: &str) -> Result<Self, ReviewError> {
        let place = word.split_once('-').and_then(|(across, down)| Some((across.parse().ok()?, down.parse().ok()?)));
        match place {
            Some((across, down)) if format!("{across}-{down}") == word => Ok(Self { across, down }),
            _ => Err(ReviewError::NotFound),
        }
    }
}

/// Whether it can be shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, sqlx::Type, ToSchema)]
#[serde(rename_all = "kebab-case")]
#[sqlx(type_name = "text", rename_all = "kebab-case")]
#[schema(as = review::ImageState)]
pub enum ImageState {
    /// Not prepared yet.
    Processing,
    /// Can be shown.
    Ready,
    /// Could not be read.
    Rejected,
}

/// The media type and file ending of an original: only what intake takes is named; anything else is plain bytes.
pub fn media(stored: &str) -> (&'static str, &'static str) {
    Kind::of_media_type(stored)
        .map_or(("application/octet-stream", "bin"), |kind| (kind.media_type(), kind.extension()))
}

/// Whether `If-None-Match` names this tag (RFC 9110, 13.1.2: weak comparison).
pub fn matches(header: Option<&str>, tag: &str) -> bool {
    header.is_some_and(|list| {
        list.split(',').map(str::trim).any(|one| one == "*" || one.strip_prefix("W/").unwrap_or(one) == tag)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_known_renditions() {
        assert_eq!(Rendition::parse("2048").unwrap(), Rendition::Within(2048));
        assert_eq!(Rendition::parse("original").unwrap().noun(), "image original");
        for wrong in ["", "1024", "02048", "../2048", "ORIGINAL"] {
            assert!(Rendition::parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn only_places_as_they_are_written() {
        assert_eq!(TilePlace::parse("12-0").unwrap(), TilePlace { across: 12, down: 0 });
        for wrong in ["", "1", "1-", "-1", "1-2-3", "01-2", "+1-2", "1-4294967296", "a-b"] {
            assert!(TilePlace::parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn tags_compare_weakly() {
        assert!(matches(Some("\"a\", W/\"b\""), "\"b\""));
        assert!(matches(Some("*"), "\"b\""));
        assert!(!matches(Some("\"bb\""), "\"b\""));
        assert!(!matches(None, "\"b\""));
    }

    #[test]
    fn a_stored_type_never_becomes_a_page() {
        assert_eq!(media("image/png"), ("image/png", "png"));
        assert_eq!(media("image/heic"), ("image/heic", "heic"));
        assert_eq!(media("text/html"), ("application/octet-stream", "bin"));
    }
}
