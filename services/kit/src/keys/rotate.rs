//! Changing the root key while everything runs: every data key is wrapped anew, one after the other.
//!
//! The next root stands on the disk (or with every service) before the first key is wrapped by it, and every process knows
//! both until the end, so a kill at any point costs nothing and repeating goes on where it stopped. A row says which root
//! wrapped it, and the old root's own row is removed last: a foreign key refuses that while any row needs it, and refuses from then
//! on every key that a process with the old root alone would add.

use super::{KeyError, KeyStore, RootKey};
use crate::{At, statements};
use uuid::Uuid;

statements! {
    ADD_ROOT = "insert into root_key (fingerprint, since) values ($1, $2) on conflict (fingerprint) do nothing";
    ROOTS = "select fingerprint from root_key order by since desc, fingerprint";
    OLD = "select id, wrapped from data_key where wrapped is not null and (root is null or root <> $1) order by id limit 200";
    REWRAP = "update data_key set wrapped = $2, root = $3 where id = $1 and wrapped = $4";
    FREE_DESTROYED = "update data_key set root = null where wrapped is null and root is not null";
    DROP_OLD = "delete from root_key where fingerprint <> $1";
}

impl KeyStore {
    /// Fingerprints of the root keys that wrap something, the newest first.
    pub(super) async fn in_use(&self) -> Result<Vec<String>, KeyError> {
        let rows: Vec<(String,)> = self.db.q(ROOTS).all().await?;
        Ok(rows.into_iter().map(|(fingerprint,)| fingerprint).collect())
    }

    pub(super) async fn note_root(&self, root: &RootKey, now: At) -> Result<(), KeyError> {
        self.db.q(ADD_ROOT).bind(root.fingerprint()).bind(now).exec().await?;
        Ok(())
    }

    /// Wraps every data key by `next` and forgets every other root; says how many keys it wrapped. Repeating it goes on where
    /// it stopped.
    ///
    /// # Errors
    /// `WrongRoot` when a key opens by none of the roots at hand: then it and the root that it needs stay as they are.
    pub async fn rotate(&self, next: &RootKey) -> Result<u64, KeyError> {
        self.note_root(next, self.clock.now()).await?;
        let mut done = 0;
        loop {
            done += self.rewrap(next).await?;
            self.db.q(FREE_DESTROYED).exec().await?;
            match self.db.q(DROP_OLD).bind(next.fingerprint()).exec().await {
                Ok(_) => break,
                // A process that has not learned of the next root added a key meanwhile.
                Err(error) if is_needed(&error) => {}
                Err(error) => return Err(error.into()),
            }
        }
        self.truncate_log().await?;
        Ok(done)
    }

    async fn rewrap(&self, next: &RootKey) -> Result<u64, KeyError> {
        let mut done = 0;
        loop {
            let page: Vec<(Uuid, Vec<u8>)> = self.db.q(OLD).bind(next.fingerprint()).all().await?;
            if page.is_empty() {
                return Ok(done);
            }
            let mut tx = self.db.begin().await?;
            for (id, wrapped) in page {
                let key = super::open_with(&self.known(), id, &wrapped).or_else(|| next.unwrap(id, &wrapped));
                let again = next.wrap(&self.random, id, &key.ok_or(KeyError::WrongRoot)?);
                // Not when it was destroyed meanwhile.
                done += tx.q(REWRAP).bind(id).bind(again).bind(next.fingerprint()).bind(wrapped).exec().await?;
            }
            tx.commit().await?;
        }
    }
}

pub(super) fn is_needed(error: &sqlx::Error) -> bool {
    error.as_database_error().is_some_and(|error| matches!(error.kind(), sqlx::error::ErrorKind::ForeignKeyViolation))
}
