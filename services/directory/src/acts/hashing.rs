//! Password hashing off the request threads, two at a time: each takes 19 MiB and a processor for some time.

use crate::{Error, password};
use kit::Context;
use std::time::Duration;
use tokio::sync::Semaphore;

static AT_ONCE: Semaphore = Semaphore::const_new(2);
const PATIENCE: Duration = Duration::from_secs(10);

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, Error> {
    let waited = tokio::time::timeout(PATIENCE, AT_ONCE.acquire()).await;
    let permit = waited.map_err(|_| Error::Busy)?.map_err(|_| Error::Busy)?;
    let done = tokio::task::spawn_blocking(move || {
        let done = work();
        // Held by the work itself: a request that went away still counts until its hash is done.
        drop(permit);
        done
    });
    done.await.map_err(|error| Error::Password(error.to_string()))
}

/// The password's hash.
pub async fn hash(ctx: &Context, password: String) -> Result<String, Error> {
    let salt = ctx.random.bytes();
    blocking(move || password::hash(&password, &salt)).await?
}

/// Whether the password belongs to the stored hash; without one it takes the same time.
pub async fn matches(password: String, stored: Option<String>) -> Result<bool, Error> {
    blocking(move || password::matches(&password, stored.as_deref())).await
}
