//! The leased job of a picture on both deployments. The decoding child is played by a shell script that answers with a
//! prepared reply; the real child is tried with the executable, in `tests/`. Pictures are drawn here.

use std::path::PathBuf;
use std::time::Duration;

use image::{Rgb, RgbImage};
use imaging::derivatives::{encode, render};
use imaging::wire::{Rejected, Rendered, Reply};
use kit::Context;
use kit::log::{Envelope, Opened};
use kit::pictures::Stored;
use kit::testing::{DEPLOYMENTS, Engine, Reach, World};
use prost::Message;
use proto::Event;
use proto::imaging::{ImageReady, ImageRejected};
use proto::intake::{Picture, UploadSucceeded};
use uuid::Uuid;

/// Reads requests and answers each with the file `reply` beside it, once there is one.
const CHILD: &str = r#"#!/bin/sh
here=$1
printf '\000\000\000\017lysbro-decode/1'
while length=$(/usr/bin/head -c 4 | /usr/bin/od -An -tu1); do
    set -- $length
    [ $# = 4 ] || exit 0
    /usr/bin/head -c $(($1 * 16777216 + $2 * 65536 + $3 * 256 + $4)) > "$here/request"
    echo asked >> "$here/asked"
    until [ -e "$here/reply" ]; do /bin/sleep 0.05; done
    /bin/cat "$here/reply"
done
"#;

/// A running imaging service, one referral with one picture, and the child's folder.
struct House {
    world: World,
    referral: Uuid,
    image: Uuid,
    original: Vec<u8>,
    stage: PathBuf,
}

impl House {
    async fn build(deployment: (Engine, Reach)) -> Self {
        let mut stage = PathBuf::new();
        let world = World::start(vec![imaging::service()], deployment, |settings| {
            stage = settings.data.join("child");
            settings.decoder = vec!["/bin/sh".into(), stage.join("child.sh"), stage.clone()];
        })
        .await
        .expect("a world");
        std::fs::create_dir_all(&stage).expect("a folder");
        let original =
            encode(&RgbImage::from_fn(900, 700, |x, y| Rgb([(x % 200) as u8, (y % 200) as u8, 90]))).expect("a JPEG");
        let (referral, image) = (world.ctx().new_id(), world.ctx().new_id());
        Self { world, referral, image, original, stage }
    }

    fn ctx(&self) -> &Context {
        self.world.ctx()
    }

    /// From now on the child runs.
    fn play(&self) {
        std::fs::write(self.stage.join("child.sh"), CHILD).expect("a script");
    }

    /// From now on the child answers so.
    fn answer(&self, reply: Result<Rendered, Rejected>) {
        let body = Reply::from(reply).encode_to_vec();
        let mut frame = u32::try_from(body.len()).expect("short").to_be_bytes().to_vec();
        frame.extend(body);
        let half_made = self.stage.join("half-made");
        std::fs::write(&half_made, frame).expect("a reply");
        std::fs::rename(half_made, self.stage.join("reply")).expect("a reply");
    }

    fn asked(&self) -> usize {
        std::fs::read_to_string(self.stage.join("asked")).unwrap_or_default().lines().count()
    }

    /// Stores the original and says so, as intake would.
    async fn arrive(&self) {
        let ctx = self.ctx();
        let key = ctx.keys.ensure(self.referral).await.expect("a key");
        let stored = ctx
            .put_picture(&key, &format!("originals/{}", self.image), self.image, &self.original)
            .await
            .expect("stored");
        let picture = Picture {
            image: self.image.as_bytes().to_vec(),
            view: "close-up".into(),
            media_type: "image/jpeg".into(),
            bytes: self.original.len() as u64,
            sha256: stored.sha256,
            object: stored.object,
            stored_sha256: stored.stored_sha256,
            stored_bytes: stored.stored_bytes,
            width: 900,
            height: 700,
            ..Picture::default()
        };
        let envelope = Envelope {
            key: self.referral.as_bytes().to_vec(),
            specialty: "dermatology".into(),
            ..ctx.about(self.referral, None)
        };
        let mut tx = ctx.begin().await.expect("a transaction");
        ctx.publish(&mut tx, envelope, &UploadSucceeded { picture: Some(picture) }).await.expect("published");
        tx.commit().await.expect("committed");
    }

    /// Waits until no event waits and no worker, the one in the background included, holds a job.
    async fn settle(&self) {
        for _ in 0..400 {
            let parked = self.world.settle().await.expect("settled");
            assert_eq!(parked.len(), 0, "parked events");
            let leased = "select count(*) from imaging_job where lease_token is not null";
            let (leased,): (i64,) = self.ctx().db.q(leased).one().await.expect("a count");
            if leased == 0 {
                return;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("a job is leased for ever");
    }

    async fn published<E: Event>(&self) -> Vec<E> {
        let mut found = Vec::new();
        for event in kit::log::of_subject(&self.ctx().db, self.referral).await.expect("events") {
            if event.kind() == E::KIND
                && let Opened::Open(fact) = self.ctx().open::<E>(&event).await.expect("opened")
            {
                found.push(fact);
            }
        }
        found
    }

    async fn job(&self) -> (String, i64) {
        let row = self.ctx().db.q("select state, attempts from imaging_job where image = $1").bind(self.image);
        row.opt().await.expect("a query").unwrap_or_default()
    }

    async fn job_becomes(&self, state: &str) {
        for _ in 0..400 {
            if self.job().await.0 == state {
                return;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("the job is {:?} and not {state}", self.job().await);
    }

    async fn is_asked(&self) {
        for _ in 0..400 {
            if self.asked() > 0 {
                return;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("the child was never asked");
    }

    async fn derivative_rows(&self) -> i64 {
        let row: (i64,) = self.ctx().db.q("select count(*) from imaging_derivative").one().await.expect("a count");
        row.0
    }
}

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
