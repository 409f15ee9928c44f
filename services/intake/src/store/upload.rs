//! Uploads under way and their staged pieces. The offset moves by compare-and-set, so any replica can take any piece.

use super::in_scope;
use crate::upload::Metadata;
use crate::vocabulary::View;
use kit::{At, Caller, Context, Db, Role, Tx, statements};
use uuid::Uuid;

macro_rules! columns {
    () => {
        "u.id, u.referral, u.image, u.finding, u.view, u.person, u.role, u.length, u.pos, u.sha256, u.moved_at, u.expires_at, u.ended_at, u.finished_at, u.captured_at"
    };
}

statements! {
    ADD = "insert into intake_upload (id, referral, image, finding, view, length, pos, sha256, created_at, moved_at, expires_at, person, role, captured_at) \
        values ($1, $2, $3, $4, $5, $6, 0, $7, $8, $8, $9, $10, $11, $12)";
    FIND = concat!("select ", columns!(), " from intake_upload u join intake_referral r on r.id = u.referral where u.id = $1 and r.discarded_at is null and r.erased_at is null and ", in_scope!());
    ANY = concat!("select ", columns!(), " from intake_upload u where u.id = $1");
    MOVE = "update intake_upload set pos = $3, moved_at = $4, expires_at = $5 where id = $1 and pos = $2 and finished_at is null and ended_at is null";
    FINISH = "update intake_upload set pos = length, moved_at = $3, finished_at = $3 where id = $1 and pos = $2 and finished_at is null and ended_at is null";
    END = "update intake_upload set ended_at = $2 where id = $1 and finished_at is null and ended_at is null";
    END_TWINS = "update intake_upload set ended_at = $3 where referral = $1 and image = $2 and pos = 0 and finished_at is null and ended_at is null";
    DELETE = "delete from intake_upload where id = $1";
    COMPLETE = concat!("select ", columns!(), " from intake_upload u where u.pos = u.length and u.finished_at is null and u.ended_at is null and u.moved_at < $1 order by u.moved_at limit 20");
    EXPIRED = concat!("select ", columns!(), " from intake_upload u where u.expires_at < $1 and u.pos < u.length and u.finished_at is null and u.ended_at is null order by u.expires_at limit 20");
    UNFINISHED = concat!("select ", columns!(), " from intake_upload u where u.referral = $1 and u.finished_at is null and u.ended_at is null order by u.created_at");
    OVER = "select id from intake_upload where expires_at < $1 and (finished_at is not null or ended_at is not null) order by expires_at limit 200";
    LEFT_OVER = "select distinct u.id from intake_upload u join intake_piece p on p.upload = u.id where (u.finished_at is not null or u.ended_at is not null) and u.moved_at < $1 limit 20";
    OF_REFERRAL = "select id from intake_upload where referral = $1";
    ADD_PIECE = "insert into intake_piece (upload, pos, length, object) values ($1, $2, $3, $4)";
    PIECES = "select pos, length, object from intake_piece where upload = $1 order by pos";
    DELETE_PIECES = "delete from intake_piece where upload = $1";
    IS_STAGED = "select pos from intake_piece where upload = $1 and object = $2";
}

/// An upload.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Row {
    pub id: Uuid,
    pub referral: Uuid,
    pub image: Uuid,
    pub finding: Option<Uuid>,
    pub view: View,
    /// Who began it.
    pub person: Uuid,
    /// In which role.
    pub role: Role,
    pub length: i64,
    pub pos: i64,
    pub sha256: Option<Vec<u8>>,
    /// When something of it arrived last, or when it began.
    pub moved_at: At,
    pub expires_at: At,
    /// Expired: its pieces are gone.
    pub ended_at: Option<At>,
    /// The picture stands.
    pub finished_at: Option<At>,
    /// When it was taken, by the client's word.
    pub captured_at: Option<At>,
}

impl Row {
    /// What the client said about it.
    pub fn metadata(&self) -> Metadata {
        Metadata {
            referral: self.referral,
            image: self.image,
            view: self.view,
            finding: self.finding,
            sha256: self.sha256.clone(),
            captured: self.captured_at,
        }
    }
}

/// A staged piece.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Piece {
    /// Where it begins.
    pub pos: i64,
    /// How long it is.
    pub length: i64,
    /// The sealed object.
    pub object: String,
}

/// Adds an upload by a person in a role.
pub async fn add(
    tx: &mut Tx,
    id: Uuid,
    metadata: &Metadata,
    length: i64,
    expires: At,
    by: (Uuid, Role),
) -> sqlx::Result<()> {
    let now = tx.now();
    tx.q(ADD)
        .bind(id)
        .bind(metadata.referral)
        .bind(metadata.image)
        .bind(metadata.finding)
        .bind(metadata.view)
        .bind(length)
        .bind(metadata.sha256.clone())
        .bind(now)
        .bind(expires)
        .bind(by.0)
        .bind(by.1)
        .bind(metadata.captured)
        .exec_one()
        .await
}

