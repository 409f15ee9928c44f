//! Why an office did not use the service this time: two taps, asked at most once a month, and never again that month when it
//! was waved aside.
//!
//! Non-users are the ones that no study hears. The list is closed so that it can be counted; the text is optional. That
//! somebody was asked and did not want to say is kept as well (`not-now`): a share needs its denominator.

use crate::Error;
use crate::faults::Faults;
use kit::At;
use serde::{Deserialize, Serialize};
use time::Duration;
use uuid::Uuid;

/// Longest text, in characters.
const TEXT: usize = 500;
/// An office is not asked again before so long.
pub const PAUSE: Duration = Duration::days(30);

/// The closed list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, sqlx::Type, utoipa::ToSchema)]
#[serde(rename_all = "kebab-case")]
#[sqlx(type_name = "text", rename_all = "kebab-case")]
pub enum WhyNot {
    /// No suitable patient.
    NoPatient,
    /// No time.
    NoTime,
    /// Equipment is away, broken or in another room.
    Equipment,
    /// Signing in did not work or takes too long.
    SignIn,
    /// Pictures are hard to take.
    Pictures,
    /// Telephoned the department instead.
    Phoned,
    /// Prefers an ordinary referral.
    Ordinary,
    /// Anything else.
    Other,
    /// Waved aside.
    NotNow,
}

impl WhyNot {
    /// As it stands in tables, envelopes and JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::NoPatient => "no-patient",
            Self::NoTime => "no-time",
            Self::Equipment => "equipment",
            Self::SignIn => "sign-in",
            Self::Pictures => "pictures",
            Self::Phoned => "phoned",
            Self::Ordinary => "ordinary",
            Self::Other => "other",
            Self::NotNow => "not-now",
        }
    }
}

/// When it was asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, sqlx::Type, utoipa::ToSchema)]
#[serde(rename_all = "kebab-case")]
#[sqlx(type_name = "text", rename_all = "kebab-case")]
pub enum AskedAfter {
    /// A draft was discarded.
    Draft,
    /// The office had been silent for long.
    Silence,
}

impl AskedAfter {
    /// As it stands in tables and events.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Silence => "silence",
        }
    }
}

/// What an office says.
#[derive(Clone, Debug, Default, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NewReason {
    /// Made by the client, so that a repeated request records once; made here when absent.
    #[serde(default)]
    pub id: Option<Uuid>,
    /// Which practice: one of the caller's.
    #[serde(default)]
    #[schema(required = true, value_type = Uuid)]
    pub practice_id: Option<Uuid>,
    /// Why.
    #[serde(default)]
    #[schema(required = true)]
    pub reason: Option<WhyNot>,
    /// When it was asked.
    #[serde(default)]
    #[schema(required = true)]
    pub after: Option<AskedAfter>,
    /// Up to 500 characters, kept sealed. No patients.
    #[serde(default)]
    #[schema(max_length = 500)]
    pub text: String,
}

/// A reason that may be recorded.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Reason {
    pub practice: Uuid,
    pub reason: WhyNot,
    pub after: AskedAfter,
    pub text: String,
}

impl NewReason {
    /// The reason, trimmed.
    ///
    /// # Errors
    /// `Invalid` with every field that is missing or wrong.
    pub fn check(&self) -> Result<Reason, Error> {
        let mut faults = Faults::default();
        let practice = faults.choice("practiceId", self.practice_id, "Choose the practice.");
        let reason = faults.choice("reason", self.reason, "Choose a reason.");
        let after = faults.choice("after", self.after, "Say when it was asked: draft or silence.");
        let text = self.text.trim().to_owned();
        if text.chars().count() > TEXT {
            faults.add("text", "too-long", "Shorten the text to 500 characters.");
        }
        let said = practice.zip(reason).zip(after);
        let said = said.map(|((practice, reason), after)| Reason { practice, reason, after, text });
        faults.finish(said)?.ok_or(Error::NotFound)
    }
}

/// Whether an office that last answered at `last` may be asked.
pub fn askable(last: Option<At>, now: At) -> bool {
    last.is_none_or(|last| now - last >= PAUSE && !same_month(last, now))
}

/// Whether two instants lie in one calendar month in Oslo: an office has one reason in each.
pub fn same_month(one: At, other: At) -> bool {
    let month = |at| {
        let day = kit::oslo::date(at);
        (day.year(), day.month())
    };
    month(one) == month(other)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::faults::tests::told;
    use kit::testing::monday;

    #[test]
    fn an_office_is_asked_once_a_month_at_most() {
        assert!(askable(None, monday()));
        assert!(!askable(Some(monday()), monday()));
        assert!(!askable(Some(monday()), monday() + PAUSE - Duration::SECOND));
        assert!(askable(Some(monday()), monday() + PAUSE));
        let first = At::from(time::macros::datetime!(2026-03-01 08:00 UTC));
        assert!(!askable(Some(first), first + PAUSE), "still March");
        assert!(same_month(first, first + PAUSE) && !same_month(first, first + Duration::days(31)));
        assert!(!same_month(first, first - Duration::days(365)));
        // The last UTC hour of February is March in Oslo.
        assert!(same_month(time::macros::datetime!(2026-02-28 23:30 UTC).into(), first));
    }

    #[test]
    fn a_reason_names_its_practice_and_its_occasion() {
        assert_eq!(told(NewReason::default().check()), ["practiceId required", "reason required", "after required"]);
        let new = NewReason {
            practice_id: Some(Uuid::from_u128(9)),
            reason: Some(WhyNot::Pictures),
            after: Some(AskedAfter::Draft),
            text: "x".repeat(501),
            id: None,
        };
        assert_eq!(told(new.check()), ["text too-long"]);
        let right = NewReason { text: " the light ".into(), ..new };
        assert_eq!(right.check().map(|reason| reason.text).ok().as_deref(), Some("the light"));
    }
}
