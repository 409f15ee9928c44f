//! An answer: for each finding a diagnosis, how certain it is, what to do with the patient, and a plan; and over all of them
//! who tells the patient and who books, because what nobody was named for is what nobody does.
//!
//! A signed answer is held for ten seconds, in which the signer can take it back; then it is a fact. What was sent is never
//! changed: an amendment is a new answer that names the one it replaces, and says why. Both stay.

use crate::ReviewError;
use crate::case::Finding;
use crate::error::NOT_SHOWN;
use kit::http::FieldError;
use serde::{Deserialize, Serialize};
use std::collections::HashSet;
use time::Duration;
use utoipa::ToSchema;
use uuid::Uuid;

/// How long a signed answer is held.
pub const HELD: Duration = Duration::seconds(10);
/// Longest diagnosis, in characters.
pub const LONGEST_DIAGNOSIS: usize = 500;
/// Longest plan or summary, in characters.
pub const LONGEST_TEXT: usize = 8_000;
/// Longest reason for an amendment, a refusal or a forwarding, in characters.
pub const LONGEST_REASON: usize = 2_000;

/// How sure the specialist is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
#[schema(as = review::Certainty)]
pub enum Certainty {
    /// No doubt.
    Certain,
    /// Most likely.
    Probable,
    /// Open.
    Uncertain,
}

impl Certainty {
    /// As it stands in events.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Certain => "certain",
            Self::Probable => "probable",
            Self::Uncertain => "uncertain",
        }
    }
}

/// What happens with the patient; the most urgent comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
#[schema(as = review::Disposition)]
pub enum Disposition {
    /// Cancer pathway.
    CancerPathway,
    /// Seen urgently.
    FaceToFaceUrgent,
    /// Straight to an operation.
    DirectSurgery,
    /// Seen in turn.
    FaceToFaceRoutine,
    /// Better pictures, then again.
    BetterImages,
    /// More information, then again.
    MoreInfo,
    /// The GP does a procedure.
    GpProcedure,
    /// The GP treats or waits.
    GpManages,
}

impl Disposition {
    /// Somebody has to book: an appointment, an operation, an examination.
    pub fn needs_booking(self) -> bool {
        matches!(self, Self::CancerPathway | Self::FaceToFaceUrgent | Self::DirectSurgery | Self::FaceToFaceRoutine)
    }

    /// As it stands in events.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::CancerPathway => "cancer-pathway",
            Self::FaceToFaceUrgent => "face-to-face-urgent",
            Self::DirectSurgery => "direct-surgery",
            Self::FaceToFaceRoutine => "face-to-face-routine",
            Self::BetterImages => "better-images",
            Self::MoreInfo => "more-info",
            Self::GpProcedure => "gp-procedure",
            Self::GpManages => "gp-manages",
        }
    }
}

/// Who tells the patient what the answer says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
#[schema(as = review::TellsPatient)]
pub enum TellsPatient {
    /// The practice that referred.
    Practice,
    /// The department that answers.
    Department,
}

impl TellsPatient {
    /// As it stands in events.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Practice => "practice",
            Self::Department => "department",
        }
    }
}

/// Who books what the answer recommends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
#[schema(as = review::Books)]
pub enum Books {
    /// The practice that referred.
    Practice,
    /// The department that answers.
    Department,
    /// Nothing is to be booked.
    Nobody,
}

impl Books {
    /// As it stands in events.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Practice => "practice",
            Self::Department => "department",
            Self::Nobody => "nobody",
        }
    }
}

/// What a specialist writes; sealed in the table.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = review::AnswerContent)]
pub struct AnswerContent {
    /// Over all findings; may stay empty.
    #[serde(default)]
    pub summary: String,
    /// One per finding.
    #[serde(default)]
    pub findings: Vec<FindingAnswer>,
    /// Empty in a draft, and in answers given before it was asked.
    #[serde(default)]
    pub tells_patient: Option<TellsPatient>,
    /// Empty in a draft, and in answers given before it was asked.
    #[serde(default)]
    pub books: Option<Books>,
    /// Why an earlier answer is amended; stays empty in a first answer.
    #[serde(default)]
    pub reason: String,
}

/// The answer to one finding; everything may be empty while it is a draft.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = review::FindingAnswer)]
pub struct FindingAnswer {
    /// Which.
    pub finding_id: Uuid,
    /// In words.
    #[serde(default)]
    pub diagnosis: String,
    /// How sure.
    #[serde(default)]
    pub certainty: Option<Certainty>,
    /// What happens.
    #[serde(default)]
    pub disposition: Option<Disposition>,
    /// Treatment and follow-up.
    #[serde(default)]
    pub plan: String,
}

