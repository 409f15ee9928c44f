//! A referral's states and what may happen in each of them.
//!
//! FHIR ServiceRequest: draft → draft; submitted, in-review, awaiting-information → active; answered, acknowledged →
//! completed; withdrawn → revoked; declined → revoked, and its Task rejected; entered-in-error → entered-in-error. A refusal
//! that was read stays `declined`. `in-review` is part of the vocabulary, but a specialist's claim is a lease and no fact in
//! the log, so intake does not enter it by itself.

use kit::Problem;
use serde::{Deserialize, Serialize};
use time::Duration;

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
    /// Ended by the department without an answer.
    Declined,
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
            Self::Declined => Err(Problem::conflict(
                "declined",
                "The department has declined this referral, so there is nothing to withdraw. Read why.",
            )),
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

    /// What a question makes of it: a question that crossed a withdrawal changes nothing. After an answer or a refusal only a
    /// department asks that has taken the referral up again, so it is open like any other. An answer that is unread stays so.
    #[must_use]
    pub fn after_question(self) -> Self {
        if matches!(self, Self::Draft | Self::Withdrawn | Self::EnteredInError) {
            self
        } else {
            Self::AwaitingInformation
        }
    }

    /// What a refusal makes of it. One that crossed a withdrawal changes nothing.
    #[must_use]
    pub fn after_refusal(self) -> Self {
        if self.is_waiting() { Self::Declined } else { self }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn transitions() {
        use State::{
            Acknowledged, Answered, AwaitingInformation, Declined, Draft, EnteredInError, InReview, Submitted,
            Withdrawn,
        };
        for (state, pictures, withdraw, answer, question) in [
            (Draft, true, false, Answered, Draft),
            (Submitted, false, true, Answered, AwaitingInformation),
            (InReview, false, true, Answered, AwaitingInformation),
            (AwaitingInformation, true, true, Answered, AwaitingInformation),
            (Answered, false, false, Answered, AwaitingInformation),
            (Acknowledged, false, false, Answered, AwaitingInformation),
            (Withdrawn, false, false, Withdrawn, Withdrawn),
            (Declined, false, false, Answered, AwaitingInformation),
            (EnteredInError, false, false, EnteredInError, EnteredInError),
        ] {
            assert_eq!(state.takes_pictures().is_ok(), pictures, "{state:?}");
            assert_eq!(state.withdrawable().is_ok(), withdraw, "{state:?}");
            assert_eq!(state.after_answer(), answer, "{state:?}");
            assert_eq!(state.after_question(), question, "{state:?}");
        }
        assert!(Draft.markable().is_err() && Answered.markable().is_ok());
        for waiting in [Submitted, InReview, AwaitingInformation] {
            assert_eq!(waiting.after_refusal(), Declined);
        }
        for other in [Withdrawn, Answered, Acknowledged, Declined] {
            assert_eq!(other.after_refusal(), other);
        }
    }
}
