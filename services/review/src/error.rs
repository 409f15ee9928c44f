//! What review refuses, and how it says so.

use axum::response::{IntoResponse, Response};
use kit::http::FieldError;
use kit::keys::KeyError;
use kit::{At, Problem};

/// Why review did not do it.
#[derive(Debug, thiserror::Error)]
pub enum ReviewError {
    /// Absent, of another department, or erased.
    #[error("not there for this caller")]
    NotFound,
    /// Somebody else holds the claim.
    #[error("claimed by somebody else")]
    ClaimedByOther {
        /// Who.
        by: String,
        /// Until when.
        until: At,
    },
    /// The caller's claim is over, or a newer one of the same person replaced it.
    #[error("the claim is lost")]
    ClaimLost,
    /// The practice withdrew the referral.
    #[error("withdrawn")]
    Withdrawn,
    /// An answer was sent.
    #[error("answered")]
    Answered,
    /// Nothing was sent that could be amended.
    #[error("not answered")]
    NotAnswered,
    /// The department ended the case without an answer.
    #[error("declined")]
    Declined,
    /// The id that the client made stands for something else.
    #[error("the id is used")]
    IdReused,
    /// The caller signed and the answer is held.
    #[error("signed")]
    Signed,
    /// The answer left: nothing to undo.
    #[error("sent")]
    AlreadySent,
    /// A picture was marked as somebody else's while the answer was held.
    #[error("kept back")]
    KeptBack,
    /// A question to the practice is open.
    #[error("a question is open")]
    QuestionOpen,
    /// The image can't be shown yet, or never.
    #[error("the image is not ready")]
    ImageNotReady,
    /// Something is missing or wrong, field by field.
    #[error("invalid input")]
    Invalid(Vec<FieldError>),
    /// Refused before review's own rules.
    #[error("refused: {}", .0.code)]
    Refused(Problem),
    /// The floor below.
    #[error(transparent)]
    Kit(kit::Error),
}

/// Code of a picture that the signer has not looked at.
pub const NOT_SHOWN: &str = "images-not-shown";

impl From<kit::Error> for ReviewError {
    fn from(error: kit::Error) -> Self {
        match error {
            kit::Error::Key(KeyError::Erased) => Self::NotFound,
            other => Self::Kit(other),
        }
    }
}

impl From<sqlx::Error> for ReviewError {
    fn from(error: sqlx::Error) -> Self {
        Self::Kit(error.into())
    }
}

impl From<KeyError> for ReviewError {
    fn from(error: KeyError) -> Self {
        kit::Error::from(error).into()
    }
}

impl From<Problem> for ReviewError {
    fn from(problem: Problem) -> Self {
        Self::Refused(problem)
    }
}

impl From<ReviewError> for Problem {
    fn from(error: ReviewError) -> Self {
        match error {
            ReviewError::NotFound => Self::not_found(),
            ReviewError::ClaimedByOther { by, until } => Self::conflict(
                "claimed-by-other",
                format!(
                    "{by} is reading this case, at most until {:02}:{:02} UTC. Choose another, or ask the coordinator to move it.",
                    until.datetime().hour(),
                    until.datetime().minute()
                ),
            ),
            ReviewError::ClaimLost => Self::conflict(
                "claim-lost",
                "Your reading of this case has ended: it ran out, or it goes on in another window. Open the case again; what you saved is kept.",
            ),
            ReviewError::Withdrawn => {
                Self::conflict("withdrawn", "The practice has withdrawn this referral. No answer is needed.")
            }
            ReviewError::Answered => Self::conflict("answered", "This case has been answered."),
            ReviewError::NotAnswered => {
                Self::conflict("not-answered", "This case has no answer yet, so there is nothing to amend. Answer it.")
            }
            ReviewError::Declined => Self::conflict("declined", "The department has declined this referral."),
            ReviewError::IdReused => {
                Self::conflict("id-reused", "This id stands for something else already. Make a new one.")
            }
            ReviewError::Signed => Self::conflict(
                "already-signed",
                "The answer is signed and about to be sent. Undo the signature first to change anything.",
            ),
            ReviewError::AlreadySent => {
                Self::conflict("already-sent", "The answer has been sent to the practice and can't be called back.")
            }
            ReviewError::KeptBack => Self::conflict(
                "kept-back",
                "A picture of this case was marked as somebody else's, so your answer did not leave. It is your draft again: open the case, look at it once more and sign.",
            ),
            ReviewError::QuestionOpen => Self::conflict(
                "question-open",
                "A question to the practice is open. Wait for the reply, or answer with what you have.",
            ),
            ReviewError::ImageNotReady => {
                Self::conflict("image-not-ready", "This picture can't be shown yet. Wait until it has been prepared.")
            }
            ReviewError::Invalid(errors) => {
                let mut problem = Self::invalid(errors);
                if problem.errors.iter().all(|error| error.code == NOT_SHOWN) {
                    problem.code = NOT_SHOWN.into();
                    problem.detail = "Look at every picture before you sign.".into();
                }
                problem
            }
            ReviewError::Refused(problem) => problem,
            ReviewError::Kit(error) => error.into(),
        }
    }
}

impl IntoResponse for ReviewError {
    fn into_response(self) -> Response {
        Problem::from(self).into_response()
    }
}
