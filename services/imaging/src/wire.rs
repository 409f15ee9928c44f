//! What the service and its decoding child say to each other: frames of a big-endian `u32` length and as many bytes.
//!
//! A request is the picture file as it is. A reply is a protobuf [`Reply`]: the child may have been taken over by the
//! picture it read, so its bytes are parsed by a decoder that is safe on anything, and [`Reply::into_result`] checks every
//! promise again. Rejected: sending pixels back for the parent to encode, because then the parent handles more hostile bytes.

use std::io::{self, Read, Write};

use bytes::Bytes;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

use crate::tiles::{Place, SIDE, grid};

/// The derivatives' sizes: each fits within a square of this side, in pixels. Largest first.
pub const SIZES: [u32; 3] = [2048, 512, 160];

/// First frame of a child, sent once its limits are in force. A child that dies before it says so has met a fault of the host, not of a picture.
pub const READY: &[u8] = b"lysbro-decode/1";

/// Longest accepted reply in bytes; three JPEGs at most 2048 pixels wide stay far below.
pub const MAX_REPLY: usize = 32 * 1024 * 1024;

/// Longest accepted reply with tiles in bytes (64 MiB): 100 megapixels of a sharp photograph take 30 to 50.
pub const MAX_TILED: usize = 64 * 1024 * 1024;

/// One smaller copy of a picture: upright, sRGB, baseline JPEG without metadata.
#[derive(Clone, PartialEq, Eq, prost::Message)]
pub struct Derivative {
    /// One of [`SIZES`].
    #[prost(uint32, tag = "1")]
    pub size: u32,
    #[prost(uint32, tag = "2")]
    pub width: u32,
    #[prost(uint32, tag = "3")]
    pub height: u32,
    #[prost(bytes = "vec", tag = "4")]
    pub jpeg: Vec<u8>,
}

/// Raw figures of picture quality; what they mean is decided in `quality`.
#[derive(Clone, Copy, PartialEq, prost::Message)]
pub struct Measures {
    /// Variance of the Laplacian of luma (0–255) over the central 60 % of the 512 derivative.
    #[prost(float, tag = "1")]
    pub sharpness: f32,
    /// Mean luma (0–255) over the same area.
    #[prost(float, tag = "2")]
    pub luma: f32,
    /// Share (0–1) of that area with luma of at most 5.
    #[prost(float, tag = "3")]
    pub clipped_dark: f32,
    /// Share (0–1) of that area with luma of at least 250.
    #[prost(float, tag = "4")]
    pub clipped_bright: f32,
    /// Mean red less mean blue, divided by mean luma: positive is warm, negative is cold.
    #[prost(float, tag = "5")]
    pub warmth: f32,
    /// Mean green less the mean of red and blue, divided by mean luma: positive is green, negative is violet.
    #[prost(float, tag = "6")]
    pub tint: f32,
    /// How regular marks are, as those of a ruler (0–1), over the whole 512 derivative.
    #[prost(float, tag = "7")]
    pub scale: f32,
}

/// When a picture was taken, by its camera's clock.
#[derive(Clone, Copy, PartialEq, Eq, prost::Message)]
pub struct Captured {
    /// Seconds since 1970, as if the clock showed UTC.
    #[prost(int64, tag = "1")]
    pub local: i64,
    /// Minutes that the clock was ahead of UTC, where the camera says so.
    #[prost(sint32, optional, tag = "2")]
    pub ahead: Option<i32>,
}

/// A decoded picture.
#[derive(Clone, PartialEq, prost::Message)]
pub struct Rendered {
    /// Original width in pixels after orientation.
    #[prost(uint32, tag = "1")]
    pub width: u32,
    /// Original height in pixels after orientation.
    #[prost(uint32, tag = "2")]
    pub height: u32,
    #[prost(message, required, tag = "3")]
    pub measures: Measures,
    #[prost(message, repeated, tag = "4")]
    pub derivatives: Vec<Derivative>,
    /// None when the picture does not say.
    #[prost(message, optional, tag = "5")]
    pub captured: Option<Captured>,
}

