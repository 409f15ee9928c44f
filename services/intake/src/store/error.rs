//! What was entered in error: a referral (under its own id) or one picture (under the picture's id), once each.

use super::of_office;
use kit::{At, Caller, Context, Db, Role, Tx, statements};
use uuid::Uuid;

macro_rules! columns {
    () => {
        "select e.id, e.referral, e.image, e.at, e.by_department, e.told, e.openers, e.person, e.role, e.replacement, e.replaced_at, \
         r.submitted_at, r.answered_at, coalesce(r.sent_to, '') as department_name from intake_error e join intake_referral r on r.id = e.referral"
    };
}

statements! {
    ADD = "insert into intake_error (id, referral, image, at, by_department, told, person, role) values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict (id) do nothing";
    FIND = concat!(columns!(), " where e.id = $1 and r.erased_at is null and ", of_office!());
    ANY = concat!(columns!(), " where e.id = $1");
    OF_PRACTICE = concat!(columns!(), " where r.practice = $1 and r.erased_at is null and ", of_office!(), " order by e.at desc, e.id desc limit 50");
    OPENED = "update intake_error set openers = $2 where id = $1 and openers is null";
    REPLACE = "update intake_error set replacement = $2, person = $3, role = $4 where id = $1 and replacement is null";
    REPLACED = "update intake_error set replaced_at = $2 where id = $1 and replaced_at is null";
    REPLACING = "select id from intake_error where replacement is not null and replaced_at is null and at < $1 order by at limit 20";
}

/// An error.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Row {
    /// The referral's or the picture's.
    pub id: Uuid,
    pub referral: Uuid,
    pub image: Option<Uuid>,
    /// When it was marked.
    pub at: At,
    pub by_department: bool,
    /// Sealed.
    pub told: Option<Vec<u8>>,
    /// Who had opened it in the department, sealed; none until the department has said so.
    pub openers: Option<Vec<u8>>,
    /// Who of the office marked it, or had it replaced.
    pub person: Option<Uuid>,
    pub role: Option<Role>,
    /// The draft that takes its place.
    pub replacement: Option<Uuid>,
    /// When that draft had everything.
    pub replaced_at: Option<At>,
    pub submitted_at: Option<At>,
    pub answered_at: Option<At>,
    pub department_name: String,
}

/// An error as it is noted first.
pub struct New {
    pub id: Uuid,
    pub referral: Uuid,
    pub image: Option<Uuid>,
    pub by_department: bool,
    /// Sealed.
    pub told: Vec<u8>,
    pub by: Option<(Uuid, Role)>,
}

/// Adds one; false when it stands already.
pub async fn add(tx: &mut Tx, new: New) -> sqlx::Result<bool> {
    let now = tx.now();
    let (person, role) = new.by.map_or((None, None), |(person, role)| (Some(person), Some(role)));
    let q = tx.q(ADD).bind(new.id).bind(new.referral).bind(new.image).bind(now).bind(new.by_department);
    Ok(q.bind(Some(new.told)).bind(person).bind(role).exec().await? == 1)
}

/// An error of the caller's office; what is erased is gone.
pub async fn find(ctx: &Context, caller: &Caller, id: Uuid) -> sqlx::Result<Option<Row>> {
    ctx.db.q(FIND).bind(id).bind(caller.person).bind(ctx.now()).opt().await
}

/// Any error, for rules that act for nobody.
pub async fn any(db: &Db, id: Uuid) -> sqlx::Result<Option<Row>> {
    db.q(ANY).bind(id).opt().await
}

/// A practice's errors, newest first, at most 50.
pub async fn of_practice(ctx: &Context, caller: &Caller, practice: Uuid) -> sqlx::Result<Vec<Row>> {
    ctx.db.q(OF_PRACTICE).bind(practice).bind(caller.person).bind(ctx.now()).all().await
}

/// Notes who had opened it in the department; the first word stands.
pub async fn opened(tx: &mut Tx, id: Uuid, openers: Vec<u8>) -> sqlx::Result<()> {
    tx.q(OPENED).bind(id).bind(openers).exec().await.map(|_| ())
}

/// Names the draft that takes its place; false when another one was named before.
pub async fn replace(tx: &mut Tx, id: Uuid, by: Uuid, (person, role): (Uuid, Role)) -> sqlx::Result<bool> {
    Ok(tx.q(REPLACE).bind(id).bind(by).bind(person).bind(role).exec().await? == 1)
}

/// Notes that the draft has everything; false when it had.
pub async fn replaced(tx: &mut Tx, id: Uuid) -> sqlx::Result<bool> {
    let now = tx.now();
    Ok(tx.q(REPLACED).bind(id).bind(now).exec().await? == 1)
}

/// Errors whose draft lacks something, marked before `before`.
pub async fn replacing(db: &Db, before: At) -> sqlx::Result<Vec<(Uuid,)>> {
    db.q(REPLACING).bind(before).all().await
}
