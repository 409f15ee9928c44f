//! A picture's way: leased, read and checked, decoded in the confined child, stored, told. Nothing is written by a holder
//! that slept past its lease; what the host could not do is tried again later, what the picture can't do is told with a reason.

use crate::job::{self, End, Job};
use crate::pool::{DecodeError, Decoder};
use crate::wire::{Captured, Rejected, Rendered};
use crate::{quality, tiles};
use kit::keys::KeyError;
use kit::lease::Lease;
use kit::log::{Consumer, Envelope, Opened, ProjectError, Recorded, id_of};
use kit::objects::ObjectError;
use kit::pictures::{Stored, sha256};
use kit::seal::DataKey;
use kit::{At, Context, Error, Tx};
use proto::Event;
use proto::imaging::{ImageReady, ImageRejected, Quality, Rendition};
use proto::intake::UploadSucceeded;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::pin::pin;
use std::sync::{Arc, Mutex, PoisonError};
use time::Duration;
use tracing::{Instrument, Span};

/// After a crash the picture waits this long, while the patient may still be there. Most pictures take under a second; one that
/// ends two children takes 40, so a holder renews its lease while it works. One that slept past it writes nothing, and the
/// picture is done again.
pub(crate) const LEASE: Duration = Duration::seconds(15);
const RENEWED_EVERY: std::time::Duration = std::time::Duration::from_secs(5);
/// The first wait after the host failed; it doubles up to [`LONGEST_WAIT`].
pub(crate) const FIRST_WAIT: Duration = Duration::seconds(2);
const LONGEST_WAIT: Duration = Duration::minutes(5);

/// How long a picture waits for another one of the slow lane.
const LANE_WAIT: Duration = Duration::seconds(1);

/// An original that can't be read so often is told to be damaged; it is looked at again so much later, in case it was put back.
const TRIES: i64 = 4;
const LOOKED_AT_AGAIN: Duration = Duration::days(1);

/// Makes a job of every picture that arrived.
pub const PICTURES: Consumer = Consumer {
    name: "imaging.pictures",
    kinds: &[UploadSucceeded::KIND],
    project: |ctx, tx, event| Box::pin(arrived(ctx, tx, event)),
    reset: &[],
};

async fn arrived(ctx: &Context, tx: &mut Tx, event: &Recorded) -> Result<(), ProjectError> {
    let Opened::Open(UploadSucceeded { picture: Some(picture) }) = ctx.open::<UploadSucceeded>(event).await? else {
        // Erased before it was decoded: there is nothing to decode.
        return Ok(());
    };
    let image = id_of(&picture.image).ok_or_else(|| ProjectError::Poison("it names no image".into()))?;
    let original = Stored {
        object: picture.object,
        sha256: picture.sha256,
        stored_sha256: picture.stored_sha256,
        stored_bytes: picture.stored_bytes,
    };
    let (specialty, test) = (event.envelope.specialty.clone(), event.envelope.test);
    job::add(tx, image, event.subject(), event.practice(), specialty, test, original).await?;
    Ok(())
}

/// One set of warm children for each program in the process: all contexts of a deployment name the same one.
pub(crate) fn decoder(ctx: &Context) -> std::io::Result<Arc<Decoder>> {
    static DECODERS: Mutex<BTreeMap<Vec<PathBuf>, Arc<Decoder>>> = Mutex::new(BTreeMap::new());
    let mut decoders = DECODERS.lock().unwrap_or_else(PoisonError::into_inner);
    let command = &ctx.settings.decoder;
    if let Some(decoder) = decoders.get(command) {
        return Ok(Arc::clone(decoder));
    }
    let made = Arc::new(match command.split_first() {
        Some((program, arguments)) => Decoder::with_program(1, program, arguments.iter().map(PathBuf::as_path)),
        None => Decoder::new(1)?,
    });
    decoders.insert(command.clone(), Arc::clone(&made));
    Ok(made)
}

/// Does one job, if one is due; returns how many it did.
pub async fn one(ctx: &Context) -> Result<u64, Error> {
    if ctx.objects.away_for().is_some() {
        // Jobs wait as they are and are taken the moment the store is back; begun now, each would wait out a pause of its own.
        return Ok(0);
    }
    let lease = Lease::take(ctx, LEASE);
    let Some(job) = job::take(&ctx.db, lease, ctx.now()).await? else {
        return Ok(0);
    };
    let request = job.request.unwrap_or_default();
    let span = tracing::info_span!(
        target: kit::trace::TARGET, "decode", otel.kind = "consumer", attempts = job.attempts, request.id = %request
    );
    let noted = match at_work(ctx, &job, lease, span, decode(ctx, &job, lease)).await {
        Err(Error::Unusable { object, .. }) if job.damaged_at.is_some() || job.attempts >= TRIES => {
            lost(ctx, &job, lease, &object).await
        }
        Err(error) if !is_lease_lost(&error) => put_off(ctx, &job, lease, &error).await,
        done => done,
    };
    counted(&job, noted)
}

