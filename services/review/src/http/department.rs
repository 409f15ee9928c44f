//! `GET /departments`

use super::ROLES;
use crate::{ReviewError, store};
use axum::extract::State;
use kit::http::Json;
use kit::{Caller, Context};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// A department that a case can be forwarded to.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = review::Department)]
pub struct DepartmentView {
    id: Uuid,
    name: String,
    hospital: String,
    /// What it answers for.
    specialties: Vec<String>,
}

/// Departments that a case can be forwarded to, by name; nothing about a patient.
#[utoipa::path(
    get, path = "/departments", operation_id = "reviewDepartments", tag = "review",
    responses((status = 200, body = Vec<DepartmentView>))
)]
pub async fn departments(State(ctx): State<Context>, caller: Caller) -> Result<Json<Vec<DepartmentView>>, ReviewError> {
    caller.require(&ROLES)?;
    let all = store::register::departments(&ctx.db).await?;
    let shown = all.into_iter().map(|one| DepartmentView {
        id: one.id,
        name: one.name,
        hospital: one.hospital,
        specialties: one.specialties,
    });
    Ok(Json(shown.collect()))
}
