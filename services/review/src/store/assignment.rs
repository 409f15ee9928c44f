//! For whom a coordinator has meant a case: a name on the worklist, and no lock.

use super::of_coordinator;
use kit::{At, Db, statements};
use uuid::Uuid;

statements! {
    ASSIGN = concat!("update review_case as c set assigned_to = $2, assigned_name = $3, assigned_at = case when c.assigned_to = $2 then c.assigned_at else $5 end where c.id = $1 and c.state in ('waiting', 'returned', 'awaiting-information') and ", of_coordinator!("$4", "$5"), " and exists (select 1 from kit_grant s where s.person = $2 and s.department = c.department and s.role = 'specialist' and s.starts_at <= $5 and (s.ends_at is null or s.ends_at > $5)) and not exists (select 1 from review_absence a where a.person = $2 and a.starts_at <= $5 and a.ends_at > $5)");
    CLEAR = concat!("update review_case as c set assigned_to = null, assigned_name = null, assigned_at = null where c.id = $1 and c.state in ('waiting', 'returned', 'awaiting-information') and ", of_coordinator!("$2", "$3"));
}

/// Means a case for a specialist of its department who is there, at the word of its coordinator. Whether it was done.
pub async fn assign(db: &Db, case: Uuid, person: Uuid, name: String, coordinator: Uuid, now: At) -> sqlx::Result<bool> {
    Ok(db.q(ASSIGN).bind(case).bind(person).bind(name).bind(coordinator).bind(now).exec().await? == 1)
}

/// Means a case for nobody again. Whether it was done.
pub async fn clear(db: &Db, case: Uuid, coordinator: Uuid, now: At) -> sqlx::Result<bool> {
    Ok(db.q(CLEAR).bind(case).bind(coordinator).bind(now).exec().await? == 1)
}
