//! What was entered in error: out of sight at once, everybody who saw it told, sent to the right case.

use crate::duty::colleague;
use crate::office::{Office, Person};
use crate::on_both;
use crate::pictures::{digest, jpeg, upload};
use crate::sending::sent;
use proto::imaging::{ImageReady, Rendition};
use proto::intake::{PeopleTold, PictureEnteredInError, ReferralEnteredInError, UploadSucceeded};
use proto::review::{AnswerGiven, CaseEnteredInError, Opener};
use serde_json::{Value, json};
use uuid::Uuid;

on_both!(
    a_wrong_patient_is_out_of_sight_at_once,
    everybody_of_the_office_who_saw_it_is_told,
    a_draft_or_anothers_referral_is_not_marked,
    the_right_case_gets_the_same_pictures_under_a_key_of_its_own,
    a_draft_for_the_right_case_is_made_when_the_store_is_back,
    a_wrong_picture_is_hidden_and_moved,
    a_picture_that_becomes_ready_stays_hidden,
    the_department_notices_it,
    whoever_answers_for_it_is_told,
    a_damaged_picture_is_named_as_left_out,
    an_answer_that_crosses_the_mark_is_kept_out_of_sight,
    eight_marks_are_one,
);

fn because(reason: &str) -> Value {
    json!({ "reason": reason })
}

async fn unread(person: &Person) -> Vec<Value> {
    person.get("/notices").await.is(200).json()["items"].as_array().unwrap().clone()
}

async fn errors(office: &Office) -> Vec<Value> {
    office.doctor.get("/errors").await.is(200).json()["items"].as_array().unwrap().clone()
}

async fn a_wrong_patient_is_out_of_sight_at_once(office: Office) {
    let (id, image) = sent(&office).await;
    let (kept, _) = sent(&office).await;
    office.read(id).await;
    let path = format!("/referrals/{id}");
    let refused = office.doctor.post(&format!("{path}/entered-in-error"), because(" …")).await.is(422).json();
    assert_eq!((&refused["errors"][0]["field"], &refused["errors"][0]["code"]), (&json!("reason"), &json!("required")));
    for _ in 0..2 {
        let marked = office.doctor.post(&format!("{path}/entered-in-error"), because("Her sister's number.")).await;
        assert_eq!(marked.is(200).json(), json!({ "replacement": null }));
    }
    for person in [&office.doctor, &office.nurse, &office.stranger] {
        person.get(&path).await.is(404);
        person.get(&format!("/images/{image}/original")).await.is(404);
    }
    for (act, body) in [
        ("acknowledge", json!({ "answerId": office.id() })),
        ("withdraw", json!({ "reason": "x" })),
        ("submit", json!({ "version": 1 })),
        ("restore", json!({})),
    ] {
        office.doctor.post(&format!("{path}/{act}"), body).await.is(404);
    }
    office.save(id, 0, office.content(office.id())).await.is(404);
    for tab in ["answers", "waiting", "drafts", "closed"] {
        let page = office.nurse.get(&format!("/referrals?tab={tab}")).await.json();
        assert!(!page.to_string().contains(&id.to_string()), "{tab}");
        assert_eq!(page["counts"]["waiting"], 1);
    }
    office.doctor.get(&format!("/referrals/{kept}")).await.is(200);
    let (envelope, fact) = office.last::<ReferralEnteredInError>(id).await;
    assert_eq!((envelope.actor_role.as_str(), fact.reason.as_str()), ("gp-clinician", "Her sister's number."));
    assert_eq!((fact.marked_by.as_str(), fact.replaced_by.len()), ("SYNTHETIC Liv Lege", 0));
    assert_eq!(office.kinds(id).await.iter().filter(|kind| *kind == "ReferralEnteredInError").count(), 1);
    // What was read before is still in the access log, and the original in the store.
    assert!(office.reads(id).await.contains(&(office.doctor.id, "referral".into())));
    assert_eq!(office.objects("originals/").await, 2);
}

