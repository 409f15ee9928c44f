//! Answers: what is missing, what was not looked at, undo, and release exactly once.

use crate::house::{DERMATOLOGY, House, Person, Referral, content, image_id};
use kit::testing::DEPLOYMENTS;
use proto::review::AnswerGiven;
use serde_json::{Value, json};
use time::Duration;

async fn sign(
    house: &House,
    person: &Person,
    referral: &Referral,
    token: &Value,
    content: Value,
) -> crate::house::Reply {
    house
        .post(
            person,
            &format!("/cases/{}/answer", referral.id),
            json!({ "token": token, "content": content }),
        )
        .await
}

#[tokio::test]
async fn a_signature_needs_every_part_and_every_picture() {
    for deployment in DEPLOYMENTS {
        let house = House::build(deployment).await;
        let me = house
            .person("Siri SYNTHETIC", "specialist", DERMATOLOGY)
            .await;
        let mut referral = house.referral();
        referral.findings.push(house.ctx().new_id());
        for n in 0..3 {
            referral
                .pictures
                .push(house.picture(&referral, &[n; 100]).await);
        }
        house.prepare(&referral, &referral.pictures[0]).await;
        house.reject(&referral, &referral.pictures[1]).await;
        house.submit(&referral).await;
        let token = house.claim(&me, referral.id).await;
        let mut partial = content(&referral.findings[..1]);
        partial["findings"][0]["certainty"] = Value::Null;
        partial["findings"][0]["plan"] = json!("  ");
        let refused = sign(&house, &me, &referral, &token, partial)
            .await
            .refused(422, "invalid-input");
        let [first, rejected, third] = [0, 1, 2].map(|n| image_id(&referral.pictures[n]));
        let images = [first, third].map(|id| format!("images[{id}]"));
        let expected = [
            "findings[0].certainty",
            "findings[0].plan",
            "findings[1].diagnosis",
            images[0].as_str(),
            images[1].as_str(),
        ];
        assert_eq!(refused.fields(), expected);
        let whole = content(&referral.findings);
        let refused = sign(&house, &me, &referral, &token, whole.clone())
            .await
            .refused(422, "images-not-shown");
        assert_eq!(refused.fields(), images);
        let shown = format!("/cases/{}/shown", referral.id);
        house
            .post(&me, &shown, json!({ "token": token, "imageId": first }))
            .await
            .expect(204);
        for wrong in [third, rejected] {
            house
                .post(&me, &shown, json!({ "token": token, "imageId": wrong }))
                .await
                .refused(409, "image-not-ready");
        }
        house
            .post(
                &me,
                &shown,
                json!({ "token": token, "imageId": referral.id }),
            )
            .await
            .refused(404, "not-found");
        house.prepare(&referral, &referral.pictures[2]).await;
        house
            .post(&me, &shown, json!({ "token": token, "imageId": third }))
            .await
            .expect(204);
        let seen = house
            .get(&me, &format!("/cases/{}", referral.id))
            .await
            .expect(200)
            .json();
        let shown: Vec<bool> = seen["images"]
            .as_array()
            .unwrap()
            .iter()
            .map(|image| image["shown"] == json!(true))
            .collect();
        assert_eq!(shown, [true, false, true]);
        assert_eq!(seen["images"][1]["reason"]["code"], "truncated-picture");
        assert_eq!(
            seen["signed"],
            Value::Null,
            "a refused signature leaves nothing"
        );
        sign(&house, &me, &referral, &token, whole)
            .await
            .expect(200);
        house.world.stop().await;
    }
}

#[tokio::test]
async fn what_a_colleague_saw_does_not_count_for_me() {
    let house = House::build(DEPLOYMENTS[0]).await;
    let me = house
        .person("Siri SYNTHETIC", "specialist", DERMATOLOGY)
        .await;
    let colleague = house
        .person("Otto SYNTHETIC", "specialist", DERMATOLOGY)
        .await;
    let referral = house.with_pictures(1).await;
    let theirs = house.claim(&colleague, referral.id).await;
    house.look(&colleague, referral.id, &theirs).await;
    house
        .post(
            &colleague,
            &format!("/cases/{}/release", referral.id),
            json!({ "token": theirs }),
        )
        .await
        .expect(204);
    let token = house.claim(&me, referral.id).await;
    sign(&house, &me, &referral, &token, content(&referral.findings))
        .await
        .refused(422, "images-not-shown");
    house.world.stop().await;
}

