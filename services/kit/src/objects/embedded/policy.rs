//! Who may do what in the embedded store: the same rule that a deployment gives its S3 store (`deploy/README.md`).
//!
//! The ordinary key pair puts an original only where none stands and can't delete one: a service that was taken over, or an
//! error in it, can't destroy what was acknowledged. The janitor's may, for drafts that were discarded.

use s3s::access::{S3Access, S3AccessContext};
use s3s::auth::SimpleAuth;
use s3s::dto::{DeleteObjectInput, PutObjectInput};
use s3s::{S3Request, S3Result, s3_error};
use std::fmt;

/// Keys of objects under this can be written once.
const ORIGINALS: &str = "originals/";

/// An access key and its secret.
#[derive(Clone, PartialEq, Eq)]
pub struct KeyPair {
    pub access_key: String,
    pub secret_key: String,
}

impl fmt::Debug for KeyPair {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeyPair").field("access_key", &self.access_key).finish_non_exhaustive()
    }
}

/// Whom the store lets in.
#[derive(Clone, Debug)]
pub struct KeyPairs {
    /// The services'.
    pub ordinary: KeyPair,
    /// May delete originals besides.
    pub janitor: Option<KeyPair>,
}

impl KeyPairs {
    pub(super) fn auth(&self) -> SimpleAuth {
        let mut auth = SimpleAuth::new();
        for pair in self.janitor.iter().chain([&self.ordinary]) {
            auth.register(pair.access_key.clone(), pair.secret_key.clone().into());
        }
        auth
    }

    pub(super) fn policy(&self) -> Policy {
        Policy { janitor: self.janitor.as_ref().map(|pair| pair.access_key.clone()) }
    }
}

/// Asked before every operation.
pub(super) struct Policy {
    janitor: Option<String>,
}

impl Policy {
    fn protects<T>(&self, key: &str, request: &S3Request<T>) -> bool {
        let caller = request.credentials.as_ref().map(|one| &one.access_key);
        key.starts_with(ORIGINALS) && (self.janitor.is_none() || caller != self.janitor.as_ref())
    }
}

#[async_trait::async_trait]
impl S3Access for Policy {
    async fn check(&self, context: &mut S3AccessContext<'_>) -> S3Result<()> {
        match context.credentials() {
            Some(_) => Ok(()),
            None => Err(s3_error!(AccessDenied, "every request to this store must be signed")),
        }
    }

    async fn delete_object(&self, request: &mut S3Request<DeleteObjectInput>) -> S3Result<()> {
        if self.protects(&request.input.key, request) {
            return Err(s3_error!(AccessDenied, "this key pair may not delete originals"));
        }
        Ok(())
    }

    async fn put_object(&self, request: &mut S3Request<PutObjectInput>) -> S3Result<()> {
        if self.protects(&request.input.key, request) && request.input.if_none_match.is_none() {
            return Err(s3_error!(AccessDenied, "this key pair may put an original only with If-None-Match: *"));
        }
        Ok(())
    }
}
