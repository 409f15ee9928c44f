//! Sending: what is missing, once only, the same receipt, what the event says.

use crate::office::Office;
use crate::on_both;
use crate::pictures::{Sending, create, digest, jpeg, metadata, upload};
use futures::future::join_all;
use proto::imaging::ImageRejected;
use proto::intake::{ReferralSubmitted, ReferralWithdrawn};
use serde_json::{Value, json};
use uuid::Uuid;

on_both!(
    each_missing_field_is_named,
    a_referral_is_sent_once,
    the_event_carries_the_whole_referral,
    a_number_is_kept_in_one_form,
    a_made_up_number_is_refused_where_patients_are_real,
    eight_sends_are_one,
    a_rejected_picture_must_go_first,
    a_picture_on_its_way_is_waited_for,
    an_upload_begun_twice_does_not_keep_the_referral_back,
    a_picture_of_a_finding_that_is_gone_must_be_given_another,
    pictures_are_changed_until_sent,
    a_test_practice_says_so,
    withdrawing,
);

fn errors(reply: &Value) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    reply["errors"].as_array().unwrap().iter().map(|error| (text(&error["field"]), text(&error["code"]))).collect()
}

/// A referral with one picture, sent.
pub async fn sent(office: &Office) -> (Uuid, Uuid) {
    let (id, finding) = office.draft().await;
    let image = upload(office, id, Some(finding), &jpeg(100, 99)).await;
    office.doctor.post(&format!("/referrals/{id}/submit"), json!({"version": 1})).await.is(200);
    (id, image)
}

async fn each_missing_field_is_named(office: Office) {
    let id = office.id();
    office.save(id, 0, json!({"findings": [{"id": office.id()}]})).await.is(200);
    let refused = office.doctor.post(&format!("/referrals/{id}/submit"), json!({"version": 1})).await;
    assert_eq!(refused.refusal(), (422, "invalid-input".into()));
    let expected: Vec<(String, String)> = [
        "patient.identifierSystem",
        "patient.identifier",
        "patient.name",
        "patient.birthDate",
        "patient.sex",
        "specialty",
        "departmentId",
        "findings[0].bodySite",
        "findings[0].laterality",
        "findings[0].kind",
        "images",
        "question",
        "history",
        "priority",
        "answers.referral.provisional-diagnosis",
        "answers.referral.medication",
        "answers.referral.allergies",
        "answers.referral.consent",
    ]
    .map(|field| (field.to_owned(), "required".to_owned()))
    .into();
    assert_eq!(errors(&refused.json()), expected);
    assert_eq!(office.read(id).await["missing"], refused.json()["errors"], "the page shows what Send would refuse");
    // The wrong department for the specialty, the wrong number for its kind.
    let mut content = office.content(office.id());
    content["specialty"] = json!("ent");
    office.tell_of_department(&["dermatology"]).await;
    content["patient"]["identifierSystem"] = json!("no-national");
    office.save(id, 1, content).await.is(200);
    let refused = office.doctor.post(&format!("/referrals/{id}/submit"), json!({"version": 2})).await.is(422).json();
    let expected = [
        ("patient.identifier", "national-number-letters"),
        ("departmentId", "wrong-specialty"),
        ("images", "required"),
        ("answers.ent.red-flags", "required"),
    ];
    assert_eq!(errors(&refused), expected.map(|(field, code)| (field.to_owned(), code.to_owned())));
    assert_eq!(office.read(id).await["state"], "draft");
}

