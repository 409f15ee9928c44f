//! Taking the bytes of one PATCH: a sealed object per piece, then the offset by compare-and-set.
//!
//! Every object gets a name and so a key of its own; of several requests at one offset one moves it, the others delete what
//! they staged. A body that breaks off leaves what arrived, unless it announced a checksum: then it counts as a whole or not
//! at all, so its pieces are staged as they come and noted in one transaction at the end. What ends the picture is not staged: see
//! [`finish::at_once`]. Memory is one piece and its sealed copy per request, and so many requests at once as [`RECEIVING`] has
//! permits.

use crate::finish;
use crate::store::upload::{self, Piece, Row};
use crate::upload::{Checksum, LASTS, PIECE};
use axum::body::{Body, HttpBody};
use bytes::{Bytes, BytesMut};
use futures::StreamExt;
use http::StatusCode;
use kit::objects::{ObjectError, segments};
use kit::seal::DataKey;
use kit::{At, Context, Problem};
use ring::digest::{self, SHA256};
use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::{Semaphore, SemaphorePermit};
use uuid::Uuid;

/// How many bodies one process takes at a time, and of them from one person: slow lines of one must not stop everybody.
static RECEIVING: Semaphore = Semaphore::const_new(64);
const OF_ONE_PERSON: usize = 16;
static TAKEN: Mutex<BTreeMap<Uuid, usize>> = Mutex::new(BTreeMap::new());
/// A line that says nothing for so long has broken.
const STALLED: Duration = Duration::from_mins(1);

/// A place among those whose body is being taken.
///
/// # Errors
/// 503 with Retry-After when all are taken, or all of this person: before the body, so that a slow line does not send it in vain.
pub fn permit(person: Uuid) -> Result<Place, Problem> {
    let permit = RECEIVING.try_acquire().map_err(|_| Problem::unavailable("too many uploads at once"))?;
    let mut taken = TAKEN.lock().unwrap_or_else(PoisonError::into_inner);
    let count = taken.entry(person).or_default();
    if *count == OF_ONE_PERSON {
        return Err(Problem::unavailable("too many uploads of one person at once"));
    }
    *count += 1;
    Ok(Place { person, _permit: permit })
}

/// A place that is held.
#[derive(Debug)]
pub struct Place {
    person: Uuid,
    _permit: SemaphorePermit<'static>,
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut taken = TAKEN.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = taken.get_mut(&self.person) {
            *count -= 1;
            if *count == 0 {
                taken.remove(&self.person);
            }
        }
    }
}

/// Says before the body whether pictures can be kept at present: a slow line should not send what would be thrown away. The
/// client keeps the picture and comes again by itself.
///
/// # Errors
/// 503 `store-away` with Retry-After.
pub fn store_is_there(ctx: &Context) -> Result<(), Problem> {
    let Some(away) = ctx.objects.away_for() else { return Ok(()) };
    tracing::debug!(seconds = away.as_secs(), "an upload is asked to wait for the object store");
    Err(store_away())
}

fn store_away() -> Problem {
    let detail =
        "Pictures can't be taken over just now. Keep this one and send it again in a moment; what you write is saved.";
    Problem { retry_after: Some(5), ..Problem::new(StatusCode::SERVICE_UNAVAILABLE, "store-away", detail) }
}

/// Where an upload stands after a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Taken {
    /// Bytes that are safe.
    pub offset: i64,
    /// Until when it can go on.
    pub expires: At,
    /// The picture stands: there is nothing left to finish.
    pub finished: bool,
}

/// 409: the piece does not begin where the upload stands.
pub fn wrong_offset() -> Problem {
    Problem::conflict(
        "wrong-offset",
        "The upload does not stand at this offset. Ask with HEAD where it stands, and go on from there.",
    )
}

/// 400: more bytes than were announced.
pub fn beyond_length() -> Problem {
    Problem::new(StatusCode::BAD_REQUEST, "beyond-length", "The piece reaches beyond the file's announced length.")
}

