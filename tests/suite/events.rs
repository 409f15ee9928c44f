//! Old events must decode for ever: `tests/events/<kind>.<revision>.bin` keeps one of each (length of the envelope in four
//! bytes, envelope, fact). A file is written once, by `NEW_EVENTS=1`, and never changed.

use prost::Message;
use proto::envelope::Envelope;
use proto::{directory, imaging, intake, review};
use std::path::{Path, PathBuf};

fn file(kind: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("events/{kind}.1.bin"))
}

/// Every kind with a sample, and a check that bytes decode to something that encodes to the same bytes.
macro_rules! kinds {
    ($($module:ident::$name:ident { $($field:ident: $value:expr),* $(,)? }),+ $(,)?) => {
        fn sample(kind: &str) -> Option<Vec<u8>> {
            match kind {
                $(stringify!($name) => Some($module::$name { $($field: $value),* }.encode_to_vec()),)+
                _ => None,
            }
        }
        fn comes_back(kind: &str, bytes: &[u8]) -> bool {
            match kind {
                $(stringify!($name) => $module::$name::decode(bytes).is_ok_and(|fact| fact.encode_to_vec() == bytes && fact == ($module::$name { $($field: $value),* })),)+
                _ => false,
            }
        }
    };
}

fn text(word: &str) -> String {
    word.to_owned()
}

fn picture() -> intake::Picture {
    intake::Picture {
        image: vec![1; 16],
        finding: vec![2; 16],
        view: text("close-up"),
        media_type: text("image/jpeg"),
        bytes: 1_234_567,
        sha256: vec![3; 32],
        object: text("originals/1"),
        stored_sha256: vec![4; 32],
        stored_bytes: 1_234_600,
        width: 4032,
        height: 3024,
        // Came later.
        captured_us: 0,
    }
}

fn patient() -> intake::Patient {
    intake::Patient {
        identifier_system: text("no-national"),
        identifier: text("13917404012"),
        name: text("Kari SYNTHETIC"),
        birth_date: text("1974-11-13"),
        sex: text("female"),
        // Came later, as below: what was written before has none.
        phone: String::new(),
        address: String::new(),
    }
}

fn finding() -> intake::Finding {
    intake::Finding {
        id: vec![2; 16],
        site_code: text("66643007"),
        site_system: text("SCT"),
        site_display: text("Skin of back"),
        laterality: text("left"),
        kind: text("lesion"),
        description: text("7 mm"),
        duration: text("6 months"),
    }
}

