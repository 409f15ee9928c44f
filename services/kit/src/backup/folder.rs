//! Folders and files of a backup: private, synced, whole or not there; and the list of tombstones.

use super::io;
use crate::{At, Error};
use ring::digest::{Context, SHA256};
use std::collections::BTreeMap;
use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{ErrorKind, Read, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Component, Path, PathBuf};
use uuid::Uuid;

/// Name of the list of destroyed keys in a backup.
pub(super) const TOMBSTONES: &str = "tombstones.txt";

/// Makes a folder that its owner alone can enter.
pub(super) fn make(path: &Path) -> Result<(), Error> {
    DirBuilder::new().recursive(true).mode(0o700).create(path).map_err(|error| io(path, &error))
}

/// The names in a folder reach the disk.
pub(super) fn sync(folder: &Path) -> Result<(), Error> {
    File::open(folder).and_then(|folder| folder.sync_all()).map_err(|error| io(folder, &error))
}

/// Length and SHA-256 of a file, in hex, after it was synced.
pub(super) fn sealed(path: &Path) -> Result<(u64, String), Error> {
    let read = || {
        let mut file = File::open(path)?;
        file.sync_all()?;
        let mut hash = Context::new(&SHA256);
        let mut piece = vec![0; 1 << 20];
        let mut length = 0;
        loop {
            match file.read(&mut piece)? {
                0 => return Ok((length, hex::encode(hash.finish()))),
                read => {
                    hash.update(&piece[..read]);
                    length += read as u64;
                }
            }
        }
    };
    read().map_err(|error| io(path, &error))
}

/// Writes a file of which nobody sees a half: under another name, synced, renamed, and the name synced.
pub(super) fn write(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    let folder = path.parent().unwrap_or(Path::new("."));
    let put = || {
        let mut new = tempfile::Builder::new().prefix("new-").tempfile_in(folder)?;
        new.write_all(bytes)?;
        new.as_file().sync_all()?;
        new.persist(path).map_err(|failed| failed.error)?;
        Ok(())
    };
    put().map_err(|error| io(path, &error))?;
    sync(folder)
}

/// Whether one folder is the other, or lies inside it; neither needs to exist.
pub(super) fn overlap(one: &Path, other: &Path) -> Result<bool, Error> {
    let (one, other) = (real(one)?, real(other)?);
    Ok(one.starts_with(&other) || other.starts_with(&one))
}

/// The path without links and dots, also of what does not exist yet.
fn real(path: &Path) -> Result<PathBuf, Error> {
    let mut real = PathBuf::new();
    for part in std::path::absolute(path).map_err(|error| io(path, &error))?.components() {
        if part == Component::ParentDir {
            real.pop();
            continue;
        }
        real.push(part);
        match real.canonicalize() {
            Ok(found) => real = found,
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            Err(error) => return Err(io(path, &error)),
        }
    }
    Ok(real)
}

/// Adds one erased referral to a list that is kept outside: a line `<id> <instant>`, synced.
///
/// # Errors
/// When the file can't be written.
pub fn append_tombstone(path: &Path, id: Uuid, at: At) -> Result<(), Error> {
    let add = || {
        let mut file = OpenOptions::new().create(true).append(true).mode(0o600).open(path)?;
        writeln!(file, "{id} {at}")?;
        file.sync_all()
    };
    add().map_err(|error| io(path, &error))
}

/// Reads such a list; lines that begin with `#` are skipped.
///
/// # Errors
/// A line that names no id: nothing of a list is left out silently.
pub fn read_tombstones(path: &Path) -> Result<Vec<Uuid>, Error> {
    let text = fs::read_to_string(path).map_err(|error| io(path, &error))?;
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    let id = |line: &str| {
        let word = line.split_whitespace().next().unwrap_or_default();
        word.parse().map_err(|_| Error::Start(format!("{}: the line {line:?} names no id", path.display())))
    };
    lines.map(id).collect()
}

/// A list as it stands in a backup.
pub(super) fn tombstones_text(all: &BTreeMap<Uuid, At>) -> String {
    let lines: Vec<String> = all.iter().map(|(id, at)| format!("{id} {at}\n")).collect();
    lines.concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_overlap_by_what_they_are_and_not_by_their_names() {
        let folder = tempfile::TempDir::new().unwrap();
        let at = |name: &str| folder.path().join(name);
        fs::create_dir(at("data")).unwrap();
        std::os::unix::fs::symlink(at("data"), at("link")).unwrap();
        for (other, same) in [
            ("data", true),
            ("", true),
            ("link/backups", true),
            ("data/new/backups", true),
            ("new/../data", true),
            ("link/../data2", false),
            ("data-backups", false),
            ("new/backups", false),
        ] {
            assert_eq!(overlap(&at("data"), &at(other)).unwrap(), same, "{other}");
        }
    }
}
