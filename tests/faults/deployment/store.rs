//! The embedded object store as a process of its own, for the layout of separate services.

use super::Process;
use crate::Outcome;
use kit::objects::{Listener, ListenerConfig, Objects};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

/// Where it listens and keeps its files.
#[derive(clap::Args)]
pub struct StoreOptions {
    #[arg(long)]
    listen: SocketAddr,
    #[arg(long)]
    data: PathBuf,
    #[arg(long, env = "FAULTS_ACCESS_KEY")]
    access_key: String,
    #[arg(long, env = "FAULTS_SECRET_KEY", hide_env_values = true)]
    secret_key: String,
}

/// Serves until it is told to stop.
pub async fn serve_store(options: StoreOptions) -> Outcome {
    let StoreOptions { listen, data, access_key, secret_key } = options;
    let (_, embedded) = Objects::embedded(&data)?;
    let listener = Listener::start(&embedded, ListenerConfig { address: listen, access_key, secret_key }).await?;
    tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())?.recv().await;
    listener.stop().await;
    Ok(())
}

/// The process to start.
pub fn process(folder: &Path, address: SocketAddr, access_key: &str, secret_key: &str) -> Outcome<Process> {
    let args = ["store", "--listen", &address.to_string(), "--data", &folder.join("objects").display().to_string()];
    let env = [("FAULTS_ACCESS_KEY", access_key), ("FAULTS_SECRET_KEY", secret_key)];
    let env = env.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec();
    let start = (std::env::current_exe()?, args.map(str::to_owned).to_vec(), env);
    Ok(Process::new("store", folder, address, start, None))
}
