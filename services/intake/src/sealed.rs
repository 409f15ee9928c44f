//! What stands in intake's tables only sealed: a JSON value per place, under the referral's data key.
//!
//! A place is `table.column` and the row's id: a sealed value that was moved to another row or column does not open.

use kit::seal::DataKey;
use kit::{Context, Error};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// The referral's content.
pub const CONTENT: &str = "intake_referral.content";
/// Why it was withdrawn.
pub const REASON: &str = "intake_referral.withdraw_reason";
/// What the department asked.
pub const ASKED: &str = "intake_question.asked";
/// What the office replied.
pub const REPLY: &str = "intake_question.reply";
/// The answer.
pub const ANSWER: &str = "intake_answer.content";
/// Why a department declined.
pub const DECLINED: &str = "intake_decline.content";
/// How and why a department forwarded.
pub const FORWARDED: &str = "intake_forward.content";
/// Who did something.
pub const WHO: &str = "intake_happening.who";
/// What was done after the answer, in words, and who says so.
pub const CLOSE_OUT: &str = "intake_referral.close_out_text";
/// Who filed an answer.
pub const FILED: &str = "intake_answer.filed_by";
/// Who opened a referral; bound to the person.
pub const OPENER: &str = "intake_opening.who";
/// Why something was entered in error, and who says so.
pub const TOLD: &str = "intake_error.told";
/// Who had opened it in the department.
pub const OPENERS: &str = "intake_error.openers";
/// To whom it went, and what was written about it.
pub const NOTE: &str = "intake_happening.note";
/// Who answers for a referral.
pub const RESPONSIBLE: &str = "intake_referral.responsible_name";
/// A person's name, under the person's own key.
pub const PERSON: &str = "intake_person.name";
/// A person's number in the register of health personnel, under the person's own key.
pub const HPR: &str = "intake_person.hpr";

/// What is noted with something that happened.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Note {
    /// To whom, or where to.
    pub to: Option<String>,
    /// In the office's words.
    pub note: Option<String>,
    /// The number in the register of health personnel of who did it, as it was then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hpr: Option<String>,
}

/// What a department asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asked {
    /// Name of the specialist.
    pub by: String,
    /// `better-images`, `history`, `other`.
    pub wants: Vec<String>,
    /// In words.
    pub text: String,
}

/// What the office replied.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reply {
    /// In words.
    pub text: String,
}

/// An answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answered {
    /// Name of the specialist.
    pub by: String,
    /// Role of the specialist.
    pub role: String,
    /// Department at that time.
    pub department: String,
    /// Over all findings.
    pub summary: String,
    /// One by one.
    pub findings: Vec<AnsweredFinding>,
    /// Why it replaces an earlier answer; empty when it replaces none.
    #[serde(default)]
    pub reason: String,
    /// `practice` or `department`; empty in answers given before it was asked.
    #[serde(default)]
    pub tells_patient: String,
    /// `practice`, `department` or `nobody`; empty in answers given before it was asked.
    #[serde(default)]
    pub books: String,
}

/// Why a department declined.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Declined {
    /// Name of who declined.
    pub by: String,
    /// Their role.
    pub role: String,
    /// Department at that time.
    pub department: String,
    /// `not-suited`, `wrong-department`, `insufficient`, `outside-area` or `other`.
    pub reason: String,
    /// In words.
    pub text: String,
}

/// How and why a department forwarded.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Forwarded {
    /// Name of who forwarded.
    pub by: String,
    /// From where, at that time.
    pub from_department: String,
    /// Before.
    pub from_specialty: String,
    /// To where, at that time.
    pub to_department: String,
    /// From now on.
    pub to_specialty: String,
    /// In words.
    pub text: String,
}

/// The answer about one finding.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AnsweredFinding {
    /// Which finding.
    pub finding_id: Uuid,
    /// Diagnosis in words.
    pub diagnosis: String,
    /// `certain`, `probable` or `uncertain`.
    pub certainty: String,
    /// What is to happen.
    pub disposition: String,
    /// Treatment and follow-up.
    pub plan: String,
}

/// What was done after the answer, beside the word.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CloseOut {
    /// In words; may be empty.
    pub text: String,
    /// Name of the person who recorded it.
    pub by: String,
}

/// Why something was entered in error.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Told {
    /// In words.
    pub reason: String,
    /// Name of the person who marked it.
    pub by: String,
}

/// Somebody who had opened it in the department.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DepartmentOpener {
    /// Name.
    pub name: String,
    /// When, for the first time.
    pub at: kit::At,
}

/// Seals a value for its place.
///
/// # Errors
/// `Damaged` when it can't be written as JSON.
pub fn seal<T: Serialize>(ctx: &Context, key: &DataKey, place: &str, id: Uuid, value: &T) -> Result<Vec<u8>, Error> {
    let json = serde_json::to_vec(value).map_err(|error| unreadable(place, &error))?;
    Ok(key.seal(&ctx.random, place, id.as_bytes(), &json))
}

/// Opens what [`seal`] made.
///
/// # Errors
/// `Damaged` when the bytes were changed, moved, or are of a version not known here.
pub fn open<T: DeserializeOwned>(key: &DataKey, place: &str, id: Uuid, sealed: &[u8]) -> Result<T, Error> {
    let json = key.open(place, id.as_bytes(), sealed)?;
    serde_json::from_slice(&json).map_err(|error| unreadable(place, &error))
}

/// The message of a JSON error can quote the value, so only where and of which kind it is.
fn unreadable(place: &str, error: &serde_json::Error) -> Error {
    Error::Damaged(format!("{place} is no readable JSON: {:?} at column {}", error.classify(), error.column()))
}
