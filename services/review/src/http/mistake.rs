//! Marking what was entered in error, and what the caller has to be told about it.

use super::{ROLES, case_for, role_in};
use crate::mistake::{self, Noticed};
use crate::{ReviewError, store};
use axum::extract::State;
use axum::http::StatusCode;
use kit::http::{FieldError, Json, Path};
use kit::{At, Caller, Context};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

const LONGEST_REASON: usize = 2_000;

/// What is wrong with it.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = review::EnteredInErrorRequest)]
pub struct EnteredInErrorRequest {
    /// Why; the practice reads it.
    #[schema(min_length = 1, max_length = 2000)]
    reason: String,
}

/// A notice. It says nothing about the patient.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = review::Notice)]
pub struct NoticeView {
    id: Uuid,
    /// One picture; null: the whole case.
    image: Option<Uuid>,
    /// Eight characters to name the referral by.
    reference: String,
    practice_name: String,
    submitted_at: At,
    /// When the caller had opened it first.
    opened_at: At,
    marked_at: At,
    /// Somebody in the department noticed it.
    by_department: bool,
    /// An answer had left: it is about the wrong patient.
    answered: bool,
    /// The caller's own answer was signed and about to leave, and did not: of one picture, it is their draft again.
    kept_back: bool,
}

/// Notices that the caller has not read yet.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = review::Notices)]
pub struct Notices {
    items: Vec<NoticeView>,
}

fn reason_of(written: &str) -> Result<String, ReviewError> {
    let reason = written.trim().to_owned();
    if !reason.chars().any(char::is_alphanumeric) {
        let message = "Write what is wrong: the practice has to understand it.";
        return Err(ReviewError::Invalid(vec![FieldError::new("reason", "required", message)]));
    }
    if reason.chars().count() > LONGEST_REASON {
        let message = "This is too long. Shorten it to 2000 characters.";
        return Err(ReviewError::Invalid(vec![FieldError::new("reason", "too-long", message)]));
    }
    Ok(reason)
}

/// Marks a case as entered for the wrong patient: nobody sees it any more, here or at the practice, which is told. A held
/// answer does not leave. A repeat changes nothing.
#[utoipa::path(
    post, path = "/cases/{id}/entered-in-error", operation_id = "reviewMarkCase", tag = "review", params(("id" = Uuid, Path)),
    request_body = EnteredInErrorRequest, responses((status = 204), (status = 404, body = kit::http::ProblemBody))
)]
pub async fn mark_case(
    State(ctx): State<Context>,
    caller: Caller,
    Path(id): Path<Uuid>,
    Json(body): Json<EnteredInErrorRequest>,
) -> Result<StatusCode, ReviewError> {
    mark(&ctx, &caller, id, None, &body.reason).await
}

/// Marks one picture as somebody else's. A held answer does not leave: it is its signer's draft again. A repeat changes nothing.
#[utoipa::path(
    post, path = "/images/{id}/entered-in-error", operation_id = "reviewMarkPicture", tag = "review", params(("id" = Uuid, Path)),
    request_body = EnteredInErrorRequest, responses((status = 204), (status = 404, body = kit::http::ProblemBody))
)]
pub async fn mark_picture(
    State(ctx): State<Context>,
    caller: Caller,
    Path(id): Path<Uuid>,
    Json(body): Json<EnteredInErrorRequest>,
) -> Result<StatusCode, ReviewError> {
    caller.require(&ROLES)?;
    match store::mistake::case_of(&ctx.db, id, caller.person, ctx.now()).await? {
        Some(case) => mark(&ctx, &caller, case, Some(id), &body.reason).await,
        None => repeated(&ctx, &caller, id).await,
    }
}

async fn mark(
    ctx: &Context,
    caller: &Caller,
    case: Uuid,
    image: Option<Uuid>,
    reason: &str,
) -> Result<StatusCode, ReviewError> {
    let row = match case_for(ctx, caller, case).await {
        Err(ReviewError::NotFound) => return repeated(ctx, caller, image.unwrap_or(case)).await,
        other => other?,
    };
    let noticed = Noticed { by: caller, role: role_in(caller, row.department).as_str(), reason: reason_of(reason)? };
    let mut tx = ctx.begin().await?;
    if mistake::hide(ctx, &mut tx, &row, image, Some(noticed)).await? {
        tx.commit().await?;
    }
    Ok(StatusCode::NO_CONTENT)
}

/// What the caller marked is out of the caller's sight too: a repeat finds it done.
async fn repeated(ctx: &Context, caller: &Caller, id: Uuid) -> Result<StatusCode, ReviewError> {
    if store::mistake::is_marked_by(&ctx.db, id, caller.person).await? {
        Ok(StatusCode::NO_CONTENT)
    } else {
        Err(ReviewError::NotFound)
    }
}

/// What the caller has not read yet, oldest first.
#[utoipa::path(
    get, path = "/notices", operation_id = "reviewNotices", tag = "review", responses((status = 200, body = Notices))
)]
pub async fn notices(State(ctx): State<Context>, caller: Caller) -> Result<Json<Notices>, ReviewError> {
    caller.require(&ROLES)?;
    let rows = store::notice::of_person(&ctx.db, caller.person).await?;
    let items = rows.into_iter().map(|row| NoticeView {
        id: row.id,
        image: row.image,
        // As the practice's receipt names it.
        reference: row.case_id.simple().to_string()[24..].to_uppercase(),
        practice_name: row.practice_name,
        submitted_at: row.submitted_at,
        opened_at: row.opened_at,
        marked_at: row.at,
        by_department: row.by_department,
        answered: row.answered,
        kept_back: row.kept_back,
    });
    Ok(Json(Notices { items: items.collect() }))
}

/// Says that the caller has read a notice. A repeat changes nothing.
#[utoipa::path(
    post, path = "/notices/{id}/read", operation_id = "reviewReadNotice", tag = "review", params(("id" = Uuid, Path)),
    responses((status = 204), (status = 404, body = kit::http::ProblemBody))
)]
pub async fn read_notice(
    State(ctx): State<Context>,
    caller: Caller,
    Path(id): Path<Uuid>,
) -> Result<StatusCode, ReviewError> {
    caller.require(&ROLES)?;
    if store::notice::read(&ctx.db, id, caller.person, ctx.now()).await? {
        Ok(StatusCode::NO_CONTENT)
    } else {
        Err(ReviewError::NotFound)
    }
}
