//! The key store: one data key per referral, practice or person, wrapped by the deployment's root key.
//!
//! It is a database of its own, backed up apart with short retention, so that destroying a key erases what it sealed
//! from database, log, objects and, when the last older key backup lapses, from backups. A key commits before the first
//! sealed byte; a key that nothing uses is harmless. A destroyed key leaves a tombstone and never comes back.

use crate::db::Right;
use crate::seal::DataKey;
use crate::{At, Clock, Db, Migration, Random, Tx, statements};
use std::collections::BTreeMap;
use std::path::Path;
use uuid::Uuid;

/// Table of the key store (in its own database).
pub const MIGRATIONS: &[Migration] = &[Migration {
    number: 1,
    name: "key store",
    sql: "create table data_key (
            id {uuid} primary key, wrapped {bytes}, made_at {at} not null, destroyed_at {at}
        ) {strict};",
}];

/// What every service may do to the key store: take keys and make them.
pub const RIGHTS: &[Right] = &[("keys.data_key", "select, insert")];

/// What a service may do besides that destroys keys.
pub const DESTROYING: &[Right] = &[("keys.data_key", "update (wrapped, destroyed_at)")];

statements! {
    GET = "select wrapped, destroyed_at from data_key where id = $1";
    ADD = "insert into data_key (id, wrapped, made_at) values ($1, $2, $3) on conflict (id) do nothing";
    TOMBSTONES = "select id, destroyed_at from data_key where destroyed_at is not null";
    COUNT = "select count(*) from data_key where destroyed_at is null";
    DESTROY = "update data_key set wrapped = null, destroyed_at = $2 where id = $1 and destroyed_at is null";
    TOMBSTONE = "insert into data_key (id, made_at, destroyed_at) values ($1, $2, $2) on conflict (id) do nothing";
}

/// Every key that was destroyed, with the instant.
pub(crate) async fn tombstones(tx: &mut Tx) -> sqlx::Result<BTreeMap<Uuid, At>> {
    Ok(tx.q(TOMBSTONES).all::<(Uuid, At)>().await?.into_iter().collect())
}

/// How many keys stand.
pub(crate) async fn count(tx: &mut Tx) -> sqlx::Result<i64> {
    let (count,): (i64,) = tx.q(COUNT).one().await?;
    Ok(count)
}

/// Why a key could not be had.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// It was destroyed, or never made: what it sealed can't be read.
    #[error("the key was destroyed")]
    Erased,
    /// The root key does not open it: the wrong root, or a changed store.
    #[error("the root key does not open the key store: start with the root key that it was made with")]
    WrongRoot,
    /// The key store is not reachable.
    #[error(transparent)]
    Database(#[from] sqlx::Error),
    /// The root key's file.
    #[error("root key: {0}")]
    Root(String),
}

/// The deployment's root key.
#[derive(Clone, Debug)]
pub struct RootKey(DataKey);

impl RootKey {
    /// Reads it from 64 hexadecimal digits.
    pub fn from_hex(text: &str) -> Result<Self, KeyError> {
        let bytes = hex::decode(text.trim()).map_err(|_| KeyError::Root("it is not 64 hexadecimal digits".into()))?;
        let bytes = bytes.try_into().map_err(|_| KeyError::Root("it is not 64 hexadecimal digits".into()))?;
        Ok(Self(DataKey::new(bytes)))
    }

