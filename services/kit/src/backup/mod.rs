//! Backups: taken beside running services, put back elsewhere.
//!
//! ```text
//! TO/objects/                  every object, in the embedded store's layout; shared by all backups of the folder
//! TO/<instant>/                database, access log (SQLite: a file of its own), objects.txt, tombstones.txt, manifest.json
//! KEYS-TO/<instant>/           the key store, tombstones.txt, manifest.json
//! ```
//!
//! **The order** makes it whole without stopping anything: the database first, as one snapshot; then the access log; then the
//! keys, so that every row's key is there (keys are only added, or destroyed); then the objects, which stand before the row
//! that names them. What was purged between snapshot and copying makes the snapshot be taken again. The manifest comes last
//! and fsynced: a backup without one is none.
//!
//! **Beside a running process.** SQLite is copied by `VACUUM INTO`: one read transaction, and free pages, which could hold what was
//! deleted, are not copied. Objects of the embedded store are files that are never changed in place, so they are read
//! directly and checked, without the lock that the process holds. PostgreSQL is dumped by `pg_dump` from an exported snapshot, in which
//! the names of the objects and the heads of both logs are read, too.
//!
//! Rejected: letting the running process make the backup (a route that gives everything away, and no backup when it is
//! down); copying SQLite's files (a torn copy without its write-ahead log); one archive per backup (nothing incremental).

mod database;
mod folder;
mod manifest;
mod mend;
mod objects;
mod progress;
mod restore;
mod take;

pub use folder::{append_tombstone, read_tombstones};
pub use manifest::{Head, KeysManifest, Manifest, Part, newest};
pub use mend::{Mended, mend};
pub use progress::Say;
pub use restore::{Restored, check_empty, restore};
pub use take::{To, take};

use crate::Error;
use std::path::Path;

/// Bytes as manifests write them.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    ::hex::encode(bytes)
}

/// A failure of the file system, with the path.
fn io(path: &Path, error: &std::io::Error) -> Error {
    Error::Start(format!("{}: {error}", path.display()))
}
