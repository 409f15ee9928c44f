//! What waits for the hospital, for whoever looks after the deployment: no ids, no departments.

use kit::{At, Context, Error, statements};

statements! {
    OLDEST = "select submitted_at from review_case where listed = true and specialty = $1 and priority_rank = $2 and test = false and claimed_by is null order by submitted_at limit 1";
    HELD = "select count(*) from review_answer where released_at is null and stopped_at is null";
}

const SPECIALTIES: [&str; 3] = ["dermatology", "ent", "plastic-surgery"];
const PRIORITIES: [&str; 3] = ["suspected-cancer", "urgent", "routine"];

/// The age of the oldest referral that nobody reads, per specialty and priority, and the signed answers on hold.
pub async fn set(ctx: &Context) -> Result<(), Error> {
    for specialty in SPECIALTIES {
        for (rank, priority) in (0_i64..).zip(PRIORITIES) {
            let oldest: Option<(At,)> = ctx.db.q(OLDEST).bind(specialty.to_owned()).bind(rank).opt().await?;
            let age = oldest.map_or(0.0, |(at,)| (ctx.now() - at).as_seconds_f64().max(0.0));
            metrics::gauge!("review_oldest_unclaimed_seconds", "specialty" => specialty, "priority" => priority)
                .set(age);
        }
    }
    let (held,): (i64,) = ctx.db.q(HELD).one().await?;
    metrics::gauge!("review_answers_held").set(held as f64);
    Ok(())
}
