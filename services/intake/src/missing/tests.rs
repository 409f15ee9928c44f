//! One test per field: each refusal has its path, its code and a sentence that says what to do.

use super::*;
use crate::content::CodedSite;
use crate::vocabulary::{FindingKind, IdentifierSystem, Laterality, Priority, Sex};
use time::macros::date;

const HERE: Setting = Setting { today: date!(2026 - 03 - 02), synthetic: false };

fn complete() -> DraftContent {
    DraftContent {
        patient: Some(Patient {
            identifier_system: Some(IdentifierSystem::Generic),
            identifier: Some("SYNTHETIC-1".into()),
            name: Some("SYNTHETIC Kari Nordmann".into()),
            birth_date: Some("1958-03-14".into()),
            sex: Some(Sex::Female),
        }),
        specialty: Some(Specialty::Dermatology),
        department_id: Some(Uuid::from_u128(9)),
        priority: Some(Priority::Routine),
        question: Some("Is this mole benign?".into()),
        history: None,
        findings: vec![Finding {
            id: Uuid::from_u128(1),
            body_site: Some(CodedSite { code: "66643007".into(), system: "SCT".into(), display: "Rygg".into() }),
            laterality: Some(Laterality::None),
            kind: Some(FindingKind::Lesion),
            description: String::new(),
            duration: String::new(),
        }],
    }
}

fn picture(state: ImageState) -> Shown {
    Shown { id: Uuid::from_u128(5), number: 1, finding: None, state, reason: None }
}

fn found(content: &DraftContent, pictures: &[Shown], offered: Offered<'_>) -> Vec<(String, String)> {
    let list = missing(content, pictures, offered, HERE);
    for error in &list {
        assert!(error.message.ends_with('.') && error.message.len() > 15, "{error:?}");
    }
    list.into_iter().map(|error| (error.field, error.code.into_owned())).collect()
}

/// The one refusal after `change` of a complete referral.
fn after(change: impl FnOnce(&mut DraftContent)) -> (String, String) {
    let mut content = complete();
    change(&mut content);
    let mut list = found(&content, &[picture(ImageState::Ready)], Some(&[Specialty::Dermatology]));
    assert_eq!(list.len(), 1, "{list:?}");
    list.remove(0)
}

fn is(found: (String, String), field: &str, code: &str) {
    assert_eq!((found.0.as_str(), found.1.as_str()), (field, code));
}

#[test]
fn nothing_is_missing_in_a_complete_referral() {
    for state in [ImageState::Ready, ImageState::Processing] {
        assert_eq!(found(&complete(), &[picture(state)], Some(&[Specialty::Dermatology])), []);
    }
}

#[test]
fn an_empty_draft_lists_every_field_in_the_order_of_the_page() {
    let fields: Vec<String> = found(&DraftContent::default(), &[], None).into_iter().map(|(field, _)| field).collect();
    let expected = [
        "patient.identifierSystem",
        "patient.identifier",
        "patient.name",
        "patient.birthDate",
        "patient.sex",
        "specialty",
        "departmentId",
        "findings",
        "images",
        "question",
        "priority",
    ];
    assert_eq!(fields, expected);
}

#[test]
fn the_patient() {
    let patient = |change: fn(&mut Patient)| after(move |content| change(content.patient.as_mut().unwrap()));
    is(patient(|p| p.identifier_system = None), "patient.identifierSystem", "required");
    is(patient(|p| p.identifier = Some("  ".into())), "patient.identifier", "required");
    is(patient(|p| p.name = None), "patient.name", "required");
    is(patient(|p| p.birth_date = None), "patient.birthDate", "required");
    is(patient(|p| p.birth_date = Some("1958-02-30".into())), "patient.birthDate", "not-a-date");
    is(patient(|p| p.birth_date = Some("2026-03-03".into())), "patient.birthDate", "in-the-future");
    is(patient(|p| p.birth_date = Some("1858-03-14".into())), "patient.birthDate", "too-long-ago");
    is(patient(|p| p.sex = None), "patient.sex", "required");
}