impl AnswerContent {
    /// What a signature would refuse. Fields are numbered as the case's findings stand, `findings[0]` first; an answer to
    /// something else is named by its id. `unshown` are pictures that the signer has not looked at; `amending` an earlier
    /// answer needs a reason.
    pub fn missing(&self, findings: &[Finding], unshown: &[Uuid], amending: bool) -> Vec<FieldError> {
        let mut errors = too_long("reason", &self.reason, LONGEST_REASON);
        if amending && blank(&self.reason) {
            errors.push(FieldError::new("reason", "required", "Write to the practice why the answer is amended."));
        }
        errors.extend(too_long("summary", &self.summary, LONGEST_TEXT));
        for (place, finding) in findings.iter().enumerate() {
            match self.findings.iter().find(|answer| answer.finding_id == finding.id) {
                Some(answer) => errors.extend(answer.missing(place)),
                None => errors.push(FieldError::new(
                    format!("findings[{place}].diagnosis"),
                    "required",
                    "This finding has no answer. Write a diagnosis.",
                )),
            }
        }
        let mut answered = HashSet::new();
        for answer in &self.findings {
            let known = findings.iter().any(|finding| finding.id == answer.finding_id);
            if !known || !answered.insert(answer.finding_id) {
                errors.push(FieldError::new(
                    format!("findings[{}]", answer.finding_id),
                    "unexpected",
                    "This answer belongs to no finding of the case, or stands twice. Leave it out.",
                ));
            }
        }
        errors.extend(self.without_owner());
        errors.extend(unshown.iter().map(|image| {
            FieldError::new(format!("images[{image}]"), NOT_SHOWN, "Look at this picture before you sign.")
        }));
        errors
    }

    /// What would be left to nobody.
    fn without_owner(&self) -> Vec<FieldError> {
        let mut errors = Vec::new();
        if self.tells_patient.is_none() {
            errors.push(FieldError::new("tellsPatient", "required", "Choose who tells the patient."));
        }
        let needs_booking =
            self.findings.iter().filter_map(|finding| finding.disposition).any(Disposition::needs_booking);
        match self.books {
            None => {
                errors.push(FieldError::new("books", "required", "Choose who books, or that nothing is to be booked."));
            }
            Some(Books::Nobody) if needs_booking => errors.push(FieldError::new(
                "books",
                "nobody-books",
                "The patient is to be seen, so somebody has to book. Choose the practice or the department.",
            )),
            Some(_) => {}
        }
        errors
    }

    /// Checks a complete answer.
    ///
    /// # Errors
    /// `Invalid` with everything that is missing.
    pub fn check(&self, findings: &[Finding], unshown: &[Uuid], amending: bool) -> Result<(), ReviewError> {
        let errors = self.missing(findings, unshown, amending);
        if errors.is_empty() { Ok(()) } else { Err(ReviewError::Invalid(errors)) }
    }

    /// The most urgent disposition over the findings.
    pub fn disposition(&self) -> Option<Disposition> {
        self.findings.iter().filter_map(|finding| finding.disposition).min()
    }
}

impl FindingAnswer {
    fn missing(&self, place: usize) -> Vec<FieldError> {
        let field = |name: &str| format!("findings[{place}].{name}");
        let mut errors = too_long(&field("diagnosis"), &self.diagnosis, LONGEST_DIAGNOSIS);
        errors.extend(too_long(&field("plan"), &self.plan, LONGEST_TEXT));
        if blank(&self.diagnosis) {
            errors.push(FieldError::new(field("diagnosis"), "required", "Write a diagnosis."));
        }
        if self.certainty.is_none() {
            errors.push(FieldError::new(field("certainty"), "required", "Say how certain the diagnosis is."));
        }
        if self.disposition.is_none() {
            errors.push(FieldError::new(field("disposition"), "required", "Choose what happens with the patient."));
        }
        if blank(&self.plan) {
            errors.push(FieldError::new(field("plan"), "required", "Write a plan for the GP."));
        }
        errors
    }
}

/// No letter and no digit: characters that can't be seen are no answer.
pub(crate) fn blank(text: &str) -> bool {
    !text.chars().any(char::is_alphanumeric)
}

pub(crate) fn too_long(field: &str, text: &str, longest: usize) -> Vec<FieldError> {
    if text.chars().count() <= longest {
        return Vec::new();
    }
    vec![FieldError::new(field, "too-long", format!("Shorten this text to at most {longest} characters."))]
}

