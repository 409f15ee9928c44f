//! The rules of resumable upload: tus 1.0.0 with creation, checksum (SHA-1, SHA-256), termination and expiration.
//!
//! Rejected: tus-axum and its like (one release, stores of their own), S3 multipart (5 MB minimum, state that can't be listed
//! by referral), `Upload-Defer-Length` and concatenation (a browser always knows the length, and sends one picture at a time).

use crate::vocabulary::View;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use kit::{At, Problem, picture};
use ring::digest::{Context, SHA1_FOR_LEGACY_USE_ONLY, SHA256};
use std::collections::HashMap;
use time::format_description::well_known::Rfc3339;
use time::macros::format_description;
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

/// The protocol's version.
pub const VERSION: &str = "1.0.0";
/// Extensions that are offered.
pub const EXTENSIONS: &str = "creation,checksum,termination,expiration";
/// Checksums that are understood.
pub const ALGORITHMS: &str = "sha1,sha256";
/// Longest picture in bytes.
pub const MAX_LENGTH: i64 = picture::MAX_BYTES as i64;
/// Most pictures in a referral.
pub const MAX_IMAGES: i64 = 20;
/// Longest staged piece in bytes: what one request holds in memory at a time.
pub const PIECE: usize = 4 << 20;
/// An upload that gets no piece for so long is over: an office that lost its line on Friday can go on on Monday.
pub const LASTS: Duration = Duration::days(3);
/// After its end an upload is remembered for so long, to answer 410 and not 404.
pub const REMEMBERED: Duration = Duration::days(7);

/// What the client says about a picture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Metadata {
    /// Which referral it belongs to.
    pub referral: Uuid,
    /// Its id, made by the client.
    pub image: Uuid,
    /// What it shows.
    pub view: View,
    /// Which finding it shows; none means the whole referral.
    pub finding: Option<Uuid>,
    /// SHA-256 of the whole file, 32 bytes.
    pub sha256: Option<Vec<u8>>,
    /// When it was taken, as far as the client knows; the picture's own metadata outrank it.
    pub captured: Option<At>,
}

impl Metadata {
    /// Reads `Upload-Metadata`. Other keys, a file name above all, are neither kept nor given back: they name patients.
    ///
    /// # Errors
    /// 400 naming the key.
    pub fn parse(header: &str) -> Result<Self, Problem> {
        let values = pairs(header)?;
        let text = |key: &str| values.get(key).map(String::as_str).filter(|value| !value.is_empty());
        let id = |key: &str| {
            text(key).map(|value| value.parse::<Uuid>().map_err(|_| refused(key, "must be a UUID"))).transpose()
        };
        let view = text("view").ok_or_else(|| refused("view", "is missing"))?;
        let sha256 = text("sha256").map(|hex| match hex::decode(hex) {
            Ok(bytes) if bytes.len() == 32 => Ok(bytes),
            _ => Err(refused("sha256", "must be 64 hexadecimal digits")),
        });
        Ok(Self {
            referral: id("referral")?.ok_or_else(|| refused("referral", "is missing"))?,
            image: id("image")?.ok_or_else(|| refused("image", "is missing"))?,
            view: View::from_word(view).ok_or_else(|| refused("view", "is not one of the known views"))?,
            finding: id("finding")?,
            sha256: sha256.transpose()?,
            captured: text("captured").map(instant).transpose()?,
        })
    }

    /// As `Upload-Metadata` again, for HEAD.
    pub fn to_header(&self) -> String {
        let mut pairs = vec![
            ("referral", self.referral.to_string()),
            ("image", self.image.to_string()),
            ("view", self.view.as_str().to_owned()),
        ];
        pairs.extend(self.finding.map(|finding| ("finding", finding.to_string())));
        pairs.extend(self.sha256.as_ref().map(|hash| ("sha256", hex::encode(hash))));
        pairs.extend(self.captured.map(|at| ("captured", at.to_string())));
        let pairs: Vec<String> =
            pairs.into_iter().map(|(key, value)| format!("{key} {}", STANDARD.encode(value))).collect();
        pairs.join(",")
    }
}

