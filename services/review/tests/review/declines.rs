//! Refusals: a reason, an end, one event.

use crate::house::{DERMATOLOGY, Desk, ENT, House, PRACTICE, content, has};
use kit::testing::DEPLOYMENTS;
use proto::review::{AnswerGiven, ReferralDeclined};
use serde_json::json;

#[tokio::test]
async fn a_refusal_ends_the_case_and_says_why() {
    for deployment in DEPLOYMENTS {
        let house = House::build(deployment).await;
        let me = house.specialist("Siri SYNTHETIC").await;
        let other = house.specialist("Otto SYNTHETIC").await;
        let elsewhere = house.person("Eli SYNTHETIC", "specialist", ENT).await;
        let referral = house.with_pictures(1).await;
        let desk = Desk::claim(&house, &me, referral.id).await;
        desk.save(content(&referral.findings)).await.expect(200);
        let id = house.ctx().new_id();
        let refused = desk.act_with("decline", json!({ "id": id, "text": "" })).await.refused(422, "invalid-input");
        assert_eq!(refused.fields(), ["reason", "text"]);
        let unknown = json!({ "id": id, "reason": "busy", "text": "x" });
        desk.act_with("decline", unknown).await.refused(400, "malformed");
        for (person, status, code) in [(&other, 409, "claim-lost"), (&elsewhere, 404, "not-found")] {
            let body = json!({ "id": id, "token": desk.token, "reason": "other", "text": "No." });
            house.post(person, &format!("/cases/{}/decline", referral.id), body).await.refused(status, code);
        }
        for _ in 0..2 {
            desk.decline(id, " The scalp can't be judged from pictures. ").await.expect(204);
        }
        desk.decline(id, "Something else.").await.refused(409, "declined");
        desk.decline(house.ctx().new_id(), "Again.").await.refused(409, "declined");
        desk.act("renew").await.refused(409, "declined");
        desk.act("claim").await.refused(409, "declined");
        desk.act("amend").await.refused(409, "declined");
        desk.sign(&content(&referral.findings)).await.refused(409, "declined");
        let seen = desk.case().await;
        has(&seen, json!({ "state": "declined", "claim": null, "answerDraft": null, "answers": [] }));
        has(
            &seen["declines"][0],
            json!({ "reason": "not-suited", "text": "The scalp can't be judged from pictures.",
            "by": { "name": "Siri SYNTHETIC", "role": "specialist" }, "departmentName": "Dermatology" }),
        );
        assert!(house.listed(&me, "").await.is_empty());
        let told = house.published::<ReferralDeclined>(&referral).await;
        let [(event, fact)] = told.as_slice() else { panic!("{} refusals", told.len()) };
        assert_eq!((fact.reason.as_str(), fact.declined_by.as_str()), ("not-suited", "Siri SYNTHETIC"));
        assert_eq!((event.practice(), event.department()), (Some(PRACTICE), Some(DERMATOLOGY)));
        let envelope = &event.envelope;
        assert_eq!((envelope.disposition.as_str(), envelope.actor_role.as_str()), ("reject", "specialist"));
        assert!(envelope.claimed_us.is_some() && !format!("{envelope:?}").contains("scalp"));
        let ended = house.get(&me, "/ended").await.expect(200).json();
        has(
            &ended["items"][0],
            json!({ "kind": "declined", "what": "not-suited", "opens": true, "bodySite": "Forearm" }),
        );
        house.world.stop().await;
    }
}

#[tokio::test]
async fn what_crosses_a_refusal() {
    for deployment in DEPLOYMENTS {
        let house = House::build(deployment).await;
        let me = house.specialist("Siri SYNTHETIC").await;
        // A withdrawal that came first.
        let gone = house.referral();
        house.submit(&gone).await;
        let desk = Desk::claim(&house, &me, gone.id).await;
        house.withdraw(&gone).await;
        desk.decline(house.ctx().new_id(), "No.").await.refused(409, "withdrawn");
        // One that came after: the refusal stands.
        let late = house.referral();
        house.submit(&late).await;
        let desk = Desk::claim(&house, &me, late.id).await;
        desk.decline(house.ctx().new_id(), "No.").await.expect(204);
        house.withdraw(&late).await;
        has(&desk.case().await, json!({ "state": "declined", "withdrawn": true }));
        // A held answer goes first.
        let held = house.referral();
        house.submit(&held).await;
        let desk = Desk::claim(&house, &me, held.id).await;
        desk.sign(&content(&held.findings)).await.expect(200);
        desk.decline(house.ctx().new_id(), "No.").await.refused(409, "already-signed");
        house.released().await;
        assert_eq!(house.published::<AnswerGiven>(&held).await.len(), 1);
        assert!(house.published::<ReferralDeclined>(&held).await.is_empty());
        // A reply that was under way brings the case back, and it can be answered, or declined again.
        let asked = house.referral();
        house.submit(&asked).await;
        let desk = Desk::claim(&house, &me, asked.id).await;
        desk.ask("Since when?").await.expect(204);
        let question = desk.case().await["questions"][0]["id"].as_str().unwrap().to_owned();
        let desk = Desk::claim(&house, &me, asked.id).await;
        desk.decline(house.ctx().new_id(), "No reply came.").await.expect(204);
        house.supply(&asked, &question, Vec::new()).await;
        assert_eq!(house.listed(&me, "?filter=returned").await, [asked.id.to_string()]);
        let desk = Desk::claim(&house, &me, asked.id).await;
        desk.decline(house.ctx().new_id(), "Still no.").await.expect(204);
        assert_eq!(desk.case().await["declines"].as_array().unwrap().len(), 2);
        // What was answered once is not declined afterwards.
        house.supply(&asked, &question, Vec::new()).await;
        house.answer(&me, &asked).await;
        house.supply(&asked, &question, Vec::new()).await;
        let desk = Desk::claim(&house, &me, asked.id).await;
        desk.decline(house.ctx().new_id(), "No.").await.refused(409, "answered");
        house.world.stop().await;
    }
}
