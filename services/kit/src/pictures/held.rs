//! The memory that pictures take while they are read: bounded for the process and for one person. Whoever opens many and reads
//! none shall neither fill the memory nor shut out the others.

use crate::Problem;
use bytes::Bytes;
use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::{Semaphore, SemaphorePermit};
use uuid::Uuid;

/// MiB that one process holds for readers, and of them for one reader: room for two of the largest pictures.
const MOST: usize = 256;
const MOST_OF_ONE: usize = 96;
/// How long a reader waits for others to have read.
const PATIENCE: Duration = Duration::from_secs(10);

static READING: Semaphore = Semaphore::const_new(MOST);
static READERS: Mutex<BTreeMap<Uuid, usize>> = Mutex::new(BTreeMap::new());

/// What is counted for a person.
struct Share {
    reader: Uuid,
    mebibytes: usize,
}

impl Share {
    fn take(reader: Uuid, mebibytes: usize) -> Option<Self> {
        let mut readers = READERS.lock().unwrap_or_else(PoisonError::into_inner);
        let held = readers.entry(reader).or_default();
        if *held + mebibytes > MOST_OF_ONE {
            return None;
        }
        *held += mebibytes;
        Some(Self { reader, mebibytes })
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        let mut readers = READERS.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(held) = readers.get_mut(&self.reader) {
            *held -= self.mebibytes;
            if *held == 0 {
                readers.remove(&self.reader);
            }
        }
    }
}

/// Room for one picture.
pub struct Room {
    _share: Share,
    _permit: SemaphorePermit<'static>,
}

/// A picture that keeps its room for as long as anybody has it.
struct Held {
    picture: Bytes,
    _room: Room,
}

impl AsRef<[u8]> for Held {
    fn as_ref(&self) -> &[u8] {
        &self.picture
    }
}

impl Room {
    /// The picture in its room.
    pub fn holds(self, picture: Bytes) -> Bytes {
        Bytes::from_owner(Held { picture, _room: self })
    }
}

/// Room for a picture of so many bytes; every picture takes a MiB at least.
///
/// # Errors
/// 503 with Retry-After when there is none.
pub async fn room(reader: Uuid, bytes: u64) -> Result<Room, Problem> {
    let mebibytes = ((bytes >> 20) as usize + 1).min(MOST_OF_ONE);
    let share = Share::take(reader, mebibytes)
        .ok_or_else(|| Problem::unavailable("one reader holds too many pictures at once"))?;
    let permit = tokio::time::timeout(PATIENCE, READING.acquire_many(mebibytes as u32)).await;
    match permit {
        Ok(Ok(permit)) => Ok(Room { _share: share, _permit: permit }),
        _ => Err(Problem::unavailable("too many pictures are read at once")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn one_reader_has_a_share_and_it_comes_back_with_the_last_byte() {
        let [one, other] = [1, 2].map(Uuid::from_u128);
        let picture = room(one, 40 << 20).await.unwrap().holds(Bytes::from_static(b"picture"));
        let part = picture.slice(..3);
        let _second = room(one, 40 << 20).await.unwrap();
        let refused = room(one, 40 << 20).await.err().unwrap();
        assert_eq!((refused.status.as_u16(), refused.retry_after), (503, Some(5)));
        drop(room(other, 40 << 20).await.unwrap());
        drop(picture);
        assert!(room(one, 40 << 20).await.is_err(), "a part is still being sent");
        drop(part);
        drop(room(one, 40 << 20).await.unwrap());
        assert_eq!(READERS.lock().unwrap().get(&one), Some(&41));
    }
}