/// Works on a leased job: in its trace, on behalf of the request that it came of, and holding it meanwhile.
pub(crate) async fn at_work<T>(
    ctx: &Context,
    job: &Job,
    lease: Lease,
    span: Span,
    work: impl Future<Output = Result<T, Error>>,
) -> Result<T, Error> {
    kit::trace::follow(&span, &job.trace);
    let work = kit::http::on_behalf(job.request.unwrap_or_default(), renewing(ctx, job, lease, work));
    Box::pin(work.instrument(span)).await
}

/// One job done, whatever came of it. A lease that was lost is no error: another worker has the picture.
pub(crate) fn counted(job: &Job, noted: Result<(), Error>) -> Result<u64, Error> {
    match noted {
        Err(error) if is_lease_lost(&error) => {
            tracing::warn!(image = %job.image, "lease lost; another worker has the picture");
            metrics::counter!("lease_losses_total", "of" => "imaging").increment(1);
            Ok(1)
        }
        noted => noted.map(|()| 1),
    }
}

/// Every write of a holder touches its own row, or none.
pub(crate) fn is_lease_lost(error: &Error) -> bool {
    matches!(error, Error::Database(sqlx::Error::RowNotFound))
}

async fn put_off(ctx: &Context, job: &Job, lease: Lease, error: &Error) -> Result<(), Error> {
    job::put_off(&ctx.db, job.image, lease, pause(error, job.attempts), ctx.now()).await?;
    tracing::warn!(image = %job.image, attempts = job.attempts, %error, "picture put off");
    Ok(())
}

/// Works, and renews the lease meanwhile.
async fn renewing<T>(
    ctx: &Context,
    job: &Job,
    lease: Lease,
    work: impl Future<Output = Result<T, Error>>,
) -> Result<T, Error> {
    let mut work = pin!(work);
    loop {
        tokio::select! {
            done = work.as_mut() => return done,
            () = tokio::time::sleep(RENEWED_EVERY) => {
                let now = ctx.now();
                if let Err(error) = job::renew(&ctx.db, job.image, lease, now + LEASE, now).await {
                    tracing::warn!(image = %job.image, %error, "the lease was not renewed");
                }
            }
        }
    }
}

/// How long a picture waits that could not be done. A store that is away holds everything back already, so those whom it
/// caught go on soon after it is back.
fn pause(error: &Error, attempts: i64) -> Duration {
    match error {
        Error::Object(ObjectError::Unavailable(_)) => FIRST_WAIT,
        _ => (FIRST_WAIT * 2_i32.pow(attempts.clamp(1, 8) as u32 - 1)).min(LONGEST_WAIT),
    }
}

async fn decode(ctx: &Context, job: &Job, lease: Lease) -> Result<(), Error> {
    let key = match ctx.keys.get(job.referral).await {
        Ok(key) => key,
        Err(KeyError::Erased) => return ended(ctx, job, lease, End::Erased).await,
        Err(other) => return Err(other.into()),
    };
    let original = ctx.get_picture(&key, job.image, &job.original()).await?;
    let decoder = decoder(ctx).map_err(|error| Error::Start(format!("the decoder: {error}")))?;
    match decoder.try_render(&original).await {
        Err(DecodeError::Busy) => {
            // The next job may be a photograph, which need not wait.
            drop(original);
            Ok(job::put_off(&ctx.db, job.image, lease, LANE_WAIT, ctx.now()).await?)
        }
        Ok(rendered) => ready(ctx, job, lease, &key, rendered).await,
        Err(DecodeError::Rejected(rejected)) => refused(ctx, job, lease, rejected).await,
        Err(DecodeError::Unavailable(error)) => Err(Error::Start(format!("the decoder: {error}"))),
    }
}

/// Looks again at lost originals, and makes a job anew for every picture with a damaged derivative or tile.
pub async fn mend(ctx: &Context) -> Result<u64, Error> {
    let now = ctx.now();
    Ok(job::look_again(&ctx.db, now).await? + job::mend(&ctx.db, now).await?)
}

/// The office and the specialist are told once, instead of waiting for ever.
async fn lost(ctx: &Context, job: &Job, lease: Lease, object: &str) -> Result<(), Error> {
    tracing::error!(image = %job.image, object, "an original can't be read: the picture is told to be damaged");
    let fact = ImageRejected {
        image: job.image.as_bytes().to_vec(),
        code: "picture-damaged".into(),
        message: "What is stored of this picture is damaged. Take it and send it again, or ask the administrator to put it back from a backup.".into(),
    };
    let mut tx = ctx.begin().await?;
    job::original_lost(&mut tx, job.image, lease, LOOKED_AT_AGAIN).await?;
    if job.damaged_at.is_none() {
        ctx.publish(&mut tx, envelope(ctx, job), &fact).await?;
    }
    Ok(tx.commit().await?)
}

async fn ended(ctx: &Context, job: &Job, lease: Lease, end: End) -> Result<(), Error> {
    let mut tx = ctx.begin().await?;
    job::end(&mut tx, job.image, lease, end).await?;
    Ok(tx.commit().await?)
}