#[tokio::test]
async fn a_signature_can_be_taken_back_for_ten_seconds() {
    for deployment in DEPLOYMENTS {
        let house = House::build(deployment).await;
        let me = house
            .person("Siri SYNTHETIC", "specialist", DERMATOLOGY)
            .await;
        let other = house
            .person("Otto SYNTHETIC", "specialist", DERMATOLOGY)
            .await;
        let referral = house.with_pictures(1).await;
        let path = format!("/cases/{}", referral.id);
        let token = house.claim(&me, referral.id).await;
        house.look(&me, referral.id, &token).await;
        house
            .post(
                &me,
                &format!("{path}/answer/undo"),
                json!({ "token": token }),
            )
            .await
            .refused(409, "claim-lost");
        let whole = content(&referral.findings);
        let receipt = sign(&house, &me, &referral, &token, whole.clone())
            .await
            .expect(200)
            .json();
        let again = sign(&house, &me, &referral, &token, whole.clone())
            .await
            .expect(200)
            .json();
        assert_eq!(receipt, again, "the same content signed twice");
        let mut changed = whole.clone();
        changed["summary"] = json!("On second thoughts.");
        sign(&house, &me, &referral, &token, changed)
            .await
            .refused(409, "already-signed");
        house
            .post(&other, &format!("{path}/claim"), json!({}))
            .await
            .refused(409, "claimed-by-other");
        assert!(
            house.listed(&me, "").await.is_empty(),
            "a signed case is off the worklist"
        );
        let seen = house.get(&me, &path).await.expect(200).json();
        assert_eq!(
            (seen["state"].clone(), seen["signed"].clone()),
            (json!("signed"), receipt)
        );
        house
            .post(
                &other,
                &format!("{path}/answer/undo"),
                json!({ "token": token }),
            )
            .await
            .refused(409, "claim-lost");
        house
            .post(
                &me,
                &format!("{path}/answer/undo"),
                json!({ "token": token }),
            )
            .await
            .expect(204);
        let seen = house.get(&me, &path).await.expect(200).json();
        assert_eq!(
            (seen["state"].clone(), seen["signed"].clone()),
            (json!("waiting"), Value::Null)
        );
        assert_eq!(
            seen["answerDraft"], whole,
            "what was signed is there to go on with"
        );
        house.world.clock.advance(Duration::minutes(1));
        house.settle().await;
        assert!(
            house.published::<AnswerGiven>(&referral).await.is_empty(),
            "nothing was sent"
        );
        house.world.stop().await;
    }
}

#[tokio::test]
async fn a_signed_answer_leaves_once() {
    for deployment in DEPLOYMENTS {
        let house = House::build(deployment).await;
        let me = house
            .person("Siri SYNTHETIC", "specialist", DERMATOLOGY)
            .await;
        let mut referral = house.referral();
        referral.findings.push(house.ctx().new_id());
        referral.test = true;
        house.submit(&referral).await;
        let path = format!("/cases/{}", referral.id);
        let token = house.claim(&me, referral.id).await;
        let mut whole = content(&referral.findings);
        whole["findings"][1]["disposition"] = json!("face-to-face-urgent");
        let receipt = sign(&house, &me, &referral, &token, whole.clone())
            .await
            .expect(200)
            .json();
        house.world.clock.advance(Duration::seconds(9));
        house.settle().await;
        assert!(
            house.published::<AnswerGiven>(&referral).await.is_empty(),
            "held for ten seconds"
        );
        house.world.clock.advance(Duration::seconds(2));
        house.settle().await;
        house.settle().await;
        let sent = house.published::<AnswerGiven>(&referral).await;
        assert_eq!(sent.len(), 1);
        let (event, fact) = &sent[0];
        let envelope = &event.envelope;
        assert_eq!(
            (
                envelope.disposition.as_str(),
                envelope.findings,
                envelope.test
            ),
            ("face-to-face-urgent", 2, true)
        );
        assert_eq!(
            (envelope.specialty.as_str(), envelope.sex.as_str()),
            ("dermatology", "female")
        );
        assert_eq!(
            (envelope.actor_role.as_str(), envelope.actor.len()),
            ("specialist", 16)
        );
        assert_eq!(
            (event.practice(), event.department()),
            (Some(crate::house::PRACTICE), Some(DERMATOLOGY))
        );
        assert!(
            envelope
                .claimed_us
                .is_some_and(|claimed| claimed <= envelope.occurred_us)
        );
        assert_eq!(
            (
                fact.answered_by.as_str(),
                fact.findings.len(),
                fact.summary.as_str()
            ),
            ("Siri SYNTHETIC", 2, "Harmless.")
        );
        assert!(
            house
                .post(
                    &me,
                    &format!("{path}/answer/undo"),
                    json!({ "token": token })
                )
                .await
                .code()
                == "already-sent"
        );
        assert_eq!(
            sign(&house, &me, &referral, &token, whole.clone())
                .await
                .expect(200)
                .json(),
            receipt
        );
        house
            .post(&me, &format!("{path}/claim"), json!({}))
            .await
            .refused(409, "answered");
        let seen = house.get(&me, &path).await.expect(200).json();
        assert_eq!(
            (
                seen["state"].clone(),
                seen["answers"][0]["findings"].clone()
            ),
            (json!("answered"), whole["findings"].clone())
        );
        assert_eq!(
            (
                seen["answers"][0]["afterWithdrawal"].clone(),
                seen["answerDraft"].clone()
            ),
            (json!(false), Value::Null)
        );
        let page = house.get(&me, "/worklist").await.expect(200).json();
        assert_eq!(
            (page["doneToday"].clone(), page["counts"]["all"].clone()),
            (json!(1), json!(0))
        );
        assert!(
            kit::log::verify_chain(&house.ctx().db)
                .await
                .unwrap()
                .broken
                .is_empty()
        );
        house.world.stop().await;
    }
}