fn instant(text: &str) -> Result<At, Problem> {
    OffsetDateTime::parse(text, &Rfc3339)
        .map(At::from)
        .map_err(|_| refused("captured", "must be a time as in RFC 3339"))
}

fn refused(key: &str, what: &str) -> Problem {
    Problem::bad_request(format!("upload-metadata.{key}"), format!("Upload-Metadata: `{key}` {what}."))
}

/// Comma-separated `key base64` pairs; keys are unique, a value may be missing.
fn pairs(header: &str) -> Result<HashMap<&str, String>, Problem> {
    let malformed = || {
        Problem::bad_request(
            "upload-metadata",
            "Upload-Metadata must be comma-separated pairs of a key and a base64 value.",
        )
    };
    let mut values = HashMap::new();
    for pair in header.split(',').map(str::trim).filter(|pair| !pair.is_empty()) {
        let (key, value) = pair.split_once(' ').unwrap_or((pair, ""));
        let bytes = STANDARD.decode(value.trim()).map_err(|_| malformed())?;
        // A value that is no text can only belong to a key that is ignored.
        let value = String::from_utf8(bytes).unwrap_or_default();
        if values.insert(key, value).is_some() {
            return Err(malformed());
        }
    }
    Ok(values)
}

/// Checks `Upload-Length`.
///
/// # Errors
/// 400 when it is missing or deferred, 413 beyond the limit, 422 for an empty file.
pub fn length(header: Option<&str>) -> Result<i64, Problem> {
    let length: i64 = header.and_then(|text| text.parse().ok()).filter(|length| *length >= 0).ok_or_else(|| {
        Problem::bad_request(
            "upload-length",
            "Upload-Length must say how many bytes the file has; it can't be deferred.",
        )
    })?;
    if length == 0 {
        return Err(Problem::new(
            http::StatusCode::UNPROCESSABLE_ENTITY,
            "empty-file",
            "This file is empty. Take or choose the photograph again.",
        ));
    }
    if length > MAX_LENGTH {
        return Err(too_large());
    }
    Ok(length)
}

/// 413.
pub fn too_large() -> Problem {
    let most = MAX_LENGTH / 1_048_576;
    let detail =
        format!("The picture is larger than {most} MB. Take it again with a lower resolution, or save it as JPEG.");
    Problem::new(http::StatusCode::PAYLOAD_TOO_LARGE, "too-large", detail)
}

/// A checksum that a piece must have: it counts as a whole or not at all.
pub struct Checksum {
    running: Context,
    expected: Vec<u8>,
}

impl Checksum {
    /// Reads `Upload-Checksum`: algorithm and base64.
    ///
    /// # Errors
    /// 400 when it is malformed or the algorithm is not offered.
    pub fn parse(header: &str) -> Result<Self, Problem> {
        let malformed =
            || Problem::bad_request("upload-checksum", "Upload-Checksum must be an algorithm and a base64 value.");
        let (name, value) = header.split_once(' ').ok_or_else(malformed)?;
        let algorithm = match name {
            "sha1" => &SHA1_FOR_LEGACY_USE_ONLY,
            "sha256" => &SHA256,
            _ => {
                let detail = format!("Upload-Checksum: only these algorithms are understood: {ALGORITHMS}.");
                return Err(Problem::bad_request("upload-checksum", detail));
            }
        };
        let expected = STANDARD.decode(value.trim()).map_err(|_| malformed())?;
        Ok(Self { running: Context::new(algorithm), expected })
    }

    /// Takes the next bytes.
    pub fn update(&mut self, bytes: &[u8]) {
        self.running.update(bytes);
    }

    /// Whether all bytes together have the checksum.
    pub fn matches(self) -> bool {
        self.running.finish().as_ref() == self.expected
    }
}

