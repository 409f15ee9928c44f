//! `PUT /cases/{id}/assignment`

use super::{case_of_coordinator, standing};
use crate::{ReviewError, store};
use axum::extract::State;
use axum::http::StatusCode;
use kit::http::{FieldError, Json, Path};
use kit::{Caller, Context, oslo};
use serde::Deserialize;
use time::Duration;
use utoipa::ToSchema;
use uuid::Uuid;

/// For whom a case is meant.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = review::Assignment)]
pub struct Assignment {
    /// A specialist of the department; null for nobody.
    person_id: Option<Uuid>,
}

/// Means a case for a specialist, by a coordinator of its department: a name on the worklist, and no lock.
#[utoipa::path(
    put, path = "/cases/{id}/assignment", operation_id = "reviewAssign", tag = "review", params(("id" = Uuid, Path)),
    request_body = Assignment,
    responses(
        (status = 204),
        (status = 404, body = kit::http::ProblemBody),
        (status = 409, description = "`answered`, `declined`, `withdrawn` or `already-signed`", body = kit::http::ProblemBody),
        (status = 422, description = "`absent` or `not-of-department`", body = kit::http::ProblemBody)
    )
)]
pub async fn assign(
    State(ctx): State<Context>,
    caller: Caller,
    Path(id): Path<Uuid>,
    Json(Assignment { person_id }): Json<Assignment>,
) -> Result<StatusCode, ReviewError> {
    let case = case_of_coordinator(&ctx, &caller, id).await?;
    let now = ctx.now();
    let done = match person_id {
        None => store::assignment::clear(&ctx.db, id, caller.person, now).await?,
        Some(person) => {
            let found = store::register::specialist(&ctx.db, case.department, person, now).await?;
            let somebody = found.ok_or_else(|| {
                let message = "This person does not read in the department. Choose one of its specialists.";
                ReviewError::Invalid(vec![FieldError::new("personId", "not-of-department", message)])
            })?;
            there(&ctx, person, &somebody.name).await?;
            store::assignment::assign(&ctx.db, id, person, somebody.name, caller.person, now).await?
        }
    };
    if done { Ok(StatusCode::NO_CONTENT) } else { Err(standing(&ctx, &caller, id).await?.not_taken(caller.person)) }
}

/// Refuses somebody who is away today.
async fn there(ctx: &Context, person: Uuid, name: &str) -> Result<(), ReviewError> {
    let now = ctx.now();
    let absences = store::absence::of_person(&ctx.db, person, now).await?;
    let Some(away) = absences.into_iter().find(|one| one.starts_at <= now) else { return Ok(()) };
    let last = oslo::date(away.ends_at - Duration::SECOND);
    let message = format!("{name} is away until {last}. Choose somebody else.");
    Err(ReviewError::Invalid(vec![FieldError::new("personId", "absent", message)]))
}
