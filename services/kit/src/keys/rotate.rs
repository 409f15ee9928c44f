//! Changing the root key while everything runs: every data key is wrapped anew, one after the other.
//!
//! The next root stands on the disk (or with every service) before the first key is wrapped by it, and every process knows
//! both until the end, so a kill at any point costs nothing and repeating goes on where it stopped. A row says which root
//! wrapped it, and the old root's own row is removed last: a foreign key refuses that while any row needs it, and refuses from then
//! on every key that a process with the old root alone would add.

use super::{KeyError, KeyStore, RootKey, Roots};
use crate::{At, Tx, statements};
use uuid::Uuid;

statements! {
    ADD_ROOT = "insert into root_key (fingerprint, since) values ($1, $2) on conflict (fingerprint) do nothing";
    ROOTS = "select fingerprint from root_key order by since desc, fingerprint";
    OLD = "select id, wrapped from data_key where wrapped is not null and (root is null or root <> $1) order by id limit 200";
    REWRAP = "update data_key set wrapped = $2, root = $3 where id = $1 and wrapped = $4";
    FREE_DESTROYED = "update data_key set root = null where wrapped is null and root is not null";
    DROP_OLD = "delete from root_key where fingerprint <> $1";
    WRAPPED = "select id, wrapped from data_key where wrapped is not null and id > $1 order by id limit 1000";
}

/// Fingerprints of the root keys that wrap something in this snapshot, the newest first.
pub(crate) async fn in_use(tx: &mut Tx) -> sqlx::Result<Vec<String>> {
    let rows: Vec<(String,)> = tx.q(ROOTS).all().await?;
    Ok(rows.into_iter().map(|(fingerprint,)| fingerprint).collect())
}

impl KeyStore {
    /// Whether the root key is being changed: keys are wrapped by more than one, or the next one stands ready.
    ///
    /// # Errors
    /// `Database`; `Root` when a root key's file can't be read.
    pub async fn is_changing(&self) -> Result<bool, KeyError> {
        let used = self.in_use().await?;
        let known = self.look_again()?;
        let next = match &self.from {
            Roots::Folder(_) => known.len() > 1,
            // After the change both are given until every service has the next one as its own.
            Roots::Given(_) => known.iter().skip(1).any(|next| !used.contains(&next.fingerprint())),
        };
        Ok(used.len() > 1 || next)
    }

    /// Those of the known root keys that open the keys that stand, in the order in which they are known.
    ///
    /// # Errors
    /// `WrongRoot` when a key opens by none of them.
    pub async fn openers(&self) -> Result<Vec<RootKey>, KeyError> {
        let known = self.known();
        let mut needed = vec![false; known.len()];
        let mut after = Uuid::nil();
        loop {
            let page: Vec<(Uuid, Vec<u8>)> = self.db.q(WRAPPED).bind(after).all().await?;
            let Some((last, _)) = page.last() else { break };
            after = *last;
            for (id, wrapped) in page {
                let place = known.iter().position(|root| root.unwrap(id, &wrapped).is_some());
                needed[place.ok_or(KeyError::WrongRoot)?] = true;
            }
        }
        Ok(known.into_iter().zip(needed).filter_map(|(root, needed)| needed.then_some(root)).collect())
    }

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
