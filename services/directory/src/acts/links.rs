//! Making, looking at and using one-time links.

use super::door::Door;
use super::hashing;
use super::sessions::{self, Opened};
use crate::Error;
use crate::faults::Faults;
use crate::link::LinkKind;
use crate::password;
use crate::store::links::{self as rows, LinkRow};
use crate::store::people::PersonRow;
use crate::store::{grants, people};
use crate::totp::{self, Authenticator, TotpSetup};
use kit::pictures::sha256;
use kit::seal::DataKey;
use kit::{At, Context, Tx};
use std::net::IpAddr;
use time::Duration;
use uuid::Uuid;

/// Where a link's authenticator secret is sealed.
const SEALED: &str = "directory_link.totp_sealed";

/// A new link: its token is known to nobody else, not even to the database.
#[derive(Clone, Debug)]
pub struct NewLink {
    pub token: String,
    pub expires_at: At,
}

/// Makes a link. A new invitation ends the person's earlier ones.
///
/// # Errors
/// `NotFound` for an unknown person.
pub async fn make(ctx: &Context, person: Uuid, kind: LinkKind, lasts: Duration) -> Result<NewLink, Error> {
    let key = ctx.keys.ensure(person).await?;
    let mut tx = ctx.begin().await?;
    let made = add(ctx, &mut tx, &key, (person, kind), lasts).await?;
    tx.commit().await?;
    Ok(made)
}

/// The same within a transaction; `key` is the person's.
pub(super) async fn add(
    ctx: &Context,
    tx: &mut Tx,
    key: &DataKey,
    (person, kind): (Uuid, LinkKind),
    lasts: Duration,
) -> Result<NewLink, Error> {
    let token = ctx.random.token();
    let token_hash = sha256(token.as_bytes());
    // Made now and not when the link is opened, so that every opening shows the same code to scan.
    let totp_sealed = (kind == LinkKind::Invitation).then(|| {
        let secret = ctx.random.bytes::<{ totp::SECRET }>();
        key.seal(&ctx.random, SEALED, &token_hash, &secret)
    });
    if people::by_id_in(tx, person).await?.is_none() {
        return Err(Error::NotFound);
    }
    let now = ctx.now();
    let expires_at = now + lasts;
    if kind == LinkKind::Invitation {
        rows::end_invitations(tx, person, now).await?;
    }
    let row = LinkRow { token_hash, person, kind, totp_sealed, expires_at, used_at: None, ended_at: None };
    rows::add(tx, row, now).await?;
    Ok(NewLink { token, expires_at })
}

/// What a link shows before it is used.
#[derive(Debug)]
pub struct Shown {
    pub kind: LinkKind,
    pub person: PersonRow,
    /// The first practice or department of the person.
    pub place: Option<String>,
    pub expires_at: At,
    pub totp: Option<TotpSetup>,
}

/// Looks at a link without using it up.
///
/// # Errors
/// `LinkUnknown`, `LinkUsed`, `LinkExpired`.
pub async fn show(ctx: &Context, token: &str, address: Option<IpAddr>) -> Result<Shown, Error> {
    let door = Door::knock(ctx, address).await?;
    let (link, person) = find(ctx, token).await?;
    door.open_alone(ctx).await?;
    let grants = grants::now(&ctx.db, person.id, ctx.now()).await?;
    let place = grants.into_iter().find_map(|grant| grant.practice_name.or(grant.department_name));
    let totp = match link.kind {
        LinkKind::Invitation => Some(authenticator(ctx, &link, &person.email).await?.1.setup()?),
        LinkKind::SignIn => None,
    };
    Ok(Shown { kind: link.kind, person, place, expires_at: link.expires_at, totp })
}

async fn find(ctx: &Context, token: &str) -> Result<(LinkRow, PersonRow), Error> {
    let link = rows::find(&ctx.db, &sha256(token.as_bytes())).await?.ok_or(Error::LinkUnknown)?;
    link.state().check(ctx.now())?;
    let person = people::by_id(&ctx.db, link.person).await?.ok_or(Error::LinkUnknown)?;
    Ok((link, person))
}

