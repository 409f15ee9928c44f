//! A practice's deputy and its end.

use crate::acts::closings as act;
use crate::acts::once::{Author, Keeper};
use crate::closing::NewClosing;
use axum::extract::State;
use axum::http::StatusCode;
use kit::http::{Json, Path};
use kit::idempotency::IdempotencyKey;
use kit::{Context, Problem};
use serde::Deserialize;
use uuid::Uuid;

/// Who is the deputy.
#[derive(Clone, Debug, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Deputy {
    /// A clinician of the practice; nobody when null.
    #[serde(default)]
    person_id: Option<Uuid>,
}

/// By an administrator, or by whoever keeps the practice's people.
#[utoipa::path(put, path = "/practices/{id}/deputy", tag = "directory", params(("id" = Uuid, Path), IdempotencyKey),
    request_body = Deputy, responses((status = NO_CONTENT, description = "It holds from now on."),
        (status = UNPROCESSABLE_ENTITY, description = "`not-a-clinician` on `personId`")))]
pub async fn name_deputy(
    State(ctx): State<Context>,
    keeper: Keeper,
    Path(practice): Path<Uuid>,
    Json(deputy): Json<Deputy>,
) -> Result<StatusCode, Problem> {
    act::name_deputy(&ctx, &keeper, practice, deputy.person_id).await?;
    Ok(StatusCode::NO_CONTENT)
}

#[utoipa::path(post, path = "/practices/{id}/closing", tag = "directory", params(("id" = Uuid, Path), IdempotencyKey),
    request_body = NewClosing, responses((status = NO_CONTENT, description = "From that day on the other practice answers for it."),
        (status = UNPROCESSABLE_ENTITY, description = "Field errors; `required` on `coveringId` while referrals are open in it")))]
pub async fn close(
    State(ctx): State<Context>,
    author: Author,
    Path(practice): Path<Uuid>,
    Json(new): Json<NewClosing>,
) -> Result<StatusCode, Problem> {
    act::close(&ctx, &author, practice, &new).await?;
    Ok(StatusCode::NO_CONTENT)
}