async fn everybody_of_the_office_who_saw_it_is_told(office: Office) {
    let (id, image) = sent(&office).await;
    office.nurse.get(&format!("/images/{image}/original")).await.is(200);
    let body = because("Another Kari.");
    office.doctor.post(&format!("/referrals/{id}/entered-in-error"), body).await.is(200);
    assert!(unread(&office.doctor).await.is_empty(), "who marks it knows");
    assert!(unread(&office.stranger).await.is_empty());
    let told = unread(&office.nurse).await;
    assert_eq!(told.len(), 1);
    assert_eq!((&told[0]["image"], &told[0]["answered"]), (&Value::Null, &json!(false)));
    assert_eq!(told[0]["departmentName"], "Hudavdelingen (SYNTHETIC)");
    assert!(!told[0].to_string().contains("Kari"), "a notice names no patient");
    let (envelope, fact) = office.last::<PeopleTold>(id).await;
    let people: Vec<&[u8]> = fact.people.iter().map(Vec::as_slice).collect();
    assert_eq!(
        (envelope.about.as_str(), people),
        ("referral", vec![office.nurse.id.as_bytes().as_slice()]),
        "for the mail"
    );
    // The department says who opened it there.
    let opened_us = office.ctx.now().micros();
    let openers = vec![Opener { name: "SYNTHETIC Hanne Hudlege".into(), opened_us, person: Vec::new() }];
    office.tell(id, &CaseEnteredInError { openers, ..CaseEnteredInError::default() }).await;
    let report = &errors(&office).await[0];
    assert_eq!((&report["reason"], &report["markedBy"]), (&json!("Another Kari."), &json!("SYNTHETIC Liv Lege")));
    assert_eq!((&report["byDepartment"], &report["departmentHeard"]), (&json!(false), &json!(true)));
    let names: Vec<(&str, bool)> = report["openers"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| (one["name"].as_str().unwrap(), one["ofDepartment"].as_bool().unwrap()))
        .collect();
    assert!(
        names.contains(&("SYNTHETIC Siri Sykepleier", false)) && names.contains(&("SYNTHETIC Hanne Hudlege", true))
    );
    let path = format!("/notices/{}/read", told[0]["id"].as_str().unwrap());
    for other in [&office.doctor, &office.stranger] {
        other.post(&path, json!({})).await.is(404);
    }
    for _ in 0..2 {
        office.nurse.post(&path, json!({})).await.is(204);
    }
    assert!(unread(&office.nurse).await.is_empty());
    let report = errors(&office).await.remove(0);
    let nurse = report["openers"].as_array().unwrap().iter().find(|one| one["name"] == "SYNTHETIC Siri Sykepleier");
    assert!(nurse.unwrap()["readAt"].is_string());
    assert!(office.stranger.get("/errors").await.is(200).json()["items"].as_array().unwrap().is_empty());
    // Erasing it takes the names along.
    intake::erase(&office.ctx, id).await.unwrap();
    assert!(errors(&office).await.is_empty());
    let (left,): (i64,) = office
        .ctx
        .db
        .q("select count(*) from intake_error where told is not null or openers is not null")
        .one()
        .await
        .unwrap();
    assert_eq!(left, 0);
}

async fn a_draft_or_anothers_referral_is_not_marked(office: Office) {
    let (draft, _) = office.draft().await;
    let path = format!("/referrals/{draft}/entered-in-error");
    assert_eq!(office.doctor.post(&path, because("x")).await.refusal(), (409, "not-submitted".into()));
    let image = upload(&office, draft, None, &jpeg(90, 3)).await;
    let picture = format!("/images/{image}/entered-in-error");
    assert_eq!(office.doctor.post(&picture, because("x")).await.refusal(), (409, "not-submitted".into()));
    let (id, image) = sent(&office).await;
    for path in [format!("/referrals/{id}/entered-in-error"), format!("/images/{image}/entered-in-error")] {
        office.stranger.post(&path, because("x")).await.is(404);
    }
    office.stranger.post(&format!("/errors/{id}/replacement"), json!({ "id": office.id() })).await.is(404);
    // A replacement that goes by an id of something else is none.
    let body = json!({ "reason": "x", "replacement": office.practice });
    office.doctor.post(&format!("/referrals/{id}/entered-in-error"), body).await.is(404);
    office.doctor.get(&format!("/referrals/{id}")).await.is(200);
}