async fn authenticator(ctx: &Context, link: &LinkRow, email: &str) -> Result<(Vec<u8>, Authenticator), Error> {
    let sealed = link.totp_sealed.as_deref().ok_or(Error::LinkUnknown)?;
    let key = ctx.keys.get(link.person).await?;
    let secret = key.open(SEALED, &link.token_hash, sealed).map_err(kit::Error::from)?;
    let authenticator = Authenticator::new(&secret, &ctx.settings.programme, email)?;
    Ok((secret, authenticator))
}

/// Signs in by a sign-in link and uses it up. `previous` is the browser's session, which ends.
///
/// # Errors
/// `LinkUnknown` (also for an invitation), `LinkUsed`, `LinkExpired`.
pub async fn sign_in(
    ctx: &Context,
    token: &str,
    address: Option<IpAddr>,
    previous: Option<&[u8]>,
) -> Result<Opened, Error> {
    let door = Door::knock(ctx, address).await?;
    let (link, person) = find(ctx, token).await?;
    if link.kind != LinkKind::SignIn {
        return Err(Error::LinkUnknown);
    }
    let opening = sessions::prepare(ctx, &person).await?;
    let mut tx = ctx.begin().await?;
    use_up(&mut tx, &link, ctx.now()).await?;
    door.open(&mut tx).await?;
    let opened = sessions::open(ctx, &mut tx, opening, "link", previous).await?;
    tx.commit().await?;
    Ok(opened)
}

/// Accepts an invitation: sets password and authenticator, ends all other sessions of the person, signs in.
///
/// # Errors
/// `Invalid` on `password` and `totpCode` (the link stays usable); `LinkUnknown` (also for a sign-in link), `LinkUsed`,
/// `LinkExpired`.
pub async fn accept(
    ctx: &Context,
    token: &str,
    chosen: String,
    code: &str,
    address: Option<IpAddr>,
    previous: Option<&[u8]>,
) -> Result<Opened, Error> {
    let door = Door::knock(ctx, address).await?;
    let (link, person) = find(ctx, token).await?;
    if link.kind != LinkKind::Invitation {
        return Err(Error::LinkUnknown);
    }
    let (secret, authenticator) = authenticator(ctx, &link, &person.email).await?;
    let step = checked(&authenticator, &chosen, code, &person.email, ctx.now())?;
    let hash = hashing::hash(ctx, chosen).await?;
    let key = ctx.keys.get(person.id).await?;
    let totp_sealed = key.seal(&ctx.random, super::sign_in::SEALED, person.id.as_bytes(), &secret);
    let opening = sessions::prepare(ctx, &person).await?;
    let mut tx = ctx.begin().await?;
    let now = ctx.now();
    use_up(&mut tx, &link, now).await?;
    door.open(&mut tx).await?;
    people::set_credentials(&mut tx, person.id, &hash, totp_sealed, step).await?;
    crate::store::sessions::end_all_in(&mut tx, person.id, now).await?;
    let opened = sessions::open(ctx, &mut tx, opening, "invitation", previous).await?;
    tx.commit().await?;
    Ok(opened)
}

fn checked(authenticator: &Authenticator, chosen: &str, code: &str, email: &str, now: At) -> Result<i64, Error> {
    let mut faults = Faults::default();
    password::check(&mut faults, chosen, email);
    let step = authenticator.step_of(code, now);
    if code.trim().is_empty() {
        faults.add("totpCode", "required", "Write the six digits that the authenticator shows.");
    } else if step.is_none() {
        faults.add(
            "totpCode",
            "wrong-code",
            "The code did not match. Write the six digits that the authenticator shows now, and check the telephone's clock.",
        );
    }
    faults.finish(step)?.ok_or(Error::WrongCredentials)
}

/// Of two that use a link at once, one gets in; the other is told why not.
async fn use_up(tx: &mut Tx, link: &LinkRow, now: At) -> Result<(), Error> {
    if rows::use_up(tx, &link.token_hash, now).await? {
        return Ok(());
    }
    let link = rows::find_in(tx, &link.token_hash).await?.ok_or(Error::LinkUnknown)?;
    link.state().check(now)?;
    Err(Error::LinkExpired)
}
