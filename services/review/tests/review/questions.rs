//! Questions to the practice: asked once, supplied, returned.

use crate::house::{DERMATOLOGY, Desk, House, content, has, image_id};
use kit::testing::DEPLOYMENTS;
use proto::review::{AnswerGiven, InformationRequested};
use serde_json::json;
use time::Duration;

#[tokio::test]
async fn a_question_is_asked_once_and_the_case_leaves() {
    for deployment in DEPLOYMENTS {
        let house = House::build(deployment).await;
        let me = house.specialist("Siri SYNTHETIC").await;
        let referral = house.referral();
        house.submit(&referral).await;
        let desk = Desk::claim(&house, &me, referral.id).await;
        let empty = json!({ "wants": [], "text": "" });
        let refused = desk.act_with("information-request", empty).await.refused(422, "invalid-input");
        assert_eq!(refused.fields(), ["wants", "text"]);
        desk.ask(" Sharper, please. ").await.expect(204);
        desk.act("renew").await.refused(409, "claim-lost");
        desk.ask("Again.").await.refused(409, "question-open");
        // The answer may have been lost: the same question once more is the same question.
        desk.ask("Sharper, please.").await.expect(204);
        let other = house.specialist("Otto SYNTHETIC").await;
        let theirs = Desk::claim(&house, &other, referral.id).await;
        theirs.ask("Sharper, please.").await.refused(409, "question-open");
        theirs.act("release").await.expect(204);
        assert!(house.listed(&me, "").await.is_empty());
        has(&desk.case().await, json!({ "state": "awaiting-information", "claim": null }));
        // An open question blocks a second, not an answer.
        let again = Desk::claim(&house, &me, referral.id).await;
        again.ask("Once more.").await.refused(409, "question-open");
        let asked = house.published::<InformationRequested>(&referral).await;
        assert_eq!(asked.len(), 1);
        let (event, fact) = &asked[0];
        assert_eq!(event.envelope.actor_role, "specialist");
        assert_eq!((fact.wants.as_str(), fact.text.as_str()), ("better-images,history", "Sharper, please."));
        assert_eq!(fact.asked_by, "Siri SYNTHETIC");
        again.act("release").await.expect(204);
        assert!(house.listed(&me, "").await.is_empty());
        house.world.stop().await;
    }
}

#[tokio::test]
async fn a_reply_brings_the_case_back() {
    for deployment in DEPLOYMENTS {
        let house = House::build(deployment).await;
        let me = house.specialist("Siri SYNTHETIC").await;
        let referral = house.with_pictures(1).await;
        let desk = Desk::claim(&house, &me, referral.id).await;
        desk.ask("Sharper, please.").await.expect(204);
        let question = desk.case().await["questions"][0]["id"].as_str().unwrap().to_owned();
        let new = house.picture(&referral, b"a sharper one").await;
        house.supply(&referral, &question, vec![new.clone()]).await;
        assert_eq!(house.listed(&me, "?filter=returned").await, [referral.id.to_string()]);
        let page = house.get(&me, "/worklist").await.expect(200).json();
        assert_eq!(page["counts"]["returned"], json!(1));
        has(&page["items"][0], json!({ "state": "returned", "imageCount": 2, "imagesReady": 1 }));
        let asked = &desk.case().await["questions"][0];
        let (wants, images) = (["better-images", "history"], [image_id(&new)]);
        has(asked, json!({ "reply": "Since August.", "wants": wants, "replyImages": images }));
        let again = Desk::claim(&house, &me, referral.id).await;
        again.ask("And from the side?").await.expect(204);
        let asked = house.published::<InformationRequested>(&referral).await;
        assert_eq!(asked.len(), 2, "a new question after the reply");
        house.world.stop().await;
    }
}

#[tokio::test]
async fn a_reply_that_crosses_the_answer_brings_the_case_back() {
    for deployment in DEPLOYMENTS {
        let house = House::build(deployment).await;
        let me = house.person("Siri SYNTHETIC", "specialist", DERMATOLOGY).await;
        let referral = house.referral();
        house.submit(&referral).await;
        let path = format!("/cases/{}", referral.id);
        let token = house.claim(&me, referral.id).await;
        let ask = json!({ "token": token, "wants": "history", "text": "Since when?" });
        house.post(&me, &format!("{path}/information-request"), ask).await.expect(204);
        let question =
            house.get(&me, &path).await.expect(200).json()["questions"][0]["id"].as_str().unwrap().to_owned();
        let token = house.claim(&me, referral.id).await;
        let answer = json!({ "token": token, "content": content(&referral.findings) });
        house.post(&me, &format!("{path}/answer"), answer).await.expect(200);
        house.world.clock.advance(Duration::seconds(5));
        house.supply(&referral, &question, Vec::new()).await;
        assert!(house.listed(&me, "").await.is_empty(), "the held answer goes first");
        house.world.clock.advance(Duration::seconds(6));
        house.settle().await;
        assert_eq!(house.published::<AnswerGiven>(&referral).await.len(), 1);
        assert_eq!(house.listed(&me, "?filter=returned").await, [referral.id.to_string()]);
        let token = house.claim(&me, referral.id).await;
        let mut second = content(&referral.findings);
        second["summary"] = json!("As before.");
        house.post(&me, &format!("{path}/answer"), json!({ "token": token, "content": second })).await.expect(200);
        house.world.clock.advance(Duration::seconds(11));
        house.settle().await;
        assert_eq!(house.published::<AnswerGiven>(&referral).await.len(), 2);
        let seen = house.get(&me, &path).await.expect(200).json();
        assert_eq!((seen["state"].clone(), seen["answers"].as_array().unwrap().len()), (json!("answered"), 2));
        house.world.stop().await;
    }
}
