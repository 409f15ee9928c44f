//! Where a store on the network is, and who Lysbro is there.

use super::ObjectError;
use super::embedded::KeyPair;

/// A store on the network.
#[derive(Clone, Debug)]
pub struct RemoteStore {
    /// For instance `https://s3.hospital.example`.
    pub endpoint: String,
    /// For instance `eu-north-1`, or `garage`.
    pub region: String,
    pub bucket: String,
    /// Who the services are there.
    pub keys: KeyPair,
    /// Who deletes originals, in the few processes that do.
    pub janitor: Option<KeyPair>,
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
            ("access key", &self.keys.access_key),
            ("secret key", &self.keys.secret_key),
        ] {
            if value.is_empty() {
                return Err(ObjectError::Refused(format!("the {name} of the object store is empty; set it")));
            }
        }
        Ok(())
    }

    /// The same store as the janitor sees it, when this process may be one.
    pub fn as_janitor(&self) -> Option<Self> {
        self.janitor.clone().map(|keys| Self { keys, ..self.clone() })
    }

    /// For commands that touch no object: an address of this host where nothing listens, so that a mistaken request ends at
    /// once as `Unavailable`.
    pub fn nowhere() -> Self {
        let none = || "none".to_owned();
        Self {
            endpoint: "http://127.0.0.1:9".to_owned(),
            region: none(),
            bucket: none(),
            keys: KeyPair { access_key: none(), secret_key: none() },
            janitor: None,
            path_style: true,
        }
    }
}
