//! A large picture's way to its tiles, once it can be shown: leased as its decoding was, cut in a child of the lane of details,
//! stored, told. It goes last: nothing is begun while any picture waits for its derivatives.
//!
//! Nobody is told of a picture that cannot be cut, because it can be shown: it has no tiles, and is not tried again. What the host
//! could not do is tried again later and later, because nobody waits for it.

use crate::job::{self, Job, StoredTile, Tiling};
use crate::pool::DecodeError;
use crate::wire::Tiled;
use crate::work::{FIRST_WAIT, LEASE, at_work, counted, decoder, envelope, is_lease_lost};
use kit::keys::KeyError;
use kit::lease::Lease;
use kit::objects::ObjectError;
use kit::pictures::sha256;
use kit::seal::DataKey;
use kit::{Context, Error};
use proto::imaging::{ImageTiled, Tile};
use time::Duration;

/// The longest wait after the host failed, or the original could not be read; waits double up to it.
const LONGEST_WAIT: Duration = Duration::days(1);

/// Tiles one picture, if one is due and none waits in front; returns how many it did.
pub async fn one(ctx: &Context) -> Result<u64, Error> {
    if ctx.objects.away_for().is_some() {
        return Ok(0);
    }
    let lease = Lease::take(ctx, LEASE);
    let Some(job) = job::take_tiles(&ctx.db, lease, ctx.now()).await? else {
        return Ok(0);
    };
    let request = job.request.unwrap_or_default();
    let span = tracing::info_span!(
        target: kit::trace::TARGET, "tile", otel.kind = "consumer", attempts = job.attempts, request.id = %request
    );
    let noted = match at_work(ctx, &job, lease, span, tile(ctx, &job, lease)).await {
        Err(error) if !is_lease_lost(&error) => put_off(ctx, &job, lease, &error).await,
        done => done,
    };
    counted(&job, noted)
}

async fn put_off(ctx: &Context, job: &Job, lease: Lease, error: &Error) -> Result<(), Error> {
    job::put_off_tiles(&ctx.db, job.image, lease, pause(error, job.attempts), ctx.now()).await?;
    tracing::warn!(image = %job.image, attempts = job.attempts, %error, "tiles put off");
    Ok(())
}

fn pause(error: &Error, attempts: i64) -> Duration {
    match error {
        Error::Object(ObjectError::Unavailable(_)) => FIRST_WAIT,
        _ => (FIRST_WAIT * 2_i32.pow(attempts.clamp(1, 20) as u32 - 1)).min(LONGEST_WAIT),
    }
}

async fn tile(ctx: &Context, job: &Job, lease: Lease) -> Result<(), Error> {
    let key = match ctx.keys.get(job.referral).await {
        Ok(key) => key,
        Err(KeyError::Erased) => return ended(ctx, job, lease, Tiling::Erased).await,
        Err(other) => return Err(other.into()),
    };
    let original = ctx.get_picture(&key, job.image, &job.original()).await?;
    let decoder = decoder(ctx).map_err(|error| Error::Start(format!("the decoder: {error}")))?;
    let tiled = decoder.tile(&original).await;
    drop(original);
    match tiled {
        Ok(tiled) => made(ctx, job, lease, &key, tiled).await,
        Err(DecodeError::Rejected(rejected)) => {
            tracing::warn!(image = %job.image, code = rejected.code, "a large picture has no tiles: it can't be cut");
            ended(ctx, job, lease, Tiling::Impossible).await
        }
        Err(error) => Err(Error::Start(format!("the decoder: {error}"))),
    }
}

async fn ended(ctx: &Context, job: &Job, lease: Lease, end: Tiling) -> Result<(), Error> {
    let mut tx = ctx.begin().await?;
    job::end_tiles(&mut tx, job.image, lease, end).await?;
    Ok(tx.commit().await?)
}

async fn made(ctx: &Context, job: &Job, lease: Lease, key: &DataKey, tiled: Tiled) -> Result<(), Error> {
    let Tiled { width, height, side, tiles } = tiled;
    let mut told = Vec::with_capacity(tiles.len());
    let mut stands = Vec::with_capacity(tiles.len());
    for tile in &tiles {
        let (across, down) = (tile.across, tile.down);
        // The content's hash is in the name for the reason that it is in a derivative's.
        let hash = hex::encode(&sha256(&tile.jpeg)[..8]);
        let object = format!("derivatives/{}/tile-{across}-{down}-{hash}", job.image);
        let stored = ctx.replace_picture(key, &object, job.image, &tile.jpeg).await?;
        told.push(Tile {
            across,
            down,
            object,
            bytes: tile.jpeg.len() as u64,
            sha256: stored.sha256.clone(),
            stored_sha256: stored.stored_sha256.clone(),
        });
        stands.push(StoredTile { across, down, stored });
    }
    // Made again because one was damaged, and the same as before: nobody needs to be told.
    let known = job::has_tiles(&ctx.db, job.image, &stands).await?;
    let mut tx = ctx.begin().await?;
    job::end_tiles(&mut tx, job.image, lease, Tiling::Made).await?;
    for tile in &stands {
        job::add_tile(&mut tx, job.image, tile).await?;
        kit::scrub::whole_in(&mut tx, &tile.stored.object).await?;
    }
    if !known {
        let fact = ImageTiled { image: job.image.as_bytes().to_vec(), width, height, side, tiles: told };
        ctx.publish(&mut tx, envelope(ctx, job), &fact).await?;
    }
    Ok(tx.commit().await?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_a_day() {
        let error = Error::Start("the decoder".into());
        assert_eq!(pause(&error, 1), FIRST_WAIT);
        assert_eq!(pause(&error, 2), FIRST_WAIT * 2);
        assert_eq!(pause(&error, i64::MAX), LONGEST_WAIT);
    }
}
