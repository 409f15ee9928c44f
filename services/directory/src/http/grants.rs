//! Giving and ending a person's grants.

use super::Made;
use crate::acts::grants as act;
use crate::acts::once::Author;
use crate::grant::{GrantEnd, NewGrant};
use axum::extract::State;
use axum::http::StatusCode;
use kit::http::{Json, Path};
use kit::idempotency::IdempotencyKey;
use kit::{Context, Problem};
use uuid::Uuid;

#[utoipa::path(post, path = "/people/{id}/grants", tag = "directory", params(("id" = Uuid, Path), IdempotencyKey),
    request_body = NewGrant, responses((status = CREATED, body = Made)))]
pub async fn give(
    State(ctx): State<Context>,
    author: Author,
    Path(person): Path<Uuid>,
    Json(new): Json<NewGrant>,
) -> Result<(StatusCode, Json<Made>), Problem> {
    let id = act::give_as_asked(&ctx, &author, person, &new).await?;
    Ok((StatusCode::CREATED, Json(Made { id })))
}

#[utoipa::path(post, path = "/people/{id}/grants/{grantId}/end", tag = "directory",
    params(("id" = Uuid, Path), ("grantId" = Uuid, Path), IdempotencyKey), request_body = GrantEnd,
    responses((status = NO_CONTENT, description = "From then on every request is refused."),
        (status = CONFLICT, description = "`last-administrator`; unless forced, `last-specialist` or `open-referrals`")))]
pub async fn end(
    State(ctx): State<Context>,
    author: Author,
    Path((person, grant)): Path<(Uuid, Uuid)>,
    Json(end): Json<GrantEnd>,
) -> Result<StatusCode, Problem> {
    act::end(&ctx, &author, person, grant, &end).await?;
    Ok(StatusCode::NO_CONTENT)
}
