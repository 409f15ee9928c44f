//! A running imaging service with one picture, and the child that a script plays.

use std::path::PathBuf;
use std::time::Duration;

use image::{Rgb, RgbImage};
use imaging::derivatives::encode;
use imaging::wire::{Rejected, Rendered, Reply, Tiled};
use kit::Context;
use kit::log::{Envelope, Opened};
use kit::pictures::Stored;
use kit::testing::{Engine, Reach, World};
use prost::Message;
use proto::Event;
use proto::intake::{Picture, UploadSucceeded};
use uuid::Uuid;

/// Reads requests and answers each with the file `reply` beside it, once there is one; in the lane of details with `tiles`.
const CHILD: &str = r#"#!/bin/sh
here=$1 reply=reply request=request
[ "$2" = detail ] && reply=tiles request=whole
printf '\000\000\000\017lysbro-decode/1'
while length=$(/usr/bin/head -c 4 | /usr/bin/od -An -tu1); do
    set -- $length
    [ $# = 4 ] || exit 0
    /usr/bin/head -c $(($1 * 16777216 + $2 * 65536 + $3 * 256 + $4)) > "$here/$request"
    echo asked >> "$here/asked"
    until [ -e "$here/$reply" ]; do /bin/sleep 0.05; done
    /bin/cat "$here/$reply"
done
"#;

/// A running imaging service, one referral with one picture, and the child's folder.
pub struct House {
    pub world: World,
    pub referral: Uuid,
    pub image: Uuid,
    pub original: Vec<u8>,
    pub stage: PathBuf,
}

impl House {
    pub async fn build(deployment: (Engine, Reach)) -> Self {
        Self::with(deployment, 900, 700).await
    }

    /// With a picture of these sides.
    pub async fn with(deployment: (Engine, Reach), width: u32, height: u32) -> Self {
        let mut stage = PathBuf::new();
        let world = World::start(vec![imaging::service()], deployment, |settings| {
            stage = settings.data.join("child");
            settings.decoder = vec!["/bin/sh".into(), stage.join("child.sh"), stage.clone()];
        })
        .await
        .expect("a world");
        std::fs::create_dir_all(&stage).expect("a folder");
        let original = encode(&RgbImage::from_fn(width, height, |x, y| Rgb([(x % 200) as u8, (y % 200) as u8, 90])))
            .expect("a JPEG");
        let (referral, image) = (world.ctx().new_id(), world.ctx().new_id());
        Self { world, referral, image, original, stage }
    }

    pub fn ctx(&self) -> &Context {
        self.world.ctx()
    }

    /// From now on the child runs.
    pub fn play(&self) {
        std::fs::write(self.stage.join("child.sh"), CHILD).expect("a script");
    }

    /// From now on the child answers so.
    pub fn answer(&self, reply: Result<Rendered, Rejected>) {
        self.put("reply", &Reply::from(reply));
    }

    /// From now on it answers so when it is asked for tiles.
    pub fn cut(&self, reply: Result<Tiled, Rejected>) {
        self.put("tiles", &Reply::from(reply));
    }

    fn put(&self, name: &str, reply: &Reply) {
        let body = reply.encode_to_vec();
        let mut frame = u32::try_from(body.len()).expect("short").to_be_bytes().to_vec();
        frame.extend(body);
        let half_made = self.stage.join("half-made");
        std::fs::write(&half_made, frame).expect("a reply");
        std::fs::rename(half_made, self.stage.join(name)).expect("a reply");
    }

    pub fn asked(&self) -> usize {
        std::fs::read_to_string(self.stage.join("asked")).unwrap_or_default().lines().count()
    }

    /// Stores the original and says so, as intake would.
    pub async fn arrive(&self) {
        self.arrive_as(self.image).await;
    }

    /// The same file as a picture of its own.
    pub async fn arrive_as(&self, image: Uuid) {
        let ctx = self.ctx();
        let key = ctx.keys.ensure(self.referral).await.expect("a key");
        let stored = ctx.put_picture(&key, &format!("originals/{image}"), image, &self.original).await.expect("stored");
        let picture = Picture {
            image: image.as_bytes().to_vec(),
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
    pub async fn settle(&self) {
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

    pub async fn published<E: Event>(&self) -> Vec<E> {
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

    pub async fn job(&self) -> (String, i64) {
        self.job_of(self.image).await
    }

    /// Its state, and how often it was begun.
    pub async fn job_of(&self, image: Uuid) -> (String, i64) {
        let row = self.ctx().db.q("select state, attempts from imaging_job where image = $1").bind(image);
        row.opt().await.expect("a query").unwrap_or_default()
    }

    pub async fn job_becomes(&self, state: &str) {
        for _ in 0..400 {
            if self.job().await.0 == state {
                return;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("the job is {:?} and not {state}", self.job().await);
    }

    pub async fn is_asked(&self) {
        for _ in 0..400 {
            if self.asked() > 0 {
                return;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("the child was never asked");
    }

    /// Waits until a file stands beside the child.
    pub async fn is_put(&self, name: &str) {
        for _ in 0..400 {
            if self.stage.join(name).exists() {
                return;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("there is no {name}");
    }

    /// What became of the tiles, and how often they were begun.
    pub async fn tiling(&self) -> (Option<String>, i64) {
        let row = self.ctx().db.q("select tiles, tiles_attempts from imaging_job where image = $1").bind(self.image);
        row.one().await.expect("a row")
    }

    pub async fn tiling_becomes(&self, state: &str) {
        for _ in 0..400 {
            if self.tiling().await.0.as_deref() == Some(state) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("the tiling is {:?} and not {state}", self.tiling().await);
    }

    /// The bytes of a tile as the event names it.
    pub async fn tile(&self, tile: &proto::imaging::Tile) -> Result<bytes::Bytes, kit::Error> {
        let key = self.ctx().keys.get(self.referral).await?;
        let stored = Stored {
            object: tile.object.clone(),
            sha256: tile.sha256.clone(),
            stored_sha256: tile.stored_sha256.clone(),
            stored_bytes: 0,
        };
        self.ctx().get_picture(&key, self.image, &stored).await
    }

    pub async fn derivative_rows(&self) -> i64 {
        let row: (i64,) = self.ctx().db.q("select count(*) from imaging_derivative").one().await.expect("a count");
        row.0
    }
}
