//! Opening a session: the row, the time of the last sign-in, and the event `SignedIn`.

use crate::Error;
use crate::store::grants::{self, GrantRow};
use crate::store::people::{self, PersonRow};
use crate::store::{practices, sessions as rows};
use kit::caller::LASTS;
use kit::log::Envelope;
use kit::pictures::sha256;
use kit::{At, Context, Tx};
use proto::directory::SignedIn;
use uuid::Uuid;

/// A session that was opened: the token goes into the cookie and nowhere else.
#[derive(Clone, Debug)]
pub struct Opened {
    pub token: String,
    pub person: Uuid,
    pub expires_at: At,
}

/// Who is about to sign in, with the rights that hold.
#[derive(Debug)]
pub struct Opening {
    person: Uuid,
    name: String,
    grants: Vec<GrantRow>,
}

/// Reads what the sign-in says, before its transaction begins.
pub async fn prepare(ctx: &Context, person: &PersonRow) -> Result<Opening, Error> {
    // A person always has a key; one whose key was destroyed was erased and signs in no more.
    ctx.keys.get(person.id).await?;
    let grants = grants::now(&ctx.db, person.id, ctx.now()).await?;
    Ok(Opening { person: person.id, name: person.name.clone(), grants })
}

/// Opens a session with a new token; the browser's previous one ends, so that a planted cookie is worth nothing.
pub async fn open(
    ctx: &Context,
    tx: &mut Tx,
    opening: Opening,
    how: &str,
    previous: Option<&[u8]>,
) -> Result<Opened, Error> {
    let Opening { person, name, grants } = opening;
    let now = ctx.now();
    if let Some(previous) = previous {
        rows::end_in(tx, previous, now).await?;
    }
    let token = ctx.random.token();
    let expires_at = now + LASTS;
    rows::open(tx, sha256(token.as_bytes()), person, &name, now, expires_at).await?;
    people::signed_in(tx, person, now).await?;
    let in_practice = grants.iter().find(|grant| grant.practice.is_some());
    let practice = match in_practice.and_then(|grant| grant.practice) {
        Some(id) => practices::find(tx, id).await?,
        None => None,
    };
    let role = in_practice.or(grants.first()).map(|grant| grant.role.as_str().to_owned());
    let envelope = Envelope {
        actor: ctx.pseudonym(person),
        actor_role: role.unwrap_or_default(),
        test: practice.as_ref().is_some_and(|practice| practice.test_practice),
        practice: practice.map(|practice| practice.id.as_bytes().to_vec()).unwrap_or_default(),
        key: person.as_bytes().to_vec(),
        ..ctx.about(person, None)
    };
    ctx.publish(tx, envelope, &SignedIn { how: how.to_owned() }).await?;
    Ok(Opened { token, person, expires_at })
}
