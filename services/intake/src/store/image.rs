//! Pictures that arrived whole, and their smaller copies.

use super::in_scope;
use crate::vocabulary::{ImageState, View};
use kit::scrub::Scrub;
use kit::{At, Caller, Context, Db, Tx, statements};
use uuid::Uuid;

macro_rules! columns {
    () => {
        "i.id, i.referral, i.finding, i.view, i.state, i.reason_code, i.reason_message, i.media_type, i.bytes, i.sha256, i.object, \
         i.stored_sha256, i.stored_bytes, i.width, i.height, i.upright_width, i.upright_height, i.sharpness, i.exposure, i.verdict, \
         i.added_at, i.removed_at, i.sent_at, i.question, i.error_at, i.captured_at"
    };
}

statements! {
    OF_REFERRAL = concat!("select ", columns!(), " from intake_image i where i.referral = $1 order by i.added_at, i.id");
    FIND = concat!("select ", columns!(), " from intake_image i join intake_referral r on r.id = i.referral where i.id = $1 and i.error_at is null and r.discarded_at is null and r.erased_at is null and ", in_scope!());
    ANY = concat!("select ", columns!(), " from intake_image i where i.id = $1");
    COUNT = "select count(*) from intake_image where referral = $1 and removed_at is null";
    ADD = "insert into intake_image (id, referral, finding, view, state, media_type, bytes, sha256, object, stored_sha256, stored_bytes, width, height, added_at, captured_at) \
        values ($1, $2, $3, $4, 'processing', $5, $6, $7, $8, $9, $10, $11, $12, $13, $14) on conflict (id) do nothing";
    CHANGE = "update intake_image set view = $2, finding = $3 where id = $1 and sent_at is null";
    REMOVE = "update intake_image set removed_at = $2 where id = $1 and sent_at is null and removed_at is null";
    PUT_BACK = "update intake_image set removed_at = null where id = $1 and sent_at is null and removed_at is not null";
    SEND = "update intake_image set sent_at = $2, question = $3 where id = $1 and sent_at is null and removed_at is null";
    MARK = "update intake_image set error_at = $2 where id = $1 and sent_at is not null and error_at is null";
    READY = "update intake_image set state = 'ready', upright_width = $2, upright_height = $3, sharpness = $4, exposure = $5, verdict = $6, captured_at = coalesce($7, captured_at) where id = $1";
    REJECTED = "update intake_image set state = 'rejected', reason_code = $2, reason_message = $3 where id = $1";
    ADD_RENDITION = "insert into intake_rendition (image, longest, object, sha256, stored_sha256) values ($1, $2, $3, $4, $5) \
        on conflict (image, longest) do update set object = excluded.object, sha256 = excluded.sha256, stored_sha256 = excluded.stored_sha256";
    RENDITION = "select object, sha256, stored_sha256 from intake_rendition where image = $1 and longest = $2";
    SCRUB_TOTAL = "select count(*) from intake_image";
    SCRUB_PAGE = "select id, object, stored_sha256 from intake_image where id > $1 order by id limit 20";
    PURGE_RENDITIONS = "delete from intake_rendition where image in (select id from intake_image where referral = $1)";
    PURGE = "delete from intake_image where referral = $1";
}

/// The walk over originals.
pub const SCRUB: Scrub = Scrub { name: "intake.originals", total: SCRUB_TOTAL, page: SCRUB_PAGE };

/// A picture.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Row {
    pub id: Uuid,
    pub referral: Uuid,
    pub finding: Option<Uuid>,
    pub view: View,
    pub state: ImageState,
    pub reason_code: Option<String>,
    pub reason_message: Option<String>,
    pub media_type: String,
    pub bytes: i64,
    pub sha256: Vec<u8>,
    pub object: String,
    pub stored_sha256: Vec<u8>,
    pub stored_bytes: i64,
    pub width: i64,
    pub height: i64,
    pub upright_width: Option<i64>,
    pub upright_height: Option<i64>,
    pub sharpness: Option<f64>,
    pub exposure: Option<f64>,
    pub verdict: Option<String>,
    pub added_at: At,
    pub removed_at: Option<At>,
    /// When it went to the department.
    pub sent_at: Option<At>,
    /// With the reply to which question; none means with the referral.
    pub question: Option<Uuid>,
    /// Since when nobody sees it: it was sent in error.
    pub error_at: Option<At>,
    /// When it was taken: by its own metadata, else by the client's word.
    pub captured_at: Option<At>,
}

/// A picture that has just arrived.
pub struct Arrived {
    pub id: Uuid,
    pub referral: Uuid,
    pub finding: Option<Uuid>,
    pub view: View,
    pub media_type: String,
    pub bytes: i64,
    pub width: u32,
    pub height: u32,
    pub stored: kit::pictures::Stored,
    pub captured_at: Option<At>,
}

/// What imaging measured.
pub struct Measured {
    pub width: u32,
    pub height: u32,
    pub sharpness: Option<f64>,
    pub exposure: Option<f64>,
    pub verdict: Option<String>,
    pub captured_at: Option<At>,
}

/// A smaller copy in the object store.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Rendition {
    pub object: String,
    pub sha256: Vec<u8>,
    pub stored_sha256: Vec<u8>,
}

/// A referral's pictures in the order in which they arrived, removed ones and those sent in error too.
pub async fn of_referral(db: &Db, referral: Uuid) -> sqlx::Result<Vec<Row>> {
    db.q(OF_REFERRAL).bind(referral).all().await
}