impl From<&FindingAnswer> for proto::review::FindingAnswer {
    fn from(answer: &FindingAnswer) -> Self {
        Self {
            finding: answer.finding_id.as_bytes().to_vec(),
            diagnosis: answer.diagnosis.clone(),
            certainty: answer.certainty.map_or_else(String::new, |certainty| certainty.as_str().to_owned()),
            disposition: answer.disposition.map_or_else(String::new, |what| what.as_str().to_owned()),
            plan: answer.plan.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finding(id: u128) -> Finding {
        Finding {
            id: Uuid::from_u128(id),
            body_site: None,
            laterality: "left".into(),
            kind: "lesion".into(),
            description: String::new(),
            duration: String::new(),
        }
    }

    fn answered(id: u128, disposition: Disposition) -> FindingAnswer {
        FindingAnswer {
            finding_id: Uuid::from_u128(id),
            diagnosis: "Seborrhoeic keratosis".into(),
            certainty: Some(Certainty::Certain),
            disposition: Some(disposition),
            plan: "No treatment".into(),
        }
    }

    fn fields(errors: &[FieldError]) -> Vec<(&str, &str)> {
        errors.iter().map(|error| (error.field.as_str(), error.code.as_ref())).collect()
    }

    #[test]
    fn every_part_of_every_finding_is_needed() {
        let findings = [finding(1), finding(2)];
        let empty = FindingAnswer {
            certainty: None,
            disposition: None,
            diagnosis: "\u{200b} \0".into(),
            plan: String::new(),
            ..answered(2, Disposition::GpManages)
        };
        let content = AnswerContent { findings: vec![empty], ..AnswerContent::default() };
        assert_eq!(
            fields(&content.missing(&findings, &[], false)),
            [
                ("findings[0].diagnosis", "required"),
                ("findings[1].diagnosis", "required"),
                ("findings[1].certainty", "required"),
                ("findings[1].disposition", "required"),
                ("findings[1].plan", "required"),
                ("tellsPatient", "required"),
                ("books", "required"),
            ]
        );
        let whole = owned(vec![answered(2, Disposition::GpManages), answered(1, Disposition::MoreInfo)]);
        assert!(whole.check(&findings, &[], false).is_ok());
    }

    #[test]
    fn an_amendment_says_why() {
        let content = owned(vec![answered(1, Disposition::GpManages)]);
        assert_eq!(fields(&content.missing(&[finding(1)], &[], true)), [("reason", "required")]);
        let told = AnswerContent { reason: "Histology has come.".into(), ..content.clone() };
        assert!(told.check(&[finding(1)], &[], true).is_ok());
        let long = AnswerContent { reason: "x".repeat(LONGEST_REASON + 1), ..content };
        assert_eq!(fields(&long.missing(&[finding(1)], &[], true)), [("reason", "too-long")]);
    }

    #[test]
    fn who_is_to_be_seen_is_booked_by_somebody() {
        for (disposition, refused) in [
            (Disposition::CancerPathway, true),
            (Disposition::FaceToFaceUrgent, true),
            (Disposition::DirectSurgery, true),
            (Disposition::FaceToFaceRoutine, true),
            (Disposition::GpProcedure, false),
            (Disposition::GpManages, false),
        ] {
            let content = owned(vec![answered(1, disposition)]);
            let wrong = content.missing(&[finding(1)], &[], false);
            let expected: &[(&str, &str)] = if refused { &[("books", "nobody-books")] } else { &[] };
            assert_eq!(fields(&wrong), expected, "{disposition:?}");
            let booked = AnswerContent { books: Some(Books::Practice), ..content };
            assert!(booked.check(&[finding(1)], &[], false).is_ok());
        }
    }

    fn owned(findings: Vec<FindingAnswer>) -> AnswerContent {
        let (tells_patient, books) = (Some(TellsPatient::Practice), Some(Books::Nobody));
        AnswerContent { findings, tells_patient, books, ..AnswerContent::default() }
    }

    #[test]
    fn nothing_extra_and_nothing_unseen() {
        let findings = [1, 1, 9].map(|id| answered(id, Disposition::GpManages)).into();
        let content = AnswerContent { summary: "x".repeat(LONGEST_TEXT + 1), ..owned(findings) };
        let (one, nine, image) = (Uuid::from_u128(1), Uuid::from_u128(9), Uuid::from_u128(5));
        assert_eq!(
            fields(&content.missing(&[finding(1)], &[image], false)),
            [
                ("summary", "too-long"),
                (format!("findings[{one}]").as_str(), "unexpected"),
                (format!("findings[{nine}]").as_str(), "unexpected"),
                (format!("images[{image}]").as_str(), NOT_SHOWN),
            ]
        );
    }

    #[test]
    fn the_most_urgent_disposition_stands_for_the_answer() {
        let order = [
            "cancer-pathway",
            "face-to-face-urgent",
            "direct-surgery",
            "face-to-face-routine",
            "better-images",
            "more-info",
            "gp-procedure",
            "gp-manages",
        ];
        let all: Vec<Disposition> =
            order.iter().map(|word| serde_json::from_str(&format!("\"{word}\"")).unwrap()).collect();
        assert!(all.is_sorted());
        assert_eq!(all.iter().map(|one| one.as_str()).collect::<Vec<_>>(), order);
        let content = owned(vec![
            answered(1, Disposition::GpManages),
            answered(2, Disposition::DirectSurgery),
            answered(3, Disposition::FaceToFaceRoutine),
        ]);
        assert_eq!(content.disposition(), Some(Disposition::DirectSurgery));
        assert_eq!(AnswerContent::default().disposition(), None);
    }
}
