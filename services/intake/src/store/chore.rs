//! When a costly chore was last done. Repairs are woken by every commit, on every replica; a chore waits for its turn.

use kit::{At, Context, statements};

statements! {
    TURN = "insert into intake_chore (name, done_at) values ($1, $2) on conflict (name) do update set done_at = excluded.done_at where intake_chore.done_at < $3";
}

/// Takes the turn for a chore that was not done since `since`; false when it was.
pub async fn turn(ctx: &Context, name: &str, since: At) -> sqlx::Result<bool> {
    Ok(ctx.db.q(TURN).bind(name.to_owned()).bind(ctx.now()).bind(since).exec().await? == 1)
}
