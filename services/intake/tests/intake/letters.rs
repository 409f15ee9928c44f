//! The letter of a referral and its answer: what it says, to whom, and when there is none.

use crate::duty::colleague;
use crate::exchange::{answer, ask};
use crate::office::{Office, Reply};
use crate::on_both;
use crate::pictures::{jpeg, upload};
use crate::sending::sent;
use kit::log::Envelope;
use proto::Event;
use proto::directory::{PersonRegistered, PreferencesChosen};
use proto::intake::{ReferralSubmitted, ResponsibilityTaken};
use serde_json::json;
use time::Duration;
use uuid::Uuid;

on_both!(
    the_letter_says_what_stands,
    a_letter_is_of_its_own_office_and_of_what_stands,
    a_reading_of_a_letter_is_recorded,
    of_several_answers_the_newest_is_the_letters,
    a_letter_counts_no_picture_of_somebody_else,
    whoever_reads_a_letter_has_opened_it,
    a_referral_carries_the_numbers_of_its_clinicians,
);

async fn text(office: &Office, id: Uuid, language: &str) -> String {
    let reply = office.doctor.get(&format!("/referrals/{id}/letter.txt?language={language}")).await.is(200);
    String::from_utf8(reply.body).unwrap()
}

async fn finding_of(office: &Office, id: Uuid) -> Uuid {
    office.read(id).await["content"]["findings"][0]["id"].as_str().unwrap().parse().unwrap()
}

/// Neither kept by a browser nor named after anybody.
fn is_letter(reply: &Reply, id: Uuid, kind: &str, ending: &str) {
    assert_eq!(reply.header("content-type"), Some(kind));
    assert_eq!(reply.header("cache-control"), Some("no-store"));
    let name = format!("inline; filename=\"lysbro-{}.{ending}\"", kit::letter::reference(id));
    assert_eq!(reply.header("content-disposition"), Some(name.as_str()));
}

async fn the_letter_says_what_stands(office: Office) {
    let (id, _) = sent(&office).await;
    let waiting = text(&office, id, "en").await;
    assert!(waiting.starts_with("Referral\n") && waiting.contains("Not answered yet."), "{waiting}");
    ask(&office, id).await;
    answer(&office, id, finding_of(&office, id).await).await;
    let said = text(&office, id, "en").await;
    for part in [
        "SYNTHETIC Kari Nordmann",
        "Born 14 March 1958 · Female · Number SYNTHETIC-1",
        "From: Hudavdelingen (SYNTHETIC)",
        "To: Solvik legekontor (SYNTHETIC)",
        "Answered by: SYNTHETIC Hanne Hudlege, specialist, ",
        "Referred by: SYNTHETIC Liv Lege, ",
        "Specialty: Dermatology",
        "Priority: Urgent",
        "Pictures: 1 (endoscopy)",
        "Skin of back, left – lesion\nDiagnosis: Seborrhoeic keratosis (certain)\nRecommendation: GP treats and follows up\nPlan: No treatment.",
        "the patient was not examined",
        "Question: Is this mole benign?\nHistory: Has grown for six months.",
        "Duration: 6 months\nDescription: Brown, 8 mm.",
        "A sharper picture, please.\n\nNo reply yet.",
    ] {
        assert!(said.contains(part), "{part:?} in {said}");
    }
    let said = text(&office, id, "nb").await;
    assert!(said.contains("Rygg, venstre – lesjon\nDiagnose: Seborrhoeic keratosis (sikker)"), "{said}");
    let path = format!("/referrals/{id}/letter");
    is_letter(&office.nurse.get(&format!("{path}.txt")).await.is(200), id, "text/plain; charset=utf-8", "txt");
    let pdf = office.nurse.get(&format!("{path}.pdf?language=nb")).await.is(200);
    is_letter(&pdf, id, "application/pdf", "pdf");
    assert!(pdf.body.starts_with(b"%PDF-1.7"));
    let unknown = office.doctor.get(&format!("{path}.pdf?language=tlh")).await;
    assert_eq!(unknown.refusal(), (400, "malformed".into()));
}

async fn a_letter_is_of_its_own_office_and_of_what_stands(office: Office) {
    let (draft, _) = office.draft().await;
    let (withdrawn, _) = sent(&office).await;
    let (crossed, _) = sent(&office).await;
    let (erased, _) = sent(&office).await;
    for id in [withdrawn, crossed] {
        office.doctor.post(&format!("/referrals/{id}/withdraw"), json!({ "reason": "Moved away." })).await.is(204);
    }
    for id in [crossed, erased] {
        answer(&office, id, finding_of(&office, id).await).await;
    }
    intake::erase(&office.ctx, erased).await.unwrap();
    for form in ["letter.pdf", "letter.txt"] {
        for id in [draft, withdrawn, erased, office.id()] {
            office.doctor.get(&format!("/referrals/{id}/{form}")).await.is(404);
        }
        office.doctor.get(&format!("/referrals/{crossed}/{form}")).await.is(200);
        office.stranger.get(&format!("/referrals/{crossed}/{form}")).await.is(404);
    }
    let said = text(&office, crossed, "en").await;
    assert!(said.contains("The practice had withdrawn the referral when this answer was given."), "{said}");
}

