//! Days on which a specialist reads nothing. A person notes their own; a coordinator, those of people of the department.

use kit::{At, Db, statements};
use uuid::Uuid;

/// Person `$who` is `$person`, or somebody of a department that `$person` coordinates at `$now`.
macro_rules! may_note {
    ($who:literal, $person:literal, $now:literal) => {
        concat!(
            "(",
            $who,
            " = ",
            $person,
            " or exists (select 1 from kit_grant g join kit_grant s on s.department = g.department where g.person = ",
            $person,
            " and g.role = 'coordinator' and g.starts_at <= ",
            $now,
            " and (g.ends_at is null or g.ends_at > ",
            $now,
            ") and s.person = ",
            $who,
            " and s.role in ('specialist', 'coordinator') and s.starts_at <= ",
            $now,
            " and (s.ends_at is null or s.ends_at > ",
            $now,
            ")))"
        )
    };
}

statements! {
    MAY_NOTE = concat!("select id from kit_grant where person = $2 and starts_at <= $3 and ", may_note!("$1", "$2", "$3"), " limit 1");
    ADD = "insert into review_absence (id, person, starts_at, ends_at, noted_by, noted_at) values ($1, $2, $3, $4, $5, $6) on conflict (id) do nothing";
    BY_ID = "select id, person, starts_at, ends_at from review_absence where id = $1";
    REMOVE = concat!("delete from review_absence where id = $1 and ", may_note!("review_absence.person", "$2", "$3"));
    OF_PERSON = "select id, person, starts_at, ends_at from review_absence where person = $1 and ends_at > $2 order by starts_at, id";
}

/// An absence.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct AbsenceRow {
    /// Made by the client.
    pub id: Uuid,
    /// Whose.
    pub person: Uuid,
    /// The beginning of its first day in Oslo.
    pub starts_at: At,
    /// The end of its last day in Oslo.
    pub ends_at: At,
}

/// Whether `person` may note absences of `whose`.
pub async fn may_note(db: &Db, whose: Uuid, person: Uuid, now: At) -> sqlx::Result<bool> {
    Ok(db.q(MAY_NOTE).bind(whose).bind(person).bind(now).opt::<(Uuid,)>().await?.is_some())
}

/// Adds an absence; false when its id is taken.
pub async fn add(db: &Db, row: &AbsenceRow, noted_by: Uuid, now: At) -> sqlx::Result<bool> {
    let q = db.q(ADD).bind(row.id).bind(row.person).bind(row.starts_at).bind(row.ends_at);
    Ok(q.bind(noted_by).bind(now).exec().await? == 1)
}

/// An absence, whoever asks.
pub async fn by_id(db: &Db, id: Uuid) -> sqlx::Result<Option<AbsenceRow>> {
    db.q(BY_ID).bind(id).opt().await
}

/// Removes an absence that `person` may note; how many.
pub async fn remove(db: &Db, id: Uuid, person: Uuid, now: At) -> sqlx::Result<u64> {
    db.q(REMOVE).bind(id).bind(person).bind(now).exec().await
}

/// A person's absences that are not over, first things first.
pub async fn of_person(db: &Db, person: Uuid, now: At) -> sqlx::Result<Vec<AbsenceRow>> {
    db.q(OF_PERSON).bind(person).bind(now).all().await
}
