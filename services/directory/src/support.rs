//! What the programme does for a practice after it said yes: training, by role, and contact with support.

use crate::Error;
use crate::faults::Faults;
use crate::specialty::Specialty;
use serde::{Deserialize, Serialize};
use time::Date;
use uuid::Uuid;

/// Longest note, in characters.
const NOTE: usize = 2000;
/// Most people at one training.
const MOST: i64 = 200;

/// Who was trained.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, sqlx::Type, utoipa::ToSchema)]
#[serde(rename_all = "kebab-case")]
#[sqlx(type_name = "text", rename_all = "kebab-case")]
pub enum Trained {
    /// GPs.
    Doctor,
    /// Nurses.
    Nurse,
    /// Secretaries.
    Secretary,
    /// Anybody else.
    Other,
}

impl Trained {
    /// As it stands in tables, envelopes and JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Doctor => "doctor",
            Self::Nurse => "nurse",
            Self::Secretary => "secretary",
            Self::Other => "other",
        }
    }
}

/// A training: one line per role.
#[derive(Clone, Debug, Default, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NewTraining {
    /// Made by the client, so that a repeated request records once; made here when absent.
    #[serde(default)]
    pub id: Option<Uuid>,
    /// `YYYY-MM-DD`; it must have come.
    #[serde(default)]
    #[schema(required = true, format = Date)]
    pub on: String,
    /// For one specialty, or for all when null.
    #[serde(default)]
    pub specialty: Option<Specialty>,
    /// Who was trained.
    #[serde(default)]
    #[schema(required = true)]
    pub role: Option<Trained>,
    /// How many of them, 1 to 200.
    #[serde(default)]
    #[schema(required = true, minimum = 1, maximum = 200)]
    pub people: Option<i64>,
}

/// A training that may be recorded.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Training {
    pub on: Date,
    pub specialty: Option<Specialty>,
    pub role: Trained,
    pub people: i64,
}

impl NewTraining {
    /// The training.
    ///
    /// # Errors
    /// `Invalid` with every field that is missing or wrong.
    pub fn check(&self, today: Date) -> Result<Training, Error> {
        let mut faults = Faults::default();
        let on = faults.past_day("on", &self.on, today);
        let role = faults.choice("role", self.role, "Choose who was trained: doctors, nurses, secretaries or others.");
        let many = "Write how many people were trained, from 1 to 200.";
        let people = faults.whole("people", self.people, 1..=MOST, many, many);
        let specialty = self.specialty;
        faults.finish(role.map(|role| Training { on, specialty, role, people }))?.ok_or(Error::NotFound)
    }
}

/// How support and practice spoke.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, sqlx::Type, utoipa::ToSchema)]
#[serde(rename_all = "kebab-case")]
#[sqlx(type_name = "text", rename_all = "kebab-case")]
pub enum ContactKind {
    /// Somebody went there.
    Visit,
    /// By telephone.
    Phone,
    /// By e-mail or letter.
    Letter,
    /// By video.
    Video,
}

impl ContactKind {
    /// As it stands in tables, envelopes and JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Visit => "visit",
            Self::Phone => "phone",
            Self::Letter => "letter",
            Self::Video => "video",
        }
    }
}

/// A contact between support and a practice.
#[derive(Clone, Debug, Default, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NewContact {
    /// Made by the client, so that a repeated request records once; made here when absent.
    #[serde(default)]
    pub id: Option<Uuid>,
    /// `YYYY-MM-DD`; it must have come.
    #[serde(default)]
    #[schema(required = true, format = Date)]
    pub on: String,
    /// How.
    #[serde(default)]
    #[schema(required = true)]
    pub kind: Option<ContactKind>,
    /// What was said, 1 to 2000 characters; kept sealed. No patients.
    #[serde(default)]
    #[schema(required = true, min_length = 1, max_length = 2000)]
    pub note: String,
}

/// A contact that may be recorded.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Contact {
    pub on: Date,
    pub kind: ContactKind,
    pub note: String,
}

impl NewContact {
    /// The contact, trimmed.
    ///
    /// # Errors
    /// `Invalid` with every field that is missing or wrong.
    pub fn check(&self, today: Date) -> Result<Contact, Error> {
        let mut faults = Faults::default();
        let on = faults.past_day("on", &self.on, today);
        let kind = faults.choice("kind", self.kind, "Choose how you spoke: visit, telephone, letter or video.");
        let note = self.note.trim().to_owned();
        if note.is_empty() {
            faults.add("note", "required", "Write what was said, without naming patients.");
        } else if note.chars().count() > NOTE {
            faults.add("note", "too-long", "Shorten the note to 2000 characters.");
        }
        faults.finish(kind.map(|kind| Contact { on, kind, note }))?.ok_or(Error::NotFound)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::day;
    use crate::faults::tests::told;

    #[test]
    fn empty_forms_name_every_field() {
        let today = day::parse("2026-03-02").expect("a date");
        assert_eq!(told(NewTraining::default().check(today)), ["on required", "role required", "people required"]);
        assert_eq!(told(NewContact::default().check(today)), ["on required", "kind required", "note required"]);
    }

    #[test]
    fn limits_are_where_they_are_said_to_be() {
        let today = day::parse("2026-03-02").expect("a date");
        for (people, right) in [(0, false), (1, true), (200, true), (201, false)] {
            let new = NewTraining {
                on: "2026-03-01".into(),
                role: Some(Trained::Nurse),
                people: Some(people),
                ..NewTraining::default()
            };
            assert_eq!(new.check(today).is_ok(), right, "{people}");
        }
        for (length, right) in [(2000, true), (2001, false)] {
            let new = NewContact {
                on: "2026-03-01".into(),
                kind: Some(ContactKind::Visit),
                note: "å".repeat(length),
                id: None,
            };
            assert_eq!(new.check(today).is_ok(), right, "{length}");
        }
    }
}
