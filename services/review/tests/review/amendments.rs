//! Amendments: a new answer that names the one it replaces; the earlier one stays.

use crate::house::{DERMATOLOGY, Desk, ENT, House, content, has, sign};
use kit::testing::DEPLOYMENTS;
use proto::review::AnswerGiven;
use serde_json::{Value, json};
use time::Duration;

/// An answer that amends, with a reason.
fn amended(findings: &[uuid::Uuid], reason: &str) -> Value {
    let mut content = content(findings);
    content["findings"][0]["diagnosis"] = json!("Naevus");
    content["reason"] = json!(reason);
    content
}

#[tokio::test]
async fn a_colleague_amends_and_both_answers_stand() {
    for deployment in DEPLOYMENTS {
        let house = House::build(deployment).await;
        let me = house.specialist("Siri SYNTHETIC").await;
        let colleague = house.specialist("Otto SYNTHETIC").await;
        let elsewhere = house.person("Eli SYNTHETIC", "specialist", ENT).await;
        let referral = house.with_pictures(1).await;
        let path = format!("/cases/{}", referral.id);
        house.post(&me, &format!("{path}/amend"), json!({})).await.refused(409, "not-answered");
        house.answer(&me, &referral).await;
        house.post(&elsewhere, &format!("{path}/amend"), json!({})).await.refused(404, "not-found");
        let desk = Desk::amend(&house, &colleague, referral.id).await;
        has(&desk.case().await, json!({ "state": "amending", "answerDraft": null }));
        assert!(house.listed(&me, "").await.is_empty(), "it is not to be read again by everybody");
        house.post(&me, &format!("{path}/amend"), json!({})).await.refused(409, "claimed-by-other");
        house.post(&me, &format!("{path}/claim"), json!({})).await.refused(409, "claimed-by-other");
        let refused = desk.sign(&amended(&referral.findings, " ")).await.refused(422, "invalid-input");
        assert_eq!(refused.fields()[0], "reason", "and what the colleague has not looked at: {:?}", refused.fields());
        house.look(&colleague, referral.id, &desk.token).await;
        let new = amended(&referral.findings, "Histology has come.");
        desk.save(new.clone()).await.expect(200);
        let receipt = desk.sign(&new).await.expect(200).json();
        desk.act("answer/undo").await.expect(204);
        has(&desk.case().await, json!({ "state": "amending", "signed": null, "answerDraft": new }));
        let again = desk.sign(&new).await.expect(200).json();
        assert_ne!(receipt, Value::Null);
        house.released().await;
        assert_eq!(desk.sign(&new).await.expect(200).json(), again, "a repeat gets its receipt");
        let sent = house.published::<AnswerGiven>(&referral).await;
        let [(first, _), (second, fact)] = sent.as_slice() else { panic!("{} answers", sent.len()) };
        assert_eq!((first.envelope.amends, second.envelope.amends), (false, true));
        assert_eq!(fact.reason, "Histology has come.");
        let seen = house.get(&me, &path).await.expect(200).json();
        assert_eq!(seen["state"], "answered");
        let [old, new] = seen["answers"].as_array().unwrap().as_slice() else { panic!("{seen}") };
        has(
            old,
            json!({ "amends": null, "reason": "", "answeredBy": { "name": "Siri SYNTHETIC", "role": "specialist" } }),
        );
        has(new, json!({ "amends": old["id"], "reason": "Histology has come.", "tellsPatient": "practice" }));
        assert_eq!(fact.amends, uuid::Uuid::parse_str(old["id"].as_str().unwrap()).unwrap().as_bytes());
        assert_eq!(old["findings"][0]["diagnosis"], "Seborrhoeic keratosis", "what was sent is never changed");
        // It amended, so it was not one more case done.
        for (person, done) in [(&me, 1), (&colleague, 0)] {
            assert_eq!(house.get(person, "/worklist").await.expect(200).json()["doneToday"], json!(done));
        }
        house.world.stop().await;
    }
}

