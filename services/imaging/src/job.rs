//! A job per picture, and the tiles of large ones that it leads to once it is ready: all SQL of imaging.

use kit::lease::Lease;
use kit::pictures::Stored;
use kit::scrub::Scrub;
use kit::{At, Context, Db, Error, Migration, Tx, statements};
use time::Duration;
use uuid::Uuid;

/// Jobs and the derivatives that came of them.
pub const MIGRATIONS: &[Migration] = &[FIRST, TRACE, DAMAGED, REQUEST, TILES];

const FIRST: Migration = Migration {
    number: 1,
    name: "jobs and derivatives",
    sql: "
        create table imaging_job (
            image {uuid} primary key, referral {uuid} not null, practice {uuid}, specialty text not null, test {bool} not null,
            object text not null, sha256 {bytes} not null, stored_sha256 {bytes} not null,
            stored_bytes {bigint} not null, state text not null, due_at {at} not null,
            lease_token {uuid}, lease_expires_at {at}, attempts {bigint} not null
        ) {strict};
        create index imaging_job_waiting on imaging_job (due_at) where state = 'waiting';
        create table imaging_derivative (
            image {uuid} not null, longest {bigint} not null, object text not null, stored_sha256 {bytes} not null,
            primary key (image, longest)
        ) {strict};
    ",
};

const TRACE: Migration = Migration {
    number: 2,
    name: "the trace that a job belongs to",
    sql: "alter table imaging_job add column trace text not null default '';",
};

const DAMAGED: Migration = Migration {
    number: 20,
    name: "originals that can't be read",
    sql: "alter table imaging_job add column damaged_at {at};
        create index imaging_job_damaged on imaging_job (due_at) where state = 'damaged';",
};

const REQUEST: Migration = Migration {
    number: 30,
    name: "the request behind a job",
    sql: "alter table imaging_job add column request {uuid};",
};

const TILES: Migration = Migration {
    number: 80,
    name: "tiles of large pictures",
    sql: "alter table imaging_job add column tiles text;
        alter table imaging_job add column tiles_due_at {at};
        alter table imaging_job add column tiles_attempts {bigint} not null default 0;
        create index imaging_job_tiles on imaging_job (tiles_due_at) where tiles = 'due';
        create table imaging_tile (
            image {uuid} not null, across {bigint} not null, down {bigint} not null, object text not null,
            stored_sha256 {bytes} not null, primary key (image, across, down)
        ) {strict};",
};

