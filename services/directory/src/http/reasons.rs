//! Why an office did not use the service this time: whether it may be asked, and what it says.

use super::Made;
use crate::Error;
use crate::acts::once::OfficeAuthor;
use crate::acts::reasons as act;
use crate::reason::{self, NewReason};
use crate::store::reasons as rows;
use axum::extract::State;
use axum::http::StatusCode;
use kit::http::Json;
use kit::idempotency::IdempotencyKey;
use kit::{Caller, Context, Problem, Role};
use serde::Serialize;
use uuid::Uuid;

/// One of the caller's practices.
#[derive(Clone, Copy, Debug, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Askable {
    practice_id: Uuid,
    /// Whether somebody there may be asked: nobody was within 30 days, nor in this calendar month.
    askable: bool,
}

#[utoipa::path(get, path = "/reasons", tag = "directory", responses((status = OK, body = Vec<Askable>)))]
pub async fn askable(State(ctx): State<Context>, caller: Caller) -> Result<Json<Vec<Askable>>, Problem> {
    caller.require(&[Role::GpClinician, Role::GpStaff])?;
    let mut practices: Vec<Uuid> =
        caller.grants.iter().filter(|grant| grant.role.of_practice()).filter_map(|grant| grant.practice).collect();
    practices.sort_unstable();
    practices.dedup();
    let mut list = Vec::new();
    for practice_id in practices {
        let last = rows::last(&ctx.db, practice_id).await.map_err(Error::from)?;
        list.push(Askable { practice_id, askable: reason::askable(last, ctx.now()) });
    }
    Ok(Json(list))
}

#[utoipa::path(post, path = "/reasons", tag = "directory", params(IdempotencyKey), request_body = NewReason,
    responses((status = CREATED, body = Made),
        (status = CONFLICT, description = "`asked-already` this month by the practice; `id-reused` or `key-reused`")))]
pub async fn give(
    State(ctx): State<Context>,
    OfficeAuthor(author, caller): OfficeAuthor,
    Json(new): Json<NewReason>,
) -> Result<(StatusCode, Json<Made>), Problem> {
    let id = act::give(&ctx, &author, &caller, &new).await?;
    Ok((StatusCode::CREATED, Json(Made { id })))
}
