//! Originals that were put and belong to no picture: their upload was refused afterwards.
//!
//! They are deleted later, under the lock of their row here. Whoever begins an upload of the same picture removes the row
//! first, so a picture that is on its way a second time never loses its original. Rejected: deleting at the refusal, which
//! could hit the object that a second upload of the same picture has just found in its place.

use kit::{At, Db, Tx, statements};
use uuid::Uuid;

statements! {
    ADD = "insert into intake_orphan (image, object, at) values ($1, $2, $3) on conflict (image) do nothing";
    REMOVE = "delete from intake_orphan where image = $1";
    OLD = "select image, object from intake_orphan where at < $1 order by at limit 100";
    IN_USE = "select (select count(*) from intake_image where id = $1) + (select count(*) from intake_upload where image = $1 and finished_at is null and ended_at is null)";
}

/// Notes an original that may be one.
pub async fn add(tx: &mut Tx, image: Uuid, object: &str) -> sqlx::Result<()> {
    let now = tx.now();
    tx.q(ADD).bind(image).bind(object.to_owned()).bind(now).exec().await.map(|_| ())
}

/// Takes one off; false when it is not noted (any more).
pub async fn remove(tx: &mut Tx, image: Uuid) -> sqlx::Result<bool> {
    Ok(tx.q(REMOVE).bind(image).exec().await? == 1)
}

/// Those noted before `before`.
pub async fn old(db: &Db, before: At) -> sqlx::Result<Vec<(Uuid, String)>> {
    db.q(OLD).bind(before).all().await
}

/// Whether a picture stands under the id, or one is on its way.
pub async fn in_use(tx: &mut Tx, image: Uuid) -> sqlx::Result<bool> {
    let (count,): (i64,) = tx.q(IN_USE).bind(image).one().await?;
    Ok(count > 0)
}
