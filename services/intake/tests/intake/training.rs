//! "Try it": the whole way with a made-up patient, where patients are real.

use crate::exchange::answer;
use crate::office::Office;
use crate::on_both;
use crate::pictures::{jpeg, upload};
use crate::sending::sent;
use proto::intake::ReferralSubmitted;
use serde_json::json;

on_both!(a_referral_is_tried_with_nobody, nobody_is_nobody_else, trying_stays_apart_from_what_is_real);

async fn a_referral_is_tried_with_nobody(office: Office) {
    let (id, finding) = (office.id(), office.id());
    let body = json!({ "id": id, "practiceId": office.practice });
    let begun = office.nurse.post("/training", body.clone()).await.is(201).json();
    assert_eq!(office.nurse.post("/training", body.clone()).await.is(201).json(), begun);
    office.stranger.post("/training", body).await.is(404);
    let draft = office.read(id).await;
    assert_eq!((&draft["training"], &draft["state"]), (&json!(true), &json!("draft")));
    let mut content = office.content(finding);
    content["patient"] = draft["content"]["patient"].clone();
    office.save(id, 1, content).await.is(200);
    upload(&office, id, Some(finding), &jpeg(100, 1)).await;
    assert_eq!(office.read(id).await["missing"], json!([]), "a made-up number is taken here");
    office.doctor.post(&format!("/referrals/{id}/submit"), json!({ "version": 2 })).await.is(200);
    let (envelope, _) = office.last::<ReferralSubmitted>(id).await;
    assert!(envelope.test, "it is counted nowhere");
    for event in office.events(id).await {
        assert!(event.envelope.test, "{}", event.kind());
    }
    assert_eq!(office.doctor.get("/referrals?tab=waiting").await.json()["items"][0]["training"], true);
}

async fn nobody_is_nobody_else(office: Office) {
    let (id, finding) = (office.id(), office.id());
    office.doctor.post("/training", json!({ "id": id, "practiceId": office.practice })).await.is(201);
    let refused = office.save(id, 1, office.content(finding)).await.is(422).json();
    assert_eq!(refused["errors"][0]["code"], "training-patient");
    // An id that a real draft has begins no training.
    let (real, _) = office.draft().await;
    office.doctor.post("/training", json!({ "id": real, "practiceId": office.practice })).await.is(404);
    assert_eq!(office.read(real).await["training"], false);
}

async fn trying_stays_apart_from_what_is_real(office: Office) {
    let (id, finding) = (office.id(), office.id());
    let begin = |id: uuid::Uuid| json!({ "id": id, "practiceId": office.practice });
    office.doctor.post("/training", begin(id)).await.is(201);
    let mut content = office.content(finding);
    content["patient"] = office.read(id).await["content"]["patient"].clone();
    office.save(id, 1, content.clone()).await.is(200);
    let image = upload(&office, id, Some(finding), &jpeg(100, 1)).await;
    office.doctor.post(&format!("/referrals/{id}/submit"), json!({ "version": 2 })).await.is(200);
    // An answer that was read is no work that is left to do.
    answer(&office, id, finding).await;
    let body = json!({ "answerId": office.read(id).await["answer"]["id"] });
    office.doctor.post(&format!("/referrals/{id}/acknowledge"), body).await.is(204);
    let list = office.doctor.get("/referrals?tab=close-out").await.is(200).json();
    assert_eq!((&list["items"], &list["counts"]["closeOuts"]), (&json!([]), &json!(0)));
    assert_eq!(office.doctor.get("/referrals?tab=closed").await.json()["items"][0]["closeOutMissing"], false);
    // Pictures stay on their side.
    let (real, photographed) = sent(&office).await;
    let (draft, _) = office.draft().await;
    let trial = office.id();
    office.doctor.post("/training", begin(trial)).await.is(201);
    for (image, into) in [(image, draft), (photographed, trial)] {
        let body = json!({ "reason": "Another one's.", "replacement": into });
        let refused = office.doctor.post(&format!("/images/{image}/entered-in-error"), body).await;
        assert_eq!(refused.refusal(), (409, "training-mixed".into()));
    }
    office.doctor.get(&format!("/referrals/{real}")).await.is(200);
    // What takes the place of a trial is one, with the same nobody.
    let again = office.id();
    let body = json!({ "reason": "Oops.", "replacement": again });
    office.doctor.post(&format!("/referrals/{id}/entered-in-error"), body).await.is(200);
    let shown = office.read(again).await;
    assert_eq!((&shown["training"], &shown["content"]["patient"]), (&json!(true), &content["patient"]));
    assert_eq!(shown["images"].as_array().unwrap().len(), 1);
    for event in office.events(again).await {
        assert!(event.envelope.test, "{}", event.kind());
    }
}
