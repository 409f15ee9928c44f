//! Who does it, and that it is done once: by an id that the client made, or by an Idempotency-Key.

use crate::Error;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use kit::idempotency::{self, IdempotencyKey};
use kit::log::Envelope;
use kit::pictures::sha256;
use kit::{Caller, Context, Problem, Role, Tx};
use serde::Serialize;
use std::collections::BTreeSet;
use uuid::Uuid;

/// Who does it: somebody by a request, as what, or the command line.
#[derive(Clone, Debug)]
pub struct Author {
    caller: Option<Caller>,
    role: Role,
    key: IdempotencyKey,
}

impl Author {
    /// Whoever may run the program on the deployment's own machine.
    pub fn command_line() -> Self {
        Self { caller: None, role: Role::Administrator, key: IdempotencyKey(None) }
    }

    /// Who asked; none on the command line.
    pub fn person(&self) -> Option<Uuid> {
        self.caller.as_ref().map(|caller| caller.person)
    }

    /// An envelope about `subject`.
    pub fn envelope(&self, ctx: &Context, subject: Uuid) -> Envelope {
        ctx.about(subject, self.caller.as_ref().map(|caller| (caller, self.role.as_str())))
    }

    /// What an earlier request with the same Idempotency-Key and content made, if there was one.
    ///
    /// # Errors
    /// `Refused` when the key came with other content.
    pub async fn made_before(&self, tx: &mut Tx, content: &Content, id: Uuid) -> Result<Option<Uuid>, Error> {
        match &self.caller {
            Some(caller) => Ok(idempotency::once(tx, caller.person, &self.key, &content.text, id).await?),
            None => Ok(None),
        }
    }
}

/// Taken from the request's head, so that everybody else gets 404 before a word of the body is read.
impl FromRequestParts<Context> for Author {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, ctx: &Context) -> Result<Self, Problem> {
        let (author, _) = author_of(parts, ctx, &[Role::Administrator]).await?;
        Ok(author)
    }
}

/// Whoever may say something about a practice's people: its own keeper, or an administrator for all of them.
#[derive(Clone, Debug)]
pub struct Keeper {
    pub author: Author,
    /// Who.
    pub caller: Caller,
    /// Whose list of people they keep.
    pub practices: BTreeSet<Uuid>,
    everywhere: bool,
}

impl Keeper {
    /// # Errors
    /// `NotFound` for a practice that is not theirs to say anything about.
    pub fn keeps(&self, practice: Uuid) -> Result<(), Error> {
        if self.everywhere { Ok(()) } else { self.owns(practice) }
    }

    /// # Errors
    /// `NotFound` for a practice whose list they don't keep, be they administrators or not.
    pub fn owns(&self, practice: Uuid) -> Result<(), Error> {
        if self.practices.contains(&practice) { Ok(()) } else { Err(Error::NotFound) }
    }
}

impl FromRequestParts<Context> for Keeper {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, ctx: &Context) -> Result<Self, Problem> {
        let caller = Caller::from_request_parts(parts, ctx).await?;
        let role = caller.require(&[Role::Administrator, Role::PracticeAdmin])?;
        let key = IdempotencyKey::from_request_parts(parts, ctx).await?;
        let practices = caller.practices(&[Role::PracticeAdmin]);
        let author = Author { caller: Some(caller.clone()), role, key };
        Ok(Self { author, caller, practices, everywhere: role == Role::Administrator })
    }
}

/// Whoever keeps the list of people of a practice of their own.
#[derive(Clone, Debug)]
pub struct Superuser(pub Keeper);

impl FromRequestParts<Context> for Superuser {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, ctx: &Context) -> Result<Self, Problem> {
        let mut keeper = Keeper::from_request_parts(parts, ctx).await?;
        keeper.caller.require(&[Role::PracticeAdmin])?;
        keeper.author.role = Role::PracticeAdmin;
        Ok(Self(keeper))
    }
}

/// An administrator or a programme manager.
#[derive(Clone, Debug)]
pub struct ProgrammeAuthor(pub Author);

impl FromRequestParts<Context> for ProgrammeAuthor {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, ctx: &Context) -> Result<Self, Problem> {
        let (author, _) = author_of(parts, ctx, &[Role::ProgrammeManager, Role::Administrator]).await?;
        Ok(Self(author))
    }
}

/// Somebody of an office.
#[derive(Clone, Debug)]
pub struct OfficeAuthor(pub Author, pub Caller);

impl FromRequestParts<Context> for OfficeAuthor {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, ctx: &Context) -> Result<Self, Problem> {
        let (author, caller) = author_of(parts, ctx, &[Role::GpClinician, Role::GpStaff]).await?;
        Ok(Self(author, caller))
    }
}

async fn author_of(parts: &mut Parts, ctx: &Context, roles: &[Role]) -> Result<(Author, Caller), Problem> {
    let caller = Caller::from_request_parts(parts, ctx).await?;
    let role = caller.require(roles)?;
    let key = IdempotencyKey::from_request_parts(parts, ctx).await?;
    Ok((Author { caller: Some(caller.clone()), role, key }, caller))
}

/// The client's id, or a new one.
///
/// # Errors
/// `Invalid` for the small numbers that kit keeps for its own keys.
pub fn id_of(ctx: &Context, given: Option<Uuid>) -> Result<Uuid, Error> {
    let id = given.unwrap_or_else(|| ctx.new_id());
    if id.as_u128() < 1 << 64 {
        let mut faults = crate::faults::Faults::default();
        faults.add("id", "reserved", "This id is reserved. Make a random one (UUID version 4 or 7).");
        return faults.finish(id);
    }
    Ok(id)
}

/// What was asked for, in one written form: the same again is answered alike, anything else is refused.
#[derive(Clone, Debug)]
pub struct Content {
    text: Vec<u8>,
    /// SHA-256 of the text.
    pub hash: Vec<u8>,
}

impl Content {
    /// Of a noun and its fields; `under` is what it belongs to.
    pub fn new<T: Serialize>(noun: &str, under: Option<Uuid>, fields: &T) -> Result<Self, Error> {
        let text = serde_json::to_vec(&(noun, under, fields))?;
        let hash = sha256(&text);
        Ok(Self { text, hash })
    }

    /// The answer for an id that stands already.
    ///
    /// # Errors
    /// `IdReused` when it stands for something else.
    pub fn same(&self, stands: Option<(Vec<u8>,)>, id: Uuid) -> Result<Uuid, Error> {
        if stands.is_some_and(|(hash,)| hash == self.hash) { Ok(id) } else { Err(Error::IdReused) }
    }
}
