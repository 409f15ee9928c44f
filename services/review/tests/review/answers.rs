//! Answers: what is missing, what was not looked at, drafts, and what leaves.

use crate::house::{DERMATOLOGY, Desk, House, PRACTICE, content, has, image_id, sign};
use kit::testing::DEPLOYMENTS;
use proto::review::AnswerGiven;
use serde_json::{Value, json};
use time::Duration;

#[tokio::test]
async fn a_signature_needs_every_part_and_every_picture() {
    for deployment in DEPLOYMENTS {
        let house = House::build(deployment).await;
        let me = house.specialist("Siri SYNTHETIC").await;
        let mut referral = house.referral();
        referral.findings.push(house.ctx().new_id());
        for n in 0..3 {
            let picture = house.picture(&referral, &[n; 100]).await;
            referral.pictures.push(picture);
        }
        house.prepare(&referral, &referral.pictures[0]).await;
        house.reject(&referral, &referral.pictures[1]).await;
        house.submit(&referral).await;
        let desk = Desk::claim(&house, &me, referral.id).await;
        let mut partial = content(&referral.findings[..1]);
        partial["findings"][0]["certainty"] = Value::Null;
        partial["findings"][0]["plan"] = json!("  ");
        partial["tellsPatient"] = Value::Null;
        partial.as_object_mut().unwrap().remove("books");
        let refused = desk.sign(&partial).await.refused(422, "invalid-input");
        let [first, _, third] = [0, 1, 2].map(|n| image_id(&referral.pictures[n]));
        let images = [first, third].map(|id| format!("images[{id}]"));
        let parts = ["findings[0].certainty", "findings[0].plan", "findings[1].diagnosis", "tellsPatient", "books"];
        assert_eq!(refused.fields(), [parts.map(str::to_owned).to_vec(), images.to_vec()].concat());
        let whole = content(&referral.findings);
        let refused = desk.sign(&whole).await.refused(422, "images-not-shown");
        assert_eq!(refused.fields(), images);
        let seen = desk.case().await;
        has(&seen, json!({ "signed": null, "state": "waiting" }));
        assert_eq!(seen["images"][1]["reason"]["code"], "truncated-picture");
        house.prepare(&referral, &referral.pictures[2]).await;
        for image in [first, third] {
            desk.show(image).await.expect(204);
        }
        desk.sign(&whole).await.expect(200);
        house.world.stop().await;
    }
}

#[tokio::test]
async fn only_what_can_be_seen_was_seen() {
    for deployment in DEPLOYMENTS {
        let house = House::build(deployment).await;
        let me = house.specialist("Siri SYNTHETIC").await;
        let other = house.with_pictures(1).await;
        let mut referral = house.referral();
        for n in 0..3 {
            let picture = house.picture(&referral, &[n; 100]).await;
            referral.pictures.push(picture);
        }
        house.prepare(&referral, &referral.pictures[0]).await;
        house.reject(&referral, &referral.pictures[1]).await;
        house.submit(&referral).await;
        let desk = Desk::claim(&house, &me, referral.id).await;
        let [ready, rejected, processing] = [0, 1, 2].map(|n| image_id(&referral.pictures[n]));
        for wrong in [rejected, processing] {
            desk.show(wrong).await.refused(409, "image-not-ready");
        }
        let of_another_case = image_id(&other.pictures[0]);
        desk.show(of_another_case).await.refused(404, "not-found");
        desk.show(ready).await.expect(204);
        desk.show(ready).await.expect(204);
        let seen = desk.case().await;
        let images = seen["images"].as_array().unwrap();
        let shown: Vec<&Value> = images.iter().map(|image| &image["shown"]).collect();
        assert_eq!(shown, [&json!(true), &json!(false), &json!(false)]);
        house.world.stop().await;
    }
}

#[tokio::test]
async fn what_a_colleague_saw_does_not_count_for_me() {
    let house = House::build(DEPLOYMENTS[0]).await;
    let me = house.person("Siri SYNTHETIC", "specialist", DERMATOLOGY).await;
    let colleague = house.person("Otto SYNTHETIC", "specialist", DERMATOLOGY).await;
    let referral = house.with_pictures(1).await;
    let theirs = house.claim(&colleague, referral.id).await;
    house.look(&colleague, referral.id, &theirs).await;
    house.post(&colleague, &format!("/cases/{}/release", referral.id), json!({ "token": theirs })).await.expect(204);
    let token = house.claim(&me, referral.id).await;
    sign(&house, &me, &referral, &token, content(&referral.findings)).await.refused(422, "images-not-shown");
    house.world.stop().await;
}

