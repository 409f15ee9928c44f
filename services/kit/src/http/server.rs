//! Our own accept loop over hyper: `axum::serve` has no limits on heads, rests and the number of connections.
//!
//! When all places are taken, the connection that has waited longest without a request gives way, so that a thousand slow
//! heads keep nobody out. Nobody but this machine and the named proxy is answered: TLS is the proxy's. How many requests of
//! one client run at once is limited by the client's address as the proxy tells it; a whole hospital may be one address, so
//! the limit is wide. Rejected: a limit per connecting address, which here is always the proxy's.

use super::line::{Answering, Line, Over, Watched};
use super::paced::Paced;
use crate::context::Context;
use crate::run::ended;
use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Request, Response};
use futures::future::BoxFuture;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::{Service, service_fn};
use hyper_util::rt::TokioIo;
use hyper_util::service::TowerToHyperService;
use std::collections::HashMap;
use std::convert::Infallible;
use std::future::poll_fn;
use std::net::IpAddr;
use std::pin::pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::Instant;

/// Most connections at once; fewer when the system allows fewer open files.
const CONNECTIONS: usize = 2048;
/// Most requests of one client's address at once.
const OF_ONE_CLIENT: usize = 256;
/// Longest head: request line and headers.
const HEAD_BYTES: usize = 32 * 1024;
/// What is read from or buffered for one connection at a time.
const BUFFER: usize = 64 * 1024;
/// How long and how much of a refused body is read and thrown away, so that the refusal arrives before the reset.
const LINGER: (Duration, usize) = (Duration::from_secs(1), 4 * 1024 * 1024);

/// Where a request came from.
#[derive(Clone, Copy, Debug)]
pub(super) struct Origin {
    /// The client, as the proxy tells it.
    pub(super) client: IpAddr,
    /// Asked by this machine or by the proxy for itself, not for somebody else.
    pub(super) inside: bool,
    /// Too many requests of this client are under way.
    pub(super) crowded: bool,
}

impl Origin {
    fn of(peer: IpAddr, proxy: Option<IpAddr>, headers: &HeaderMap) -> (IpAddr, bool) {
        let by_proxy = proxy == Some(peer) || (proxy.is_some() && peer.is_loopback());
        // The last one is what our proxy saw; what stands before it, the client can have made up.
        let told = headers.get_all("x-forwarded-for").iter().next_back().and_then(|value| value.to_str().ok());
        let told = told.and_then(|list| list.rsplit(',').next()?.trim().parse::<IpAddr>().ok());
        match told.filter(|_| by_proxy) {
            Some(client) => (client.to_canonical(), client.is_loopback() || proxy == Some(client)),
            // A header that a proxy set and that is not to be trusted still says: not for itself.
            None => (peer, !headers.contains_key("x-forwarded-for") && !headers.contains_key("forwarded")),
        }
    }
}

/// Who is inside.
#[derive(Debug)]
struct Doors {
    most: usize,
    lines: Mutex<HashMap<u64, Arc<Line>>>,
    clients: Mutex<HashMap<IpAddr, usize>>,
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Doors {
    /// Lets a connection in, at another's cost when there is no place; `None` when every one has a request under way.
    fn enter(&self, number: u64) -> Option<Arc<Line>> {
        let mut lines = locked(&self.lines);
        if lines.len() >= self.most {
            let waiting = lines.iter().filter_map(|(number, line)| Some((line.waits_since()?, *number)));
            let (_, longest) = waiting.min()?;
            if let Some(line) = lines.remove(&longest) {
                line.give_way.notify_one();
            }
            metrics::counter!("http_connections_given_way_total").increment(1);
        }
        let line = Arc::new(Line::new());
        lines.insert(number, line.clone());
        metrics::gauge!("http_connections").set(lines.len() as f64);
        Some(line)
    }

    fn leave(&self, number: u64) {
        let mut lines = locked(&self.lines);
        lines.remove(&number);
        metrics::gauge!("http_connections").set(lines.len() as f64);
    }

    fn place(self: &Arc<Self>, client: IpAddr) -> (Place, bool) {
        let mut clients = locked(&self.clients);
        let under_way = clients.entry(client).or_default();
        *under_way += 1;
        (Place { doors: self.clone(), client }, *under_way > OF_ONE_CLIENT)
    }
}

/// One request of a client under way.
struct Place {
    doors: Arc<Doors>,
    client: IpAddr,
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut clients = locked(&self.doors.clients);
        if let Some(under_way) = clients.get_mut(&self.client) {
            *under_way -= 1;
            if *under_way == 0 {
                clients.remove(&self.client);
            }
        }
    }
}

