//! `POST /cases/{id}/filed`: an answer stands in the hospital's own record.

use super::{case_for, role_in};
use crate::release::of_case;
use crate::{ReviewError, sealed, store};
use axum::extract::State;
use axum::http::StatusCode;
use kit::http::{Json, Path};
use kit::log::Envelope;
use kit::{Caller, Context};
use proto::review::LetterFiled;
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// Which answer.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = review::FiledRequest)]
pub struct FiledRequest {
    answer_id: Uuid,
}

/// Notes that an answer that left stands in the hospital's own record. A repeat changes nothing: who filed it first stands.
#[utoipa::path(
    post, path = "/cases/{id}/filed", operation_id = "reviewFiled", tag = "review", params(("id" = Uuid, Path)),
    request_body = FiledRequest, responses((status = 204), (status = 404, body = kit::http::ProblemBody))
)]
pub async fn filed(
    State(ctx): State<Context>,
    caller: Caller,
    Path(id): Path<Uuid>,
    Json(FiledRequest { answer_id }): Json<FiledRequest>,
) -> Result<StatusCode, ReviewError> {
    let case = case_for(&ctx, &caller, id).await?;
    let key = ctx.keys.get(case.data_key).await?;
    let by = sealed::seal(&ctx, &key, sealed::FILED, answer_id, &caller.name)?;
    let mut tx = ctx.begin().await?;
    if !store::answer::file(&mut tx, answer_id, id, by).await? {
        drop(tx);
        let there = store::answer::sent(&ctx.db, id).await?.iter().any(|answer| answer.id == answer_id);
        return if there { Ok(StatusCode::NO_CONTENT) } else { Err(ReviewError::NotFound) };
    }
    let envelope = Envelope {
        actor: ctx.pseudonym(caller.person),
        actor_role: role_in(&caller, case.department).as_str().to_owned(),
        ..of_case(&ctx, &case)
    };
    let fact = LetterFiled { answer: answer_id.as_bytes().to_vec(), filed_by: caller.name.clone() };
    ctx.publish(&mut tx, envelope, &fact).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}
