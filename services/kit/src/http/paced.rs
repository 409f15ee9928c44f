//! A request's body with a floor under its pace and a roof over its length.
//!
//! Only the time spent waiting for the client counts, not the time that the store behind takes.

use axum::BoxError;
use bytes::Bytes;
use hyper::body::{Body, Frame, SizeHint};
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::time::{Instant, Sleep};

/// A line that says nothing for so long has broken.
const SILENT: Duration = Duration::from_secs(30);
/// In so much waiting at least [`FLOOR`] bytes come: a tenth of what a slow mobile line (20 kbit/s) carries.
const WINDOW: Duration = Duration::from_mins(1);
const FLOOR: u64 = 16 * 1024;
/// Nothing here takes a longer body: one picture.
pub(super) const LONGEST: u64 = crate::picture::MAX_BYTES as u64;

/// Why a body was cut off.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Cut {
    #[error("the body came too slowly")]
    TooSlow,
    #[error("the body is too long")]
    TooLong,
}

impl Cut {
    /// Finds it among an error's causes.
    pub(super) fn in_causes(error: &(dyn std::error::Error + 'static)) -> Option<Self> {
        std::iter::successors(Some(error), |error| error.source()).find_map(|error| error.downcast_ref().copied())
    }
}

/// How fast a body comes.
#[derive(Debug, Default)]
struct Pace {
    /// Since when nothing comes.
    silent: Option<Instant>,
    /// Since when the waiting is not yet counted.
    uncounted: Option<Instant>,
    waited: Duration,
    in_window: u64,
    length: u64,
}

impl Pace {
    fn count(&mut self, now: Instant) -> Result<(), Cut> {
        if let Some(since) = self.uncounted.replace(now) {
            self.waited += now.saturating_duration_since(since);
        }
        if self.waited >= WINDOW {
            let enough = self.in_window >= FLOOR;
            (self.waited, self.in_window) = (Duration::ZERO, 0);
            return if enough { Ok(()) } else { Err(Cut::TooSlow) };
        }
        Ok(())
    }

    fn arrived(&mut self, length: u64, now: Instant) -> Result<(), Cut> {
        self.length += length;
        self.in_window += length;
        if self.length > LONGEST {
            return Err(Cut::TooLong);
        }
        self.count(now)?;
        (self.silent, self.uncounted) = (None, None);
        Ok(())
    }

    /// Nothing is there: until when to wait at most.
    fn waits(&mut self, now: Instant) -> Result<Instant, Cut> {
        let silent = *self.silent.get_or_insert(now);
        self.count(now)?;
        if now.saturating_duration_since(silent) >= SILENT {
            return Err(Cut::TooSlow);
        }
        Ok((silent + SILENT).min(now + WINDOW.saturating_sub(self.waited)))
    }
}

/// A body that is cut off when it is too slow or too long.
pub(super) struct Paced<B> {
    body: B,
    pace: Pace,
    /// Made when something is waited for: most bodies are there at once.
    alarm: Option<Pin<Box<Sleep>>>,
}

impl<B> Paced<B> {
    pub(super) fn new(body: B) -> Self {
        Self { body, pace: Pace::default(), alarm: None }
    }
}

impl<B> Body for Paced<B>
where
    B: Body<Data = Bytes> + Unpin,
    B::Error: Into<BoxError>,
{
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        let this = &mut *self;
        match Pin::new(&mut this.body).poll_frame(cx) {
            Poll::Ready(Some(Ok(frame))) => {
                let length = frame.data_ref().map_or(0, |data| data.len() as u64);
                let arrived = this.pace.arrived(length, Instant::now());
                Poll::Ready(Some(arrived.map(|()| frame).map_err(Into::into)))
            }
            Poll::Ready(Some(Err(error))) => Poll::Ready(Some(Err(error.into()))),
            Poll::Ready(None) => Poll::Ready(None),
            Poll::Pending => loop {
                let until = match this.pace.waits(Instant::now()) {
                    Ok(until) => until,
                    Err(cut) => return Poll::Ready(Some(Err(cut.into()))),
                };
                let alarm = this.alarm.get_or_insert_with(|| Box::pin(tokio::time::sleep_until(until)));
                alarm.as_mut().reset(until);
                if alarm.as_mut().poll(cx).is_pending() {
                    return Poll::Pending;
                }
            },
        }
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Pieces of so many bytes, each after so many seconds of waiting.
    fn sent(pieces: impl IntoIterator<Item = (u64, u64)>) -> Result<u64, Cut> {
        let mut now = Instant::now();
        let mut pace = Pace::default();
        for (seconds, length) in pieces {
            let comes = now + Duration::from_secs(seconds);
            while now < comes {
                now = pace.waits(now)?.min(comes);
            }
            pace.arrived(length, now)?;
            // The store takes its time, which is not the client's.
            now += Duration::from_secs(100);
        }
        Ok(pace.length)
    }

    #[test]
    fn a_slow_line_passes_and_a_trickle_does_not() {
        assert_eq!(sent(vec![(20, 30_000); 30]), Ok(900_000), "1.5 kB/s with gaps of 20 s");
        assert_eq!(sent([(29, 1)]), Ok(1), "a short body may take a while");
        assert_eq!(sent([(0, 1000), (31, 1)]), Err(Cut::TooSlow), "silence");
        assert_eq!(sent(vec![(10, 100); 30]), Err(Cut::TooSlow), "a trickle");
        assert_eq!(sent(vec![(0, 1 << 20); 41]), Err(Cut::TooLong), "no end");
    }
}