pub(crate) fn envelope(ctx: &Context, job: &Job) -> Envelope {
    Envelope {
        test: job.test,
        practice: job.practice.map(|id| id.as_bytes().to_vec()).unwrap_or_default(),
        specialty: job.specialty.clone(),
        images: 1,
        key: job.referral.as_bytes().to_vec(),
        ..ctx.about(job.referral, None)
    }
}

async fn ready(ctx: &Context, job: &Job, lease: Lease, key: &DataKey, rendered: Rendered) -> Result<(), Error> {
    let mut renditions = Vec::new();
    let mut stands = Vec::new();
    for derivative in &rendered.derivatives {
        // The name holds the content's hash: a worker that lost its lease, and perhaps renders otherwise, can't change the
        // bytes that a row counts on.
        let hash = hex::encode(&sha256(&derivative.jpeg)[..8]);
        let object = format!("derivatives/{}/{}-{hash}", job.image, derivative.size);
        let stored = ctx.replace_picture(key, &object, job.image, &derivative.jpeg).await?;
        renditions.push(Rendition {
            longest: derivative.size,
            width: derivative.width,
            height: derivative.height,
            object,
            bytes: derivative.jpeg.len() as u64,
            sha256: stored.sha256.clone(),
            stored_sha256: stored.stored_sha256.clone(),
        });
        stands.push((derivative.size, stored));
    }
    let fact = ImageReady {
        image: job.image.as_bytes().to_vec(),
        renditions,
        width: rendered.width,
        height: rendered.height,
        quality: Some(told_quality(&rendered)),
        captured_us: rendered.captured.and_then(|one| captured_at(one, ctx.now())).map_or(0, At::micros),
    };
    // Made again because a copy was damaged, and the same as before: nobody needs to be told.
    let known = job.damaged_at.is_none() && job::has_derivatives(&ctx.db, job.image, &stands).await?;
    let mut tx = ctx.begin().await?;
    job::end(&mut tx, job.image, lease, End::Ready).await?;
    job::original_found(&mut tx, job.image).await?;
    for (longest, stored) in &stands {
        job::add_derivative(&mut tx, job.image, *longest, stored).await?;
        kit::scrub::whole_in(&mut tx, &stored.object).await?;
    }
    kit::scrub::whole_in(&mut tx, &job.original().object).await?;
    if tiles::is_large(rendered.width, rendered.height) {
        job::tiles_due(&mut tx, job.image).await?;
    }
    if !known {
        ctx.publish(&mut tx, envelope(ctx, job), &fact).await?;
    }
    Ok(tx.commit().await?)
}

/// When it was taken. Most cameras say what their clock showed and not where: it is taken for Norway's. A clock that was never
/// set, or that runs ahead of ours by more than a day, says nothing.
fn captured_at(captured: Captured, now: At) -> Option<At> {
    let wall = At::from_micros(captured.local.checked_mul(1_000_000)?);
    let at = match captured.ahead {
        Some(minutes) => wall - Duration::minutes(i64::from(minutes)),
        None => kit::oslo::midnight(wall.date()) + (wall - At::midnight(wall.date())),
    };
    let year = at.date().year();
    (year >= 2000 && at <= now + Duration::days(1)).then_some(at)
}

fn told_quality(rendered: &Rendered) -> Quality {
    let measures = &rendered.measures;
    Quality {
        model: quality::MODEL.into(),
        sharpness: f64::from(measures.sharpness),
        mean_luma: f64::from(measures.luma),
        clipped_dark: f64::from(measures.clipped_dark),
        clipped_bright: f64::from(measures.clipped_bright),
        verdict: quality::verdict(measures, rendered.width, rendered.height).key().into(),
        warmth: f64::from(measures.warmth),
        tint: f64::from(measures.tint),
        scale: f64::from(measures.scale),
    }
}

async fn refused(ctx: &Context, job: &Job, lease: Lease, rejected: Rejected) -> Result<(), Error> {
    let fact = ImageRejected { image: job.image.as_bytes().to_vec(), code: rejected.code, message: rejected.message };
    let mut tx = ctx.begin().await?;
    job::end(&mut tx, job.image, lease, End::Rejected).await?;
    ctx.publish(&mut tx, envelope(ctx, job), &fact).await?;
    Ok(tx.commit().await?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::datetime;

    #[test]
    fn a_camera_without_a_zone_stands_in_norway() {
        let now: At = datetime!(2026-07-02 08:00 UTC).into();
        let local = datetime!(2026-07-01 10:00 UTC).unix_timestamp();
        let at = |local, ahead| captured_at(Captured { local, ahead }, now).map(|at| at.to_string());
        assert_eq!(at(local, None).as_deref(), Some("2026-07-01T08:00:00Z"));
        assert_eq!(at(local, Some(-60)).as_deref(), Some("2026-07-01T11:00:00Z"));
        let winter = datetime!(2026-01-01 10:00 UTC).unix_timestamp();
        assert_eq!(at(winter, None).as_deref(), Some("2026-01-01T09:00:00Z"));
        for unset in
            [0, datetime!(1999-12-31 00:00 UTC).unix_timestamp(), datetime!(2026-07-04 00:00 UTC).unix_timestamp()]
        {
            assert_eq!(at(unset, None), None);
        }
    }
}
