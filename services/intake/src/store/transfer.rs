//! Referrals that went to another practice with their patient: the one line that is left in the old one.

use kit::{At, Db, Tx, statements};
use uuid::Uuid;

/// The table.
pub const SCHEMA: &str = "
    create table intake_transfer (
        referral {uuid} not null, at {at} not null, from_practice {uuid} not null, to_practice {uuid} not null,
        person {uuid} not null, primary key (referral, at)
    ) {strict};
";

statements! {
    MOVE = "update intake_referral set practice = $3, updated_at = $4 where id = $1 and practice = $2 and discarded_at is null and erased_at is null \
        and (state in ('submitted', 'in-review', 'awaiting-information') or (answered_at is not null and acknowledged_at is null))";
    ADD = "insert into intake_transfer (referral, at, from_practice, to_practice, person) values ($1, $2, $3, $4, $5)";
    DONE = "select to_practice from intake_transfer where referral = $1 and person = $2 order by at desc limit 1";
}

/// Moves an open referral; false when it is not (any more) there.
pub async fn transfer(tx: &mut Tx, id: Uuid, (from, to): (Uuid, Uuid), person: Uuid) -> sqlx::Result<bool> {
    let now: At = tx.now();
    if tx.q(MOVE).bind(id).bind(from).bind(to).bind(now).exec().await? != 1 {
        return Ok(false);
    }
    tx.q(ADD).bind(id).bind(now).bind(from).bind(to).bind(person).exec_one().await?;
    Ok(true)
}

/// Where somebody sent a referral last.
pub async fn sent_by(db: &Db, id: Uuid, person: Uuid) -> sqlx::Result<Option<Uuid>> {
    let row: Option<(Uuid,)> = db.q(DONE).bind(id).bind(person).opt().await?;
    Ok(row.map(|(practice,)| practice))
}
