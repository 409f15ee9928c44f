//! What intake does by itself: finish uploads after a crash, end old ones, sweep staged pieces, purge discarded drafts.
//! Only a process with the janitor's credential deletes originals; in the others those two repairs rest.

use crate::finish::{self, Finished};
use crate::receive::delete_quietly;
use crate::referral::RESTORABLE;
use crate::replacement;
use crate::store::{chore, error, happening, image, opening, orphan, phone, referral, upload};
use crate::upload::REMEMBERED;
use kit::objects::Objects;
use kit::{Context, Error, Repair};
use std::time::Duration;
use uuid::Uuid;

/// All repairs.
pub const ALL: [Repair; 9] = [
    Repair {
        name: "scrub originals",
        every: Duration::from_mins(1),
        woken: true,
        workers: 1,
        run: |ctx| Box::pin(kit::scrub::step(ctx, &image::SCRUB)),
    },
    Repair {
        name: "finish uploads",
        every: Duration::from_secs(10),
        woken: true,
        workers: 1,
        run: |ctx| Box::pin(finish_complete(ctx)),
    },
    Repair {
        name: "make drafts for the right case",
        every: Duration::from_secs(10),
        woken: true,
        workers: 1,
        run: |ctx| Box::pin(replace(ctx)),
    },
    Repair {
        name: "forget phones",
        every: Duration::from_hours(1),
        woken: false,
        workers: 1,
        run: |ctx| Box::pin(forget_phones(ctx)),
    },
    Repair {
        name: "end old uploads",
        every: Duration::from_mins(5),
        woken: false,
        workers: 1,
        run: |ctx| Box::pin(end_old(ctx)),
    },
    Repair {
        name: "sweep staged pieces",
        every: Duration::from_hours(1),
        woken: false,
        workers: 1,
        run: |ctx| Box::pin(sweep(ctx)),
    },
    Repair {
        name: "delete orphaned originals",
        every: Duration::from_mins(15),
        woken: false,
        workers: 1,
        run: |ctx| Box::pin(delete_orphans(ctx)),
    },
    Repair {
        name: "purge discarded drafts",
        every: Duration::from_mins(15),
        woken: false,
        workers: 1,
        run: |ctx| Box::pin(purge(ctx)),
    },
    Repair {
        name: "give what nobody answers for to whoever takes over",
        every: Duration::from_secs(30),
        woken: true,
        workers: 1,
        run: |ctx| Box::pin(crate::duty::catch_fallen(ctx)),
    },
];

/// A request that is about to finish its upload gets so long before the repair does.
const GRACE: time::Duration = time::Duration::seconds(30);
const SWEPT_EVERY: time::Duration = time::Duration::hours(1);
/// A staged object without a row may belong to a request under way for so long.
const UNDER_WAY: time::Duration = time::Duration::hours(6);

/// Uploads that have every byte and no picture, and pieces of those that are over. One that can't be finished does not
/// stop the others.
async fn finish_complete(ctx: &Context) -> Result<u64, Error> {
    let before = ctx.now() - GRACE;
    let mut done = 0;
    let mut failed = None;
    for row in upload::complete(&ctx.db, before).await? {
        match finish::finish(ctx, row.id).await {
            Ok(Finished::Done | Finished::Gone | Finished::Refused(_)) => done += 1,
            Ok(Finished::Unfinished | Finished::Busy) => {}
            Err(error) => failed = Some(error),
        }
    }
    for (id,) in upload::left_over(&ctx.db, before).await? {
        finish::sweep_pieces(ctx, id).await?;
        done += 1;
    }
    failed.map_or(Ok(done), Err)
}

/// Drafts for the right case whose request was cut off, or met an absent store. One that can't be made does not stop the others.
async fn replace(ctx: &Context) -> Result<u64, Error> {
    let mut done = 0;
    let mut failed = None;
    for (id,) in error::replacing(&ctx.db, ctx.now() - GRACE).await? {
        match replacement::make(ctx, id).await {
            Ok(_) => done += 1,
            Err(error) => failed = Some(error),
        }
    }
    failed.map_or(Ok(done), Err)
}

/// Hand-overs are over after the half hour; their rows go a week later.
async fn forget_phones(ctx: &Context) -> Result<u64, Error> {
    Ok(phone::forget(ctx, ctx.now() - REMEMBERED).await?)
}