async fn the_right_case_gets_the_same_pictures_under_a_key_of_its_own(office: Office) {
    let (id, image) = sent(&office).await;
    let before = office.read(id).await;
    let (draft, path) = (office.id(), format!("/referrals/{id}/entered-in-error"));
    let body = json!({ "reason": "Wrong Kari.", "replacement": draft });
    for _ in 0..2 {
        let marked = office.doctor.post(&path, body.clone()).await.is(200).json();
        assert_eq!(marked, json!({ "replacement": { "id": draft, "ready": true, "leftOut": [] } }));
    }
    let after = office.read(draft).await;
    assert_eq!((&after["state"], &after["content"]["patient"]), (&json!("draft"), &Value::Null));
    for field in ["question", "history", "findings", "specialty", "departmentId", "priority"] {
        assert_eq!(after["content"][field], before["content"][field], "{field}");
    }
    let images = after["images"].as_array().unwrap();
    assert_eq!((images.len(), &images[0]["sha256"]), (1, &before["images"][0]["sha256"]));
    assert_ne!(images[0]["id"], json!(image));
    assert_eq!(images[0]["findingId"], before["images"][0]["findingId"]);
    let copy: Uuid = images[0]["id"].as_str().unwrap().parse().unwrap();
    let bytes = office.doctor.get(&format!("/images/{copy}/original")).await.is(200).body;
    assert_eq!(json!(digest(&bytes)), images[0]["sha256"]);
    assert_eq!(office.objects("originals/").await, 2);
    let (_, fact) = office.last::<ReferralEnteredInError>(id).await;
    assert_eq!(fact.replaced_by, draft.as_bytes());
    let (envelope, arrived) = office.last::<UploadSucceeded>(draft).await;
    assert_eq!((envelope.key.as_slice(), envelope.images), (draft.as_bytes().as_slice(), 1));
    assert_eq!(arrived.picture.unwrap().image, copy.as_bytes());
    assert_eq!(office.kinds(draft).await, ["DraftStarted", "UploadSucceeded"]);
    // Another draft is not begun: the first one stands.
    let again = json!({ "id": office.id() });
    let stands = office.doctor.post(&format!("/errors/{id}/replacement"), again).await.is(200).json();
    assert_eq!(stands["replacement"]["id"], json!(draft));
    // Erasing the wrong one leaves the right one whole.
    intake::erase(&office.ctx, id).await.unwrap();
    office.doctor.get(&format!("/images/{copy}/original")).await.is(200);
}

async fn a_draft_for_the_right_case_is_made_when_the_store_is_back(office: Office) {
    let (id, _) = sent(&office).await;
    office.doctor.post(&format!("/referrals/{id}/entered-in-error"), because("Wrong.")).await.is(200);
    // As a crash leaves it: the draft is named and nothing of it stands.
    let draft = office.id();
    let sql = "update intake_error set replacement = $2 where id = $1";
    office.ctx.db.q(sql).bind(id).bind(draft).exec_one().await.unwrap();
    office.doctor.get(&format!("/referrals/{draft}")).await.is(404);
    office.wait(time::Duration::minutes(1)).await;
    assert_eq!(office.world.settle().await.unwrap().len(), 0);
    let made = office.read(draft).await;
    assert_eq!((made["images"].as_array().unwrap().len(), &made["state"]), (1, &json!("draft")));
    let (left,): (i64,) = office.ctx.db.q("select count(*) from intake_orphan").one().await.unwrap();
    assert_eq!(left, 0, "nothing is left among the orphans");
}

async fn a_wrong_picture_is_hidden_and_moved(office: Office) {
    let (id, finding) = office.draft().await;
    let wrong = upload(&office, id, Some(finding), &jpeg(100, 1)).await;
    let right = upload(&office, id, Some(finding), &jpeg(100, 2)).await;
    let receipt = office.doctor.post(&format!("/referrals/{id}/submit"), json!({ "version": 1 })).await.is(200).json();
    office.nurse.get(&format!("/referrals/{id}")).await.is(200);
    let (other, _) = office.draft().await;
    let body = json!({ "reason": "Somebody else's back.", "replacement": other });
    let marked = office.doctor.post(&format!("/images/{wrong}/entered-in-error"), body.clone()).await.is(200).json();
    assert_eq!(marked["replacement"], json!({ "id": other, "ready": true, "leftOut": [] }));
    office.doctor.post(&format!("/images/{wrong}/entered-in-error"), body).await.is(200);
    for person in [&office.doctor, &office.nurse] {
        person.get(&format!("/images/{wrong}/original")).await.is(404);
    }
    let shown = office.read(id).await;
    let ids: Vec<&Value> = shown["images"].as_array().unwrap().iter().map(|image| &image["id"]).collect();
    assert_eq!(ids, [&json!(right)]);
    assert_eq!(shown["receipt"], receipt, "the receipt stays what it was");
    assert_eq!(office.doctor.get("/referrals?tab=waiting").await.json()["items"][0]["imageCount"], 1);
    let (_, fact) = office.last::<PictureEnteredInError>(id).await;
    assert_eq!(
        (fact.image.as_slice(), fact.replaced_by.as_slice()),
        (wrong.as_bytes().as_slice(), other.as_bytes().as_slice())
    );
    let told = unread(&office.nurse).await;
    assert_eq!((told.len(), &told[0]["image"]), (1, &json!(wrong)));
    let moved = office.read(other).await;
    let image = &moved["images"][0];
    assert_eq!((image["sha256"].as_str(), &image["findingId"]), (Some(digest(&jpeg(100, 1)).as_str()), &Value::Null));
    assert_eq!(moved["content"]["patient"]["name"], "SYNTHETIC Kari Nordmann", "the draft stays what it was");
}

