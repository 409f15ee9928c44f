//! Sealed pictures in the object store.
//!
//! A picture is sealed in segments under a key derived from the referral's key, the object's name, the picture's id and
//! its SHA-256: the same picture stored twice is the same object, so a finish repeated after a crash changes nothing.

use crate::Error;
use crate::context::Context;
use crate::http::Problem;
use crate::objects::{Created, ObjectError, segments};
use crate::picture;
use crate::seal::DataKey;
use axum::http::StatusCode;
use bytes::Bytes;
use ring::digest::{SHA256, digest};
use uuid::Uuid;

mod held;

/// Where and how a picture was stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stored {
    /// The object's key in the store.
    pub object: String,
    /// SHA-256 of the picture, 32 bytes.
    pub sha256: Vec<u8>,
    /// SHA-256 of the stored (sealed) bytes, 32 bytes.
    pub stored_sha256: Vec<u8>,
    /// Length of the stored bytes.
    pub stored_bytes: u64,
}

/// SHA-256, 32 bytes.
pub fn sha256(bytes: &[u8]) -> Vec<u8> {
    digest(&SHA256, bytes).as_ref().to_vec()
}

fn key_for(key: &DataKey, object: &str, id: Uuid, picture_hash: &[u8]) -> [u8; 32] {
    key.derive("picture", &[object.as_bytes(), id.as_bytes(), picture_hash])
}

fn sealed(key: &DataKey, object: &str, id: Uuid, picture: &[u8], picture_hash: Vec<u8>) -> (Stored, Bytes) {
    let bytes = segments::seal(&key_for(key, object, id, &picture_hash), picture, object.as_bytes());
    let stored = Stored {
        object: object.to_owned(),
        sha256: picture_hash,
        stored_sha256: sha256(&bytes),
        stored_bytes: bytes.len() as u64,
    };
    (stored, bytes.into())
}

/// The picture, when stored bytes, seal and the picture's own hash are right.
fn unsealed(key: &DataKey, id: Uuid, stored: &Stored, sealed: &[u8]) -> Option<Vec<u8>> {
    if sha256(sealed) != stored.stored_sha256 {
        return None;
    }
    let key = key_for(key, &stored.object, id, &stored.sha256);
    segments::open(&key, sealed, stored.object.as_bytes()).ok().filter(|picture| sha256(picture) == stored.sha256)
}

impl Context {
    /// Seals and stores an original at `object`, put only if absent; what stands there already is the same bytes.
    ///
    /// # Errors
    /// `Object`; `Damaged` when other bytes stand at that name.
    pub async fn put_picture(&self, key: &DataKey, object: &str, id: Uuid, picture: &[u8]) -> Result<Stored, Error> {
        self.put_summed_picture(key, object, id, picture, sha256(picture)).await
    }

    /// As [`Context::put_picture`], for a picture whose SHA-256 was made while it was judged. It must be its own: the key that
    /// seals it is derived from it.
    ///
    /// # Errors
    /// As [`Context::put_picture`].
    pub async fn put_summed_picture(
        &self,
        key: &DataKey,
        object: &str,
        id: Uuid,
        picture: &[u8],
        picture_hash: Vec<u8>,
    ) -> Result<Stored, Error> {
        let (stored, sealed) = sealed(key, object, id, picture, picture_hash);
        if let Created::Exists = self.objects.put_new_summed(object, sealed, &stored.stored_sha256).await? {
            let there = self.objects.get_unproved(object).await?;
            if sha256(&there) != stored.stored_sha256 {
                return Err(Error::Damaged(format!("another object stands at {object}")));
            }
        }
        Ok(stored)
    }

    /// Seals and stores a derivative at `object`, in place of what stands there: it can be made again at any time.
    ///
    /// # Errors
    /// `Object`.
    pub async fn replace_picture(
        &self,
        key: &DataKey,
        object: &str,
        id: Uuid,
        picture: &[u8],
    ) -> Result<Stored, Error> {
        let (stored, sealed) = sealed(key, object, id, picture, sha256(picture));
        self.objects.put_summed(object, sealed, &stored.stored_sha256).await?;
        Ok(stored)
    }

    /// Reads a picture and checks the stored bytes, the seal and the picture's own hash.
    ///
    /// # Errors
    /// `Unusable` when any check fails or it is gone: nothing is served, and it is noted as damaged.
    pub async fn get_picture(&self, key: &DataKey, id: Uuid, stored: &Stored) -> Result<Bytes, Error> {
        let what = match self.objects.get_unproved(&stored.object).await {
            Ok(sealed) => match unsealed(key, id, stored, &sealed) {
                Some(picture) => return Ok(picture.into()),
                None => "changed",
            },
            Err(ObjectError::Damaged(_)) => "changed",
            Err(ObjectError::Absent) => "missing",
            Err(error) => return Err(error.into()),
        };
        crate::scrub::note(&self.db, &stored.object, what, self.now()).await?;
        Err(Error::Unusable { object: stored.object.clone(), what })
    }

    /// As [`Context::get_picture`], for a person who reads it: the memory that it takes is bounded per process and person, and
    /// given back when the last byte of the answer has left.
    ///
    /// # Errors
    /// 503 with Retry-After when there is no room; the problem of what [`Context::get_picture`] gives.
    pub async fn show_picture(
        &self,
        reader: Uuid,
        key: &DataKey,
        id: Uuid,
        stored: &Stored,
        bytes: u64,
    ) -> Result<Bytes, Problem> {
        let room = held::room(reader, bytes).await?;
        Ok(room.holds(self.get_picture(key, id, stored).await?))
    }

    /// As [`Context::show_picture`], without what the file says about people, places and devices ([`picture::strip`]).
    ///
    /// # Errors
    /// As [`Context::show_picture`]; 422 when it cannot be stripped: nothing leaves then.
    pub async fn show_stripped(
        &self,
        reader: Uuid,
        key: &DataKey,
        id: Uuid,
        stored: &Stored,
        bytes: u64,
    ) -> Result<Bytes, Problem> {
        // As it was and as it becomes.
        let room = held::room(reader, bytes * 2).await?;
        let picture = self.get_picture(key, id, stored).await?;
        let stripped = picture::strip(&picture)
            .map_err(|refusal| Problem::new(StatusCode::UNPROCESSABLE_ENTITY, refusal.code, refusal.message))?;
        Ok(room.holds(stripped.into()))
    }
}
