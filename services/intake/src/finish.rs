//! From staged pieces to one picture. Every step can be repeated, so a crash at any point costs nothing: the pieces are read
//! and judged, the original is put under a name and key that depend on the picture alone, one transaction makes it part of
//! the referral, and only then the pieces go.
//!
//! HEAD, the last PATCH and a repair all come here, also at the same time: the transaction lets one of them through.
//!
//! The bytes that end a picture are at hand in their request, and nobody was told yet that they are safe: [`at_once`] puts the
//! picture together with them and stages them never. A picture in one request is so received, judged, summed and sealed in one
//! pass and put once. Whatever is unusual goes the long way, over staged pieces.

use crate::acting::about;
use crate::receive::{delete_quietly, staged_key};
use crate::store::{image, orphan, referral, upload};
use crate::upload::{MAX_IMAGES, too_large};
use http::StatusCode;
use kit::keys::KeyError;
use kit::log::Envelope;
use kit::objects::{ObjectError, segments};
use kit::picture::{self, Picture};
use kit::pictures::{Stored, sha256};
use kit::seal::DataKey;
use kit::{Context, Error, Problem};
use proto::intake::{UploadFailed, UploadSucceeded};
use std::borrow::Cow;
use std::time::Duration;
use tokio::sync::Semaphore;
use uuid::Uuid;

/// How many pictures one process puts together at a time: each is held whole, clear and sealed, some 80 MiB at most.
static ASSEMBLING: Semaphore = Semaphore::const_new(8);
const PATIENCE: Duration = Duration::from_secs(20);

/// How it ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Finished {
    /// The picture stands in the referral.
    Done,
    /// There is no such upload any more.
    Gone,
    /// Bytes are still missing.
    Unfinished,
    /// The picture was refused; the upload is gone.
    Refused(Problem),
    /// Too many at once: come again.
    Busy,
}

enum Assembled {
    Whole(Vec<u8>),
    /// A piece is lost or was changed.
    Damaged,
}

/// Finishes an upload that has every byte.
///
/// # Errors
/// When a store is not reachable: everything stays as it is, and it can be repeated.
pub async fn finish(ctx: &Context, id: Uuid) -> Result<Finished, Error> {
    let Ok(Ok(_permit)) = tokio::time::timeout(PATIENCE, ASSEMBLING.acquire()).await else {
        return Ok(Finished::Busy);
    };
    let Some(row) = upload::any(&ctx.db, id).await? else {
        return Ok(Finished::Gone);
    };
    if row.finished_at.is_some() {
        return Ok(Finished::Done);
    }
    if row.ended_at.is_some() {
        return Ok(Finished::Gone);
    }
    if row.pos != row.length {
        return Ok(Finished::Unfinished);
    }
    let key = match ctx.keys.get(row.referral).await {
        Ok(key) => key,
        Err(KeyError::Erased) => return Ok(Finished::Gone),
        Err(other) => return Err(other.into()),
    };
    let picture = match assemble(ctx, &row, &key, &[]).await? {
        Assembled::Whole(picture) => picture,
        Assembled::Damaged => match upload::any(&ctx.db, id).await? {
            None => return Ok(Finished::Gone),
            // Another request finished it meanwhile and took the pieces away.
            Some(now) if now.finished_at.is_some() => return Ok(Finished::Done),
            Some(_) => return refuse(ctx, &row, digest_mismatch()).await,
        },
    };
    let sum = sha256(&picture);
    let judged = match judge(&row, &picture, &sum) {
        Ok(judged) => judged,
        Err(problem) => return refuse(ctx, &row, problem).await,
    };
    let object = original(row.image);
    let stored = match ctx.put_summed_picture(&key, &object, row.image, &picture, sum).await {
        Ok(stored) => stored,
        // Another picture stands under this id: in this referral or in any other, which is not told.
        Err(Error::Damaged(_)) => return refuse(ctx, &row, image_exists()).await,
        Err(other) => return Err(other),
    };
    drop(picture);
    match enter(ctx, &row, &judged, stored).await? {
        Entered::Yes => {
            sweep_pieces(ctx, id).await?;
            Ok(Finished::Done)
        }
        Entered::No(problem) => refuse(ctx, &row, problem).await,
        Entered::Gone => {
            note_orphan(ctx, &row).await?;
            Ok(Finished::Gone)
        }
        Entered::Crossed => Ok(Finished::Busy),
    }
}

