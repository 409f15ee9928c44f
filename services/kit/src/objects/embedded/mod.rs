//! An S3 server on files, for the embedded default: one folder, one process, every acknowledged object on the disk.
//!
//! ```text
//! lock                            held while the folder is open: two processes cannot share it
//! format                          the version of this layout
//! incoming/                       bodies on their way in; whatever is found here at start has no name and is removed
//! buckets/<bucket>/<2 hex>/<64 hex>   one object; the name is the SHA-256 of its key
//! ```
//!
//! **One file is one object**: the content, then a record (key, size, checksum, type), see [`record`]. A body is written and
//! fsynced under `incoming/` without any lock; the commit is one rename (never over an existing file for `If-None-Match: *`)
//! and one fsync of the directory, under a lock of 1/256 of the keys. Only then the index and the caller learn of it.
//! Content and record in two files was tried: four fsyncs instead of two, and a reader could meet a record whose content had
//! just been replaced.
//!
//! **The index** ([`index`]) holds every key in memory in order, so that a listing reads no file. It is read from the records at
//! start. A bucket is 256 directories, so that 100,000 objects are some 400 names in each.
//!
//! **A failed fsync** ([`disk`]) fails its request and stops the store for writing until the process is started anew: after
//! such a failure the kernel may report success for bytes that it has dropped.

mod answers;
mod bucket;
mod disk;
mod fault;
mod incoming;
mod index;
mod policy;
mod record;
mod refusals;
mod store;
#[cfg(test)]
mod tests;

pub use policy::{KeyPair, KeyPairs};

use super::ObjectError;
use crate::halt::Halt;
use s3s::service::{S3Service, S3ServiceBuilder};
use std::path::Path;
use std::sync::Arc;
use store::Store;

/// The embedded store, open. The folder stays locked until every clone, client and listener of it is dropped.
#[derive(Clone)]
pub struct Embedded {
    store: Arc<Store>,
}

impl std::fmt::Debug for Embedded {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Embedded")
    }
}

impl Embedded {
    /// Opens the store in `folder`, making it when missing, and reads the index. Blocks: call it at start.
    ///
    /// # Errors
    /// `Refused` when another process has the folder open, or its layout is of a newer version; `Unavailable` when it cannot be
    /// read or written.
    pub fn open(folder: &Path) -> Result<Self, ObjectError> {
        Ok(Self { store: Arc::new(Store::open(folder)?) })
    }

    /// Opens a bucket for reading alone, beside the process that may have the folder open. An object is one file that is never
    /// changed in place, so what is read is whole and checked against its record. Blocks.
    ///
    /// # Errors
    /// `Unavailable` when there is no such bucket or it cannot be read.
    pub(super) fn open_beside(folder: &Path, bucket: &str) -> Result<Self, ObjectError> {
        Ok(Self { store: Arc::new(Store::open_beside(folder, bucket)?) })
    }

    /// Whether the store still takes objects.
    ///
    /// # Errors
    /// What went wrong and what to do, once an fsync has failed.
    pub fn healthy(&self) -> Result<(), String> {
        self.store.disk().reason().map_or(Ok(()), |reason| Err(reason.to_owned()))
    }

    /// Told when an fsync has failed: the process should end and be started anew.
    pub fn halt(&self) -> &Halt {
        &self.store.disk().halt
    }

    /// Files met at start that are not whole objects. They are kept, read as damaged, and never overwritten by `put_new`.
    pub fn damaged(&self) -> usize {
        self.store.damaged()
    }

    /// Makes the bucket when missing. Blocks.
    ///
    /// # Errors
    /// `Unavailable` when the folder cannot be written.
    pub(super) fn create_bucket(&self, name: &str) -> Result<(), ObjectError> {
        match self.store.create_bucket(name) {
            Ok(()) | Err(fault::Fault::BucketExists) => Ok(()),
            Err(fault) => Err(ObjectError::Unavailable(fault.to_string())),
        }
    }

    /// The S3 service over this store.
    pub(super) fn service(&self, keys: &KeyPairs) -> S3Service {
        let mut builder = S3ServiceBuilder::new(answers::Answers::new(Arc::clone(&self.store)));
        builder.set_auth(keys.auth());
        builder.set_access(keys.policy());
        builder.build()
    }
}