/// A picture that cannot be shown: a stable code and a sentence for the office that sent it.
#[derive(Clone, PartialEq, Eq, prost::Message)]
pub struct Rejected {
    #[prost(string, tag = "1")]
    pub code: String,
    #[prost(string, tag = "2")]
    pub message: String,
}

impl Rejected {
    /// For a picture whose framing is whole and whose content cannot be decoded.
    pub fn undecodable() -> Self {
        Self {
            code: "undecodable".into(),
            message: "This picture is damaged and cannot be shown. Take the photograph again, or save it anew as JPEG and send that.".into(),
        }
    }
}

/// One square of a picture at full size: upright, sRGB, baseline JPEG without metadata.
#[derive(Clone, PartialEq, Eq, prost::Message)]
pub struct Tile {
    /// Tiles to the left of it.
    #[prost(uint32, tag = "1")]
    pub across: u32,
    /// Tiles above it.
    #[prost(uint32, tag = "2")]
    pub down: u32,
    /// In pixels.
    #[prost(uint32, tag = "3")]
    pub width: u32,
    /// In pixels.
    #[prost(uint32, tag = "4")]
    pub height: u32,
    /// A part of the reply's own bytes.
    #[prost(bytes = "bytes", tag = "5")]
    pub jpeg: Bytes,
}

/// A picture cut to tiles, row by row.
#[derive(Clone, PartialEq, Eq, prost::Message)]
pub struct Tiled {
    /// Width in pixels after orientation.
    #[prost(uint32, tag = "1")]
    pub width: u32,
    /// Height in pixels after orientation.
    #[prost(uint32, tag = "2")]
    pub height: u32,
    /// Width and height in pixels of every tile that is not at the right or lower edge.
    #[prost(uint32, tag = "3")]
    pub side: u32,
    #[prost(message, repeated, tag = "4")]
    pub tiles: Vec<Tile>,
}

/// The child's answer: exactly one of the three is present.
#[derive(Clone, PartialEq, prost::Message)]
pub struct Reply {
    #[prost(message, optional, tag = "1")]
    pub rendered: Option<Rendered>,
    #[prost(message, optional, tag = "2")]
    pub rejected: Option<Rejected>,
    /// Instead of `rendered`, from children of the lane of details.
    #[prost(message, optional, tag = "3")]
    pub tiled: Option<Tiled>,
}

impl From<Result<Rendered, Rejected>> for Reply {
    fn from(result: Result<Rendered, Rejected>) -> Self {
        match result {
            Ok(rendered) => Self { rendered: Some(rendered), ..Self::default() },
            Err(rejected) => Self { rejected: Some(rejected), ..Self::default() },
        }
    }
}

impl From<Result<Tiled, Rejected>> for Reply {
    fn from(result: Result<Tiled, Rejected>) -> Self {
        match result {
            Ok(tiled) => Self { tiled: Some(tiled), ..Self::default() },
            Err(rejected) => Self { rejected: Some(rejected), ..Self::default() },
        }
    }
}

impl Reply {
    /// The answer, when it keeps what a sound child promises; `None` when this child is not to be believed.
    pub fn into_result(self) -> Option<Result<Rendered, Rejected>> {
        match (self.rendered, self.rejected, self.tiled) {
            (Some(rendered), None, None) if rendered.is_sound() => Some(Ok(rendered)),
            (None, Some(rejected), None) if rejected.is_sound() => Some(Err(rejected)),
            _ => None,
        }
    }

    /// The same of a child that was asked for tiles.
    pub fn into_tiled(self) -> Option<Result<Tiled, Rejected>> {
        match (self.rendered, self.rejected, self.tiled) {
            (None, None, Some(tiled)) if tiled.is_sound() => Some(Ok(tiled)),
            (None, Some(rejected), None) if rejected.is_sound() => Some(Err(rejected)),
            _ => None,
        }
    }
}

impl Rendered {
    fn is_sound(&self) -> bool {
        let pixels = u64::from(self.width) * u64::from(self.height);
        let measures = &self.measures;
        let figures = [
            measures.sharpness,
            measures.luma,
            measures.clipped_dark,
            measures.clipped_bright,
            measures.warmth,
            measures.tint,
            measures.scale,
        ];
        (1..=kit::picture::MAX_PIXELS).contains(&pixels)
            && figures.iter().all(|figure| figure.is_finite())
            && self.derivatives.iter().map(|derivative| derivative.size).eq(SIZES)
            && self.derivatives.iter().all(Derivative::is_sound)
            && self.captured.as_ref().is_none_or(Captured::is_sound)
    }
}

