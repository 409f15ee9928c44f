//! What can go wrong inside the embedded store, and the S3 answer for each.

use crate::objects::error::DAMAGED;
use http::StatusCode;
use s3s::{S3Error, S3ErrorCode, s3_error};
use std::io;

/// Why a request to the embedded store failed.
#[derive(Debug, thiserror::Error)]
pub(super) enum Fault {
    #[error("the bucket does not exist")]
    NoBucket,
    #[error("the bucket exists already")]
    BucketExists,
    #[error("there is no object under this key")]
    NoKey,
    #[error("the object is not as the condition demands")]
    Condition,
    #[error("the {0} of the body is not the declared one")]
    Digest(&'static str),
    #[error("the body ended early, or a declared trailer did not come")]
    Incomplete,
    #[error("{0}")]
    Invalid(&'static str),
    #[error("the stored file is not what was written")]
    Damaged,
    #[error("the disk is full; nothing was stored")]
    Full,
    #[error("{0}")]
    Stopped(String),
    #[error("the folder of the object store cannot be used: {0}")]
    Disk(io::Error),
}

impl From<io::Error> for Fault {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Self::Full,
            _ => Self::Disk(error),
        }
    }
}

impl From<Fault> for S3Error {
    fn from(fault: Fault) -> Self {
        let text = fault.to_string();
        match fault {
            Fault::NoBucket => s3_error!(NoSuchBucket, "{text}"),
            Fault::BucketExists => s3_error!(BucketAlreadyOwnedByYou, "{text}"),
            Fault::NoKey => s3_error!(NoSuchKey, "{text}"),
            Fault::Condition => s3_error!(PreconditionFailed, "{text}"),
            Fault::Digest(_) => s3_error!(BadDigest, "{text}"),
            Fault::Incomplete => s3_error!(IncompleteBody, "{text}"),
            Fault::Invalid(_) => s3_error!(InvalidRequest, "{text}"),
            Fault::Damaged => own(DAMAGED, StatusCode::INTERNAL_SERVER_ERROR, text),
            Fault::Full => own("StorageFull", StatusCode::INSUFFICIENT_STORAGE, text),
            Fault::Stopped(_) => s3_error!(ServiceUnavailable, "{text}"),
            Fault::Disk(_) => s3_error!(InternalError, "{text}"),
        }
    }
}

/// An answer for which S3 has no code.
fn own(code: &'static str, status: StatusCode, text: String) -> S3Error {
    let code = S3ErrorCode::from_bytes(code.as_bytes()).unwrap_or(S3ErrorCode::InternalError);
    let mut error = S3Error::with_message(code, text);
    error.set_status_code(status);
    error
}
