//! What a backup is: written last, so that a backup without a manifest is none.

use super::{folder, io};
use crate::{At, Error};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::fs;
use std::path::{Path, PathBuf};

/// The version of this layout.
pub(super) const FORMAT: u32 = 1;
const NAME: &str = "manifest.json";

/// The newest entry of a hash chain: kept outside, it shows a tail that was cut off.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Head {
    /// Position of the event, or number of the group.
    pub number: i64,
    /// Its hash in hex.
    pub hash: String,
}

/// A file of a backup.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    /// `database`, `access-log`, `keys`, `objects` or `tombstones`.
    pub name: String,
    /// Beside the manifest.
    pub file: String,
    /// Bytes.
    pub bytes: u64,
    /// In hex.
    pub sha256: String,
}

/// A backup of database, access log and objects.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// Version of the layout.
    pub format: u32,
    /// Version of the program.
    pub program: String,
    /// Name of the folder; the keys that belong to it have the same.
    pub name: String,
    /// When it was taken.
    pub at: At,
    /// Head of the event log.
    pub log: Head,
    /// Head of the access log.
    pub access_log: Head,
    /// Its files.
    pub parts: Vec<Part>,
    /// How many objects.
    pub objects: u64,
    /// And how many bytes they have.
    pub object_bytes: u64,
    /// Objects that rows name and that were missing or damaged in the store.
    pub faults: Vec<String>,
}

/// A backup of the key store.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeysManifest {
    /// Version of the layout.
    pub format: u32,
    /// Version of the program.
    pub program: String,
    /// Name of the folder; the backup taken with it has the same.
    pub name: String,
    /// When it was taken.
    pub at: At,
    /// Fingerprint of the root key that opens it; older programs wrote two while it was being changed.
    pub roots: Vec<String>,
    /// Its files.
    pub parts: Vec<Part>,
    /// Keys that stand.
    pub keys: i64,
    /// Keys that were destroyed.
    pub tombstones: i64,
}

/// What both kinds of manifest can tell.
pub trait Named: DeserializeOwned {
    /// Version of the layout.
    fn format(&self) -> u32;
    /// Its files.
    fn parts(&self) -> &[Part];
}

impl Named for Manifest {
    fn format(&self) -> u32 {
        self.format
    }
    fn parts(&self) -> &[Part] {
        &self.parts
    }
}

impl Named for KeysManifest {
    fn format(&self) -> u32 {
        self.format
    }
    fn parts(&self) -> &[Part] {
        &self.parts
    }
}

/// The part that stands in a file.
pub(super) fn part(folder: &Path, name: &str, file: &str) -> Result<Part, Error> {
    let (bytes, sha256) = folder::sealed(&folder.join(file))?;
    Ok(Part { name: name.to_owned(), file: file.to_owned(), bytes, sha256 })
}

/// Writes a manifest: from now on the backup is whole.
pub(super) fn write(folder: &Path, manifest: &impl Serialize) -> Result<(), Error> {
    let text = serde_json::to_vec_pretty(manifest).map_err(|error| Error::Start(format!("the manifest: {error}")))?;
    folder::write(&folder.join(NAME), &text)
}

/// Reads the manifest at a path: the file, or the backup's folder.
///
/// # Errors
/// When it can't be read or is of a newer layout.
pub(super) fn read<M: Named>(path: &Path) -> Result<M, Error> {
    let path = if path.is_dir() { path.join(NAME) } else { path.to_owned() };
    let text = fs::read(&path).map_err(|error| io(&path, &error))?;
    let manifest: M =
        serde_json::from_slice(&text).map_err(|error| Error::Start(format!("{}: {error}", path.display())))?;
    if manifest.format() > FORMAT {
        return Err(Error::Start(format!("{} was written by a newer Lysbro: use that one", path.display())));
    }
    Ok(manifest)
}

impl Manifest {
    /// Reads the manifest at a path: the file, or the backup's folder.
    ///
    /// # Errors
    /// When it can't be read or is of a newer layout.
    pub fn read(path: &Path) -> Result<Self, Error> {
        read(path)
    }

    /// The file of a part.
    pub(super) fn file(&self, name: &str) -> Option<&str> {
        self.parts.iter().find(|part| part.name == name).map(|part| part.file.as_str())
    }
}

