//! Time, ids and randomness. They come from the context, so that tests and the demonstration can hold them still.

use crate::At;
use ring::rand::{SecureRandom, SystemRandom};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use time::Duration;
use uuid::Uuid;

/// The time of day: the system's, or one that a test sets.
#[derive(Clone, Debug, Default)]
pub struct Clock {
    // Microseconds; 0 means the system's clock.
    held: Arc<AtomicI64>,
}

impl Clock {
    /// The system's clock.
    pub fn system() -> Self {
        Self::default()
    }

    /// The present instant.
    pub fn now(&self) -> At {
        match self.held.load(Ordering::SeqCst) {
            0 => system_now(),
            micros => At::from_micros(micros),
        }
    }

    /// Holds the clock still at `at`.
    pub fn hold(&self, at: At) {
        self.held.store(at.micros().max(1), Ordering::SeqCst);
    }

    /// Moves a held clock on; a system clock is first held at the present.
    pub fn advance(&self, by: Duration) {
        self.hold(self.now() + by);
    }

    /// Goes back to the system's clock.
    pub fn let_go(&self) {
        self.held.store(0, Ordering::SeqCst);
    }
}

#[expect(clippy::disallowed_methods, reason = "the one place where the system's clock is read")]
fn system_now() -> At {
    time::OffsetDateTime::now_utc().into()
}

/// Cryptographic randomness of the operating system.
#[derive(Clone, Debug)]
pub struct Random(SystemRandom);

impl Default for Random {
    fn default() -> Self {
        Self(SystemRandom::new())
    }
}

impl Random {
    /// `N` random bytes.
    ///
    /// # Panics
    /// When the operating system has no randomness: nothing may be sealed or signed in then.
    pub fn bytes<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        #[expect(clippy::expect_used, reason = "without randomness the process must stop")]
        self.0.fill(&mut bytes).expect("the operating system gives random bytes");
        bytes
    }

    /// A new id: UUID version 7 of the instant `at`, so ids sort by creation.
    pub fn id(&self, at: At) -> Uuid {
        let millis = u64::try_from(at.micros() / 1_000).unwrap_or(0);
        uuid::Builder::from_unix_timestamp_millis(millis, &self.bytes::<10>()).into_uuid()
    }

    /// A secret token for links and sessions: 32 random bytes as URL-safe text.
    pub fn token(&self) -> String {
        use base64::Engine;
        base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(self.bytes::<32>())
    }
}
