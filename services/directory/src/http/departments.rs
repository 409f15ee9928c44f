//! Departments.

use super::Made;
use crate::acts::departments as act;
use crate::acts::once::Author;
use crate::department::{DepartmentChange, NewDepartment};
use crate::specialty::Specialty;
use crate::store::departments as rows;
use axum::extract::State;
use axum::http::StatusCode;
use kit::http::{Json, Path};
use kit::idempotency::IdempotencyKey;
use kit::{Caller, Context, Problem, Role};
use serde::Serialize;
use std::collections::HashMap;
use uuid::Uuid;

/// A department of the list.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct DepartmentView {
    id: Uuid,
    name: String,
    hospital: String,
    specialties: Vec<Specialty>,
    duty_phone: Option<String>,
    /// When somebody answers there.
    duty_hours: Option<String>,
}

#[utoipa::path(get, path = "/departments", tag = "directory", responses((status = OK, body = Vec<DepartmentView>)))]
pub async fn list(State(ctx): State<Context>, caller: Caller) -> Result<Json<Vec<DepartmentView>>, Problem> {
    caller.require(&[Role::Administrator])?;
    let departments = rows::list(&ctx.db).await?;
    let mut specialties: HashMap<Uuid, Vec<Specialty>> = HashMap::new();
    for (department, specialty) in rows::specialties(&ctx.db).await? {
        specialties.entry(department).or_default().push(specialty);
    }
    let said = |text: String| Some(text).filter(|text| !text.is_empty());
    let views = departments.into_iter().map(|row| DepartmentView {
        specialties: specialties.remove(&row.id).unwrap_or_default(),
        id: row.id,
        name: row.name,
        hospital: row.hospital,
        duty_phone: said(row.duty_phone),
        duty_hours: said(row.duty_hours),
    });
    Ok(Json(views.collect()))
}

#[utoipa::path(post, path = "/departments", tag = "directory", params(IdempotencyKey), request_body = NewDepartment, responses(
    (status = CREATED, body = Made), (status = CONFLICT, description = "`id-reused` or `key-reused`")))]
pub async fn add(
    State(ctx): State<Context>,
    author: Author,
    Json(new): Json<NewDepartment>,
) -> Result<(StatusCode, Json<Made>), Problem> {
    let id = act::add(&ctx, &author, &new).await?;
    Ok((StatusCode::CREATED, Json(Made { id })))
}

#[utoipa::path(patch, path = "/departments/{id}", tag = "directory", params(("id" = Uuid, Path)),
    request_body = DepartmentChange, responses((status = NO_CONTENT, description = "It holds from now on.")))]
pub async fn change(
    State(ctx): State<Context>,
    author: Author,
    Path(id): Path<Uuid>,
    Json(change): Json<DepartmentChange>,
) -> Result<StatusCode, Problem> {
    act::change(&ctx, &author, id, &change).await?;
    Ok(StatusCode::NO_CONTENT)
}
