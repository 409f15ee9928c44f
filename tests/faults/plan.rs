//! What the client needs to know: where the services answer, who is who. Handed over as a file.

use crate::Outcome;
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};
use uuid::Uuid;

/// Somebody signed in.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Signed {
    /// The session's cookie, `name=value`.
    pub cookie: String,
}

/// A practice with its nurse and its GP.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Office {
    /// Its id.
    pub practice: Uuid,
    /// Drafts and photographs.
    pub nurse: Signed,
    /// Sends and reads.
    pub gp: Signed,
}

/// A department with those who answer for it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Department {
    /// Its id.
    pub id: Uuid,
    /// What it answers.
    pub specialty: String,
    /// Its specialists.
    pub specialists: Vec<Signed>,
}

/// Everything.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Plan {
    /// Which chance.
    pub seed: u64,
    /// The client's ledger.
    pub ledger: PathBuf,
    /// Address by service: `intake` -> `http://localhost:20001`.
    pub addresses: Vec<(String, String)>,
    /// The practices.
    pub offices: Vec<Office>,
    /// The departments.
    pub departments: Vec<Department>,
    /// Sees the programme's figures.
    pub manager: Signed,
}

impl Plan {
    /// Reads it.
    pub fn read(path: &Path) -> Outcome<Self> {
        Ok(serde_json::from_slice(&std::fs::read(path)?)?)
    }

    /// Writes it.
    pub fn write(&self, path: &Path) -> Outcome {
        Ok(std::fs::write(path, serde_json::to_vec_pretty(self)?)?)
    }
}