kinds! {
    directory::PracticeRegistered { name: text("Solvik"), municipality: text("Solvik"), centrality: 5, distance_km: 120, opened_on: text("2010-01-01"), test_practice: true, external_key: String::new(), closed_on: String::new(), trial_arm: String::new(), phone: String::new() },
    directory::PracticeChanged { name: text("Solvik"), municipality: text("Solvik"), centrality: None, distance_km: None, opened_on: None, test_practice: None, external_key: None, closed_on: None, trial_arm: None, phone: None },
    directory::RegisterRecorded {},
    directory::EnablementRecorded { note: text("by post") },
    directory::DepartmentRegistered { name: text("Skin"), hospital: text("Hospital"), specialties: vec![text("dermatology"), text("ent")], duty_phone: text("00"), duty_hours: String::new() },
    directory::DepartmentChanged { duty_phone: Some(text("00")), duty_hours: Some(String::new()) },
    directory::PersonRegistered { name: text("Grete"), email: text("grete@lysbro.example"), language: text("nb"), hpr_number: String::new() },
    directory::GrantGiven { grant: vec![5; 16], person: vec![6; 16], role: text("specialist"), covers_for: Vec::new() },
    directory::GrantEnded { grant: vec![5; 16], person: vec![6; 16], forced: false, reason: String::new() },
    directory::PracticeClosed { closed_on: text("2026-06-30"), covering: vec![13; 16], covering_name: text("Havnes") },
    directory::PracticeMerged { closed_on: text("2026-06-30"), into: vec![13; 16], into_name: text("Havnes") },
    directory::SignedIn { how: text("link") },
    directory::PracticeDeputyChosen { person: vec![6; 16], name: text("Siri") },
    directory::PreferencesChosen { language: text("nb"), digest: true, hpr_number: None },
    directory::EquipmentPlaced { make: text("Make 3"), serial: text("DS-100"), place: text("Room 2") },
    directory::EquipmentWithdrawn { reason: text("Broken") },
    directory::TrainingGiven {},
    directory::SupportGiven { note: text("They ask for a shorter cable") },
    directory::ReasonGiven { text: text("The light"), after: text("draft") },
    directory::NoticeConfirmed {},
    directory::ContextNoted { row: vec![22; 16], replaces: vec![23; 16], text: text("A new tariff") },
    directory::ContextWithdrawn { row: vec![22; 16], replaces: vec![23; 16], reason: text("It was put off") },
    directory::OrdinaryReferralsCounted { counts: vec![directory::OrdinaryCount { month: text("2026-01"), specialty: text("ent"), referrals: 4 }] },
    intake::DraftStarted {},
    intake::DraftAbandoned {},
    intake::UploadFailed { image: vec![1; 16], reason: text("not-a-picture") },
    intake::UploadSucceeded { picture: Some(picture()) },
    intake::ReferralSubmitted { patient: Some(patient()), practice_name: text("Solvik"), department_name: text("Skin"), priority: text("routine"), question: text("Excise?"), history: text("None"), findings: vec![finding()], pictures: vec![picture()], due_us: 1_772_438_400_000_000, referrer_name: text("Grete"), answers: vec![], emergency_call: None, view_overrides: vec![], responsible: Vec::new(), responsible_name: String::new(), referrer_hpr: String::new(), responsible_hpr: String::new() },
    intake::ReferralWithdrawn { reason: text("seen here") },
    intake::InformationSupplied { question: vec![7; 16], text: text("Here"), pictures: vec![picture()] },
    intake::AnswerAcknowledged { answer: Vec::new() },
    intake::ResponsibilityTaken { person: vec![6; 16], name: text("Grete"), from_name: text("Gunnar"), note: text("On leave"), hpr: String::new() },
    intake::ResponsibilityEnded {},
    intake::ReferralTransferred { from_practice: vec![13; 16], from_practice_name: text("Solvik"), practice_name: text("Havnes"), reason: text("Moved"), consent: true, responsible: vec![6; 16], responsible_name: text("Grete"), responsible_hpr: String::new() },
    intake::ReferralErased {},
    intake::ReferralEnteredInError { reason: text("her sister"), marked_by: text("Grete"), replaced_by: vec![18; 16] },
    intake::PictureEnteredInError { image: vec![1; 16], reason: text("his ear"), marked_by: text("Grete"), replaced_by: vec![18; 16] },
    intake::PeopleTold { mistake: vec![1; 16], people: vec![vec![6; 16]] },
    intake::CloseOutRecorded { text: text("Cortisone first."), recorded_by: text("Grete") },
    intake::AnswerFiled { answer: vec![10; 16], filed_by: text("Grete") },
    imaging::ImageReady { image: vec![1; 16], renditions: vec![imaging::Rendition { longest: 512, width: 512, height: 384, object: text("derivatives/1/512"), bytes: 40_000, sha256: vec![8; 32], stored_sha256: vec![9; 32] }], width: 4032, height: 3024, quality: Some(imaging::Quality { model: text("1"), sharpness: 120.5, mean_luma: 128.25, clipped_dark: 0.5, clipped_bright: 0.25, verdict: text("good"), ..imaging::Quality::default() }), captured_us: 0 },
    imaging::ImageRejected { image: vec![1; 16], code: text("undecodable"), message: text("Take it again.") },
    imaging::ImageTiled { image: vec![1; 16], width: 8064, height: 6048, side: 1024, tiles: vec![imaging::Tile { across: 7, down: 5, object: text("derivatives/1/tile-7-5"), bytes: 150_000, sha256: vec![8; 32], stored_sha256: vec![9; 32] }] },
    review::InformationRequested { question: vec![7; 16], wants: text("history"), text: text("Since when?"), asked_by: text("Dagny") },
    review::PracticePhoned { call: vec![18; 16], phoned_by: text("Carl"), note: text("Spoke with Siri") },
    review::AnswerGiven { answer: vec![10; 16], answered_by: text("Dagny"), role: text("specialist"), department_name: text("Skin"), summary: text("Excise"), findings: vec![review::FindingAnswer { finding: vec![2; 16], diagnosis: text("Naevus"), certainty: text("probable"), disposition: text("gp-procedure"), plan: text("2 mm") }], amends: Vec::new(), reason: String::new(), tells_patient: String::new(), books: String::new() },
    review::ReferralDeclined { decline: vec![18; 16], declined_by: text("Dagny"), role: text("specialist"), department_name: text("Skin"), reason: text("not-suited"), text: text("Scalp: send the patient.") },
    review::ReferralForwarded { forward: vec![19; 16], forwarded_by: text("Dagny"), role: text("specialist"), from_department_name: text("Skin"), to_department_name: text("ENT"), from_specialty: text("dermatology"), to_specialty: text("ent"), text: text("Inside the ear."), due_us: 1_772_438_400_000_000 },
    review::LetterFiled { answer: vec![10; 16], filed_by: text("Dagny") },
    review::CaseEnteredInError { image: vec![1; 16], reason: text("his ear"), marked_by: text("Dagny"), department_name: text("Skin"), openers: vec![review::Opener { name: text("Dagny"), opened_us: 5, person: Vec::new() }] },
}

