//! A refusal: the department ends a case without an answer, and says why and what the practice can do.
//!
//! Nothing is booked and nobody else tells the patient: that stays with the practice, which has to read the refusal as it reads
//! an answer. Rejected: a refusal without words, which leaves the practice where it stood.

use crate::ReviewError;
use crate::answer::{LONGEST_REASON, blank, too_long};
use kit::http::FieldError;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Why.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, sqlx::Type, ToSchema)]
#[serde(rename_all = "kebab-case")]
#[sqlx(type_name = "text", rename_all = "kebab-case")]
#[schema(as = review::DeclineReason)]
pub enum Reason {
    /// Not to be judged from pictures.
    NotSuited,
    /// Another department's, which it can't be forwarded to from here.
    WrongDepartment,
    /// Too little to go on, also after a question.
    Insufficient,
    /// The patient belongs to another hospital's area.
    OutsideArea,
    /// As the text says.
    Other,
}

impl Reason {
    /// As it stands in events.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::NotSuited => "not-suited",
            Self::WrongDepartment => "wrong-department",
            Self::Insufficient => "insufficient",
            Self::OutsideArea => "outside-area",
            Self::Other => "other",
        }
    }
}

/// How a refusal stands in envelopes, among the dispositions.
pub const DISPOSITION: &str = "reject";

/// A refusal gives a reason, and says in words what the practice can do.
///
/// # Errors
/// `Invalid` with the fields `reason` and `text`.
pub fn check(reason: Option<Reason>, text: &str) -> Result<Reason, ReviewError> {
    let mut errors = Vec::new();
    if reason.is_none() {
        errors.push(FieldError::new("reason", "required", "Choose why the department declines."));
    }
    if blank(text) {
        errors.push(FieldError::new("text", "required", "Write to the practice why, and what it can do."));
    }
    errors.extend(too_long("text", text, LONGEST_REASON));
    reason.filter(|_| errors.is_empty()).ok_or(ReviewError::Invalid(errors))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_without_reason_or_words_is_refused_itself() {
        let Err(ReviewError::Invalid(errors)) = check(None, " \u{200b}") else { panic!("accepted") };
        assert_eq!(errors.iter().map(|error| error.field.as_str()).collect::<Vec<_>>(), ["reason", "text"]);
        assert!(check(Some(Reason::NotSuited), "").is_err());
        assert!(check(Some(Reason::NotSuited), &"x".repeat(LONGEST_REASON + 1)).is_err());
        assert_eq!(check(Some(Reason::Other), "Scalp: please send the patient.").unwrap(), Reason::Other);
    }

    #[test]
    fn words_of_json_and_events_are_the_same() {
        for one in
            [Reason::NotSuited, Reason::WrongDepartment, Reason::Insufficient, Reason::OutsideArea, Reason::Other]
        {
            assert_eq!(serde_json::to_value(one).unwrap(), one.as_str());
        }
    }
}
