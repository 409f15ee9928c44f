//! Pictures: before or after the case, checked bytes, tags, and the access log.

use crate::house::{DERMATOLOGY, ENT, House, has, image_id, jpeg, rendition};
use axum::body::Body;
use http::Method;
use kit::testing::DEPLOYMENTS;
use serde_json::json;

#[tokio::test]
async fn what_imaging_says_may_come_before_the_case_or_after() {
    for deployment in DEPLOYMENTS {
        let house = House::build(deployment).await;
        let me = house.specialist("Siri SYNTHETIC").await;
        let mut referral = house.referral();
        let early = house.picture(&referral, b"early").await;
        let late = house.picture(&referral, b"late").await;
        house.prepare(&referral, &early).await;
        referral.pictures = vec![early.clone(), late.clone()];
        house.submit(&referral).await;
        let path = format!("/cases/{}", referral.id);
        let seen = house.get(&me, &path).await.expect(200).json();
        let quality = json!({ "sharpness": 42.5, "exposure": 121.0, "verdict": "good" });
        let finding = referral.findings[0];
        has(&seen["images"][0], json!({ "state": "ready", "width": 1200, "quality": quality }));
        has(&seen["images"][0], json!({ "findingId": finding, "view": "close-up", "bytes": 5 }));
        has(&seen["images"][1], json!({ "state": "processing", "width": 1600, "quality": null }));
        let taken = kit::At::from_micros(early.captured_us).to_string();
        has(&seen["images"][0], json!({ "capturedAt": taken }));
        let late_path = format!("/images/{}/2048", image_id(&late));
        house.get(&me, &late_path).await.refused(404, "not-found");
        house.prepare(&referral, &late).await;
        house.get(&me, &late_path).await.expect(200);
        // Imaging may say it again; nothing is doubled.
        house.prepare(&referral, &late).await;
        house.get(&me, &late_path).await.expect(200);
        house.world.stop().await;
    }
}

#[tokio::test]
async fn renditions_and_originals_are_served_and_recorded() {
    for deployment in DEPLOYMENTS {
        let house = House::build(deployment).await;
        let me = house.specialist("Siri SYNTHETIC").await;
        let mut referral = house.referral();
        let picture = house.picture(&referral, &jpeg(7, Some(b"60 degrees north, serial number 4711"))).await;
        house.prepare(&referral, &picture).await;
        referral.pictures = vec![picture];
        house.submit(&referral).await;
        let id = image_id(&referral.pictures[0]);
        for longest in [160, 512, 2048] {
            let reply = house.get(&me, &format!("/images/{id}/{longest}")).await.expect(200);
            assert_eq!(reply.bytes, rendition(id, longest));
            assert_eq!(reply.header("content-type"), "image/jpeg");
            assert_eq!(reply.header("cache-control"), "private, no-cache");
        }
        let path = format!("/images/{id}/original");
        let original = house.get(&me, &path).await.expect(200);
        assert_eq!((original.bytes.clone(), original.header("content-type")), (jpeg(7, None), "image/jpeg"));
        let place = format!("attachment; filename=\"{id}.jpg\"");
        assert_eq!(original.header("content-disposition"), place);
        let coordinator = house.person("Kari SYNTHETIC", "coordinator", DERMATOLOGY).await;
        house.get(&coordinator, &format!("/images/{id}/2048")).await.expect(200);
        house.get(&coordinator, &path).await.refused(404, "not-found");
        let again = House::request(Method::GET, &path, &me)
            .header("if-none-match", original.header("etag"))
            .body(Body::empty())
            .unwrap();
        assert!(house.send(again).await.expect(304).bytes.is_empty());
        house.get(&me, &format!("/images/{id}/1024")).await.refused(404, "not-found");
        let log = house.ctx().audit.of_subject(referral.id).await.unwrap();
        let read: Vec<String> = log.iter().map(|one| format!("{} {}", one.action, one.what)).collect();
        let original = "download image original";
        let hers = "read image 2048";
        assert_eq!(read, ["read image 160", "read image 512", "read image 2048", original, hers, original]);
        assert_eq!(log.iter().filter(|one| one.person == me.id).count(), 5);
        house.world.stop().await;
    }
}

