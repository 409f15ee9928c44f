//! Sealing of byte strings in segments of 1 MiB, so that a large picture is neither sealed nor opened in one huge operation.
//!
//! The construction is STREAM (Hoang, Reyhanitabar, Rogaway, Vizár 2015) over AES-256-GCM: the nonce of a segment is its number
//! and a flag that marks the last one, and every segment's associated data are the header and the caller's context. So a segment
//! that is changed, moved, repeated, left out, appended or taken from another object does not open.
//!
//! ```text
//! header  8 bytes "LYSSEG" + version (2 bytes, big-endian, 1) | 8 bytes length of the plaintext, big-endian
//! segment up to 1 MiB of ciphertext + 16 bytes tag             | … at least one segment, empty for an empty plaintext
//! ```
//!
//! **The key must be unique per content.** Nonces are counted, not drawn, so that sealing the same bytes twice gives the same
//! object (an upload finished twice stores one thing). Two different plaintexts under one key would break AES-GCM. Callers
//! therefore derive the key from the referral's data key, the image's id and the SHA-256 of the picture.
//!
//! Rejected: a random nonce per segment (not repeatable, and `put_new` would then call a repeat a conflict); one GCM call over
//! the whole picture (no reading by parts later, and one flipped bit shows only at the end).

use ring::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, Tag, UnboundKey};

/// Plaintext bytes in a full segment: 1 MiB.
pub const SEGMENT: usize = 1 << 20;

const MAGIC: [u8; 8] = *b"LYSSEG\x00\x01";
const HEADER: usize = MAGIC.len() + 8;
const TAG: usize = 16;

/// Why a stored byte string does not open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SegmentError {
    /// It is not a sealed byte string, or one of a newer version.
    #[error("this is not a sealed object of a version known here")]
    Unknown,
    /// Its length is not the one its header promises: cut or extended.
    #[error("the sealed object is cut short or has bytes too many")]
    Length,
    /// A segment does not open: changed bytes, another key, or another context.
    #[error("the sealed object does not open: changed bytes, another key or another context")]
    Altered,
}

/// Seals `plaintext` under `key`, bound to `context` (not stored; [`open`] must be given the same).
///
/// The result is `16 + len + 16 × max(1, ⌈len / 1 MiB⌉)` bytes long and the same for the same arguments. `key` must never be
/// used for another plaintext: see the head of this module.
///
/// # Panics
/// Never: a key of 32 bytes and segments of 1 MiB are always accepted.
pub fn seal(key: &[u8; 32], plaintext: &[u8], context: &[u8]) -> Vec<u8> {
    let key = aead(key);
    let header = header(plaintext.len());
    let data = associated(&header, context);
    let count = segments(plaintext.len());
    let mut sealed = Vec::with_capacity(HEADER + plaintext.len() + count * TAG);
    sealed.extend_from_slice(&header);
    for number in 0..count {
        let start = number * SEGMENT;
        let part = &plaintext[start..plaintext.len().min(start + SEGMENT)];
        let at = sealed.len();
        sealed.extend_from_slice(part);
        let tag = key
            .seal_in_place_separate_tag(nonce(number, number + 1 == count), Aad::from(&data), &mut sealed[at..])
            .expect("a segment of 1 MiB is far below the limit of AES-GCM");
        sealed.extend_from_slice(tag.as_ref());
    }
    sealed
}

