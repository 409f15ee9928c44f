//! The key store: one data key per referral, practice or person, wrapped by the deployment's root key.
//!
//! It is a database of its own, backed up apart with short retention, so that destroying a key erases what it sealed
//! from database, log, objects and, when the last older key backup lapses, from backups. A key commits before the first
//! sealed byte; a key that nothing uses is harmless. A destroyed key leaves a tombstone and never comes back.

mod care;
mod ring;
mod root;
mod rotate;

pub use care::Care;
pub use ring::Ring;
pub use root::{RootKey, Roots};
pub(crate) use rotate::in_use;

use crate::db::Right;
use crate::seal::DataKey;
use crate::{At, Clock, Db, Migration, Random, Tx, statements};
use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};
use uuid::Uuid;

/// Tables of the key store (in its own database).
pub const MIGRATIONS: &[Migration] = &[
    Migration {
        number: 1,
        name: "key store",
        sql: "create table data_key (
            id {uuid} primary key, wrapped {bytes}, made_at {at} not null, destroyed_at {at}
        ) {strict};",
    },
    Migration {
        number: 20,
        name: "which root wrapped a key; sheet and rehearsal",
        sql: "
        create table root_key (fingerprint text primary key, since {at} not null) {strict};
        alter table data_key add column root text references root_key (fingerprint);
        create table key_care (what text primary key, fingerprint text not null, at {at} not null) {strict};
    ",
    },
];

/// What a service that opens sealed content may do. One without it gets no key store and needs no root key.
/// A root key is noted by the owner's `lysbro migrate` alone.
pub const OPENING: &[Right] = &[("keys.data_key", "select"), ("keys.root_key", "select"), ("keys.key_care", "select")];

/// What a service may do besides that begins something with a key of its own.
pub const MAKING: &[Right] = &[("keys.data_key", "insert")];

/// What a service may do besides that destroys keys.
pub const DESTROYING: &[Right] = &[("keys.data_key", "update (wrapped, destroyed_at, root)")];

statements! {
    GET = "select wrapped, destroyed_at from data_key where id = $1";
    AMONG = "select id, wrapped, destroyed_at from data_key where id in ($1)";
    ADD = "insert into data_key (id, wrapped, made_at, root) values ($1, $2, $3, $4) on conflict (id) do nothing";
    ANY = "select exists (select 1 from data_key)";
    TOMBSTONES = "select id, destroyed_at from data_key where destroyed_at is not null";
    COUNT = "select count(*) from data_key where destroyed_at is null";
    DESTROY = "update data_key set wrapped = null, root = null, destroyed_at = $2 where id = $1 and destroyed_at is null";
    TOMBSTONE = "insert into data_key (id, made_at, destroyed_at) values ($1, $2, $2) on conflict (id) do nothing";
}

/// Every statement that runs in the key store.
pub const STATEMENT_LISTS: &[&[(&str, &str)]] = &[STATEMENTS, rotate::STATEMENTS, care::STATEMENTS];

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

/// The key store.
#[derive(Clone, Debug)]
pub struct KeyStore {
    db: Db,
    from: Roots,
    /// Those known, the one in use first; read again from where they come when a key does not open.
    roots: Arc<RwLock<Vec<RootKey>>>,
    random: Random,
    clock: Clock,
}

impl KeyStore {
    /// Over a migrated database, with these root keys.
    pub fn new(db: Db, known: Vec<RootKey>, random: Random, clock: Clock) -> Self {
        let roots = Arc::new(RwLock::new(known.clone()));
        Self { db, from: Roots::Given(known), roots, random, clock }
    }

    /// For services that open nothing: no root key, and `db` holds no keys, so asking for one is an error of the database.
    pub(crate) fn closed(db: Db, random: Random, clock: Clock) -> Self {
        Self { db, from: Roots::Given(Vec::new()), roots: Arc::default(), random, clock }
    }

    /// Whether this process does without keys.
    pub fn is_closed(&self) -> bool {
        matches!(&self.from, Roots::Given(roots) if roots.is_empty())
    }

