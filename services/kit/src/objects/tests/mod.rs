//! One suite of promises, kept by the embedded store in the process and over TCP.

mod edges;
mod policy;
mod promises;
mod tampering;

use super::{Embedded, KeyPair, KeyPairs, Listener, ListenerConfig, Objects, RemoteStore};
use std::net::SocketAddr;
use tempfile::TempDir;

const ACCESS_KEY: &str = "LYSBROTEST";
const SECRET_KEY: &str = "a secret for this test only";

/// A store under test and what must live as long as it.
struct Rig {
    objects: Objects,
    embedded: Embedded,
    listener: Option<Listener>,
    folder: TempDir,
}

impl Rig {
    fn in_process() -> Self {
        let folder = TempDir::new().unwrap();
        let (objects, embedded) = Objects::embedded(folder.path()).unwrap();
        Self { objects, embedded, listener: None, folder }
    }

    async fn over_tcp() -> Self {
        let rig = Self::in_process();
        let listener = listen(&rig.embedded).await;
        let objects = Objects::remote(&remote(listener.address(), SECRET_KEY)).unwrap();
        Self { objects, listener: Some(listener), ..rig }
    }

    /// Closes the store and gives back its folder.
    async fn close(self) -> TempDir {
        drop(self.objects);
        if let Some(listener) = self.listener {
            listener.stop().await;
        }
        self.folder
    }
}

fn keys(secret: &str) -> KeyPairs {
    let pair = |key: &str| KeyPair { access_key: key.to_owned(), secret_key: secret.to_owned() };
    KeyPairs { ordinary: pair(ACCESS_KEY), janitor: Some(pair("LYSBROJANITOR")) }
}

async fn listen(embedded: &Embedded) -> Listener {
    let config = ListenerConfig { address: SocketAddr::from(([127, 0, 0, 1], 0)), keys: keys(SECRET_KEY) };
    Listener::start(embedded, config).await.unwrap()
}

fn remote(address: SocketAddr, secret_key: &str) -> RemoteStore {
    RemoteStore {
        endpoint: format!("http://{address}"),
        region: "local".to_owned(),
        bucket: Objects::EMBEDDED_BUCKET.to_owned(),
        keys: keys(secret_key).ordinary,
        janitor: keys(secret_key).janitor,
        path_style: true,
    }
}

/// Runs each promise against both ways to the store.
macro_rules! promises {
    ($($promise:ident),+ $(,)?) => {
        mod in_process { $(#[tokio::test(flavor = "multi_thread")] async fn $promise() { super::promises::$promise(super::Rig::in_process()).await; })+ }
        mod over_tcp { $(#[tokio::test(flavor = "multi_thread")] async fn $promise() { super::promises::$promise(super::Rig::over_tcp().await).await; })+ }
    };
}

promises!(
    stores_reads_and_deletes,
    bodies_of_many_sizes_come_back_as_they_were,
    of_sixteen_new_one_wins,
    a_wrong_checksum_leaves_the_good_object,
    a_checksum_in_a_trailer_is_checked,
    reads_ranges,
    lists_in_order_and_in_pages,
    keys_may_be_long_and_nested_and_odd,
    conditions_on_the_etag_hold,
    what_is_not_supported_is_refused,
    reopening_keeps_everything,
);