#[tokio::test]
async fn an_amendment_that_is_left_leaves_the_answer_as_it_was() {
    for deployment in DEPLOYMENTS {
        let house = House::build(deployment).await;
        let me = house.specialist("Siri SYNTHETIC").await;
        let coordinator = house.person("Kim SYNTHETIC", "coordinator", DERMATOLOGY).await;
        let referral = house.referral();
        house.submit(&referral).await;
        house.answer(&me, &referral).await;
        let desk = Desk::amend(&house, &me, referral.id).await;
        desk.ask("And since when?").await.refused(409, "answered");
        let id = house.ctx().new_id();
        desk.decline(id, "No.").await.refused(409, "answered");
        desk.act("renew").await.expect(200);
        desk.act("release").await.expect(204);
        has(&desk.case().await, json!({ "state": "answered", "claim": null }));
        // One that runs out.
        let desk = Desk::amend(&house, &me, referral.id).await;
        house.wait(Duration::minutes(31)).await;
        has(&desk.case().await, json!({ "state": "answered", "claim": null }));
        desk.sign(&amended(&referral.findings, "Late.")).await.refused(409, "claim-lost");
        // One that a coordinator ends.
        let desk = Desk::amend(&house, &me, referral.id).await;
        let free = format!("/cases/{}/free", referral.id);
        house.post(&coordinator, &free, json!({ "holderId": me.id })).await.expect(204);
        has(&desk.case().await, json!({ "state": "answered", "claim": null }));
        assert!(house.listed(&me, "").await.is_empty());
        // A withdrawal that crossed the answer changes neither.
        house.withdraw(&referral).await;
        let desk = Desk::amend(&house, &coordinator, referral.id).await;
        desk.sign(&amended(&referral.findings, "Names mixed up.")).await.expect(200);
        house.released().await;
        has(&desk.case().await, json!({ "state": "answered", "withdrawn": true }));
        assert_eq!(house.published::<AnswerGiven>(&referral).await.len(), 2);
        house.world.stop().await;
    }
}

#[tokio::test]
async fn a_reply_that_crosses_an_amendment_brings_the_case_back() {
    for deployment in DEPLOYMENTS {
        let house = House::build(deployment).await;
        let me = house.specialist("Siri SYNTHETIC").await;
        let referral = house.referral();
        house.submit(&referral).await;
        let desk = Desk::claim(&house, &me, referral.id).await;
        desk.ask("Since when?").await.expect(204);
        let question = desk.case().await["questions"][0]["id"].as_str().unwrap().to_owned();
        house.answer(&me, &referral).await;
        // While it is written.
        let desk = Desk::amend(&house, &me, referral.id).await;
        house.supply(&referral, &question, Vec::new()).await;
        has(&desk.case().await, json!({ "state": "returned" }));
        assert_eq!(house.listed(&me, "?filter=returned").await, [referral.id.to_string()]);
        // Whoever says why amends all the same.
        desk.sign(&amended(&referral.findings, "Since August.")).await.expect(200);
        house.released().await;
        has(&desk.case().await, json!({ "state": "answered" }));
        let sent = house.published::<AnswerGiven>(&referral).await;
        assert_eq!(sent.iter().map(|(event, _)| event.envelope.amends).collect::<Vec<_>>(), [false, true]);
        // While it is held, and taken back.
        let desk = Desk::amend(&house, &me, referral.id).await;
        desk.sign(&amended(&referral.findings, "Once more.")).await.expect(200);
        house.world.clock.advance(Duration::seconds(1));
        house.supply(&referral, &question, Vec::new()).await;
        desk.act("answer/undo").await.expect(204);
        has(&desk.case().await, json!({ "state": "returned" }));
        house.world.stop().await;
    }
}

#[tokio::test]
async fn a_first_answer_needs_no_reason() {
    let house = House::build(DEPLOYMENTS[0]).await;
    let me = house.specialist("Siri SYNTHETIC").await;
    let referral = house.referral();
    house.submit(&referral).await;
    let token = house.claim(&me, referral.id).await;
    let mut odd = content(&referral.findings);
    odd["reason"] = json!("Nothing stands that this could amend.");
    sign(&house, &me, &referral, &token, odd).await.expect(200);
    house.released().await;
    let sent = house.published::<AnswerGiven>(&referral).await;
    assert!(sent[0].1.amends.is_empty() && sent[0].1.reason.is_empty() && !sent[0].0.envelope.amends);
    house.world.stop().await;
}
