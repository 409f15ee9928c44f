//! What an office writes into a referral. Everything may be missing while it is a draft; [`crate::missing`] says what Send needs.
//!
//! All of it is patient identity or free text, so it is stored as one sealed JSON under the referral's key. Unknown fields
//! are refused: a field that was silently dropped would be a sentence that the specialist never reads.

use crate::answers::{self, QuestionnaireAnswers};
use crate::body_site;
use crate::emergency::EmergencyCall;
use crate::identifier;
use crate::missing::Shown;
use crate::text::is_plain;
use crate::vocabulary::{FindingKind, IdentifierSystem, Laterality, Priority, Sex, Specialty};
use crate::wanted::{self, ViewOverride};
use kit::http::FieldError;
use proto::questionnaire::{ALL, Catalogue};
use serde::{Deserialize, Serialize};
use std::collections::HashSet;
use time::Date;
use utoipa::ToSchema;
use uuid::Uuid;

/// Most findings in one referral.
pub const MAX_FINDINGS: usize = 20;
const LONG_TEXT: usize = 10_000;
const SHORT_TEXT: usize = 300;
const REASON: usize = 500;
const PHONE: usize = 40;
/// Most reasons for missing views.
const MAX_OVERRIDES: usize = 100;

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
    #[schema(
        max_length = 10_000,
        pattern = "^[^\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f\\x7f-\\x9f\\u202a-\\u202e\\u2066-\\u2069]*$"
    )]
    pub question: Option<String>,
    /// What led to it: course, treatment, medication.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(
        max_length = 10_000,
        pattern = "^[^\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f\\x7f-\\x9f\\u202a-\\u202e\\u2066-\\u2069]*$"
    )]
    pub history: Option<String>,
    /// What is to be answered, one by one.
    #[schema(max_items = 20)]
    pub findings: Vec<Finding>,
    /// What the questionnaires asked.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 80)]
    pub answers: Vec<QuestionnaireAnswers>,
    /// What was dangerous was phoned in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub emergency_call: Option<EmergencyCall>,
    /// Why views are missing.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 100)]
    pub view_overrides: Vec<ViewOverride>,
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
    #[schema(
        max_length = 64,
        pattern = "^[^\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f\\x7f-\\x9f\\u202a-\\u202e\\u2066-\\u2069]*$"
    )]
    pub identifier: Option<String>,
    /// Full name.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(
        max_length = 300,
        pattern = "^[^\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f\\x7f-\\x9f\\u202a-\\u202e\\u2066-\\u2069]*$"
    )]
    pub name: Option<String>,
    /// `YYYY-MM-DD`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(
        max_length = 10,
        pattern = "^[^\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f\\x7f-\\x9f\\u202a-\\u202e\\u2066-\\u2069]*$"
    )]
    pub birth_date: Option<String>,
    /// Administrative gender.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sex: Option<Sex>,
    /// Telephone, as it is written.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(
        max_length = 40,
        pattern = "^[^\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f\\x7f-\\x9f\\u202a-\\u202e\\u2066-\\u2069]*$"
    )]
    pub phone: Option<String>,
    /// Address, as it is written.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(
        max_length = 300,
        pattern = "^[^\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f\\x7f-\\x9f\\u202a-\\u202e\\u2066-\\u2069]*$"
    )]
    pub address: Option<String>,
}

impl Patient {
    /// The number as it is stored in events and hashed for search; none without its system, or when nothing is written.
    pub fn normal_identifier(&self) -> Option<(IdentifierSystem, String)> {
        let (system, written) = (self.identifier_system?, self.identifier.as_deref()?);
        Some((system, identifier::normal(system, written))).filter(|(_, number)| !number.is_empty())
    }
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
    #[schema(
        max_length = 10_000,
        pattern = "^[^\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f\\x7f-\\x9f\\u202a-\\u202e\\u2066-\\u2069]*$"
    )]
    pub description: String,
    /// For how long, in the office's words.
    #[serde(default)]
    #[schema(
        max_length = 300,
        pattern = "^[^\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f\\x7f-\\x9f\\u202a-\\u202e\\u2066-\\u2069]*$"
    )]
    pub duration: String,
}

/// A body site.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CodedSite {
    /// Code.
    #[schema(
        max_length = 300,
        pattern = "^[^\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f\\x7f-\\x9f\\u202a-\\u202e\\u2066-\\u2069]*$"
    )]
    pub code: String,
    /// DICOM coding scheme designator: SCT, FMA or DCM.
    #[schema(
        max_length = 300,
        pattern = "^[^\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f\\x7f-\\x9f\\u202a-\\u202e\\u2066-\\u2069]*$"
    )]
    pub system: String,
    /// English name. When the code is known it is the list's own, whatever was sent; screens show their language by code.
    #[schema(
        max_length = 300,
        pattern = "^[^\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f\\x7f-\\x9f\\u202a-\\u202e\\u2066-\\u2069]*$"
    )]
    pub display: String,
}

