//! The leased job of a picture on both deployments. The decoding child is played by a shell script that answers with a
//! prepared reply; the real child is tried with the executable, in `tests/`. Pictures are drawn here.

mod house;
mod tiles;

use std::time::Duration;

use imaging::derivatives::render;
use imaging::wire::Rejected;
use kit::pictures::Stored;
use kit::testing::DEPLOYMENTS;
use proto::imaging::{ImageReady, ImageRejected};
use uuid::Uuid;

use house::House;

#[tokio::test(flavor = "multi_thread")]
async fn a_picture_becomes_ready_once() {
    for deployment in DEPLOYMENTS {
        let house = House::build(deployment).await;
        house.play();
        let rendered = render(&house.original).expect("rendered");
        house.answer(Ok(rendered.clone()));
        house.arrive().await;
        house.arrive().await;
        house.settle().await;
        house.job_becomes("ready").await;
        assert_eq!(
            std::fs::read(house.stage.join("request")).expect("a request"),
            house.original,
            "the child got the original"
        );
        assert_eq!((house.job().await.1, house.asked(), house.derivative_rows().await), (1, 1, 3));

        let facts = house.published::<ImageReady>().await;
        let [fact] = facts.as_slice() else { panic!("{} times ready", facts.len()) };
        assert_eq!((fact.width, fact.height), (900, 700));
        let quality = fact.quality.as_ref().expect("a quality");
        assert_eq!((quality.verdict.as_str(), quality.model.as_str()), ("good", imaging::quality::MODEL));
        let key = house.ctx().keys.get(house.referral).await.expect("a key");
        for (rendition, derivative) in fact.renditions.iter().zip(&rendered.derivatives) {
            assert_eq!(
                (rendition.longest, rendition.width, rendition.bytes),
                (derivative.size, derivative.width, derivative.jpeg.len() as u64)
            );
            let stored = Stored {
                object: rendition.object.clone(),
                sha256: rendition.sha256.clone(),
                stored_sha256: rendition.stored_sha256.clone(),
                stored_bytes: 0,
            };
            let jpeg = house.ctx().get_picture(&key, house.image, &stored).await.expect("readable");
            assert_eq!(jpeg, derivative.jpeg);
        }
        house.world.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_picture_is_told_with_its_reason() {
    for deployment in DEPLOYMENTS {
        let house = House::build(deployment).await;
        house.play();
        house.answer(Err(Rejected::undecodable()));
        house.arrive().await;
        house.settle().await;
        house.job_becomes("rejected").await;
        let facts = house.published::<ImageRejected>().await;
        assert_eq!(facts.len(), 1);
        assert_eq!((facts[0].code.as_str(), facts[0].message.is_empty()), ("undecodable", false));
        assert_eq!((house.published::<ImageReady>().await.len(), house.derivative_rows().await), (0, 0));
        house.world.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_host_in_trouble_delays_and_rejects_nothing() {
    for deployment in DEPLOYMENTS {
        let house = House::build(deployment).await;
        house.answer(render(&house.original));
        house.world.clock.hold(kit::testing::monday());
        house.arrive().await;
        house.settle().await;
        assert_eq!(house.job().await, ("waiting".into(), 1), "the child's program is missing");
        house.world.clock.advance(time::Duration::seconds(2));
        house.settle().await;
        assert_eq!(house.job().await, ("waiting".into(), 2));
        house.world.clock.advance(time::Duration::seconds(2));
        house.settle().await;
        assert_eq!(house.job().await, ("waiting".into(), 2), "the second wait is longer");
        assert!(house.published::<ImageRejected>().await.is_empty());

        house.play();
        house.world.clock.advance(time::Duration::minutes(5));
        house.settle().await;
        house.job_becomes("ready").await;
        assert_eq!(house.published::<ImageReady>().await.len(), 1);
        house.world.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_destroyed_key_ends_the_job_quietly() {
    for deployment in DEPLOYMENTS {
        let house = House::build(deployment).await;
        house.world.clock.hold(kit::testing::monday());
        house.arrive().await;
        house.settle().await;
        assert_eq!(house.job().await, ("waiting".into(), 1));
        house.ctx().keys.destroy(house.referral).await.expect("destroyed");
        house.play();
        house.answer(render(&house.original));
        house.world.clock.advance(time::Duration::minutes(5));
        house.settle().await;
        house.job_becomes("erased").await;
        let events = kit::log::of_subject(&house.ctx().db, house.referral).await.expect("events");
        assert_eq!((events.len(), house.asked()), (1, 0), "nothing beyond the upload was published, nothing decoded");
        house.world.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_lease_writes_nothing() {
    for deployment in DEPLOYMENTS {
        let house = House::build(deployment).await;
        house.play();
        house.arrive().await;
        house.is_asked().await;
        // While the child thinks, another worker takes the job over; it will hold it for an hour.
        let db = &house.ctx().db;
        let (token, later) = (Uuid::from_u128(7), house.ctx().now() + time::Duration::hours(1));
        let take_over = db.q("update imaging_job set lease_token = $1, lease_expires_at = $2 where image = $3");
        take_over.bind(token).bind(later).bind(house.image).exec_one().await.expect("taken over");
        house.answer(render(&house.original));
        house.settled_without_lease().await;
        assert_eq!(house.job().await, ("waiting".into(), 1));
        assert_eq!((house.published::<ImageReady>().await.len(), house.derivative_rows().await), (0, 0));
        let held: (Option<Uuid>,) =
            db.q("select lease_token from imaging_job where image = $1").bind(house.image).one().await.expect("a row");
        assert_eq!(held.0, Some(token), "the other worker's lease stands");
        house.world.stop().await;
    }
}

impl House {
    /// Waits until the worker that lost its lease has stored what it had and been turned away.
    async fn settled_without_lease(&self) {
        let prefix = format!("derivatives/{}/", self.image);
        for _ in 0..400 {
            if self.ctx().objects.list(&prefix, None, 10).await.expect("a list").len() == 3 {
                tokio::time::sleep(Duration::from_millis(300)).await;
                return;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("the worker stored nothing");
    }
}
