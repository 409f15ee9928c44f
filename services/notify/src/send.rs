//! A mail's way: leased, looked at once more, handed over, ended. What the server does not take waits longer each time; when
//! there is no server, all mails wait with it.

use crate::letter::Letter;
use crate::post::{Outcome, hand_over};
use crate::store::mail::{self, End, Mail};
use crate::store::person;
use kit::keys::KeyError;
use kit::lease::Lease;
use kit::settings::Mail as Settings;
use kit::{At, Context, Error, oslo};
use time::Duration;

/// Longer than a server may take; whoever sleeps past it writes nothing, and the mail goes once more.
const LEASE: Duration = Duration::minutes(2);
/// The first wait after a failure; it doubles up to [`LONGEST_WAIT`].
const FIRST_WAIT: Duration = Duration::minutes(1);
const LONGEST_WAIT: Duration = Duration::minutes(30);

/// Sends one mail, if one is due; returns how many it dealt with.
pub async fn one(ctx: &Context) -> Result<u64, Error> {
    let Some(settings) = &ctx.settings.mail else { return Ok(0) };
    let lease = Lease::take(ctx, LEASE);
    let Some(mail) = mail::take(&ctx.db, lease, ctx.now()).await? else { return Ok(0) };
    let Some((to, language)) = recipient(ctx, &mail).await? else {
        mail::end(&ctx.db, &mail, lease, End::Dropped, ctx.now()).await?;
        return Ok(1);
    };
    // A digest that waited over midnight is the one of the day on which it goes.
    if mail.digest && !mail::date(&ctx.db, &mail, lease, &oslo::date(ctx.now()).to_string(), ctx.now()).await? {
        return Ok(1);
    }
    let url = ctx.settings.public_url.as_deref().unwrap_or_default();
    let (id, at, urgent) = (mail.id, ctx.now(), !mail.digest);
    let letter = Letter { id, at, from: &settings.from, to: &to, language: &language, urgent, url };
    let outcome = hand_over(settings, &to, &letter.bytes()).await;
    note(ctx, settings, &mail, lease, outcome).await?;
    Ok(1)
}

/// Where it goes, and in which language; none when nobody has anything to learn from it any more.
async fn recipient(ctx: &Context, mail: &Mail) -> Result<Option<(String, String)>, Error> {
    if !mail::is_news(&ctx.db, mail, ctx.now()).await? {
        return Ok(None);
    }
    let Some(row) = person::find(&ctx.db, mail.person).await? else { return Ok(None) };
    if mail.digest && !row.digest {
        return Ok(None);
    }
    let key = match ctx.keys.get(mail.person).await {
        Ok(key) => key,
        Err(KeyError::Erased) => return Ok(None),
        Err(other) => return Err(other.into()),
    };
    let email = key.open(person::EMAIL, mail.person.as_bytes(), &row.email)?;
    let email = String::from_utf8(email).map_err(|_| Error::Damaged("an address is no text".into()))?;
    Ok(Some((email, row.language)))
}

async fn note(ctx: &Context, settings: &Settings, mail: &Mail, lease: Lease, outcome: Outcome) -> Result<(), Error> {
    let now = ctx.now();
    let later = now + pause(mail.attempts);
    match outcome {
        Outcome::Taken => {
            mail::end(&ctx.db, mail, lease, End::Sent, now).await?;
            metrics::counter!("notify_mails_sent_total").increment(1);
        }
        Outcome::Refused => {
            mail::end(&ctx.db, mail, lease, End::Refused, now).await?;
            tracing::warn!(person = %mail.person, "the mail server refuses this person's address");
            metrics::counter!("notify_mails_refused_total").increment(1);
        }
        Outcome::Later => put_off(ctx, mail, lease, later).await?,
        Outcome::Away => {
            put_off(ctx, mail, lease, later).await?;
            let waiting = mail::all_wait(&ctx.db, later, now).await? + 1;
            tracing::warn!(host = settings.host, waiting, attempts = mail.attempts, "no mail server; mails wait");
        }
    }
    Ok(())
}

async fn put_off(ctx: &Context, mail: &Mail, lease: Lease, until: At) -> Result<(), Error> {
    metrics::counter!("notify_mails_put_off_total").increment(1);
    Ok(mail::put_off(&ctx.db, mail, lease, until, ctx.now()).await?)
}

fn pause(attempts: i64) -> Duration {
    (FIRST_WAIT * 2_i32.pow(attempts.clamp(1, 8) as u32 - 1)).min(LONGEST_WAIT)
}
