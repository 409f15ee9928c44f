//! Synthetic pictures, and sending them as a tus client does.

use crate::office::{Office, Person, Reply};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use image::{ExtendedColorType, ImageEncoder};
use uuid::Uuid;

/// A JPEG of noise, so that its length grows with its area. `seed` makes it another picture.
pub fn jpeg(side: u32, seed: u32) -> Vec<u8> {
    let mut state = seed.wrapping_mul(747_796_405).wrapping_add(2_891_336_453);
    let pixels: Vec<u8> = (0..side * side * 3)
        .map(|_| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 24) as u8
        })
        .collect();
    let mut bytes = Vec::new();
    let encoder = image::codecs::jpeg::JpegEncoder::new_with_quality(&mut bytes, 90);
    encoder.write_image(&pixels, side, side, ExtendedColorType::Rgb8).unwrap();
    bytes
}

/// 64 hexadecimal digits.
pub fn digest(bytes: &[u8]) -> String {
    hex::encode(kit::pictures::sha256(bytes))
}

/// `Upload-Metadata`.
pub fn metadata(pairs: &[(&str, String)]) -> String {
    pairs.iter().map(|(key, value)| format!("{key} {}", STANDARD.encode(value))).collect::<Vec<_>>().join(",")
}

/// An upload under way.
pub struct Sending<'p> {
    person: &'p Person,
    /// `/uploads/<id>`.
    pub path: String,
    pub image: Uuid,
}

const RESUMABLE: (&str, &str) = ("tus-resumable", "1.0.0");

fn resumable() -> (&'static str, String) {
    (RESUMABLE.0, RESUMABLE.1.to_owned())
}

/// Asks for an upload.
pub async fn create(person: &Person, length: usize, metadata: String) -> Reply {
    let headers = [resumable(), ("upload-length", length.to_string()), ("upload-metadata", metadata)];
    person.send("POST", "/uploads", &headers, "").await
}

impl<'p> Sending<'p> {
    /// Begins an upload that the server takes.
    pub async fn begin(
        office: &Office,
        person: &'p Person,
        referral: Uuid,
        finding: Option<Uuid>,
        length: usize,
        sha256: Option<String>,
    ) -> Self {
        let image = office.id();
        // Small pictures are quick, and no photograph may be small.
        let mut pairs =
            vec![("referral", referral.to_string()), ("image", image.to_string()), ("view", "endoscopic".to_owned())];
        pairs.extend(finding.map(|finding| ("finding", finding.to_string())));
        pairs.extend(sha256.map(|digest| ("sha256", digest)));
        let reply = create(person, length, metadata(&pairs)).await.is(201);
        Self::of(person, image, &reply)
    }

    /// The upload that an answer names.
    pub fn of(person: &'p Person, image: Uuid, begun: &Reply) -> Self {
        let path = begun.header("location").unwrap().strip_prefix("/api/intake").unwrap().to_owned();
        Self { person, path, image }
    }

    /// The upload's id.
    pub fn id(&self) -> Uuid {
        self.path.rsplit('/').next().unwrap().parse().unwrap()
    }

    pub async fn patch(&self, offset: usize, bytes: &[u8]) -> Reply {
        self.patch_with(offset, bytes, &[]).await
    }

    pub async fn patch_with(&self, offset: usize, bytes: &[u8], more: &[(&str, String)]) -> Reply {
        let mut headers = vec![
            resumable(),
            ("upload-offset", offset.to_string()),
            ("content-type", "application/offset+octet-stream".to_owned()),
            ("content-length", bytes.len().to_string()),
        ];
        headers.extend(more.iter().cloned());
        self.person.send("PATCH", &self.path, &headers, bytes.to_vec()).await
    }

    pub async fn head(&self) -> Reply {
        self.person.send("HEAD", &self.path, &[resumable()], "").await
    }

    /// Where it stands.
    pub async fn offset(&self) -> usize {
        self.head().await.is(200).header("upload-offset").unwrap().parse().unwrap()
    }

    pub async fn end(&self) -> Reply {
        self.person.send("DELETE", &self.path, &[resumable()], "").await
    }
}

/// Sends a picture whole and returns its id.
pub async fn upload(office: &Office, referral: Uuid, finding: Option<Uuid>, picture: &[u8]) -> Uuid {
    let sending = Sending::begin(office, &office.doctor, referral, finding, picture.len(), Some(digest(picture))).await;
    let reply = sending.patch(0, picture).await.is(204);
    assert_eq!(reply.header("upload-offset").unwrap(), picture.len().to_string());
    sending.image
}
