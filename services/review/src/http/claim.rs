//! Claims: take, renew, release, take over; open an answered case to amend its answer; end somebody else's.

use super::{Token, case_for, case_of_coordinator, holder, not_held, standing};
use crate::case::State as CaseState;
use crate::claim::LASTS;
use crate::{ReviewError, store};
use axum::extract::State;
use axum::http::StatusCode;
use kit::http::{Json, Path};
use kit::lease::Lease;
use kit::{At, Caller, Context};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// What a holder needs for every write.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = review::Lease)]
pub struct LeaseView {
    /// Goes with every write.
    token: Uuid,
    /// Until when, unless something is done with it.
    expires_at: At,
}

/// Until when a renewed claim holds.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = review::Renewed)]
pub struct Renewed {
    expires_at: At,
}

/// Starts reading: takes a free case, or one's own in a new window, whose old token is then lost.
#[utoipa::path(
    post, path = "/cases/{id}/claim", operation_id = "reviewClaim", tag = "review", params(("id" = Uuid, Path)),
    responses((status = 200, body = LeaseView), (status = 409, description = "`claimed-by-other`, `withdrawn` or `answered`", body = kit::http::ProblemBody))
)]
pub async fn claim(
    State(ctx): State<Context>,
    caller: Caller,
    Path(id): Path<Uuid>,
) -> Result<Json<LeaseView>, ReviewError> {
    case_for(&ctx, &caller, id).await?;
    let lease = Lease::take(&ctx, LASTS);
    if store::claim::take(&ctx.db, id, caller.person, &caller.name, lease, ctx.now()).await? {
        return Ok(Json(lease.into()));
    }
    Err(standing(&ctx, &caller, id).await?.not_taken(caller.person))
}

/// Goes on reading.
#[utoipa::path(
    post, path = "/cases/{id}/renew", operation_id = "reviewRenew", tag = "review", params(("id" = Uuid, Path)), request_body = Token,
    responses((status = 200, body = Renewed), (status = 409, description = "`claim-lost`", body = kit::http::ProblemBody))
)]
pub async fn renew(
    State(ctx): State<Context>,
    caller: Caller,
    Path(id): Path<Uuid>,
    Json(body): Json<Token>,
) -> Result<Json<Renewed>, ReviewError> {
    case_for(&ctx, &caller, id).await?;
    let holder = holder(&ctx, &caller, id, body.token);
    let expires_at = holder.now + LASTS;
    let mut tx = ctx.begin().await?;
    if !store::claim::hold(&mut tx, holder, expires_at).await? {
        drop(tx);
        return Err(not_held(&ctx, &caller, id).await);
    }
    tx.commit().await?;
    Ok(Json(Renewed { expires_at }))
}

/// Puts the case back.
#[utoipa::path(
    post, path = "/cases/{id}/release", operation_id = "reviewRelease", tag = "review", params(("id" = Uuid, Path)), request_body = Token,
    responses((status = 204), (status = 409, description = "`claim-lost`", body = kit::http::ProblemBody))
)]
pub async fn release(
    State(ctx): State<Context>,
    caller: Caller,
    Path(id): Path<Uuid>,
    Json(body): Json<Token>,
) -> Result<StatusCode, ReviewError> {
    case_for(&ctx, &caller, id).await?;
    let mut tx = ctx.begin().await?;
    if !store::claim::let_go(&mut tx, holder(&ctx, &caller, id, body.token)).await? {
        drop(tx);
        return Err(not_held(&ctx, &caller, id).await);
    }
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Takes the case from whoever reads it: for a coordinator of its department.
#[utoipa::path(
    post, path = "/cases/{id}/take-over", operation_id = "reviewTakeOver", tag = "review", params(("id" = Uuid, Path)),
    responses((status = 200, body = LeaseView), (status = 404, body = kit::http::ProblemBody))
)]
pub async fn take_over(
    State(ctx): State<Context>,
    caller: Caller,
    Path(id): Path<Uuid>,
) -> Result<Json<LeaseView>, ReviewError> {
    case_of_coordinator(&ctx, &caller, id).await?;
    let lease = Lease::take(&ctx, LASTS);
    if store::claim::take_over(&ctx.db, id, caller.person, &caller.name, lease, ctx.now()).await? {
        return Ok(Json(lease.into()));
    }
    Err(standing(&ctx, &caller, id).await?.not_taken(caller.person))
}

/// Starts an amendment: takes a case that was answered, or one's own in a new window. The answer that was sent stays as it was.
#[utoipa::path(
    post, path = "/cases/{id}/amend", operation_id = "reviewAmend", tag = "review", params(("id" = Uuid, Path)),
    responses((status = 200, body = LeaseView), (status = 409, description = "`not-answered`, `claimed-by-other`, `declined` or `withdrawn`", body = kit::http::ProblemBody))
)]
pub async fn amend(
    State(ctx): State<Context>,
    caller: Caller,
    Path(id): Path<Uuid>,
) -> Result<Json<LeaseView>, ReviewError> {
    case_for(&ctx, &caller, id).await?;
    let lease = Lease::take(&ctx, LASTS);
    if store::claim::amend(&ctx.db, id, caller.person, &caller.name, lease, ctx.now()).await? {
        return Ok(Json(lease.into()));
    }
    Err(standing(&ctx, &caller, id).await?.not_amended(caller.person))
}

/// Whose claim is to end: the one that stood on the board.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = review::Freed)]
pub struct Freed {
    holder_id: Uuid,
}

/// Ends somebody's reading, for a coordinator of the department: what they wrote stays theirs. One that is over already, or
/// of somebody else by now, is left alone.
#[utoipa::path(
    post, path = "/cases/{id}/free", operation_id = "reviewFree", tag = "review", params(("id" = Uuid, Path)), request_body = Freed,
    responses((status = 204), (status = 404, body = kit::http::ProblemBody), (status = 409, description = "`already-signed`", body = kit::http::ProblemBody))
)]
pub async fn free(
    State(ctx): State<Context>,
    caller: Caller,
    Path(id): Path<Uuid>,
    Json(Freed { holder_id }): Json<Freed>,
) -> Result<StatusCode, ReviewError> {
    let case = case_of_coordinator(&ctx, &caller, id).await?;
    if case.state == CaseState::Signed {
        return Err(ReviewError::Signed);
    }
    store::claim::free_from(&ctx.db, id, holder_id, caller.person, ctx.now()).await?;
    Ok(StatusCode::NO_CONTENT)
}

impl From<Lease> for LeaseView {
    fn from(lease: Lease) -> Self {
        Self { token: lease.token, expires_at: lease.expires_at }
    }
}
