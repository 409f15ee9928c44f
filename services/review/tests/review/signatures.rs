//! Signatures: taken back or sent, exactly once, whatever happens at the same moment.

use crate::house::{DERMATOLOGY, Desk, House, content, has, sign};
use kit::testing::DEPLOYMENTS;
use proto::review::AnswerGiven;
use serde_json::json;
use time::Duration;

#[tokio::test]
async fn a_signature_can_be_taken_back_for_ten_seconds() {
    for deployment in DEPLOYMENTS {
        let house = House::build(deployment).await;
        let me = house.specialist("Siri SYNTHETIC").await;
        let referral = house.with_pictures(1).await;
        let desk = Desk::claim(&house, &me, referral.id).await;
        house.look(&me, referral.id, &desk.token).await;
        desk.act("answer/undo").await.refused(409, "claim-lost");
        let whole = content(&referral.findings);
        let receipt = desk.sign(&whole).await.expect(200).json();
        assert_eq!(desk.sign(&whole).await.expect(200).json(), receipt, "the same content signed twice");
        let mut changed = whole.clone();
        changed["summary"] = json!("On second thoughts.");
        desk.sign(&changed).await.refused(409, "already-signed");
        desk.save(changed).await.refused(409, "already-signed");
        has(&desk.case().await, json!({ "state": "signed", "signed": receipt }));
        desk.act("answer/undo").await.expect(204);
        // What was signed is there to go on with.
        has(&desk.case().await, json!({ "state": "waiting", "signed": null, "answerDraft": whole }));
        house.world.clock.advance(Duration::minutes(1));
        house.settle().await;
        assert!(house.published::<AnswerGiven>(&referral).await.is_empty(), "nothing was sent");
        house.world.stop().await;
    }
}

#[tokio::test]
async fn a_signed_case_belongs_to_its_signer() {
    for deployment in DEPLOYMENTS {
        let house = House::build(deployment).await;
        let me = house.specialist("Siri SYNTHETIC").await;
        let other = house.person("Otto SYNTHETIC", "coordinator", DERMATOLOGY).await;
        let referral = house.referral();
        house.submit(&referral).await;
        let path = format!("/cases/{}", referral.id);
        let desk = Desk::claim(&house, &me, referral.id).await;
        desk.sign(&content(&referral.findings)).await.expect(200);
        for act in ["claim", "take-over"] {
            house.post(&other, &format!("{path}/{act}"), json!({})).await.refused(409, "claimed-by-other");
        }
        let undo = json!({ "token": desk.token });
        house.post(&other, &format!("{path}/answer/undo"), undo).await.refused(409, "claim-lost");
        assert!(house.listed(&other, "").await.is_empty(), "a signed case is off the worklist");
        // After a reload the signer has no token any more: a new claim gives one to undo with.
        let again = Desk::claim(&house, &me, referral.id).await;
        desk.act("answer/undo").await.refused(409, "claim-lost");
        again.act("answer/undo").await.expect(204);
        assert_eq!(house.listed(&other, "").await, [referral.id.to_string()]);
        house.world.stop().await;
    }
}

#[tokio::test]
async fn two_presses_of_the_button_are_one_signature() {
    for deployment in DEPLOYMENTS {
        let house = House::build(deployment).await;
        let me = house.person("Siri SYNTHETIC", "coordinator", DERMATOLOGY).await;
        let referral = house.referral();
        house.submit(&referral).await;
        let token = house.claim(&me, referral.id).await;
        let presses = (0..6).map(|_| sign(&house, &me, &referral, &token, content(&referral.findings)));
        let receipts = futures::future::join_all(presses).await;
        let first = receipts[0].json();
        for receipt in receipts {
            assert_eq!(receipt.expect(200).json(), first);
        }
        house.world.clock.advance(Duration::seconds(11));
        // As many replicas as one likes: each runs the same repair.
        let repair = house.world.running.services()[0].repairs[0];
        let replicas = futures::future::join_all((0..6).map(|_| (repair.run)(house.ctx()))).await;
        assert!(replicas.into_iter().map(|done| done.expect("a portion")).sum::<u64>() <= 1);
        house.settle().await;
        let sent = house.published::<AnswerGiven>(&referral).await;
        assert_eq!((sent.len(), sent[0].0.envelope.actor_role.as_str()), (1, "coordinator"));
        house.world.stop().await;
    }
}

#[tokio::test]
async fn undo_and_release_at_the_same_moment_do_one_thing() {
    for deployment in DEPLOYMENTS {
        let house = House::build(deployment).await;
        let me = house.person("Siri SYNTHETIC", "specialist", DERMATOLOGY).await;
        for late in [false, true] {
            let referral = house.referral();
            house.submit(&referral).await;
            let token = house.claim(&me, referral.id).await;
            sign(&house, &me, &referral, &token, content(&referral.findings)).await.expect(200);
            house.world.clock.advance(if late { Duration::seconds(10) } else { Duration::seconds(9) });
            let repair = house.world.running.services()[0].repairs[0];
            let path = format!("/cases/{}/answer/undo", referral.id);
            let (undone, done) =
                futures::future::join(house.post(&me, &path, json!({ "token": token })), (repair.run)(house.ctx()))
                    .await;
            done.expect("a portion");
            house.settle().await;
            let sent = house.published::<AnswerGiven>(&referral).await.len();
            if late {
                assert_eq!((undone.refused(409, "already-sent").code().as_str(), sent), ("already-sent", 1));
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
    let me = house.person("Siri SYNTHETIC", "specialist", DERMATOLOGY).await;
    let (damaged, whole) = (house.referral(), house.referral());
    for referral in [&damaged, &whole] {
        house.submit(referral).await;
        let token = house.claim(&me, referral.id).await;
        sign(&house, &me, referral, &token, content(&referral.findings)).await.expect(200);
    }
    let sql = "update review_answer set content = $2 where case_id = $1";
    house.ctx().db.q(sql).bind(damaged.id).bind(vec![1_u8; 40]).exec_one().await.unwrap();
    house.world.clock.advance(Duration::seconds(11));
    house.settle().await;
    assert_eq!(house.published::<AnswerGiven>(&whole).await.len(), 1);
    assert!(house.published::<AnswerGiven>(&damaged).await.is_empty());
    house.world.stop().await;
}