#[tokio::test]
async fn tiles_are_served_to_the_department_and_recorded_once() {
    for deployment in DEPLOYMENTS {
        let house = House::build(deployment).await;
        let me = house.specialist("Siri SYNTHETIC").await;
        let referral = house.with_pictures(2).await;
        let (id, small) = (image_id(&referral.pictures[0]), image_id(&referral.pictures[1]));
        let case = format!("/cases/{}", referral.id);
        has(&house.get(&me, &case).await.expect(200).json()["images"][0], json!({ "tiles": null }));
        house.tile(&referral, &referral.pictures[0]).await;
        // Imaging may say it again; nothing is doubled.
        house.tile(&referral, &referral.pictures[0]).await;
        let images = house.get(&me, &case).await.expect(200).json()["images"].clone();
        has(&images[0], json!({ "width": 1200, "tiles": { "side": 1024, "width": 4200, "height": 1000 } }));
        has(&images[1], json!({ "tiles": null }));

        let path = format!("/images/{id}/tiles/1-0");
        let tile = house.get(&me, &path).await.expect(200);
        assert_eq!((tile.bytes.clone(), tile.header("content-type")), (rendition(id, 1), "image/jpeg"));
        assert_eq!(tile.header("cache-control"), "private, no-cache");
        let again = House::request(Method::GET, &path, &me).header("if-none-match", tile.header("etag"));
        assert!(house.send(again.body(Body::empty()).unwrap()).await.expect(304).bytes.is_empty());
        assert_eq!(house.get(&me, &format!("/images/{id}/tiles/0-0")).await.expect(200).bytes, rendition(id, 0));
        for absent in ["2-0", "0-1", "1-00", "1", "sealed"] {
            house.get(&me, &format!("/images/{id}/tiles/{absent}")).await.refused(404, "not-found");
        }
        house.get(&me, &format!("/images/{small}/tiles/0-0")).await.refused(404, "not-found");

        let coordinator = house.person("Kari SYNTHETIC", "coordinator", DERMATOLOGY).await;
        assert_eq!(house.get(&coordinator, &path).await.expect(200).bytes, rendition(id, 1));
        let stranger = house.person("Odd SYNTHETIC", "specialist", ENT).await;
        house.get(&stranger, &path).await.refused(404, "not-found");
        let log = house.ctx().audit.of_subject(referral.id).await.unwrap();
        let looks = |person| log.iter().filter(|one| one.what == "image tiles" && one.person == person).count();
        assert_eq!((looks(me.id), looks(coordinator.id), looks(stranger.id)), (1, 1, 0));

        // Damage is noted and told as that of a smaller copy.
        let sql = "update review_tile set stored_sha256 = $1 where across = 0";
        house.ctx().db.q(sql).bind(vec![0_u8; 32]).exec_one().await.unwrap();
        house.get(&me, &format!("/images/{id}/tiles/0-0")).await.refused(503, "picture-remade");
        house.get(&me, &path).await.expect(200);
        house.ctx().keys.destroy(referral.id).await.expect("destroyed");
        house.get(&me, &path).await.refused(404, "not-found");
        house.world.stop().await;
    }
}

#[tokio::test]
async fn one_search_is_recorded_per_look_at_the_worklist() {
    let house = House::build(DEPLOYMENTS[0]).await;
    let me = house.person("Siri SYNTHETIC", "specialist", DERMATOLOGY).await;
    house.listed(&me, "").await;
    house.listed(&me, "?filter=mine").await;
    let sql = "select count(*) from audit_access where person = $1 and action = 'search'";
    let (searches,): (i64,) = house.ctx().audit.db().q(sql).bind(me.id).one().await.unwrap();
    assert_eq!(searches, 2);
    house.world.stop().await;
}

#[tokio::test]
async fn changed_bytes_are_not_served() {
    let house = House::build(DEPLOYMENTS[0]).await;
    let me = house.person("Siri SYNTHETIC", "specialist", DERMATOLOGY).await;
    let referral = house.with_pictures(1).await;
    let id = image_id(&referral.pictures[0]);
    let sql = "update review_rendition set stored_sha256 = $1 where longest = 512";
    house.ctx().db.q(sql).bind(vec![0_u8; 32]).exec_one().await.unwrap();
    house.get(&me, &format!("/images/{id}/512")).await.refused(503, "picture-remade");
    house.get(&me, &format!("/images/{id}/160")).await.expect(200);
    house.world.stop().await;
}
