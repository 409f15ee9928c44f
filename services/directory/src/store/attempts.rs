//! Counted tries, per keyed hash of who is tried.

use kit::{At, Context, Tx, statements};

statements! {
    COUNT = "insert into directory_attempt (who, failures, began_at) values ($1, 1, $2)
        on conflict (who) do update set
            failures = case when directory_attempt.began_at <= $3 then 1 else directory_attempt.failures + 1 end,
            began_at = case when directory_attempt.began_at <= $3 then excluded.began_at else directory_attempt.began_at end
        returning failures, began_at";
    GIVE_BACK = "update directory_attempt set failures = failures - 1 where who = $1 and failures > 0";
    FORGET = "delete from directory_attempt where who = $1";
}

/// Counts one try more; returns its number and when the window began. One statement: two tries at once are two.
pub async fn count(ctx: &Context, who: &[u8], now: At, window_from: At) -> sqlx::Result<(i64, At)> {
    let mut tx = ctx.begin().await?;
    let counted = tx.q(COUNT).bind(who.to_vec()).bind(now).bind(window_from).one().await?;
    tx.commit().await?;
    Ok(counted)
}

/// Forgets the tries after a success.
pub async fn forget(tx: &mut Tx, who: &[u8]) -> sqlx::Result<u64> {
    tx.q(FORGET).bind(who.to_vec()).exec().await
}

/// Takes one try back.
pub async fn give_back(tx: &mut Tx, who: &[u8]) -> sqlx::Result<u64> {
    tx.q(GIVE_BACK).bind(who.to_vec()).exec().await
}
