//! What a person is told because they opened something that was entered in error, until they say that they have read it.

use kit::{At, Db, Tx, statements};
use uuid::Uuid;

statements! {
    ADD = "insert into review_notice (id, person, mistake, opened_at) values ($1, $2, $3, $4)";
    OF_PERSON = "select n.id, n.opened_at, m.image, m.case_id, m.at, m.marked_by is not null as by_department, c.submitted_at, c.practice_name, \
        exists (select 1 from review_answer a where a.case_id = c.id and a.released_at is not null) as answered \
        from review_notice n join review_mistake m on m.id = n.mistake join review_case c on c.id = m.case_id \
        where n.person = $1 and n.read_at is null order by m.at, n.id limit 50";
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
}

/// Tells a person.
pub async fn add(tx: &mut Tx, id: Uuid, person: Uuid, mistake: Uuid, opened_at: At) -> sqlx::Result<()> {
    tx.q(ADD).bind(id).bind(person).bind(mistake).bind(opened_at).exec_one().await
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
