//! Signing in by password and authenticator, and unlocking by password.
//!
//! An unknown e-mail, a wrong password and a wrong code get the same answer, and the first two take the same time.

use super::door::Door;
use super::hashing;
use super::sessions::{self, Opened};
use crate::Error;
use crate::attempts::{self as rule, MOST, WINDOW};
use crate::faults::Faults;
use crate::store::people::PersonRow;
use crate::store::{attempts, people, sessions as rows};
use crate::totp::Authenticator;
use kit::pictures::sha256;
use kit::{Caller, Context};
use std::net::IpAddr;
use time::Duration;

/// Where a person's authenticator secret is sealed.
pub(super) const SEALED: &str = "directory_person.totp_sealed";

/// Signs in. `previous` is the browser's session, which ends.
///
/// # Errors
/// `Invalid` for empty fields; `WrongCredentials`; `TooManyAttempts` after ten failures within 15 minutes.
pub async fn by_password(
    ctx: &Context,
    email: &str,
    password: String,
    code: &str,
    address: Option<IpAddr>,
    previous: Option<&[u8]>,
) -> Result<Opened, Error> {
    filled_in(email, &password, code)?;
    let door = Door::knock(ctx, address).await?;
    let email = email.trim().to_lowercase();
    let who = ctx.search_hash("directory sign-in", &email);
    admit(ctx, &who).await?;
    let person = people::by_email(&ctx.db, &email).await?;
    let stored = person.as_ref().and_then(|person| person.password_hash.clone());
    let matched = hashing::matches(password, stored.clone()).await?;
    let (Some(person), Some(stored), true) = (person, stored, matched) else {
        return Err(refused());
    };
    let step = step(ctx, &person, code).await?.ok_or_else(refused)?;
    let opening = sessions::prepare(ctx, &person).await?;
    let mut tx = ctx.begin().await?;
    if !people::use_step(&mut tx, person.id, step, &stored).await? {
        return Err(refused());
    }
    attempts::forget(&mut tx, &who).await?;
    door.open(&mut tx).await?;
    let opened = sessions::open(ctx, &mut tx, opening, "password", previous).await?;
    tx.commit().await?;
    Ok(opened)
}

fn refused() -> Error {
    metrics::counter!("sign_in_refused_total").increment(1);
    Error::WrongCredentials
}

fn filled_in(email: &str, password: &str, code: &str) -> Result<(), Error> {
    let mut faults = Faults::default();
    if email.trim().is_empty() {
        faults.add("email", "required", "Write your e-mail address.");
    }
    if password.is_empty() {
        faults.add("password", "required", "Write your password.");
    }
    if code.trim().is_empty() {
        faults.add("totpCode", "required", "Write the six digits that your authenticator shows.");
    }
    faults.finish(())
}

async fn step(ctx: &Context, person: &PersonRow, code: &str) -> Result<Option<i64>, Error> {
    let Some(sealed) = &person.totp_sealed else {
        return Ok(None);
    };
    let key = ctx.keys.get(person.id).await?;
    let secret = key.open(SEALED, person.id.as_bytes(), sealed).map_err(kit::Error::from)?;
    let authenticator = Authenticator::new(&secret, &ctx.settings.programme, &person.email)?;
    Ok(authenticator.step_of(code, ctx.now()))
}

/// Counts the try before it is judged, so that many at once don't slip through together.
async fn admit(ctx: &Context, who: &[u8]) -> Result<(), Error> {
    let now = ctx.now();
    let (number, began_at) = attempts::count(ctx, who, now, now - WINDOW).await?;
    let Some(seconds) = rule::wait(number, MOST, began_at, now) else {
        return Ok(());
    };
    // Once per window a line in the log; the figure counts every one.
    metrics::counter!("sign_in_held_back_total", "by" => "account").increment(1);
    if number == MOST + 1 {
        tracing::warn!(wait_s = seconds, "somebody failed to sign in ten times");
    }
    Err(Error::TooManyAttempts(seconds))
}

/// How long the password still unlocks by the old token, for a client that lost the answer.
const REPEATED: Duration = Duration::minutes(1);

/// Unlocks the caller's session: a new one takes its place, not locked and no longer than the old one. Returns its token.
/// Whoever saw the old token while nobody sat at the screen has nothing of it.
///
/// The new token is made of the old one under the deployment's key, so that a repeated request gets the same session.
///
/// # Errors
/// `WrongCredentials`, also for people without a password; `TooManyAttempts`.
pub async fn unlock(ctx: &Context, caller: &Caller, password: String) -> Result<String, Error> {
    let who = ctx.search_hash("directory unlock", &caller.person.to_string());
    admit(ctx, &who).await?;
    let person = people::by_id(&ctx.db, caller.person).await?;
    let stored = person.and_then(|person| person.password_hash);
    if !hashing::matches(password, stored).await? {
        return Err(refused());
    }
    let mut tx = ctx.begin().await?;
    attempts::forget(&mut tx, &who).await?;
    let token = hex::encode(ctx.search_hash("directory session after", &hex::encode(&caller.token_hash)));
    let now = ctx.now();
    if !rows::retire(&mut tx, &caller.token_hash, now, now + REPEATED).await? {
        return Err(Error::Refused(kit::Problem::signed_out()));
    }
    let token_hash = sha256(token.as_bytes());
    rows::open_after(&mut tx, token_hash, caller.person, &caller.name, now, caller.expires_at).await?;
    tx.commit().await?;
    Ok(token)
}
