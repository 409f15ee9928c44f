//! What was entered in error: a case (under its own id) or one picture (under the picture's), once each.

use super::{answer, of_caller};
use kit::{At, Db, Tx, statements};
use uuid::Uuid;

statements! {
    ADD = "insert into review_mistake (id, case_id, image, at, marked_by) values ($1, $2, $3, $4, $5) on conflict (id) do nothing";
    // A held answer first, as whoever sends one takes its row before the case's. It does not leave any more.
    STOP = "update review_answer set stopped_at = $2 where case_id = $1 and released_at is null and stopped_at is null returning person";
    HIDE = "update review_case set state = 'entered-in-error', listed = false, assigned_to = null, assigned_name = null, assigned_at = null, claimed_by = null, claimed_name = null, claimed_at = null, lease_token = null, lease_expires_at = null where id = $1 and state not in ('erased', 'entered-in-error')";
    HIDE_IMAGE = "update review_image set error_at = $2 where id = $1 and error_at is null";
    CASE_OF = concat!("select i.case_id from review_image i join review_case c on c.id = i.case_id where i.id = $1 and i.error_at is null and c.state <> 'erased' and ", of_caller!("$2", "$3"));
    MARKED_BY = "select at from review_mistake where id = $1 and marked_by = $2";
}

/// Notes it; false when it stands already.
pub async fn add(tx: &mut Tx, id: Uuid, case: Uuid, image: Option<Uuid>, by: Option<Uuid>) -> sqlx::Result<bool> {
    let now = tx.now();
    Ok(tx.q(ADD).bind(id).bind(case).bind(image).bind(now).bind(by).exec().await? == 1)
}

/// What was put out of sight.
#[derive(Clone, Copy, Debug)]
pub struct Hidden {
    /// Whose answer was held, and does not leave.
    pub kept_back: Option<Uuid>,
}

/// Puts a case out of sight: its claim is lost, an answer that is held stays here. None when it was.
pub async fn hide(tx: &mut Tx, case: Uuid) -> sqlx::Result<Option<Hidden>> {
    let now = tx.now();
    let stopped: Option<(Uuid,)> = tx.q(STOP).bind(case).bind(now).opt().await?;
    let hidden = tx.q(HIDE).bind(case).exec().await? == 1;
    Ok(hidden.then_some(Hidden { kept_back: stopped.map(|(person,)| person) }))
}

/// Puts a picture of a case out of sight: an answer that is held rests on it, and is a draft again. None when it was, or
/// never came.
pub async fn hide_image(tx: &mut Tx, case: Uuid, image: Uuid) -> sqlx::Result<Option<Hidden>> {
    let now = tx.now();
    if tx.q(HIDE_IMAGE).bind(image).bind(now).exec().await? != 1 {
        return Ok(None);
    }
    Ok(Some(Hidden { kept_back: answer::keep_back(tx, case).await? }))
}

/// The case of a picture that a person may see.
pub async fn case_of(db: &Db, image: Uuid, person: Uuid, now: At) -> sqlx::Result<Option<Uuid>> {
    let row: Option<(Uuid,)> = db.q(CASE_OF).bind(image).bind(person).bind(now).opt().await?;
    Ok(row.map(|(case,)| case))
}

/// Whether this person marked it: a repeat of theirs finds it done.
pub async fn is_marked_by(db: &Db, id: Uuid, person: Uuid) -> sqlx::Result<bool> {
    let row: Option<(At,)> = db.q(MARKED_BY).bind(id).bind(person).opt().await?;
    Ok(row.is_some())
}
