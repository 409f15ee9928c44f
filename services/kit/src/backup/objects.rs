//! Objects out of a store into a backup, and back.

use super::progress::{Progress, Say};
use super::{folder, io};
use crate::Error;
use crate::objects::{Embedded, ObjectError, Objects};
use crate::pictures::sha256;
use futures::StreamExt;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::path::Path;

/// The list of a backup's objects.
pub(super) const LIST: &str = "objects.txt";
/// The store that all backups of a folder share.
pub(super) const STORE: &str = "objects";
/// Objects on their way at once.
const AT_ONCE: usize = 8;

/// What is known of an object in a backup.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Held {
    pub(super) bytes: u64,
    pub(super) sha256: Vec<u8>,
}

/// What copying came to.
#[derive(Debug, Default)]
pub(super) struct Copied {
    /// Every object of the backup.
    pub(super) held: BTreeMap<String, Held>,
    /// How many were copied now; the others stood there.
    pub(super) new: usize,
    /// Named by a row and not in the store.
    pub(super) missing: BTreeSet<String>,
    /// Named by a row and not what the row says.
    pub(super) damaged: BTreeSet<String>,
}

/// The store of a backup's folder, open: two backups at once can't share it.
pub(super) struct Shelf {
    there: Objects,
    putting: Objects,
    _open: Embedded,
}

impl Shelf {
    /// Opens it, making it when missing.
    pub(super) fn open(folder: &Path) -> Result<Self, Error> {
        let target = folder.join(STORE);
        folder::make(&target)?;
        let (there, open) = Objects::embedded(&target)?;
        Ok(Self { there, putting: Objects::embedded_janitor(&open), _open: open })
    }
}

enum One {
    Held(Held, bool),
    Missing,
    Damaged,
}

impl Copied {
    /// Copies what the store has and what rows name; what was done before is not done again.
    pub(super) async fn more(
        &mut self,
        from: &Objects,
        to: &Shelf,
        named: &HashMap<String, Vec<u8>>,
        say: &Say,
    ) -> Result<(), Error> {
        let Shelf { there, putting, .. } = to;
        let stands: HashSet<String> = there.list("", None, usize::MAX).await?.into_iter().map(|one| one.key).collect();
        let mut keys: BTreeSet<String> =
            from.list("", None, usize::MAX).await?.into_iter().map(|one| one.key).collect();
        keys.extend(named.keys().cloned());
        keys.retain(|key| !self.held.contains_key(key));
        (self.missing, self.damaged) = Default::default();
        let mut progress = Progress::new(say, "objects", keys.len());
        let mut copying = futures::stream::iter(keys)
            .map(|key| {
                let hash = named.get(&key);
                let stands = stands.contains(&key);
                async move { copy(from, there, putting, stands, &key, hash).await.map(|one| (key, one)) }
            })
            .buffer_unordered(AT_ONCE);
        while let Some(done) = copying.next().await {
            let (key, one) = done?;
            match one {
                One::Held(held, new) => {
                    progress.one(held.bytes);
                    self.new += usize::from(new);
                    self.held.insert(key, held);
                }
                // What no row names may go at any time.
                One::Missing if named.contains_key(&key) => {
                    self.missing.insert(key);
                }
                One::Damaged if named.contains_key(&key) => {
                    self.damaged.insert(key);
                }
                One::Missing | One::Damaged => {}
            }
        }
        Ok(())
    }

    /// The list of all objects: hash, length, key.
    pub(super) fn text(&self) -> String {
        let line = |(key, held): (&String, &Held)| format!("{} {} {key}\n", hex::encode(&held.sha256), held.bytes);
        self.held.iter().map(line).collect()
    }
}

/// Leaves what stands in the backup with the right hash, and never replaces it by something else.
async fn copy(
    from: &Objects,
    there: &Objects,
    putting: &Objects,
    stands: bool,
    key: &str,
    hash: Option<&Vec<u8>>,
) -> Result<One, Error> {
    if let (true, Some(hash)) = (stands, hash) {
        match there.get(key).await {
            Ok(bytes) if sha256(&bytes) == *hash => {
                return Ok(One::Held(Held { bytes: bytes.len() as u64, sha256: hash.clone() }, false));
            }
            Ok(_) | Err(ObjectError::Damaged(_) | ObjectError::Absent) => {}
            Err(error) => return Err(error.into()),
        }
    }
    let bytes = match from.get(key).await {
        Ok(bytes) => bytes,
        Err(ObjectError::Absent) => return Ok(One::Missing),
        Err(ObjectError::Damaged(_)) => return Ok(One::Damaged),
        Err(error) => return Err(error.into()),
    };
    let found = sha256(&bytes);
    if hash.is_some_and(|hash| *hash != found) {
        return Ok(One::Damaged);
    }
    let held = Held { bytes: bytes.len() as u64, sha256: found };
    putting.put(key, bytes).await?;
    Ok(One::Held(held, true))
}

/// Puts every object on a backup's list into an empty store; gives back those that the backup does not hold any more.
pub(super) async fn put_back(from: &Path, list: &Path, to: &Objects, say: &Say) -> Result<Vec<String>, Error> {
    let store = Objects::embedded_beside(&from.join(STORE))?;
    let text = std::fs::read_to_string(list).map_err(|error| io(list, &error))?;
    let mut lines = Vec::new();
    for line in text.lines() {
        let mut words = line.splitn(3, ' ');
        let hash = words.next().and_then(|word| hex::decode(word).ok());
        let (Some(hash), Some(_), Some(key)) = (hash, words.next(), words.next()) else {
            return Err(Error::Damaged(format!("{}: the line {line:?} names no object", list.display())));
        };
        lines.push((key.to_owned(), hash));
    }
    let mut progress = Progress::new(say, "objects", lines.len());
    let mut lost = Vec::new();
    let mut putting = futures::stream::iter(lines)
        .map(|(key, hash)| {
            let store = &store;
            async move {
                match store.get(&key).await {
                    Ok(bytes) if sha256(&bytes) == hash => {
                        let length = bytes.len() as u64;
                        to.put_new(&key, bytes).await?;
                        Ok(Ok(length))
                    }
                    Ok(_) | Err(ObjectError::Absent | ObjectError::Damaged(_)) => Ok(Err(key)),
                    Err(error) => Err(Error::from(error)),
                }
            }
        })
        .buffer_unordered(AT_ONCE);
    while let Some(done) = putting.next().await {
        match done? {
            Ok(length) => progress.one(length),
            Err(key) => lost.push(key),
        }
    }
    Ok(lost)
}