/// Compares every file with what the manifest says.
///
/// # Errors
/// The first that is missing or changed.
pub(super) fn check(folder: &Path, manifest: &impl Named) -> Result<(), Error> {
    for part in manifest.parts() {
        let path = folder.join(&part.file);
        let (bytes, sha256) = folder::sealed(&path)?;
        if (bytes, &sha256) != (part.bytes, &part.sha256) {
            return Err(Error::Damaged(format!(
                "{} is not what was written: take the backup before this one, or another copy",
                path.display()
            )));
        }
    }
    Ok(())
}

/// The whole backups in a folder, oldest first: by the names of their folders, which are their instants.
pub(super) fn whole(from: &Path) -> Result<Vec<PathBuf>, Error> {
    let mut all = Vec::new();
    for found in fs::read_dir(from).map_err(|error| io(from, &error))? {
        let path = found.map_err(|error| io(from, &error))?.path();
        if path.join(NAME).is_file() {
            all.push(path);
        }
    }
    all.sort();
    Ok(all)
}

/// The newest whole backup in a folder, or the folder itself when it is one.
///
/// # Errors
/// When there is none.
pub fn newest(from: &Path) -> Result<PathBuf, Error> {
    if from.join(NAME).is_file() {
        return Ok(from.to_owned());
    }
    let none = || Error::Start(format!("{} holds no whole backup: no folder in it has a {NAME}", from.display()));
    whole(from)?.pop().ok_or_else(none)
}

/// Removes all but the `keep` newest whole backups, and what an interrupted one left behind; says how many.
pub(super) fn prune(folder: &Path, keep: usize) -> Result<usize, Error> {
    let whole = whole(folder)?;
    let old = whole.len().saturating_sub(keep.max(1));
    let mut removed = 0;
    for found in fs::read_dir(folder).map_err(|error| io(folder, &error))? {
        let path = found.map_err(|error| io(folder, &error))?.path();
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        let unfinished = is_name(name) && !whole.contains(&path);
        if unfinished || whole[..old].contains(&path) {
            // The manifest goes first: what is half removed is no backup.
            drop(fs::remove_file(path.join(NAME)));
            fs::remove_dir_all(&path).map_err(|error| io(&path, &error))?;
            removed += usize::from(!unfinished);
        }
    }
    Ok(removed)
}

/// The folder's name of a backup taken at an instant: sorts by time.
pub(super) fn name_of(at: At) -> String {
    let t = at.datetime();
    format!(
        "{:04}{:02}{:02}T{:02}{:02}{:02}.{:03}Z",
        t.year(),
        u8::from(t.month()),
        t.day(),
        t.hour(),
        t.minute(),
        t.second(),
        t.millisecond()
    )
}

/// Nothing else in the folder is ever removed.
fn is_name(name: &str) -> bool {
    let digits = |part: &str, count| part.len() == count && part.bytes().all(|byte| byte.is_ascii_digit());
    name.strip_suffix('Z').and_then(|name| name.split_once('T')).is_some_and(|(day, time)| {
        digits(day, 8) && time.split_once('.').is_some_and(|(time, milli)| digits(time, 6) && digits(milli, 3))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_sort_and_are_told_from_other_folders() {
        let name = name_of(At::from_micros(1_772_438_400_123_456));
        assert_eq!(name, "20260302T080000.123Z");
        assert!(is_name(&name));
        for other in ["objects", "20260302", "20260302T080000Z", "2026030aT080000.123Z", "lost+found"] {
            assert!(!is_name(other), "{other}");
        }
    }

    #[test]
    fn only_whole_backups_count_and_others_folders_stay() {
        let folder = tempfile::TempDir::new().unwrap();
        let at = |day: i64| folder.path().join(name_of(At::from_micros(day * 86_400_000_000)));
        assert!(newest(folder.path()).is_err());
        for day in 1..=4 {
            fs::create_dir(at(day)).unwrap();
            if day != 4 {
                fs::write(at(day).join(NAME), "{}").unwrap();
            }
        }
        fs::create_dir(folder.path().join("lost+found")).unwrap();
        assert_eq!(newest(folder.path()).unwrap(), at(3));
        assert_eq!(prune(folder.path(), 2).unwrap(), 1);
        assert!(!at(1).exists() && at(2).exists() && at(3).exists() && !at(4).exists());
        assert!(folder.path().join("lost+found").exists());
    }
}