/// How many connections fit: half of the files that may be open, after asking for more.
fn most_connections() -> usize {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let limit = getrlimit(Resource::Nofile);
    let wanted = limit.maximum.unwrap_or(u64::MAX).min(4 * CONNECTIONS as u64);
    let mut current = limit.current.unwrap_or(u64::MAX);
    if current < wanted && setrlimit(Resource::Nofile, Rlimit { current: Some(wanted), ..limit }).is_ok() {
        current = wanted;
    }
    CONNECTIONS.min(usize::try_from(current / 2).unwrap_or(CONNECTIONS))
}

/// Answers until the stop, then lets what is under way finish.
pub(crate) async fn serve(listener: TcpListener, app: Router, ctx: Context, stopped: watch::Receiver<bool>) {
    let doors = Arc::new(Doors { most: most_connections(), lines: Mutex::default(), clients: Mutex::default() });
    let proxy = ctx.settings.proxy;
    let mut connections = JoinSet::new();
    let mut number = 0_u64;
    let mut stop = pin!(ended(stopped.clone()));
    loop {
        tokio::select! {
            () = &mut stop => break,
            accepted = listener.accept() => match accepted {
                Ok((stream, peer)) => {
                    let peer = peer.ip().to_canonical();
                    if proxy.is_some_and(|proxy| proxy != peer) && !peer.is_loopback() {
                        continue;
                    }
                    number += 1;
                    let Some(line) = doors.enter(number) else {
                        refuse(&stream);
                        continue;
                    };
                    let visit = Visit { app: app.clone(), doors: doors.clone(), line, number, peer, proxy };
                    connections.spawn(visit.run(stream, stopped.clone()));
                }
                Err(error) => {
                    // Out of file descriptors, mostly: give the others time to close theirs.
                    tracing::warn!(%error, "cannot accept a connection");
                    tokio::time::sleep(Duration::from_millis(50)).await;
                }
            },
            Some(_) = connections.join_next() => {}
        }
    }
    drop(listener);
    while connections.join_next().await.is_some() {}
}

/// Says no in one write that fits any socket's empty buffer.
fn refuse(stream: &TcpStream) {
    let answer =
        b"HTTP/1.1 503 Service Unavailable\r\nretry-after: 1\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
    // Who is gone already needs no answer.
    drop(stream.try_write(answer));
}

/// One connection.
struct Visit {
    app: Router,
    doors: Arc<Doors>,
    line: Arc<Line>,
    number: u64,
    peer: IpAddr,
    proxy: Option<IpAddr>,
}

impl Drop for Visit {
    fn drop(&mut self) {
        self.doors.leave(self.number);
    }
}

impl Visit {
    async fn run(self, stream: TcpStream, stopped: watch::Receiver<bool>) {
        // Answers are written whole: waiting for more to send only delays them.
        drop(stream.set_nodelay(true));
        let line = self.line.clone();
        let visit = Arc::new(self);
        let service = service_fn(|request| visit.clone().answer(request));
        let io = TokioIo::new(Watched { stream, line: line.clone() });
        let mut connection = http1::Builder::new()
            .max_header_size(HEAD_BYTES)
            .max_buf_size(BUFFER)
            .header_read_timeout(None)
            .serve_connection(io, service);
        let mut stop = pin!(ended(stopped));
        let mut stopping = false;
        let over = loop {
            tokio::select! {
                ended = poll_fn(|cx| connection.poll_without_shutdown(cx)) => {
                    if let Err(error) = ended {
                        tracing::debug!(%error, "a connection ended early");
                    }
                    break None;
                }
                () = tokio::time::sleep_until(line.look_again(Instant::now())) => {
                    if let Some(over) = line.over(Instant::now()) {
                        break Some(over);
                    }
                }
                () = line.give_way.notified() => {
                    // Its request may have come in the same moment.
                    if line.waits_since().is_some() {
                        break Some(Over::Head);
                    }
                }
                () = &mut stop, if !stopping => {
                    stopping = true;
                    line.stop();
                    Pin::new(&mut connection).graceful_shutdown();
                }
            }
        };
        let stream = connection.into_parts().io.into_inner().stream;
        close(stream, over).await;
    }

