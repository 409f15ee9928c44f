//! What one practice may leave lying about: drafts, unfinished uploads, bytes. Sent referrals are not limited.
//!
//! The limits stand in the settings, the `limits` route tells them, and who reaches one hears what to do. Nothing that was
//! typed is lost by it: an existing draft is always saved.

use crate::store::quota;
use axum::http::StatusCode;
use kit::{Context, Problem, Tx};
use uuid::Uuid;

/// When to try again: somebody has to send or discard something first.
const RETRY_S: u32 = 60;

fn refused(status: StatusCode, code: &'static str, detail: String) -> Problem {
    metrics::counter!("quota_refusals_total", "of" => code).increment(1);
    let mut problem = Problem::new(status, code, detail);
    problem.retry_after = Some(RETRY_S);
    problem
}

/// After a draft was added in the transaction.
///
/// # Errors
/// 429 when the practice has one too many.
pub async fn drafts(ctx: &Context, tx: &mut Tx, practice: Uuid) -> Result<(), Problem> {
    let most = ctx.settings.quotas.drafts;
    quota::lock(tx, practice).await?;
    if quota::drafts(tx, practice).await? <= most {
        return Ok(());
    }
    let detail = format!(
        "Your practice has {most} open drafts, which is the most. Send or discard some, then save this one again; what you typed stays here."
    );
    Err(refused(StatusCode::TOO_MANY_REQUESTS, "too-many-drafts", detail))
}

/// After an upload was added in the transaction.
///
/// # Errors
/// 429 for one upload too many, 507 for too many bytes.
pub async fn uploads(ctx: &Context, tx: &mut Tx, practice: Uuid) -> Result<(), Problem> {
    let most = &ctx.settings.quotas;
    quota::lock(tx, practice).await?;
    let (count, bytes) = quota::waiting(tx, practice).await?;
    if count > most.uploads {
        let detail = format!(
            "Your practice has {} unfinished uploads, which is the most. Let them finish or remove them, then send this picture again.",
            most.uploads
        );
        return Err(refused(StatusCode::TOO_MANY_REQUESTS, "too-many-uploads", detail));
    }
    if bytes > most.waiting_bytes {
        let detail = format!(
            "The pictures in your practice's drafts have reached {} MiB, which is the most. Send or discard drafts, then send this picture again.",
            most.waiting_bytes >> 20
        );
        return Err(refused(StatusCode::INSUFFICIENT_STORAGE, "too-many-bytes", detail));
    }
    Ok(())
}
