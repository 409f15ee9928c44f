//! An answer filed in the hospital's own record.

use crate::house::{Desk, ENT, House, content};
use kit::testing::DEPLOYMENTS;
use proto::review::LetterFiled;
use serde_json::{Value, json};
use time::Duration;

#[tokio::test]
async fn an_answer_that_left_is_filed_once() {
    for deployment in DEPLOYMENTS {
        let house = House::build(deployment).await;
        let (me, other) = (house.specialist("Siri SYNTHETIC").await, house.specialist("Otto SYNTHETIC").await);
        let elsewhere = house.person("Eli SYNTHETIC", "specialist", ENT).await;
        let referral = house.referral();
        house.submit(&referral).await;
        let desk = Desk::claim(&house, &me, referral.id).await;
        desk.sign(&content(&referral.findings)).await.expect(200);
        let path = format!("/cases/{}/filed", referral.id);
        house.post(&me, &path, json!({ "answerId": referral.id })).await.refused(404, "not-found");
        house.world.clock.advance(Duration::seconds(11));
        house.settle().await;
        let answer = desk.case().await["answers"][0].clone();
        assert_eq!(answer["filed"], Value::Null);
        let body = json!({ "answerId": answer["id"] });
        house.post(&elsewhere, &path, body.clone()).await.refused(404, "not-found");
        house.post(&me, &path, body.clone()).await.expect(204);
        house.post(&other, &path, body).await.expect(204);
        assert_eq!(desk.case().await["answers"][0]["filed"]["by"], "Siri SYNTHETIC");
        let published = house.published::<LetterFiled>(&referral).await;
        assert_eq!((published.len(), published[0].1.filed_by.as_str()), (1, "Siri SYNTHETIC"));
        house.world.stop().await;
    }
}
