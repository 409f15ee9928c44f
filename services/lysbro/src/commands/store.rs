//! `lysbro store`: the embedded S3 store as a process of its own, where a machine has no other.

use super::{Outcome, start_logging, until_told};
use kit::objects::{KeyPairs, Listener, ListenerConfig, Objects};
use std::net::SocketAddr;
use std::path::Path;

pub(crate) async fn run(address: SocketAddr, data: &Path, keys: KeyPairs) -> Outcome {
    let _telemetry = start_logging("info");
    let (_, embedded) = Objects::embedded(data)?;
    if embedded.damaged() > 0 {
        eprintln!("lysbro: {} files are not whole objects; they are kept and never served", embedded.damaged());
    }
    let listener = Listener::start(&embedded, ListenerConfig { address, keys }).await?;
    println!("address http://{}", listener.address());
    println!("ready");
    tokio::select! {
        () = until_told() => listener.stop().await,
        reason = embedded.halt().told() => super::serve::end(&reason),
    }
    Ok(())
}
