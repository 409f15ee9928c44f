//! Where a store on the network is, and who Lysbro is there.

use super::ObjectError;
use std::fmt;

/// A store on the network.
#[derive(Clone)]
pub struct RemoteStore {
    /// For instance `https://s3.hospital.example`.
    pub endpoint: String,
    /// For instance `eu-north-1`, or `garage`.
    pub region: String,
    pub bucket: String,
    pub access_key: String,
    pub secret_key: String,
    /// The bucket stands in the path, not in the host name: true for most stores other than AWS.
    pub path_style: bool,
}

impl RemoteStore {
    /// Refuses an endpoint that is no http or https address, and empty names.
    pub(super) fn check(&self) -> Result<(), ObjectError> {
        let scheme = self.endpoint.parse::<http::Uri>().ok().and_then(|uri| uri.scheme().cloned());
        if !scheme.is_some_and(|scheme| scheme == http::uri::Scheme::HTTP || scheme == http::uri::Scheme::HTTPS) {
            return Err(ObjectError::Refused(format!(
                "the endpoint {:?} of the object store is not an address like https://s3.example.org",
                self.endpoint
            )));
        }
        for (name, value) in [
            ("region", &self.region),
            ("bucket", &self.bucket),
            ("access key", &self.access_key),
            ("secret key", &self.secret_key),
        ] {
            if value.is_empty() {
                return Err(ObjectError::Refused(format!("the {name} of the object store is empty; set it")));
            }
        }
        Ok(())
    }

    /// For commands that touch no object: an address of this host where nothing listens, so that a mistaken request ends at
    /// once as `Unavailable`.
    pub fn nowhere() -> Self {
        let none = || "none".to_owned();
        Self {
            endpoint: "http://127.0.0.1:9".to_owned(),
            region: none(),
            bucket: none(),
            access_key: none(),
            secret_key: none(),
            path_style: true,
        }
    }
}

impl fmt::Debug for RemoteStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RemoteStore")
            .field("endpoint", &self.endpoint)
            .field("region", &self.region)
            .field("bucket", &self.bucket)
            .field("path_style", &self.path_style)
            .finish_non_exhaustive()
    }
}
