//! The memory of a sync that failed, and the end that follows from it.
//!
//! After a failed fsync the kernel may mark the lost pages clean, so that the next fsync succeeds although the bytes are gone.
//! Trying again would be a lie. So the first failure stops everything that rests on this disk: nothing more is read or written
//! through it, health turns red, answers under way become refusals, and `lysbro serve` ends at once for its supervisor to start it
//! anew from what the disk really holds. PostgreSQL does the same by itself (it panics).
//!
//! Rejected: rolling back and going on. SQLite would write the next transaction over the failed one's frames, which is right as
//! long as the kernel still holds what it could not write; nobody outside the kernel can know whether it does.

use std::sync::{Arc, OnceLock};
use tokio::sync::Notify;

/// Whether a sync has failed; shared by everything that rests on the same file.
#[derive(Clone, Debug, Default)]
pub struct Halt(Arc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    reason: OnceLock<String>,
    told: Notify,
}

impl Halt {
    /// Says that a sync failed; the first reason stays.
    pub fn tell(&self, reason: String) {
        if self.0.reason.set(reason).is_ok() {
            self.0.told.notify_waiters();
        }
    }

    /// Why everything has stopped, if it has.
    pub fn reason(&self) -> Option<&str> {
        self.0.reason.get().map(String::as_str)
    }

    /// Returns with the reason when a sync fails.
    pub async fn told(&self) -> String {
        loop {
            let told = self.0.told.notified();
            if let Some(reason) = self.reason() {
                return reason.to_owned();
            }
            told.await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_first_reason_is_told_to_who_waits_and_to_who_comes_later() {
        let halt = Halt::default();
        let waiting = tokio::spawn({
            let halt = halt.clone();
            async move { halt.told().await }
        });
        tokio::task::yield_now().await;
        assert_eq!(halt.reason(), None);
        halt.tell("first".into());
        halt.tell("second".into());
        assert_eq!(waiting.await.unwrap(), "first");
        assert_eq!(halt.told().await, "first");
    }
}
