//! Keys of many subjects at once: an import seals thousands of events in one transaction, and must not ask once per event.

use super::{ADD, AMONG, KeyError, KeyStore, rotate};
use crate::At;
use crate::seal::DataKey;
use std::collections::BTreeMap;
use uuid::Uuid;

/// Data keys at hand, by what they seal.
#[derive(Clone, Debug, Default)]
pub struct Ring(BTreeMap<Uuid, DataKey>);

impl Ring {
    /// With one key.
    pub(crate) fn of(id: Uuid, key: DataKey) -> Self {
        Self(BTreeMap::from([(id, key)]))
    }

    /// The key of `id`.
    ///
    /// # Errors
    /// `Erased` when it is not on the ring.
    pub fn get(&self, id: Uuid) -> Result<&DataKey, KeyError> {
        self.0.get(&id).ok_or(KeyError::Erased)
    }

    /// This ring's keys and another's.
    #[must_use]
    pub fn with(mut self, other: Self) -> Self {
        self.0.extend(other.0);
        self
    }
}

type KeyRow = (Uuid, Option<Vec<u8>>, Option<At>);

impl KeyStore {
    /// The keys of all `ids`, made and committed now in one transaction where there are none.
    ///
    /// # Errors
    /// `Erased` when one was destroyed.
    pub async fn ensure_all(&self, ids: &[Uuid]) -> Result<Ring, KeyError> {
        // A second time when the root was changed meanwhile.
        for tries in 0..2 {
            match self.add_all(ids).await {
                Err(KeyError::Database(error)) if tries == 0 && rotate::is_needed(&error) => {}
                done => {
                    done?;
                    break;
                }
            }
        }
        // Another process may have been first: what stands is the key.
        self.get_all(ids).await
    }

    async fn add_all(&self, ids: &[Uuid]) -> Result<(), KeyError> {
        let (root, now) = (self.newest().await?, self.clock.now());
        let mut tx = self.db.begin().await?;
        let fingerprint = root.fingerprint();
        tx.each(ADD, ids.to_vec(), |q, id| {
            let wrapped = root.wrap(&self.random, id, &DataKey::new(self.random.bytes()));
            q.bind(id).bind(wrapped).bind(now).bind(fingerprint.clone())
        })
        .await?;
        Ok(tx.commit().await?)
    }

    /// The keys of those `ids` whose key stands.
    ///
    /// # Errors
    /// Of the database, or a root key that is not at hand.
    pub async fn standing(&self, ids: &[Uuid]) -> Result<Ring, KeyError> {
        let rows: Vec<KeyRow> = self.db.among(AMONG, ids).await?;
        let mut ring = Ring::default();
        for (id, wrapped, destroyed) in rows.into_iter().filter(|row| row.2.is_none()) {
            ring.0.insert(id, self.unwrap(id, (wrapped, destroyed))?);
        }
        Ok(ring)
    }

    /// The keys of all `ids`.
    ///
    /// # Errors
    /// `Erased` when one was destroyed or never made.
    pub async fn get_all(&self, ids: &[Uuid]) -> Result<Ring, KeyError> {
        let rows: Vec<KeyRow> = self.db.among(AMONG, ids).await?;
        let mut ring = Ring::default();
        for (id, wrapped, destroyed) in rows {
            ring.0.insert(id, self.unwrap(id, (wrapped, destroyed))?);
        }
        match ids.iter().find(|id| !ring.0.contains_key(id)) {
            Some(_) => Err(KeyError::Erased),
            None => Ok(ring),
        }
    }
}
