//! `GET /questionnaires`: by which a case's answers are labelled, old versions too.

use super::ROLES;
use crate::ReviewError;
use axum::http::HeaderValue;
use axum::http::header::CACHE_CONTROL;
use axum::response::{IntoResponse, Response};
use kit::Caller;
use proto::questionnaire::{ALL, Questionnaire};

/// What referrals of each specialty ask: every version, the newest of each first.
#[utoipa::path(
    get, path = "/questionnaires", operation_id = "reviewQuestionnaires", tag = "review",
    responses((status = 200, body = Vec<Questionnaire>))
)]
pub async fn questionnaires(caller: Caller) -> Result<Response, ReviewError> {
    caller.require(&ROLES)?;
    let mut response = axum::Json(ALL.all()).into_response();
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("private, max-age=3600"));
    Ok(response)
}
