//! A case that waits for its practice and may have climbed to the department's call list. Rules without I/O.

use crate::case::Priority;
use kit::At;
use kit::climb::{Climb, Rung, There, Waits, hurries};
use kit::http::FieldError;
use kit::working_days::WorkingDays;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// Longest note, in characters.
pub const LONGEST_NOTE: usize = 1_000;

/// What the practice has not done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, sqlx::Type, ToSchema)]
#[serde(rename_all = "kebab-case")]
#[sqlx(type_name = "text", rename_all = "kebab-case")]
#[schema(as = review::WaitsFor)]
pub enum What {
    /// Read an answer, or a refusal.
    UnreadAnswer,
    /// Replied to a question.
    OpenQuestion,
}

/// Something that waits for a practice, with who is there.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Wait {
    /// The case.
    pub case_id: Uuid,
    /// Its key.
    pub data_key: Uuid,
    /// For which practice: the case's, or the one that took over from it.
    pub practice: Uuid,
    /// Its name now; empty before the register has told it.
    pub practice_name: String,
    /// Its telephone number; empty when none is known.
    pub phone: String,
    /// What for.
    pub what: What,
    /// Since when.
    pub since: At,
    /// The referral's, or what the answer made more urgent.
    pub priority: String,
    /// As in the envelope.
    pub specialty: String,
    /// The department's last call about it.
    pub phoned_at: Option<At>,
    /// Whether anybody works in the practice now.
    pub practice_there: bool,
    /// Whether its deputy works there now.
    pub deputy_there: bool,
}

impl Wait {
    /// Its place on the list: as on the worklist by priority, then by who is to act until when.
    pub fn place(&self, now: At, days: &WorkingDays) -> (i64, At, Uuid) {
        let rank = Priority::parse(&self.priority).map_or(i64::MAX, Priority::rank);
        (rank, self.climb(now, days).due, self.case_id)
    }

    /// Whose it is now.
    pub fn climb(&self, now: At, days: &WorkingDays) -> Climb {
        let waits = Waits { since: self.since, phoned: self.phoned_at, hurries: hurries(&self.priority) };
        waits.climb(There { practice: self.practice_there, deputy: self.deputy_there }, now, days)
    }

    /// Whether somebody of the department is to telephone now. After a call it is not, for as long as the practice then has.
    pub fn to_call(&self, now: At, days: &WorkingDays) -> bool {
        let climb = self.climb(now, days);
        climb.rung == Rung::CallList && (self.phoned_at.is_none_or(|phoned| phoned < climb.since) || now > climb.due)
    }
}

/// The note, trimmed.
///
/// # Errors
/// The field when it is too long.
pub fn note(text: &str) -> Result<String, FieldError> {
    let text = text.trim();
    if text.chars().count() > LONGEST_NOTE {
        let message = format!("This is too long. Shorten it to {LONGEST_NOTE} characters.");
        return Err(FieldError::new("note", "too-long", message));
    }
    Ok(text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::datetime;

    fn wait() -> Wait {
        Wait {
            case_id: Uuid::nil(),
            data_key: Uuid::nil(),
            practice: Uuid::nil(),
            practice_name: "SYNTHETIC Solvik".into(),
            phone: String::new(),
            what: What::UnreadAnswer,
            since: datetime!(2026-03-02 09:00 UTC).into(),
            priority: "urgent".into(),
            specialty: "dermatology".into(),
            phoned_at: None,
            practice_there: true,
            deputy_there: false,
        }
    }

    #[test]
    fn a_call_takes_it_from_the_list_until_the_practice_is_late_again() {
        let days = WorkingDays::default();
        let on_list = |wait: &Wait, now: time::OffsetDateTime| wait.to_call(now.into(), &days);
        assert!(!on_list(&wait(), datetime!(2026-03-03 22:00 UTC)));
        assert!(on_list(&wait(), datetime!(2026-03-03 23:00 UTC)));
        let phoned = Wait { phoned_at: Some(datetime!(2026-03-04 09:00 UTC).into()), ..wait() };
        assert!(!on_list(&phoned, datetime!(2026-03-05 22:00 UTC)));
        assert!(on_list(&phoned, datetime!(2026-03-05 23:00 UTC)));
    }

    #[test]
    fn where_nobody_works_it_is_the_department_s_at_once_and_after_a_call_as_long_as_a_practice_has() {
        let days = WorkingDays::default();
        let nobody = Wait { practice_there: false, ..wait() };
        assert!(nobody.to_call(datetime!(2026-03-02 09:00 UTC).into(), &days));
        let phoned = Wait { phoned_at: Some(datetime!(2026-03-02 10:00 UTC).into()), ..nobody };
        assert!(!phoned.to_call(datetime!(2026-03-03 12:00 UTC).into(), &days));
        assert!(phoned.to_call(datetime!(2026-03-03 23:00 UTC).into(), &days), "it comes back");
    }

    #[test]
    fn a_note_is_short() {
        assert_eq!(note(" Spoke with Siri. ").unwrap(), "Spoke with Siri.");
        assert_eq!(note("").unwrap(), "");
        assert_eq!(note(&"å".repeat(LONGEST_NOTE + 1)).unwrap_err().code, "too-long");
    }
}
