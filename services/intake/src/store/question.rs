//! A department's questions and the office's replies. What was asked and replied is sealed.

use kit::{At, Db, Tx, statements};
use uuid::Uuid;

statements! {
    OF_REFERRAL = "select id, asked_at, asked, supplied_at, reply from intake_question where referral = $1 order by asked_at, id";
    ADD = "insert into intake_question (id, referral, asked_at, asked) values ($1, $2, $3, $4) on conflict (id) do nothing";
    REPLY = "update intake_question set supplied_at = $3, reply = $4 where id = $1 and referral = $2 and supplied_at is null";
    // One that an answer came after is open no more.
    OPEN = "select count(*) from intake_question q join intake_referral r on r.id = q.referral where q.referral = $1 and q.supplied_at is null \
        and (r.answered_at is null or q.asked_at >= r.answered_at)";
}

/// A question.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Row {
    pub id: Uuid,
    pub asked_at: At,
    /// Sealed; none when it was erased.
    pub asked: Option<Vec<u8>>,
    pub supplied_at: Option<At>,
    /// Sealed.
    pub reply: Option<Vec<u8>>,
}

/// A referral's questions, oldest first.
pub async fn of_referral(db: &Db, referral: Uuid) -> sqlx::Result<Vec<Row>> {
    db.q(OF_REFERRAL).bind(referral).all().await
}

/// Adds a question; repeating it changes nothing.
pub async fn add(tx: &mut Tx, id: Uuid, referral: Uuid, asked_at: At, asked: Option<Vec<u8>>) -> sqlx::Result<()> {
    tx.q(ADD).bind(id).bind(referral).bind(asked_at).bind(asked).exec().await.map(|_| ())
}

/// Writes the reply; false when there is one, or no such question.
pub async fn reply(tx: &mut Tx, id: Uuid, referral: Uuid, at: At, reply: Vec<u8>) -> sqlx::Result<bool> {
    Ok(tx.q(REPLY).bind(id).bind(referral).bind(at).bind(reply).exec().await? == 1)
}

/// How many questions are open.
pub async fn open(tx: &mut Tx, referral: Uuid) -> sqlx::Result<i64> {
    let (count,): (i64,) = tx.q(OPEN).bind(referral).one().await?;
    Ok(count)
}
