//! A large picture's tiles: once it can be shown, behind and beside every ordinary picture, damaged and made again.

use std::time::Duration;

use imaging::derivatives::render;
use imaging::tiles;
use imaging::wire::Rejected;
use kit::testing::DEPLOYMENTS;
use proto::imaging::{ImageReady, ImageRejected, ImageTiled};
use uuid::Uuid;

use crate::house::House;

#[tokio::test(flavor = "multi_thread")]
async fn a_large_picture_gets_its_tiles() {
    for deployment in DEPLOYMENTS {
        let house = House::with(deployment, 4200, 1000).await;
        house.play();
        house.answer(render(&house.original));
        let tiled = tiles::render(&house.original).expect("cut");
        house.cut(Ok(tiled.clone()));
        house.arrive().await;
        house.settle().await;
        house.tiling_becomes("made").await;
        assert_eq!(house.job().await, ("ready".into(), 1));
        assert_eq!((house.tiling().await.1, house.asked()), (1, 2));
        assert_eq!(std::fs::read(house.stage.join("whole")).expect("a request"), house.original);

        let facts = house.published::<ImageTiled>().await;
        let [fact] = facts.as_slice() else { panic!("{} times tiled", facts.len()) };
        assert_eq!((fact.width, fact.height, fact.side, fact.tiles.len()), (4200, 1000, 1024, 5));
        assert_eq!(house.published::<ImageReady>().await.len(), 1);
        let original = image::load_from_memory(&house.original).expect("a picture").into_rgb8();
        for (tile, cut) in fact.tiles.iter().zip(&tiled.tiles) {
            let jpeg = house.tile(tile).await.expect("readable");
            assert_eq!(jpeg, cut.jpeg);
            let part = image::load_from_memory(&jpeg).expect("a JPEG").into_rgb8();
            let (left, top) = (tile.across * 1024, tile.down * 1024);
            let off: u64 = part
                .enumerate_pixels()
                .flat_map(|(x, y, pixel)| pixel.0.into_iter().zip(original.get_pixel(left + x, top + y).0))
                .map(|(is, was)| u64::from(is.abs_diff(was)))
                .sum();
            assert!(off as f64 / (part.as_raw().len() as f64) < 3.0, "the original's own pixels");
        }

        // One is damaged: it is made again, and nobody is told anew.
        let spoiled = &fact.tiles[3];
        house.ctx().objects.put(&spoiled.object, bytes::Bytes::from_static(b"rot")).await.expect("spoiled");
        let text = "select d.object from kit_damaged d";
        assert!(matches!(house.tile(spoiled).await, Err(kit::Error::Unusable { what: "changed", .. })));
        let (noted,): (String,) = house.ctx().db.q(text).one().await.expect("one");
        assert_eq!(noted, spoiled.object);
        house.settle().await;
        house.tiling_becomes("made").await;
        assert_eq!(house.tile(spoiled).await.expect("made again"), tiled.tiles[3].jpeg);
        assert!(house.ctx().db.q(text).all::<(String,)>().await.expect("none").is_empty());
        assert_eq!((house.published::<ImageTiled>().await.len(), house.job().await.1), (1, 1));

        // Erased with its referral.
        house.ctx().keys.destroy(house.referral).await.expect("destroyed");
        assert!(house.tile(spoiled).await.is_err());
        house.world.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_picture_of_4096_pixels_has_none() {
    for deployment in DEPLOYMENTS {
        let house = House::with(deployment, 4096, 600).await;
        house.play();
        house.answer(render(&house.original));
        house.arrive().await;
        house.settle().await;
        house.job_becomes("ready").await;
        house.settle().await;
        assert_eq!((house.tiling().await, house.asked()), ((None, 0), 1));
        house.world.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_large_picture_that_cannot_be_cut_is_ready_all_the_same() {
    for deployment in DEPLOYMENTS {
        let house = House::with(deployment, 4200, 300).await;
        house.play();
        house.answer(render(&house.original));
        house.cut(Err(Rejected::undecodable()));
        house.arrive().await;
        house.settle().await;
        house.tiling_becomes("impossible").await;
        house.settle().await;
        assert_eq!((house.job().await, house.tiling().await.1, house.asked()), (("ready".into(), 1), 1, 2));
        assert_eq!(house.published::<ImageRejected>().await.len(), 0);
        house.world.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn tiles_wait_for_the_host_and_behind_every_ordinary_picture() {
    for deployment in DEPLOYMENTS {
        let house = House::with(deployment, 4200, 300).await;
        house.world.clock.hold(kit::testing::monday());
        house.play();
        house.arrive().await;
        // While it is decoded, another picture comes.
        let db = &house.ctx().db;
        let other = "insert into imaging_job (image, referral, specialty, test, object, sha256, stored_sha256, stored_bytes, state, due_at, attempts)
            select $1, referral, specialty, test, object, sha256, stored_sha256, stored_bytes, 'waiting', $2, 0 from imaging_job";
        house.is_asked().await;
        let (waits, now) = (Uuid::from_u128(9), house.ctx().now());
        let hold = "update imaging_job set lease_token = image, lease_expires_at = $2 where image = $1";
        db.q(other).bind(waits).bind(now).exec_one().await.expect("another picture");
        db.q(hold).bind(waits).bind(now + time::Duration::hours(1)).exec_one().await.expect("held");
        house.answer(render(&house.original));
        house.job_becomes("ready").await;
        tokio::time::sleep(Duration::from_secs(2)).await;
        assert_eq!(house.tiling().await, (Some("due".into()), 0), "another one is in front");
        // Gone; but the program is away.
        std::fs::remove_file(house.stage.join("child.sh")).expect("removed");
        db.q("delete from imaging_job where image = $1").bind(waits).exec_one().await.expect("gone");
        house.settle().await;
        assert_eq!(house.tiling().await, (Some("due".into()), 1), "put off");
        house.settle().await;
        assert_eq!(house.tiling().await.1, 1);
        house.play();
        house.cut(tiles::render(&house.original));
        house.world.clock.advance(time::Duration::seconds(2));
        house.settle().await;
        house.tiling_becomes("made").await;
        // A key that was destroyed meanwhile ends it quietly.
        let due = "update imaging_job set tiles = 'due'";
        house.ctx().keys.destroy(house.referral).await.expect("destroyed");
        db.q(due).exec_one().await.expect("due again");
        house.settle().await;
        house.tiling_becomes("erased").await;
        house.world.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_ordinary_picture_goes_by_while_a_large_one_is_cut() {
    for deployment in DEPLOYMENTS {
        let house = House::with(deployment, 4200, 300).await;
        house.play();
        house.answer(render(&house.original));
        house.arrive().await;
        // The child of details has the picture, and does not answer.
        house.is_put("whole").await;
        let other = Uuid::from_u128(9);
        house.arrive_as(other).await;
        for _ in 0..400 {
            if house.job_of(other).await.0 == "ready" {
                break;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        assert_eq!(house.job_of(other).await, ("ready".into(), 1), "it did not wait");
        assert_eq!(house.tiling().await, (Some("due".into()), 1), "the large one is still being cut");
        house.cut(tiles::render(&house.original));
        house.tiling_becomes("made").await;
        house.settle().await;
        house.world.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_scrub_finds_a_damaged_tile() {
    for deployment in DEPLOYMENTS {
        let house = House::with(deployment, 4200, 300).await;
        house.play();
        house.answer(render(&house.original));
        house.cut(tiles::render(&house.original));
        house.arrive().await;
        house.settle().await;
        house.tiling_becomes("made").await;
        let facts = house.published::<ImageTiled>().await;
        let last = &facts[0].tiles[4];
        let objects = &house.ctx().objects;
        let whole = objects.get(&last.object).await.expect("stored");
        objects.put(&last.object, bytes::Bytes::from_static(b"rot")).await.expect("spoiled");
        // Nobody reads it; the walk comes by.
        for _ in 0..100 {
            house.world.clock.advance(time::Duration::hours(1));
            house.settle().await;
            if objects.get(&last.object).await.is_ok_and(|bytes| bytes == whole) {
                break;
            }
        }
        assert_eq!(objects.get(&last.object).await.expect("made again"), whole);
        assert_eq!((house.published::<ImageTiled>().await.len(), house.job().await.1), (1, 1));
        house.world.stop().await;
    }
}
