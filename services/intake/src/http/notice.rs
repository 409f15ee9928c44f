//! What the caller has to be told: something that they had opened, or answer for, was entered in error.

use super::of_office;
use crate::store::notice;
use axum::extract::State;
use axum::http::StatusCode;
use kit::http::{Json, Path};
use kit::letter::reference;
use kit::{At, Caller, Context, Problem};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// A notice. It says nothing about the patient.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Notice {
    id: Uuid,
    /// One picture; null: the whole referral.
    image: Option<Uuid>,
    /// Eight characters to name the referral by.
    reference: String,
    /// Whom it was sent to.
    department_name: String,
    submitted_at: Option<At>,
    /// The caller had opened it; else they are told because they answer for it, or because nobody of their office marked it.
    opened: bool,
    /// When the caller had opened it first; when it was marked, if they had not.
    opened_at: At,
    marked_at: At,
    /// Somebody in the department noticed it.
    by_department: bool,
    /// There was an answer: whatever was done because of it was done for the wrong patient.
    answered: bool,
}

/// Notices that the caller has not read yet.
#[derive(Debug, Serialize, ToSchema)]
pub struct Notices {
    items: Vec<Notice>,
}

/// What the caller has not read yet, oldest first.
#[utoipa::path(get, path = "/notices", operation_id = "listNotices", responses((status = OK, body = Notices)))]
pub async fn list(State(ctx): State<Context>, caller: Caller) -> Result<Json<Notices>, Problem> {
    of_office(&caller)?;
    let rows = notice::of_person(&ctx.db, caller.person).await?;
    let items = rows.into_iter().map(|row| Notice {
        id: row.id,
        image: row.image,
        reference: reference(row.referral),
        department_name: row.department_name,
        submitted_at: row.submitted_at,
        opened: row.opened,
        opened_at: row.opened_at,
        marked_at: row.at,
        by_department: row.by_department,
        answered: row.answered_at.is_some(),
    });
    Ok(Json(Notices { items: items.collect() }))
}

/// Says that the caller has read a notice. A repeat changes nothing.
#[utoipa::path(post, path = "/notices/{id}/read", operation_id = "readNotice", params(("id" = Uuid, Path)), responses((status = NO_CONTENT)))]
pub async fn read(State(ctx): State<Context>, caller: Caller, Path(id): Path<Uuid>) -> Result<StatusCode, Problem> {
    of_office(&caller)?;
    if notice::read(&ctx, &caller, id).await? { Ok(StatusCode::NO_CONTENT) } else { Err(Problem::not_found()) }
}