#[test]
fn the_number() {
    let number = |system, number: &str| {
        after(|content| {
            let patient = content.patient.as_mut().unwrap();
            (patient.identifier_system, patient.identifier) = (Some(system), Some(number.into()));
        })
    };
    use IdentifierSystem::{Generic, Nhs, NoNational};
    for (system, written, code) in [
        (NoNational, "SYNTHETIC-1", "national-number-letters"),
        (NoNational, "1403584029", "national-number-length"),
        (NoNational, "32035840292", "national-number-date"),
        (NoNational, "14035840291", "national-number-check"),
        (NoNational, "148358 40264", "national-number-synthetic"),
        (Nhs, "SYNTHETIC-1", "nhs-number-letters"),
        (Nhs, "943476587", "nhs-number-length"),
        (Nhs, "943 476 5871", "nhs-number-check"),
        (Nhs, "999-999-9999", "nhs-number-filler"),
        (Generic, "A number that is much too long for one", "number-too-long"),
        (Generic, "AB\u{200b}12", "number-hidden-characters"),
    ] {
        is(number(system, written), "patient.identifier", code);
    }
}

#[test]
fn the_birth_date_must_be_the_numbers() {
    let mut content = complete();
    let patient = content.patient.as_mut().unwrap();
    (patient.identifier_system, patient.identifier) = (Some(IdentifierSystem::NoNational), Some("148358 40264".into()));
    let pictures = [picture(ImageState::Ready)];
    let mut codes = |born: &str, synthetic| -> Vec<String> {
        content.patient.as_mut().unwrap().birth_date = Some(born.into());
        let setting = Setting { synthetic, ..HERE };
        let list = missing(&content, &pictures, Some(&[Specialty::Dermatology]), setting);
        list.into_iter().map(|error| format!("{} {}", error.field, error.code)).collect()
    };
    assert!(codes("1958-03-14", true).is_empty());
    assert_eq!(codes("1958-03-15", true), ["patient.birthDate birth-date-differs"]);
    assert_eq!(codes("1958-02-30", true), ["patient.birthDate not-a-date"]);
    assert_eq!(codes("1958-03-14", false), ["patient.identifier national-number-synthetic"]);
}

#[test]
fn the_recipient() {
    is(after(|content| content.specialty = None), "specialty", "required");
    is(after(|content| content.department_id = None), "departmentId", "required");
    is(after(|content| content.specialty = Some(Specialty::Ent)), "departmentId", "wrong-specialty");
    let unknown = found(&complete(), &[picture(ImageState::Ready)], None);
    assert_eq!(unknown, [("departmentId".into(), "unknown-department".into())]);
    is(after(|content| content.priority = None), "priority", "required");
    is(after(|content| content.question = Some("\n".into())), "question", "required");
}

#[test]
fn what_cannot_be_seen_is_missing() {
    let hidden = || Some("\u{200b}\u{feff}\0\u{202e}".to_owned());
    is(after(|content| content.question = hidden()), "question", "required");
    let patient = |change: fn(&mut Patient, Option<String>)| {
        after(move |content| change(content.patient.as_mut().unwrap(), hidden()))
    };
    is(patient(|p, text| p.name = text), "patient.name", "required");
    is(patient(|p, text| p.identifier = text), "patient.identifier", "required");
}

#[test]
fn a_picture_of_a_finding_that_is_gone_needs_another() {
    let of = |finding| Shown { finding: Some(Uuid::from_u128(finding)), ..picture(ImageState::Ready) };
    let offered: Offered<'_> = Some(&[Specialty::Dermatology]);
    assert_eq!(found(&complete(), &[of(1)], offered), []);
    let list = missing(&complete(), &[of(2)], offered, HERE);
    assert_eq!((list.len(), list[0].field.clone()), (1, format!("images.{}", Uuid::from_u128(5))));
    assert_eq!(list[0].code, "unknown-finding");
    assert!(list[0].message.starts_with("Picture 1 ") && list[0].message.ends_with("Choose its finding."));
}

#[test]
fn findings_and_pictures() {
    is(after(|content| content.findings.clear()), "findings", "required");
    is(after(|content| content.findings[0].body_site = None), "findings[0].bodySite", "required");
    is(
        after(|content| content.findings[0].body_site.as_mut().unwrap().code = "1".into()),
        "findings[0].bodySite",
        "unknown-site",
    );
    is(after(|content| content.findings[0].laterality = None), "findings[0].laterality", "required");
    is(after(|content| content.findings[0].kind = None), "findings[0].kind", "required");
    let offered: Offered<'_> = Some(&[Specialty::Dermatology]);
    assert_eq!(found(&complete(), &[], offered), [("images".into(), "required".into())]);
    let rejected = found(&complete(), &[picture(ImageState::Ready), picture(ImageState::Rejected)], offered);
    assert_eq!(rejected, [(format!("images.{}", Uuid::from_u128(5)), "rejected-image".into())]);
}
