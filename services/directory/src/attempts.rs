//! How often somebody may try: ten times in 15 minutes, per e-mail and not per address, because a hospital has one.
//!
//! Counted in the database, so that replicas count together. The first try opens a window; success forgets it. Everybody
//! can use up another's tries by this; a one-time link then still opens, which was judged the lesser harm.

use kit::At;
use time::Duration;

/// Tries within one window.
pub const MOST: i64 = 10;
/// How long a window stays open.
pub const WINDOW: Duration = Duration::minutes(15);

/// Seconds to wait, when the try with this number of a window is one too many.
pub fn wait(number: i64, began_at: At, now: At) -> Option<u32> {
    let left = (began_at + WINDOW - now).whole_seconds().max(0);
    (number > MOST).then(|| u32::try_from(left).unwrap_or(u32::MAX).max(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_eleventh_try_waits_until_the_window_closes() {
        let began = kit::testing::monday();
        assert_eq!(wait(10, began, began), None);
        assert_eq!(wait(11, began, began), Some(900));
        assert_eq!(wait(11, began, began + Duration::minutes(14)), Some(60));
        assert_eq!(wait(11, began, began + WINDOW), Some(1));
    }
}
