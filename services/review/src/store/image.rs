//! Pictures of cases, what imaging made of them, and to whom they were shown. Pictures are prepared at upload, so what
//! imaging says may come before the case: it is kept by the picture's id and joined.

use super::{of_caller, of_specialist};
use crate::image::{ImageState, TilePlace};
use kit::log::id_of;
use kit::pictures::Stored;
use kit::{At, Db, Tx, statements};
use proto::imaging::{ImageReady, ImageTiled};
use proto::intake::Picture;
use uuid::Uuid;

/// Where the tiles of large pictures are, and what they make together.
pub const TILES: &str = "
    alter table review_derived add column tile_side {bigint};
    alter table review_derived add column tiled_width {bigint};
    alter table review_derived add column tiled_height {bigint};
    create table review_tile (
        image {uuid} not null, across {bigint} not null, down {bigint} not null, object text not null, bytes {bigint} not null,
        sha256 {bytes} not null, stored_sha256 {bytes} not null, primary key (image, across, down)
    ) {strict};
";

statements! {
    ADD = "insert into review_image (id, case_id, place, finding, question, image_view, media_type, bytes, sha256, object, stored_sha256, stored_bytes, width, height, added_at, captured_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16) on conflict (id) do nothing";
    LAST_PLACE = "select coalesce(max(place), 0) from review_image where case_id = $1";
    DERIVED = "insert into review_derived (image, state, code, message, width, height, sharpness, exposure, verdict, captured_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) on conflict (image) do update set state = excluded.state, code = excluded.code, message = excluded.message, width = excluded.width, height = excluded.height, sharpness = excluded.sharpness, exposure = excluded.exposure, verdict = excluded.verdict, captured_at = excluded.captured_at";
    NO_RENDITIONS = "delete from review_rendition where image = $1";
    RENDITION = "insert into review_rendition (image, longest, object, bytes, sha256, stored_sha256) values ($1, $2, $3, $4, $5, $6)";
    OF_CASE = "select i.id, i.finding, i.question, i.image_view, i.bytes, i.sha256, coalesce(d.width, i.width) as width, coalesce(d.height, i.height) as height, i.added_at, coalesce(d.captured_at, i.captured_at) as captured_at, coalesce(d.state, 'processing') as state, d.code, d.message, d.sharpness, d.exposure, d.verdict, d.tile_side, d.tiled_width, d.tiled_height, exists (select 1 from review_shown s where s.image = i.id and s.person = $2) as shown from review_image i left join review_derived d on d.image = i.id where i.case_id = $1 and i.error_at is null order by i.place";
    STATE = "select coalesce(d.state, 'processing') from review_image i left join review_derived d on d.image = i.id where i.id = $1 and i.case_id = $2 and i.error_at is null";
    SHOW = "insert into review_shown (image, person, shown_at) values ($1, $2, $3) on conflict (image, person) do nothing";
    UNSHOWN = "select i.id from review_image i left join review_derived d on d.image = i.id where i.case_id = $1 and i.error_at is null and (d.state is null or d.state <> 'rejected') and not exists (select 1 from review_shown s where s.image = i.id and s.person = $2) order by i.place";
    RENDITION_FOR = concat!("select c.id as case_id, c.data_key, 'image/jpeg' as media_type, r.object, r.bytes as stored_bytes, r.sha256, r.stored_sha256 from review_rendition r join review_image i on i.id = r.image join review_case c on c.id = i.case_id where r.image = $1 and r.longest = $2 and i.error_at is null and c.state <> 'erased' and ", of_caller!("$3", "$4"));
    TILED = "update review_derived set tile_side = $2, tiled_width = $3, tiled_height = $4 where image = $1";
    NO_TILES = "delete from review_tile where image = $1";
    TILE = "insert into review_tile (image, across, down, object, bytes, sha256, stored_sha256) values ($1, $2, $3, $4, $5, $6, $7)";
    TILE_FOR = concat!("select c.id as case_id, c.data_key, 'image/jpeg' as media_type, t.object, t.bytes as stored_bytes, t.sha256, t.stored_sha256 from review_tile t join review_image i on i.id = t.image join review_case c on c.id = i.case_id where t.image = $1 and t.across = $2 and t.down = $3 and i.error_at is null and c.state <> 'erased' and ", of_caller!("$4", "$5"));
    ORIGINAL_FOR = concat!("select c.id as case_id, c.data_key, i.media_type, i.object, i.stored_bytes, i.sha256, i.stored_sha256 from review_image i join review_case c on c.id = i.case_id where i.id = $1 and i.error_at is null and c.state <> 'erased' and ", of_specialist!("$2", "$3"));
}

