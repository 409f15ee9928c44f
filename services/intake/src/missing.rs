//! What Send would refuse now: field by field, with the remedy. The browser shows the same list while a draft is written.

use crate::answers::asked;
use crate::body_site;
use crate::content::{DraftContent, Finding, Patient};
use crate::emergency::red_flags;
use crate::identifier;
use crate::patient::{self, BirthDateFlaw};
use crate::text;
use crate::vocabulary::{ImageState, Specialty, View};
use crate::wanted::{is_small, wanted};
use kit::At;
use kit::http::FieldError;
use proto::questionnaire::Catalogue;
use time::Date;
use uuid::Uuid;

/// A picture as the rules see it.
#[derive(Clone, Debug)]
pub struct Shown {
    /// Its id.
    pub id: Uuid,
    /// Its number on the screen, from 1.
    pub number: usize,
    /// Which finding it belongs to; none: the whole referral.
    pub finding: Option<Uuid>,
    /// What it shows.
    pub view: View,
    /// Pixels as stored.
    pub size: (u32, u32),
    /// Of a JPEG, how many bytes of 24-bit pixels one byte of it stands for; other formats do with less.
    pub compression: Option<u64>,
    /// How far it has come.
    pub state: ImageState,
    /// Why it was rejected.
    pub reason: Option<String>,
}

/// What the chosen department takes; `None` when there is no such department.
pub type Offered<'a> = Option<&'a [Specialty]>;

/// Where and when something is sent.
#[derive(Clone, Copy, Debug)]
pub struct Setting<'a> {
    /// The calendar day.
    pub today: Date,
    /// The instant.
    pub now: At,
    /// When it was begun.
    pub begun: At,
    /// What is asked.
    pub catalogue: &'a Catalogue,
    /// Whether everybody here is made up: numbers of synthetic people are taken then.
    pub synthetic: bool,
}

const REQUIRED: &str = "required";

/// Everything that is missing or wrong, in the order of the page. Pictures are those not removed; one that is still being
/// prepared is fine, because it arrived whole.
pub fn missing(
    content: &DraftContent,
    pictures: &[Shown],
    department: Offered<'_>,
    setting: Setting<'_>,
) -> Vec<FieldError> {
    let mut list = List(Vec::new());
    list.patient(content.patient.as_ref().unwrap_or(&Patient::default()), setting);
    list.recipient(content, department);
    if content.findings.is_empty() {
        list.add("findings", REQUIRED, "Add at least one finding: it is what the specialist answers.");
    }
    for (at, finding) in content.findings.iter().enumerate() {
        list.finding(at, finding);
    }
    let asked = asked(content, setting.catalogue, setting.today);
    list.answers(asked.iter().filter(|one| one.finding.is_some()), setting.today);
    list.pictures(pictures, content);
    list.views(&wanted(content, &asked, pictures), content);
    if blank(content.question.as_deref()) {
        list.add("question", REQUIRED, "Write what you want to know from the specialist.");
    }
    if blank(content.history.as_deref()) {
        list.add(
            "history",
            REQUIRED,
            "Write how it began and went: since when, symptoms, course, and what treatment did.",
        );
    }
    list.priority(content.priority, &asked);
    list.answers(asked.iter().filter(|one| one.finding.is_none()), setting.today);
    list.emergency(content.emergency_call.as_ref(), red_flags(&asked).is_empty(), (setting.now, setting.begun));
    list.0
}

fn blank(text: Option<&str>) -> bool {
    text.is_none_or(text::blank)
}

/// Whether the patient's number says another birth date.
fn differs(patient: &Patient, born: Date) -> bool {
    let number = patient.identifier_system.zip(patient.identifier.as_deref());
    number.is_some_and(|(system, written)| identifier::contradicts(system, written, born))
}

pub(crate) struct List(Vec<FieldError>);

mod asked;

impl List {
    fn add(&mut self, field: impl Into<String>, code: &'static str, message: impl Into<String>) {
        self.0.push(FieldError::new(field, code, message.into()));
    }

    fn patient(&mut self, patient: &Patient, setting: Setting<'_>) {
        self.identifier(patient, setting.synthetic);
        if blank(patient.name.as_deref()) {
            self.add("patient.name", REQUIRED, "Write the patient's name.");
        }
        self.birth_date(patient, setting.today);
        if patient.sex.is_none() {
            self.add("patient.sex", REQUIRED, "Choose the patient's sex; “unknown” is allowed.");
        }
    }

