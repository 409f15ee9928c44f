//! A practice's end.

use crate::acts::closings as act;
use crate::acts::once::Author;
use crate::closing::NewClosing;
use axum::extract::State;
use axum::http::StatusCode;
use kit::http::{Json, Path};
use kit::idempotency::IdempotencyKey;
use kit::{Context, Problem};
use uuid::Uuid;

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
