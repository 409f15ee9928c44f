//! Who has a notice of something that was entered in error: each is written to once, at once.

use kit::{At, Db, Tx, statements};
use time::Duration;
use uuid::Uuid;

/// Its table.
pub const SCHEMA: &str = "
    create table notify_notice (
        person {uuid} not null, mistake {uuid} not null, referral {uuid} not null, since {at} not null, decided_at {at},
        primary key (person, mistake)
    ) {strict};
    create index notify_notice_open on notify_notice (since) where decided_at is null;
    create index notify_notice_referral on notify_notice (referral);
    create index notify_notice_decided on notify_notice (decided_at) where decided_at is not null;
";

statements! {
    ADD = "insert into notify_notice (person, mistake, referral, since) values ($1, $2, $3, $4) on conflict (person, mistake) do nothing";
    OPEN = "select person, mistake, referral, since from notify_notice where decided_at is null order by since limit 50";
    DECIDE = "update notify_notice set decided_at = $3 where person = $1 and mistake = $2 and decided_at is null";
    FORGET = "delete from notify_notice where referral = $1";
    FORGET_ITEMS = "delete from notify_item where referral = $1 and what = 'mistake'";
    OLD = "select 1 from notify_notice where decided_at < $1 limit 1";
    FORGET_OLD = "delete from notify_notice where decided_at < $1";
    FORGET_OLD_ITEMS = "delete from notify_item where what = 'mistake' and not exists (select 1 from notify_notice n where n.person = notify_item.person and n.referral = notify_item.referral)";
}

/// A person's notice.
#[derive(Clone, Copy, Debug, sqlx::FromRow)]
pub struct Row {
    pub person: Uuid,
    /// The referral, or the picture.
    pub mistake: Uuid,
    pub referral: Uuid,
    /// When it was marked.
    pub since: At,
}

/// Adds one; a repeat changes nothing.
pub async fn add(tx: &mut Tx, row: Row) -> sqlx::Result<()> {
    let q = tx.q(ADD).bind(row.person).bind(row.mistake).bind(row.referral);
    q.bind(row.since).exec().await.map(|_| ())
}

/// Those about which nothing is decided, oldest first.
pub async fn open(db: &Db) -> sqlx::Result<Vec<Row>> {
    db.q(OPEN).all().await
}

/// Notes that it is decided; `false` when another process was faster.
pub async fn decide(tx: &mut Tx, row: &Row) -> sqlx::Result<bool> {
    let now = tx.now();
    Ok(tx.q(DECIDE).bind(row.person).bind(row.mistake).bind(now).exec().await? == 1)
}

/// Forgets what there is of a referral.
pub async fn forget(tx: &mut Tx, referral: Uuid) -> sqlx::Result<()> {
    tx.q(FORGET).bind(referral).exec().await?;
    tx.q(FORGET_ITEMS).bind(referral).exec().await.map(|_| ())
}

/// Forgets what was decided so long ago. It looks before it writes: a delete of nothing still takes the writer's lock.
pub async fn forget_old(db: &Db, now: At, remembered: Duration) -> sqlx::Result<()> {
    let old: Option<(i32,)> = db.q(OLD).bind(now - remembered).opt().await?;
    if old.is_some() {
        db.q(FORGET_OLD).bind(now - remembered).exec().await?;
        db.q(FORGET_OLD_ITEMS).exec().await?;
    }
    Ok(())
}
