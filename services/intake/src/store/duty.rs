//! Who answers for a referral in its practice: the responsible clinician's id in the clear, for lists, and the name sealed.
//!
//! A referral is open for them while it waits on their list to be sent, while it is with the department, and while an
//! answer is unread. The practice that it belongs to now is the one that took over, where its own was closed or merged.

use super::in_scope;
use super::list::Row;
use super::succession::owner;
use kit::{At, Caller, Context, Db, Tx, statements};
use uuid::Uuid;

/// Open for the responsible clinician.
macro_rules! open {
    ($of:literal) => {
        concat!(
            "(",
            $of,
            "state <> 'entered-in-error' and ",
            $of,
            "discarded_at is null and ",
            $of,
            "erased_at is null and ((",
            $of,
            "state = 'draft' and ",
            $of,
            "ready_at is not null) or ",
            $of,
            "state in ('submitted', 'in-review', 'awaiting-information') or (",
            $of,
            "answered_at is not null and ",
            $of,
            "acknowledged_at is null)))"
        )
    };
}
pub(crate) use open;

/// Grant `g` is a clinician's and holds at an instant.
macro_rules! clinician {
    ($now:literal) => {
        concat!(
            "g.role = 'gp-clinician' and g.starts_at <= ",
            $now,
            " and (g.ends_at is null or g.ends_at > ",
            $now,
            ")"
        )
    };
}

/// The columns and the index of what is open.
pub const SCHEMA: &str = concat!(
    "alter table intake_referral add column responsible {uuid}; \
     alter table intake_referral add column responsible_name {bytes}; \
     alter table intake_referral add column ready_at {at}; \
     alter table intake_happening add column note {bytes}; \
     create index intake_referral_responsible on intake_referral (responsible, updated_at, id) where ",
    open!(""),
    ";"
);

statements! {
    TAKE = "update intake_referral set responsible = $2, responsible_name = $3 where id = $1";
    READY = "update intake_referral set responsible = $3, responsible_name = $4, ready_at = $5, updated_at = $5 \
        where id = $1 and version = $2 and state = 'draft' and discarded_at is null and erased_at is null \
        and (ready_at is null or responsible is null or responsible <> $3)";
    UNREADY = "update intake_referral set ready_at = null, updated_at = $2 \
        where id = $1 and state = 'draft' and ready_at is not null and discarded_at is null and erased_at is null";
    TO_SEND = concat!(
        "select ", super::list::line!(), " where r.responsible = $1 and r.state = 'draft' and r.ready_at is not null and ", open!("r."),
        " and ", in_scope!("$1", "$2"), " and (r.updated_at, r.id) < ($3, $4) order by r.updated_at desc, r.id desc limit $5"
    );
    TO_SEND_COUNT = concat!(
        "select count(*) from (select 1 from intake_referral r where r.responsible = $1 and r.state = 'draft' and r.ready_at is not null and ",
        open!("r."), " and ", in_scope!("$1", "$2"), " limit 1000) counted"
    );
    OPEN_OF = concat!("select r.id from intake_referral r where r.responsible = $1 and ", open!("r."), " and ", owner!("$3"), " = $2 order by r.id");
    OPEN_AMONG = concat!("select r.id, r.responsible from intake_referral r where r.id = $1 and ", open!("r."), " and ", owner!("$3"), " = $2");
    OPEN_COUNT = concat!("select count(*) from intake_referral r where r.responsible = $1 and ", open!("r."), " and ", owner!("$3"), " = $2");
    // Nobody who works there answers for it, and somebody could.
    FALLEN = concat!(
        "select f.id, f.owner from (select r.id, r.responsible, ", owner!("$1"), " as owner from intake_referral r where r.id > $2 and ", open!("r."), ") f \
         where (f.responsible is null or not exists (select 1 from kit_grant g where g.person = f.responsible and g.practice = f.owner and ", clinician!("$1"), ")) \
         and exists (select 1 from kit_grant g where g.practice = f.owner and ", clinician!("$1"), ") order by f.id limit 50"
    );
    CLINICIANS = concat!(
        "select g.person, g.ends_at, g.covers_for, p.name from kit_grant g left join intake_person p on p.id = g.person where g.practice = $1 and ",
        clinician!("$2"), " order by case when g.covers_for is null then 0 else 1 end, g.starts_at, g.id"
    );
    COVERED = "select covers_for from kit_grant where person = $1 and practice = $2 and role = 'gp-clinician' and covers_for is not null \
        order by starts_at desc, id desc limit 1";
}

