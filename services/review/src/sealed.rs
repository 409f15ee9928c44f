//! Free text and identities in review's tables: JSON sealed under the referral's key, bound to the column and the row.

use crate::ReviewError;
use kit::seal::DataKey;
use kit::{Context, Error};
use serde::Serialize;
use serde::de::DeserializeOwned;
use uuid::Uuid;

/// A column that holds sealed JSON.
#[derive(Clone, Copy, Debug)]
pub struct Column(&'static str);

/// What the referral says.
pub const CASE: Column = Column("review_case.content");
/// The text of a question.
pub const QUESTION: Column = Column("review_question.content");
/// The text of a reply.
pub const REPLY: Column = Column("review_question.reply");
/// An answer that is being written; bound to the case.
pub const DRAFT: Column = Column("review_draft.content");
/// Why a department declined.
pub const DECLINE: Column = Column("review_decline.content");
/// Why a case was forwarded.
pub const FORWARD: Column = Column("review_forward.content");
/// Who filed an answer.
pub const FILED: Column = Column("review_answer.filed_by");
/// Who opened a case; bound to the person.
pub const OPENER: Column = Column("review_opening.who");
/// The clinician who answers for the case in its practice.
pub const RESPONSIBLE: Column = Column("review_case.responsible");
/// A signed answer.
pub const ANSWER: Column = Column("review_answer.content");

/// The note of a call to the practice.
pub const CALL: Column = Column("review_call.note");

/// Seals a value for a column and row.
pub fn seal<T: Serialize>(
    ctx: &Context,
    key: &DataKey,
    column: Column,
    row: Uuid,
    value: &T,
) -> Result<Vec<u8>, Error> {
    let json = serde_json::to_vec(value).map_err(|error| Error::Damaged(format!("{}: {error}", column.0)))?;
    Ok(key.seal(&ctx.random, column.0, row.as_bytes(), &json))
}

/// Opens what [`seal`] made.
///
/// # Errors
/// `Damaged` when the bytes were changed or are of another row.
pub fn open<T: DeserializeOwned>(key: &DataKey, column: Column, row: Uuid, sealed: &[u8]) -> Result<T, ReviewError> {
    let json = key.open(column.0, row.as_bytes(), sealed).map_err(Error::from)?;
    // The reason could quote the value: only the column is named.
    serde_json::from_slice(&json).map_err(|_| Error::Damaged(format!("{} is not what it was", column.0)).into())
}
