//! What can go wrong with the object store, in four words that callers act upon.
//!
//! No variant holds the content of an object or a credential: the texts may be logged.

use aws_sdk_s3::error::{ProvideErrorMetadata, SdkError};
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use std::error::Error;

/// Why a request to the object store did not succeed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ObjectError {
    /// There is no object under this key.
    #[error("the object is not in the store")]
    Absent,
    /// The store did not answer, is full, or has stopped itself; asking again later may succeed.
    #[error("the object store cannot be used at the moment: {0}")]
    Unavailable(String),
    /// The store holds something else than what was stored; asking again will not help.
    #[error("the object store holds damaged bytes: {0}")]
    Damaged(String),
    /// The request or the configuration is wrong; asking again will not help.
    #[error("the object store refused: {0}")]
    Refused(String),
}

impl ObjectError {
    /// Whether the same request may succeed later.
    pub fn is_retryable(&self) -> bool {
        matches!(self, Self::Unavailable(_))
    }
}

/// The S3 error code with which the embedded store reports an object whose file is not what was stored.
pub(super) const DAMAGED: &str = "ObjectDamaged";

/// The status and code of an answer that was not a success; `None` when no answer came.
pub(super) fn answer<E: ProvideErrorMetadata>(error: &SdkError<E, HttpResponse>) -> Option<(u16, &str)> {
    match error {
        SdkError::ServiceError(service) => {
            Some((service.raw().status().as_u16(), service.err().code().unwrap_or("no code")))
        }
        _ => None,
    }
}

/// Turns the client's error into one of ours. `asked` names the operation, for the text.
pub(super) fn from_sdk<E>(asked: &str, error: &SdkError<E, HttpResponse>) -> ObjectError
where
    E: ProvideErrorMetadata + Error + 'static,
{
    if let Some((status, code)) = answer(error) {
        return from_answer(asked, status, code);
    }
    match error {
        SdkError::TimeoutError(_) => ObjectError::Unavailable(format!("{asked}: no answer in time")),
        SdkError::DispatchFailure(failure) => ObjectError::Unavailable(format!(
            "{asked}: no connection to the store ({})",
            failure.as_connector_error().map_or_else(|| "cause unknown".to_owned(), |cause| causes(cause)),
        )),
        SdkError::ConstructionFailure(_) => {
            ObjectError::Refused(format!("{asked}: the request could not be built ({})", causes(error)))
        }
        _ => ObjectError::Unavailable(format!("{asked}: the answer could not be read")),
    }
}

fn from_answer(asked: &str, status: u16, code: &str) -> ObjectError {
    match (status, code) {
        (_, DAMAGED) => ObjectError::Damaged(format!("{asked}: the stored file is not what was written")),
        (_, "NoSuchBucket") => {
            ObjectError::Refused(format!("{asked}: the bucket does not exist; create it or correct its name"))
        }
        (404, _) => ObjectError::Absent,
        (_, "BadDigest" | "IncompleteBody" | "XAmzContentSHA256Mismatch") => {
            ObjectError::Unavailable(format!("{asked}: the bytes changed on the way to the store ({code})"))
        }
        // 409: two conditional writes crossed; S3 asks the client to try again.
        (408 | 409 | 429 | 500.., _) => ObjectError::Unavailable(format!("{asked}: status {status} ({code})")),
        (401 | 403, _) => ObjectError::Refused(format!(
            "{asked}: status {status} ({code}); check the access key, its secret and its rights on the bucket"
        )),
        _ => ObjectError::Refused(format!("{asked}: status {status} ({code})")),
    }
}

/// An error and its sources in one line.
fn causes(error: &dyn Error) -> String {
    let mut line = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        line.push_str(": ");
        line.push_str(&cause.to_string());
        source = cause.source();
    }
    line
}