/// A picture of a case, for one viewer.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct ImageRow {
    /// Its id.
    pub id: Uuid,
    /// The finding it shows.
    pub finding: Option<Uuid>,
    /// The question it came in reply to.
    pub question: Option<Uuid>,
    /// As in the event.
    pub image_view: String,
    /// Length as sent.
    pub bytes: i64,
    /// Of the picture as sent.
    pub sha256: Vec<u8>,
    /// Upright, once it was prepared.
    pub width: i64,
    /// Upright, once it was prepared.
    pub height: i64,
    /// When it came.
    pub added_at: At,
    /// When it was taken.
    pub captured_at: Option<At>,
    /// Whether it can be shown.
    pub state: ImageState,
    /// Why it was rejected.
    pub code: Option<String>,
    /// Why, in words.
    pub message: Option<String>,
    /// Figure of sharpness.
    pub sharpness: Option<f64>,
    /// Mean luma, 0 to 255.
    pub exposure: Option<f64>,
    /// Verdict of quality.
    pub verdict: Option<String>,
    /// Side of the tiles, when it has any.
    pub tile_side: Option<i64>,
    /// What the tiles make together.
    pub tiled_width: Option<i64>,
    /// What the tiles make together.
    pub tiled_height: Option<i64>,
    /// Whether the viewer has looked at it.
    pub shown: bool,
}

/// Where a version of a picture is, for a caller who may see it.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct PlacedRow {
    /// Of which case.
    pub case_id: Uuid,
    /// Seals it.
    pub data_key: Uuid,
    /// Media type.
    pub media_type: String,
    /// The object's key.
    pub object: String,
    /// For an original, the stored length; for a rendition or a tile, its own.
    pub stored_bytes: i64,
    /// Of the picture.
    pub sha256: Vec<u8>,
    /// Of the stored bytes.
    pub stored_sha256: Vec<u8>,
}

impl PlacedRow {
    /// As kit reads it.
    pub fn stored(&self) -> Stored {
        Stored {
            object: self.object.clone(),
            sha256: self.sha256.clone(),
            stored_sha256: self.stored_sha256.clone(),
            stored_bytes: self.stored_bytes as u64,
        }
    }
}

/// Adds pictures behind those that stand.
pub async fn add(tx: &mut Tx, case: Uuid, question: Option<Uuid>, pictures: &[Picture], at: At) -> sqlx::Result<()> {
    let (last,): (i64,) = tx.q(LAST_PLACE).bind(case).one().await?;
    for (place, picture) in (last + 1..).zip(pictures) {
        let Some(id) = id_of(&picture.image) else {
            continue;
        };
        tx.q(ADD)
            .bind(id)
            .bind(case)
            .bind(place)
            .bind(id_of(&picture.finding))
            .bind(question)
            .bind(picture.view.clone())
            .bind(picture.media_type.clone())
            .bind(picture.bytes as i64)
            .bind(picture.sha256.clone())
            .bind(picture.object.clone())
            .bind(picture.stored_sha256.clone())
            .bind(picture.stored_bytes as i64)
            .bind(i64::from(picture.width))
            .bind(i64::from(picture.height))
            .bind(at)
            .bind(known(picture.captured_us))
            .exec()
            .await?;
    }
    Ok(())
}

fn known(micros: i64) -> Option<At> {
    (micros != 0).then(|| At::from_micros(micros))
}

