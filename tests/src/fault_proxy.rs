//! A line that fails on demand: a TCP proxy on loopback before a database or a store, whose way of failing can be changed
//! while connections are open. (The kernel of a test machine often has no `netem`, and a packet filter needs root.)

use std::io;
use std::net::SocketAddr;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::{JoinHandle, JoinSet};

/// Which way bytes go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Toward {
    /// From the client to the server: requests.
    Server,
    /// From the server to the client: answers.
    Client,
}

/// How the line is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Everything goes through.
    Pass,
    /// Nobody listens; open connections are reset.
    Refuse,
    /// Connections are accepted and read, and nothing ever comes back.
    Silent,
    /// So many bytes per second on each connection in each direction.
    Slow(usize),
    /// Every HTTP request is answered 503.
    Unavailable,
    /// Each connection is reset after so many bytes in a direction.
    Reset(Toward, usize),
    /// Each connection is closed in good order after so many bytes in a direction: an abort that looks like an end.
    Cut(Toward, usize),
}

/// A proxy before one server.
#[derive(Debug)]
pub struct FaultProxy {
    address: SocketAddr,
    mode: watch::Sender<Mode>,
    running: JoinHandle<()>,
}

impl FaultProxy {
    /// Listens on a free port of the loopback address; everything passes at first.
    ///
    /// # Panics
    /// When it can't listen.
    pub fn start(server: SocketAddr) -> Self {
        let listener = std::net::TcpListener::bind(("127.0.0.1", 0)).expect("a port");
        listener.set_nonblocking(true).expect("a socket that does not block");
        let address = listener.local_addr().expect("an address");
        let (mode, modes) = watch::channel(Mode::Pass);
        let listener = TcpListener::from_std(listener).expect("a listener");
        Self { address, mode, running: tokio::spawn(listen(listener, address, server, modes)) }
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Changes the line, for open connections too. Bytes that a silent line swallowed are gone: its connections are reset.
    pub fn set(&self, mode: Mode) {
        self.mode.send_replace(mode);
    }
}

impl Drop for FaultProxy {
    fn drop(&mut self) {
        self.running.abort();
    }
}

async fn listen(first: TcpListener, address: SocketAddr, server: SocketAddr, mut modes: watch::Receiver<Mode>) {
    let mut listener = Some(first);
    let mut connections = JoinSet::new();
    loop {
        let refusing = *modes.borrow_and_update() == Mode::Refuse;
        if refusing {
            listener = None;
        } else if listener.is_none() {
            listener = TcpListener::bind(address).await.ok();
        }
        let accepted = async {
            if let Some(listener) = &listener {
                return listener.accept().await;
            }
            // The port is still taken, or refusing: ask again.
            tokio::time::sleep(Duration::from_millis(20)).await;
            Err(io::ErrorKind::ConnectionRefused.into())
        };
        tokio::select! {
            changed = modes.changed() => if changed.is_err() { return },
            accepted = accepted => if let Ok((client, _)) = accepted {
                connections.spawn(connection(client, server, modes.clone()));
            },
            Some(_) = connections.join_next() => {}
        }
    }
}

/// How a connection ends.
#[derive(Clone, Copy, PartialEq, Eq)]
enum End {
    Close,
    Reset,
}

async fn connection(client: TcpStream, server: SocketAddr, mut modes: watch::Receiver<Mode>) {
    let mode = *modes.borrow_and_update();
    match mode {
        Mode::Unavailable => unavailable(client).await,
        Mode::Silent => {
            swallow(client, &mut modes).await;
        }
        _ => {
            let Ok(upstream) = TcpStream::connect(server).await else { return reset(&client) };
            let (from_client, to_client) = client.into_split();
            let (from_server, to_server) = upstream.into_split();
            let requests = pump(from_client, to_server, Toward::Server, modes.clone());
            let answers = pump(from_server, to_client, Toward::Client, modes);
            tokio::pin!(requests, answers);
            // An end of one direction in good order leaves the other to finish; a reset ends both.
            let (end, halves) = tokio::select! {
                (end, a, b) = &mut requests => match end {
                    End::Reset => (End::Reset, (a, b)),
                    End::Close => { let (end, c, d) = answers.await; drop((c, d)); (end, (a, b)) }
                },
                (end, a, b) = &mut answers => match end {
                    End::Reset => (End::Reset, (a, b)),
                    End::Close => (End::Close, (a, b)),
                },
            };
            if end == End::Reset {
                reset(halves.0.as_ref());
                reset(halves.1.as_ref());
            }
        }
    }
}

/// Closing it from now on sends a reset and no end.
fn reset(stream: &TcpStream) {
    drop(stream.set_zero_linger());
}

/// Reads and answers nothing until the line is something else, then resets: what was read is gone.
async fn swallow(mut client: TcpStream, modes: &mut watch::Receiver<Mode>) {
    let mut lost = [0; 16 << 10];
    loop {
        tokio::select! {
            _ = modes.changed() => if *modes.borrow() != Mode::Silent { return reset(&client) },
            read = client.read(&mut lost) => if matches!(read, Ok(0) | Err(_)) { return },
        }
    }
}

/// Answers one request without reading its body to the end.
async fn unavailable(mut client: TcpStream) {
    let mut head = Vec::new();
    let mut piece = [0; 4096];
    while !head.windows(4).any(|end| end == b"\r\n\r\n") {
        match client.read(&mut piece).await {
            Ok(read) if read > 0 && head.len() < 64 << 10 => head.extend_from_slice(&piece[..read]),
            _ => return,
        }
    }
    let answer = b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
    if client.write_all(answer).await.is_err() || client.shutdown().await.is_err() {
        return;
    }
    // Closing with unread bytes would reset the connection and take the answer away.
    let rest = async { while matches!(client.read(&mut piece).await, Ok(read) if read > 0) {} };
    drop(tokio::time::timeout(Duration::from_secs(1), rest).await);
}

/// Carries one direction as the line is at each moment.
async fn pump(
    mut from: OwnedReadHalf,
    mut to: OwnedWriteHalf,
    toward: Toward,
    mut modes: watch::Receiver<Mode>,
) -> (End, OwnedReadHalf, OwnedWriteHalf) {
    let mut piece = vec![0; 16 << 10];
    let (mut carried, mut swallowed) = (0, false);
    loop {
        let mode = *modes.borrow_and_update();
        let most = match mode {
            Mode::Refuse | Mode::Unavailable => return (End::Reset, from, to),
            Mode::Silent => piece.len(),
            _ if swallowed => return (End::Reset, from, to),
            Mode::Slow(rate) => (rate / 10).clamp(1, piece.len()),
            _ => piece.len(),
        };
        let read = tokio::select! {
            changed = modes.changed() => match changed {
                Ok(()) => { carried = 0; continue }
                Err(_) => return (End::Reset, from, to),
            },
            read = from.read(&mut piece[..most]) => read,
        };
        let Ok(mut read) = read else { return (End::Reset, from, to) };
        if read == 0 {
            drop(to.shutdown().await);
            return (End::Close, from, to);
        }
        if mode == Mode::Silent {
            swallowed = true;
            continue;
        }
        if let Mode::Slow(rate) = mode {
            tokio::time::sleep(Duration::from_secs_f64(read as f64 / rate as f64)).await;
        }
        // The limit is met by a byte that comes: a request is carried whole before its answer is lost.
        let over = match mode {
            Mode::Reset(way, after) if way == toward && carried + read > after => Some((End::Reset, after)),
            Mode::Cut(way, after) if way == toward && carried + read > after => Some((End::Close, after)),
            _ => None,
        };
        if let Some((_, after)) = over {
            read = after - carried.min(after);
        }
        if to.write_all(&piece[..read]).await.is_err() {
            return (End::Reset, from, to);
        }
        carried += read;
        if let Some((end, _)) = over {
            drop(to.shutdown().await);
            return (end, from, to);
        }
    }
}
