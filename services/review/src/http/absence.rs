//! Absences: one's own, and noting and removing one.

use super::ROLES;
use crate::absence::Period;
use crate::store::absence::AbsenceRow;
use crate::{ReviewError, store};
use axum::extract::State;
use axum::http::StatusCode;
use kit::http::{Json, Path};
use kit::{Caller, Context, oslo};
use serde::{Deserialize, Serialize};
use time::Duration;
use utoipa::ToSchema;
use uuid::Uuid;

/// Days on which somebody reads nothing, both within.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = review::Absence)]
pub struct AbsenceView {
    id: Uuid,
    person_id: Uuid,
    /// YYYY-MM-DD.
    from: String,
    /// YYYY-MM-DD.
    to: String,
    /// Whether it is under way.
    now: bool,
}

impl AbsenceView {
    pub(super) fn new(row: &AbsenceRow, now: kit::At) -> Self {
        Self {
            id: row.id,
            person_id: row.person,
            from: oslo::date(row.starts_at).to_string(),
            to: oslo::date(row.ends_at - Duration::SECOND).to_string(),
            now: row.starts_at <= now && now < row.ends_at,
        }
    }
}

/// Whose absence, and when.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = review::NewAbsence)]
pub struct NewAbsence {
    /// Somebody of a department that the caller coordinates; absent or null: the caller.
    #[serde(default)]
    person_id: Option<Uuid>,
    /// First day, YYYY-MM-DD.
    from: String,
    /// Last day, YYYY-MM-DD.
    to: String,
}

/// The caller's own absences that are not over.
#[utoipa::path(
    get, path = "/absences", operation_id = "reviewAbsences", tag = "review",
    responses((status = 200, body = Vec<AbsenceView>))
)]
pub async fn own(State(ctx): State<Context>, caller: Caller) -> Result<Json<Vec<AbsenceView>>, ReviewError> {
    caller.require(&ROLES)?;
    let now = ctx.now();
    let rows = store::absence::of_person(&ctx.db, caller.person, now).await?;
    Ok(Json(rows.iter().map(|row| AbsenceView::new(row, now)).collect()))
}

/// Notes an absence under an id that the client made. The same again changes nothing.
#[utoipa::path(
    put, path = "/absences/{id}", operation_id = "reviewNoteAbsence", tag = "review", params(("id" = Uuid, Path)),
    request_body = NewAbsence,
    responses((status = 204), (status = 404, body = kit::http::ProblemBody), (status = 409, description = "`id-reused`", body = kit::http::ProblemBody), (status = 422, body = kit::http::ProblemBody))
)]
pub async fn note(
    State(ctx): State<Context>,
    caller: Caller,
    Path(id): Path<Uuid>,
    Json(body): Json<NewAbsence>,
) -> Result<StatusCode, ReviewError> {
    caller.require(&ROLES)?;
    let (now, person) = (ctx.now(), body.person_id.unwrap_or(caller.person));
    if !store::absence::may_note(&ctx.db, person, caller.person, now).await? {
        return Err(ReviewError::NotFound);
    }
    let period = Period::check(&body.from, &body.to, oslo::date(now))?;
    let ends_at = oslo::midnight(period.to.next_day().unwrap_or(period.to));
    let row = AbsenceRow { id, person, starts_at: oslo::midnight(period.from), ends_at };
    if store::absence::add(&ctx.db, &row, caller.person, now).await?
        || store::absence::by_id(&ctx.db, id).await? == Some(row)
    {
        Ok(StatusCode::NO_CONTENT)
    } else {
        Err(ReviewError::IdReused)
    }
}

/// Removes an absence. One that is not there, or that the caller may not note, is left alone: both look the same.
#[utoipa::path(
    delete, path = "/absences/{id}", operation_id = "reviewRemoveAbsence", tag = "review", params(("id" = Uuid, Path)),
    responses((status = 204))
)]
pub async fn remove(
    State(ctx): State<Context>,
    caller: Caller,
    Path(id): Path<Uuid>,
) -> Result<StatusCode, ReviewError> {
    caller.require(&ROLES)?;
    store::absence::remove(&ctx.db, id, caller.person, ctx.now()).await?;
    Ok(StatusCode::NO_CONTENT)
}