statements! {
    WAITING = "select count(*), min(due_at) from imaging_job where state = 'waiting'";
    ADD = "insert into imaging_job (image, referral, practice, specialty, test, object, sha256, stored_sha256, stored_bytes, state, due_at, attempts, trace, request)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'waiting', $10, 0, $11, $12) on conflict (image) do nothing";
    TAKE = "update imaging_job set lease_token = $1, lease_expires_at = $2, attempts = attempts + 1
        where image = (select image from imaging_job where state = 'waiting' and due_at <= $3
                and (lease_expires_at is null or lease_expires_at <= $3) order by due_at limit 1)
            and state = 'waiting' and (lease_expires_at is null or lease_expires_at <= $3)
        returning image, referral, practice, specialty, test, object, sha256, stored_sha256, stored_bytes, attempts, trace, request, damaged_at";
    END = "update imaging_job set state = $3, lease_token = null, lease_expires_at = null
        where image = $1 and lease_token = $2 and lease_expires_at > $4";
    RENEW = "update imaging_job set lease_expires_at = $3 where image = $1 and lease_token = $2 and lease_expires_at > $4";
    PUT_OFF = "update imaging_job set due_at = $3, lease_token = null, lease_expires_at = null
        where image = $1 and lease_token = $2 and lease_expires_at > $4";
    ADD_DERIVATIVE = "insert into imaging_derivative (image, longest, object, stored_sha256) values ($1, $2, $3, $4)
        on conflict (image, longest) do update set object = excluded.object, stored_sha256 = excluded.stored_sha256";
    DERIVATIVES = "select longest, object, stored_sha256 from imaging_derivative where image = $1";
    ORIGINAL_LOST = "update imaging_job set state = 'damaged', damaged_at = coalesce(damaged_at, $3), due_at = $4, attempts = 0, lease_token = null, lease_expires_at = null
        where image = $1 and lease_token = $2 and lease_expires_at > $3";
    ORIGINAL_FOUND = "update imaging_job set damaged_at = null where image = $1";
    LOOK_AGAIN = "update imaging_job set state = 'waiting' where state = 'damaged' and due_at <= $1";
    AGAIN = "update imaging_job set state = 'waiting', due_at = $2, attempts = 0 where state = 'ready'
        and image = $1 and exists (select 1 from imaging_derivative d where d.image = $1 and d.object = $3)";
    SCRUB_TOTAL = "select count(*) from imaging_job where state = 'ready'";
    SCRUB_PAGE = "select d.image, d.object, d.stored_sha256 from imaging_derivative d
        where d.image in (select image from imaging_job where image > $1 and state = 'ready' order by image limit 20)
        union all select t.image, t.object, t.stored_sha256 from imaging_tile t
        where t.image in (select image from imaging_job where image > $1 and state = 'ready' order by image limit 20) order by 1, 2";
    TILES_DUE = "update imaging_job set tiles = 'due', tiles_due_at = $2, tiles_attempts = 0 where image = $1 and tiles is null";
    TAKE_TILES = "update imaging_job set lease_token = $1, lease_expires_at = $2, tiles_attempts = tiles_attempts + 1
        where image = (select image from imaging_job where tiles = 'due' and state = 'ready' and tiles_due_at <= $3
                and (lease_expires_at is null or lease_expires_at <= $3) order by tiles_due_at limit 1)
            and tiles = 'due' and state = 'ready' and (lease_expires_at is null or lease_expires_at <= $3)
            and not exists (select 1 from imaging_job w where w.state = 'waiting' and w.due_at <= $3)
        returning image, referral, practice, specialty, test, object, sha256, stored_sha256, stored_bytes, tiles_attempts as attempts, trace, request, damaged_at";
    END_TILES = "update imaging_job set tiles = $3, lease_token = null, lease_expires_at = null
        where image = $1 and lease_token = $2 and lease_expires_at > $4";
    PUT_OFF_TILES = "update imaging_job set tiles_due_at = $3, lease_token = null, lease_expires_at = null
        where image = $1 and lease_token = $2 and lease_expires_at > $4";
    ADD_TILE = "insert into imaging_tile (image, across, down, object, stored_sha256) values ($1, $2, $3, $4, $5)
        on conflict (image, across, down) do update set object = excluded.object, stored_sha256 = excluded.stored_sha256";
    TILES_OF = "select across, down, object, stored_sha256 from imaging_tile where image = $1";
    TILES_AGAIN = "update imaging_job set tiles = 'due', tiles_due_at = $2, tiles_attempts = 0 where tiles = 'made'
        and image = $1 and exists (select 1 from imaging_tile t where t.image = $1 and t.object = $3)";
}

/// The walk over derivatives and tiles.
pub const SCRUB: Scrub = Scrub { name: "imaging.derivatives", total: SCRUB_TOTAL, page: SCRUB_PAGE };

/// Derivatives and tiles that rows count on.
pub const OBJECTS: &[&str] = &[
    "select object, stored_sha256 from imaging_derivative order by object",
    "select object, stored_sha256 from imaging_tile order by object",
];

/// A picture to be decoded.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Job {
    /// The picture.
    pub image: Uuid,
    /// Its referral, whose key seals it.
    pub referral: Uuid,
    /// The practice that sent it.
    pub practice: Option<Uuid>,
    /// Its specialty.
    pub specialty: String,
    /// Training or test use.
    pub test: bool,
    object: String,
    sha256: Vec<u8>,
    stored_sha256: Vec<u8>,
    stored_bytes: i64,
    /// How often it was begun, this time included: its decoding, or its tiling.
    pub attempts: i64,
    /// The trace it belongs to.
    pub trace: String,
    /// The request that brought the picture.
    pub request: Option<Uuid>,
    /// Since when its original is known to be unreadable: the office was told then.
    pub damaged_at: Option<At>,
}

impl Job {
    /// The sealed original.
    pub fn original(&self) -> Stored {
        Stored {
            object: self.object.clone(),
            sha256: self.sha256.clone(),
            stored_sha256: self.stored_sha256.clone(),
            stored_bytes: self.stored_bytes as u64,
        }
    }
}

/// How a job ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// Derivatives stand.
    Ready,
    /// The picture was refused.
    Rejected,
    /// The referral's key was destroyed meanwhile.
    Erased,
}

impl End {
    fn as_str(self) -> &'static str {
        match self {
            Self::Ready => "ready",
            Self::Rejected => "rejected",
            Self::Erased => "erased",
        }
    }
}

