//! Sealing of values under a data key, and keys derived from it. Kit alone seals and opens.
//!
//! AES-256-GCM by `ring`. A value has a random 96-bit nonce; one data key seals far fewer than 2³² values. Pictures are
//! sealed in segments under a key of their own (see `objects::segments`).

use crate::Random;
use ring::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use ring::{hkdf, hmac};
use std::fmt;

/// A key that seals everything of one referral (or practice, or person). Never printed.
#[derive(Clone)]
pub struct DataKey([u8; 32]);

impl fmt::Debug for DataKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DataKey(hidden)")
    }
}

/// The sealed bytes were changed, cut, sealed under another key or for another place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("sealed bytes do not open: they were changed or belong elsewhere")]
pub struct Unsealable;

struct Length;
impl hkdf::KeyType for Length {
    fn len(&self) -> usize {
        32
    }
}

impl DataKey {
    pub(crate) fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    pub(crate) fn bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// A key for one purpose, bound to all `parts` in order (HKDF-SHA256, RFC 5869).
    pub fn derive(&self, purpose: &str, parts: &[&[u8]]) -> [u8; 32] {
        let mut info = Vec::new();
        for part in std::iter::once(purpose.as_bytes()).chain(parts.iter().copied()) {
            info.extend_from_slice(&(part.len() as u64).to_be_bytes());
            info.extend_from_slice(part);
        }
        let mut key = [0; 32];
        let info = [info.as_slice()];
        let filled = hkdf::Salt::new(hkdf::HKDF_SHA256, b"lysbro")
            .extract(&self.0)
            .expand(&info, Length)
            .and_then(|okm| okm.fill(&mut key));
        debug_assert!(filled.is_ok(), "32 bytes are within HKDF's limit");
        key
    }

    /// Seals a value for one place (`table.column` and the row's id): nonce, ciphertext, tag.
    pub fn seal(&self, random: &Random, place: &str, id: &[u8], value: &[u8]) -> Vec<u8> {
        let nonce = random.bytes::<NONCE_LEN>();
        let mut sealed = Vec::with_capacity(NONCE_LEN + value.len() + 16);
        sealed.extend_from_slice(&nonce);
        sealed.extend_from_slice(value);
        let tag = self.cipher().and_then(|cipher| {
            let aad = Aad::from(place_of(place, id));
            cipher.seal_in_place_separate_tag(Nonce::assume_unique_for_key(nonce), aad, &mut sealed[NONCE_LEN..])
        });
        match tag {
            Ok(tag) => sealed.extend_from_slice(tag.as_ref()),
            // Only a value of more than 64 GiB gets here; nothing clear may leave.
            Err(_) => sealed.clear(),
        }
        sealed
    }

    /// Opens what [`DataKey::seal`] made for the same place and id.
    pub fn open(&self, place: &str, id: &[u8], sealed: &[u8]) -> Result<Vec<u8>, Unsealable> {
        let (nonce, body) = sealed.split_first_chunk::<NONCE_LEN>().ok_or(Unsealable)?;
        let mut body = body.to_vec();
        let cipher = self.cipher().map_err(|_| Unsealable)?;
        let aad = Aad::from(place_of(place, id));
        let value =
            cipher.open_in_place(Nonce::assume_unique_for_key(*nonce), aad, &mut body).map_err(|_| Unsealable)?;
        Ok(value.to_vec())
    }

    /// A keyed hash for equality search and pseudonyms (HMAC-SHA-256).
    pub fn hash(&self, value: &[u8]) -> [u8; 32] {
        let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, &self.0), value);
        let mut hash = [0; 32];
        hash.copy_from_slice(tag.as_ref());
        hash
    }

    fn cipher(&self) -> Result<LessSafeKey, ring::error::Unspecified> {
        UnboundKey::new(&AES_256_GCM, &self.derive("values", &[])).map(LessSafeKey::new)
    }
}

fn place_of(place: &str, id: &[u8]) -> Vec<u8> {
    [&(place.len() as u64).to_be_bytes(), place.as_bytes(), id].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn opens_only_under_its_key_and_in_its_place() {
        let (key, other, random) = (DataKey::new([1; 32]), DataKey::new([2; 32]), Random::default());
        let sealed = key.seal(&random, "t.c", b"1", b"Kari Nordmann");
        assert_eq!(key.open("t.c", b"1", &sealed).as_deref(), Ok(b"Kari Nordmann".as_slice()));
        assert_eq!(key.open("t.c", b"2", &sealed), Err(Unsealable));
        assert_eq!(key.open("t.d", b"1", &sealed), Err(Unsealable));
        assert_eq!(other.open("t.c", b"1", &sealed), Err(Unsealable));
        for at in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[at] ^= 1;
            assert_eq!(key.open("t.c", b"1", &changed), Err(Unsealable));
        }
        assert!(!sealed.windows(4).any(|w| w == b"Kari"));
    }

    #[test]
    fn derived_keys_differ_by_purpose_and_parts() {
        let key = DataKey::new([1; 32]);
        let keys = [
            key.derive("a", &[]),
            key.derive("b", &[]),
            key.derive("a", &[b"x"]),
            key.derive("a", &[b"x", b"y"]),
            key.derive("a", &[b"xy"]),
        ];
        for (i, one) in keys.iter().enumerate() {
            assert!(keys[i + 1..].iter().all(|other| other != one));
        }
    }
}