/// A picture can be shown.
pub async fn ready(tx: &mut Tx, image: Uuid, event: &ImageReady) -> sqlx::Result<()> {
    let quality = event.quality.clone().unwrap_or_default();
    let measured = event.quality.is_some();
    tx.q(DERIVED)
        .bind(image)
        .bind(ImageState::Ready)
        .bind(None::<String>)
        .bind(None::<String>)
        .bind(Some(i64::from(event.width)))
        .bind(Some(i64::from(event.height)))
        .bind(measured.then_some(quality.sharpness))
        .bind(measured.then_some(quality.mean_luma))
        .bind(measured.then_some(quality.verdict))
        .bind(known(event.captured_us))
        .exec_one()
        .await?;
    tx.q(NO_RENDITIONS).bind(image).exec().await?;
    for rendition in &event.renditions {
        tx.q(RENDITION)
            .bind(image)
            .bind(i64::from(rendition.longest))
            .bind(rendition.object.clone())
            .bind(rendition.bytes as i64)
            .bind(rendition.sha256.clone())
            .bind(rendition.stored_sha256.clone())
            .exec_one()
            .await?;
    }
    Ok(())
}

/// A large picture was cut to tiles: these and no others.
pub async fn tiled(tx: &mut Tx, image: Uuid, event: &ImageTiled) -> sqlx::Result<()> {
    let (width, height) = (i64::from(event.width), i64::from(event.height));
    tx.q(TILED).bind(image).bind(i64::from(event.side)).bind(width).bind(height).exec().await?;
    tx.q(NO_TILES).bind(image).exec().await?;
    for tile in &event.tiles {
        tx.q(TILE)
            .bind(image)
            .bind(i64::from(tile.across))
            .bind(i64::from(tile.down))
            .bind(tile.object.clone())
            .bind(tile.bytes as i64)
            .bind(tile.sha256.clone())
            .bind(tile.stored_sha256.clone())
            .exec_one()
            .await?;
    }
    Ok(())
}

/// A picture could not be read.
pub async fn rejected(tx: &mut Tx, image: Uuid, code: String, message: String) -> sqlx::Result<()> {
    tx.q(DERIVED)
        .bind(image)
        .bind(ImageState::Rejected)
        .bind(Some(code))
        .bind(Some(message))
        .bind(None::<i64>)
        .bind(None::<i64>)
        .bind(None::<f64>)
        .bind(None::<f64>)
        .bind(None::<String>)
        .bind(None::<At>)
        .exec_one()
        .await
}

/// A case's pictures in the order they came.
pub async fn of_case(db: &Db, case: Uuid, viewer: Uuid) -> sqlx::Result<Vec<ImageRow>> {
    db.q(OF_CASE).bind(case).bind(viewer).all().await
}

/// The state of a case's picture.
pub async fn state(tx: &mut Tx, image: Uuid, case: Uuid) -> sqlx::Result<Option<ImageState>> {
    let row: Option<(ImageState,)> = tx.q(STATE).bind(image).bind(case).opt().await?;
    Ok(row.map(|(state,)| state))
}

/// The person has looked at a picture.
pub async fn show(tx: &mut Tx, image: Uuid, person: Uuid) -> sqlx::Result<()> {
    let now = tx.now();
    tx.q(SHOW).bind(image).bind(person).bind(now).exec().await?;
    Ok(())
}

/// The pictures of a case, except rejected ones, that a person has not looked at.
pub async fn unshown(tx: &mut Tx, case: Uuid, person: Uuid) -> sqlx::Result<Vec<Uuid>> {
    let rows: Vec<(Uuid,)> = tx.q(UNSHOWN).bind(case).bind(person).all().await?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

/// A rendition, if the person may see it.
pub async fn rendition(db: &Db, image: Uuid, longest: i64, person: Uuid, now: At) -> sqlx::Result<Option<PlacedRow>> {
    db.q(RENDITION_FOR).bind(image).bind(longest).bind(person).bind(now).opt().await
}

/// A tile, if the person may see it.
pub async fn tile(db: &Db, image: Uuid, place: TilePlace, person: Uuid, now: At) -> sqlx::Result<Option<PlacedRow>> {
    let q = db.q(TILE_FOR).bind(image).bind(i64::from(place.across)).bind(i64::from(place.down));
    q.bind(person).bind(now).opt().await
}

/// An original, if the person may see it.
pub async fn original(db: &Db, image: Uuid, person: Uuid, now: At) -> sqlx::Result<Option<PlacedRow>> {
    db.q(ORIGINAL_FOR).bind(image).bind(person).bind(now).opt().await
}
