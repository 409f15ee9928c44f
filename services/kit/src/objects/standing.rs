//! Whether the store can be used at present: a circuit that opens when it can't and closes by itself.
//!
//! Without it every request would find out by its own long wait, each with a picture in memory, and an office on a slow line
//! would send its bytes to somebody who can't keep them. So requests only raise a suspicion, when they fail or wait long; one
//! watcher asks the store, and while it says *away* every request is refused at once, those under way included.
//!
//! A failure is no proof (one object's answer can break off), so it is looked into: first a question that needs no disk, then a
//! small object, because a store that answers may still be unable to take anything (full, or on a line of 1 kB/s).
//! Rejected: counting failures (ten patient requests would have to wait them out); a probe alone (up to a period late).

use super::ObjectError;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::time::{Duration, Instant};
use tokio::sync::{Notify, watch};

/// A request that has waited so long raises a suspicion.
const LONG: Duration = Duration::from_secs(2);
/// The longest rest between two looks at a store that is there, and at one that is away.
const LOOK: Duration = Duration::from_secs(5);
const AGAIN: Duration = Duration::from_secs(1);
/// How long the store may take to answer a question, asked twice, and to take a small object.
const QUESTION: Duration = Duration::from_secs(2);
const SMALL_OBJECT: Duration = Duration::from_secs(5);

/// Why somebody wants the watcher to look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Suspicion {
    None,
    /// A request waits.
    Slow,
    /// A request failed.
    Failed,
}

/// Shared by every clone of a client.
#[derive(Debug)]
pub(super) struct Standing {
    /// Since when it is away.
    away: watch::Sender<Option<Instant>>,
    suspicion: Mutex<Suspicion>,
    raised: Notify,
}

impl Default for Standing {
    fn default() -> Self {
        Self { away: watch::Sender::new(None), suspicion: Mutex::new(Suspicion::None), raised: Notify::new() }
    }
}

/// What the watcher asks; in tests something else than a store.
pub(super) trait Asked {
    /// A question that needs no disk.
    async fn question(&self) -> Result<(), ObjectError>;
    /// A small object.
    async fn small_object(&self) -> Result<(), ObjectError>;
}

fn is_away() -> ObjectError {
    ObjectError::Unavailable("it has been away for some time; it is asked again every second".to_owned())
}

impl Standing {
    /// Since when the store is away; none while it is there.
    pub(super) fn away_since(&self) -> Option<Instant> {
        *self.away.borrow()
    }

    /// Runs one request: not at all while the store is away, and not to its end when the store goes away meanwhile.
    pub(super) async fn during<T>(&self, request: impl Future<Output = Result<T, ObjectError>>) -> Result<T, ObjectError> {
        let mut away = self.away.subscribe();
        if away.borrow_and_update().is_some() {
            return Err(is_away());
        }
        let gone = async {
            // An error would mean that the sender is gone, and `self` holds it.
            drop(away.wait_for(Option::is_some).await.map(|_| ()));
        };
        let slow = async {
            tokio::time::sleep(LONG).await;
            self.raise(Suspicion::Slow);
            std::future::pending::<()>().await;
        };
        let done = tokio::select! {
            done = request => done,
            () = gone => return Err(is_away()),
            () = slow => return Err(is_away()),
        };
        if matches!(done, Err(ObjectError::Unavailable(_))) {
            self.raise(Suspicion::Failed);
        }
        done
    }

    fn suspicion(&self) -> std::sync::MutexGuard<'_, Suspicion> {
        self.suspicion.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn raise(&self, suspicion: Suspicion) {
        let mut now = self.suspicion();
        if *now != Suspicion::Failed {
            *now = suspicion;
        }
        drop(now);
        self.raised.notify_one();
    }

    /// Notes at the start that the store did not answer.
    pub(super) fn gone(&self) {
        self.away.send_if_modified(|away| away.is_none() && away.replace(Instant::now()).is_none());
    }

    /// Watches for ever. `returned` is called when the store is back.
    pub(super) async fn watch(&self, store: &impl Asked, returned: impl Fn()) {
        loop {
            let away = self.away_since();
            let rest = if away.is_some() { AGAIN } else { LOOK };
            tokio::select! {
                () = tokio::time::sleep(rest) => {}
                () = self.raised.notified(), if away.is_none() => {}
            }
            let suspicion = std::mem::replace(&mut *self.suspicion(), Suspicion::None);
            let thorough = away.is_some() || suspicion == Suspicion::Failed;
            match (look(store, thorough).await, away) {
                (Err(cause), None) => {
                    tracing::warn!(%cause, "the object store is away: uploads are asked to wait, text is still taken");
                    self.gone();
                }
                (Ok(()), Some(since)) => {
                    tracing::info!(seconds = since.elapsed().as_secs(), "the object store is back");
                    self.away.send_replace(None);
                    returned();
                }
                (Err(_), Some(_)) => {}
                // A suspicion that was wrong: whoever raises it again at once waits a moment.
                (Ok(()), None) => tokio::time::sleep(if thorough { AGAIN } else { Duration::ZERO }).await,
            }
            metrics::gauge!("object_store_away").set(f64::from(u8::from(self.away_since().is_some())));
        }
    }
}

/// Asks the store. An answer that refuses (a wrong key, a missing right) is an answer.
async fn look(store: &impl Asked, thorough: bool) -> Result<(), ObjectError> {
    if within(QUESTION, store.question()).await.is_err() {
        within(QUESTION, store.question()).await?;
    }
    if thorough { within(SMALL_OBJECT, store.small_object()).await } else { Ok(()) }
}

async fn within(limit: Duration, asked: impl Future<Output = Result<(), ObjectError>>) -> Result<(), ObjectError> {
    match tokio::time::timeout(limit, asked).await {
        Ok(Err(error)) if error.is_retryable() => Err(error),
        Ok(_) => Ok(()),
        Err(_) => Err(ObjectError::Unavailable(format!("no answer within {} s", limit.as_secs()))),
    }
}