async fn a_picture_that_becomes_ready_stays_hidden(office: Office) {
    let (id, image) = sent(&office).await;
    office.doctor.post(&format!("/images/{image}/entered-in-error"), because("Wrong.")).await.is(200);
    let key = office.ctx.keys.get(id).await.unwrap();
    let object = format!("derivatives/{image}/512");
    let stored = office.ctx.put_picture(&key, &object, image, &jpeg(90, 2)).await.unwrap();
    let rendition = Rendition {
        longest: 512,
        width: 90,
        height: 90,
        object,
        bytes: 1,
        sha256: stored.sha256,
        stored_sha256: stored.stored_sha256,
    };
    let fact = ImageReady { image: image.as_bytes().to_vec(), renditions: vec![rendition], ..ImageReady::default() };
    office.tell(id, &fact).await;
    office.doctor.get(&format!("/images/{image}/512")).await.is(404);
    assert_eq!(office.read(id).await["images"], json!([]));
}

async fn the_department_notices_it(office: Office) {
    let (id, image) = sent(&office).await;
    let (other, _) = sent(&office).await;
    office.nurse.get(&format!("/referrals/{id}")).await.is(200);
    let noticed = |image: Option<Uuid>| CaseEnteredInError {
        image: image.map(|id| id.as_bytes().to_vec()).unwrap_or_default(),
        reason: "The pictures show a man.".into(),
        marked_by: "SYNTHETIC Hanne Hudlege".into(),
        department_name: "Hudavdelingen (SYNTHETIC)".into(),
        openers: Vec::new(),
    };
    office.tell(id, &noticed(None)).await;
    office.tell(id, &noticed(None)).await;
    office.doctor.get(&format!("/referrals/{id}")).await.is(404);
    office.doctor.get(&format!("/images/{image}/original")).await.is(404);
    for person in [&office.doctor, &office.nurse] {
        let told = unread(person).await;
        assert_eq!((told.len(), &told[0]["byDepartment"]), (1, &json!(true)), "the sender too");
    }
    let report = errors(&office).await.remove(0);
    assert_eq!((&report["byDepartment"], &report["markedBy"]), (&json!(true), &json!("SYNTHETIC Hanne Hudlege")));
    // Its right case is begun later, at the office.
    let draft = office.id();
    let made = office.nurse.post(&format!("/errors/{id}/replacement"), json!({ "id": draft })).await.is(200).json();
    assert_eq!(made["replacement"], json!({ "id": draft, "ready": true, "leftOut": [] }));
    let (envelope, fact) = office.last::<ReferralEnteredInError>(id).await;
    assert_eq!((envelope.actor_role.as_str(), fact.replaced_by.as_slice()), ("gp-staff", draft.as_bytes().as_slice()));
    assert_eq!(office.read(draft).await["images"].as_array().unwrap().len(), 1);
    office.doctor.get(&format!("/referrals/{other}")).await.is(200);
}

async fn an_answer_that_crosses_the_mark_is_kept_out_of_sight(office: Office) {
    let (id, _) = sent(&office).await;
    office.doctor.post(&format!("/referrals/{id}/entered-in-error"), because("Wrong.")).await.is(200);
    let answer = office.id().as_bytes().to_vec();
    office.tell(id, &AnswerGiven { answer, summary: "Benign.".into(), ..AnswerGiven::default() }).await;
    office.doctor.get(&format!("/referrals/{id}")).await.is(404);
    assert_eq!(office.doctor.get("/referrals?tab=answers").await.json()["counts"]["answers"], 0);
    assert_eq!(errors(&office).await[0]["answered"], true);
}

async fn eight_marks_are_one(office: Office) {
    let (id, _) = sent(&office).await;
    office.nurse.get(&format!("/referrals/{id}")).await.is(200);
    let (path, body) =
        (format!("/referrals/{id}/entered-in-error"), json!({ "reason": "x", "replacement": office.id() }));
    let marks = (0..8).map(|_| office.doctor.post(&path, body.clone()));
    for reply in futures::future::join_all(marks).await {
        assert_eq!(reply.is(200).json()["replacement"]["id"], body["replacement"]);
    }
    assert_eq!(office.world.settle().await.unwrap().len(), 0);
    assert_eq!(unread(&office.nurse).await.len(), 1);
    assert_eq!(office.kinds(id).await.iter().filter(|kind| *kind == "ReferralEnteredInError").count(), 1);
    let draft: Uuid = body["replacement"].as_str().unwrap().parse().unwrap();
    assert_eq!(office.kinds(draft).await, ["DraftStarted", "UploadSucceeded"]);
}

