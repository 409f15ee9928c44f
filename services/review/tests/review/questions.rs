//! Questions to the practice: asked once, supplied, returned.

use crate::house::{DERMATOLOGY, House, content, image_id};
use kit::testing::DEPLOYMENTS;
use proto::review::{AnswerGiven, InformationRequested};
use serde_json::{Value, json};
use time::Duration;

#[tokio::test]
async fn a_question_is_asked_supplied_and_the_case_returns() {
    for deployment in DEPLOYMENTS {
        let house = House::build(deployment).await;
        let me = house
            .person("Siri SYNTHETIC", "specialist", DERMATOLOGY)
            .await;
        let referral = house.with_pictures(1).await;
        let path = format!("/cases/{}", referral.id);
        let token = house.claim(&me, referral.id).await;
        let ask = |token: &Value| json!({ "token": token, "wants": ["better-images", "history"], "text": " Sharper, please. " });
        let empty = json!({ "token": token, "wants": [], "text": "" });
        let refused = house
            .post(&me, &format!("{path}/information-request"), empty)
            .await
            .refused(422, "invalid-input");
        assert_eq!(refused.fields(), ["wants", "text"]);
        house
            .post(&me, &format!("{path}/information-request"), ask(&token))
            .await
            .expect(204);
        house
            .post(&me, &format!("{path}/renew"), json!({ "token": token }))
            .await
            .refused(409, "claim-lost");
        assert!(house.listed(&me, "").await.is_empty());
        let asked = house.published::<InformationRequested>(&referral).await;
        assert_eq!(asked.len(), 1);
        assert_eq!(
            (asked[0].1.wants.as_str(), asked[0].1.text.as_str()),
            ("better-images,history", "Sharper, please.")
        );
        assert_eq!(asked[0].0.envelope.actor_role, "specialist");
        let seen = house.get(&me, &path).await.expect(200).json();
        assert_eq!(
            (seen["state"].clone(), seen["claim"].clone()),
            (json!("awaiting-information"), Value::Null)
        );
        // An open question blocks a second, not an answer.
        let token = house.claim(&me, referral.id).await;
        house
            .post(&me, &format!("{path}/information-request"), ask(&token))
            .await
            .refused(409, "question-open");
        assert_eq!(
            house
                .published::<InformationRequested>(&referral)
                .await
                .len(),
            1
        );
        house
            .post(&me, &format!("{path}/release"), json!({ "token": token }))
            .await
            .expect(204);
        assert!(house.listed(&me, "").await.is_empty());
        let question = seen["questions"][0]["id"].as_str().unwrap().to_owned();
        let new = house.picture(&referral, b"a sharper one").await;
        house.supply(&referral, &question, vec![new.clone()]).await;
        assert_eq!(
            house.listed(&me, "?filter=returned").await,
            [referral.id.to_string()]
        );
        let page = house.get(&me, "/worklist").await.expect(200).json();
        assert_eq!(
            (
                page["items"][0]["state"].clone(),
                page["items"][0]["imageCount"].clone()
            ),
            (json!("returned"), json!(2))
        );
        assert_eq!(
            (
                page["items"][0]["imagesReady"].clone(),
                page["counts"]["returned"].clone()
            ),
            (json!(1), json!(1))
        );
        let seen = house.get(&me, &path).await.expect(200).json();
        assert_eq!(seen["questions"][0]["reply"], "Since August.");
        assert_eq!(
            seen["questions"][0]["wants"],
            json!(["better-images", "history"])
        );
        assert_eq!(seen["questions"][0]["replyImages"], json!([image_id(&new)]));
        let token = house.claim(&me, referral.id).await;
        house
            .post(&me, &format!("{path}/information-request"), ask(&token))
            .await
            .expect(204);
        assert_eq!(
            house
                .published::<InformationRequested>(&referral)
                .await
                .len(),
            2,
            "a new question after the reply"
        );
        house.world.stop().await;
    }
}

#[tokio::test]
async fn a_reply_that_crosses_the_answer_brings_the_case_back() {
    for deployment in DEPLOYMENTS {
        let house = House::build(deployment).await;
        let me = house
            .person("Siri SYNTHETIC", "specialist", DERMATOLOGY)
            .await;
        let referral = house.referral();
        house.submit(&referral).await;
        let path = format!("/cases/{}", referral.id);
        let token = house.claim(&me, referral.id).await;
        let ask = json!({ "token": token, "wants": "history", "text": "Since when?" });
        house
            .post(&me, &format!("{path}/information-request"), ask)
            .await
            .expect(204);
        let question = house.get(&me, &path).await.expect(200).json()["questions"][0]["id"]
            .as_str()
            .unwrap()
            .to_owned();
        let token = house.claim(&me, referral.id).await;
        let answer = json!({ "token": token, "content": content(&referral.findings) });
        house
            .post(&me, &format!("{path}/answer"), answer)
            .await
            .expect(200);
        house.world.clock.advance(Duration::seconds(5));
        house.supply(&referral, &question, Vec::new()).await;
        assert!(
            house.listed(&me, "").await.is_empty(),
            "the held answer goes first"
        );
        house.world.clock.advance(Duration::seconds(6));
        house.settle().await;
        assert_eq!(house.published::<AnswerGiven>(&referral).await.len(), 1);
        assert_eq!(
            house.listed(&me, "?filter=returned").await,
            [referral.id.to_string()]
        );
        let token = house.claim(&me, referral.id).await;
        let mut second = content(&referral.findings);
        second["summary"] = json!("As before.");
        house
            .post(
                &me,
                &format!("{path}/answer"),
                json!({ "token": token, "content": second }),
            )
            .await
            .expect(200);
        house.world.clock.advance(Duration::seconds(11));
        house.settle().await;
        assert_eq!(house.published::<AnswerGiven>(&referral).await.len(), 2);
        let seen = house.get(&me, &path).await.expect(200).json();
        assert_eq!(
            (
                seen["state"].clone(),
                seen["answers"].as_array().unwrap().len()
            ),
            (json!("answered"), 2)
        );
        house.world.stop().await;
    }
}
