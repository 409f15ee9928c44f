//! One bucket: 256 directories of objects, the index over them, and the locks under which an object gets or loses its name.

use super::disk::Disk;
use super::fault::Fault;
use super::incoming::Sealed;
use super::index::{Entry, Index};
use super::record::Record;
use ring::digest::{SHA256, digest};
use s3s::dto::ETagCondition;
use std::collections::HashSet;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

/// Directories of a bucket, and locks: the first byte of a key's SHA-256 chooses both.
const SHARDS: usize = 256;
/// Threads that read records when a bucket is opened: enough to keep a disk busy.
const READERS: usize = 8;

/// What must hold of the object that stands under the key when a new one takes its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Condition {
    Any,
    /// `If-None-Match: *`
    Absent,
    /// `If-Match`
    Is(ETagCondition),
}

impl Condition {
    fn check(&self, current: Option<&Entry>) -> Result<(), Fault> {
        let holds = match (self, current) {
            (Self::Any, _) | (Self::Absent, None) | (Self::Is(ETagCondition::Any), Some(_)) => true,
            (Self::Is(ETagCondition::ETag(tag)), Some(current)) => tag.as_strong() == Some(&current.etag),
            (Self::Absent, Some(_)) => false,
            (Self::Is(_), None) => return Err(Fault::NoKey),
        };
        if holds { Ok(()) } else { Err(Fault::Condition) }
    }
}

/// Where a key's object lies.
pub(super) struct Place {
    shard: usize,
    folder: PathBuf,
    file: PathBuf,
}

/// A bucket of the embedded store.
pub(super) struct Bucket {
    folder: PathBuf,
    index: RwLock<Index>,
    /// Files that are not whole objects, by path.
    damaged: RwLock<HashSet<PathBuf>>,
    /// Another process has the bucket and changes it: the files tell, not the index.
    beside: bool,
    shards: Vec<Mutex<()>>,
}

impl Bucket {
    /// Makes the directories of a bucket in `folder`, which exists and is empty, and fsyncs them.
    pub(super) fn lay_out(folder: &Path, disk: &Disk) -> Result<(), Fault> {
        for shard in 0..SHARDS {
            fs::create_dir(folder.join(format!("{shard:02x}")))?;
        }
        disk.sync_directory(folder)
    }

    /// Opens the bucket in `folder` and reads the record of every object in it.
    pub(super) fn open(folder: PathBuf, beside: bool) -> Result<Self, Fault> {
        let mut index = Index::default();
        let mut damaged = HashSet::new();
        let folder = &folder;
        let parts = std::thread::scope(|scope| {
            let readers: Vec<_> = (0..READERS)
                .map(|reader| scope.spawn(move || read_shards(folder, (reader..SHARDS).step_by(READERS))))
                .collect();
            readers.into_iter().map(std::thread::ScopedJoinHandle::join).collect::<Vec<_>>()
        });
        for part in parts {
            let (records, broken) =
                part.map_err(|_| Fault::Disk(io::Error::other("a thread that read the index panicked")))??;
            for record in records {
                let entry = Entry::from(&record);
                index.insert(record.key, entry);
            }
            damaged.extend(broken);
        }
        Ok(Self {
            folder: folder.clone(),
            index: RwLock::new(index),
            damaged: RwLock::new(damaged),
            beside,
            shards: std::iter::repeat_with(Mutex::default).take(SHARDS).collect(),
        })
    }

    /// Gives `sealed` its name if `condition` holds: the commit. Blocks.
    pub(super) fn commit(&self, disk: &Disk, sealed: Sealed, condition: &Condition) -> Result<Record, Fault> {
        let Sealed { file, record } = sealed;
        let place = self.place(&record.key);
        let _one_at_a_time = self.lock(&place);
        disk.check()?;
        condition.check(self.index().get(&record.key))?;
        let moved = match condition {
            // The file system refuses too, so that not even a damaged original is overwritten.
            Condition::Absent => file.persist_noclobber(&place.file),
            _ => file.persist(&place.file),
        };
        moved.map_err(|failed| match failed.error.kind() {
            io::ErrorKind::AlreadyExists => Fault::Condition,
            _ => Fault::from(failed.error),
        })?;
        disk.sync_directory(&place.folder)?;
        self.damaged_mut().remove(&place.file);
        self.index_mut().insert(record.key.clone(), Entry::from(&record));
        Ok(record)
    }