/// What became of a large picture's tiles. A small picture has none of these.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tiling {
    /// Tiles stand.
    Made,
    /// The picture is sound and can be shown, but not cut: it is not tried again.
    Impossible,
    /// The referral's key was destroyed meanwhile.
    Erased,
}

impl Tiling {
    fn as_str(self) -> &'static str {
        match self {
            Self::Made => "made",
            Self::Impossible => "impossible",
            Self::Erased => "erased",
        }
    }
}

/// A tile that is stored: its place, and where its sealed bytes are.
#[derive(Clone, Debug)]
pub struct StoredTile {
    /// Tiles to the left of it.
    pub across: u32,
    /// Tiles above it.
    pub down: u32,
    /// Its sealed bytes.
    pub stored: Stored,
}

/// A new picture to decode: `(image, referral, practice)`, specialty, test flag and the original, in the present trace and
/// request. A repeat changes nothing.
pub async fn add(
    tx: &mut Tx,
    image: Uuid,
    referral: Uuid,
    practice: Option<Uuid>,
    specialty: String,
    test: bool,
    original: Stored,
) -> sqlx::Result<()> {
    let now = tx.now();
    let q = tx.q(ADD).bind(image).bind(referral).bind(practice).bind(specialty).bind(test);
    let q = q.bind(original.object).bind(original.sha256).bind(original.stored_sha256);
    let request = Some(kit::http::request_id()).filter(|id| !id.is_nil());
    q.bind(original.stored_bytes as i64).bind(now).bind(kit::trace::carried()).bind(request).exec().await?;
    Ok(())
}

/// Leases the job that waited longest, if one is due.
pub async fn take(db: &Db, lease: Lease, now: At) -> sqlx::Result<Option<Job>> {
    db.q(TAKE).bind(lease.token).bind(lease.expires_at).bind(now).opt().await
}

/// Ends a job in the holder's transaction.
///
/// # Errors
/// `RowNotFound` when the lease was lost: nothing may be committed.
pub async fn end(tx: &mut Tx, image: Uuid, lease: Lease, end: End) -> sqlx::Result<()> {
    let now = tx.now();
    tx.q(END).bind(image).bind(lease.token).bind(end.as_str().to_owned()).bind(now).exec_one().await
}

/// Goes on holding a job. A lost lease changes nothing: what comes of the work is refused then.
pub async fn renew(db: &Db, image: Uuid, lease: Lease, until: At, now: At) -> sqlx::Result<()> {
    db.q(RENEW).bind(image).bind(lease.token).bind(until).bind(now).exec().await?;
    Ok(())
}

/// Gives a job back until later: the host was at fault, not the picture.
///
/// # Errors
/// `RowNotFound` when the lease was lost.
pub async fn put_off(db: &Db, image: Uuid, lease: Lease, by: Duration, now: At) -> sqlx::Result<()> {
    db.q(PUT_OFF).bind(image).bind(lease.token).bind(now + by).bind(now).exec_one().await
}

/// Remembers a derivative.
pub async fn add_derivative(tx: &mut Tx, image: Uuid, longest: u32, stored: &Stored) -> sqlx::Result<()> {
    let q = tx.q(ADD_DERIVATIVE).bind(image).bind(i64::from(longest));
    q.bind(stored.object.clone()).bind(stored.stored_sha256.clone()).exec().await?;
    Ok(())
}

/// How much waits to be decoded.
pub async fn gauges(ctx: &Context) -> Result<(), Error> {
    let (waiting, oldest): (i64, Option<At>) = ctx.db.q(WAITING).one().await?;
    metrics::gauge!("imaging_jobs_waiting").set(waiting as f64);
    let age = oldest.map_or(0.0, |due| (ctx.now() - due).as_seconds_f64().max(0.0));
    metrics::gauge!("imaging_oldest_job_seconds").set(age);
    metrics::counter!("lease_losses_total", "of" => "imaging").increment(0);
    crate::pool::gauges();
    Ok(())
}

/// How many pictures wait to be prepared.
pub async fn waiting(ctx: &Context) -> Result<i64, Error> {
    let (waiting, _): (i64, Option<At>) = ctx.db.q(WAITING).one().await?;
    Ok(waiting)
}

