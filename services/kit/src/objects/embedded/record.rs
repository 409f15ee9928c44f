//! What is known of an object besides its content, kept behind the content in the same file.
//!
//! ```text
//! content | record, JSON | SHA-256 of the record, 32 bytes | length of the record, 4 bytes big-endian | "LYSOBJ01"
//! ```
//!
//! Behind and not before, because the checksum is known only when the last byte has come. A file cut short has no end mark, so a
//! torn file is never taken for an object.

use super::fault::Fault;
use ring::digest::{SHA256, digest};
use s3s::dto::Metadata;
use serde::{Deserialize, Serialize};
use std::fs::File;
use std::io::{Read, Seek, SeekFrom};

const END: [u8; 8] = *b"LYSOBJ01";
const FOOT: usize = 32 + 4 + END.len();
/// The usual record and its foot fit; a longer one costs a second read.
const WINDOW: u64 = 1024;
/// Key ≤ 1 KiB and metadata ≤ 2 KiB, escaped as JSON, stay far below.
const LONGEST: usize = 64 * 1024;

/// The record of one object.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Record {
    pub(super) key: String,
    /// Bytes of content.
    pub(super) size: u64,
    /// Of the content, in hex; also the object's ETag.
    pub(super) sha256: String,
    /// Microseconds since 1970 UTC, by the file system's clock.
    pub(super) modified: i64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) content_type: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) metadata: Option<Metadata>,
}

impl Record {
    /// The bytes that follow the content.
    pub(super) fn encode(&self) -> Result<Vec<u8>, Fault> {
        let mut bytes = serde_json::to_vec(self).map_err(|_| Fault::Invalid("the metadata cannot be stored"))?;
        if bytes.len() > LONGEST {
            return Err(Fault::Invalid("the metadata is too long"));
        }
        let length = (bytes.len() as u32).to_be_bytes();
        let sum = digest(&SHA256, &bytes);
        bytes.extend_from_slice(sum.as_ref());
        bytes.extend_from_slice(&length);
        bytes.extend_from_slice(&END);
        Ok(bytes)
    }

    /// Reads the record at the end of `file`. [`Fault::Damaged`] when the file is not a whole object.
    pub(super) fn read(file: &mut File) -> Result<Self, Fault> {
        let length = file.metadata()?.len();
        let mut tail = read_tail(file, length, length.min(WINDOW))?;
        let foot = tail.last_chunk::<FOOT>().ok_or(Fault::Damaged)?;
        let (sum, rest) = foot.split_at(32);
        let (record_length, end) = rest.split_at(4);
        if end != END {
            return Err(Fault::Damaged);
        }
        let sum = sum.to_vec();
        let record_length = record_length.try_into().map(u32::from_be_bytes).map_err(|_| Fault::Damaged)? as usize;
        let whole = record_length + FOOT;
        if record_length > LONGEST || whole as u64 > length {
            return Err(Fault::Damaged);
        }
        if whole > tail.len() {
            tail = read_tail(file, length, whole as u64)?;
        }
        let bytes = &tail[tail.len() - whole..tail.len() - FOOT];
        if digest(&SHA256, bytes).as_ref() != sum {
            return Err(Fault::Damaged);
        }
        let record: Self = serde_json::from_slice(bytes).map_err(|_| Fault::Damaged)?;
        if record.size + whole as u64 == length { Ok(record) } else { Err(Fault::Damaged) }
    }
}

fn read_tail(file: &mut File, length: u64, take: u64) -> Result<Vec<u8>, Fault> {
    file.seek(SeekFrom::Start(length - take))?;
    let mut tail = Vec::with_capacity(take as usize);
    file.take(take).read_to_end(&mut tail)?;
    Ok(tail)
}