impl Tiled {
    /// The grid is whole, and every tile a JPEG of the size that its place has.
    fn is_sound(&self) -> bool {
        use kit::picture::{Kind, MAX_PIXELS, MAX_SIDE, Picture, check};
        let pixels = u64::from(self.width) * u64::from(self.height);
        let place =
            |tile: &Tile| Place { across: tile.across, down: tile.down, width: tile.width, height: tile.height };
        (1..=MAX_PIXELS).contains(&pixels)
            && self.width.max(self.height) <= MAX_SIDE
            && self.side == SIDE
            && self.tiles.iter().map(place).eq(grid(self.width, self.height))
            && self.tiles.iter().all(|tile| {
                check(&tile.jpeg) == Ok(Picture { kind: Kind::Jpeg, width: tile.width, height: tile.height })
            })
    }
}

impl Captured {
    /// Between the years 1 and 9999, and within the world's time zones.
    fn is_sound(&self) -> bool {
        (-62_135_596_800..253_402_300_800).contains(&self.local)
            && self.ahead.is_none_or(|minutes| (-900..=900).contains(&minutes))
    }
}

impl Derivative {
    fn is_sound(&self) -> bool {
        use kit::picture::{Kind, Picture, check};
        self.width <= self.size
            && self.height <= self.size
            && check(&self.jpeg) == Ok(Picture { kind: Kind::Jpeg, width: self.width, height: self.height })
    }
}

impl Rejected {
    fn is_sound(&self) -> bool {
        let is_key = |byte: u8| byte.is_ascii_lowercase() || byte == b'-';
        !self.code.is_empty() && self.code.len() <= 40 && self.code.bytes().all(is_key) && self.message.len() <= 500
    }
}

/// Writes one frame and flushes.
pub fn write_frame(to: &mut impl Write, body: &[u8]) -> io::Result<()> {
    to.write_all(&frame_length(body)?)?;
    to.write_all(body)?;
    to.flush()
}

/// Reads one frame of at most `limit` bytes; `None` at the end of input before a frame starts.
pub fn read_frame(from: &mut impl Read, limit: usize) -> io::Result<Option<Vec<u8>>> {
    let mut length = [0; 4];
    match from.read_exact(&mut length) {
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
        outcome => outcome?,
    }
    let mut body = vec![0; accepted_length(length, limit)?];
    from.read_exact(&mut body)?;
    Ok(Some(body))
}

/// The same as [`write_frame`], for the parent.
pub async fn send_frame(to: &mut (impl AsyncWrite + Unpin), body: &[u8]) -> io::Result<()> {
    to.write_all(&frame_length(body)?).await?;
    to.write_all(body).await?;
    to.flush().await
}

/// The same as [`read_frame`], for the parent, which always expects a frame: the end of input is an error.
pub async fn receive_frame(from: &mut (impl AsyncRead + Unpin), limit: usize) -> io::Result<Vec<u8>> {
    let mut length = [0; 4];
    from.read_exact(&mut length).await?;
    let mut body = vec![0; accepted_length(length, limit)?];
    from.read_exact(&mut body).await?;
    Ok(body)
}

fn frame_length(body: &[u8]) -> io::Result<[u8; 4]> {
    let length = u32::try_from(body.len())
        .map_err(|_| io::Error::new(io::ErrorKind::InvalidInput, "a frame holds less than 4 GiB"))?;
    Ok(length.to_be_bytes())
}

