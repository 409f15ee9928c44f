//! Whether somebody could save this deployment: is the recovery sheet of this root key on paper, was a restore rehearsed?

use super::{KeyError, KeyStore};
use crate::{At, statements};

statements! {
    NOTE = "insert into key_care (what, fingerprint, at) values ($1, $2, $3) on conflict (what) do update set fingerprint = excluded.fingerprint, at = excluded.at";
    NOTED = "select what, fingerprint, at from key_care";
}

const SHEET: &str = "sheet";
const REHEARSED: &str = "rehearsed";

/// What is known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Care {
    /// When the sheet of the root key in use was exported.
    pub sheet: Option<At>,
    /// When a restore of a backup of this deployment was last rehearsed.
    pub rehearsed: Option<At>,
}

impl Care {
    /// What stands between this deployment and real use; `None` when nothing does.
    pub fn warning(&self) -> Option<&'static str> {
        match (self.sheet, self.rehearsed) {
            (Some(_), Some(_)) => None,
            (None, Some(_)) => Some(
                "not ready for real use: the recovery sheet of this root key was not exported (lysbro recovery-sheet)",
            ),
            (Some(_), None) => Some("not ready for real use: no restore was rehearsed (deploy/recovery.md)"),
            (None, None) => Some(
                "not ready for real use: the recovery sheet was not exported (lysbro recovery-sheet) and no restore was rehearsed (deploy/recovery.md)",
            ),
        }
    }
}

impl KeyStore {
    /// Whether the sheet was exported and a restore rehearsed.
    ///
    /// # Errors
    /// `Database`.
    pub async fn care(&self) -> Result<Care, KeyError> {
        let mut care = Care::default();
        let used = self.in_use().await?;
        for (what, fingerprint, at) in self.db.q(NOTED).all::<(String, String, At)>().await? {
            match what.as_str() {
                // A sheet of a root key that is not used any more saves nobody.
                SHEET if used.first() == Some(&fingerprint) => care.sheet = Some(at),
                REHEARSED => care.rehearsed = Some(at),
                _ => {}
            }
        }
        Ok(care)
    }

    /// Notes that the sheet of the newest root key was exported.
    ///
    /// # Errors
    /// `Database`.
    pub async fn note_sheet(&self) -> Result<(), KeyError> {
        self.note(SHEET).await
    }

    /// Notes that a restore was rehearsed; false when the code is not the one that restoring the backup `name` prints.
    ///
    /// # Errors
    /// `Database`.
    pub async fn note_rehearsal(&self, name: &str, code: &str) -> Result<bool, KeyError> {
        let right = self.known().iter().any(|root| root.rehearsal(name) == code.trim());
        if right {
            self.note(REHEARSED).await?;
        }
        Ok(right)
    }

    async fn note(&self, what: &str) -> Result<(), KeyError> {
        let fingerprint = self.newest().await?.fingerprint();
        self.db.q(NOTE).bind(what.to_owned()).bind(fingerprint).bind(self.clock.now()).exec().await?;
        Ok(())
    }
}