/// Finishes an upload that stands at `row.pos` with the bytes after it, which are not staged. The digest of the whole file was
/// announced, so of several requests that get as far as the store all hold the same bytes. `sum` is the file's SHA-256, where it
/// is known. False when nothing was done that counts: the bytes are to be staged, and [`finish`] says what is wrong.
///
/// # Errors
/// When a store is not reachable: the upload stands where it stood.
pub async fn at_once(
    ctx: &Context,
    row: &upload::Row,
    key: &DataKey,
    last: &[u8],
    sum: Option<Vec<u8>>,
) -> Result<bool, Error> {
    let (permit, picture) = if row.pos == 0 {
        (None, Cow::Borrowed(last))
    } else {
        let Ok(Ok(permit)) = tokio::time::timeout(PATIENCE, ASSEMBLING.acquire()).await else { return Ok(false) };
        let Assembled::Whole(picture) = assemble(ctx, row, key, last).await? else { return Ok(false) };
        (Some(permit), Cow::Owned(picture))
    };
    let sum = sum.unwrap_or_else(|| sha256(&picture));
    let Ok(judged) = judge(row, &picture, &sum) else { return Ok(false) };
    let stored = match ctx.put_summed_picture(key, &original(row.image), row.image, &picture, sum).await {
        Ok(stored) => stored,
        Err(Error::Damaged(_)) => return Ok(false),
        Err(other) => return Err(other),
    };
    drop((permit, picture));
    if !matches!(enter(ctx, row, &judged, stored).await?, Entered::Yes) {
        note_orphan(ctx, row).await?;
        return Ok(false);
    }
    if row.pos > 0 {
        sweep_pieces(ctx, row.id).await?;
    }
    Ok(true)
}

/// Notes an original that was put, and whose upload did not get it into the referral.
async fn note_orphan(ctx: &Context, row: &upload::Row) -> Result<(), Error> {
    let mut tx = ctx.begin().await?;
    orphan::add(&mut tx, row.image, &original(row.image)).await?;
    Ok(tx.commit().await?)
}

/// What became of the attempt to make a picture part of its referral.
enum Entered {
    /// It is, by this request or by another one.
    Yes,
    /// It may not be.
    No(Problem),
    /// The upload was ended meanwhile.
    Gone,
    /// The referral changed between two looks at it: to be tried again.
    Crossed,
}

/// The staged pieces and the last bytes.
async fn assemble(ctx: &Context, row: &upload::Row, key: &DataKey, last: &[u8]) -> Result<Assembled, Error> {
    let mut picture = Vec::with_capacity(row.length as usize);
    for piece in upload::pieces(&ctx.db, row.id).await? {
        // The seal proves them.
        let sealed = match ctx.objects.get_unproved(&piece.object).await {
            Ok(sealed) => sealed,
            Err(ObjectError::Absent | ObjectError::Damaged(_)) => return Ok(Assembled::Damaged),
            Err(other) => return Err(other.into()),
        };
        match segments::open(&staged_key(key, &piece.object), &sealed, piece.object.as_bytes()) {
            Ok(plain) if piece.pos == picture.len() as i64 && piece.length == plain.len() as i64 => {
                picture.extend_from_slice(&plain);
            }
            _ => return Ok(Assembled::Damaged),
        }
    }
    picture.extend_from_slice(last);
    Ok(if picture.len() as i64 == row.length { Assembled::Whole(picture) } else { Assembled::Damaged })
}

/// By content alone: no file name and no declared type is looked at.
fn judge(row: &upload::Row, bytes: &[u8], sum: &[u8]) -> Result<Picture, Problem> {
    if row.sha256.as_ref().is_some_and(|expected| *expected != sum) {
        return Err(digest_mismatch());
    }
    picture::check(bytes).map_err(|refusal| match refusal.code {
        "too-large" => too_large(),
        "not-a-picture" | "video" => Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, refusal.code, refusal.message),
        code => Problem::new(StatusCode::UNPROCESSABLE_ENTITY, code, refusal.message),
    })
}

fn digest_mismatch() -> Problem {
    Problem::new(
        StatusCode::UNPROCESSABLE_ENTITY,
        "digest-mismatch",
        "What arrived is not the picture that was chosen: it was changed on the way. Send it again.",
    )
}

/// 409: the client's id for a picture stands for another one.
pub fn image_exists() -> Problem {
    Problem::conflict("image-exists", "A picture with this id was sent before. Give the new picture an id of its own.")
}

/// 422: the referral is full.
pub fn too_many_images() -> Problem {
    let detail =
        format!("A referral holds at most {MAX_IMAGES} pictures. Remove one first, or send a second referral.");
    Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "too-many-images", detail)
}