#[tokio::test]
async fn a_withdrawn_case_is_over_but_a_signed_answer_stands() {
    for deployment in DEPLOYMENTS {
        let house = House::build(deployment).await;
        let me = house
            .person("Siri SYNTHETIC", "specialist", DERMATOLOGY)
            .await;
        let open = house.with_pictures(1).await;
        let signed = house.referral();
        let undone = house.referral();
        house.submit(&signed).await;
        house.submit(&undone).await;
        let token = house.claim(&me, open.id).await;
        house.withdraw(&open).await;
        let path = format!("/cases/{}", open.id);
        house
            .post(&me, &format!("{path}/renew"), json!({ "token": token }))
            .await
            .refused(409, "withdrawn");
        house
            .post(&me, &format!("{path}/claim"), json!({}))
            .await
            .refused(409, "withdrawn");
        sign(&house, &me, &open, &token, content(&open.findings))
            .await
            .refused(409, "withdrawn");
        assert!(!house.listed(&me, "").await.contains(&open.id.to_string()));
        assert_eq!(
            house.get(&me, &path).await.expect(200).json()["withdrawn"],
            json!(true)
        );
        for referral in [&signed, &undone] {
            let token = house.claim(&me, referral.id).await;
            sign(&house, &me, referral, &token, content(&referral.findings))
                .await
                .expect(200);
            house.withdraw(referral).await;
            if referral.id == undone.id {
                house
                    .post(
                        &me,
                        &format!("/cases/{}/answer/undo", undone.id),
                        json!({ "token": token }),
                    )
                    .await
                    .expect(204);
            }
        }
        house.world.clock.advance(Duration::seconds(11));
        house.settle().await;
        assert_eq!(house.published::<AnswerGiven>(&signed).await.len(), 1);
        assert!(house.published::<AnswerGiven>(&undone).await.is_empty());
        let seen = house
            .get(&me, &format!("/cases/{}", signed.id))
            .await
            .expect(200)
            .json();
        assert_eq!(
            (
                seen["state"].clone(),
                seen["answers"][0]["afterWithdrawal"].clone()
            ),
            (json!("answered"), json!(true))
        );
        let seen = house
            .get(&me, &format!("/cases/{}", undone.id))
            .await
            .expect(200)
            .json();
        assert_eq!(
            (seen["state"].clone(), seen["answers"].clone()),
            (json!("withdrawn"), json!([]))
        );
        assert!(house.listed(&me, "").await.is_empty());
        house.world.stop().await;
    }
}

#[tokio::test]
async fn two_presses_of_the_button_are_one_signature() {
    for deployment in DEPLOYMENTS {
        let house = House::build(deployment).await;
        let me = house
            .person("Siri SYNTHETIC", "coordinator", DERMATOLOGY)
            .await;
        let referral = house.referral();
        house.submit(&referral).await;
        let token = house.claim(&me, referral.id).await;
        let presses =
            (0..6).map(|_| sign(&house, &me, &referral, &token, content(&referral.findings)));
        let receipts = futures::future::join_all(presses).await;
        let first = receipts[0].json();
        for receipt in receipts {
            assert_eq!(receipt.expect(200).json(), first);
        }
        house.world.clock.advance(Duration::seconds(11));
        // As many replicas as one likes: each runs the same repair.
        let repair = house.world.running.services()[0].repairs[0];
        let replicas = futures::future::join_all((0..6).map(|_| (repair.run)(house.ctx()))).await;
        assert!(
            replicas
                .into_iter()
                .map(|done| done.expect("a portion"))
                .sum::<u64>()
                <= 1
        );
        house.settle().await;
        let sent = house.published::<AnswerGiven>(&referral).await;
        assert_eq!(
            (sent.len(), sent[0].0.envelope.actor_role.as_str()),
            (1, "coordinator")
        );
        house.world.stop().await;
    }
}