#[tokio::test]
async fn a_signed_answer_leaves_once() {
    for deployment in DEPLOYMENTS {
        let house = House::build(deployment).await;
        let me = house.specialist("Siri SYNTHETIC").await;
        let mut referral = house.referral();
        referral.findings.push(house.ctx().new_id());
        house.submit(&referral).await;
        let desk = Desk::claim(&house, &me, referral.id).await;
        let whole = content(&referral.findings);
        let receipt = desk.sign(&whole).await.expect(200).json();
        house.world.clock.advance(Duration::seconds(9));
        house.settle().await;
        assert!(house.published::<AnswerGiven>(&referral).await.is_empty(), "held for ten seconds");
        house.world.clock.advance(Duration::seconds(2));
        house.settle().await;
        house.settle().await;
        assert_eq!(house.published::<AnswerGiven>(&referral).await.len(), 1);
        desk.act("answer/undo").await.refused(409, "already-sent");
        assert_eq!(desk.sign(&whole).await.expect(200).json(), receipt);
        desk.act("claim").await.refused(409, "answered");
        let seen = desk.case().await;
        has(&seen, json!({ "state": "answered", "answerDraft": null, "signed": null, "claim": null }));
        let findings = whole["findings"].clone();
        has(&seen["answers"][0], json!({ "findings": findings, "afterWithdrawal": false }));
        let page = house.get(&me, "/worklist").await.expect(200).json();
        has(&page, json!({ "doneToday": 1, "items": [] }));
        let chain = kit::log::verify_chain(&house.ctx().db).await.unwrap();
        assert!(chain.broken.is_empty());
        house.world.stop().await;
    }
}

#[tokio::test]
async fn the_event_tells_the_study_what_it_may_know() {
    let house = House::build(DEPLOYMENTS[0]).await;
    let me = house.specialist("Siri SYNTHETIC").await;
    let mut referral = house.referral();
    referral.findings.push(house.ctx().new_id());
    referral.test = true;
    house.submit(&referral).await;
    let desk = Desk::claim(&house, &me, referral.id).await;
    house.world.clock.advance(Duration::minutes(2));
    let mut whole = content(&referral.findings);
    whole["findings"][1]["disposition"] = json!("face-to-face-urgent");
    desk.sign(&whole).await.refused(422, "invalid-input");
    whole["books"] = json!("department");
    desk.sign(&whole).await.expect(200);
    house.world.clock.advance(Duration::seconds(11));
    house.settle().await;
    let sent = house.published::<AnswerGiven>(&referral).await;
    let (event, fact) = &sent[0];
    let envelope = &event.envelope;
    assert_eq!(envelope.disposition, "face-to-face-urgent", "the most urgent");
    assert_eq!((envelope.findings, envelope.test, envelope.age_65_plus), (2, true, Some(true)));
    assert_eq!((envelope.specialty.as_str(), envelope.sex.as_str()), ("dermatology", "female"));
    assert_eq!((envelope.actor_role.as_str(), envelope.actor.len()), ("specialist", 16));
    assert_eq!((event.practice(), event.department()), (Some(PRACTICE), Some(DERMATOLOGY)));
    let waited = envelope.occurred_us - envelope.claimed_us.unwrap();
    assert!(waited >= 131_000_000, "claimed two minutes and eleven seconds before: {waited}");
    assert_eq!((fact.answered_by.as_str(), fact.role.as_str()), ("Siri SYNTHETIC", "specialist"));
    assert_eq!((fact.findings.len(), fact.summary.as_str()), (2, "Harmless."));
    assert_eq!((fact.tells_patient.as_str(), fact.books.as_str()), ("practice", "department"));
    assert!(fact.amends.is_empty() && fact.reason.is_empty() && !envelope.amends, "a first answer amends nothing");
    let clear = format!("{envelope:?}");
    assert!(!clear.contains("SYNTHETIC") && !clear.contains("keratosis"));
    house.world.stop().await;
}

