//! Lines for whoever waits: at most one a second, and none for what is quick.

use std::time::{Duration, Instant};

/// Takes a line for the person who waits.
pub type Say = dyn Fn(&str) + Send + Sync;

/// Counts towards a total.
pub(super) struct Progress<'a> {
    say: &'a Say,
    what: &'a str,
    total: usize,
    done: usize,
    bytes: u64,
    told: Instant,
}

impl<'a> Progress<'a> {
    pub(super) fn new(say: &'a Say, what: &'a str, total: usize) -> Self {
        Self { say, what, total, done: 0, bytes: 0, told: Instant::now() }
    }

    /// One more, of so many bytes.
    pub(super) fn one(&mut self, bytes: u64) {
        self.done += 1;
        self.bytes += bytes;
        if self.told.elapsed() >= Duration::from_secs(1) {
            self.told = Instant::now();
            (self.say)(&format!("{:14} {} of {}, {} MB", self.what, self.done, self.total, self.bytes / 1_000_000));
        }
    }
}