/// The same inside a transaction.
pub async fn of_referral_in(tx: &mut Tx, referral: Uuid) -> sqlx::Result<Vec<Row>> {
    tx.q(OF_REFERRAL).bind(referral).all().await
}

/// A picture of a referral of the caller's practice.
pub async fn find(ctx: &Context, caller: &Caller, id: Uuid) -> sqlx::Result<Option<Row>> {
    ctx.db.q(FIND).bind(id).bind(caller.person).bind(ctx.now()).opt().await
}

/// Any picture, for rules that act for nobody.
pub async fn any(db: &Db, id: Uuid) -> sqlx::Result<Option<Row>> {
    db.q(ANY).bind(id).opt().await
}

/// Any picture, inside a transaction.
pub async fn any_in(tx: &mut Tx, id: Uuid) -> sqlx::Result<Option<Row>> {
    tx.q(ANY).bind(id).opt().await
}

/// How many pictures a referral has, without those removed.
pub async fn count(tx: &mut Tx, referral: Uuid) -> sqlx::Result<i64> {
    let (count,): (i64,) = tx.q(COUNT).bind(referral).one().await?;
    Ok(count)
}

/// The same outside a transaction.
pub async fn count_outside(db: &Db, referral: Uuid) -> sqlx::Result<i64> {
    let (count,): (i64,) = db.q(COUNT).bind(referral).one().await?;
    Ok(count)
}

/// Adds a picture; false when its id is taken.
pub async fn add(tx: &mut Tx, arrived: &Arrived) -> sqlx::Result<bool> {
    let now = tx.now();
    let added = tx
        .q(ADD)
        .bind(arrived.id)
        .bind(arrived.referral)
        .bind(arrived.finding)
        .bind(arrived.view)
        .bind(arrived.media_type.clone())
        .bind(arrived.bytes)
        .bind(arrived.stored.sha256.clone())
        .bind(arrived.stored.object.clone())
        .bind(arrived.stored.stored_sha256.clone())
        .bind(arrived.stored.stored_bytes as i64)
        .bind(i64::from(arrived.width))
        .bind(i64::from(arrived.height))
        .bind(now)
        .bind(arrived.captured_at)
        .exec()
        .await?;
    Ok(added == 1)
}

/// Changes what an unsent picture shows; false when it was sent.
pub async fn change(tx: &mut Tx, id: Uuid, view: View, finding: Option<Uuid>) -> sqlx::Result<bool> {
    Ok(tx.q(CHANGE).bind(id).bind(view).bind(finding).exec().await? == 1)
}

/// Removes an unsent picture.
pub async fn remove(tx: &mut Tx, id: Uuid) -> sqlx::Result<bool> {
    let now = tx.now();
    Ok(tx.q(REMOVE).bind(id).bind(now).exec().await? == 1)
}

/// Puts a removed picture back.
pub async fn put_back(tx: &mut Tx, id: Uuid) -> sqlx::Result<bool> {
    Ok(tx.q(PUT_BACK).bind(id).exec().await? == 1)
}

/// Notes that a picture went out, with the referral or with the reply to a question.
pub async fn send(tx: &mut Tx, id: Uuid, at: At, question: Option<Uuid>) -> sqlx::Result<()> {
    tx.q(SEND).bind(id).bind(at).bind(question).exec_one().await
}

/// Marks a picture as sent in error; false when it is marked already, or was not sent.
pub async fn mark(tx: &mut Tx, id: Uuid) -> sqlx::Result<bool> {
    let now = tx.now();
    Ok(tx.q(MARK).bind(id).bind(now).exec().await? == 1)
}

/// Notes that a picture can be looked at; false when there is no such picture.
pub async fn set_ready(tx: &mut Tx, id: Uuid, measured: Measured) -> sqlx::Result<bool> {
    let set = tx
        .q(READY)
        .bind(id)
        .bind(i64::from(measured.width))
        .bind(i64::from(measured.height))
        .bind(measured.sharpness)
        .bind(measured.exposure)
        .bind(measured.verdict)
        .bind(measured.captured_at)
        .exec()
        .await?;
    Ok(set == 1)
}

/// Notes that a picture could not be read.
pub async fn set_rejected(tx: &mut Tx, id: Uuid, code: String, message: String) -> sqlx::Result<bool> {
    Ok(tx.q(REJECTED).bind(id).bind(code).bind(message).exec().await? == 1)
}

/// Notes a smaller copy.
pub async fn add_rendition(tx: &mut Tx, image: Uuid, longest: u32, rendition: Rendition) -> sqlx::Result<()> {
    tx.q(ADD_RENDITION)
        .bind(image)
        .bind(i64::from(longest))
        .bind(rendition.object)
        .bind(rendition.sha256)
        .bind(rendition.stored_sha256)
        .exec_one()
        .await
}

/// A smaller copy.
pub async fn rendition(db: &Db, image: Uuid, longest: i64) -> sqlx::Result<Option<Rendition>> {
    db.q(RENDITION).bind(image).bind(longest).opt().await
}

/// Deletes a referral's pictures.
pub async fn purge(tx: &mut Tx, referral: Uuid) -> sqlx::Result<()> {
    tx.q(PURGE_RENDITIONS).bind(referral).exec().await?;
    tx.q(PURGE).bind(referral).exec().await.map(|_| ())
}
