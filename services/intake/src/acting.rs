//! A caller acting on a referral: found in scope, opened, with the envelope of what will be published about it.

use crate::content::DraftContent;
use crate::sealed::{self, Note};
use crate::store::{happening, referral, succession};
use kit::log::Envelope;
use kit::seal::DataKey;
use kit::{Caller, Context, Error, Problem, Role, Tx};
use uuid::Uuid;

/// Who, as what, on which referral.
pub struct Acting<'a> {
    /// The floor.
    pub ctx: &'a Context,
    /// Who.
    pub caller: &'a Caller,
    /// As what, in the referral's practice.
    pub role: Role,
    /// For which practice: the referral's, or one that took over from it.
    pub practice: Uuid,
    /// The referral.
    pub row: referral::Row,
    /// Its data key.
    pub key: DataKey,
    /// Its content.
    pub content: DraftContent,
}

impl<'a> Acting<'a> {
    /// Finds the referral in the caller's scope.
    ///
    /// # Errors
    /// 404 when it is absent, of another practice, discarded or erased.
    pub async fn on(ctx: &'a Context, caller: &'a Caller, id: Uuid) -> Result<Self, Problem> {
        let acting = Self::even_discarded(ctx, caller, id).await?;
        if acting.row.discarded_at.is_some() { Err(Problem::not_found()) } else { Ok(acting) }
    }

    /// The same, discarded drafts too.
    ///
    /// # Errors
    /// 404 when it is absent, of another practice or erased.
    pub async fn even_discarded(ctx: &'a Context, caller: &'a Caller, id: Uuid) -> Result<Self, Problem> {
        let row = referral::find(ctx, caller, id).await?.ok_or_else(Problem::not_found)?;
        Self::of(ctx, caller, row).await
    }

    async fn of(ctx: &'a Context, caller: &'a Caller, row: referral::Row) -> Result<Self, Problem> {
        let id = row.id;
        // The right was there when the SQL ran; a caller loaded a moment earlier may not list it yet.
        let (role, practice) = Self::place(ctx, caller, row.practice).await?.ok_or_else(Problem::not_found)?;
        let key = ctx.keys.get(id).await?;
        let content = sealed::open(&key, sealed::CONTENT, id, &row.content)?;
        Ok(Self { ctx, caller, role, practice, row, key, content })
    }

    /// As what and for which practice the caller works with a practice's referrals: in the one that it belongs to now, else in
    /// one before it on the way, at last in its own.
    async fn place(ctx: &Context, caller: &Caller, practice: Uuid) -> Result<Option<(Role, Uuid)>, Problem> {
        let successors = succession::successors(&ctx.db, practice, ctx.now()).await?;
        let mut way = successors.into_iter().chain([practice]);
        Ok(way.find_map(|one| caller.in_practice(one).map(|grant| (grant.role, one))))
    }

    /// Finds a referral that was entered in error, in the caller's office: for what is left to do about it.
    ///
    /// # Errors
    /// 404 when it is absent, of another practice or erased.
    pub async fn even_mistaken(ctx: &'a Context, caller: &'a Caller, id: Uuid) -> Result<Self, Problem> {
        let row = referral::even_mistaken(ctx, caller, id).await?.ok_or_else(Problem::not_found)?;
        Self::of(ctx, caller, row).await
    }

    /// The envelope of an event about this referral by this caller.
    pub fn envelope(&self) -> Envelope {
        Envelope {
            actor: self.ctx.pseudonym(self.caller.person),
            actor_role: self.role.as_str().to_owned(),
            practice: self.practice.as_bytes().to_vec(),
            ..about(self.ctx, &self.row)
        }
    }

    /// Notes for the referral's page what this caller did.
    pub async fn happened(&self, tx: &mut Tx, what: &str) -> Result<(), Error> {
        happened(self.ctx, tx, &self.key, self.row.id, what, Some(&self.caller.name)).await
    }
}

/// The envelope of an event about a referral, by nobody yet.
pub fn about(ctx: &Context, row: &referral::Row) -> Envelope {
    let id = |id: Uuid| id.as_bytes().to_vec();
    Envelope {
        test: row.test,
        practice: id(row.practice),
        department: row.department.map(id).unwrap_or_default(),
        specialty: row.specialty.map_or_else(String::new, |one| one.as_str().to_owned()),
        priority: row.priority.map_or_else(String::new, |one| one.as_str().to_owned()),
        channel: row.channel.clone(),
        key: id(row.id),
        responsible: row.responsible.map(|person| ctx.pseudonym(person)).unwrap_or_default(),
        ..ctx.about(row.id, None)
    }
}

/// Notes for the referral's page that something happened now.
pub async fn happened(
    ctx: &Context,
    tx: &mut Tx,
    key: &DataKey,
    referral: Uuid,
    what: &str,
    who: Option<&str>,
) -> Result<(), Error> {
    let id = ctx.new_id();
    let who = who.map(|name| sealed::seal(ctx, key, sealed::WHO, id, &name)).transpose()?;
    let row = happening::Row { id, at: tx.now(), what: what.to_owned(), who, note: None };
    Ok(happening::add(tx, referral, row).await?)
}

/// The same, with a note.
pub async fn noted(
    ctx: &Context,
    tx: &mut Tx,
    (key, referral): (&DataKey, Uuid),
    (what, who): (&str, Option<&str>),
    note: &Note,
) -> Result<(), Error> {
    let id = ctx.new_id();
    let who = who.map(|name| sealed::seal(ctx, key, sealed::WHO, id, &name)).transpose()?;
    let note = Some(sealed::seal(ctx, key, sealed::NOTE, id, note)?);
    let row = happening::Row { id, at: tx.now(), what: what.to_owned(), who, note };
    Ok(happening::add(tx, referral, row).await?)
}