impl DraftContent {
    /// Gives every known body site the name that the list has for its code: a name that says something else than the code
    /// must reach nobody.
    pub fn name_sites(&mut self) {
        for site in self.findings.iter_mut().filter_map(|finding| finding.body_site.as_mut()) {
            if let Some(known) = body_site::find(&site.system, &site.code) {
                site.display.clone_from(&known.en);
            }
        }
    }

    /// What even a draft may not hold: texts beyond all reason or with hidden characters, two findings with one id.
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
            if text.is_some_and(|text| !is_plain(text)) {
                let message =
                    "This holds characters that can't be seen. Write it again, without copying it from elsewhere.";
                errors.push(FieldError::new(field, "not-plain", message));
            }
        };
        if let Some(patient) = &self.patient {
            limit("patient.identifier", patient.identifier.as_deref(), 64);
            limit("patient.name", patient.name.as_deref(), SHORT_TEXT);
            limit("patient.birthDate", patient.birth_date.as_deref(), 10);
            limit("patient.phone", patient.phone.as_deref(), PHONE);
            limit("patient.address", patient.address.as_deref(), SHORT_TEXT);
        }
        limit("question", self.question.as_deref(), LONG_TEXT);
        limit("history", self.history.as_deref(), LONG_TEXT);
        for (at, finding) in self.findings.iter().enumerate() {
            limit(&format!("findings[{at}].description"), Some(&finding.description), LONG_TEXT);
            limit(&format!("findings[{at}].duration"), Some(&finding.duration), SHORT_TEXT);
            if let Some(site) = &finding.body_site {
                let texts = [&site.code, &site.system, &site.display];
                let worst = texts.into_iter().max_by_key(|text| (!is_plain(text), text.len()));
                limit(&format!("findings[{at}].bodySite"), worst.map(String::as_str), SHORT_TEXT);
            }
        }
        if let Some(call) = &self.emergency_call {
            limit("emergencyCall.spokeWith", Some(&call.spoke_with), SHORT_TEXT);
        }
        for (at, one) in self.view_overrides.iter().enumerate().take(MAX_OVERRIDES) {
            limit(&format!("viewOverrides[{at}].reason"), Some(&one.reason), REASON);
        }
        if self.view_overrides.len() > MAX_OVERRIDES {
            let message = "There are too many reasons for missing pictures. Give one for each view.";
            errors.push(FieldError::new("viewOverrides", "too-many", message));
        }
        errors.extend(answers::excesses(&self.answers, &ALL));
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

    /// What goes out: without answers that are not asked for, reasons that are not needed, and a call that is not written.
    #[must_use]
    pub fn as_sent(&self, catalogue: &Catalogue, pictures: &[Shown], today: Date) -> Self {
        let asked = answers::asked(self, catalogue, today);
        let wanted = wanted::wanted(self, &asked, pictures);
        Self {
            answers: answers::kept(&asked),
            view_overrides: wanted::used_overrides(self, &wanted),
            emergency_call: self.emergency_call.clone().filter(|call| !call.is_empty()),
            ..self.clone()
        }
    }

    /// Whether a finding is (still) part of the referral. Send wants a picture of one that was removed
    /// to be given another one, or to the whole referral.
    pub fn has_finding(&self, id: Uuid) -> bool {
        self.findings.iter().any(|finding| finding.id == id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finding(site: Option<CodedSite>) -> Finding {
        Finding {
            id: Uuid::from_u128(7),
            body_site: site,
            laterality: None,
            kind: None,
            description: String::new(),
            duration: String::new(),
        }
    }

    #[test]
    fn a_known_site_has_the_name_of_its_code() {
        let site = |code: &str| CodedSite { code: code.into(), system: "SCT".into(), display: "Left foot".into() };
        let findings = vec![finding(Some(site("68698007"))), finding(Some(site("1"))), finding(None)];
        let mut content = DraftContent { findings, ..DraftContent::default() };
        content.name_sites();
        let names: Vec<_> =
            content.findings.iter().map(|one| one.body_site.as_ref().map(|site| &*site.display)).collect();
        assert_eq!(names, [Some("Skin of forehead"), Some("Left foot"), None]);
    }

    #[test]
    fn hidden_characters_name_the_field() {
        let mut second = finding(Some(CodedSite { code: "1".into(), system: "SCT".into(), display: "\u{7}".into() }));
        second.id = Uuid::from_u128(8);
        let patient = Patient { name: Some("Kari\u{202e}".into()), ..Patient::default() };
        let content = DraftContent {
            patient: Some(patient),
            question: Some("First line\nsecond\tline".into()),
            history: Some("a\0b".into()),
            findings: vec![Finding { duration: "\u{2066}6".into(), ..finding(None) }, second],
            ..DraftContent::default()
        };
        let errors = content.excesses();
        assert!(errors.iter().all(|error| error.code == "not-plain"), "{errors:?}");
        let fields: Vec<&str> = errors.iter().map(|error| error.field.as_str()).collect();
        assert_eq!(fields, ["patient.name", "history", "findings[0].duration", "findings[1].bodySite"]);
    }

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
