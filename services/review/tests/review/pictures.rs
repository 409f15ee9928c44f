//! Pictures: before or after the case, checked bytes, tags, and the access log.

use crate::house::{DERMATOLOGY, House, image_id, rendition};
use axum::body::Body;
use http::Method;
use kit::testing::DEPLOYMENTS;
use serde_json::json;

#[tokio::test]
async fn renditions_and_originals_are_served_and_recorded() {
    for deployment in DEPLOYMENTS {
        let house = House::build(deployment).await;
        let me = house
            .person("Siri SYNTHETIC", "specialist", DERMATOLOGY)
            .await;
        let mut referral = house.referral();
        let (early, late) = (
            house.picture(&referral, b"early").await,
            house.picture(&referral, b"late").await,
        );
        house.prepare(&referral, &early).await;
        referral.pictures = vec![early.clone(), late.clone()];
        house.submit(&referral).await;
        let seen = house
            .get(&me, &format!("/cases/{}", referral.id))
            .await
            .expect(200)
            .json();
        assert_eq!(
            (
                seen["images"][0]["state"].clone(),
                seen["images"][1]["state"].clone()
            ),
            (json!("ready"), json!("processing"))
        );
        assert_eq!(
            (
                seen["images"][0]["width"].clone(),
                seen["images"][1]["width"].clone()
            ),
            (json!(1200), json!(1600))
        );
        assert_eq!(
            seen["images"][0]["quality"],
            json!({ "sharpness": 42.5, "exposure": 121.0, "verdict": "good" })
        );
        let (id, other) = (image_id(&early), image_id(&late));
        house
            .get(&me, &format!("/images/{other}/2048"))
            .await
            .refused(404, "not-found");
        house.prepare(&referral, &late).await;
        house
            .get(&me, &format!("/images/{other}/2048"))
            .await
            .expect(200);
        for longest in [160, 512, 2048] {
            let reply = house
                .get(&me, &format!("/images/{id}/{longest}"))
                .await
                .expect(200);
            assert_eq!(reply.bytes, rendition(id, longest));
            assert_eq!(
                (
                    reply.headers["content-type"].clone(),
                    reply.headers["cache-control"].to_str().unwrap()
                ),
                ("image/jpeg".parse().unwrap(), "private, no-cache")
            );
        }
        let original = house
            .get(&me, &format!("/images/{id}/original"))
            .await
            .expect(200);
        assert_eq!(
            (
                original.bytes.as_slice(),
                original.headers["content-type"].to_str().unwrap()
            ),
            (b"early".as_slice(), "image/png")
        );
        assert_eq!(
            original.headers["content-disposition"].to_str().unwrap(),
            format!("attachment; filename=\"{id}.png\"")
        );
        let tag = original.headers["etag"].clone();
        let again = house
            .request(Method::GET, &format!("/images/{id}/original"), &me)
            .header("if-none-match", tag);
        let again = house
            .send(again.body(Body::empty()).unwrap())
            .await
            .expect(304);
        assert!(again.bytes.is_empty());
        house
            .get(&me, &format!("/images/{id}/1024"))
            .await
            .refused(404, "not-found");
        let log = house.ctx().audit.of_subject(referral.id).await.unwrap();
        let read: Vec<(&str, &str)> = log
            .iter()
            .map(|one| (one.action.as_str(), one.what.as_str()))
            .collect();
        assert_eq!(
            read,
            [
                ("read", "case"),
                ("read", "image 2048"),
                ("read", "image 160"),
                ("read", "image 512"),
                ("read", "image 2048"),
                ("download", "image original"),
                ("download", "image original"),
            ]
        );
        assert!(log.iter().all(|one| one.person == me.id));
        house.world.stop().await;
    }
}

#[tokio::test]
async fn one_search_is_recorded_per_look_at_the_worklist() {
    let house = House::build(DEPLOYMENTS[0]).await;
    let me = house
        .person("Siri SYNTHETIC", "specialist", DERMATOLOGY)
        .await;
    house.listed(&me, "").await;
    house.listed(&me, "?filter=mine").await;
    let sql = "select count(*) from audit_access where person = $1 and action = 'search'";
    let (searches,): (i64,) = house
        .ctx()
        .audit
        .db()
        .q(sql)
        .bind(me.id)
        .one()
        .await
        .unwrap();
    assert_eq!(searches, 2);
    house.world.stop().await;
}

#[tokio::test]
async fn changed_bytes_are_not_served() {
    let house = House::build(DEPLOYMENTS[0]).await;
    let me = house
        .person("Siri SYNTHETIC", "specialist", DERMATOLOGY)
        .await;
    let referral = house.with_pictures(1).await;
    let id = image_id(&referral.pictures[0]);
    let sql = "update review_rendition set stored_sha256 = $1 where longest = 512";
    house
        .ctx()
        .db
        .q(sql)
        .bind(vec![0_u8; 32])
        .exec_one()
        .await
        .unwrap();
    house
        .get(&me, &format!("/images/{id}/512"))
        .await
        .refused(500, "internal");
    house
        .get(&me, &format!("/images/{id}/160"))
        .await
        .expect(200);
    house.world.stop().await;
}
