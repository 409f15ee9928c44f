//! Whom mail goes to.

use kit::{Db, Tx, statements};
use uuid::Uuid;

/// Place of the sealed address.
pub const EMAIL: &str = "notify_person.email";

statements! {
    ADD = "insert into notify_person (id, email, language, digest) values ($1, $2, $3, true) \
        on conflict (id) do update set email = excluded.email, language = excluded.language";
    PREFER = "update notify_person set language = $2, digest = $3 where id = $1";
    FIND = "select email, language, digest from notify_person where id = $1";
}

/// Somebody with an address.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Row {
    /// Sealed under the person's key.
    pub email: Vec<u8>,
    /// `en` or `nb`.
    pub language: String,
    /// Whether the daily mail is wanted.
    pub digest: bool,
}

/// Writes somebody.
pub async fn add(tx: &mut Tx, id: Uuid, email: Vec<u8>, language: String) -> sqlx::Result<()> {
    tx.q(ADD).bind(id).bind(email).bind(language).exec_one().await
}

/// Writes what somebody chose; an unknown person is left alone.
pub async fn prefer(tx: &mut Tx, id: Uuid, language: String, digest: bool) -> sqlx::Result<()> {
    tx.q(PREFER).bind(id).bind(language).bind(digest).exec().await.map(|_| ())
}

/// Somebody.
pub async fn find(db: &Db, id: Uuid) -> sqlx::Result<Option<Row>> {
    db.q(FIND).bind(id).opt().await
}