async fn whoever_answers_for_it_is_told(office: Office) {
    let other = colleague(&office, "SYNTHETIC Ola Lege").await;
    let third = colleague(&office, "SYNTHETIC Vera Lege").await;
    let noticed = |image: Option<Uuid>| CaseEnteredInError {
        image: image.map(|id| id.as_bytes().to_vec()).unwrap_or_default(),
        reason: "The pictures show a man.".into(),
        marked_by: "SYNTHETIC Hanne Hudlege".into(),
        ..CaseEnteredInError::default()
    };
    // Handed over to one who has not opened any of them.
    let (whole, pictured, own) = (sent(&office).await.0, sent(&office).await, sent(&office).await.0);
    let hand = json!({"fromId": office.doctor.id, "toId": other.id});
    office.nurse.post(&format!("/practices/{}/handover", office.practice), hand).await.is(200);
    office.tell(whole, &noticed(None)).await;
    for (person, opened) in [(&other, false), (&third, false), (&office.doctor, true)] {
        let told = unread(person).await;
        assert_eq!((told.len(), &told[0]["opened"]), (1, &json!(opened)));
    }
    assert!(unread(&office.nurse).await.is_empty(), "she neither opened it nor answers for it");
    // One picture: the responsible one and no other clinician.
    office.tell(pictured.0, &noticed(Some(pictured.1))).await;
    assert_eq!((unread(&other).await.len(), unread(&third).await.len()), (2, 1));
    let (envelope, fact) = office.last::<PeopleTold>(pictured.0).await;
    assert_eq!((envelope.about.as_str(), fact.mistake.as_slice()), ("picture", pictured.1.as_bytes().as_slice()));
    assert!(
        fact.people.contains(&other.id.as_bytes().to_vec()) && !fact.people.contains(&third.id.as_bytes().to_vec())
    );
    // The office marks it: so too, unless she does it herself.
    office.nurse.post(&format!("/referrals/{own}/entered-in-error"), because("Wrong.")).await.is(200);
    assert_eq!((unread(&other).await.len(), unread(&third).await.len()), (3, 1));
    let path = format!("/referrals/{}/entered-in-error", pictured.0);
    other.post(&path, because("Wrong.")).await.is(200);
    assert_eq!(unread(&other).await.len(), 3);
    // Nobody who works there answers for it: it is whoever it falls to.
    let (fallen, _) = sent(&office).await;
    for sql in [
        "update intake_referral set responsible = null where id = $1",
        "delete from intake_opening where referral = $1",
    ] {
        office.ctx.db.q(sql).bind(fallen).exec().await.unwrap();
    }
    let before = unread(&office.doctor).await.len();
    office.nurse.post(&format!("/referrals/{fallen}/entered-in-error"), because("Wrong.")).await.is(200);
    assert_eq!(unread(&office.doctor).await.len(), before + 1);
}

async fn a_damaged_picture_is_named_as_left_out(office: Office) {
    let (id, finding) = office.draft().await;
    let whole = upload(&office, id, Some(finding), &jpeg(100, 1)).await;
    let damaged = upload(&office, id, Some(finding), &jpeg(100, 2)).await;
    office.doctor.post(&format!("/referrals/{id}/submit"), json!({ "version": 1 })).await.is(200);
    let object = format!("originals/{damaged}");
    let mut bytes = office.ctx.objects.get(&object).await.unwrap().to_vec();
    bytes[40] ^= 1;
    office.ctx.janitor.as_ref().unwrap().put(&object, bytes.into()).await.unwrap();
    let draft = office.id();
    let body = json!({ "reason": "Wrong Kari.", "replacement": draft });
    for _ in 0..2 {
        let path = format!("/referrals/{id}/entered-in-error");
        let made = office.doctor.post(&path, body.clone()).await.is(200).json()["replacement"].clone();
        assert_eq!(made, json!({ "id": draft, "ready": true, "leftOut": [damaged] }));
    }
    assert_eq!(errors(&office).await[0]["replacement"]["leftOut"], json!([damaged]));
    let images = office.read(draft).await["images"].clone();
    assert_eq!(images.as_array().unwrap().len(), 1);
    assert_eq!(images[0]["sha256"], json!(digest(&jpeg(100, 1))), "{whole} went along");
}