async fn a_referral_is_sent_once(office: Office) {
    let (id, finding) = office.draft().await;
    let picture = jpeg(100, 1);
    let image = upload(&office, id, Some(finding), &picture).await;
    let monday = kit::testing::monday();
    office.world.clock.hold(monday);
    office.wait(time::Duration::hours(1)).await;
    office.ctx.db.q("update kit_grant set starts_at = $1").bind(monday).exec().await.unwrap();
    let path = format!("/referrals/{id}/submit");
    let stale = office.doctor.post(&path, json!({"version": 9})).await;
    assert_eq!(stale.refusal(), (409, "stale-version".into()));
    let receipt = office.doctor.post(&path, json!({"version": 1})).await.is(200).json();
    let expected = json!([{"id": image, "sha256": digest(&picture), "bytes": picture.len()}]);
    assert_eq!(receipt["images"], expected);
    assert_eq!(receipt["submittedAt"], "2026-03-02T09:00:00Z");
    assert_eq!(receipt["dueAt"], "2026-03-05T22:59:59Z");
    assert_eq!(receipt["departmentName"], "Hudavdelingen (SYNTHETIC)");
    assert_eq!(receipt["referral"], json!(id));
    assert_eq!(receipt["reference"].as_str().unwrap().len(), 8);

    office.wait(time::Duration::hours(1)).await;
    assert_eq!(office.nurse.post(&path, json!({"version": 1})).await.is(200).json(), receipt);
    assert_eq!(office.read(id).await["receipt"], receipt);
    assert_eq!(office.save(id, 1, json!({})).await.refusal(), (409, "already-submitted".into()));
    let discard = office.doctor.delete(&format!("/referrals/{id}")).await;
    assert_eq!(discard.refusal(), (409, "already-submitted".into()));
    assert_eq!(office.kinds(id).await, ["DraftStarted", "UploadSucceeded", "ReferralSubmitted"]);
    let waiting = office.doctor.get("/referrals?tab=waiting").await.is(200).json();
    assert_eq!((&waiting["items"][0]["id"], &waiting["counts"]["waiting"]), (&json!(id), &json!(1)));
}

async fn the_event_carries_the_whole_referral(office: Office) {
    let (id, finding) = office.draft().await;
    let picture = jpeg(100, 1);
    upload(&office, id, Some(finding), &picture).await;
    office.doctor.post(&format!("/referrals/{id}/submit"), json!({"version": 1})).await.is(200);
    let (envelope, fact) = office.last::<ReferralSubmitted>(id).await;
    assert_eq!((envelope.sex.as_str(), envelope.age_65_plus), ("female", Some(true)));
    assert_eq!((envelope.priority.as_str(), envelope.specialty.as_str()), ("urgent", "dermatology"));
    assert_eq!((envelope.images, envelope.findings, envelope.test), (1, 1, false));
    assert_eq!(envelope.department, office.department.as_bytes());
    assert_eq!(envelope.actor, office.ctx.pseudonym(office.doctor.id));
    let patient = fact.patient.unwrap();
    assert_eq!(patient.name, "SYNTHETIC Kari Nordmann");
    assert_eq!(patient.birth_date, "1958-03-14");
    assert_eq!(fact.practice_name, "Solvik legekontor (SYNTHETIC)");
    assert_eq!(fact.referrer_name, "SYNTHETIC Liv Lege");
    assert_eq!(fact.findings[0].site_code, "66643007");
    assert_eq!(fact.pictures[0].finding, finding.as_bytes());
    assert_eq!(fact.pictures[0].sha256, kit::pictures::sha256(&picture));
}

/// However it was typed, the same patient is found and the event says the same.
async fn a_number_is_kept_in_one_form(office: Office) {
    let expected = office.ctx.search_hash("nhs", "9434765870");
    for written in ["943 476 5870", "943-476-5870", " 943\u{a0}476\u{a0}5870", "9434765870"] {
        let (id, finding) = (office.id(), office.id());
        let mut content = office.content(finding);
        content["patient"]["identifierSystem"] = json!("nhs");
        content["patient"]["identifier"] = json!(written);
        office.save(id, 0, content).await.is(200);
        upload(&office, id, Some(finding), &jpeg(100, 1)).await;
        office.doctor.post(&format!("/referrals/{id}/submit"), json!({"version": 1})).await.is(200);
        let patient = office.last::<ReferralSubmitted>(id).await.1.patient.unwrap();
        assert_eq!((patient.identifier_system.as_str(), patient.identifier.as_str()), ("nhs", "9434765870"));
        let sql = "select identifier_hash from intake_referral where id = $1";
        let (hash,): (Vec<u8>,) = office.ctx.db.q(sql).bind(id).one().await.unwrap();
        assert_eq!(hash, expected, "{written:?}");
        assert_eq!(office.read(id).await["content"]["patient"]["identifier"], written, "the page shows what was typed");
    }
}

async fn a_made_up_number_is_refused_where_patients_are_real(office: Office) {
    let (id, finding) = (office.id(), office.id());
    let mut content = office.content(finding);
    content["patient"]["identifierSystem"] = json!("no-national");
    content["patient"]["identifier"] = json!("148358 40264");
    office.save(id, 0, content).await.is(200);
    upload(&office, id, Some(finding), &jpeg(100, 1)).await;
    let refused = office.doctor.post(&format!("/referrals/{id}/submit"), json!({"version": 1})).await.is(422).json();
    assert_eq!(errors(&refused), [("patient.identifier".into(), "national-number-synthetic".into())]);
}