async fn end_old(ctx: &Context) -> Result<u64, Error> {
    let now = ctx.now();
    let mut done = 0;
    for row in upload::expired(&ctx.db, now).await? {
        finish::expire(ctx, &row).await?;
        done += 1;
    }
    for (id,) in upload::over(&ctx.db, now - REMEMBERED).await? {
        finish::sweep_pieces(ctx, id).await?;
        let mut tx = ctx.begin().await?;
        upload::delete(&mut tx, id).await?;
        tx.commit().await?;
        done += 1;
    }
    Ok(done)
}

/// Staged objects that no row knows: their request lost a race or its process. It lists the store, so it is done once an hour.
async fn sweep(ctx: &Context) -> Result<u64, Error> {
    if !chore::turn(ctx, "sweep staged pieces", ctx.now() - SWEPT_EVERY).await? {
        return Ok(0);
    }
    let before = ctx.now() - UNDER_WAY;
    let mut done = 0;
    let mut after: Option<String> = None;
    loop {
        let page = ctx.objects.list("staging/", after.as_deref(), 500).await?;
        let Some(last) = page.last() else {
            return Ok(done);
        };
        after = Some(last.key.clone());
        for object in page {
            let upload = object.key.split('/').nth(1).and_then(|id| id.parse::<Uuid>().ok());
            let known = match upload {
                Some(upload) => upload::is_staged(&ctx.db, upload, &object.key).await?,
                None => false,
            };
            if !known && object.modified < before {
                ctx.objects.delete(&object.key).await?;
                done += 1;
            }
        }
    }
}

/// Originals whose upload was refused after they were put: the janitor's work.
async fn delete_orphans(ctx: &Context) -> Result<u64, Error> {
    let Some(janitor) = &ctx.janitor else { return Ok(0) };
    let mut done = 0;
    for (image, object) in orphan::old(&ctx.db, ctx.now() - SWEPT_EVERY).await? {
        let mut tx = ctx.begin().await?;
        if !orphan::remove(&mut tx, image).await? {
            continue;
        }
        // Under the lock of its row: an upload of the same picture waits, and puts it anew.
        if !orphan::in_use(&mut tx, image).await? {
            janitor.delete(&object).await?;
        }
        tx.commit().await?;
        done += 1;
    }
    Ok(done)
}

/// Discarded drafts past the time in which they can be taken back: the janitor's work.
async fn purge(ctx: &Context) -> Result<u64, Error> {
    let Some(janitor) = &ctx.janitor else { return Ok(0) };
    let before = ctx.now() - RESTORABLE;
    let mut done = 0;
    for (id,) in referral::long_discarded(ctx, before).await? {
        if referral::begin_purge(ctx, id, before).await? {
            purge_one(ctx, janitor, id).await?;
            done += 1;
        }
    }
    Ok(done)
}

/// Objects, then the key, then the rows: at every point between it is found and purged again. The smaller copies are
/// imaging's; without the key they are noise.
async fn purge_one(ctx: &Context, janitor: &Objects, id: Uuid) -> Result<(), Error> {
    for (upload,) in upload::of_referral(&ctx.db, id).await? {
        finish::sweep_pieces(ctx, upload).await?;
        let Some(row) = upload::any(&ctx.db, upload).await? else { continue };
        let mut tx = ctx.begin().await?;
        upload::delete(&mut tx, upload).await?;
        if row.finished_at.is_none() {
            // Put perhaps, and never entered; or sent to another draft under the same id.
            orphan::add(&mut tx, row.image, &finish::original(row.image)).await?;
        }
        tx.commit().await?;
    }
    for picture in image::of_referral(&ctx.db, id).await? {
        janitor.delete(&picture.object).await?;
    }
    ctx.keys.destroy(id).await?;
    let mut tx = ctx.begin().await?;
    image::purge(&mut tx, id).await?;
    happening::purge(&mut tx, id).await?;
    opening::purge(&mut tx, id).await?;
    phone::purge(&mut tx, id).await?;
    referral::purge(&mut tx, id).await?;
    Ok(tx.commit().await?)
}

/// Deletes an upload at the client's wish.
///
/// # Errors
/// When a store is not reachable.
pub async fn terminate(ctx: &Context, row: &upload::Row) -> Result<(), Error> {
    let pieces = upload::pieces(&ctx.db, row.id).await?;
    let mut tx = ctx.begin().await?;
    upload::delete(&mut tx, row.id).await?;
    upload::end_twins(&mut tx, row).await?;
    if row.finished_at.is_none() {
        // Its original may have been put already, before something failed.
        orphan::add(&mut tx, row.image, &finish::original(row.image)).await?;
    }
    tx.commit().await?;
    for piece in pieces {
        delete_quietly(ctx, &piece.object).await;
    }
    Ok(())
}
