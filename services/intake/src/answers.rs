//! Answers to questionnaires in a referral: which apply, what they hold, what of them is sent.
//!
//! A draft keeps whatever was answered, also after a change of specialty or kind that hides it: changing back brings it
//! back. What is hidden is neither asked for nor sent.

use crate::content::{DraftContent, Finding};
use crate::patient;
use crate::text::{blank, is_plain};
use crate::vocabulary::Specialty;
use kit::http::FieldError;
use proto::questionnaire::{Answers, Catalogue, Facts, Flaw, Level, Questionnaire, Value};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, HashSet};
use time::Date;
use utoipa::ToSchema;
use uuid::Uuid;

/// Most filled-in questionnaires in a referral: for 20 findings of changing kind, and for the referral.
const MOST: usize = 80;
static NOTHING: BTreeMap<String, Value> = BTreeMap::new();

/// Answers to one questionnaire.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct QuestionnaireAnswers {
    /// Which one.
    #[schema(max_length = 64)]
    pub questionnaire: String,
    /// In which version it was answered.
    #[schema(minimum = 1)]
    pub version: u32,
    /// About which finding; none: about the referral.
    #[serde(default)]
    pub finding_id: Option<Uuid>,
    /// Values by `linkId`.
    #[serde(default)]
    pub values: BTreeMap<String, Value>,
}

/// A questionnaire that applies, with its answers so far.
#[derive(Clone, Debug)]
pub struct Asked<'a> {
    /// The answers; empty when nothing was answered.
    pub answers: Answers<'a>,
    /// The finding with its place, from 0; none: the referral.
    pub finding: Option<(usize, &'a Finding)>,
    /// What else conditions can look at.
    pub facts: Facts,
}

impl Asked<'_> {
    /// Which questionnaire.
    pub fn questionnaire(&self) -> &Questionnaire {
        self.answers.questionnaire
    }

    /// About which finding.
    pub fn finding_id(&self) -> Option<Uuid> {
        self.finding.map(|(_, finding)| finding.id)
    }

    /// The field of an item in a problem.
    pub fn field(&self, link_id: &str) -> String {
        match self.finding {
            Some((at, _)) => format!("findings[{at}].answers.{link_id}"),
            None => format!("answers.{}.{link_id}", self.questionnaire().id),
        }
    }
}

/// Every questionnaire that applies: those of the referral first, then finding by finding. One that was begun is asked in
/// the version in which it was begun.
pub fn asked<'a>(content: &'a DraftContent, catalogue: &'a Catalogue, today: Date) -> Vec<Asked<'a>> {
    let specialty = content.specialty.map(Specialty::as_str);
    let mut all = Vec::new();
    let findings = content.findings.iter().enumerate().map(Some);
    for finding in std::iter::once(None).chain(findings) {
        let id = finding.map(|(_, finding)| finding.id);
        let kind = finding.map(|(_, finding)| finding.kind.map_or("", |kind| kind.as_str()));
        let begun =
            move |name: &str| content.answers.iter().find(|one| one.finding_id == id && one.questionnaire == name);
        for questionnaire in catalogue.applying(specialty, kind, move |name| begun(name).map(|one| one.version)) {
            let values = begun(&questionnaire.id).filter(|one| one.version == questionnaire.version);
            let answers = Answers { questionnaire, values: values.map_or(&NOTHING, |one| &one.values) };
            all.push(Asked { answers, finding, facts: facts(content, finding.map(|(_, finding)| finding), today) });
        }
    }
    all
}

fn facts(content: &DraftContent, finding: Option<&Finding>, today: Date) -> Facts {
    let born = content.patient.as_ref().and_then(|who| patient::birth_date(who.birth_date.as_deref()?, today).ok());
    Facts {
        age_years: born.map(|born| patient::age(born, today)),
        findings: content.findings.len(),
        priority: content.priority.map(|one| one.as_str().to_owned()),
        body_site: finding.and_then(|finding| finding.body_site.as_ref()).map(|site| site.code.clone()),
        laterality: finding.and_then(|finding| finding.laterality).map(|one| one.as_str().to_owned()),
    }
}

/// What is sent of the answers: what is asked, and says something.
pub fn kept(asked: &[Asked<'_>]) -> Vec<QuestionnaireAnswers> {
    let kept = asked.iter().map(|one| QuestionnaireAnswers {
        questionnaire: one.questionnaire().id.clone(),
        version: one.questionnaire().version,
        finding_id: one.finding_id(),
        values: one.answers.kept(blank),
    });
    kept.filter(|one| !one.values.is_empty()).collect()
}

/// What even a draft may not hold: unknown questionnaires and items, values of another type, texts beyond all reason.
pub fn excesses(all: &[QuestionnaireAnswers], catalogue: &Catalogue) -> Vec<FieldError> {
    let mut errors = Vec::new();
    if all.len() > MOST {
        errors.push(FieldError::new("answers", "too-many", "There are too many answers. Reload the page."));
    }
    let mut seen = HashSet::new();
    for (at, one) in all.iter().enumerate().take(MOST) {
        let Some(questionnaire) = catalogue.version(&one.questionnaire, one.version) else {
            let message = "This questionnaire is not known here in this version. Reload the page.";
            errors.push(FieldError::new(format!("answers[{at}].questionnaire"), "unknown-questionnaire", message));
            continue;
        };
        if (questionnaire.level == Level::Finding) != one.finding_id.is_some() {
            let message = "Answers about a finding name it, and answers about the referral name none.";
            errors.push(FieldError::new(format!("answers[{at}].findingId"), "wrong-level", message));
        }
        if !seen.insert((&one.questionnaire, one.finding_id)) {
            let message = "The same questionnaire is answered twice. Send it once.";
            errors.push(FieldError::new(format!("answers[{at}]"), "duplicate", message));
        }
        for fault in (Answers { questionnaire, values: &one.values }).misshapen() {
            let field = format!("answers[{at}].values.{}", fault.item.map_or("?", |item| &item.link_id));
            let (code, message) = match fault.flaw {
                Flaw::Unknown => ("unknown-item", "The questionnaire does not ask this. Reload the page.".to_owned()),
                Flaw::TooLong(most) => ("too-long", format!("This is too long. Shorten it to {most} characters.")),
                _ => ("malformed", "This is no answer to what is asked. Reload the page.".to_owned()),
            };
            errors.push(FieldError::new(field, code, message));
        }
        let hidden = one.values.iter().find(|(_, value)| matches!(value, Value::Text(text) if !is_plain(text)));
        if let Some(item) = hidden.and_then(|(link_id, _)| questionnaire.find(link_id)) {
            let field = format!("answers[{at}].values.{}", item.link_id);
            let message =
                "This holds characters that can't be seen. Write it again, without copying it from elsewhere.";
            errors.push(FieldError::new(field, "not-plain", message));
        }
    }
    errors
}

#[cfg(test)]
mod tests;
