//! Pictures to send: some dozen photographs made once, and of each as many different files as wanted, by a comment of noise.

use tests::{jpeg, padded};

/// Photographs.
pub struct Album(Vec<Vec<u8>>);

impl Album {
    /// Makes them.
    pub fn make() -> Self {
        let sizes = [(800, 600), (1024, 768), (1000, 800), (1200, 900)];
        Self((0..8).map(|seed| jpeg(sizes[seed % 4].0, sizes[seed % 4].1, seed as u32 + 1)).collect())
    }

    /// A valid JPEG of about `length` bytes (never smaller than the photograph) that no other seed gives.
    pub fn picture(&self, which: usize, length: usize, seed: u32) -> Vec<u8> {
        let picture = &self.0[which % self.0.len()];
        padded(picture, length.max(picture.len() + 64), seed)
    }
}
