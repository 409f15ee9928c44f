//! "Try it": the whole way with a made-up patient, where patients are real.

use crate::office::Office;
use crate::on_both;
use crate::pictures::{jpeg, upload};
use proto::intake::ReferralSubmitted;
use serde_json::json;

on_both!(a_referral_is_tried_with_nobody, nobody_is_nobody_else);

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