    fn identifier(&mut self, patient: &Patient, synthetic: bool) {
        let written = patient.identifier.as_deref().unwrap_or_default();
        let flaw = if let Some(system) = patient.identifier_system {
            identifier::flaw(system, written, synthetic)
        } else {
            self.add("patient.identifierSystem", REQUIRED, "Choose which kind of number the patient's number is.");
            text::blank(written).then_some(identifier::MISSING)
        };
        if let Some(flaw) = flaw {
            self.add("patient.identifier", flaw.code, flaw.message);
        }
    }

    fn birth_date(&mut self, patient: &Patient, today: Date) {
        let flaw = match patient.birth_date.as_deref().filter(|text| !text.is_empty()) {
            None => Some((REQUIRED, "Write the patient's date of birth.")),
            Some(text) => match patient::birth_date(text, today) {
                Ok(born) => differs(patient, born).then_some((
                    "birth-date-differs",
                    "The date of birth differs from the one in the patient's number. The number's check digits fit, so check the date of birth first, then whether the number is this patient's.",
                )),
                Err(BirthDateFlaw::NotADate) => Some((
                    "not-a-date",
                    "There is no such day. Write the date of birth as year-month-day, for example 1958-03-14.",
                )),
                Err(BirthDateFlaw::InTheFuture) => {
                    Some(("in-the-future", "The date of birth is in the future. Check the year."))
                }
                Err(BirthDateFlaw::TooLongAgo) => {
                    Some(("too-long-ago", "The date of birth is more than 130 years ago. Check the year."))
                }
            },
        };
        if let Some((code, message)) = flaw {
            self.add("patient.birthDate", code, message);
        }
    }

    fn recipient(&mut self, content: &DraftContent, department: Offered<'_>) {
        if content.specialty.is_none() {
            self.add("specialty", REQUIRED, "Choose the specialty that you ask.");
        }
        match (content.department_id, department, content.specialty) {
            (None, _, _) => self.add("departmentId", REQUIRED, "Choose the department that you ask."),
            (Some(_), None, _) => {
                self.add(
                    "departmentId",
                    "unknown-department",
                    "This department does not receive referrals here. Choose another one.",
                );
            }
            (Some(_), Some(offered), Some(specialty)) if !offered.contains(&specialty) => {
                self.add(
                    "departmentId",
                    "wrong-specialty",
                    "This department does not answer for the chosen specialty. Choose another department or specialty.",
                );
            }
            _ => {}
        }
    }

    fn finding(&mut self, at: usize, finding: &Finding) {
        let number = at + 1;
        match &finding.body_site {
            None => self.add(
                format!("findings[{at}].bodySite"),
                REQUIRED,
                format!("Choose where on the body finding {number} is."),
            ),
            Some(site) if !body_site::is_known(&site.system, &site.code) => {
                let message = format!("The body site of finding {number} is not in the list. Choose it from the list.");
                self.add(format!("findings[{at}].bodySite"), "unknown-site", message);
            }
            Some(_) => {}
        }
        if finding.laterality.is_none() {
            let message = format!("Choose on which side finding {number} is, or that it has no side.");
            self.add(format!("findings[{at}].laterality"), REQUIRED, message);
        }
        if finding.kind.is_none() {
            self.add(format!("findings[{at}].kind"), REQUIRED, format!("Choose what finding {number} is."));
        }
    }

    fn pictures(&mut self, pictures: &[Shown], content: &DraftContent) {
        if pictures.is_empty() {
            self.add("images", REQUIRED, "Add at least one picture.");
        }
        for picture in pictures {
            let (field, number) = (format!("images.{}", picture.id), picture.number);
            if picture.state == ImageState::Rejected {
                let reason = picture.reason.as_deref().unwrap_or("It could not be read.");
                let message =
                    format!("Picture {number} can't be sent. {reason} Remove it, and add another one if it is needed.");
                self.add(field, "rejected-image", message);
            } else if picture.finding.is_some_and(|finding| !content.has_finding(finding)) {
                let message = format!(
                    "Picture {number} shows a finding that is not in the referral any more. Choose its finding."
                );
                self.add(field, "unknown-finding", message);
            } else if picture.view.is_photograph() && is_small(picture.size.0, picture.size.1) {
                let (width, height) = picture.size;
                let message = format!(
                    "Picture {number} is {width} × {height} pixels; a photograph needs 800 × 600 at least. Take it again with a higher resolution and without zoom."
                );
                self.add(field, "too-small", message);
            }
        }
    }
}

#[cfg(test)]
mod tests;