async fn a_reading_of_a_letter_is_recorded(office: Office) {
    let (id, _) = sent(&office).await;
    office.nurse.get(&format!("/referrals/{id}/letter.pdf")).await.is(200);
    office.doctor.get(&format!("/referrals/{id}/letter.txt")).await.is(200);
    let read: Vec<_> = office.reads(id).await.into_iter().filter(|(_, what)| what.starts_with("letter")).collect();
    assert_eq!(read, [(office.nurse.id, "letter pdf".to_owned()), (office.doctor.id, "letter text".to_owned())]);
}

async fn of_several_answers_the_newest_is_the_letters(office: Office) {
    let (id, _) = sent(&office).await;
    let finding = finding_of(&office, id).await;
    answer(&office, id, finding).await;
    office.wait(Duration::minutes(5)).await;
    answer(&office, id, finding).await;
    let said = text(&office, id, "en").await;
    assert_eq!(said.matches("Replaces the answer by SYNTHETIC Hanne Hudlege, ").count(), 1, "{said}");
    assert_eq!(said.matches("Diagnosis: ").count(), 1, "{said}");
}

async fn a_letter_counts_no_picture_of_somebody_else(office: Office) {
    let (id, image) = sent(&office).await;
    assert!(text(&office, id, "en").await.contains("Pictures: 1"));
    let body = json!({ "reason": "Another one's." });
    office.doctor.post(&format!("/images/{image}/entered-in-error"), body).await.is(200);
    let said = text(&office, id, "en").await;
    assert!(!said.contains("Pictures: 1"), "{said}");
}

async fn whoever_reads_a_letter_has_opened_it(office: Office) {
    let (id, _) = sent(&office).await;
    office.nurse.get(&format!("/referrals/{id}/letter.txt")).await.is(200);
    let body = json!({ "reason": "Another Kari." });
    office.doctor.post(&format!("/referrals/{id}/entered-in-error"), body).await.is(200);
    let told = office.nurse.get("/notices").await.is(200).json();
    assert_eq!((told["items"].as_array().unwrap().len(), &told["items"][0]["opened"]), (1, &json!(true)));
}

async fn of_person<E: Event>(office: &Office, person: Uuid, fact: &E) {
    let mut tx = office.ctx.begin().await.unwrap();
    let envelope = Envelope { key: person.as_bytes().to_vec(), ..office.ctx.about(person, None) };
    office.ctx.publish(&mut tx, envelope, fact).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(office.world.settle().await.unwrap().len(), 0);
}

/// As they stand when it is sent; an earlier referral keeps what it was sent with.
async fn a_referral_carries_the_numbers_of_its_clinicians(office: Office) {
    let (without, _) = sent(&office).await;
    let (_, fact) = office.last::<ReferralSubmitted>(without).await;
    assert_eq!((fact.referrer_hpr.as_str(), fact.responsible_hpr.as_str()), ("", ""));
    let numbered = |hpr_number: &str| PreferencesChosen {
        language: "nb".into(),
        digest: true,
        hpr_number: Some(hpr_number.into()),
    };
    of_person(&office, office.doctor.id, &numbered("9991234")).await;
    // Another choice says nothing of it, and a rebuild brings it back.
    of_person(&office, office.doctor.id, &PreferencesChosen { language: "en".into(), ..Default::default() }).await;
    let people = intake::service().consumers.into_iter().find(|one| one.name == "intake-people").unwrap();
    kit::log::rebuild(&office.ctx, &people).await.unwrap();
    let (id, _) = sent(&office).await;
    let (_, fact) = office.last::<ReferralSubmitted>(id).await;
    assert_eq!((fact.referrer_hpr.as_str(), fact.responsible_hpr.as_str()), ("9991234", "9991234"));
    of_person(&office, office.doctor.id, &numbered("")).await;
    for (language, by) in [
        ("en", "Referred by: SYNTHETIC Liv Lege, HPR 9991234, "),
        ("nb", "Henvist av: SYNTHETIC Liv Lege, HPR 9991234, "),
    ] {
        let said = text(&office, id, language).await;
        assert!(said.contains(by), "{by:?} in {said}");
        assert!(!text(&office, without, language).await.contains("HPR"));
    }

    // Who answers for it is another one than who sends it.
    let ada = colleague(&office, "SYNTHETIC Ada Lege").await;
    let known = PersonRegistered { name: "SYNTHETIC Ada Lege".into(), hpr_number: "77".into(), ..Default::default() };
    of_person(&office, ada.id, &known).await;
    let (draft, finding) = office.draft().await;
    upload(&office, draft, Some(finding), &jpeg(100, 7)).await;
    let body = json!({"version": 1, "responsibleId": ada.id});
    office.nurse.post(&format!("/referrals/{draft}/ready"), body).await.is(204);
    let (_, fact) = office.last::<ResponsibilityTaken>(draft).await;
    assert_eq!((fact.name.as_str(), fact.hpr.as_str()), ("SYNTHETIC Ada Lege", "77"));
    office.doctor.post(&format!("/referrals/{draft}/submit"), json!({"version": 1})).await.is(200);
    let (_, fact) = office.last::<ReferralSubmitted>(draft).await;
    assert_eq!((fact.referrer_hpr.as_str(), fact.responsible_hpr.as_str()), ("", "77"));
}