#[tokio::test]
async fn a_withdrawn_case_is_over_but_a_signed_answer_stands() {
    for deployment in DEPLOYMENTS {
        let house = House::build(deployment).await;
        let me = house.person("Siri SYNTHETIC", "specialist", DERMATOLOGY).await;
        let open = house.with_pictures(1).await;
        let signed = house.referral();
        let undone = house.referral();
        house.submit(&signed).await;
        house.submit(&undone).await;
        let token = house.claim(&me, open.id).await;
        house.withdraw(&open).await;
        let path = format!("/cases/{}", open.id);
        house.post(&me, &format!("{path}/renew"), json!({ "token": token })).await.refused(409, "withdrawn");
        house.post(&me, &format!("{path}/claim"), json!({})).await.refused(409, "withdrawn");
        sign(&house, &me, &open, &token, content(&open.findings)).await.refused(409, "withdrawn");
        assert!(!house.listed(&me, "").await.contains(&open.id.to_string()));
        assert_eq!(house.get(&me, &path).await.expect(200).json()["withdrawn"], json!(true));
        for referral in [&signed, &undone] {
            let token = house.claim(&me, referral.id).await;
            sign(&house, &me, referral, &token, content(&referral.findings)).await.expect(200);
            house.withdraw(referral).await;
            if referral.id == undone.id {
                house
                    .post(&me, &format!("/cases/{}/answer/undo", undone.id), json!({ "token": token }))
                    .await
                    .expect(204);
            }
        }
        house.world.clock.advance(Duration::seconds(11));
        house.settle().await;
        assert_eq!(house.published::<AnswerGiven>(&signed).await.len(), 1);
        assert!(house.published::<AnswerGiven>(&undone).await.is_empty());
        let seen = house.get(&me, &format!("/cases/{}", signed.id)).await.expect(200).json();
        assert_eq!(
            (seen["state"].clone(), seen["answers"][0]["afterWithdrawal"].clone()),
            (json!("answered"), json!(true))
        );
        let seen = house.get(&me, &format!("/cases/{}", undone.id)).await.expect(200).json();
        assert_eq!((seen["state"].clone(), seen["answers"].clone()), (json!("withdrawn"), json!([])));
        assert_eq!(seen["claim"], json!(null), "nobody has to read it");
        let sql =
            "select count(*) from review_case where id = $1 and (claimed_by is not null or lease_token is not null)";
        let (held,): (i64,) = house.ctx().db.q(sql).bind(undone.id).one().await.expect("a count");
        assert_eq!(held, 0);
        assert!(house.listed(&me, "").await.is_empty());
        house.world.stop().await;
    }
}

#[tokio::test]
async fn a_draft_may_lack_anything_but_holds_nothing_unknown() {
    let house = House::build(DEPLOYMENTS[0]).await;
    let me = house.person("Siri SYNTHETIC", "specialist", DERMATOLOGY).await;
    let referral = house.referral();
    house.submit(&referral).await;
    let path = format!("/cases/{}/answer-draft", referral.id);
    let token = house.claim(&me, referral.id).await;
    house.put(&me, &path, json!({ "token": token, "content": {} })).await.expect(200);
    let started = json!({ "summary": "", "findings": [{ "findingId": referral.findings[0], "diagnosis": "Na" }] });
    house.put(&me, &path, json!({ "token": token, "content": started })).await.expect(200);
    let seen = house.get(&me, &format!("/cases/{}", referral.id)).await.expect(200).json();
    assert_eq!(seen["answerDraft"]["findings"][0]["diagnosis"], "Na");
    for wrong in [
        json!({ "remark": "x" }),
        json!({ "findings": [{ "findingId": "x" }] }),
        json!({ "findings": [{ "findingId": referral.id, "certainty": "sure" }] }),
    ] {
        house.put(&me, &path, json!({ "token": token, "content": wrong })).await.refused(400, "malformed");
    }
    let stored: (Vec<u8>,) = house.ctx().db.q("select content from review_draft").one().await.unwrap();
    assert!(!String::from_utf8_lossy(&stored.0).contains("diagnosis"), "sealed");
    house.world.stop().await;
}
