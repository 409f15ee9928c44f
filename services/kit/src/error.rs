//! What can go wrong below the services' own rules.

use crate::keys::KeyError;
use crate::objects::ObjectError;
use crate::seal::Unsealable;

/// An error of the floor that every service stands on.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The database.
    #[error(transparent)]
    Database(#[from] sqlx::Error),
    /// The key store; `KeyError::Erased` is the one that a service expects.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// The object store.
    #[error(transparent)]
    Object(#[from] ObjectError),
    /// Stored bytes are not what they were.
    #[error("damaged: {0}")]
    Damaged(String),
    /// A stored picture that is missing or not what was stored; it is noted and never served.
    #[error("{object} is {what}")]
    Unusable {
        /// The object's key.
        object: String,
        /// `missing` or `changed`.
        what: &'static str,
    },
    /// An event can't be read.
    #[error("event: {0}")]
    Event(String),
    /// The access log did not take the record, so the answer must not leave.
    #[error("the access log is not writable: {0}")]
    Audit(String),
    /// Starting up.
    #[error("{0}")]
    Start(String),
}

impl From<Unsealable> for Error {
    fn from(error: Unsealable) -> Self {
        Self::Damaged(error.to_string())
    }
}

impl From<sqlx::migrate::MigrateError> for Error {
    fn from(error: sqlx::migrate::MigrateError) -> Self {
        Self::Start(format!("the database's schema: {error}; run `lysbro migrate` as its owner"))
    }
}