/// The name of a staged object.
pub fn staged_name(upload: Uuid, pos: i64, random: [u8; 8]) -> String {
    format!("staging/{upload}/{pos}-{}", hex::encode(random))
}

/// The key of a staged object.
pub fn staged_key(key: &DataKey, object: &str) -> [u8; 32] {
    key.derive("staged piece", &[object.as_bytes()])
}

/// Takes a body from the upload's present offset on.
///
/// # Errors
/// 409 when another request was faster, 460 for a wrong checksum, 400 for a body that is too long or broke off, 503 when a
/// store is not reachable.
pub async fn receive(ctx: &Context, upload: Row, checksum: Option<Checksum>, body: Body) -> Result<Taken, Problem> {
    let key = ctx.keys.get(upload.referral).await?;
    let taken = Taken { offset: upload.pos, expires: upload.expires_at, finished: false };
    let sum = (upload.pos == 0 && upload.sha256.is_some()).then(|| digest::Context::new(&SHA256));
    let announced = body.size_hint().lower().min(upload.length as u64) as usize;
    let (buffer, held) = (BytesMut::new(), Vec::new());
    let mut receiver = Receiver { ctx, key, begin: upload.pos, taken, upload, checksum, sum, announced, buffer, held };
    let mut stream = body.into_data_stream();
    loop {
        match tokio::time::timeout(STALLED, stream.next()).await {
            Ok(Some(Ok(chunk))) => receiver.take(chunk).await?,
            Ok(None) => return receiver.complete().await,
            Ok(Some(Err(_))) | Err(_) => return receiver.broke_off().await,
        }
    }
}

struct Receiver<'a> {
    ctx: &'a Context,
    upload: Row,
    key: DataKey,
    /// Where the bytes in the buffer begin.
    begin: i64,
    taken: Taken,
    checksum: Option<Checksum>,
    /// Of the whole file, where its digest must be known at the end and no byte came before; staged ones are summed anew.
    sum: Option<digest::Context>,
    /// Bytes that are still to come, by the client's word.
    announced: usize,
    buffer: BytesMut,
    /// Staged and not yet noted, because the checksum is not known to be right.
    held: Vec<Piece>,
}

