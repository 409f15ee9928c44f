//! The steps by which a practice is enabled to use the service. Each is dated; the study counts from these dates.

use crate::Error;
use crate::faults::Faults;
use crate::specialty::Specialty;
use serde::{Deserialize, Serialize};
use time::Date;
use uuid::Uuid;

/// Longest note, in characters.
const NOTE: usize = 2000;

/// A step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, sqlx::Type, utoipa::ToSchema)]
#[serde(rename_all = "kebab-case")]
#[sqlx(type_name = "text", rename_all = "kebab-case")]
pub enum Step {
    /// The service was offered to the practice.
    Offered,
    /// The practice said yes.
    Agreed,
    /// Camera, dermatoscope or otoscope stand there.
    Equipped,
    /// Its people can sign in.
    Connected,
    /// Its people were trained.
    Trained,
    /// The programme's support has ended.
    SupportEnded,
}

impl Step {
    /// As it stands in tables, envelopes and JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Offered => "offered",
            Self::Agreed => "agreed",
            Self::Equipped => "equipped",
            Self::Connected => "connected",
            Self::Trained => "trained",
            Self::SupportEnded => "support-ended",
        }
    }
}

/// A step that a practice has taken.
#[derive(Clone, Debug, Default, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NewEnablement {
    /// Made by the client, so that a repeated request records once; made here when absent.
    #[serde(default)]
    pub id: Option<Uuid>,
    /// Which step.
    #[serde(default)]
    #[schema(required = true)]
    pub step: Option<Step>,
    /// For one specialty, or for all when null.
    #[serde(default)]
    pub specialty: Option<Specialty>,
    /// `YYYY-MM-DD`; it must have come.
    #[serde(default)]
    #[schema(required = true, format = Date)]
    pub on: String,
    /// Up to 2000 characters, kept sealed.
    #[serde(default)]
    #[schema(max_length = 2000)]
    pub note: Option<String>,
}

/// A step that may be recorded.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Enablement {
    pub step: Step,
    pub specialty: Option<Specialty>,
    pub on: Date,
    pub note: String,
}

impl NewEnablement {
    /// The step. Order is not enforced: practices are trained before they are equipped, and dates come late.
    ///
    /// # Errors
    /// `Invalid` with every field that is missing or wrong.
    pub fn check(&self, today: Date) -> Result<Enablement, Error> {
        let mut faults = Faults::default();
        let step = faults.choice(
            "step",
            self.step,
            "Choose the step: offered, agreed, equipped, connected, trained or support-ended.",
        );
        let on = faults.past_day("on", &self.on, today);
        let note = self.note.as_deref().unwrap_or_default().trim().to_owned();
        if note.chars().count() > NOTE {
            faults.add("note", "too-long", "Shorten the note to 2000 characters.");
        }
        let specialty = self.specialty;
        faults.finish(step.map(|step| Enablement { step, specialty, on, note }))?.ok_or(Error::NotFound)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::day;
    use crate::faults::tests::told;

    #[test]
    fn a_step_needs_its_kind_and_a_day_that_has_come() {
        let today = day::parse("2026-03-02").expect("a date");
        assert_eq!(told(NewEnablement::default().check(today)), ["step required", "on required"]);
        let ahead = NewEnablement { step: Some(Step::Trained), on: "2026-05-01".into(), ..NewEnablement::default() };
        assert_eq!(told(ahead.check(today)), ["on in-future"]);
        let right = NewEnablement {
            step: Some(Step::Trained),
            on: "2026-03-02".into(),
            note: Some(" two nurses ".into()),
            ..NewEnablement::default()
        };
        assert_eq!(right.check(today).map(|step| step.note).ok().as_deref(), Some("two nurses"));
    }
}