async fn eight_sends_are_one(office: Office) {
    let (id, finding) = office.draft().await;
    upload(&office, id, Some(finding), &jpeg(100, 2)).await;
    let path = format!("/referrals/{id}/submit");
    let replies = join_all((0..8).map(|_| office.doctor.post(&path, json!({"version": 1})))).await;
    let receipts: Vec<Value> = replies.into_iter().map(|reply| reply.is(200).json()).collect();
    assert!(receipts.iter().all(|receipt| *receipt == receipts[0]));
    assert_eq!(office.kinds(id).await, ["DraftStarted", "UploadSucceeded", "ReferralSubmitted"]);
}

async fn a_rejected_picture_must_go_first(office: Office) {
    let (id, finding) = office.draft().await;
    let good = upload(&office, id, Some(finding), &jpeg(100, 3)).await;
    let bad = upload(&office, id, Some(finding), &jpeg(100, 4)).await;
    let rejected = ImageRejected {
        image: bad.as_bytes().to_vec(),
        code: "undecodable".into(),
        message: "It can't be decoded.".into(),
    };
    office.tell(id, &rejected).await;
    let shown = office.read(id).await;
    assert_eq!(shown["images"][1]["reason"], json!({"code": "undecodable", "message": "It can't be decoded."}));
    let path = format!("/referrals/{id}/submit");
    let refused = office.doctor.post(&path, json!({"version": 1})).await.is(422).json();
    assert_eq!(errors(&refused), [(format!("images.{bad}"), "rejected-image".into())]);
    assert!(refused["errors"][0]["message"].as_str().unwrap().starts_with("Picture 2 can't be sent."));
    office.doctor.delete(&format!("/images/{bad}")).await.is(204);
    let receipt = office.doctor.post(&path, json!({"version": 1})).await.is(200).json();
    assert_eq!(receipt["images"].as_array().unwrap().len(), 1);
    assert_eq!(receipt["images"][0]["id"], json!(good));
}

async fn a_picture_on_its_way_is_waited_for(office: Office) {
    let (id, finding) = office.draft().await;
    let image = upload(&office, id, Some(finding), &jpeg(100, 6)).await;
    let late = jpeg(100, 7);
    let sending = Sending::begin(&office, &office.doctor, id, None, late.len(), None).await;
    sending.patch(0, &late[..50]).await.is(204);
    let path = format!("/referrals/{id}/submit");
    office.wait(time::Duration::seconds(119)).await;
    let refused = office.doctor.post(&path, json!({"version": 1})).await;
    assert_eq!(refused.refusal(), (409, "upload-under-way".into()));
    assert_eq!(office.read(id).await["state"], "draft");
    office.wait(time::Duration::seconds(2)).await;
    let receipt = office.doctor.post(&path, json!({"version": 1})).await.is(200).json();
    assert_eq!((receipt["images"].as_array().unwrap().len(), &receipt["images"][0]["id"]), (1, &json!(image)));
    sending.patch(50, &late[50..]).await.is(410);
    assert!(office.kinds(id).await.contains(&"UploadFailed".to_owned()));
}

/// The answer to its beginning was lost, so the client began again: nobody can end the first one, and nothing waits for it.
async fn an_upload_begun_twice_does_not_keep_the_referral_back(office: Office) {
    let (id, finding) = office.draft().await;
    let (picture, image) = (jpeg(100, 7), office.id());
    let pairs = [
        ("referral", id.to_string()),
        ("image", image.to_string()),
        ("view", "endoscopic".into()),
        ("finding", finding.to_string()),
        ("sha256", digest(&picture)),
    ];
    let begin = async || create(&office.nurse, picture.len(), metadata(&pairs)).await.is(201);
    let lost = Sending::of(&office.nurse, image, &begin().await);
    let kept = Sending::of(&office.nurse, image, &begin().await);
    kept.patch(0, &picture).await.is(204);
    let receipt = office.doctor.post(&format!("/referrals/{id}/submit"), json!({"version": 1})).await.is(200).json();
    assert_eq!(receipt["images"].as_array().unwrap().len(), 1);
    lost.patch(0, &picture).await.is(410);
    assert!(!office.kinds(id).await.contains(&"UploadFailed".to_owned()));
}