#[tokio::test]
async fn undo_and_release_at_the_same_moment_do_one_thing() {
    for deployment in DEPLOYMENTS {
        let house = House::build(deployment).await;
        let me = house
            .person("Siri SYNTHETIC", "specialist", DERMATOLOGY)
            .await;
        for late in [false, true] {
            let referral = house.referral();
            house.submit(&referral).await;
            let token = house.claim(&me, referral.id).await;
            sign(&house, &me, &referral, &token, content(&referral.findings))
                .await
                .expect(200);
            house.world.clock.advance(if late {
                Duration::seconds(10)
            } else {
                Duration::seconds(9)
            });
            let repair = house.world.running.services()[0].repairs[0];
            let path = format!("/cases/{}/answer/undo", referral.id);
            let (undone, done) = futures::future::join(
                house.post(&me, &path, json!({ "token": token })),
                (repair.run)(house.ctx()),
            )
            .await;
            done.expect("a portion");
            house.settle().await;
            let sent = house.published::<AnswerGiven>(&referral).await.len();
            if late {
                assert_eq!(
                    (undone.refused(409, "already-sent").code().as_str(), sent),
                    ("already-sent", 1)
                );
            } else {
                assert_eq!((undone.expect(204).bytes.len(), sent), (0, 0));
            }
        }
        house.world.stop().await;
    }
}

#[tokio::test]
async fn a_damaged_answer_keeps_back_no_other() {
    let house = House::build(DEPLOYMENTS[0]).await;
    let me = house
        .person("Siri SYNTHETIC", "specialist", DERMATOLOGY)
        .await;
    let (damaged, whole) = (house.referral(), house.referral());
    for referral in [&damaged, &whole] {
        house.submit(referral).await;
        let token = house.claim(&me, referral.id).await;
        sign(&house, &me, referral, &token, content(&referral.findings))
            .await
            .expect(200);
    }
    let sql = "update review_answer set content = $2 where case_id = $1";
    house
        .ctx()
        .db
        .q(sql)
        .bind(damaged.id)
        .bind(vec![1_u8; 40])
        .exec_one()
        .await
        .unwrap();
    house.world.clock.advance(Duration::seconds(11));
    house.settle().await;
    assert_eq!(house.published::<AnswerGiven>(&whole).await.len(), 1);
    assert!(house.published::<AnswerGiven>(&damaged).await.is_empty());
    house.world.stop().await;
}

#[tokio::test]
async fn a_draft_may_lack_anything_but_holds_nothing_unknown() {
    let house = House::build(DEPLOYMENTS[0]).await;
    let me = house
        .person("Siri SYNTHETIC", "specialist", DERMATOLOGY)
        .await;
    let referral = house.referral();
    house.submit(&referral).await;
    let path = format!("/cases/{}/answer-draft", referral.id);
    let token = house.claim(&me, referral.id).await;
    house
        .put(&me, &path, json!({ "token": token, "content": {} }))
        .await
        .expect(200);
    let started = json!({ "summary": "", "findings": [{ "findingId": referral.findings[0], "diagnosis": "Na" }] });
    house
        .put(&me, &path, json!({ "token": token, "content": started }))
        .await
        .expect(200);
    let seen = house
        .get(&me, &format!("/cases/{}", referral.id))
        .await
        .expect(200)
        .json();
    assert_eq!(seen["answerDraft"]["findings"][0]["diagnosis"], "Na");
    for wrong in [
        json!({ "remark": "x" }),
        json!({ "findings": [{ "findingId": "x" }] }),
        json!({ "findings": [{ "findingId": referral.id, "certainty": "sure" }] }),
    ] {
        house
            .put(&me, &path, json!({ "token": token, "content": wrong }))
            .await
            .refused(400, "malformed");
    }
    let stored: (Vec<u8>,) = house
        .ctx()
        .db
        .q("select content from review_draft")
        .one()
        .await
        .unwrap();
    assert!(
        !String::from_utf8_lossy(&stored.0).contains("diagnosis"),
        "sealed"
    );
    house.world.stop().await;
}
