//! Mails: decided once, leased, sent, remembered for a month.

use kit::lease::Lease;
use kit::{At, Db, Tx, statements};
use time::Duration;
use uuid::Uuid;

statements! {
    WAITING = "select id from notify_mail where person = $1 and digest = $2 and state = 'waiting' and lease_token is null order by made_at limit 1";
    ADD = "insert into notify_mail (id, person, digest, day, state, made_at, due_at, attempts) values ($1, $2, $3, $4, 'waiting', $5, $5, 0) \
        on conflict (person, day) where day is not null do nothing";
    CARRY = "update notify_item set mail = $2 where person = $1 and urgent = $3 and mail is null";
    LEAVE = "update notify_item set mail = null where mail = $1";
    TAKE = "update notify_mail set lease_token = $1, lease_expires_at = $2, attempts = attempts + 1 \
        where id = (select id from notify_mail where state = 'waiting' and due_at <= $3 and (lease_expires_at is null or lease_expires_at <= $3) \
            order by due_at limit 1) \
        and state = 'waiting' and (lease_expires_at is null or lease_expires_at <= $3) returning id, person, digest, attempts";
    NEWS = concat!(
        "select 1 from notify_item i left join notify_wait w on w.referral = i.referral and w.what = i.what where i.mail = $1 and exists (select 1 from kit_grant g \
         where g.person = $2 and (i.what = 'mistake' or g.practice = ", crate::store::wait::owner!("$3"), " or g.department = w.department) and g.starts_at <= $3 \
         and (g.ends_at is null or g.ends_at > $3)) limit 1"
    );
    DATE = "update notify_mail set day = $3 where id = $1 and lease_token = $2 and lease_expires_at > $4";
    END = "update notify_mail set state = $3, ended_at = $4, day = case when $3 = 'sent' then day end, lease_token = null, lease_expires_at = null \
        where id = $1 and lease_token = $2 and lease_expires_at > $4";
    PUT_OFF = "update notify_mail set due_at = $3, lease_token = null, lease_expires_at = null where id = $1 and lease_token = $2 and lease_expires_at > $4";
    ALL_WAIT = "update notify_mail set due_at = $1 where state = 'waiting' and due_at < $1 and (lease_expires_at is null or lease_expires_at <= $2)";
    OLD = "select 1 from notify_mail where state <> 'waiting' and ended_at < $1 limit 1";
    FORGET = "delete from notify_mail where state <> 'waiting' and ended_at < $1";
}

/// So long it is remembered which mail was sent.
pub const REMEMBERED: Duration = Duration::days(30);

/// A mail that is being sent.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Mail {
    /// Its id.
    pub id: Uuid,
    /// To whom.
    pub person: Uuid,
    /// The one of a day, or at once.
    pub digest: bool,
    /// How often it was begun, this time included.
    pub attempts: i64,
}

/// How a mail ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// The server took it.
    Sent,
    /// Nobody had anything to learn from it any more.
    Dropped,
    /// The server will never take it.
    Refused,
}

impl End {
    fn as_str(self) -> &'static str {
        match self {
            Self::Sent => "sent",
            Self::Dropped => "dropped",
            Self::Refused => "refused",
        }
    }
}

/// The mail of a kind that waits for the person and is not being sent.
async fn waiting(tx: &mut Tx, person: Uuid, digest: bool) -> sqlx::Result<Option<Uuid>> {
    let row: Option<(Uuid,)> = tx.q(WAITING).bind(person).bind(digest).opt().await?;
    Ok(row.map(|(id,)| id))
}

async fn add(tx: &mut Tx, id: Uuid, person: Uuid, day: Option<String>) -> sqlx::Result<bool> {
    let now = tx.now();
    Ok(tx.q(ADD).bind(id).bind(person).bind(day.is_some()).bind(day).bind(now).exec().await? == 1)
}

/// Whatever is urgent and new for the person goes at once: with the mail that waits, or with a new one under this id.
pub async fn at_once(tx: &mut Tx, id: Uuid, person: Uuid) -> sqlx::Result<()> {
    let mail = if let Some(waiting) = waiting(tx, person, false).await? {
        waiting
    } else {
        add(tx, id, person, None).await?;
        id
    };
    tx.q(CARRY).bind(person).bind(mail).bind(true).exec().await.map(|_| ())
}

/// Whatever else is new for the person goes with the digest that waits, or with the one of this day; `false` when the
/// person has had one on this day, or another process was faster.
pub async fn digest(tx: &mut Tx, id: Uuid, person: Uuid, day: &str) -> sqlx::Result<bool> {
    let mail = match waiting(tx, person, true).await? {
        Some(waiting) => waiting,
        None if add(tx, id, person, Some(day.to_owned())).await? => id,
        None => return Ok(false),
    };
    Ok(tx.q(CARRY).bind(person).bind(mail).bind(false).exec().await? > 0)
}

/// Leases the mail that waited longest, if one is due.
pub async fn take(db: &Db, lease: Lease, now: At) -> sqlx::Result<Option<Mail>> {
    db.q(TAKE).bind(lease.token).bind(lease.expires_at).bind(now).opt().await
}

/// Whether anything that it carries still waits, where the person still works. A notice is theirs wherever they work.
pub async fn is_news(db: &Db, mail: &Mail, now: At) -> sqlx::Result<bool> {
    let row: Option<(i32,)> = db.q(NEWS).bind(mail.id).bind(mail.person).bind(now).opt().await?;
    Ok(row.is_some())
}

/// Says on which day a digest goes. `false` when it does not go: the lease was lost, or another one was decided for this day while
/// this one was taken up, and that one carries what is new.
pub async fn date(db: &Db, mail: &Mail, lease: Lease, day: &str, now: At) -> sqlx::Result<bool> {
    match db.q(DATE).bind(mail.id).bind(lease.token).bind(day.to_owned()).bind(now).exec().await {
        Err(error) if kit::db::is_duplicate(&error) => {
            db.q(LEAVE).bind(mail.id).exec().await?;
            end(db, mail, lease, End::Dropped, now).await?;
            Ok(false)
        }
        dated => Ok(dated? == 1),
    }
}

/// Ends it; one whose lease was lost is somebody else's to end. A day on which nothing was sent is free again.
pub async fn end(db: &Db, mail: &Mail, lease: Lease, end: End, now: At) -> sqlx::Result<()> {
    db.q(END).bind(mail.id).bind(lease.token).bind(end.as_str().to_owned()).bind(now).exec().await.map(|_| ())
}

/// Gives it back until later.
pub async fn put_off(db: &Db, mail: &Mail, lease: Lease, until: At, now: At) -> sqlx::Result<()> {
    db.q(PUT_OFF).bind(mail.id).bind(lease.token).bind(until).bind(now).exec().await.map(|_| ())
}

/// All others wait as long; says how many.
pub async fn all_wait(db: &Db, until: At, now: At) -> sqlx::Result<u64> {
    db.q(ALL_WAIT).bind(until).bind(now).exec().await
}

/// Forgets what was sent long ago. It looks before it writes: a delete of nothing still takes the writer's lock.
pub async fn forget(db: &Db, now: At) -> sqlx::Result<()> {
    let old: Option<(i32,)> = db.q(OLD).bind(now - REMEMBERED).opt().await?;
    if old.is_some() {
        db.q(FORGET).bind(now - REMEMBERED).exec().await?;
    }
    Ok(())
}
