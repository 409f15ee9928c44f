//! A practice's deputy.

use crate::acts::deputy as act;
use crate::acts::once::Keeper;
use crate::deputy::DeputyChoice;
use axum::extract::State;
use axum::http::StatusCode;
use kit::http::{Json, Path};
use kit::{Context, Problem};
use uuid::Uuid;

/// By an administrator, or by whoever keeps the practice's people.
#[utoipa::path(put, path = "/practices/{id}/deputy", tag = "directory", params(("id" = Uuid, Path)),
    request_body = DeputyChoice, responses((status = NO_CONTENT, description = "It holds from now on."),
        (status = UNPROCESSABLE_ENTITY, description = "`not-of-practice` on `personId`")))]
pub async fn choose(
    State(ctx): State<Context>,
    keeper: Keeper,
    Path(practice): Path<Uuid>,
    Json(choice): Json<DeputyChoice>,
) -> Result<StatusCode, Problem> {
    act::choose(&ctx, &keeper, practice, choice).await?;
    Ok(StatusCode::NO_CONTENT)
}
