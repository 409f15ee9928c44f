//! What can go wrong in the directory, and the one place where it becomes an answer.

use crate::import::Fault;
use http::StatusCode;
use kit::Problem;
use kit::http::FieldError;
use kit::keys::KeyError;

/// An error of the directory.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Fields are missing or wrong.
    #[error("{}", .0.iter().map(|error| format!("{}: {}", error.field, error.message)).collect::<Vec<_>>().join(" "))]
    Invalid(Vec<FieldError>),
    /// Absent, or not for the caller.
    #[error("there is no such thing")]
    NotFound,
    /// The client's id stands for something else already.
    #[error("this id was used for something else")]
    IdReused,
    /// No such link.
    #[error("the link is not known here")]
    LinkUnknown,
    /// The link was used.
    #[error("the link was used already")]
    LinkUsed,
    /// The link is too old, or a newer invitation has taken its place.
    #[error("the link has expired")]
    LinkExpired,
    /// E-mail, password or code: which one is never said.
    #[error("e-mail, password or code did not match")]
    WrongCredentials,
    /// Too many tries.
    #[error("too many tries; try again in {0} s")]
    TooManyAttempts(u32),
    /// The only administrator would be gone.
    #[error("this is the last administrator")]
    LastAdministrator,
    /// Nobody could answer in the department any more.
    #[error("this is the department's last specialist")]
    LastSpecialist,
    /// The person answers for open referrals.
    #[error("{0} referrals are open for the person")]
    OpenReferrals(i64),
    /// The invited person has signed in already.
    #[error("the person has a password already")]
    HasPassword,
    /// The account was not made by the practice that asks for a link to it.
    #[error("the account was not made by this practice")]
    AskAdministrator,
    /// The office has said why already.
    #[error("the office was asked this month")]
    AskedAlready,
    /// The row of the context log is not the newest any more, or withdrew its entry.
    #[error("the entry was corrected or withdrawn meanwhile")]
    ContextReplaced,
    /// Too many people sign in at once.
    #[error("too many people sign in at once")]
    Busy,
    /// A file that was to be imported is at fault; nothing was. Its faults, and how many more there are.
    #[error("the file has {} faults", .0.len() + .1)]
    FileFaults(Vec<Fault>, usize),
    /// Refused below, with its own answer.
    #[error("{}", .0.detail)]
    Refused(Problem),
    /// Hashing a password.
    #[error("password: {0}")]
    Password(String),
    /// Setting up an authenticator.
    #[error("authenticator: {0}")]
    Totp(String),
    /// Writing down the content that an id stands for.
    #[error(transparent)]
    Content(#[from] serde_json::Error),
    /// The database.
    #[error(transparent)]
    Database(#[from] sqlx::Error),
    /// The floor.
    #[error(transparent)]
    Kit(#[from] kit::Error),
}

impl From<KeyError> for Error {
    fn from(error: KeyError) -> Self {
        Self::Kit(error.into())
    }
}

impl From<Problem> for Error {
    fn from(problem: Problem) -> Self {
        Self::Refused(problem)
    }
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        match error {
            Error::Invalid(errors) => Self::invalid(errors),
            Error::NotFound => Self::not_found(),
            Error::IdReused => Self::conflict("id-reused", "This id was used for something else. Make a new one."),
            Error::LinkUnknown => Self::new(
                StatusCode::NOT_FOUND,
                "link-unknown",
                "The link is not known here. Check that the whole address was copied, or ask for a new link.",
            ),
            Error::LinkUsed => {
                Self::gone("link-used", "The link was used already. Sign in with your password, or ask for a new link.")
            }
            Error::LinkExpired => Self::gone("link-expired", "The link has expired. Ask for a new one."),
            Error::WrongCredentials => Self::new(
                StatusCode::UNAUTHORIZED,
                "wrong-credentials",
                "That did not match. Check the e-mail, the password and the code. Each code works once: wait for the next one.",
            ),
            Error::TooManyAttempts(seconds) => {
                let mut problem = Self::new(
                    StatusCode::TOO_MANY_REQUESTS,
                    "too-many-attempts",
                    format!("Too many attempts. Try again in {seconds} seconds."),
                );
                problem.retry_after = Some(seconds);
                problem
            }
            Error::LastAdministrator => Self::conflict(
                "last-administrator",
                "This is the last administrator. Give somebody else the role first.",
            ),
            Error::LastSpecialist => Self::conflict(
                "last-specialist",
                "This is the department's last specialist: nobody could answer what is sent there. Give somebody else the role first.",
            ),
            Error::OpenReferrals(open) => Self::conflict(
                "open-referrals",
                format!(
                    "Open referrals to be handed over first: {open}. They wait to be sent, for an answer, or to be read."
                ),
            ),
            Error::HasPassword => Self::conflict(
                "has-password",
                "This person has a password already and signs in with it. An administrator can make a new invitation.",
            ),
            Error::AskAdministrator => Self::conflict(
                "ask-administrator",
                "This account was not made by this practice, which therefore gives no link to it. Ask the programme's administrator to invite the person.",
            ),
            Error::AskedAlready => Self::conflict(
                "asked-already",
                "This practice has said why this month already. It is asked again next month; nothing more is needed now.",
            ),
            Error::ContextReplaced => Self::conflict(
                "context-replaced",
                "This entry was corrected or withdrawn meanwhile. Look at what stands now, and correct that.",
            ),
            Error::FileFaults(faults, _) => {
                let mut problem = Self::new(
                    StatusCode::UNPROCESSABLE_ENTITY,
                    "file-faults",
                    "Something is wrong with the file, so nothing was imported. Mend each line, and send it again.",
                );
                problem.errors = faults.iter().map(Fault::as_field).collect();
                problem
            }
            Error::Busy => Self::unavailable("too many passwords wait to be checked"),
            Error::Refused(problem) => problem,
            Error::Database(error) => error.into(),
            Error::Kit(error) => error.into(),
            Error::Password(_) | Error::Totp(_) | Error::Content(_) => Self::internal(error),
        }
    }
}
