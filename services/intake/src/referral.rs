//! A referral's states and what may happen in each of them.
//!
//! FHIR ServiceRequest: draft → draft; submitted, in-review, awaiting-information → active; answered, acknowledged →
//! completed; withdrawn → revoked; entered-in-error → entered-in-error. `in-review` is part of the vocabulary, but a specialist's claim is a lease and no fact in
//! the log, so intake does not enter it by itself.

use kit::Problem;
use serde::{Deserialize, Serialize};
use time::Duration;
use uuid::Uuid;

/// A discarded draft can be taken back for so long.
pub const RESTORABLE: Duration = Duration::days(7);

/// Where a referral stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, sqlx::Type, utoipa::ToSchema)]
#[serde(rename_all = "kebab-case")]
#[sqlx(type_name = "text", rename_all = "kebab-case")]
pub enum State {
    /// Being written.
    Draft,
    /// With the department.
    Submitted,
    /// A specialist reads it.
    InReview,
    /// The department asked something.
    AwaitingInformation,
    /// Answered, not yet read.
    Answered,
    /// The answer was read.
    Acknowledged,
    /// Taken back by the office.
    Withdrawn,
    /// About the wrong patient: nobody sees it any more.
    EnteredInError,
}

impl State {
    /// With the department: it can be withdrawn, and is waited for.
    pub fn is_waiting(self) -> bool {
        matches!(self, Self::Submitted | Self::InReview | Self::AwaitingInformation)
    }

    /// Pictures can be added and changed: while writing, and while a question is open.
    ///
    /// # Errors
    /// 409 with the reason.
    pub fn takes_pictures(self) -> Result<(), Problem> {
        match self {
            Self::Draft | Self::AwaitingInformation => Ok(()),
            _ => Err(Problem::conflict(
                "already-submitted",
                "The referral was sent, and no question about it is open. Pictures can't be added or changed any more; write a new referral.",
            )),
        }
    }

    /// The office can withdraw it.
    ///
    /// # Errors
    /// 409 with the reason.
    pub fn withdrawable(self) -> Result<(), Problem> {
        match self {
            _ if self.is_waiting() => Ok(()),
            Self::Draft => {
                Err(Problem::conflict("not-submitted", "The referral was not sent yet. Discard the draft instead."))
            }
            _ => Err(Problem::conflict(
                "already-answered",
                "The answer has come already, so the referral can't be withdrawn. Read the answer.",
            )),
        }
    }

    /// It can be marked as entered in error: whatever was sent.
    ///
    /// # Errors
    /// 409 for a draft.
    pub fn markable(self) -> Result<(), Problem> {
        match self {
            Self::Draft => Err(Problem::conflict(
                "not-submitted",
                "The referral was not sent yet. Correct the patient in the draft, or discard it.",
            )),
            _ => Ok(()),
        }
    }

    /// What an answer makes of it. One that crossed a withdrawal is kept and shown, but the withdrawal stands.
    #[must_use]
    pub fn after_answer(self) -> Self {
        if matches!(self, Self::Withdrawn | Self::EnteredInError) { self } else { Self::Answered }
    }

    /// What a question makes of it: a question that crossed a withdrawal or an answer changes nothing.
    #[must_use]
    pub fn after_question(self) -> Self {
        if self.is_waiting() { Self::AwaitingInformation } else { self }
    }

    /// What reading the answer makes of it.
    #[must_use]
    pub fn after_reading(self) -> Self {
        if self == Self::Answered { Self::Acknowledged } else { self }
    }
}

/// Eight characters by which people name a referral on the telephone; no secret, and not unique for ever.
pub fn reference(id: Uuid) -> String {
    // The end of an id is random in every version that is accepted here; the beginning can be a time.
    id.simple().to_string()[24..].to_uppercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn transitions() {
        use State::{
            Acknowledged, Answered, AwaitingInformation, Draft, EnteredInError, InReview, Submitted, Withdrawn,
        };
        for (state, pictures, withdraw, answer, question) in [
            (Draft, true, false, Answered, Draft),
            (Submitted, false, true, Answered, AwaitingInformation),
            (InReview, false, true, Answered, AwaitingInformation),
            (AwaitingInformation, true, true, Answered, AwaitingInformation),
            (Answered, false, false, Answered, Answered),
            (Acknowledged, false, false, Answered, Acknowledged),
            (Withdrawn, false, false, Withdrawn, Withdrawn),
            (EnteredInError, false, false, EnteredInError, EnteredInError),
        ] {
            assert_eq!(state.takes_pictures().is_ok(), pictures, "{state:?}");
            assert_eq!(state.withdrawable().is_ok(), withdraw, "{state:?}");
            assert_eq!(state.after_answer(), answer, "{state:?}");
            assert_eq!(state.after_question(), question, "{state:?}");
        }
        assert!(Draft.markable().is_err() && Answered.markable().is_ok());
        assert_eq!(Answered.after_reading(), Acknowledged);
        assert_eq!(Withdrawn.after_reading(), Withdrawn);
    }

    #[test]
    fn a_reference_has_eight_characters() {
        let id = Uuid::from_u128(0x0192_0000_0000_7000_8000_0000_dead_beef);
        assert_eq!(reference(id), "DEADBEEF");
    }
}
