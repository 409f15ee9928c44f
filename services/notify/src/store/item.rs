//! What is new for a person: one row for each case and step, so that it is told once.

use kit::{At, Db, Tx, statements};
use uuid::Uuid;

statements! {
    ADD = "insert into notify_item (person, referral, what, step, since, urgent, made_at) values ($1, $2, $3, $4, $5, $6, $7) \
        on conflict (person, referral, what, step, since) do nothing";
    // Whoever has had a digest today waits until tomorrow; one that was decided and not sent yet takes what is new along.
    WAITING = "select distinct i.person from notify_item i join notify_person p on p.id = i.person \
        where i.mail is null and i.urgent = false and p.digest = true \
        and not exists (select 1 from notify_mail m where m.person = i.person and m.day = $1 and m.state <> 'waiting') limit 100";
}

/// What is new.
#[derive(Clone, Copy, Debug)]
pub struct Item {
    pub referral: Uuid,
    /// What waits, or `mistake`.
    pub what: &'static str,
    /// On which step.
    pub step: &'static str,
    /// Since when it is theirs.
    pub since: At,
    /// At once, or with the next digest.
    pub urgent: bool,
}

/// Adds one; `false` when the person was told this step already.
pub async fn add(tx: &mut Tx, person: Uuid, item: Item) -> sqlx::Result<bool> {
    let now = tx.now();
    let q = tx.q(ADD).bind(person).bind(item.referral).bind(item.what.to_owned()).bind(item.step.to_owned());
    Ok(q.bind(item.since).bind(item.urgent).bind(now).exec().await? == 1)
}

/// People with something new who may get a digest on a day.
pub async fn waiting(db: &Db, day: &str) -> sqlx::Result<Vec<Uuid>> {
    let rows: Vec<(Uuid,)> = db.q(WAITING).bind(day.to_owned()).all().await?;
    Ok(rows.into_iter().map(|(person,)| person).collect())
}