/// A clinician who works in a practice now.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct ClinicianRow {
    pub person: Uuid,
    pub ends_at: Option<At>,
    /// For whom a locum stands in.
    pub covers_for: Option<Uuid>,
    /// Sealed; none until the person was read from the log.
    pub name: Option<Vec<u8>>,
}

/// Writes who answers for it.
pub async fn take(tx: &mut Tx, id: Uuid, person: Option<Uuid>, name: Option<Vec<u8>>) -> sqlx::Result<()> {
    tx.q(TAKE).bind(id).bind(person).bind(name).exec_one().await
}

/// Puts a draft on a clinician's list; false when another version stands, it is no draft any more, or it is there already.
pub async fn ready(tx: &mut Tx, id: Uuid, version: i64, person: Uuid, name: Vec<u8>) -> sqlx::Result<bool> {
    let now = tx.now();
    Ok(tx.q(READY).bind(id).bind(version).bind(person).bind(name).bind(now).exec().await? == 1)
}

/// Takes a draft from the list; false when it is on none.
pub async fn unready(tx: &mut Tx, id: Uuid) -> sqlx::Result<bool> {
    let now = tx.now();
    Ok(tx.q(UNREADY).bind(id).bind(now).exec().await? == 1)
}

/// Drafts that the caller is to send, newest change first.
pub async fn to_send(
    ctx: &Context,
    caller: &Caller,
    (before, below): (At, Uuid),
    limit: i64,
) -> sqlx::Result<Vec<Row>> {
    ctx.db.q(TO_SEND).bind(caller.person).bind(ctx.now()).bind(before).bind(below).bind(limit).all().await
}

/// How many there are, up to a thousand.
pub async fn to_send_count(ctx: &Context, caller: &Caller) -> sqlx::Result<i64> {
    let (count,): (i64,) = ctx.db.q(TO_SEND_COUNT).bind(caller.person).bind(ctx.now()).one().await?;
    Ok(count)
}

/// What is open for somebody in a practice.
pub async fn open_of(tx: &mut Tx, person: Uuid, practice: Uuid) -> sqlx::Result<Vec<(Uuid,)>> {
    let now = tx.now();
    tx.q(OPEN_OF).bind(person).bind(practice).bind(now).all().await
}

/// Who answers for a referral, when it is open in a practice.
pub async fn open_in(tx: &mut Tx, id: Uuid, practice: Uuid) -> sqlx::Result<Option<(Uuid, Option<Uuid>)>> {
    let now = tx.now();
    tx.q(OPEN_AMONG).bind(id).bind(practice).bind(now).opt().await
}

/// How many are open for somebody in a practice.
pub async fn open_count(db: &Db, person: Uuid, practice: Uuid, now: At) -> sqlx::Result<i64> {
    let (count,): (i64,) = db.q(OPEN_COUNT).bind(person).bind(practice).bind(now).one().await?;
    Ok(count)
}

/// Open referrals behind one that nobody who works there answers for, in the order of their ids, each with the practice that
/// it belongs to. None is the end.
pub async fn fallen(db: &Db, now: At, after: Uuid) -> sqlx::Result<Vec<(Uuid, Uuid)>> {
    db.q(FALLEN).bind(now).bind(after).all().await
}

/// Who works in a practice as a clinician: those who stay before locums, the longest there first.
pub async fn clinicians(db: &Db, practice: Uuid, now: At) -> sqlx::Result<Vec<ClinicianRow>> {
    db.q(CLINICIANS).bind(practice).bind(now).all().await
}

/// For whom somebody stood in last.
pub async fn covered(db: &Db, person: Uuid, practice: Uuid) -> sqlx::Result<Option<Uuid>> {
    let row: Option<(Option<Uuid>,)> = db.q(COVERED).bind(person).bind(practice).opt().await?;
    Ok(row.and_then(|(covered,)| covered))
}