/// Opens what [`seal`] made with the same key and context.
///
/// # Errors
/// [`SegmentError`]; no part of the plaintext is returned then.
///
/// # Panics
/// Never: a key of 32 bytes is always accepted.
pub fn open(key: &[u8; 32], stored: &[u8], context: &[u8]) -> Result<Vec<u8>, SegmentError> {
    let (header, body) = stored.split_first_chunk::<HEADER>().ok_or(SegmentError::Unknown)?;
    let (magic, length) = header.split_at(MAGIC.len());
    if magic != MAGIC {
        return Err(SegmentError::Unknown);
    }
    let length = length.try_into().map(u64::from_be_bytes).map_err(|_| SegmentError::Unknown)?;
    let length = usize::try_from(length).map_err(|_| SegmentError::Length)?;
    let count = segments(length);
    // Compared before anything is allocated: a header that lies about the length costs nothing.
    if count.checked_mul(TAG).and_then(|tags| tags.checked_add(length)) != Some(body.len()) {
        return Err(SegmentError::Length);
    }
    let key = aead(key);
    let data = associated(header, context);
    let mut plaintext = Vec::with_capacity(length);
    for (number, part) in body.chunks(SEGMENT + TAG).enumerate() {
        let (ciphertext, tag) = part.split_last_chunk::<TAG>().ok_or(SegmentError::Length)?;
        let at = plaintext.len();
        plaintext.extend_from_slice(ciphertext);
        key.open_in_place_separate_tag(
            nonce(number, number + 1 == count),
            Aad::from(&data),
            Tag::from(*tag),
            &mut plaintext[at..],
            0..,
        )
        .map_err(|_| SegmentError::Altered)?;
    }
    Ok(plaintext)
}

fn segments(length: usize) -> usize {
    length.div_ceil(SEGMENT).max(1)
}

fn header(length: usize) -> [u8; HEADER] {
    let mut header = [0; HEADER];
    header[..MAGIC.len()].copy_from_slice(&MAGIC);
    header[MAGIC.len()..].copy_from_slice(&(length as u64).to_be_bytes());
    header
}

/// The header has a fixed length, so no other header and context can give the same bytes.
fn associated(header: &[u8; HEADER], context: &[u8]) -> Vec<u8> {
    [header.as_slice(), context].concat()
}

fn nonce(number: usize, last: bool) -> Nonce {
    let mut nonce = [0; NONCE_LEN];
    nonce[..8].copy_from_slice(&(number as u64).to_be_bytes());
    nonce[NONCE_LEN - 1] = u8::from(last);
    Nonce::assume_unique_for_key(nonce)
}

