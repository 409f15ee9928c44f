//! Who is told: an item per person, case and step, once; then a mail at once for what is urgent, and a digest for the rest.
//!
//! It rests until everything that has happened is known, because a service that starts beside an old log reads years of answers
//! that were seen to long ago.

use crate::consume;
use crate::digest;
use crate::store::item::{self, Item};
use crate::store::{mail, notice, wait};
use kit::settings::Mail;
use kit::{Context, Error};
use std::sync::Once;
use time::Duration;

/// So close behind the log everything is known that matters: see [`kit::log::behind`].
const CAUGHT_UP: i64 = 200;
/// A notice that is older was read long ago, or stands on the first page that its person sees.
const NOTICE_IS_NEWS: Duration = Duration::days(7);

/// Decides a portion; says how many waits it looked at and mails it made.
pub async fn run(ctx: &Context) -> Result<u64, Error> {
    let Some(settings) = &ctx.settings.mail else {
        static SAID: Once = Once::new();
        SAID.call_once(|| tracing::info!("no mail is sent: no SMTP host is set (smtp-host)"));
        return Ok(0);
    };
    if kit::log::behind(&ctx.db, consume::NAME).await? >= CAUGHT_UP {
        return Ok(0);
    }
    let looked = notices(ctx).await? + look(ctx).await?;
    let digests = digests(ctx, settings).await?;
    mail::forget(&ctx.db, ctx.now()).await?;
    notice::forget_old(&ctx.db, ctx.now(), mail::REMEMBERED).await?;
    Ok(looked + digests)
}

/// Whoever has a notice of something that was entered in error is written to at once: they may be about to act on it.
async fn notices(ctx: &Context) -> Result<u64, Error> {
    let open = notice::open(&ctx.db).await?;
    let looked = open.len() as u64;
    for row in open {
        let mut tx = ctx.begin().await?;
        if !notice::decide(&mut tx, &row).await? {
            continue;
        }
        if ctx.now() < row.since + NOTICE_IS_NEWS {
            let item = Item { referral: row.referral, what: "mistake", step: "told", since: row.since, urgent: true };
            item::add(&mut tx, row.person, item).await?;
            mail::at_once(&mut tx, ctx.new_id(), row.person).await?;
        }
        tx.commit().await?;
    }
    Ok(looked)
}

/// Waits whose time has come: whoever is to be told gets an item.
async fn look(ctx: &Context) -> Result<u64, Error> {
    let now = ctx.now();
    let due = wait::due(&ctx.db, now).await?;
    let looked = due.len() as u64;
    for one in due {
        let workers = wait::workers(&ctx.db, one.practice, one.department, now).await?;
        let told = one.told(&workers, now, &ctx.settings.working_days);
        let mut tx = ctx.begin().await?;
        // Whoever was faster, or changed it meanwhile, has set another time.
        if !wait::looked_at(&mut tx, &one, one.again(&told, now)).await? {
            continue;
        }
        for person in &told.people {
            let what = one.what.as_str();
            let item = Item { referral: one.referral, what, step: told.step, since: told.since, urgent: told.urgent };
            let new = item::add(&mut tx, *person, item).await?;
            if new && told.urgent {
                mail::at_once(&mut tx, ctx.new_id(), *person).await?;
            }
        }
        tx.commit().await?;
    }
    Ok(looked)
}

/// Digests of today, one for each person with something new, if the hour has come.
async fn digests(ctx: &Context, settings: &Mail) -> Result<u64, Error> {
    let Some(day) = digest::day(ctx.now(), settings.hour, &ctx.settings.working_days) else { return Ok(0) };
    let day = day.to_string();
    let people = item::waiting(&ctx.db, &day).await?;
    let mut made = 0;
    for person in people {
        let mut tx = ctx.begin().await?;
        made += u64::from(mail::digest(&mut tx, ctx.new_id(), person, &day).await?);
        tx.commit().await?;
    }
    Ok(made)
}
