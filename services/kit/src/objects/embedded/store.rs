//! The folder as a whole: its lock, its version, the sweep at start, its buckets.

use super::bucket::Bucket;
use super::disk::Disk;
use super::fault::Fault;
use crate::objects::ObjectError;
use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};

const FORMAT: &str = "lysbro objects 1\n";

/// An open folder of the embedded store.
pub(super) struct Store {
    incoming: PathBuf,
    buckets_folder: PathBuf,
    buckets: RwLock<BTreeMap<String, Arc<Bucket>>>,
    disk: Disk,
    /// Locked until dropped; none when it is read beside the process that has it.
    _lock: Option<File>,
}

impl Store {
    /// Opens `folder`, making it when missing. Blocks.
    pub(super) fn open(folder: &Path) -> Result<Self, ObjectError> {
        let cannot = |fault: Fault| {
            ObjectError::Unavailable(format!(
                "the folder {} of the object store cannot be opened: {fault}",
                folder.display()
            ))
        };
        let disk = Disk::default();
        make_folder(folder, &disk).map_err(cannot)?;
        let lock = lock(folder)?;
        check_format(folder, &disk).map_err(cannot)??;
        let (incoming, buckets_folder) = (folder.join("incoming"), folder.join("buckets"));
        let open = || -> Result<_, Fault> {
            for part in [&incoming, &buckets_folder] {
                fs::create_dir_all(part)?;
            }
            disk.sync_directory(folder)?;
            sweep(&incoming)?;
            let mut buckets = BTreeMap::new();
            for found in fs::read_dir(&buckets_folder)? {
                let found = found?;
                if let Ok(name) = found.file_name().into_string() {
                    buckets.insert(name, Arc::new(Bucket::open(found.path(), false)?));
                }
            }
            Ok(RwLock::new(buckets))
        };
        let buckets = open().map_err(cannot)?;
        let store = Self { incoming, buckets_folder, buckets, disk, _lock: Some(lock) };
        match store.damaged() {
            0 => {}
            damaged => {
                tracing::error!(damaged, "files of the object store are not what was written; run `lysbro verify`");
            }
        }
        Ok(store)
    }

    /// Opens `folder` for reading alone, beside the process that may have it. Blocks.
    pub(super) fn open_beside(folder: &Path, bucket: &str) -> Result<Self, ObjectError> {
        let cannot = |fault: Fault| {
            ObjectError::Unavailable(format!("the objects in {} cannot be read: {fault}", folder.display()))
        };
        let (incoming, buckets_folder) = (folder.join("incoming"), folder.join("buckets"));
        let disk = Disk::for_reading();
        let opened = Bucket::open(buckets_folder.join(bucket), true).map_err(cannot)?;
        let buckets = RwLock::new(BTreeMap::from([(bucket.to_owned(), Arc::new(opened))]));
        Ok(Self { incoming, buckets_folder, buckets, disk, _lock: None })
    }

    pub(super) fn disk(&self) -> &Disk {
        &self.disk
    }

    /// Where bodies are written before they have a name.
    pub(super) fn incoming(&self) -> &Path {
        &self.incoming
    }

    pub(super) fn bucket(&self, name: &str) -> Result<Arc<Bucket>, Fault> {
        let buckets = self.buckets.read().unwrap_or_else(PoisonError::into_inner);
        buckets.get(name).cloned().ok_or(Fault::NoBucket)
    }

    /// Makes a bucket, whole or not at all. Blocks.
    pub(super) fn create_bucket(&self, name: &str) -> Result<(), Fault> {
        // The name becomes a folder's name; the protocol layer checks it as well.
        if !s3s::path::check_bucket_name(name) {
            return Err(Fault::Invalid("a bucket's name has 3 to 63 small letters, digits, dots and hyphens"));
        }
        let mut buckets = self.buckets.write().unwrap_or_else(PoisonError::into_inner);
        if buckets.contains_key(name) {
            return Err(Fault::BucketExists);
        }
        let new = tempfile::Builder::new().prefix("bucket-").tempdir_in(&self.incoming)?;
        Bucket::lay_out(new.path(), &self.disk)?;
        let folder = self.buckets_folder.join(name);
        fs::rename(new.keep(), &folder)?;
        self.disk.sync_directory(&self.buckets_folder)?;
        buckets.insert(name.to_owned(), Arc::new(Bucket::open(folder, false)?));
        Ok(())
    }

    /// Files met at start that are not whole objects.
    pub(super) fn damaged(&self) -> usize {
        let buckets = self.buckets.read().unwrap_or_else(PoisonError::into_inner);
        buckets.values().map(|bucket| bucket.damaged()).sum()
    }
}

fn make_folder(folder: &Path, disk: &Disk) -> Result<(), Fault> {
    if folder.is_dir() {
        return Ok(());
    }
    fs::create_dir_all(folder)?;
    // Its name must outlive a power cut, too.
    match folder.canonicalize()?.parent() {
        Some(parent) => disk.sync_directory(parent),
        None => Ok(()),
    }
}

fn lock(folder: &Path) -> Result<File, ObjectError> {
    let path = folder.join("lock");
    let cannot = |error: io::Error| ObjectError::Unavailable(format!("{} cannot be locked: {error}", path.display()));
    let file = OpenOptions::new().create(true).truncate(false).write(true).open(&path).map_err(cannot)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(ObjectError::Refused(format!(
            "the folder {} is already open in another Lysbro; stop that one first, or give each its own folder",
            folder.display()
        ))),
        Err(TryLockError::Error(error)) => Err(cannot(error)),
    }
}

/// Writes the version into a new folder, compares it in an old one.
fn check_format(folder: &Path, disk: &Disk) -> Result<Result<(), ObjectError>, Fault> {
    let path = folder.join("format");
    match fs::read_to_string(&path) {
        Ok(found) if found == FORMAT => Ok(Ok(())),
        Ok(found) if !found.is_empty() => Ok(Err(ObjectError::Refused(format!(
            "the folder {} holds objects in a layout that this version does not know; start the version of Lysbro that wrote it, or a newer one",
            folder.display()
        )))),
        // Missing, or empty after a power cut at the very first start.
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error.into()),
        _ => {
            fs::write(&path, FORMAT)?;
            disk.sync_file(&File::open(&path)?)?;
            Ok(Ok(()))
        }
    }
}

/// Removes bodies and buckets that never got their name.
fn sweep(incoming: &Path) -> Result<(), Fault> {
    for found in fs::read_dir(incoming)? {
        let found = found?;
        if found.file_type()?.is_dir() {
            fs::remove_dir_all(found.path())?;
        } else {
            fs::remove_file(found.path())?;
        }
    }
    Ok(())
}
