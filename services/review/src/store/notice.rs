//! What a person is told because they opened something that was entered in error, until they say that they have read it.

use kit::{At, Db, Tx, statements};
use uuid::Uuid;

statements! {
    ADD = "insert into review_notice (id, person, mistake, opened_at, kept_back) values ($1, $2, $3, $4, $5)";
    OF_PERSON = "select n.id, n.opened_at, m.image, m.case_id, m.at, m.marked_by is not null as by_department, c.submitted_at, c.practice_name, \
        exists (select 1 from review_answer a where a.case_id = c.id and a.released_at is not null) as answered, coalesce(n.kept_back, false) as kept_back \
        from review_notice n join review_mistake m on m.id = n.mistake join review_case c on c.id = m.case_id \
        where n.person = $1 and n.read_at is null order by m.at, n.id limit 50";
    KEPT_BACK = "select n.opened_at from review_notice n join review_mistake m on m.id = n.mistake where n.person = $1 and m.case_id = $2 and n.read_at is null and n.kept_back = true limit 1";
    IS_OF = "select opened_at from review_notice where id = $1 and person = $2";
    READ = "update review_notice set read_at = $3 where id = $1 and person = $2 and read_at is null";
}

/// An unread notice.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct NoticeRow {
    /// Its id.
    pub id: Uuid,
    /// When the person had opened it first.
    pub opened_at: At,
    /// Which picture; none: the whole case.
    pub image: Option<Uuid>,
    /// The case.
    pub case_id: Uuid,
    /// When it was marked.
    pub at: At,
    /// Somebody here noticed it.
    pub by_department: bool,
    /// When the referral was sent.
    pub submitted_at: At,
    /// By whom.
    pub practice_name: String,
    /// An answer had left.
    pub answered: bool,
    /// The person's own answer was held, and did not leave.
    pub kept_back: bool,
}

/// The column that says so.
pub const KEPT_BACK_COLUMN: &str = "alter table review_notice add column kept_back {bool};";

/// What a person is told.
#[derive(Clone, Copy, Debug)]
pub struct NewNotice {
    /// Its id.
    pub id: Uuid,
    /// Whom.
    pub person: Uuid,
    /// Of what.
    pub mistake: Uuid,
    /// When they had opened it first.
    pub opened_at: At,
    /// Their own answer was held, and does not leave.
    pub kept_back: bool,
}

/// Tells a person.
pub async fn add(tx: &mut Tx, new: NewNotice) -> sqlx::Result<()> {
    let q = tx.q(ADD).bind(new.id).bind(new.person).bind(new.mistake).bind(new.opened_at);
    q.bind(new.kept_back).exec_one().await
}

/// Whether a person has not read yet that their answer to a case was kept back.
pub async fn is_kept_back(db: &Db, case: Uuid, person: Uuid) -> sqlx::Result<bool> {
    let row: Option<(At,)> = db.q(KEPT_BACK).bind(person).bind(case).opt().await?;
    Ok(row.is_some())
}

/// What a person has not read yet, oldest first.
pub async fn of_person(db: &Db, person: Uuid) -> sqlx::Result<Vec<NoticeRow>> {
    db.q(OF_PERSON).bind(person).all().await
}

/// Notes that a person has read one; false when it is nobody's or somebody else's. A repeat changes nothing.
pub async fn read(db: &Db, id: Uuid, person: Uuid, now: At) -> sqlx::Result<bool> {
    if db.q(READ).bind(id).bind(person).bind(now).exec().await? == 1 {
        return Ok(true);
    }
    let row: Option<(At,)> = db.q(IS_OF).bind(id).bind(person).opt().await?;
    Ok(row.is_some())
}