fn envelope(kind: &str) -> Envelope {
    Envelope {
        id: vec![11; 16],
        kind: text(kind),
        revision: 1,
        subject: vec![12; 16],
        occurred_us: 1,
        effective_us: 2,
        recorded_us: 3,
        test: true,
        practice: vec![13; 16],
        department: vec![14; 16],
        specialty: text("ent"),
        channel: text("web"),
        actor: vec![15; 16],
        actor_role: text("gp-staff"),
        age_65_plus: Some(false),
        sex: text("other"),
        interpreter: Some(true),
        intention: text("refer"),
        disposition: text("gp-manages"),
        claimed_us: Some(4),
        images: 5,
        findings: 6,
        step: text("trained"),
        priority: text("urgent"),
        key: vec![16; 16],
        list_size: Some(3100),
        gps: Some(0),
        staff: Some(4),
        // Came later: what was written before has none.
        trace: String::new(),
        request: Vec::new(),
        view_overrides: 0,
        emergency_call: false,
        amends: false,
        from_department: Vec::new(),
        close_out: String::new(),
        responsible: Vec::new(),
        about: String::new(),
        people: 0,
        thing: Vec::new(),
        domain: String::new(),
        until_us: None,
    }
}

/// Fields that came with the context log.
#[test]
fn the_envelope_s_domain_and_end_still_say_the_same() {
    let noted = Envelope {
        about: text("tariff-change"),
        domain: text("outer-setting"),
        until_us: Some(7),
        ..envelope("ContextNoted")
    };
    kept("envelope.context", 1, &noted);
}

/// Fields that came to the envelope after its first events were written.
#[test]
fn later_fields_of_the_envelope_still_say_the_same() {
    let later = Envelope { request: vec![17; 16], ..envelope("SignedIn") };
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("events/envelope.2.bin");
    if !path.exists() && std::env::var_os("NEW_EVENTS").is_some() {
        std::fs::write(&path, later.encode_to_vec()).expect("written");
    }
    let bytes = std::fs::read(&path).expect("the envelope's fixture: NEW_EVENTS=1");
    assert_eq!(Envelope::decode(bytes.as_slice()).expect("an envelope"), later);
}

/// Fields that came with equipment, trainings and reasons.
#[test]
fn the_envelope_s_words_and_things_still_say_the_same() {
    let later = Envelope { about: text("dermatoscope"), people: 3, thing: vec![18; 16], ..envelope("EquipmentPlaced") };
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("events/envelope.programme.bin");
    if !path.exists() && std::env::var_os("NEW_EVENTS").is_some() {
        std::fs::write(&path, later.encode_to_vec()).expect("written");
    }
    let bytes = std::fs::read(&path).expect("the envelope's fixture: NEW_EVENTS=1");
    assert_eq!(Envelope::decode(bytes.as_slice()).expect("an envelope"), later);
}

fn kept<M: Message + Default + PartialEq + std::fmt::Debug>(name: &str, time: u8, said: &M) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("events/{name}.{time}.bin"));
    if !path.exists() && std::env::var_os("NEW_EVENTS").is_some() {
        std::fs::write(&path, said.encode_to_vec()).expect("written");
    }
    let bytes = std::fs::read(&path).expect("the fixture: NEW_EVENTS=1");
    assert_eq!(&M::decode(bytes.as_slice()).expect("a fact"), said);
}

/// Fields that came with the numbers of the register of health personnel.
#[test]
fn numbers_of_clinicians_still_say_the_same() {
    let number = || text("1234567");
    kept(
        "PersonRegistered",
        2,
        &directory::PersonRegistered { name: text("Grete"), hpr_number: number(), ..Default::default() },
    );
    for (time, hpr_number) in [(2, Some(number())), (3, Some(String::new()))] {
        kept("PreferencesChosen", time, &directory::PreferencesChosen { hpr_number, ..Default::default() });
    }
    let submitted = intake::ReferralSubmitted {
        referrer_name: text("Grete"),
        referrer_hpr: number(),
        responsible_name: text("Gunnar"),
        responsible_hpr: text("7654321"),
        ..intake::ReferralSubmitted::default()
    };
    kept("ReferralSubmitted", 3, &submitted);
    kept("ResponsibilityTaken", 2, &intake::ResponsibilityTaken { hpr: number(), ..Default::default() });
    kept("ReferralTransferred", 2, &intake::ReferralTransferred { responsible_hpr: number(), ..Default::default() });
}