    /// Opens the object under `key`. Blocks.
    pub(super) fn read(&self, key: &str) -> Result<(File, Record), Fault> {
        let place = self.place(key);
        match self.try_read(key, &place) {
            // It may have been deleted between the index and the file: look again where nobody can delete.
            Err(Fault::Damaged) => {
                let _one_at_a_time = self.lock(&place);
                self.try_read(key, &place)
            }
            read => read,
        }
    }

    fn try_read(&self, key: &str, place: &Place) -> Result<(File, Record), Fault> {
        if !self.beside && self.index().get(key).is_none() {
            return Err(if self.damaged_ref().contains(&place.file) { Fault::Damaged } else { Fault::NoKey });
        }
        let mut file = File::open(&place.file).map_err(|error| match error.kind() {
            io::ErrorKind::NotFound if self.beside => Fault::NoKey,
            io::ErrorKind::NotFound => Fault::Damaged,
            _ => Fault::from(error),
        })?;
        let record = Record::read(&mut file)?;
        if record.key == key { Ok((file, record)) } else { Err(Fault::Damaged) }
    }

    /// Removes the object under `key`; nothing happens when there is none. Blocks.
    pub(super) fn delete(&self, disk: &Disk, key: &str) -> Result<(), Fault> {
        let place = self.place(key);
        let _one_at_a_time = self.lock(&place);
        disk.check()?;
        if self.index().get(key).is_none() && !self.damaged_ref().contains(&place.file) {
            return Ok(());
        }
        match fs::remove_file(&place.file) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error.into()),
            _ => disk.sync_directory(&place.folder)?,
        }
        self.damaged_mut().remove(&place.file);
        self.index_mut().remove(key);
        Ok(())
    }

    /// Whether the bucket's folder is still there. Blocks.
    pub(super) fn present(&self) -> Result<(), Fault> {
        fs::metadata(&self.folder).map(|_| ()).map_err(Fault::from)
    }

    pub(super) fn index(&self) -> RwLockReadGuard<'_, Index> {
        self.index.read().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn index_mut(&self) -> RwLockWriteGuard<'_, Index> {
        self.index.write().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn damaged(&self) -> usize {
        self.damaged_ref().len()
    }

    fn damaged_ref(&self) -> RwLockReadGuard<'_, HashSet<PathBuf>> {
        self.damaged.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn damaged_mut(&self) -> RwLockWriteGuard<'_, HashSet<PathBuf>> {
        self.damaged.write().unwrap_or_else(PoisonError::into_inner)
    }

    fn lock(&self, place: &Place) -> MutexGuard<'_, ()> {
        self.shards[place.shard].lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// By SHA-256: any key makes a short, harmless file name, and `a` does not stand in the way of `a/b`.
    pub(super) fn place(&self, key: &str) -> Place {
        let sum = digest(&SHA256, key.as_bytes());
        let name = hex::encode(sum.as_ref());
        let folder = self.folder.join(&name[..2]);
        Place { shard: usize::from(sum.as_ref()[0]), file: folder.join(name), folder }
    }
}

impl Place {
    #[cfg(test)]
    pub(super) fn file(&self) -> &Path {
        &self.file
    }
}

type Read = (Vec<Record>, Vec<PathBuf>);

/// The records in some directories of a bucket, and the files there that are not whole objects.
fn read_shards(folder: &Path, shards: impl Iterator<Item = usize>) -> Result<Read, Fault> {
    let (mut records, mut broken) = (Vec::new(), Vec::new());
    for shard in shards {
        for found in fs::read_dir(folder.join(format!("{shard:02x}")))? {
            let path = found?.path();
            let mut file = match File::open(&path) {
                Ok(file) => file,
                // Deleted meanwhile by the process that has the bucket.
                Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
                Err(error) => return Err(error.into()),
            };
            match Record::read(&mut file) {
                Ok(record) if path.ends_with(hex::encode(digest(&SHA256, record.key.as_bytes()))) => {
                    records.push(record);
                }
                Ok(_) | Err(Fault::Damaged) => broken.push(path),
                Err(fault) => return Err(fault),
            }
        }
    }
    Ok((records, broken))
}
