//! The embedded store on a loopback port, on request: for `aws s3 ls`, for a backup tool, for a second program on this host.
//!
//! Every request is signed (SigV4) with one of its key pairs. Loopback only: the port speaks plain HTTP, and an installation that
//! needs a store on the network should use a real one.

use super::ObjectError;
use super::embedded::{Embedded, KeyPairs};
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use s3s::service::S3Service;
use std::net::SocketAddr;
use std::pin::pin;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::{JoinHandle, JoinSet};

/// How long a connection may take to send its headers, and to finish when the listener stops.
const PATIENCE: Duration = Duration::from_secs(10);
/// Shortest secret accepted: 16 characters.
const SECRET_LENGTH: usize = 16;

/// Where to listen and who may come in.
#[derive(Clone, Debug)]
pub struct ListenerConfig {
    /// A loopback address; port 0 lets the system choose.
    pub address: SocketAddr,
    /// Secrets have at least 16 characters.
    pub keys: KeyPairs,
}

/// A running listener. Dropping it stops it without waiting; [`Listener::stop`] waits.
#[derive(Debug)]
pub struct Listener {
    address: SocketAddr,
    stop: watch::Sender<bool>,
    accepting: JoinHandle<()>,
}

impl Listener {
    /// Listens on `config.address`.
    ///
    /// # Errors
    /// `Refused` for an address beyond loopback, an empty access key, a short secret, or a port that is taken.
    pub async fn start(store: &Embedded, config: ListenerConfig) -> Result<Self, ObjectError> {
        if !config.address.ip().is_loopback() {
            return Err(ObjectError::Refused(format!(
                "the embedded object store listens on loopback only, not on {}; for a store on the network set an S3 endpoint",
                config.address
            )));
        }
        let mut pairs = config.keys.janitor.iter().chain([&config.keys.ordinary]);
        if pairs.any(|pair| pair.access_key.is_empty() || pair.secret_key.len() < SECRET_LENGTH) {
            return Err(ObjectError::Refused(format!(
                "the embedded object store needs an access key and a secret of at least {SECRET_LENGTH} characters"
            )));
        }
        let service = store.service(&config.keys);
        let cannot = |error| ObjectError::Refused(format!("cannot listen on {}: {error}", config.address));
        let socket = TcpListener::bind(config.address).await.map_err(cannot)?;
        let address = socket.local_addr().map_err(cannot)?;
        let (stop, stopping) = watch::channel(false);
        let accepting = tokio::spawn(accept(socket, service, stopping));
        Ok(Self { address, stop, accepting })
    }

    /// The address in use, with the port that the system chose.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Accepts nothing more, lets running requests finish for up to 10 s, and returns when all connections are closed.
    pub async fn stop(self) {
        self.stop.send_replace(true);
        if let Err(error) = self.accepting.await {
            tracing::warn!(%error, "the object store's listener ended badly");
        }
    }
}

async fn accept(socket: TcpListener, service: S3Service, mut stopping: watch::Receiver<bool>) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            // An error means that the handle was dropped: stop as well.
            _ = stopping.changed() => break,
            accepted = socket.accept() => match accepted {
                Ok((stream, _)) => { connections.spawn(serve(stream, service.clone(), stopping.clone())); }
                Err(error) => {
                    // Out of file descriptors, mostly: give the others time to close theirs.
                    tracing::warn!(%error, "the object store cannot accept a connection");
                    tokio::time::sleep(Duration::from_millis(100)).await;
                }
            },
            Some(_) = connections.join_next() => {}
        }
    }
    drop(socket);
    while connections.join_next().await.is_some() {}
}

async fn serve(stream: TcpStream, service: S3Service, mut stopping: watch::Receiver<bool>) {
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(PATIENCE)
        .serve_connection(TokioIo::new(stream), service);
    let mut connection = pin!(connection);
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        _ = stopping.changed() => {
            connection.as_mut().graceful_shutdown();
            tokio::time::timeout(PATIENCE, connection).await.unwrap_or(Ok(()))
        }
    };
    if let Err(error) = ended {
        tracing::debug!(%error, "a connection to the object store ended early");
    }
}