    fn answer(self: Arc<Self>, request: Request<Incoming>) -> BoxFuture<'static, Result<Response<Body>, Infallible>> {
        self.line.begin();
        let (client, inside) = Origin::of(self.peer, self.proxy, request.headers());
        let (place, crowded) = self.doors.place(client);
        let mut request = request.map(|body| Body::new(Paced::new(body)));
        request.extensions_mut().insert(Origin { client, inside, crowded });
        Box::pin(async move {
            let response = TowerToHyperService::new(self.app.clone()).call(request).await?;
            let line = self.line.clone();
            Ok(response.map(|body| Body::new(Answering { body, line, _place: place })))
        })
    }
}

async fn close(mut stream: TcpStream, over: Option<Over>) {
    if over == Some(Over::Unread) {
        return;
    }
    let farewell = async {
        if over == Some(Over::Head) {
            let late = b"HTTP/1.1 408 Request Timeout\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
            stream.write_all(late).await?;
        }
        stream.shutdown().await?;
        let mut waste = vec![0; 16 * 1024];
        let mut left = LINGER.1;
        while left > 0 {
            match stream.read(&mut waste).await? {
                0 => break,
                read => left = left.saturating_sub(read),
            }
        }
        Ok::<_, std::io::Error>(())
    };
    // A client that is gone or does not stop sending hears nothing more.
    drop(tokio::time::timeout(LINGER.0, farewell).await);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn origin(peer: &str, proxy: Option<&str>, forwarded: &[&str]) -> (String, bool) {
        let mut headers = HeaderMap::new();
        for value in forwarded {
            headers.append("x-forwarded-for", value.parse().unwrap());
        }
        let address = |text: &str| text.parse().unwrap();
        let (client, inside) = Origin::of(address(peer), proxy.map(address), &headers);
        (client.to_string(), inside)
    }

    #[test]
    fn only_the_named_proxy_tells_who_asks() {
        assert_eq!(origin("127.0.0.1", None, &[]), ("127.0.0.1".into(), true));
        assert_eq!(origin("127.0.0.1", None, &["198.51.100.7"]), ("127.0.0.1".into(), false));
        let proxy = Some("192.0.2.1");
        assert_eq!(origin("192.0.2.1", proxy, &["198.51.100.7"]), ("198.51.100.7".into(), false));
        assert_eq!(origin("192.0.2.1", proxy, &["203.0.113.9, 198.51.100.7"]), ("198.51.100.7".into(), false));
        assert_eq!(origin("192.0.2.1", proxy, &["203.0.113.9", "198.51.100.7"]), ("198.51.100.7".into(), false));
        assert_eq!(origin("192.0.2.1", proxy, &["127.0.0.1, rubbish"]), ("192.0.2.1".into(), false));
        assert_eq!(origin("192.0.2.1", proxy, &[]), ("192.0.2.1".into(), true));
    }

    #[tokio::test]
    async fn the_one_that_waits_longest_gives_way() {
        let doors = Doors { most: 2, lines: Mutex::default(), clients: Mutex::default() };
        let first = doors.enter(1).unwrap();
        let second = doors.enter(2).unwrap();
        first.begin();
        let third = doors.enter(3).unwrap();
        second.give_way.notified().await;
        third.begin();
        assert!(doors.enter(4).is_none(), "who is being answered is not sent away");
        doors.leave(1);
        assert!(doors.enter(5).is_some());
    }
}
