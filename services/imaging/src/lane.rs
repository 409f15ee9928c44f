//! Which pictures wait behind which: a photograph never waits for a picture that takes ten times its time and memory.

use std::ffi::OsStr;

use kit::picture::{self, Kind};

use crate::jpeg::Jpeg;
use crate::wire::{MAX_REPLY, MAX_TILED};

/// Each lane has children of its own, with a memory limit of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lane {
    /// What phones and cameras write: sequential JPEG, grey or of three colours. It is made smaller while it is read, so that a
    /// picture of any size takes little beside the file itself. Files that are refused at once go here too.
    Quick,
    /// Progressive JPEG, inks, WebP and HEIC, which need all their pixels or coefficients in memory; and PNG, which needs a few rows but
    /// two or three times a photograph's processor time: a third of a second and more for 48 megapixels, in which photographs would
    /// wait.
    Slow,
    /// Whatever is cut to tiles, when nothing else waits: no file is sent here for its derivatives.
    Detail,
}

impl Lane {
    /// Every lane.
    pub const ALL: [Self; 3] = [Self::Quick, Self::Slow, Self::Detail];

    /// Those that make derivatives.
    pub const ORDINARY: [Self; 2] = [Self::Quick, Self::Slow];

    /// The lane of a file's derivatives, from its first segments; bounded by the file's length and without a copy of it.
    pub fn of(file: &[u8]) -> Self {
        match picture::check(file).map(|picture| picture.kind) {
            Ok(Kind::Png | Kind::WebP | Kind::Heic) => Self::Slow,
            Ok(Kind::Jpeg) if Jpeg::open(file).is_ok_and(|jpeg| !jpeg.is_quick()) => Self::Slow,
            _ => Self::Quick,
        }
    }

    /// The word by which a child is told its lane.
    pub fn word(self) -> &'static str {
        match self {
            Self::Quick => "quick",
            Self::Slow => "slow",
            Self::Detail => "detail",
        }
    }

    /// What a child was told; the wider lane when it was told nothing.
    pub fn from_word(word: Option<&OsStr>) -> Self {
        Self::ALL.into_iter().find(|lane| word.is_some_and(|word| word == lane.word())).unwrap_or(Self::Slow)
    }

    /// Address space of a child in bytes. Quick (512 MiB): the program itself, a file of 40 MB and its view. Slow (1 GiB): of
    /// 100 megapixels a progressive picture takes 600 MB, a WebP 700 MB, an interlaced PNG 300 MB, and a HEIC in one piece 800 MB (phones
    /// write tiles: 48 megapixels take 80 MB). Detail (1 GiB): planes of 100 megapixels take 150 MB (luma, and twice a quarter of it), the
    /// file 40 MB, the tiles and the reply that they are copied into 64 MiB each: 325 MB with the program beside it; what stands beside
    /// the planes while they are decoded is what Slow names, and gone before the first tile. A picture for which that is too little has
    /// no tiles.
    pub fn memory(self) -> u64 {
        match self {
            Self::Quick => 512 << 20,
            Self::Slow | Self::Detail => 1 << 30,
        }
    }

    /// Longest accepted reply in bytes.
    pub fn max_reply(self) -> usize {
        match self {
            Self::Quick | Self::Slow => MAX_REPLY,
            Self::Detail => MAX_TILED,
        }
    }

    /// The place of the lane's children in a pool.
    pub fn number(self) -> usize {
        self as usize
    }
}

#[cfg(test)]
mod tests {
    use jpeg_encoder::{ColorType, Encoder};

    use super::*;

    #[test]
    fn only_what_is_cheap_goes_in_the_quick_lane() {
        let file = |color: ColorType, channels: usize, progressive: bool| {
            let mut file = Vec::new();
            let mut encoder = Encoder::new(&mut file, 80);
            encoder.set_progressive(progressive);
            encoder.encode(&vec![90; 16 * 16 * channels], 16, 16, color).unwrap();
            file
        };
        assert_eq!(Lane::of(&file(ColorType::Rgb, 3, false)), Lane::Quick);
        assert_eq!(Lane::of(&file(ColorType::Luma, 1, false)), Lane::Quick);
        assert_eq!(Lane::of(&file(ColorType::Rgb, 3, true)), Lane::Slow);
        assert_eq!(Lane::of(&file(ColorType::Cmyk, 4, false)), Lane::Slow);
        assert_eq!(Lane::of(b"Dear colleague"), Lane::Quick);
        for lane in Lane::ALL {
            assert_eq!(Lane::from_word(Some(lane.word().as_ref())), lane);
        }
        assert_eq!(Lane::from_word(None), Lane::Slow);
    }
}
