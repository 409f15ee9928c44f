//! How often somebody may try in 15 minutes: ten times per e-mail, and as often as a hospital fails per address, because a
//! hospital has one.
//!
//! Counted in the database, so that replicas count together. The first try opens a window; success forgets it. Everybody
//! can use up another's tries by this; a one-time link then still opens, which was judged the lesser harm.

use kit::At;
use time::Duration;

/// Tries within one window.
pub const MOST: i64 = 10;
/// Failures of one client's address, of passwords and links together: a guesser's, not a hospital's on a Monday morning.
pub const MOST_OF_ADDRESS: i64 = 300;
/// How long a window stays open.
pub const WINDOW: Duration = Duration::minutes(15);

/// Seconds to wait, when the try with this number of a window is one too many.
pub fn wait(number: i64, most: i64, began_at: At, now: At) -> Option<u32> {
    let left = (began_at + WINDOW - now).whole_seconds().max(0);
    (number > most).then(|| u32::try_from(left).unwrap_or(u32::MAX).max(1))
}

/// Names what is counted before it happens.
pub fn gauges() {
    for by in ["account", "address"] {
        metrics::counter!("sign_in_held_back_total", "by" => by).increment(0);
    }
    metrics::counter!("sign_in_refused_total").increment(0);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_eleventh_try_waits_until_the_window_closes() {
        let began = kit::testing::monday();
        assert_eq!(wait(10, MOST, began, began), None);
        assert_eq!(wait(11, MOST, began, began), Some(900));
        assert_eq!(wait(11, MOST, began, began + Duration::minutes(14)), Some(60));
        assert_eq!(wait(11, MOST, began, began + WINDOW), Some(1));
    }
}
