//! Hand-overs of an open draft to a phone: hashes of the code's secret and of the phone's cookie, never the two themselves.

use super::of_office;
use crate::phone::MOST_ATTEMPTS;
use kit::{At, Context, Db, Role, Tx, statements};
use uuid::Uuid;

statements! {
    END_OF_DRAFT = "update intake_phone set ended_at = $2 where referral = $1 and ended_at is null";
    ADD = "insert into intake_phone (id, referral, practice, person, role, code_hash, opened_at, code_expires_at, attempts) values ($1, $2, $3, $4, $5, $6, $7, $8, 0)";
    NEWEST = "select id, referral, practice, person, role, code_expires_at, used_at, expires_at, ended_at from intake_phone where referral = $1 order by opened_at desc, id desc limit 1";
    OPEN = "update intake_phone set used_at = $3, cookie_hash = $4, expires_at = $5 \
        where id = $1 and code_hash = $2 and used_at is null and ended_at is null and code_expires_at > $3 and attempts < $6";
    WRONG = "update intake_phone set attempts = attempts + 1, ended_at = case when attempts + 1 >= $3 then $4 else ended_at end \
        where id = $1 and code_hash <> $2 and used_at is null and ended_at is null";
    SESSION = concat!(
        "select p.id, p.referral, p.practice, p.person, p.role, p.code_expires_at, p.used_at, p.expires_at, p.ended_at \
         from intake_phone p join intake_referral r on r.id = p.referral \
         where p.cookie_hash = $1 and p.ended_at is null and p.expires_at > $2 and r.state = 'draft' and r.discarded_at is null and r.erased_at is null and ",
        of_office!("p.person", "$2"),
        // Whoever lent it has not signed out since, nor been signed out. A locked screen ends nothing: the phone is in use then.
        " and not exists (select 1 from kit_session k where k.person = p.person and k.ended_at >= p.opened_at)"
    );
    END = "update intake_phone set ended_at = $2 where id = $1 and ended_at is null";
    FORGET = "delete from intake_phone where opened_at < $1";
    PURGE = "delete from intake_phone where referral = $1";
}

/// A hand-over.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Row {
    pub id: Uuid,
    pub referral: Uuid,
    pub practice: Uuid,
    /// Who showed the code.
    pub person: Uuid,
    pub role: Role,
    pub code_expires_at: At,
    /// When a phone opened it.
    pub used_at: Option<At>,
    /// Until when that phone may go on.
    pub expires_at: Option<At>,
    pub ended_at: Option<At>,
}

/// A code that is about to be shown.
pub struct New {
    pub id: Uuid,
    pub referral: Uuid,
    pub practice: Uuid,
    pub by: (Uuid, Role),
    pub code_hash: Vec<u8>,
    pub code_expires_at: At,
}

/// Adds one and ends those before it: a draft has one at a time.
pub async fn add(tx: &mut Tx, new: New) -> sqlx::Result<()> {
    let now = tx.now();
    tx.q(END_OF_DRAFT).bind(new.referral).bind(now).exec().await?;
    let q = tx.q(ADD).bind(new.id).bind(new.referral).bind(new.practice).bind(new.by.0).bind(new.by.1);
    q.bind(new.code_hash).bind(now).bind(new.code_expires_at).exec_one().await
}

/// A draft's newest.
pub async fn newest(db: &Db, referral: Uuid) -> sqlx::Result<Option<Row>> {
    db.q(NEWEST).bind(referral).opt().await
}

/// Opens one with its secret, once. A wrong secret counts; after some the code is dead.
pub async fn open(ctx: &Context, id: Uuid, code_hash: Vec<u8>, cookie_hash: Vec<u8>, until: At) -> sqlx::Result<bool> {
    let now = ctx.now();
    let q = ctx.db.q(OPEN).bind(id).bind(code_hash.clone()).bind(now).bind(cookie_hash).bind(until);
    if q.bind(MOST_ATTEMPTS).exec().await? == 1 {
        return Ok(true);
    }
    ctx.db.q(WRONG).bind(id).bind(code_hash).bind(MOST_ATTEMPTS).bind(now).exec().await?;
    Ok(false)
}

/// The hand-over that a phone's cookie stands for, while it holds.
pub async fn session(ctx: &Context, cookie_hash: Vec<u8>) -> sqlx::Result<Option<Row>> {
    ctx.db.q(SESSION).bind(cookie_hash).bind(ctx.now()).opt().await
}

/// Ends one.
pub async fn end(ctx: &Context, id: Uuid) -> sqlx::Result<()> {
    ctx.db.q(END).bind(id).bind(ctx.now()).exec().await.map(|_| ())
}

/// Ends a draft's with what else the transaction does: one that is discarded and taken back needs a new code.
pub async fn end_of_discarded(tx: &mut Tx, referral: Uuid) -> sqlx::Result<()> {
    let now = tx.now();
    tx.q(END_OF_DRAFT).bind(referral).bind(now).exec().await.map(|_| ())
}

/// Ends a draft's.
pub async fn end_of_draft(ctx: &Context, referral: Uuid) -> sqlx::Result<()> {
    ctx.db.q(END_OF_DRAFT).bind(referral).bind(ctx.now()).exec().await.map(|_| ())
}

/// Deletes those shown before `before`; how many.
pub async fn forget(ctx: &Context, before: At) -> sqlx::Result<u64> {
    ctx.db.q(FORGET).bind(before).exec().await
}

/// Deletes a draft's.
pub async fn purge(tx: &mut Tx, referral: Uuid) -> sqlx::Result<()> {
    tx.q(PURGE).bind(referral).exec().await.map(|_| ())
}