fn aead(key: &[u8; 32]) -> LessSafeKey {
    LessSafeKey::new(UnboundKey::new(&AES_256_GCM, key).expect("AES-256 takes every key of 32 bytes"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: [u8; 32] = [7; 32];
    const CONTEXT: &[u8] = b"originals/SYNTHETIC";
    /// Stored length of a full segment.
    const FULL: usize = SEGMENT + TAG;

    /// Bytes without repetition within a segment, from a linear congruential generator.
    fn bytes(length: usize, seed: u64) -> Vec<u8> {
        let mut state = seed;
        (0..length)
            .map(|_| {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                (state >> 56) as u8
            })
            .collect()
    }

    const LENGTHS: [usize; 9] = [0, 1, 15, 16, 4096, SEGMENT - 1, SEGMENT, SEGMENT + 1, 2 * SEGMENT + 17];

    #[test]
    fn what_was_sealed_opens_whatever_its_length() {
        for length in LENGTHS {
            let plain = bytes(length, length as u64);
            let sealed = seal(&KEY, &plain, CONTEXT);
            assert_eq!(sealed.len(), HEADER + length + TAG * length.div_ceil(SEGMENT).max(1), "length {length}");
            assert_eq!(open(&KEY, &sealed, CONTEXT).as_deref(), Ok(plain.as_slice()), "length {length}");
            assert_eq!(seal(&KEY, &plain, CONTEXT), sealed, "sealing repeats, length {length}");
        }
    }

    /// Objects are kept for decades: a change of the format must get a new version and not change these bytes,
    /// which were made with another implementation of AES-GCM.
    #[test]
    fn the_format_of_stored_objects_stays() {
        let small = "4c5953534547000100000000000000096311f7347c05b64e6ebea9cf3c5de151c93f02737e056059f2";
        assert_eq!(hex::encode(seal(&KEY, b"SYNTHETIC", CONTEXT)), small);
        let large = ring::digest::digest(&ring::digest::SHA256, &seal(&KEY, &bytes(2 * SEGMENT + 17, 4), CONTEXT));
        assert_eq!(hex::encode(large), "49b243ed5c70ce78681cb7e946ae0d5fd5c4e403690d32d557cadd39a370d670");
    }

    #[test]
    fn no_plaintext_shows_in_the_sealed_bytes() {
        let plain = bytes(500, 3);
        let sealed = seal(&KEY, &plain, CONTEXT);
        assert!(!sealed.windows(16).any(|window| plain.windows(16).any(|part| part == window)));
    }

    #[test]
    fn every_flipped_bit_is_detected() {
        let sealed = seal(&KEY, &bytes(300, 1), CONTEXT);
        for bit in 0..sealed.len() * 8 {
            let mut changed = sealed.clone();
            changed[bit / 8] ^= 1 << (bit % 8);
            assert!(open(&KEY, &changed, CONTEXT).is_err(), "bit {bit}");
        }
    }

    #[test]
    fn every_cut_and_every_extension_is_detected() {
        let sealed = seal(&KEY, &bytes(300, 1), CONTEXT);
        for length in 0..sealed.len() {
            assert!(open(&KEY, &sealed[..length], CONTEXT).is_err(), "cut to {length}");
        }
        for extra in [1, TAG, FULL] {
            let longer = [sealed.clone(), bytes(extra, 9)].concat();
            assert_eq!(open(&KEY, &longer, CONTEXT), Err(SegmentError::Length), "extended by {extra}");
        }
    }

    #[test]
    fn a_cut_at_a_segment_is_detected_even_with_a_mended_header() {
        let sealed = seal(&KEY, &bytes(3 * SEGMENT, 5), CONTEXT);
        for kept in 1..3 {
            let cut = [header(kept * SEGMENT).as_slice(), &sealed[HEADER..HEADER + kept * FULL]].concat();
            assert_eq!(open(&KEY, &cut, CONTEXT), Err(SegmentError::Altered), "{kept} segments");
        }
    }

    #[test]
    fn segments_cannot_be_swapped_repeated_or_taken_from_another_object() {
        let sealed = seal(&KEY, &bytes(3 * SEGMENT, 5), CONTEXT);
        let part = |from: &[u8], number: usize| from[HEADER + number * FULL..HEADER + (number + 1) * FULL].to_vec();
        let head = sealed[..HEADER].to_vec();
        let whole = |parts: [Vec<u8>; 3]| [head.clone(), parts.concat()].concat();
        let own = |number| part(&sealed, number);
        assert!(open(&KEY, &whole([own(0), own(1), own(2)]), CONTEXT).is_ok());
        assert_eq!(open(&KEY, &whole([own(1), own(0), own(2)]), CONTEXT), Err(SegmentError::Altered));
        assert_eq!(open(&KEY, &whole([own(0), own(0), own(2)]), CONTEXT), Err(SegmentError::Altered));
        assert_eq!(open(&KEY, &whole([own(0), own(2), own(1)]), CONTEXT), Err(SegmentError::Altered));
        let other = seal(&KEY, &bytes(3 * SEGMENT, 6), b"originals/another");
        assert_eq!(open(&KEY, &whole([own(0), part(&other, 1), own(2)]), CONTEXT), Err(SegmentError::Altered));
    }

    #[test]
    fn another_context_or_key_does_not_open() {
        for length in LENGTHS {
            let sealed = seal(&KEY, &bytes(length, 2), CONTEXT);
            assert_eq!(open(&KEY, &sealed, b"originals/SYNTHETI"), Err(SegmentError::Altered));
            assert_eq!(open(&KEY, &sealed, b""), Err(SegmentError::Altered));
            assert_eq!(open(&[8; 32], &sealed, CONTEXT), Err(SegmentError::Altered));
        }
    }

    #[test]
    fn a_header_that_lies_about_the_length_allocates_nothing() {
        let mut sealed = seal(&KEY, b"short", CONTEXT);
        for length in [u64::MAX, u64::MAX - 15, 1 << 40, 6, 4] {
            sealed[MAGIC.len()..HEADER].copy_from_slice(&length.to_be_bytes());
            assert_eq!(open(&KEY, &sealed, CONTEXT), Err(SegmentError::Length), "{length}");
        }
        assert_eq!(open(&KEY, b"JFIF", CONTEXT), Err(SegmentError::Unknown));
        assert_eq!(open(&KEY, &bytes(64, 1), CONTEXT), Err(SegmentError::Unknown));
    }
}
