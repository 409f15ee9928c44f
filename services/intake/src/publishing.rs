//! A referral and its pictures as events carry them: whole, so that no reader has to ask back.

use crate::answers::QuestionnaireAnswers;
use crate::content::{DraftContent, Finding};
use crate::emergency::EmergencyCall;
use crate::patient;
use crate::store::image;
use crate::wanted::ViewOverride;
use kit::At;
use kit::log::Envelope;
use proto::intake::{Answers, Patient, Picture, ReferralSubmitted};
use proto::questionnaire::Value;
use serde_json::to_string;
use uuid::Uuid;

/// What the referral's content does not say.
pub struct Sending<'a> {
    /// The practice's name now.
    pub practice_name: &'a str,
    /// The department's name now.
    pub department_name: &'a str,
    /// When an answer is due.
    pub due: At,
    /// Who sends it.
    pub referrer_name: &'a str,
    /// Their number in the register of health personnel, as it stands; empty when it is not known.
    pub referrer_hpr: &'a str,
}

/// The event of a submitted referral.
pub fn submitted(content: &DraftContent, pictures: &[image::Row], sending: &Sending<'_>) -> ReferralSubmitted {
    let who = content.patient.clone().unwrap_or_default();
    ReferralSubmitted {
        patient: Some(Patient {
            identifier_system: who.identifier_system.map_or_else(String::new, |one| one.as_str().to_owned()),
            identifier: who.normal_identifier().map(|(_, number)| number).unwrap_or_default(),
            name: who.name.map(|text| text.trim().to_owned()).unwrap_or_default(),
            birth_date: who.birth_date.unwrap_or_default(),
            sex: who.sex.map_or_else(String::new, |one| one.as_str().to_owned()),
            phone: who.phone.map(|text| text.trim().to_owned()).unwrap_or_default(),
            address: who.address.map(|text| text.trim().to_owned()).unwrap_or_default(),
        }),
        practice_name: sending.practice_name.to_owned(),
        department_name: sending.department_name.to_owned(),
        priority: content.priority.map_or_else(String::new, |one| one.as_str().to_owned()),
        question: content.question.clone().unwrap_or_default(),
        history: content.history.clone().unwrap_or_default(),
        findings: content.findings.iter().map(finding).collect(),
        pictures: pictures.iter().map(|row| picture(row, content)).collect(),
        due_us: sending.due.micros(),
        referrer_name: sending.referrer_name.to_owned(),
        referrer_hpr: sending.referrer_hpr.to_owned(),
        answers: content.answers.iter().map(answers).collect(),
        emergency_call: content.emergency_call.as_ref().map(emergency_call),
        view_overrides: content.view_overrides.iter().map(view_override).collect(),
        ..ReferralSubmitted::default()
    }
}

/// What the study may count by, in the clear: sex, age band, numbers of pictures and findings.
pub fn counted(envelope: Envelope, content: &DraftContent, pictures: usize, at: At) -> Envelope {
    let who = content.patient.as_ref();
    let born = who.and_then(|who| patient::birth_date(who.birth_date.as_deref()?, at.date()).ok());
    Envelope {
        sex: who.and_then(|who| who.sex).map_or_else(String::new, |sex| sex.as_str().to_owned()),
        age_65_plus: born.map(|born| patient::age(born, at.date()) >= 65),
        images: pictures as u32,
        findings: content.findings.len() as u32,
        interpreter: interpreter(content),
        view_overrides: content.view_overrides.len() as u32,
        emergency_call: content.emergency_call.is_some(),
        ..envelope
    }
}

/// Whether the patient needs an interpreter, when that was answered.
fn interpreter(content: &DraftContent) -> Option<bool> {
    let header = content.answers.iter().find(|one| one.questionnaire == "referral")?;
    match header.values.get("interpreter")? {
        Value::Boolean(needed) => Some(*needed),
        _ => None,
    }
}

fn answers(one: &QuestionnaireAnswers) -> Answers {
    Answers {
        questionnaire: one.questionnaire.clone(),
        version: one.version,
        finding: one.finding_id.map(bytes).unwrap_or_default(),
        // A map of strings, numbers and the like always has a JSON text.
        values: to_string(&one.values).unwrap_or_default(),
    }
}

fn emergency_call(call: &EmergencyCall) -> proto::intake::EmergencyCall {
    proto::intake::EmergencyCall { spoke_with: call.spoke_with.trim().to_owned(), at_us: call.at.map_or(0, At::micros) }
}

fn view_override(one: &ViewOverride) -> proto::intake::ViewOverride {
    proto::intake::ViewOverride {
        finding: one.finding_id.map(bytes).unwrap_or_default(),
        view: one.view.as_str().to_owned(),
        reason: one.reason.trim().to_owned(),
    }
}

fn bytes(id: Uuid) -> Vec<u8> {
    id.as_bytes().to_vec()
}

fn finding(finding: &Finding) -> proto::intake::Finding {
    let site = finding.body_site.clone();
    proto::intake::Finding {
        id: bytes(finding.id),
        site_code: site.as_ref().map(|site| site.code.clone()).unwrap_or_default(),
        site_system: site.as_ref().map(|site| site.system.clone()).unwrap_or_default(),
        site_display: site.map(|site| site.display).unwrap_or_default(),
        laterality: finding.laterality.map_or_else(String::new, |one| one.as_str().to_owned()),
        kind: finding.kind.map_or_else(String::new, |one| one.as_str().to_owned()),
        description: finding.description.clone(),
        duration: finding.duration.clone(),
    }
}

/// A picture as events carry it.
pub fn picture(row: &image::Row, content: &DraftContent) -> Picture {
    Picture {
        image: bytes(row.id),
        finding: row.finding.filter(|id| content.has_finding(*id)).map(bytes).unwrap_or_default(),
        view: row.view.as_str().to_owned(),
        media_type: row.media_type.clone(),
        bytes: row.bytes as u64,
        sha256: row.sha256.clone(),
        object: row.object.clone(),
        stored_sha256: row.stored_sha256.clone(),
        stored_bytes: row.stored_bytes as u64,
        width: row.width as u32,
        height: row.height as u32,
        captured_us: row.captured_at.map_or(0, At::micros),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::content;
    use crate::vocabulary::Sex;
    use time::macros::datetime;

    #[test]
    fn the_envelope_counts_without_identity() {
        let mut content = DraftContent { patient: Some(content::Patient::default()), ..DraftContent::default() };
        let at: At = datetime!(2026-03-02 08:00 UTC).into();
        assert_eq!(counted(Envelope::default(), &content, 2, at).age_65_plus, None);
        for (born, old) in [("1961-03-02", true), ("1961-03-03", false)] {
            let patient = content.patient.as_mut().unwrap();
            (patient.birth_date, patient.sex) = (Some(born.into()), Some(Sex::Male));
            let envelope = counted(Envelope::default(), &content, 2, at);
            assert_eq!((envelope.age_65_plus, envelope.sex.as_str(), envelope.images), (Some(old), "male", 2));
        }
    }
}
