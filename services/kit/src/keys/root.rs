//! The root key, which wraps every data key: where it comes from, and how it is told apart.

use super::KeyError;
use crate::Random;
use crate::seal::DataKey;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use uuid::Uuid;

/// File of the root key in the data folder.
const FILE: &str = "root.key";
/// The one that takes its place, while it is being changed.
const NEXT: &str = "root.key.next";

/// The deployment's root key.
#[derive(Clone, Debug)]
pub struct RootKey(DataKey);

impl RootKey {
    /// Reads it from 64 hexadecimal digits; spaces and line ends between them don't matter.
    ///
    /// # Errors
    /// `Root` when it is anything else.
    pub fn from_hex(text: &str) -> Result<Self, KeyError> {
        let told = || KeyError::Root("it is not 64 hexadecimal digits".into());
        let digits: String = text.split_whitespace().collect();
        let bytes = hex::decode(digits).map_err(|_| told())?;
        Ok(Self(DataKey::new(bytes.try_into().map_err(|_| told())?)))
    }

    /// A new one.
    pub fn make(random: &Random) -> Self {
        Self(DataKey::new(random.bytes()))
    }

    /// Writes it to a new file that only its owner can read, synced with its folder.
    ///
    /// # Errors
    /// `Root` when the file stands already or can't be written.
    pub fn write(&self, path: &Path) -> Result<(), KeyError> {
        let write = || {
            let mut file = std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
            file.write_all(self.to_hex().as_bytes())?;
            file.sync_all()?;
            sync_folder(path)
        };
        write().map_err(|error: std::io::Error| told(path, &error))
    }

    /// For the recovery sheet alone: 64 hexadecimal digits.
    pub fn to_hex(&self) -> String {
        hex::encode(self.0.bytes())
    }

    /// Eight digits that tell two roots apart without giving either away.
    pub fn fingerprint(&self) -> String {
        hex::encode(&self.0.derive("fingerprint", &[])[..4])
    }

    /// What a finished restore of the backup `name` prints: nobody without the root key can say it.
    pub fn rehearsal(&self, name: &str) -> String {
        hex::encode(&self.0.derive("rehearsal", &[name.as_bytes()])[..6])
    }

    fn wrapping(&self) -> DataKey {
        DataKey::new(self.0.derive("wrap data keys", &[]))
    }

    pub(super) fn wrap(&self, random: &Random, id: Uuid, key: &DataKey) -> Vec<u8> {
        self.wrapping().seal(random, "data_key.wrapped", id.as_bytes(), key.bytes())
    }

    pub(super) fn unwrap(&self, id: Uuid, wrapped: &[u8]) -> Option<DataKey> {
        let bytes = self.wrapping().open("data_key.wrapped", id.as_bytes(), wrapped).ok()?;
        bytes.try_into().map(DataKey::new).ok()
    }
}

/// Where a process has its root keys from.
#[derive(Clone, Debug)]
pub enum Roots {
    /// Given to it: the one in use and, while it is being changed, the next.
    Given(Vec<RootKey>),
    /// In the files of this data folder, read again when a key does not open.
    Folder(PathBuf),
}

impl Roots {
    /// Those that are there now, the one in use first.
    ///
    /// # Errors
    /// `Root` when a file can't be read.
    pub fn read(&self) -> Result<Vec<RootKey>, KeyError> {
        match self {
            Self::Given(all) => Ok(all.clone()),
            Self::Folder(folder) => {
                // The next one first: when it takes its place between the two looks, it is met at both and not at neither.
                let next = read(&folder.join(NEXT))?;
                Ok(read(&folder.join(FILE))?.into_iter().chain(next).collect())
            }
        }
    }

    /// Makes the first one of a new deployment.
    ///
    /// # Errors
    /// `Root` when it can't be written.
    pub fn make(&self, random: &Random) -> Result<RootKey, KeyError> {
        let root = RootKey::make(random);
        if let Self::Folder(folder) = self {
            root.write(&folder.join(FILE))?;
        }
        Ok(root)
    }

    /// The next one: the one that a rotation had begun with, or a new one, which is on the disk before any key is wrapped.
    ///
    /// # Errors
    /// `Root` when none was given, or the file can't be read or written.
    pub fn next(&self, random: &Random) -> Result<RootKey, KeyError> {
        let Self::Folder(folder) = self else {
            let next = self.read()?.into_iter().nth(1);
            return next.ok_or_else(|| {
                KeyError::Root("give the next one with LYSBRO_ROOT_KEY_NEXT, to every service first".into())
            });
        };
        let path = folder.join(NEXT);
        if let Some(begun) = read(&path)? {
            return Ok(begun);
        }
        let next = RootKey::make(random);
        next.write(&path)?;
        Ok(next)
    }

    /// Puts those of `roots` that a folder lacks into its files: the first takes `root.key` when that is free. Gives them back.
    ///
    /// # Errors
    /// `Root` when a file can't be read or written, or there is no room for one more.
    pub fn keep(folder: &Path, roots: &[RootKey]) -> Result<Vec<RootKey>, KeyError> {
        let here = Self::Folder(folder.to_owned()).read()?;
        let mut kept = Vec::new();
        for root in roots {
            if here.iter().any(|one| one.fingerprint() == root.fingerprint()) {
                continue;
            }
            let file = folder.join(FILE);
            root.write(&if file.exists() { folder.join(NEXT) } else { file })?;
            kept.push(root.clone());
        }
        Ok(kept)
    }

    /// After every key is wrapped by the next one: it takes the place of the old one, which is gone.
    ///
    /// # Errors
    /// `Root` when the file can't be renamed: repeat the rotation, which only does that then.
    pub fn settle(&self) -> Result<(), KeyError> {
        let Self::Folder(folder) = self else { return Ok(()) };
        let (file, next) = (folder.join(FILE), folder.join(NEXT));
        if next.exists() {
            std::fs::rename(&next, &file).and_then(|()| sync_folder(&file)).map_err(|error| told(&file, &error))?;
        }
        Ok(())
    }
}

fn read(path: &Path) -> Result<Option<RootKey>, KeyError> {
    match std::fs::read_to_string(path) {
        Ok(text) => {
            RootKey::from_hex(&text).map(Some).map_err(|error| KeyError::Root(format!("{}: {error}", path.display())))
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(told(path, &error)),
    }
}

fn told(path: &Path, error: &std::io::Error) -> KeyError {
    KeyError::Root(format!("{}: {error}", path.display()))
}

fn sync_folder(path: &Path) -> std::io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    std::fs::File::open(folder)?.sync_all()
}
