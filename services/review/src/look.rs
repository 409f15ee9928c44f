//! Looks at a large picture's tiles. A screen fetches dozens of them while somebody moves about in one picture: a line in the access
//! log for each would bury those that say who read what. So a look is recorded before its first tile leaves, and again when it
//! goes on for longer than [`LASTS`]; every process records for itself.

use crate::ReviewError;
use kit::At;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use time::Duration;
use tokio::sync::OnceCell;
use uuid::Uuid;

/// How long tiles of the same picture belong to the same look.
const LASTS: Duration = Duration::minutes(15);

/// Person and picture, with when the look began and whether it stands in the access log.
type Looks = BTreeMap<(Uuid, Uuid), (At, Arc<OnceCell<()>>)>;

static LOOKS: Mutex<Looks> = Mutex::new(BTreeMap::new());

fn look(person: Uuid, image: Uuid, now: At) -> Arc<OnceCell<()>> {
    let mut looks = LOOKS.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some((began, noted)) = looks.get(&(person, image))
        && now - *began < LASTS
    {
        return Arc::clone(noted);
    }
    looks.retain(|_, (began, _)| now - *began < LASTS);
    let noted = Arc::default();
    looks.insert((person, image), (now, Arc::clone(&noted)));
    noted
}

/// Runs `note` unless it has succeeded for this look already; whoever comes meanwhile waits for it.
///
/// # Errors
/// Those of `note`: the tile must not leave, and the next one tries again.
pub async fn once(
    person: Uuid,
    image: Uuid,
    now: At,
    note: impl Future<Output = Result<(), ReviewError>>,
) -> Result<(), ReviewError> {
    look(person, image, now).get_or_try_init(|| note).await.copied()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering};

    #[tokio::test]
    async fn a_look_is_noted_once_until_it_has_lasted() {
        let (person, image) = (Uuid::from_u128(0x10_0c), Uuid::from_u128(0x1a_6e));
        let now = At::from_micros(1_780_000_000_000_000);
        let count = AtomicUsize::new(0);
        let note = async || {
            tokio::task::yield_now().await;
            count.fetch_add(1, Ordering::Relaxed);
            Ok(())
        };
        let refused = once(person, image, now, async { Err(ReviewError::NotFound) }).await;
        assert!(refused.is_err(), "what could not be noted is not shown");
        let both = tokio::join!(once(person, image, now, note()), once(person, image, now, note()));
        assert!(both.0.is_ok() && both.1.is_ok());
        assert_eq!(count.load(Ordering::Relaxed), 1);
        once(person, image, now + Duration::minutes(14), note()).await.unwrap();
        assert_eq!(count.load(Ordering::Relaxed), 1);
        once(person, image, now + Duration::minutes(16), note()).await.unwrap();
        once(person, Uuid::from_u128(0x1a_6f), now + Duration::minutes(16), note()).await.unwrap();
        assert_eq!(count.load(Ordering::Relaxed), 3);
    }
}