/// Whether exactly these derivatives are known of a picture already: `(longest, object, stored_sha256)`.
pub async fn has_derivatives(db: &Db, image: Uuid, stand: &[(u32, Stored)]) -> sqlx::Result<bool> {
    let known: Vec<(i64, String, Vec<u8>)> = db.q(DERIVATIVES).bind(image).all().await?;
    let same = |(longest, stored): &(u32, Stored)| {
        known.iter().any(|(one, object, hash)| {
            *one == i64::from(*longest) && *object == stored.object && *hash == stored.stored_sha256
        })
    };
    Ok(known.len() == stand.len() && stand.iter().all(same))
}

/// Puts a job aside whose original can't be read; it is looked at again `by` later, in case it was put back.
///
/// # Errors
/// `RowNotFound` when the lease was lost.
pub async fn original_lost(tx: &mut Tx, image: Uuid, lease: Lease, by: Duration) -> sqlx::Result<()> {
    let now = tx.now();
    tx.q(ORIGINAL_LOST).bind(image).bind(lease.token).bind(now).bind(now + by).exec_one().await
}

/// Its original can be read (again).
pub async fn original_found(tx: &mut Tx, image: Uuid) -> sqlx::Result<()> {
    tx.q(ORIGINAL_FOUND).bind(image).exec_one().await
}

/// Looks again at originals that could not be read; says at how many.
pub async fn look_again(db: &Db, now: At) -> sqlx::Result<u64> {
    db.q(LOOK_AGAIN).bind(now).exec().await
}

/// Makes derivatives and tiles again that are known to be damaged; says how often.
pub async fn mend(db: &Db, now: At) -> sqlx::Result<u64> {
    let mut done = 0;
    for one in kit::scrub::damaged(db).await? {
        // `derivatives/<image>/<size>-<hash>`, `derivatives/<image>/tile-<across>-<down>-<hash>`
        let image =
            one.object.strip_prefix("derivatives/").and_then(|rest| rest.split('/').next()?.parse::<Uuid>().ok());
        if let Some(image) = image {
            done += db.q(AGAIN).bind(image).bind(now).bind(one.object.clone()).exec().await?;
            done += db.q(TILES_AGAIN).bind(image).bind(now).bind(one.object).exec().await?;
        }
    }
    Ok(done)
}

/// The picture is large: tiles are due, unless they were before.
pub async fn tiles_due(tx: &mut Tx, image: Uuid) -> sqlx::Result<()> {
    let now = tx.now();
    tx.q(TILES_DUE).bind(image).bind(now).exec().await.map(|_| ())
}

/// Leases the large picture that waited longest for its tiles, unless any picture waits for its derivatives.
pub async fn take_tiles(db: &Db, lease: Lease, now: At) -> sqlx::Result<Option<Job>> {
    db.q(TAKE_TILES).bind(lease.token).bind(lease.expires_at).bind(now).opt().await
}

/// Ends the tiling of a picture in the holder's transaction.
///
/// # Errors
/// `RowNotFound` when the lease was lost: nothing may be committed.
pub async fn end_tiles(tx: &mut Tx, image: Uuid, lease: Lease, end: Tiling) -> sqlx::Result<()> {
    let now = tx.now();
    tx.q(END_TILES).bind(image).bind(lease.token).bind(end.as_str().to_owned()).bind(now).exec_one().await
}

/// Gives the tiling of a picture back until later.
///
/// # Errors
/// `RowNotFound` when the lease was lost.
pub async fn put_off_tiles(db: &Db, image: Uuid, lease: Lease, by: Duration, now: At) -> sqlx::Result<()> {
    db.q(PUT_OFF_TILES).bind(image).bind(lease.token).bind(now + by).bind(now).exec_one().await
}

/// Remembers a tile.
pub async fn add_tile(tx: &mut Tx, image: Uuid, tile: &StoredTile) -> sqlx::Result<()> {
    let q = tx.q(ADD_TILE).bind(image).bind(i64::from(tile.across)).bind(i64::from(tile.down));
    q.bind(tile.stored.object.clone()).bind(tile.stored.stored_sha256.clone()).exec().await.map(|_| ())
}

/// Whether exactly these tiles are known of a picture already.
pub async fn has_tiles(db: &Db, image: Uuid, stand: &[StoredTile]) -> sqlx::Result<bool> {
    let mut known: Vec<(i64, i64, String, Vec<u8>)> = db.q(TILES_OF).bind(image).all().await?;
    let row = |tile: &StoredTile| {
        let stored = tile.stored.clone();
        (i64::from(tile.across), i64::from(tile.down), stored.object, stored.stored_sha256)
    };
    let mut stand: Vec<_> = stand.iter().map(row).collect();
    known.sort_unstable();
    stand.sort_unstable();
    Ok(known == stand)
}
