//! What waits at intake, for whoever looks after the deployment.

use kit::{Context, Error, statements};

statements! {
    UPLOADS = "select count(*), cast(coalesce(sum(pos), 0) as bigint) from intake_upload where finished_at is null and ended_at is null";
}

/// Uploads that are not finished, and how many of their bytes are staged.
pub async fn set(ctx: &Context) -> Result<(), Error> {
    let (count, bytes): (i64, i64) = ctx.db.q(UPLOADS).one().await?;
    metrics::gauge!("intake_uploads_unfinished").set(count as f64);
    metrics::gauge!("intake_uploads_unfinished_bytes").set(bytes as f64);
    for code in ["too-many-drafts", "too-many-uploads", "too-many-bytes"] {
        metrics::counter!("quota_refusals_total", "of" => code).increment(0);
    }
    Ok(())
}
