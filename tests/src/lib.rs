//! Journeys over HTTP: a client as a browser would be one, worlds with every service, pictures made on the spot.

pub mod access;
mod cast;
mod client;
mod collector;
pub mod drill;
mod fault_proxy;
mod layout;
mod picture;
mod served;
mod stage;
pub mod town;

pub use cast::{Cast, Practice, person, register};
pub use client::{Client, Reply, Upload, asked_again, trust};
pub use collector::Collector;
pub use fault_proxy::{FaultProxy, Mode, Toward};
pub use layout::{Layout, Storm};
pub use picture::{jpeg, large_jpeg, padded};
pub use served::Served;
pub use stage::Stage;

use kit::testing::{DEPLOYMENTS, Engine, Reach, World};
use std::path::PathBuf;

/// The program under test: `LYSBRO_BIN`, or the one built beside this test.
///
/// # Panics
/// When there is none: build the workspace first.
pub fn program() -> PathBuf {
    let beside = || {
        let exe = std::env::current_exe().expect("this test's own path");
        exe.ancestors().nth(2).expect("the build folder").join("lysbro")
    };
    let program = std::env::var_os("LYSBRO_BIN").map_or_else(beside, PathBuf::from);
    assert!(program.exists(), "{} is not built: run `cargo build --workspace`", program.display());
    program
}

/// Every service on one deployment.
///
/// # Panics
/// When it does not start.
pub async fn world(deployment: (Engine, Reach)) -> World {
    World::start(lysbro::services(), deployment, |settings| {
        settings.synthetic = true;
        settings.decoder = vec![program(), "decode".into()];
    })
    .await
    .expect("a world")
}

/// The embedded default.
pub const EMBEDDED: (Engine, Reach) = DEPLOYMENTS[0];

/// Repeats until it gives something, for at most 30 s.
///
/// # Panics
/// When it never does.
pub async fn eventually<T>(what: &str, mut ask: impl AsyncFnMut() -> Option<T>) -> T {
    for _ in 0..300 {
        if let Some(found) = ask().await {
            return found;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    panic!("{what} did not happen in 30 s");
}
