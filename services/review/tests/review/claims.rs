//! Claims: one winner, stale tokens, expiry, take-over.

use crate::house::{DERMATOLOGY, ENT, House, content};
use futures::future::join_all;
use kit::testing::DEPLOYMENTS;
use serde_json::json;
use time::Duration;

#[tokio::test]
async fn of_sixteen_at_once_one_wins() {
    for deployment in DEPLOYMENTS {
        let house = House::build(deployment).await;
        let referral = house.referral();
        house.submit(&referral).await;
        let mut people = Vec::new();
        for n in 0..16 {
            people.push(house.person(&format!("Specialist {n} SYNTHETIC"), "specialist", DERMATOLOGY).await);
        }
        let path = format!("/cases/{}/claim", referral.id);
        let replies = join_all(people.iter().map(|person| house.post(person, &path, json!({})))).await;
        let won: Vec<usize> = (0..16).filter(|n| replies[*n].status == 200).collect();
        assert_eq!(won.len(), 1, "{replies:?}");
        let winner = &people[won[0]];
        for (n, reply) in replies.into_iter().enumerate().filter(|(n, _)| *n != won[0]) {
            let problem = reply.refused(409, "claimed-by-other").json();
            let detail = problem["detail"].as_str().expect("a detail");
            assert!(detail.contains(&winner.name), "{n}: {detail}");
        }
        let seen = house.get(winner, &format!("/cases/{}", referral.id)).await.expect(200).json();
        assert_eq!(seen["claim"]["by"]["id"], json!(winner.id));
        assert_eq!(seen["claim"]["mine"], json!(true));
        house.world.stop().await;
    }
}

#[tokio::test]
async fn another_window_makes_the_first_token_stale() {
    for deployment in DEPLOYMENTS {
        let house = House::build(deployment).await;
        let me = house.person("Siri SYNTHETIC", "specialist", DERMATOLOGY).await;
        let referral = house.with_pictures(1).await;
        let path = format!("/cases/{}", referral.id);
        let old = house.claim(&me, referral.id).await;
        let new = house.claim(&me, referral.id).await;
        assert_ne!(old, new);
        let answer = json!({ "token": old, "content": content(&referral.findings) });
        house.put(&me, &format!("{path}/answer-draft"), answer.clone()).await.refused(409, "claim-lost");
        house.post(&me, &format!("{path}/answer"), answer).await.refused(409, "claim-lost");
        for act in ["renew", "release", "answer/undo"] {
            house.post(&me, &format!("{path}/{act}"), json!({ "token": old })).await.refused(409, "claim-lost");
        }
        let image = crate::house::image_id(&referral.pictures[0]);
        house
            .post(&me, &format!("{path}/shown"), json!({ "token": old, "imageId": image }))
            .await
            .refused(409, "claim-lost");
        let ask = json!({ "token": old, "wants": ["history"], "text": "Since when?" });
        house.post(&me, &format!("{path}/information-request"), ask).await.refused(409, "claim-lost");
        house.post(&me, &format!("{path}/renew"), json!({ "token": new })).await.expect(200);
        house.post(&me, &format!("{path}/release"), json!({ "token": new })).await.expect(204);
        house.post(&me, &format!("{path}/renew"), json!({ "token": new })).await.refused(409, "claim-lost");
        assert_eq!(house.listed(&me, "?filter=unclaimed").await, [referral.id.to_string()]);
        house.world.stop().await;
    }
}