impl Receiver<'_> {
    async fn take(&mut self, mut chunk: Bytes) -> Result<(), Problem> {
        if self.begin + (self.buffer.len() + chunk.len()) as i64 > self.upload.length {
            self.let_go().await;
            return Err(beyond_length());
        }
        if let Some(checksum) = &mut self.checksum {
            checksum.update(&chunk);
        }
        if let Some(sum) = &mut self.sum {
            sum.update(&chunk);
        }
        while !chunk.is_empty() {
            if self.buffer.is_empty() {
                self.buffer.reserve(PIECE.min(self.announced));
            }
            let part = chunk.split_to(chunk.len().min(PIECE - self.buffer.len()));
            self.announced = self.announced.saturating_sub(part.len());
            self.buffer.extend_from_slice(&part);
            if self.buffer.len() == PIECE {
                self.stage().await?;
            }
        }
        Ok(())
    }

    /// Stores the buffer as one sealed object.
    async fn stage(&mut self) -> Result<(), Problem> {
        if self.buffer.is_empty() {
            return Ok(());
        }
        let plain = std::mem::take(&mut self.buffer);
        let object = staged_name(self.upload.id, self.begin, self.ctx.random.bytes());
        let sealed = segments::seal(&staged_key(&self.key, &object), &plain, object.as_bytes());
        self.ctx.objects.put(&object, sealed.into()).await?;
        let piece = Piece { pos: self.begin, length: plain.len() as i64, object };
        self.begin += piece.length;
        self.held.push(piece);
        if self.checksum.is_none() { self.note().await } else { Ok(()) }
    }

    /// Moves the offset over everything that is staged.
    async fn note(&mut self) -> Result<(), Problem> {
        let expires = self.ctx.now() + LASTS;
        let mut tx = self.ctx.begin().await?;
        if !upload::advance(&mut tx, self.upload.id, &self.held, expires).await? {
            drop(tx);
            self.let_go().await;
            return Err(wrong_offset());
        }
        tx.commit().await?;
        self.held.clear();
        self.taken = Taken { offset: self.begin, expires, finished: false };
        Ok(())
    }

    async fn complete(mut self) -> Result<Taken, Problem> {
        if self.checksum.take().is_some_and(|checksum| !checksum.matches()) {
            self.let_go().await;
            return Err(checksum_mismatch());
        }
        if !self.held.is_empty() {
            self.note().await?;
        }
        if !self.end().await? {
            self.stage().await?;
        }
        Ok(self.taken)
    }

    /// Finishes the picture when the buffer ends it; false when the buffer is to be staged.
    async fn end(&mut self) -> Result<bool, Problem> {
        let length = self.upload.length;
        let ends = !self.buffer.is_empty() && self.begin + self.buffer.len() as i64 == length;
        if !ends || self.upload.sha256.is_none() {
            return Ok(false);
        }
        let row = Row { pos: self.begin, ..self.upload.clone() };
        let sum = self.sum.take().filter(|_| self.begin == 0).map(|sum| sum.finish().as_ref().to_vec());
        let finished = finish::at_once(self.ctx, &row, &self.key, &self.buffer, sum).await?;
        if finished {
            self.taken = Taken { offset: length, finished, ..self.taken };
        }
        Ok(finished)
    }

    async fn broke_off(mut self) -> Result<Taken, Problem> {
        if self.checksum.is_some() {
            self.let_go().await;
        } else {
            self.stage().await?;
        }
        Err(Problem::new(
            StatusCode::BAD_REQUEST,
            "interrupted",
            "The piece did not arrive whole. Go on from where the upload stands.",
        ))
    }

    /// Deletes what is staged and will not be noted. What can't be deleted now, the sweep finds later.
    async fn let_go(&mut self) {
        for piece in self.held.drain(..) {
            delete_quietly(self.ctx, &piece.object).await;
        }
    }
}

fn checksum_mismatch() -> Problem {
    // 460 is tus's own status; it is in the range of client errors, so the conversion can't fail.
    let status = StatusCode::from_u16(460).unwrap_or(StatusCode::BAD_REQUEST);
    Problem::new(status, "checksum-mismatch", "The piece was changed on the way. Send it again.")
}

/// Deletes an object that nothing points to any more; a failure is logged and left to the sweep.
pub async fn delete_quietly(ctx: &Context, object: &str) {
    match ctx.objects.delete(object).await {
        Ok(()) | Err(ObjectError::Absent) => {}
        Err(error) => tracing::warn!(%error, "a staged piece was not deleted"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_body_too_many_is_asked_to_come_again_and_one_person_leaves_room_for_others() {
        let person = |n: usize| Uuid::from_u128(n as u128);
        let of_one: Vec<Place> = (0..OF_ONE_PERSON).map(|_| permit(person(0)).unwrap()).collect();
        let refused = permit(person(0)).unwrap_err();
        assert_eq!((refused.status.as_u16(), refused.retry_after.is_some()), (503, true));
        let others: Vec<Place> = (OF_ONE_PERSON..64).map(|n| permit(person(n)).unwrap()).collect();
        assert!(permit(person(64)).is_err(), "all are taken");
        drop((of_one, others));
        drop(permit(person(0)).unwrap());
        assert!(TAKEN.lock().unwrap().is_empty());
    }

    #[test]
    fn every_staged_object_has_a_name_of_its_own() {
        let upload = Uuid::from_u128(3);
        assert_eq!(staged_name(upload, 7, [1; 8]), format!("staging/{upload}/7-0101010101010101"));
        assert_ne!(staged_name(upload, 7, [1; 8]), staged_name(upload, 7, [2; 8]));
    }
}
