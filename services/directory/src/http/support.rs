//! Equipment, trainings and contacts of a practice, recorded by administrators and programme managers.

use super::Made;
use crate::acts::once::ProgrammeAuthor;
use crate::acts::{equipment, support};
use crate::equipment::{EquipmentEnd, NewEquipment};
use crate::support::{NewContact, NewTraining};
use axum::extract::State;
use axum::http::StatusCode;
use kit::http::{Json, Path};
use kit::idempotency::IdempotencyKey;
use kit::{Context, Problem};
use uuid::Uuid;

#[utoipa::path(post, path = "/practices/{id}/equipment", tag = "directory", params(("id" = Uuid, Path), IdempotencyKey),
    request_body = NewEquipment, responses((status = CREATED, body = Made, description = "The first of a specialty is its step `equipped` as well.")))]
pub async fn place_equipment(
    State(ctx): State<Context>,
    ProgrammeAuthor(author): ProgrammeAuthor,
    Path(practice): Path<Uuid>,
    Json(new): Json<NewEquipment>,
) -> Result<(StatusCode, Json<Made>), Problem> {
    let id = equipment::place(&ctx, &author, practice, &new).await?;
    Ok((StatusCode::CREATED, Json(Made { id })))
}

#[utoipa::path(post, path = "/practices/{id}/equipment/{equipmentId}/withdraw", tag = "directory",
    params(("id" = Uuid, Path), ("equipmentId" = Uuid, Path), IdempotencyKey), request_body = EquipmentEnd,
    responses((status = NO_CONTENT, description = "It stands there no more from that day on.")))]
pub async fn withdraw_equipment(
    State(ctx): State<Context>,
    ProgrammeAuthor(author): ProgrammeAuthor,
    Path((practice, id)): Path<(Uuid, Uuid)>,
    Json(end): Json<EquipmentEnd>,
) -> Result<StatusCode, Problem> {
    equipment::withdraw(&ctx, &author, practice, id, &end).await?;
    Ok(StatusCode::NO_CONTENT)
}

#[utoipa::path(post, path = "/practices/{id}/trainings", tag = "directory", params(("id" = Uuid, Path), IdempotencyKey),
    request_body = NewTraining, responses((status = CREATED, body = Made, description = "The first of a specialty is its step `trained` as well.")))]
pub async fn train(
    State(ctx): State<Context>,
    ProgrammeAuthor(author): ProgrammeAuthor,
    Path(practice): Path<Uuid>,
    Json(new): Json<NewTraining>,
) -> Result<(StatusCode, Json<Made>), Problem> {
    let id = support::train(&ctx, &author, practice, &new).await?;
    Ok((StatusCode::CREATED, Json(Made { id })))
}

#[utoipa::path(post, path = "/practices/{id}/contacts", tag = "directory", params(("id" = Uuid, Path), IdempotencyKey),
    request_body = NewContact, responses((status = CREATED, body = Made)))]
pub async fn contact(
    State(ctx): State<Context>,
    ProgrammeAuthor(author): ProgrammeAuthor,
    Path(practice): Path<Uuid>,
    Json(new): Json<NewContact>,
) -> Result<(StatusCode, Json<Made>), Problem> {
    let id = support::contact(&ctx, &author, practice, &new).await?;
    Ok((StatusCode::CREATED, Json(Made { id })))
}
