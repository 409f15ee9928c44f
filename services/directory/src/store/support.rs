//! Trainings and contacts with support.

use crate::day;
use crate::specialty::Specialty;
use crate::support::{Contact, ContactKind, Trained, Training};
use kit::{Db, Tx, statements};
use uuid::Uuid;

statements! {
    ADD_TRAINING = "insert into directory_training (id, practice, on_day, specialty, role, people, content_hash, made_at)
        values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict (id) do nothing";
    TRAINING_HASH = "select content_hash from directory_training where id = $1 and practice = $2";
    TRAININGS = "select id, on_day, specialty, role, people from directory_training where practice = $1 order by on_day, made_at, id";
    ADD_CONTACT = "insert into directory_contact (id, practice, on_day, kind, note_sealed, content_hash, made_at)
        values ($1, $2, $3, $4, $5, $6, $7) on conflict (id) do nothing";
    CONTACT_HASH = "select content_hash from directory_contact where id = $1 and practice = $2";
    CONTACTS = "select id, on_day, kind, note_sealed from directory_contact where practice = $1 order by on_day desc, made_at desc, id";
}

/// A training of one role.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct TrainingRow {
    pub id: Uuid,
    pub on_day: String,
    pub specialty: Option<Specialty>,
    pub role: Trained,
    pub people: i64,
}

/// A contact with support.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct ContactRow {
    pub id: Uuid,
    pub on_day: String,
    pub kind: ContactKind,
    pub note_sealed: Vec<u8>,
}

/// Adds a training; `false` when the id stands already.
pub async fn add_training(tx: &mut Tx, id: Uuid, practice: Uuid, new: &Training, hash: &[u8]) -> sqlx::Result<bool> {
    let now = tx.now();
    let added = tx
        .q(ADD_TRAINING)
        .bind(id)
        .bind(practice)
        .bind(day::text(new.on))
        .bind(new.specialty.map(|specialty| specialty.as_str().to_owned()))
        .bind(new.role.as_str().to_owned())
        .bind(new.people)
        .bind(hash.to_vec())
        .bind(now)
        .exec()
        .await?;
    Ok(added == 1)
}

/// Hash of the training under this id and practice.
pub async fn training_hash(tx: &mut Tx, id: Uuid, practice: Uuid) -> sqlx::Result<Option<(Vec<u8>,)>> {
    tx.q(TRAINING_HASH).bind(id).bind(practice).opt().await
}

/// Trainings of a practice, oldest first.
pub async fn trainings(db: &Db, practice: Uuid) -> sqlx::Result<Vec<TrainingRow>> {
    db.q(TRAININGS).bind(practice).all().await
}

/// Adds a contact with its sealed note; `false` when the id stands already.
pub async fn add_contact(
    tx: &mut Tx,
    id: Uuid,
    practice: Uuid,
    new: &Contact,
    note_sealed: Vec<u8>,
    hash: &[u8],
) -> sqlx::Result<bool> {
    let now = tx.now();
    let q = tx.q(ADD_CONTACT).bind(id).bind(practice).bind(day::text(new.on)).bind(new.kind.as_str().to_owned());
    Ok(q.bind(note_sealed).bind(hash.to_vec()).bind(now).exec().await? == 1)
}

/// Hash of the contact under this id and practice.
pub async fn contact_hash(tx: &mut Tx, id: Uuid, practice: Uuid) -> sqlx::Result<Option<(Vec<u8>,)>> {
    tx.q(CONTACT_HASH).bind(id).bind(practice).opt().await
}

/// Contacts of a practice, newest first.
pub async fn contacts(db: &Db, practice: Uuid) -> sqlx::Result<Vec<ContactRow>> {
    db.q(CONTACTS).bind(practice).all().await
}