#[tokio::test]
async fn a_claim_ends_thirty_minutes_after_its_last_renewal() {
    for deployment in DEPLOYMENTS {
        let house = House::build(deployment).await;
        let me = house.person("Siri SYNTHETIC", "specialist", DERMATOLOGY).await;
        let other = house.person("Otto SYNTHETIC", "specialist", DERMATOLOGY).await;
        let referral = house.referral();
        house.submit(&referral).await;
        let path = format!("/cases/{}", referral.id);
        let token = house.claim(&me, referral.id).await;
        house.world.clock.advance(Duration::minutes(29));
        house.post(&me, &format!("{path}/renew"), json!({ "token": token })).await.expect(200);
        house.world.clock.advance(Duration::minutes(29));
        house.post(&other, &format!("{path}/claim"), json!({})).await.refused(409, "claimed-by-other");
        assert!(house.listed(&other, "?filter=unclaimed").await.is_empty());
        house.world.clock.advance(Duration::minutes(2));
        assert_eq!(house.listed(&other, "?filter=unclaimed").await.len(), 1);
        house.post(&me, &format!("{path}/renew"), json!({ "token": token })).await.refused(409, "claim-lost");
        // The repair empties the row; nobody has it, and the old token stays dead.
        house.settle().await;
        let row: (Option<uuid::Uuid>,) =
            house.ctx().db.q("select claimed_by from review_case where id = $1").bind(referral.id).one().await.unwrap();
        assert_eq!(row.0, None);
        let mine = house.claim(&other, referral.id).await;
        house
            .put(&me, &format!("{path}/answer-draft"), json!({ "token": token, "content": content(&[]) }))
            .await
            .refused(409, "claim-lost");
        house.post(&other, &format!("{path}/renew"), json!({ "token": mine })).await.expect(200);
        house.world.stop().await;
    }
}

#[tokio::test]
async fn a_coordinator_of_the_department_takes_over() {
    for deployment in DEPLOYMENTS {
        let house = House::build(deployment).await;
        let me = house.person("Siri SYNTHETIC", "specialist", DERMATOLOGY).await;
        let colleague = house.person("Otto SYNTHETIC", "specialist", DERMATOLOGY).await;
        let coordinator = house.person("Kim SYNTHETIC", "coordinator", DERMATOLOGY).await;
        let elsewhere = house.person("Eli SYNTHETIC", "coordinator", ENT).await;
        let referral = house.referral();
        house.submit(&referral).await;
        let path = format!("/cases/{}", referral.id);
        let token = house.claim(&me, referral.id).await;
        house
            .put(
                &me,
                &format!("{path}/answer-draft"),
                json!({ "token": token, "content": content(&referral.findings) }),
            )
            .await
            .expect(200);
        for outsider in [&colleague, &elsewhere] {
            house.post(outsider, &format!("{path}/take-over"), json!({})).await.refused(404, "not-found");
        }
        let taken = house.post(&coordinator, &format!("{path}/take-over"), json!({})).await.expect(200).json();
        house.post(&me, &format!("{path}/renew"), json!({ "token": token })).await.refused(409, "claim-lost");
        house.post(&coordinator, &format!("{path}/renew"), json!({ "token": taken["token"] })).await.expect(200);
        let seen = house.get(&coordinator, &path).await.expect(200).json();
        assert_eq!(seen["answerDraft"], json!(null), "a draft belongs to who wrote it");
        let seen = house.get(&me, &path).await.expect(200).json();
        assert_eq!(
            (seen["claim"]["mine"].clone(), seen["answerDraft"].clone()),
            (json!(false), content(&referral.findings))
        );
        house.world.stop().await;
    }
}

#[tokio::test]
async fn a_right_that_ended_ends_the_claim() {
    let house = House::build(DEPLOYMENTS[0]).await;
    let me = house.person("Siri SYNTHETIC", "specialist", DERMATOLOGY).await;
    let referral = house.referral();
    house.submit(&referral).await;
    let token = house.claim(&me, referral.id).await;
    house.end_grants(&me).await;
    house
        .post(&me, &format!("/cases/{}/renew", referral.id), json!({ "token": token }))
        .await
        .refused(404, "not-found");
    house.get(&me, "/worklist").await.refused(404, "not-found");
    house.world.stop().await;
}

#[tokio::test]
async fn a_claim_of_somebody_without_a_right_is_free() {
    for deployment in DEPLOYMENTS {
        let house = House::build(deployment).await;
        let me = house.person("Siri SYNTHETIC", "specialist", DERMATOLOGY).await;
        let other = house.person("Otto SYNTHETIC", "specialist", DERMATOLOGY).await;
        let referral = house.referral();
        house.submit(&referral).await;
        house.claim(&me, referral.id).await;
        let path = format!("/cases/{}", referral.id);
        house.post(&other, &format!("{path}/claim"), json!({})).await.refused(409, "claimed-by-other");
        house.end_grants(&me).await;
        house.claim(&other, referral.id).await;
        let seen = house.get(&other, &path).await.expect(200).json();
        assert_eq!(seen["claim"]["by"]["id"], json!(other.id));
        house.world.stop().await;
    }
}