    /// Over a migrated database, with the root keys that are there; the first is made where nothing stands yet, and returned.
    ///
    /// # Errors
    /// `WrongRoot` when there are keys and none of the roots is theirs: nothing is made then.
    pub async fn open(db: Db, from: Roots, random: Random, clock: Clock) -> Result<(Self, Option<RootKey>), KeyError> {
        let mut roots = from.read()?;
        let (any,): (bool,) = db.q(ANY).one().await?;
        let mut made = None;
        if roots.is_empty() {
            if any {
                return Err(KeyError::Root(
                    "root.key is missing, and the key store holds keys: put it back from the recovery sheet".into(),
                ));
            }
            made = Some(from.make(&random)?);
            roots.extend(made.clone());
        }
        let store = Self { db, from, roots: Arc::new(RwLock::new(roots)), random, clock };
        let used = store.in_use().await?;
        let known = store.known();
        if used.is_empty() {
            if let Some(root) = known.first() {
                store.note_root(root, store.clock.now()).await.map_err(not_noted)?;
            }
        } else if known.iter().all(|root| !used.contains(&root.fingerprint())) {
            let had: Vec<_> = known.iter().map(RootKey::fingerprint).collect();
            return Err(KeyError::Root(format!(
                "{} does not open this key store, which needs {}: take the recovery sheet with that fingerprint",
                had.join(" or "),
                used.join(" or ")
            )));
        }
        Ok((store, made))
    }

    /// The database that holds the wrapped keys.
    pub fn db(&self) -> &Db {
        &self.db
    }

    /// Where the root keys come from.
    pub fn roots(&self) -> &Roots {
        &self.from
    }

    fn known(&self) -> Vec<RootKey> {
        self.roots.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Looks again where the root keys come from: another process may be changing them.
    fn look_again(&self) -> Result<Vec<RootKey>, KeyError> {
        let found = self.from.read()?;
        self.roots.write().unwrap_or_else(PoisonError::into_inner).clone_from(&found);
        Ok(found)
    }

    /// The newest root key in use: new keys are wrapped by it.
    ///
    /// # Errors
    /// `WrongRoot` when this process knows none that is in use.
    pub async fn newest(&self) -> Result<RootKey, KeyError> {
        let used = self.in_use().await?;
        let find = |known: &[RootKey]| {
            used.iter().find_map(|one| known.iter().find(|root| root.fingerprint() == *one).cloned())
        };
        if let Some(root) = find(&self.known()) {
            return Ok(root);
        }
        find(&self.look_again()?).ok_or(KeyError::WrongRoot)
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
        // A second time when the root was changed between the two statements.
        for tries in 0..2 {
            let root = self.newest().await?;
            let wrapped = root.wrap(&self.random, id, &key);
            let add = self.db.q(ADD).bind(id).bind(wrapped).bind(self.clock.now()).bind(root.fingerprint());
            match add.exec().await {
                Ok(_) => break,
                Err(error) if tries == 0 && rotate::is_needed(&error) => {}
                Err(error) => return Err(error.into()),
            }
        }
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
        self.truncate_log().await
    }

    /// The old page must not survive in SQLite's write-ahead log.
    async fn truncate_log(&self) -> Result<(), KeyError> {
        if self.db.is_sqlite() {
            let _: (i64, i64, i64) = self.db.q("pragma wal_checkpoint(truncate)").one().await?;
        }
        Ok(())
    }

    async fn row(&self, id: Uuid) -> Result<Option<(Option<Vec<u8>>, Option<At>)>, KeyError> {
        Ok(self.db.q(GET).bind(id).opt().await?)
    }

    fn unwrap(&self, id: Uuid, (wrapped, destroyed): (Option<Vec<u8>>, Option<At>)) -> Result<DataKey, KeyError> {
        let (Some(wrapped), None) = (wrapped, destroyed) else { return Err(KeyError::Erased) };
        if let Some(key) = open_with(&self.known(), id, &wrapped) {
            return Ok(key);
        }
        open_with(&self.look_again()?, id, &wrapped).ok_or(KeyError::WrongRoot)
    }
}

/// A service's login may not note a root key.
fn not_noted(error: KeyError) -> KeyError {
    let refused =
        matches!(&error, KeyError::Database(sqlx::Error::Database(told)) if told.code().as_deref() == Some("42501"));
    if refused {
        KeyError::Root("the key store knows none yet: `lysbro migrate` with LYSBRO_ROOT_KEY notes it".into())
    } else {
        error
    }
}

fn open_with(roots: &[RootKey], id: Uuid, wrapped: &[u8]) -> Option<DataKey> {
    roots.iter().find_map(|root| root.unwrap(id, wrapped))
}
