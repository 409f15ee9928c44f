//! What an office writes into a referral. Everything may be missing while it is a draft; [`crate::missing`] says what Send needs.
//!
//! All of it is patient identity or free text, so it is stored as one sealed JSON under the referral's key. Unknown fields
//! are refused: a field that was silently dropped would be a sentence that the specialist never reads.

use crate::vocabulary::{FindingKind, IdentifierSystem, Laterality, Priority, Sex, Specialty};
use kit::http::FieldError;
use serde::{Deserialize, Serialize};
use std::collections::HashSet;
use utoipa::ToSchema;
use uuid::Uuid;

/// Most findings in one referral.
pub const MAX_FINDINGS: usize = 20;
const LONG_TEXT: usize = 10_000;
const SHORT_TEXT: usize = 300;

/// A referral's content.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct DraftContent {
    /// Whom it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub patient: Option<Patient>,
    /// Which specialty is asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub specialty: Option<Specialty>,
    /// Which department is asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub department_id: Option<Uuid>,
    /// How soon.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub priority: Option<Priority>,
    /// What the office wants to know.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub question: Option<String>,
    /// What led to it: course, treatment, medication.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub history: Option<String>,
    /// What is to be answered, one by one.
    pub findings: Vec<Finding>,
}

/// The patient.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Patient {
    /// Whose number it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub identifier_system: Option<IdentifierSystem>,
    /// The number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub identifier: Option<String>,
    /// Full name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// `YYYY-MM-DD`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub birth_date: Option<String>,
    /// Administrative gender.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sex: Option<Sex>,
}

/// One lesion, rash, ear, wound, burn or scar.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Finding {
    /// Made by the client; pictures and answers point to it.
    pub id: Uuid,
    /// Where on the body.
    #[serde(default)]
    pub body_site: Option<CodedSite>,
    /// On which side.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub laterality: Option<Laterality>,
    /// What it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<FindingKind>,
    /// Size in mm, colour, surface, change.
    #[serde(default)]
    pub description: String,
    /// For how long, in the office's words.
    #[serde(default)]
    pub duration: String,
}

/// A body site with the display that the person chose it by.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CodedSite {
    /// Code.
    pub code: String,
    /// DICOM coding scheme designator: SCT, FMA or DCM.
    pub system: String,
    /// Name in the language of the screen.
    pub display: String,
}

impl DraftContent {
    /// What even a draft may not hold: texts beyond all reason, two findings with one id.
    pub fn excesses(&self) -> Vec<FieldError> {
        let mut errors = Vec::new();
        let mut limit = |field: &str, text: Option<&str>, most: usize| {
            if text.is_some_and(|text| text.chars().count() > most) {
                errors.push(FieldError::new(
                    field,
                    "too-long",
                    format!("This is too long. Shorten it to {most} characters."),
                ));
            }
        };
        if let Some(patient) = &self.patient {
            limit("patient.identifier", patient.identifier.as_deref(), 64);
            limit("patient.name", patient.name.as_deref(), SHORT_TEXT);
            limit("patient.birthDate", patient.birth_date.as_deref(), 10);
        }
        limit("question", self.question.as_deref(), LONG_TEXT);
        limit("history", self.history.as_deref(), LONG_TEXT);
        for (at, finding) in self.findings.iter().enumerate() {
            limit(&format!("findings[{at}].description"), Some(&finding.description), LONG_TEXT);
            limit(&format!("findings[{at}].duration"), Some(&finding.duration), SHORT_TEXT);
            if let Some(site) = &finding.body_site {
                let longest = [&site.code, &site.system, &site.display].into_iter().max_by_key(|text| text.len());
                limit(&format!("findings[{at}].bodySite"), longest.map(String::as_str), SHORT_TEXT);
            }
        }
        if self.findings.len() > MAX_FINDINGS {
            let message =
                format!("At most {MAX_FINDINGS} findings fit into one referral. Send the others in another referral.");
            errors.push(FieldError::new("findings", "too-many", message));
        }
        let mut seen = HashSet::new();
        if let Some(at) = self.findings.iter().position(|finding| !seen.insert(finding.id)) {
            errors.push(FieldError::new(
                format!("findings[{at}].id"),
                "duplicate",
                "Two findings have the same id. Give each its own.",
            ));
        }
        errors
    }

    /// Whether a finding is (still) part of the referral. A picture of one that was removed belongs to the whole referral.
    pub fn has_finding(&self, id: Uuid) -> bool {
        self.findings.iter().any(|finding| finding.id == id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_draft_is_allowed_and_unknown_fields_are_not() {
        let empty: DraftContent = serde_json::from_str("{}").unwrap();
        assert_eq!(empty, DraftContent::default());
        assert!(serde_json::from_str::<DraftContent>(r#"{"questoin":"?"}"#).is_err());
        assert!(serde_json::from_str::<DraftContent>(r#"{"patient":{"sex":"f"}}"#).is_err());
    }

    #[test]
    fn excesses_name_the_field() {
        let id = Uuid::from_u128(7);
        let finding = Finding {
            id,
            body_site: None,
            laterality: None,
            kind: None,
            description: "x".repeat(10_001),
            duration: String::new(),
        };
        let content = DraftContent {
            question: Some("å".repeat(10_000)),
            history: Some("å".repeat(10_001)),
            findings: vec![finding.clone(), finding],
            ..DraftContent::default()
        };
        let fields: Vec<String> = content.excesses().into_iter().map(|error| error.field).collect();
        assert_eq!(fields, ["history", "findings[0].description", "findings[1].description", "findings[1].id"]);
    }
}
