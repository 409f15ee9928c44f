//! The client's own book: what it is about to do, and what it was told is done. Appended and fsynced line by line, so that it
//! is worth at least as much as what it judges.

use crate::Outcome;
use serde::{Deserialize, Serialize};
use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::Path;
use std::sync::Mutex;
use uuid::Uuid;

/// A picture as it was chosen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Chosen {
    /// Its id, made by the client.
    pub image: Uuid,
    /// SHA-256 of the file, hexadecimal.
    pub sha256: String,
}

/// One line. An intention stands before its request, an acknowledgement after its whole 2xx was read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "kebab-case")]
pub enum Entry {
    /// A draft is begun in an office (by its number), for a department (by its number).
    Begins { referral: Uuid, office: usize, department: usize, question: String },
    /// The draft stands.
    Began { referral: Uuid },
    /// A picture is sent.
    Uploads { referral: Uuid, chosen: Chosen },
    /// The picture stands.
    Uploaded { referral: Uuid, chosen: Chosen },
    /// The draft stays one.
    Leaves { referral: Uuid },
    /// The referral is sent.
    Submits { referral: Uuid },
    /// The receipt came, with these pictures.
    Submitted { referral: Uuid, receipt: Vec<Chosen> },
    /// A specialist signs an answer.
    Signs { referral: Uuid, text: String },
    /// The signature is acknowledged.
    Signed { referral: Uuid },
    /// A specialist asks for more.
    Asks { referral: Uuid, text: String },
    /// The question is acknowledged.
    Asked { referral: Uuid },
    /// The office replies to it.
    Supplies { referral: Uuid, text: String },
    /// The reply is acknowledged.
    Supplied { referral: Uuid },
    /// The office notes that it has read the answer.
    Reads { referral: Uuid },
    /// That is acknowledged.
    Read { referral: Uuid },
    /// Somebody saw a referral without what it needs.
    Half { referral: Uuid, seen: String },
    /// An answer that no well-behaved client should get.
    Odd { request: String, answer: String },
    /// The client's own count at its end.
    Ends { requests: u64, failures: u64 },
}

/// The book, open for writing.
#[derive(Debug)]
pub struct Ledger(Mutex<File>);

impl Ledger {
    /// Opens or makes it.
    pub fn open(path: &Path) -> Outcome<Self> {
        Ok(Self(Mutex::new(OpenOptions::new().create(true).append(true).open(path)?)))
    }

    /// Appends a line and syncs it.
    ///
    /// # Panics
    /// When it can't: without its book the client proves nothing.
    pub fn write(&self, entry: &Entry) {
        let mut line = serde_json::to_vec(entry).expect("an entry is JSON");
        line.push(b'\n');
        let mut file = self.0.lock().expect("nobody panicked with the book");
        file.write_all(&line).expect("the ledger is written");
        file.sync_data().expect("the ledger is synced");
    }
}

/// Reads every whole line: the client may be writing the last.
pub fn read(path: &Path) -> Outcome<Vec<Entry>> {
    let text = std::fs::read_to_string(path)?;
    let whole = text.rfind('\n').map_or("", |end| &text[..end]);
    whole.lines().map(|line| Ok(serde_json::from_str(line)?)).collect()
}
