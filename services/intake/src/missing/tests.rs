//! One test per field: each refusal has its path, its code and a sentence that says what to do.

use super::*;
use crate::emergency::EmergencyCall;
use crate::sample::{FINDING, applying, here, photographs};
use crate::vocabulary::{FindingKind, IdentifierSystem, Priority};
use crate::wanted::ViewOverride;
use proto::questionnaire::{ALL, Level, Questionnaire, Value};
use time::Duration;

fn complete() -> DraftContent {
    crate::sample::complete(Specialty::Dermatology, FindingKind::Lesion)
}

/// The third picture of three, in that state.
fn pictures(state: ImageState) -> Vec<Shown> {
    let mut all = photographs();
    all[2].state = state;
    all
}

fn found(content: &DraftContent, pictures: &[Shown], offered: Offered<'_>) -> Vec<(String, String)> {
    let list = missing(content, pictures, offered, here());
    for error in &list {
        assert!(error.message.ends_with('.') && error.message.len() > 15, "{error:?}");
    }
    list.into_iter().map(|error| (error.field, error.code.into_owned())).collect()
}

/// The one refusal after `change` of a complete referral.
fn after(change: impl FnOnce(&mut DraftContent)) -> (String, String) {
    let mut content = complete();
    change(&mut content);
    let mut list = found(&content, &photographs(), Some(&[Specialty::Dermatology]));
    assert_eq!(list.len(), 1, "{list:?}");
    list.remove(0)
}

fn is(found: (String, String), field: &str, code: &str) {
    assert_eq!((found.0.as_str(), found.1.as_str()), (field, code));
}