fn accepted_length(length: [u8; 4], limit: usize) -> io::Result<usize> {
    let length = u32::from_be_bytes(length) as usize;
    if length > limit {
        return Err(io::Error::new(io::ErrorKind::InvalidData, format!("a frame of {length} bytes exceeds {limit}")));
    }
    Ok(length)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_pass_both_ways_and_end_cleanly() {
        let mut pipe = Vec::new();
        write_frame(&mut pipe, b"first").unwrap();
        write_frame(&mut pipe, b"").unwrap();
        let mut from = pipe.as_slice();
        assert_eq!(read_frame(&mut from, 5).unwrap().as_deref(), Some(&b"first"[..]));
        assert_eq!(read_frame(&mut from, 5).unwrap().as_deref(), Some(&b""[..]));
        assert_eq!(read_frame(&mut from, 5).unwrap(), None);
    }

    #[test]
    fn an_overlong_or_broken_frame_is_an_error() {
        assert!(read_frame(&mut &[0xFF, 0xFF, 0xFF, 0xFF][..], 100).is_err());
        assert!(read_frame(&mut &[0, 0, 0, 9, 1, 2][..], 100).is_err());
    }

    #[tokio::test]
    async fn the_asynchronous_side_speaks_the_same_frames() {
        let (mut near, mut far) = tokio::io::duplex(7);
        let body = vec![3; 1000];
        let (sent, received) = tokio::join!(send_frame(&mut near, &body), receive_frame(&mut far, 1000));
        sent.unwrap();
        assert_eq!(received.unwrap(), body);
        drop(near);
        assert!(receive_frame(&mut far, 10).await.is_err());
    }

    #[test]
    fn a_child_that_breaks_its_promise_is_not_believed() {
        let measures = Measures {
            sharpness: 1.0,
            luma: 1.0,
            clipped_dark: 0.0,
            clipped_bright: 0.0,
            warmth: 0.0,
            tint: 0.0,
            scale: 0.0,
        };
        let html = Derivative { size: 2048, width: 1, height: 1, jpeg: b"<script>".to_vec() };
        let forged = Rendered { width: 10, height: 10, measures, derivatives: vec![html; 3], captured: None };
        assert_eq!(Reply::from(Ok(forged)).into_result(), None);
        assert_eq!(Reply::default().into_result(), None);
        let odd = Rejected { code: "NOT A KEY".into(), message: String::new() };
        let rejection = |rejected| Reply { rejected: Some(rejected), ..Reply::default() };
        assert_eq!(rejection(odd).into_result(), None);
        assert_eq!(rejection(Rejected::undecodable()).into_result(), Some(Err(Rejected::undecodable())));
        assert_eq!(rejection(Rejected::undecodable()).into_tiled(), Some(Err(Rejected::undecodable())));
    }

    #[test]
    fn a_grid_with_a_hole_or_a_wrong_tile_is_not_believed() {
        let tile = |(across, down, width, height): (u32, u32, u32, u32)| {
            let jpeg = crate::derivatives::encode(&image::RgbImage::new(width, height)).unwrap().into();
            Tile { across, down, width, height, jpeg }
        };
        let tiles = [(0, 0, 1024, 1024), (1, 0, 76, 1024), (0, 1, 1024, 10), (1, 1, 76, 10)].map(tile).to_vec();
        let good = Tiled { width: 1100, height: 1034, side: 1024, tiles };
        let believed = |change: fn(&mut Tiled)| {
            let mut tiled = good.clone();
            change(&mut tiled);
            let reply = Reply::from(Ok(tiled));
            assert_eq!(reply.clone().into_result(), None, "nobody asked for tiles");
            reply.into_tiled().is_some()
        };
        assert!(believed(|_| {}));
        assert!(!believed(|tiled| drop(tiled.tiles.pop())));
        assert!(!believed(|tiled| tiled.tiles.swap(0, 1)));
        assert!(!believed(|tiled| tiled.tiles.push(tiled.tiles[3].clone())));
        assert!(!believed(|tiled| tiled.width = 1101));
        assert!(!believed(|tiled| tiled.side = 512));
        assert!(!believed(|tiled| tiled.tiles[2].jpeg = tiled.tiles[3].jpeg.clone()));
        assert!(!believed(|tiled| tiled.tiles[0].jpeg = Bytes::from_static(b"<script>")));
        assert!(!believed(|tiled| (tiled.width, tiled.height) = (u32::MAX, u32::MAX)));
        assert!(!believed(|tiled| *tiled = Tiled { side: 1024, ..Tiled::default() }));
    }
}