async fn a_picture_of_a_finding_that_is_gone_must_be_given_another(office: Office) {
    let (id, finding) = office.draft().await;
    let image = upload(&office, id, Some(finding), &jpeg(100, 8)).await;
    let other = office.id();
    office.save(id, 1, office.content(other)).await.is(200);
    let path = format!("/referrals/{id}/submit");
    let refused = office.doctor.post(&path, json!({"version": 2})).await.is(422).json();
    assert_eq!(errors(&refused), [(format!("images.{image}"), "unknown-finding".into())]);
    office.doctor.json("PATCH", &format!("/images/{image}"), json!({"findingId": other})).await.is(204);
    office.doctor.post(&path, json!({"version": 2})).await.is(200);
}

async fn pictures_are_changed_until_sent(office: Office) {
    let (id, finding) = office.draft().await;
    let image = upload(&office, id, None, &jpeg(100, 5)).await;
    let path = format!("/images/{image}");
    office.nurse.json("PATCH", &path, json!({"view": "dermoscopic", "findingId": finding})).await.is(204);
    let shown = office.read(id).await["images"][0].clone();
    assert_eq!((&shown["view"], &shown["findingId"]), (&json!("dermoscopic"), &json!(finding)));
    office.nurse.json("PATCH", &path, json!({"findingId": null})).await.is(204);
    assert_eq!(office.read(id).await["images"][0]["findingId"], json!(null));
    office.nurse.json("PATCH", &path, json!({"findingId": office.id()})).await.is(422);
    assert_eq!(office.nurse.json("PATCH", &path, json!([])).await.refusal(), (400, "malformed".into()));
    office.nurse.delete(&path).await.is(204);
    assert_eq!(office.read(id).await["images"][0]["removed"], true);
    assert_eq!(office.read(id).await["missing"][0]["field"], "images");
    office.nurse.post(&format!("{path}/restore"), json!({})).await.is(204);
    let path_of_send = format!("/referrals/{id}/submit");
    let small = office.doctor.post(&path_of_send, json!({"version": 1})).await.is(422).json();
    assert_eq!(errors(&small), [(format!("images.{image}"), "too-small".into())]);
    office.nurse.json("PATCH", &path, json!({"view": "document"})).await.is(204);
    office.doctor.post(&path_of_send, json!({"version": 1})).await.is(200);
    for reply in [
        office.nurse.json("PATCH", &path, json!({"view": "scale"})).await,
        office.nurse.delete(&path).await,
        office.nurse.post(&format!("{path}/restore"), json!({})).await,
        create(
            &office.doctor,
            10,
            metadata(&[("referral", id.to_string()), ("image", office.id().to_string()), ("view", "scale".into())]),
        )
        .await,
    ] {
        assert_eq!(reply.refusal(), (409, "already-submitted".into()));
    }
}

async fn a_test_practice_says_so(office: Office) {
    let id = office.id();
    let fjordby = office.stranger.get("/referrals?tab=drafts").await.is(200);
    assert_eq!(fjordby.json()["items"], json!([]));
    let (practice,): (Uuid,) = office
        .ctx
        .db
        .q("select practice from kit_grant where person = $1")
        .bind(office.stranger.id)
        .one()
        .await
        .unwrap();
    let draft = json!({"version": 0, "practiceId": practice, "content": office.content(office.id())});
    office.stranger.json("PUT", &format!("/referrals/{id}"), draft).await.is(200);
    assert!(office.events(id).await[0].envelope.test);
}

async fn withdrawing(office: Office) {
    let (draft, _) = office.draft().await;
    let path = |id: Uuid| format!("/referrals/{id}/withdraw");
    assert_eq!(office.doctor.post(&path(draft), json!({"reason": "x"})).await.refusal(), (409, "not-submitted".into()));
    let (id, _) = sent(&office).await;
    let refused = office.doctor.post(&path(id), json!({"reason": " "})).await.is(422).json();
    assert_eq!(errors(&refused), [("reason".into(), "required".into())]);
    for _ in 0..2 {
        office.doctor.post(&path(id), json!({"reason": "Seen in the emergency ward."})).await.is(204);
    }
    assert_eq!(office.last::<ReferralWithdrawn>(id).await.1.reason, "Seen in the emergency ward.");
    assert_eq!(office.kinds(id).await.iter().filter(|kind| *kind == "ReferralWithdrawn").count(), 1);
    let shown = office.read(id).await;
    assert_eq!(shown["state"], "withdrawn");
    assert!(shown["withdrawnAt"].is_string());
    let closed = office.doctor.get("/referrals?tab=closed").await.is(200).json();
    assert_eq!(closed["items"][0]["id"], json!(id));
}
