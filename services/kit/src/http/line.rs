//! One connection as the server sees it: what it is doing and since when, so that it can be told which ones only sit there.
//!
//! hyper's own timer is not used: it does not tell a connection that rests between two requests (the proxy keeps those) from
//! one that feeds a header byte by byte.

use hyper::body::{Body, Frame, SizeHint};
use std::io::{self, IoSlice};
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::sync::Notify;
use tokio::time::Instant;

/// How long the head of a request may take from its first byte.
const HEAD: Duration = Duration::from_secs(10);
/// How long a connection may rest between two requests: longer than a proxy keeps its own (nginx: 60 s), so that it is the
/// proxy that closes and no request meets a closing door.
const IDLE: Duration = Duration::from_secs(75);
/// How long it may rest once the server stops.
const LEAVING: Duration = Duration::from_millis(200);
/// How long a client may take none of the answer's bytes.
const UNREAD: Duration = Duration::from_mins(1);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Doing {
    Resting,
    Head,
    Request,
}

/// Why a connection is closed from our side.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Over {
    /// It rested too long.
    Rested,
    /// The head took too long, or its place is needed.
    Head,
    /// The client does not take the answer.
    Unread,
}

#[derive(Debug)]
struct State {
    doing: Doing,
    since: Instant,
    /// Since when the socket takes no bytes.
    stuck: Option<Instant>,
    stopping: bool,
}

/// What one connection is doing.
#[derive(Debug)]
pub(super) struct Line {
    state: Mutex<State>,
    /// Rung when another connection needs its place.
    pub(super) give_way: Notify,
}

impl Line {
    pub(super) fn new() -> Self {
        Self::since(Instant::now())
    }

    fn since(now: Instant) -> Self {
        let state = State { doing: Doing::Resting, since: now, stuck: None, stopping: false };
        Self { state: Mutex::new(state), give_way: Notify::new() }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn does(&self, doing: Doing, now: Instant) {
        let mut state = self.state();
        (state.doing, state.since) = (doing, now);
    }

    /// A request has arrived.
    pub(super) fn begin(&self) {
        self.does(Doing::Request, Instant::now());
    }

    /// The server stops: rest no longer.
    pub(super) fn stop(&self) {
        self.state().stopping = true;
    }

    /// Since when it has no request under way.
    pub(super) fn waits_since(&self) -> Option<Instant> {
        let state = self.state();
        (state.doing != Doing::Request).then_some(state.since)
    }

    fn limit(state: &State) -> Option<(Instant, Over)> {
        let unread = state.stuck.map(|since| (since + UNREAD, Over::Unread));
        let doing = match state.doing {
            Doing::Resting => Some((state.since + if state.stopping { LEAVING } else { IDLE }, Over::Rested)),
            Doing::Head => Some((state.since + HEAD, Over::Head)),
            Doing::Request => None,
        };
        unread.into_iter().chain(doing).min_by_key(|(at, _)| *at)
    }

    /// When to look again.
    pub(super) fn look_again(&self, now: Instant) -> Instant {
        let soon = now + HEAD;
        Self::limit(&self.state()).map_or(soon, |(at, _)| at.min(soon))
    }

    /// Whether its time is over, and why.
    pub(super) fn over(&self, now: Instant) -> Option<Over> {
        Self::limit(&self.state()).filter(|(at, _)| *at <= now).map(|(_, why)| why)
    }

    fn read(&self, now: Instant) {
        let mut state = self.state();
        if state.doing == Doing::Resting {
            (state.doing, state.since) = (Doing::Head, now);
        }
    }

    fn wrote(&self, went: bool, now: Instant) {
        let mut state = self.state();
        if went {
            state.stuck = None;
            // The last bytes of an answer still go out to a slow line: it does not rest yet.
            if state.doing == Doing::Resting {
                state.since = now;
            }
        } else {
            state.stuck.get_or_insert(now);
        }
    }
}

/// The socket, noting on the line what happens.
pub(super) struct Watched {
    pub(super) stream: TcpStream,
    pub(super) line: Arc<Line>,
}

impl AsyncRead for Watched {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let read = Pin::new(&mut self.stream).poll_read(cx, buffer);
        if buffer.filled().len() > before {
            self.line.read(Instant::now());
        }
        read
    }
}

impl Watched {
    fn note(&self, wrote: Poll<io::Result<usize>>) -> Poll<io::Result<usize>> {
        self.line.wrote(wrote.is_ready(), Instant::now());
        wrote
    }
}

impl AsyncWrite for Watched {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let wrote = Pin::new(&mut self.stream).poll_write(cx, bytes);
        self.note(wrote)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let wrote = Pin::new(&mut self.stream).poll_write_vectored(cx, slices);
        self.note(wrote)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

/// An answer's body; when it has gone out or is dropped, the line rests and the client's place is free.
pub(super) struct Answering<B, P> {
    pub(super) body: B,
    pub(super) line: Arc<Line>,
    pub(super) _place: P,
}

impl<B: Body + Unpin, P: Unpin> Body for Answering<B, P> {
    type Data = B::Data;
    type Error = B::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<B::Data>, B::Error>>> {
        Pin::new(&mut self.body).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

impl<B, P> Drop for Answering<B, P> {
    fn drop(&mut self) {
        self.line.does(Doing::Resting, Instant::now());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slow_head_is_over_after_ten_seconds_and_a_rest_after_seventy_five() {
        let began = Instant::now();
        let at = |seconds| began + Duration::from_secs(seconds);
        let line = Line::since(began);
        assert_eq!(line.over(at(74)), None);
        assert_eq!(line.over(at(75)), Some(Over::Rested));
        line.read(at(20));
        line.read(at(29));
        assert_eq!(line.over(at(29)), None);
        assert_eq!(line.over(at(30)), Some(Over::Head), "a second byte does not begin anew");
        line.does(Doing::Request, at(30));
        assert_eq!((line.over(at(9999)), line.waits_since()), (None, None), "a handler may take its time");
        line.wrote(false, at(40));
        line.wrote(false, at(50));
        assert_eq!(line.over(at(100)), Some(Over::Unread));
        line.wrote(true, at(100));
        line.does(Doing::Resting, at(100));
        assert_eq!(line.over(at(101)), None);
        line.stop();
        assert_eq!(line.over(at(101)), Some(Over::Rested));
    }
}
