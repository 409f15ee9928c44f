//! What a person is told of something that was entered in error: they had opened it, or answer for it. It is theirs until
//! they say that they have read it.

use kit::{At, Caller, Context, Db, Tx, statements};
use uuid::Uuid;

statements! {
    ADD = "insert into intake_notice (id, person, error, opened_at, opened) values ($1, $2, $3, $4, $5)";
    OF_PERSON = "select n.id, n.opened_at, n.opened, e.image, e.referral, e.at, e.by_department, r.submitted_at, r.answered_at, coalesce(r.sent_to, '') as department_name \
        from intake_notice n join intake_error e on e.id = n.error join intake_referral r on r.id = e.referral \
        where n.person = $1 and n.read_at is null order by e.at, n.id limit 50";
    IS_OF = "select opened_at from intake_notice where id = $1 and person = $2";
    READ = "update intake_notice set read_at = $3 where id = $1 and person = $2 and read_at is null";
    READ_BY = "select person, read_at from intake_notice where error = $1";
}

/// An unread notice.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Row {
    pub id: Uuid,
    /// When the person had opened it first; when they were told, if they had not.
    pub opened_at: At,
    /// The person had opened it.
    pub opened: bool,
    /// Which picture; none: the whole referral.
    pub image: Option<Uuid>,
    pub referral: Uuid,
    /// When it was marked.
    pub at: At,
    pub by_department: bool,
    pub submitted_at: Option<At>,
    pub answered_at: Option<At>,
    pub department_name: String,
}

/// Tells a person, who had opened it first then, or had not.
pub async fn add(tx: &mut Tx, id: Uuid, person: Uuid, error: Uuid, opened_at: Option<At>) -> sqlx::Result<()> {
    let at = opened_at.unwrap_or(tx.now());
    tx.q(ADD).bind(id).bind(person).bind(error).bind(at).bind(opened_at.is_some()).exec_one().await
}

/// What a person has not read yet, oldest first.
pub async fn of_person(db: &Db, person: Uuid) -> sqlx::Result<Vec<Row>> {
    db.q(OF_PERSON).bind(person).all().await
}

/// Notes that the caller has read one; false when it is nobody's or somebody else's. A repeat changes nothing.
pub async fn read(ctx: &Context, caller: &Caller, id: Uuid) -> sqlx::Result<bool> {
    if ctx.db.q(READ).bind(id).bind(caller.person).bind(ctx.now()).exec().await? == 1 {
        return Ok(true);
    }
    let row: Option<(At,)> = ctx.db.q(IS_OF).bind(id).bind(caller.person).opt().await?;
    Ok(row.is_some())
}

/// Who was told of an error, and when they read it.
pub async fn read_by(db: &Db, error: Uuid) -> sqlx::Result<Vec<(Uuid, Option<At>)>> {
    db.q(READ_BY).bind(error).all().await
}
