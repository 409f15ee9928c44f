//! People, their password and their authenticator.

use crate::language::Language;
use crate::person::Person;
use kit::{At, Db, Tx, statements};
use uuid::Uuid;

statements! {
    ADD = "insert into directory_person (id, name, email, language, content_hash, made_at, hpr_number)
        values ($1, $2, $3, $4, $5, $6, $7) on conflict (id) do nothing";
    HASH = "select content_hash from directory_person where id = $1";
    BY_ID = "select id, name, email, language, hpr_number, password_hash, totp_sealed from directory_person where id = $1";
    BY_EMAIL = "select id, name, email, language, hpr_number, password_hash, totp_sealed from directory_person where email = $1";
    MADE_IN = "select made_in from directory_person where id = $1";
    SET_MADE_IN = "update directory_person set made_in = $2 where id = $1";
    LIST = "select id, name, email, language, hpr_number, last_sign_in_at from directory_person order by name, id";
    HOLD = "update directory_person set language = language where id = $1";
    PREFERENCES = "select language, coalesce(no_digest, false) as no_digest, hpr_number from directory_person where id = $1";
    SET_PREFERENCES = "update directory_person set language = $2, no_digest = $3, hpr_number = $4 where id = $1";
    SET_CREDENTIALS = "update directory_person set password_hash = $2, totp_sealed = $3, totp_step = $4 where id = $1";
    USE_STEP = "update directory_person set totp_step = $2 where id = $1 and password_hash = $3 and (totp_step is null or totp_step < $2)";
    SIGNED_IN = "update directory_person set last_sign_in_at = $2 where id = $1";
}

/// A person with what signing in needs.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct PersonRow {
    pub id: Uuid,
    pub name: String,
    pub email: String,
    pub language: Language,
    pub hpr_number: String,
    pub password_hash: Option<String>,
    pub totp_sealed: Option<Vec<u8>>,
}

/// A row of the list.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct ListedRow {
    pub id: Uuid,
    pub name: String,
    pub email: String,
    pub language: Language,
    pub hpr_number: String,
    pub last_sign_in_at: Option<At>,
}

/// What a person chooses and writes about themselves.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Preferences {
    pub language: Language,
    pub no_digest: bool,
    pub hpr_number: String,
}

/// Adds a person; `false` when the id stands already.
///
/// # Errors
/// A unique violation when the e-mail stands already.
pub async fn add(tx: &mut Tx, id: Uuid, person: &Person, hash: &[u8]) -> sqlx::Result<bool> {
    let now = tx.now();
    let added = tx
        .q(ADD)
        .bind(id)
        .bind(person.name.clone())
        .bind(person.email.clone())
        .bind(person.language.as_str().to_owned())
        .bind(hash.to_vec())
        .bind(now)
        .bind(person.hpr_number.clone())
        .exec()
        .await?;
    Ok(added == 1)
}

/// Hash of what was first sent under this id.
pub async fn hash(tx: &mut Tx, id: Uuid) -> sqlx::Result<Option<(Vec<u8>,)>> {
    tx.q(HASH).bind(id).opt().await
}

/// A person by id.
pub async fn by_id(db: &Db, id: Uuid) -> sqlx::Result<Option<PersonRow>> {
    db.q(BY_ID).bind(id).opt().await
}

/// A person by id, within the transaction.
pub async fn by_id_in(tx: &mut Tx, id: Uuid) -> sqlx::Result<Option<PersonRow>> {
    tx.q(BY_ID).bind(id).opt().await
}

/// A person by e-mail in lower case.
pub async fn by_email(db: &Db, email: &str) -> sqlx::Result<Option<PersonRow>> {
    db.q(BY_EMAIL).bind(email.to_owned()).opt().await
}

/// The practice that made the account; none when the programme did.
pub async fn made_in(db: &Db, id: Uuid) -> sqlx::Result<Option<Uuid>> {
    let row: Option<(Option<Uuid>,)> = db.q(MADE_IN).bind(id).opt().await?;
    Ok(row.and_then(|(practice,)| practice))
}

/// Notes which practice made the account.
pub async fn set_made_in(tx: &mut Tx, id: Uuid, practice: Option<Uuid>) -> sqlx::Result<()> {
    tx.q(SET_MADE_IN).bind(id).bind(practice).exec_one().await
}

/// All people by name.
pub async fn list(db: &Db) -> sqlx::Result<Vec<ListedRow>> {
    db.q(LIST).all().await
}

/// What a person chose; it stays as it is until the transaction ends.
pub async fn preferences(tx: &mut Tx, id: Uuid) -> sqlx::Result<Option<Preferences>> {
    tx.q(HOLD).bind(id).exec().await?;
    tx.q(PREFERENCES).bind(id).opt().await
}

/// Whether a person wants the daily mail.
pub async fn wants_digest(db: &Db, id: Uuid) -> sqlx::Result<bool> {
    let row: Option<Preferences> = db.q(PREFERENCES).bind(id).opt().await?;
    Ok(row.is_some_and(|row| !row.no_digest))
}

/// Sets all of it.
pub async fn set_preferences(tx: &mut Tx, id: Uuid, chosen: &Preferences) -> sqlx::Result<()> {
    let q = tx.q(SET_PREFERENCES).bind(id).bind(chosen.language.as_str().to_owned()).bind(chosen.no_digest);
    q.bind(chosen.hpr_number.clone()).exec_one().await
}

/// Sets password and authenticator; `step` is the code's that was just used.
pub async fn set_credentials(
    tx: &mut Tx,
    id: Uuid,
    password_hash: &str,
    totp_sealed: Vec<u8>,
    step: i64,
) -> sqlx::Result<()> {
    tx.q(SET_CREDENTIALS).bind(id).bind(password_hash.to_owned()).bind(totp_sealed).bind(step).exec_one().await
}

/// Uses up a code's step under the password that was checked; `false` when it, or a later one, was used before, or the
/// password was changed meanwhile.
pub async fn use_step(tx: &mut Tx, id: Uuid, step: i64, password_hash: &str) -> sqlx::Result<bool> {
    Ok(tx.q(USE_STEP).bind(id).bind(step).bind(password_hash.to_owned()).exec().await? == 1)
}

/// Notes when the person signed in.
pub async fn signed_in(tx: &mut Tx, id: Uuid, now: At) -> sqlx::Result<()> {
    tx.q(SIGNED_IN).bind(id).bind(now).exec_one().await
}
