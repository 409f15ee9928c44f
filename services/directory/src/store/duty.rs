//! For whom referrals are open in which practice, projected from intake's events: a referral, its practice and a pseudonym,
//! which is empty while nobody answers for it. Nothing of a referral is kept beside its id.

use kit::{Tx, statements};
use uuid::Uuid;

/// The table.
pub const SCHEMA: &str = "
    create table directory_duty (
        referral {uuid} primary key, practice {uuid} not null, holder {bytes} not null
    ) {strict};
    create index directory_duty_holder on directory_duty (holder, practice);
";

/// Empty the table before a rebuild.
pub const RESET: &[&str] = &["delete from directory_duty"];

statements! {
    TAKE = "insert into directory_duty (referral, practice, holder) values ($1, $2, $3)
        on conflict (referral) do update set practice = excluded.practice, holder = excluded.holder";
    END = "delete from directory_duty where referral = $1";
    // `union` and not `union all`: a circle of successions ends where it began.
    OPEN = "with recursive chain (id) as (select id from directory_practice where id = $2
            union select p.id from directory_practice p join chain c on p.taken_over_by = c.id and p.closed_on <> '')
        select count(*) from directory_duty where holder = $1 and practice in (select id from chain)";
    OPEN_IN = "with recursive chain (id) as (select id from directory_practice where id = $1
            union select p.id from directory_practice p join chain c on p.taken_over_by = c.id and p.closed_on <> '')
        select count(*) from directory_duty where practice in (select id from chain)";
}

/// The referral is open, for somebody or, without a holder, for nobody yet.
pub async fn take(tx: &mut Tx, referral: Uuid, practice: Uuid, holder: Vec<u8>) -> sqlx::Result<()> {
    tx.q(TAKE).bind(referral).bind(practice).bind(holder).exec_one().await
}

/// It is open for nobody.
pub async fn end(tx: &mut Tx, referral: Uuid) -> sqlx::Result<()> {
    tx.q(END).bind(referral).exec().await.map(|_| ())
}

/// How many are open for somebody in a practice, and in those whose succession ends there.
pub async fn open(tx: &mut Tx, holder: &[u8], practice: Uuid) -> sqlx::Result<i64> {
    let (count,): (i64,) = tx.q(OPEN).bind(holder.to_vec()).bind(practice).one().await?;
    Ok(count)
}

/// How many are open in a practice, and in those whose succession ends there, whoever answers for them.
pub async fn open_in(tx: &mut Tx, practice: Uuid) -> sqlx::Result<i64> {
    let (count,): (i64,) = tx.q(OPEN_IN).bind(practice).one().await?;
    Ok(count)
}