    /// Reads the file, or makes it (mode 0600, synced with its folder) at the first start. The bool says it was made.
    pub fn read_or_make(path: &Path, random: &Random) -> Result<(Self, bool), KeyError> {
        let told = |error: std::io::Error| KeyError::Root(format!("{}: {error}", path.display()));
        match std::fs::read_to_string(path) {
            Ok(text) => Ok((Self::from_hex(&text)?, false)),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                let root = Self(DataKey::new(random.bytes()));
                root.write(path)?;
                Ok((root, true))
            }
            Err(error) => Err(told(error)),
        }
    }

    /// Writes it to a new file that only its owner can read.
    pub fn write(&self, path: &Path) -> Result<(), KeyError> {
        write_private(path, &self.to_hex()).map_err(|error| KeyError::Root(format!("{}: {error}", path.display())))
    }

    /// For the recovery sheet alone: 64 hexadecimal digits.
    pub fn to_hex(&self) -> String {
        hex::encode(self.0.bytes())
    }

    /// Eight digits that tell two roots apart without giving either away.
    pub fn fingerprint(&self) -> String {
        hex::encode(&self.0.derive("fingerprint", &[])[..4])
    }

    fn wrapping(&self) -> DataKey {
        DataKey::new(self.0.derive("wrap data keys", &[]))
    }
}

fn write_private(path: &Path, text: &str) -> std::io::Result<()> {
    use std::io::Write;
    use std::os::unix::fs::OpenOptionsExt;
    let mut file = std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => std::fs::File::open(folder)?.sync_all(),
        _ => Ok(()),
    }
}

/// The key store.
#[derive(Clone, Debug)]
pub struct KeyStore {
    db: Db,
    root: RootKey,
    random: Random,
    clock: Clock,
}

impl KeyStore {
    /// Over a migrated database.
    pub fn new(db: Db, root: RootKey, random: Random, clock: Clock) -> Self {
        Self { db, root, random, clock }
    }

    /// The database that holds the wrapped keys.
    pub fn db(&self) -> &Db {
        &self.db
    }

    /// Fingerprints of the root keys that open it.
    pub fn fingerprints(&self) -> Vec<String> {
        vec![self.root.fingerprint()]
    }

    /// The key of `id`, made and committed now when there is none.
    ///
    /// # Errors
    /// `Erased` when it was destroyed.
    pub async fn ensure(&self, id: Uuid) -> Result<DataKey, KeyError> {
        if let Some(row) = self.row(id).await? {
            return self.unwrap(id, row);
        }
        let key = DataKey::new(self.random.bytes());
        let wrapped = self.root.wrapping().seal(&self.random, "data_key.wrapped", id.as_bytes(), key.bytes());
        self.db.q(ADD).bind(id).bind(wrapped).bind(self.clock.now()).exec().await?;
        // Another process may have been first: what stands is the key.
        self.get(id).await
    }

    /// The key of `id`.
    ///
    /// # Errors
    /// `Erased` when it was destroyed or never made.
    pub async fn get(&self, id: Uuid) -> Result<DataKey, KeyError> {
        let row = self.row(id).await?.ok_or(KeyError::Erased)?;
        self.unwrap(id, row)
    }

    /// Destroys the key of `id` for ever; repeating it changes nothing. Also remembers ids that had none.
    pub async fn destroy(&self, id: Uuid) -> Result<(), KeyError> {
        let now = self.clock.now();
        self.db.q(TOMBSTONE).bind(id).bind(now).exec().await?;
        self.db.q(DESTROY).bind(id).bind(now).exec().await?;
        if self.db.is_sqlite() {
            // The old page must not survive in the write-ahead log.
            let _: (i64, i64, i64) = self.db.q("pragma wal_checkpoint(truncate)").one().await?;
        }
        Ok(())
    }

    async fn row(&self, id: Uuid) -> Result<Option<(Option<Vec<u8>>, Option<At>)>, KeyError> {
        Ok(self.db.q(GET).bind(id).opt().await?)
    }

    fn unwrap(&self, id: Uuid, (wrapped, destroyed): (Option<Vec<u8>>, Option<At>)) -> Result<DataKey, KeyError> {
        let (Some(wrapped), None) = (wrapped, destroyed) else { return Err(KeyError::Erased) };
        let bytes =
            self.root.wrapping().open("data_key.wrapped", id.as_bytes(), &wrapped).map_err(|_| KeyError::WrongRoot)?;
        Ok(DataKey::new(bytes.try_into().map_err(|_| KeyError::WrongRoot)?))
    }
}