/// An instant as HTTP writes it (RFC 9110 5.6.7), for `Upload-Expires`.
pub fn http_date(at: At) -> String {
    let format =
        format_description!("[weekday repr:short], [day] [month repr:short] [year] [hour]:[minute]:[second] GMT");
    at.datetime().format(format).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header(pairs: &[(&str, &str)]) -> String {
        pairs.iter().map(|(key, value)| format!("{key} {}", STANDARD.encode(value))).collect::<Vec<_>>().join(",")
    }

    const ID: &str = "0f8fad5b-d9cb-469f-a165-70867728950e";

    #[test]
    fn metadata_survive_the_way_there_and_back_without_the_file_name() {
        let hash = "ab".repeat(32);
        let sent = header(&[
            ("referral", ID),
            ("image", ID),
            ("view", "close-up"),
            ("sha256", &hash),
            ("filename", "Kari.jpg"),
            ("captured", "2026-03-01T10:12:13Z"),
        ]);
        let parsed = Metadata::parse(&format!("{sent},empty")).unwrap();
        assert_eq!((parsed.view, parsed.finding), (View::CloseUp, None));
        assert_eq!(Metadata::parse(&parsed.to_header()).unwrap(), parsed);
        assert!(!parsed.to_header().contains(&STANDARD.encode("Kari.jpg")));
    }

    #[test]
    fn bad_metadata_name_the_key() {
        let good = [("referral", ID), ("image", ID), ("view", "overview")];
        let unreadable = header(&[good.as_slice(), &[("captured", "yesterday")]].concat());
        assert_eq!(Metadata::parse(&unreadable).unwrap_err().errors[0].field, "upload-metadata.captured");
        for (at, bad) in [(0, ""), (0, "7"), (1, "x"), (2, "sideways"), (2, "")] {
            let mut pairs = good;
            pairs[at].1 = bad;
            let problem = Metadata::parse(&header(&pairs)).unwrap_err();
            assert_eq!(problem.errors[0].field, format!("upload-metadata.{}", good[at].0));
        }
        let short = header(&[good.as_slice(), &[("sha256", "abcd")]].concat());
        assert_eq!(Metadata::parse(&short).unwrap_err().errors[0].field, "upload-metadata.sha256");
        let twice = format!("{},{}", header(&good), header(&good[..1]));
        assert_eq!(Metadata::parse(&twice).unwrap_err().errors[0].field, "upload-metadata");
        assert_eq!(Metadata::parse("view ***").unwrap_err().errors[0].field, "upload-metadata");
    }

    #[test]
    fn lengths() {
        assert_eq!(length(Some("1")).unwrap(), 1);
        assert_eq!(length(Some("41943040")).unwrap(), MAX_LENGTH);
        for (text, status) in
            [(None, 400), (Some("-1"), 400), (Some("x"), 400), (Some("0"), 422), (Some("41943041"), 413)]
        {
            assert_eq!(length(text).unwrap_err().status.as_u16(), status, "{text:?}");
        }
    }

    #[test]
    fn checksums_are_of_all_bytes() {
        // SHA-1 and SHA-256 of "abc" (FIPS 180-4 examples).
        for text in ["sha1 qZk+NkcGgWq6PiVxeFDCbJzQ2J0=", "sha256 ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0="] {
            let mut sum = Checksum::parse(text).unwrap();
            sum.update(b"a");
            sum.update(b"bc");
            assert!(sum.matches());
            assert!(!Checksum::parse(text).unwrap().matches());
        }
        for text in ["md5 kAFQmDzST7DWlj99KOF/cg==", "sha256", "sha256 *"] {
            assert!(Checksum::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn dates_are_written_as_http_does() {
        let at = time::macros::datetime!(1994-11-06 08:49:37 UTC);
        assert_eq!(http_date(at.into()), "Sun, 06 Nov 1994 08:49:37 GMT");
    }
}