/// Fields that came with amendments and forwardings.
#[test]
fn later_fields_of_departments_still_say_the_same() {
    kept("envelope", 3, &Envelope { amends: true, from_department: vec![20; 16], ..envelope("AnswerGiven") });
    let amended = review::AnswerGiven {
        answer: vec![21; 16],
        answered_by: text("Dagny"),
        role: text("specialist"),
        department_name: text("Skin"),
        summary: text("Excise"),
        findings: Vec::new(),
        amends: vec![10; 16],
        reason: text("Histology has come."),
        tells_patient: text("department"),
        books: text("practice"),
    };
    kept("AnswerGiven", 2, &amended);
}

/// Fields that came with questionnaires, required views and duty hours.
#[test]
fn later_fields_of_referrals_and_departments_still_say_the_same() {
    let clear = Envelope { view_overrides: 2, emergency_call: true, ..envelope("ReferralSubmitted") };
    kept("envelope.content", 2, &clear);
    let submitted = intake::ReferralSubmitted {
        patient: Some(intake::Patient { phone: text("00 00 00 00"), address: text("Street 1"), ..patient() }),
        answers: vec![intake::Answers {
            questionnaire: text("dermatology-lesion"),
            version: 1,
            finding: vec![2; 16],
            values: text(r#"{"colours":["371243003"],"size-longest":7}"#),
        }],
        emergency_call: Some(intake::EmergencyCall { spoke_with: text("Dr. Lund"), at_us: 1_772_438_400_000_000 }),
        view_overrides: vec![intake::ViewOverride {
            finding: vec![2; 16],
            view: text("dermoscopic"),
            reason: text("No dermoscope"),
        }],
        ..intake::ReferralSubmitted::default()
    };
    kept("ReferralSubmitted", 2, &submitted);
    let department = directory::DepartmentRegistered {
        name: text("Skin"),
        hospital: text("Hospital"),
        specialties: vec![text("dermatology")],
        duty_phone: text("00"),
        duty_hours: text("Mon–Fri 08–15"),
    };
    kept("DepartmentRegistered", 2, &department);
}

/// Fields that came later: with the import of the register, with a practice's telephone, with the answer that was read.
#[test]
fn later_fields_of_facts_still_say_the_same() {
    let registered = directory::PracticeRegistered {
        name: text("Solvik"),
        municipality: text("Solvik"),
        centrality: 5,
        distance_km: 120,
        opened_on: text("2010-01-01"),
        test_practice: true,
        external_key: text("974760673"),
        closed_on: text("2027-06-30"),
        trial_arm: text("early"),
        phone: String::new(),
    };
    kept("PracticeRegistered", 2, &registered);
    let registered = directory::PracticeRegistered { phone: text("+47 77 00 00 00"), ..registered };
    kept("PracticeRegistered", 3, &registered);
    let changed = directory::PracticeChanged {
        name: text("Solvik"),
        municipality: text("Solvik"),
        centrality: Some(6),
        distance_km: Some(0),
        opened_on: Some(text("2010-01-02")),
        test_practice: Some(false),
        external_key: Some(text("974760673")),
        closed_on: Some(String::new()),
        trial_arm: Some(text("late")),
        phone: None,
    };
    kept("PracticeChanged", 2, &changed);
    kept("PracticeChanged", 3, &directory::PracticeChanged { phone: Some(String::new()), ..changed });
    kept("AnswerAcknowledged", 2, &intake::AnswerAcknowledged { answer: vec![10; 16] });
}

/// Figures that came with casts of colour and rulers.
#[test]
fn later_figures_of_pictures_still_say_the_same() {
    let quality = imaging::Quality { warmth: 0.5, tint: -0.125, scale: 0.75, ..imaging::Quality::default() };
    kept("ImageReady", 2, &imaging::ImageReady { quality: Some(quality), ..imaging::ImageReady::default() });
}

#[test]
fn every_kind_ever_written_still_says_the_same() {
    for (kind, producer) in proto::KINDS {
        let path = file(kind);
        if !path.exists() && std::env::var_os("NEW_EVENTS").is_some() {
            let envelope = envelope(kind).encode_to_vec();
            let fact = sample(kind).unwrap_or_else(|| panic!("{kind} needs a sample above"));
            let bytes = [&(envelope.len() as u32).to_be_bytes()[..], &envelope, &fact].concat();
            std::fs::write(&path, bytes).expect("written");
        }
        let bytes = std::fs::read(&path).unwrap_or_else(|_| panic!("{producer}'s {kind} has no fixture: NEW_EVENTS=1"));
        let (length, rest) = bytes.split_first_chunk::<4>().expect("a length");
        let (first, fact) = rest.split_at(u32::from_be_bytes(*length) as usize);
        assert_eq!(Envelope::decode(first).expect("an envelope"), envelope(kind), "{kind}'s envelope");
        assert!(comes_back(kind, fact), "{kind} of revision 1 no longer says what was written");
    }
}