/// An upload to a referral of the caller's practice.
pub async fn find(ctx: &Context, caller: &Caller, id: Uuid) -> sqlx::Result<Option<Row>> {
    ctx.db.q(FIND).bind(id).bind(caller.person).bind(ctx.now()).opt().await
}

/// Any upload, for the rules that finish one.
pub async fn any(db: &Db, id: Uuid) -> sqlx::Result<Option<Row>> {
    db.q(ANY).bind(id).opt().await
}

/// Moves the offset from the first piece's beginning to the last one's end and notes the pieces; false when another
/// request moved it first.
pub async fn advance(tx: &mut Tx, id: Uuid, pieces: &[Piece], expires: At) -> sqlx::Result<bool> {
    let (Some(first), Some(last)) = (pieces.first(), pieces.last()) else {
        return Ok(true);
    };
    let now = tx.now();
    let end = last.pos + last.length;
    if tx.q(MOVE).bind(id).bind(first.pos).bind(end).bind(now).bind(expires).exec().await? != 1 {
        return Ok(false);
    }
    for piece in pieces {
        tx.q(ADD_PIECE).bind(id).bind(piece.pos).bind(piece.length).bind(piece.object.clone()).exec_one().await?;
    }
    Ok(true)
}

/// Notes that the picture stands, with every byte after `pos`; false when another request did, or moved the offset.
pub async fn finish(tx: &mut Tx, id: Uuid, pos: i64) -> sqlx::Result<bool> {
    let now = tx.now();
    Ok(tx.q(FINISH).bind(id).bind(pos).bind(now).exec().await? == 1)
}

/// Notes that it expired.
pub async fn end(tx: &mut Tx, id: Uuid) -> sqlx::Result<bool> {
    let now = tx.now();
    Ok(tx.q(END).bind(id).bind(now).exec().await? == 1)
}

/// Deletes an upload with the rows of its pieces; false when it is gone already.
pub async fn delete(tx: &mut Tx, id: Uuid) -> sqlx::Result<bool> {
    tx.q(DELETE_PIECES).bind(id).exec().await?;
    Ok(tx.q(DELETE).bind(id).exec().await? == 1)
}

/// Ends the other uploads of the same picture that were begun and got no byte: the client lost the answer that named them, and
/// they would hold up the referral.
pub async fn end_twins(tx: &mut Tx, row: &Row) -> sqlx::Result<()> {
    let now = tx.now();
    tx.q(END_TWINS).bind(row.referral).bind(row.image).bind(now).exec().await.map(|_| ())
}

/// Uploads that have every byte, since before `before`, and no picture: a crash came between.
pub async fn complete(db: &Db, before: At) -> sqlx::Result<Vec<Row>> {
    db.q(COMPLETE).bind(before).all().await
}

/// Uploads whose time is over before every byte came. One that has every byte is a picture that somebody waits for.
pub async fn expired(db: &Db, now: At) -> sqlx::Result<Vec<Row>> {
    db.q(EXPIRED).bind(now).all().await
}

/// A referral's uploads under way, oldest first.
pub async fn unfinished(tx: &mut Tx, referral: Uuid) -> sqlx::Result<Vec<Row>> {
    tx.q(UNFINISHED).bind(referral).all().await
}

/// Uploads to forget.
pub async fn over(db: &Db, before: At) -> sqlx::Result<Vec<(Uuid,)>> {
    db.q(OVER).bind(before).all().await
}

/// Uploads that are over and still have pieces.
pub async fn left_over(db: &Db, before: At) -> sqlx::Result<Vec<(Uuid,)>> {
    db.q(LEFT_OVER).bind(before).all().await
}

/// A referral's uploads.
pub async fn of_referral(db: &Db, referral: Uuid) -> sqlx::Result<Vec<(Uuid,)>> {
    db.q(OF_REFERRAL).bind(referral).all().await
}

/// The pieces in their order.
pub async fn pieces(db: &Db, id: Uuid) -> sqlx::Result<Vec<Piece>> {
    db.q(PIECES).bind(id).all().await
}

/// Forgets the pieces.
pub async fn delete_pieces(db: &Db, id: Uuid) -> sqlx::Result<()> {
    db.q(DELETE_PIECES).bind(id).exec().await.map(|_| ())
}

/// Whether an object is a piece of an upload.
pub async fn is_staged(db: &Db, upload: Uuid, object: &str) -> sqlx::Result<bool> {
    let row: Option<(i64,)> = db.q(IS_STAGED).bind(upload).bind(object.to_owned()).opt().await?;
    Ok(row.is_some())
}
