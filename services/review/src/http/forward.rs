//! `POST /cases/{id}/forward`

use super::case::AnsweredBy;
use super::{Named, case_for, holder, not_held, role_in};
use crate::forward::{self, Place, There};
use crate::release::of_case;
use crate::store::case::CaseRow;
use crate::store::forward::ForwardRow;
use crate::{ReviewError, sealed, store};
use axum::extract::State;
use axum::http::StatusCode;
use kit::http::{Json, Path};
use kit::log::Envelope;
use kit::seal::DataKey;
use kit::{At, Caller, Context};
use proto::review::ReferralForwarded;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// A step on the case's way from department to department.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = review::Forward)]
pub struct ForwardView {
    at: At,
    by: AnsweredBy,
    from_department: Named,
    from_specialty: String,
    to_department: Named,
    to_specialty: String,
    text: String,
}

impl ForwardView {
    /// With its words opened.
    pub(super) fn open(key: &DataKey, row: ForwardRow) -> Result<Self, ReviewError> {
        Ok(Self {
            at: row.at,
            by: AnsweredBy { name: row.person_name, role: row.role },
            from_department: Named { id: row.from_department, name: row.from_name },
            from_specialty: row.from_specialty,
            to_department: Named { id: row.to_department, name: row.to_name },
            to_specialty: row.to_specialty,
            text: sealed::open(key, sealed::FORWARD, row.id, &row.content)?,
        })
    }
}

/// Where a case goes, with the claim's token.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = review::ForwardRequest)]
pub struct ForwardRequest {
    /// Made by the client: the same again changes nothing.
    id: Uuid,
    token: Uuid,
    department_id: Uuid,
    /// `dermatology`, `ent` or `plastic-surgery`.
    specialty: String,
    /// Why; the department there and the practice read it.
    text: String,
}

/// Sends the case to another department or specialty where a specialist works now, with everything in it. The claim ends; the
/// date by which an answer is due stays, and a question that is open stays open. The caller's department keeps a line and can't open it any more.
#[utoipa::path(
    post, path = "/cases/{id}/forward", operation_id = "reviewForward", tag = "review", params(("id" = Uuid, Path)),
    request_body = ForwardRequest,
    responses(
        (status = 204),
        (status = 409, description = "`claim-lost`, `withdrawn`, `answered`, `declined` or `already-signed`", body = kit::http::ProblemBody),
        (status = 422, body = kit::http::ProblemBody)
    )
)]
pub async fn forward(
    State(ctx): State<Context>,
    caller: Caller,
    Path(id): Path<Uuid>,
    Json(body): Json<ForwardRequest>,
) -> Result<StatusCode, ReviewError> {
    match send_on(&ctx, &caller, id, &body).await {
        Ok(()) => Ok(StatusCode::NO_CONTENT),
        // The first answer may have been lost on the way; by then the case is another department's.
        Err(_) if done_before(&ctx, &caller, id, &body).await? => Ok(StatusCode::NO_CONTENT),
        Err(error) => Err(error),
    }
}

async fn send_on(ctx: &Context, caller: &Caller, id: Uuid, body: &ForwardRequest) -> Result<(), ReviewError> {
    let case = case_for(ctx, caller, id).await?;
    let from = Place { department: case.department, specialty: case.specialty.clone() };
    let to = Place { department: body.department_id, specialty: body.specialty.clone() };
    let department = store::register::department(&ctx.db, to.department).await?;
    let staffed = store::register::is_staffed(&ctx.db, to.department, ctx.now()).await?;
    let there = department.as_ref().map(|one| There { specialties: &one.specialties, staffed });
    forward::check(&from, &to, there, &body.text)?;
    let name = department.map(|one| one.name).unwrap_or_default();
    let key = ctx.keys.get(case.data_key).await?;
    let (text, role) = (body.text.trim().to_owned(), role_in(caller, case.department));
    let holder = holder(ctx, caller, id, body.token);
    let row = ForwardRow {
        id: body.id,
        case_id: id,
        at: holder.now,
        person: caller.person,
        person_name: caller.name.clone(),
        role: role.as_str().to_owned(),
        from_department: from.department,
        from_name: case.department_name.clone(),
        from_specialty: from.specialty,
        to_department: to.department,
        to_name: name.clone(),
        to_specialty: to.specialty.clone(),
        content: sealed::seal(ctx, &key, sealed::FORWARD, body.id, &text)?,
    };
    let fact = fact(&row, &case, text);
    let envelope = Envelope {
        actor: ctx.pseudonym(caller.person),
        actor_role: role.as_str().to_owned(),
        from_department: row.from_department.as_bytes().to_vec(),
        department: to.department.as_bytes().to_vec(),
        specialty: to.specialty.clone(),
        ..of_case(ctx, &case)
    };
    let mut tx = ctx.begin().await?;
    if !store::forward::move_to(&mut tx, holder, &to, name).await? {
        drop(tx);
        return Err(not_held(ctx, caller, id).await);
    }
    if !store::forward::add(&mut tx, row).await? {
        return Err(ReviewError::IdReused);
    }
    store::answer::forget_drafts(&mut tx, id).await?;
    ctx.publish(&mut tx, envelope, &fact).await?;
    Ok(tx.commit().await?)
}

fn fact(row: &ForwardRow, case: &CaseRow, text: String) -> ReferralForwarded {
    ReferralForwarded {
        forward: row.id.as_bytes().to_vec(),
        forwarded_by: row.person_name.clone(),
        role: row.role.clone(),
        from_department_name: row.from_name.clone(),
        to_department_name: row.to_name.clone(),
        from_specialty: row.from_specialty.clone(),
        to_specialty: row.to_specialty.clone(),
        text,
        due_us: case.due_at.micros(),
    }
}

/// Whether this very forwarding stands, though the caller can't see the case any more.
async fn done_before(ctx: &Context, caller: &Caller, id: Uuid, body: &ForwardRequest) -> Result<bool, ReviewError> {
    let Some(row) = store::forward::own(&ctx.db, body.id, id, caller.person).await? else { return Ok(false) };
    if (row.to_department, &row.to_specialty) != (body.department_id, &body.specialty) {
        return Ok(false);
    }
    let mut tx = ctx.begin().await?;
    let Some(case) = store::case::by_id(&mut tx, id).await? else { return Ok(false) };
    drop(tx);
    let key = ctx.keys.get(case.data_key).await?;
    let text: String = sealed::open(&key, sealed::FORWARD, row.id, &row.content)?;
    Ok(text == body.text.trim())
}