/// One transaction: the picture becomes part of the referral.
async fn enter(ctx: &Context, row: &upload::Row, judged: &Picture, stored: Stored) -> Result<Entered, Error> {
    let arrived = image::Arrived {
        id: row.image,
        referral: row.referral,
        finding: row.finding,
        view: row.view,
        media_type: judged.kind.media_type().to_owned(),
        bytes: row.length,
        width: judged.width,
        height: judged.height,
        stored,
        // A client's clock that runs ahead says nothing.
        captured_at: row.captured_at.filter(|at| *at <= ctx.now() + time::Duration::days(1)),
    };
    let mut tx = ctx.begin().await?;
    if !upload::finish(&mut tx, row.id, row.pos).await? {
        drop(tx);
        let there = upload::any(&ctx.db, row.id).await?;
        // The bytes of this request count when they are the ones that had to be finished.
        let whole = row.pos == row.length;
        let finished = whole && there.is_some_and(|there| there.finished_at.is_some());
        return Ok(if finished { Entered::Yes } else { Entered::Gone });
    }
    let open = referral::touch(&mut tx, row.referral).await?;
    let referral = referral::any(&mut tx, row.referral)
        .await?
        .filter(|referral| referral.discarded_at.is_none() && referral.erased_at.is_none());
    let Some(referral) = referral else {
        return Ok(Entered::No(Problem::not_found()));
    };
    if !open {
        return Ok(referral.state.takes_pictures().map_or_else(Entered::No, |()| Entered::Crossed));
    }
    if image::add(&mut tx, &arrived).await? {
        if image::count(&mut tx, row.referral).await? > MAX_IMAGES {
            return Ok(Entered::No(too_many_images()));
        }
        let picture = picture_of(&arrived);
        ctx.publish(&mut tx, by_uploader(ctx, row, &referral), &UploadSucceeded { picture: Some(picture) }).await?;
    } else {
        // The same picture sent a second time is the same picture; another one needs another id.
        let there = image::any_in(&mut tx, row.image).await?;
        if !there.is_some_and(|there| there.referral == row.referral && there.sha256 == arrived.stored.sha256) {
            return Ok(Entered::No(image_exists()));
        }
    }
    tx.commit().await?;
    Ok(Entered::Yes)
}

fn picture_of(arrived: &image::Arrived) -> proto::intake::Picture {
    proto::intake::Picture {
        image: arrived.id.as_bytes().to_vec(),
        finding: arrived.finding.map(|id| id.as_bytes().to_vec()).unwrap_or_default(),
        view: arrived.view.as_str().to_owned(),
        media_type: arrived.media_type.clone(),
        bytes: arrived.bytes as u64,
        sha256: arrived.stored.sha256.clone(),
        object: arrived.stored.object.clone(),
        stored_sha256: arrived.stored.stored_sha256.clone(),
        stored_bytes: arrived.stored.stored_bytes,
        width: arrived.width,
        height: arrived.height,
        captured_us: arrived.captured_at.map_or(0, kit::At::micros),
    }
}

/// Whoever began the upload did it, even when a repair ended it.
fn by_uploader(ctx: &Context, row: &upload::Row, referral: &referral::Row) -> Envelope {
    Envelope {
        actor: ctx.pseudonym(row.person),
        actor_role: row.role.as_str().to_owned(),
        images: 1,
        ..about(ctx, referral)
    }
}

/// The object of an original.
pub fn original(image: Uuid) -> String {
    format!("originals/{image}")
}

/// Ends an upload without a picture: the reason goes into the log, the upload away. An original that may have been put
/// already is not deleted here: the same picture may be on its way a second time.
async fn refuse(ctx: &Context, row: &upload::Row, problem: Problem) -> Result<Finished, Error> {
    let pieces = upload::pieces(&ctx.db, row.id).await?;
    let mut tx = ctx.begin().await?;
    if upload::delete(&mut tx, row.id).await? {
        upload::end_twins(&mut tx, row).await?;
        orphan::add(&mut tx, row.image, &original(row.image)).await?;
        publish_failure(ctx, &mut tx, row, &problem.code).await?;
        tx.commit().await?;
        for piece in pieces {
            delete_quietly(ctx, &piece.object).await;
        }
    }
    Ok(Finished::Refused(problem))
}

/// Publishes that a picture did not make it; about a referral that is gone there is nothing to say.
async fn publish_failure(ctx: &Context, tx: &mut kit::Tx, row: &upload::Row, reason: &str) -> Result<(), Error> {
    let Some(referral) = referral::any(tx, row.referral).await? else {
        return Ok(());
    };
    let failed = UploadFailed { image: row.image.as_bytes().to_vec(), reason: reason.to_owned() };
    match ctx.publish(tx, by_uploader(ctx, row, &referral), &failed).await {
        Err(Error::Key(KeyError::Erased)) => Ok(()),
        other => other,
    }
}

/// Ends an upload whose time is over: its pieces go, its row stays to say so.
pub async fn expire(ctx: &Context, row: &upload::Row) -> Result<(), Error> {
    let mut tx = ctx.begin().await?;
    if expire_in(ctx, &mut tx, row).await? {
        tx.commit().await?;
        sweep_pieces(ctx, row.id).await?;
    }
    Ok(())
}

/// The same inside a transaction; a repair takes the pieces away. False when it was over already.
pub async fn expire_in(ctx: &Context, tx: &mut kit::Tx, row: &upload::Row) -> Result<bool, Error> {
    let ended = upload::end(tx, row.id).await?;
    if ended {
        // Its original may have been put, before its process was gone.
        orphan::add(tx, row.image, &original(row.image)).await?;
        publish_failure(ctx, tx, row, "upload-expired").await?;
    }
    Ok(ended)
}

/// Deletes the pieces of an upload that is over: objects first, so that a crash between leaves them to be found.
pub async fn sweep_pieces(ctx: &Context, id: Uuid) -> Result<(), Error> {
    for piece in upload::pieces(&ctx.db, id).await? {
        ctx.objects.delete(&piece.object).await?;
    }
    Ok(upload::delete_pieces(&ctx.db, id).await?)
}
