//! JPEG (ITU-T T.81) as this service needs it: planes of samples at a fraction of the size, and planes back to a file.
//!
//! A photograph of 12 megapixels becomes a view of 3: what general decoders do beyond that (samples at full size, chroma
//! brought up to the size of luma, RGB) is most of their work. Here each component is decoded straight to the scale at which
//! it is wanted, and what is encoded again never was RGB.
//!
//! | room | what is in it |
//! |---|---|
//! | `header` | segments: sizes, tables, profile |
//! | `huffman`, `block` | bits to coefficients |
//! | `inverse` | coefficients to samples at 1/1, 1/2, 1/4, 1/8 |
//! | `decode` | the walk over a file's scans |
//! | `encode`, `tables` | planes to a baseline file, with the standard's own tables |
//!
//! It is of our own and in safe Rust. Rejected: `zune-jpeg` and `jpeg-encoder`, sound and well kept, but they know full size and
//! RGB only (three times the time); `jpeg-decoder`, which scales but starts threads that the confined child may not have;
//! `rusty_jpeg`, a young fork of both with planes, whose vector code is `unsafe` on hostile bytes; libjpeg-turbo, which is C.
//! Vector instructions come from the compiler, for the processor at hand: `fearless_simd` compiles the same loops twice and chooses
//! at run time (it has no dependencies and is kept by the Linebender project).
//!
//! It is strict: missing or meaningless bits are an error and never a grey half of a picture.

#![expect(
    clippy::inline_always,
    reason = "only what is inlined is compiled for the processor at hand: see `jpeg::fast`"
)]

mod block;
mod decode;
mod encode;
mod header;
mod huffman;
mod inverse;
mod tables;
#[cfg(test)]
mod tests;

pub use decode::Jpeg;
pub use encode::encode;
pub use inverse::Scale;

/// Samples of one component, row by row without gaps.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plane {
    /// In samples.
    pub width: usize,
    pub height: usize,
    /// Width × height samples.
    pub data: Vec<u8>,
}

/// Why a file cannot be decoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// It contradicts the format, or ends too early.
    #[error("damaged")]
    Damaged,
    /// A kind of JPEG that no camera writes: arithmetic coding, lossless, hierarchical, twelve bits.
    #[error("of a kind that is not supported")]
    Unsupported,
    /// Memory does not suffice.
    #[error("too large")]
    TooLarge,
}

/// Runs `work` compiled for the processor's vector instructions where it has AVX2, and as it is elsewhere.
#[inline(always)]
pub fn fast<T>(work: impl FnOnce() -> T) -> T {
    #[cfg(target_arch = "x86_64")]
    if let Some(level) = fearless_simd::Level::new().as_avx2() {
        return fearless_simd::Simd::vectorize(level, work);
    }
    work()
}