#[test]
fn nothing_is_missing_in_a_complete_referral() {
    for state in [ImageState::Ready, ImageState::Processing] {
        assert_eq!(found(&complete(), &pictures(state), Some(&[Specialty::Dermatology])), []);
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
        "history",
        "priority",
        "answers.referral.provisional-diagnosis",
        "answers.referral.medication",
        "answers.referral.allergies",
        "answers.referral.consent",
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
    let pictures = photographs();
    let mut codes = |born: &str, synthetic| -> Vec<String> {
        content.patient.as_mut().unwrap().birth_date = Some(born.into());
        let setting = Setting { synthetic, ..here() };
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
    let content = DraftContent { specialty: None, ..complete() };
    let unanswered = found(&content, &photographs(), Some(&[Specialty::Dermatology]));
    assert_eq!(
        unanswered,
        [("specialty".into(), "required".into())],
        "nothing is asked for by a specialty that is open"
    );
    is(after(|content| content.department_id = None), "departmentId", "required");
    let offered: Offered<'_> = Some(&[Specialty::Ent]);
    assert_eq!(found(&complete(), &photographs(), offered), [("departmentId".into(), "wrong-specialty".into())]);
    let unknown = found(&complete(), &photographs(), None);
    assert_eq!(unknown, [("departmentId".into(), "unknown-department".into())]);
    is(after(|content| content.priority = None), "priority", "required");
    is(after(|content| content.question = Some("\n".into())), "question", "required");
    is(after(|content| content.history = None), "history", "required");
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
    let mut pictures = photographs();
    pictures[4].finding = Some(Uuid::from_u128(2));
    let list = missing(&complete(), &pictures, Some(&[Specialty::Dermatology]), here());
    assert_eq!((list.len(), list[0].field.clone()), (1, format!("images.{}", pictures[4].id)));
    assert_eq!(list[0].code, "unknown-finding");
    assert!(list[0].message.starts_with("Picture 5 ") && list[0].message.ends_with("Choose its finding."));
}

#[test]
fn findings_and_pictures() {
    let mut content = complete();
    content.findings.clear();
    let offered: Offered<'_> = Some(&[Specialty::Dermatology]);
    let whole: Vec<Shown> = photographs().into_iter().map(|one| Shown { finding: None, ..one }).collect();
    assert_eq!(found(&content, &whole, offered), [("findings".into(), "required".into())]);
    is(after(|content| content.findings[0].body_site = None), "findings[0].bodySite", "required");
    is(
        after(|content| content.findings[0].body_site.as_mut().unwrap().code = "1".into()),
        "findings[0].bodySite",
        "unknown-site",
    );
    is(after(|content| content.findings[0].laterality = None), "findings[0].laterality", "required");
    is(after(|content| content.findings[0].kind = None), "findings[0].kind", "required");
    let none: Vec<String> = found(&complete(), &[], offered).into_iter().map(|(field, _)| field).collect();
    let expected =
        ["images", "findings[0].views.overview", "findings[0].views.close-up", "findings[0].views.dermoscopic"];
    assert_eq!(none, expected);
    let mut rejected = photographs();
    rejected[4].state = ImageState::Rejected;
    assert_eq!(
        found(&complete(), &rejected, offered),
        [(format!("images.{}", rejected[4].id), "rejected-image".into())]
    );
}

#[test]
fn a_small_photograph_is_refused_and_a_small_sheet_is_not() {
    let mut pictures = photographs();
    (pictures[0].size, pictures[4].size) = ((799, 600), (320, 240));
    let refused = found(&complete(), &pictures, Some(&[Specialty::Dermatology]));
    assert_eq!(refused, [(format!("images.{}", pictures[0].id), "too-small".into())]);
    pictures[0].size = (600, 800);
    assert_eq!(found(&complete(), &pictures, Some(&[Specialty::Dermatology])), []);
}

#[test]
fn a_view_is_there_or_it_is_said_why_not() {
    let mut content = complete();
    let pictures: Vec<Shown> = photographs().into_iter().filter(|one| one.view != View::Dermoscopic).collect();
    let offered: Offered<'_> = Some(&[Specialty::Dermatology]);
    assert_eq!(found(&content, &pictures, offered), [("findings[0].views.dermoscopic".into(), "view-missing".into())]);
    let said =
        ViewOverride { finding_id: Some(FINDING), view: View::Dermoscopic, reason: "No dermoscope here.".into() };
    content.view_overrides = vec![ViewOverride { reason: " ".into(), ..said.clone() }];
    assert_eq!(found(&content, &pictures, offered).len(), 1, "a blank reason is none");
    content.view_overrides.push(said.clone());
    assert_eq!(found(&content, &pictures, offered), []);
    let sent = content.as_sent(&ALL, &pictures, here().today);
    assert_eq!(sent.view_overrides, [said]);
    assert_eq!(content.as_sent(&ALL, &photographs(), here().today).view_overrides, []);
}

const WHERE: &[(Specialty, FindingKind)] = &[
    (Specialty::Dermatology, FindingKind::Lesion),
    (Specialty::Dermatology, FindingKind::Rash),
    (Specialty::Ent, FindingKind::Ear),
    (Specialty::PlasticSurgery, FindingKind::Wound),
    (Specialty::PlasticSurgery, FindingKind::Burn),
    (Specialty::PlasticSurgery, FindingKind::Scar),
    (Specialty::PlasticSurgery, FindingKind::Lesion),
];

/// The field of an item.
fn field(one: &Questionnaire, link_id: &str) -> String {
    match one.level {
        Level::Referral => format!("answers.{}.{link_id}", one.id),
        Level::Finding => format!("findings[0].answers.{link_id}"),
    }
}

/// Questionnaire by questionnaire: with nothing answered every required item is named, and each alone when it alone lacks;
/// answered, nothing is.
#[test]
fn every_questionnaire_says_what_is_missing() {
    let mut seen = std::collections::BTreeSet::new();
    for (specialty, kind) in WHERE {
        let whole = crate::sample::complete(*specialty, *kind);
        let offered: Offered<'_> = Some(&[*specialty]);
        assert_eq!(found(&whole, &photographs(), offered), [], "{specialty:?} {kind:?}");
        for one in applying(*specialty, *kind) {
            seen.insert(one.id.clone());
            let at = whole.answers.iter().position(|given| given.questionnaire == one.id).unwrap();
            let required = one.item.iter().filter(|item| item.required && item.enable_when.is_none());
            let expected: Vec<(String, String)> =
                required.map(|item| (field(one, &item.link_id), "required".to_owned())).collect();
            let mut nothing = whole.clone();
            nothing.answers.remove(at);
            let asked: Vec<_> = found(&nothing, &photographs(), offered);
            assert_eq!(asked, expected, "{}", one.id);
            for (name, code) in expected {
                let mut without = whole.clone();
                without.answers[at].values.remove(name.rsplit('.').next().unwrap());
                assert_eq!(found(&without, &photographs(), offered), [(name, code)]);
            }
        }
    }
    assert_eq!(seen.len(), 10, "every questionnaire was tried: {seen:?}");
}

#[test]
fn an_item_that_is_enabled_is_asked_for() {
    let header = |values: &[(&str, Value)]| {
        let mut content = complete();
        content.answers[0].values.extend(values.iter().map(|(name, value)| ((*name).to_owned(), value.clone())));
        found(&content, &photographs(), Some(&[Specialty::Dermatology]))
    };
    let (yes, other) = (Value::Boolean(true), Value::Text("other".into()));
    assert_eq!(header(&[("interpreter", Value::Boolean(false))]), []);
    let language = [("answers.referral.language".to_owned(), "required".to_owned())];
    assert_eq!(header(&[("interpreter", yes.clone())]), language);
    let name = [("answers.referral.language-name".to_owned(), "required".to_owned())];
    assert_eq!(header(&[("interpreter", yes), ("language", other.clone())]), name);
    assert_eq!(header(&[("language", other)]), []);
    let refused = header(&[("consent", Value::Boolean(false))]);
    assert_eq!(refused, [("answers.referral.consent".to_owned(), "must-be".to_owned())]);
}

#[test]
fn a_red_flag_is_phoned_in_before_it_is_sent() {
    let mut content = crate::sample::complete(Specialty::Ent, FindingKind::Ear);
    let offered: Offered<'_> = Some(&[Specialty::Ent]);
    let flagged = Value::Codes(vec!["sudden-hearing-loss".into()]);
    content.answers[1].values.insert("red-flags".into(), flagged);
    content.priority = Some(Priority::Urgent);
    let now = here().now;
    let mut with = |call: Option<EmergencyCall>| {
        content.emergency_call = call;
        found(&content, &photographs(), offered)
    };
    let needed = |field: &str, code: &str| vec![(field.to_owned(), code.to_owned())];
    assert_eq!(with(None), needed("emergencyCall", "emergency-call"));
    assert_eq!(with(Some(EmergencyCall::default())), needed("emergencyCall", "emergency-call"));
    let call = EmergencyCall { spoke_with: "Dr. Lund".into(), at: Some(now - Duration::minutes(9)) };
    assert_eq!(with(Some(EmergencyCall { at: None, ..call.clone() })), needed("emergencyCall.at", "required"));
    let ahead = EmergencyCall { at: Some(now + Duration::hours(1)), ..call.clone() };
    assert_eq!(with(Some(ahead)), needed("emergencyCall.at", "call-in-the-future"));
    let early = EmergencyCall { at: Some(now - Duration::hours(25)), ..call.clone() };
    assert_eq!(with(Some(early)), needed("emergencyCall.at", "call-too-early"));
    let nobody = EmergencyCall { spoke_with: "\u{200b}".into(), ..call.clone() };
    assert_eq!(with(Some(nobody)), needed("emergencyCall.spokeWith", "required"));
    assert_eq!(with(Some(call)), []);
}

/// Nobody's cancer waits two weeks because one of two fields says routine.
#[test]
fn how_soon_is_not_less_than_what_the_answers_say() {
    let mut content = complete();
    content.answers[0].values.insert("request-type".into(), Value::Text("suspected-cancer".into()));
    let mut with = |priority: Priority| {
        content.priority = Some(priority);
        found(&content, &photographs(), Some(&[Specialty::Dermatology]))
    };
    let refused = [("priority".to_owned(), "cancer-priority".to_owned())];
    assert_eq!(with(Priority::Routine), refused);
    assert_eq!(with(Priority::Urgent), refused);
    assert_eq!(with(Priority::SuspectedCancer), []);

    let mut content = crate::sample::complete(Specialty::Ent, FindingKind::Ear);
    content.answers[1].values.insert("red-flags".into(), Value::Codes(vec!["sudden-hearing-loss".into()]));
    content.emergency_call = Some(EmergencyCall { spoke_with: "Dr. Lund".into(), at: Some(here().now) });
    let mut with = |priority: Priority| {
        content.priority = Some(priority);
        found(&content, &photographs(), Some(&[Specialty::Ent]))
    };
    assert_eq!(with(Priority::Routine), [("priority".to_owned(), "red-flag-priority".to_owned())]);
    assert_eq!(with(Priority::Urgent), []);
    assert_eq!(with(Priority::SuspectedCancer), []);
}

/// Old drafts and old answers: what was begun under a version is finished under it.
#[test]
fn a_draft_that_was_begun_under_an_older_version_stays_valid() {
    let first = ALL.newest("referral").unwrap().clone();
    let mut second = Questionnaire { version: first.version + 1, ..first.clone() };
    let mut asked_anew = second.item.iter().find(|item| item.link_id == "medication").unwrap().clone();
    asked_anew.link_id = "asked-anew".into();
    second.item.push(asked_anew);
    let catalogue = Catalogue::new(ALL.all().iter().cloned().chain([second]));
    let setting = Setting { catalogue: &catalogue, ..here() };
    let fields = |content: &DraftContent| -> Vec<String> {
        let list = missing(content, &photographs(), Some(&[Specialty::Dermatology]), setting);
        list.into_iter().map(|error| error.field).collect()
    };
    let begun = complete();
    assert_eq!(fields(&begun), Vec::<String>::new());
    let mut anew = complete();
    anew.answers[0].version += 1;
    assert_eq!(fields(&anew), ["answers.referral.asked-anew"]);
    anew.answers.remove(0);
    assert!(fields(&anew).contains(&"answers.referral.asked-anew".to_owned()), "the newest is wanted of a new draft");
    let sent = begun.as_sent(&catalogue, &photographs(), here().today);
    assert_eq!(sent.answers, begun.answers, "and it is sent under its version");
}
