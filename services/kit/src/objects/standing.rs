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

/// Shared by every clone of a client.
#[derive(Debug)]
pub(super) struct Standing {
    /// Since when it is away.
    away: watch::Sender<Option<Instant>>,
    /// A request that waits long is a reason to look. Not for the store in the process: a busy disk is no outage.
    impatient: bool,
    suspected: Notify,
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
    pub(super) fn new(impatient: bool) -> Self {
        Self { away: watch::Sender::new(None), impatient, suspected: Notify::new() }
    }

    /// Since when the store is away; none while it is there.
    pub(super) fn away_since(&self) -> Option<Instant> {
        *self.away.borrow()
    }

    /// Runs one request: not at all while the store is away, and not to its end when the store goes away meanwhile.
    pub(super) async fn during<T>(
        &self,
        request: impl Future<Output = Result<T, ObjectError>>,
    ) -> Result<T, ObjectError> {
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
            if self.impatient {
                self.suspected.notify_one();
            }
            std::future::pending::<()>().await;
        };
        let done = tokio::select! {
            done = request => done,
            () = gone => return Err(is_away()),
            () = slow => return Err(is_away()),
        };
        if matches!(done, Err(ObjectError::Unavailable(_))) {
            self.suspected.notify_one();
        }
        done
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
            let suspected = tokio::select! {
                () = tokio::time::sleep(rest) => false,
                () = self.suspected.notified(), if away.is_none() => true,
            };
            let thorough = away.is_some() || suspected;
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
                // A suspicion that was wrong: whoever raises it again at once waits a moment.
                (Ok(()), None) if suspected => tokio::time::sleep(AGAIN).await,
                (Ok(()), None) | (Err(_), Some(_)) => {}
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

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

    /// A store that can fall silent, or take questions and no objects.
    #[derive(Default)]
    struct Fake {
        silent: AtomicBool,
        full: AtomicBool,
    }

    impl Asked for Fake {
        async fn question(&self) -> Result<(), ObjectError> {
            if self.silent.load(Ordering::SeqCst) { std::future::pending().await } else { Ok(()) }
        }
        async fn small_object(&self) -> Result<(), ObjectError> {
            let full = self.full.load(Ordering::SeqCst);
            if full { Err(ObjectError::Unavailable("full".into())) } else { Ok(()) }
        }
    }

    async fn until(standing: &Standing, away: bool) {
        let changed = async {
            while standing.away_since().is_some() != away {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        tokio::time::timeout(Duration::from_mins(1), changed).await.expect("the watcher notices");
    }

    #[tokio::test]
    async fn a_silent_store_is_noticed_and_every_request_is_let_go() {
        let (standing, store) = (Arc::new(Standing::new(true)), Arc::new(Fake::default()));
        let returns = Arc::new(AtomicU32::new(0));
        let watching = tokio::spawn({
            let (standing, store, returns) = (Arc::clone(&standing), Arc::clone(&store), Arc::clone(&returns));
            async move {
                let returned = || {
                    returns.fetch_add(1, Ordering::SeqCst);
                };
                standing.watch(&*store, returned).await;
            }
        });
        assert_eq!(standing.during(async { Ok(1) }).await, Ok(1));
        store.silent.store(true, Ordering::SeqCst);
        let waited = standing.during(std::future::pending::<Result<(), _>>()).await;
        assert!(matches!(waited, Err(ObjectError::Unavailable(_))), "{waited:?}");
        let mut begun = false;
        let refused = standing
            .during(async {
                begun = true;
                Ok(())
            })
            .await;
        assert!(
            matches!(refused, Err(ObjectError::Unavailable(_))) && !begun,
            "nothing is sent to a store that is away"
        );
        store.full.store(true, Ordering::SeqCst);
        store.silent.store(false, Ordering::SeqCst);
        tokio::time::sleep(3 * AGAIN).await;
        assert!(standing.away_since().is_some(), "a store that takes no object is not back");
        store.full.store(false, Ordering::SeqCst);
        until(&standing, false).await;
        assert_eq!(standing.during(async { Ok(2) }).await, Ok(2));
        assert_eq!(returns.load(Ordering::SeqCst), 1, "whoever waits is woken once");
        watching.abort();
    }

    #[tokio::test]
    async fn one_failed_request_is_no_outage() {
        let (standing, store) = (Arc::new(Standing::new(true)), Fake::default());
        let failing = async {
            for _ in 0..3 {
                let failed = standing.during(async { Err::<(), _>(ObjectError::Unavailable("cut".into())) }).await;
                assert_eq!(failed, Err(ObjectError::Unavailable("cut".into())));
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
            assert_eq!(standing.away_since(), None);
        };
        tokio::select! {
            () = failing => {}
            () = standing.watch(&store, || panic!("it was never away")) => {}
        }
    }
}
