//! After a referral's key is destroyed: nothing readable, nothing parked, nothing broken for others.

use crate::house::{DERMATOLOGY, Desk, House, content, image_id};
use kit::log::Envelope;
use kit::testing::DEPLOYMENTS;
use proto::intake::ReferralErased;
use proto::review::AnswerGiven;
use serde_json::json;
use time::Duration;

#[tokio::test]
async fn an_erased_case_is_not_there_and_the_rest_goes_on() {
    for deployment in DEPLOYMENTS {
        let house = House::build(deployment).await;
        let me = house.person("Siri SYNTHETIC", "specialist", DERMATOLOGY).await;
        let (kept, gone, early) = (house.with_pictures(1).await, house.with_pictures(1).await, house.referral());
        for referral in [&kept, &gone] {
            house.tile(referral, &referral.pictures[0]).await;
        }
        let token = house.claim(&me, gone.id).await;
        house.look(&me, gone.id, &token).await;
        let answer = json!({ "token": token, "content": content(&gone.findings) });
        house.post(&me, &format!("/cases/{}/answer", gone.id), answer).await.expect(200);
        house.ctx().keys.destroy(gone.id).await.unwrap();
        house.get(&me, &format!("/cases/{}", gone.id)).await.refused(404, "not-found");
        let image = image_id(&gone.pictures[0]);
        for rendition in ["160", "original", "tiles/0-0"] {
            house.get(&me, &format!("/images/{image}/{rendition}")).await.refused(404, "not-found");
        }
        house.world.clock.advance(Duration::seconds(11));
        house.settle().await;
        assert!(house.published::<AnswerGiven>(&gone).await.is_empty(), "nothing is left to send");
        // A key that goes before review has read the event leaves a tombstone. The log is read from its beginning again,
        // as on a server that was away.
        house.submit(&early).await;
        house.ctx().keys.destroy(early.id).await.unwrap();
        for sql in [
            "delete from review_case",
            "delete from review_image",
            "delete from review_derived",
            "delete from review_rendition",
            "delete from review_tile",
            "update log_offset set position = 0",
        ] {
            house.ctx().db.q(sql).exec().await.unwrap();
        }
        house.settle().await;
        let states: Vec<(uuid::Uuid, String)> =
            house.ctx().db.q("select id, state from review_case order by submitted_at").all().await.unwrap();
        let expected = [(kept.id, "waiting"), (gone.id, "erased"), (early.id, "erased")];
        assert_eq!(states, expected.map(|(id, state)| (id, state.to_owned())));
        house.get(&me, &format!("/cases/{}", early.id)).await.refused(404, "not-found");
        house.get(&me, &format!("/images/{image}/tiles/0-0")).await.refused(404, "not-found");
        house.get(&me, &format!("/images/{}/tiles/0-0", image_id(&kept.pictures[0]))).await.expect(200);
        assert_eq!(house.listed(&me, "").await, [kept.id.to_string()]);
        house.world.stop().await;
    }
}

#[tokio::test]
async fn an_erasure_takes_the_case_from_the_worklist() {
    for deployment in DEPLOYMENTS {
        let house = House::build(deployment).await;
        let me = house.person("Siri SYNTHETIC", "specialist", DERMATOLOGY).await;
        let (kept, gone, unknown) = (house.with_pictures(1).await, house.with_pictures(1).await, house.referral());
        house.departments().await;
        let (desk, id) = (Desk::claim(&house, &me, gone.id).await, house.ctx().new_id());
        desk.forward(id, (DERMATOLOGY, "plastic-surgery"), "To be cut.").await.expect(204);
        let token = house.claim(&me, gone.id).await;
        house.look(&me, gone.id, &token).await;
        let answer = json!({ "token": token, "content": content(&gone.findings) });
        house.put(&me, &format!("/cases/{}/answer-draft", gone.id), answer.clone()).await.expect(200);
        house.post(&me, &format!("/cases/{}/answer", gone.id), answer).await.expect(200);
        for referral in [&gone, &unknown] {
            house.ctx().keys.destroy(referral.id).await.unwrap();
            let mut tx = house.ctx().begin().await.unwrap();
            let envelope = Envelope { test: referral.test, ..house.ctx().about(referral.id, None) };
            house.ctx().publish(&mut tx, envelope, &ReferralErased {}).await.unwrap();
            tx.commit().await.unwrap();
        }
        house.settle().await;
        house.post(&me, &format!("/cases/{}/claim", gone.id), json!({})).await.refused(404, "not-found");
        assert_eq!(house.listed(&me, "").await, [kept.id.to_string()]);
        let page = house.get(&me, "/worklist").await.expect(200).json();
        assert_eq!((&page["counts"]["all"], &page["counts"]["mine"]), (&json!(1), &json!(0)));
        for sql in [
            "select count(*) from review_case where id = $1 and (content is not null or state <> 'erased')",
            "select count(*) from review_answer where case_id = $1 and (length(content) > 0 or released_at is null)",
            "select count(*) from review_draft where case_id = $1",
            "select count(*) from review_forward where case_id = $1 and length(content) > 0",
            "select count(*) from review_decline where case_id = $1 and length(content) > 0",
        ] {
            let (left,): (i64,) = house.ctx().db.q(sql).bind(gone.id).one().await.unwrap();
            assert_eq!(left, 0, "{sql}");
        }
        house.world.clock.advance(Duration::seconds(11));
        house.settle().await;
        assert!(house.published::<AnswerGiven>(&gone).await.is_empty(), "nothing is left to send");
        house.world.stop().await;
    }
}
