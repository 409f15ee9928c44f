//! `POST /cases/{id}/decline`

use super::case::AnsweredBy;
use super::{case_for, holder, not_held, role_in};
use crate::decline::{self, DISPOSITION, Reason};
use crate::release::of_case;
use crate::store::decline::DeclineRow;
use crate::{ReviewError, sealed, store};
use axum::extract::State;
use axum::http::StatusCode;
use kit::http::{Json, Path};
use kit::log::Envelope;
use kit::seal::DataKey;
use kit::{At, Caller, Context};
use proto::review::ReferralDeclined;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// Why a department declined.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = review::Decline)]
pub struct DeclineView {
    at: At,
    by: AnsweredBy,
    department_name: String,
    reason: Reason,
    text: String,
}

impl DeclineView {
    /// With its words opened.
    pub(super) fn open(key: &DataKey, row: DeclineRow) -> Result<Self, ReviewError> {
        Ok(Self {
            at: row.at,
            by: AnsweredBy { name: row.person_name, role: row.role },
            department_name: row.department_name,
            reason: row.reason,
            text: sealed::open(key, sealed::DECLINE, row.id, &row.content)?,
        })
    }
}

/// A refusal with the claim's token.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = review::DeclineRequest)]
pub struct DeclineRequest {
    /// Made by the client: the same again changes nothing.
    id: Uuid,
    token: Uuid,
    /// Why; required.
    #[serde(default)]
    reason: Option<Reason>,
    /// Why in words, and what the practice can do.
    text: String,
}

/// Ends the case without an answer. The practice gets it as something to read.
#[utoipa::path(
    post, path = "/cases/{id}/decline", operation_id = "reviewDecline", tag = "review", params(("id" = Uuid, Path)),
    request_body = DeclineRequest,
    responses(
        (status = 204),
        (status = 409, description = "`claim-lost`, `withdrawn`, `answered`, `declined` or `already-signed`", body = kit::http::ProblemBody),
        (status = 422, body = kit::http::ProblemBody)
    )
)]
pub async fn decline(
    State(ctx): State<Context>,
    caller: Caller,
    Path(id): Path<Uuid>,
    Json(body): Json<DeclineRequest>,
) -> Result<StatusCode, ReviewError> {
    match end(&ctx, &caller, id, &body).await {
        Ok(()) => Ok(StatusCode::NO_CONTENT),
        // The first answer may have been lost on the way.
        Err(_) if done_before(&ctx, &caller, id, &body).await? => Ok(StatusCode::NO_CONTENT),
        Err(error) => Err(error),
    }
}

async fn end(ctx: &Context, caller: &Caller, id: Uuid, body: &DeclineRequest) -> Result<(), ReviewError> {
    let case = case_for(ctx, caller, id).await?;
    let reason = decline::check(body.reason, &body.text)?;
    let key = ctx.keys.get(case.data_key).await?;
    let (text, role) = (body.text.trim().to_owned(), role_in(caller, case.department));
    let holder = holder(ctx, caller, id, body.token);
    let row = DeclineRow {
        id: body.id,
        case_id: id,
        at: holder.now,
        person: caller.person,
        person_name: caller.name.clone(),
        role: role.as_str().to_owned(),
        department: case.department,
        department_name: case.department_name.clone(),
        reason,
        content: sealed::seal(ctx, &key, sealed::DECLINE, body.id, &text)?,
    };
    let fact = ReferralDeclined {
        decline: body.id.as_bytes().to_vec(),
        declined_by: row.person_name.clone(),
        role: row.role.clone(),
        department_name: row.department_name.clone(),
        reason: reason.as_str().to_owned(),
        text,
    };
    let mut tx = ctx.begin().await?;
    if !store::decline::end(&mut tx, holder).await? {
        let answered = store::answer::earlier(&mut tx, id).await?.is_some();
        drop(tx);
        let why = not_held(ctx, caller, id).await;
        // Somebody who holds a case that was answered before is told so.
        return Err(if answered && matches!(why, ReviewError::ClaimLost) { ReviewError::Answered } else { why });
    }
    if !store::decline::add(&mut tx, row).await? {
        return Err(ReviewError::IdReused);
    }
    store::answer::forget_drafts(&mut tx, id).await?;
    let envelope = Envelope {
        actor: ctx.pseudonym(caller.person),
        actor_role: role.as_str().to_owned(),
        disposition: DISPOSITION.to_owned(),
        claimed_us: case.claimed_at.map(At::micros),
        ..of_case(ctx, &case)
    };
    ctx.publish(&mut tx, envelope, &fact).await?;
    Ok(tx.commit().await?)
}

/// Whether this very refusal stands.
async fn done_before(ctx: &Context, caller: &Caller, id: Uuid, body: &DeclineRequest) -> Result<bool, ReviewError> {
    let Some(row) = store::decline::own(&ctx.db, body.id, id, caller.person).await? else { return Ok(false) };
    let case = case_for(ctx, caller, id).await?;
    let key = ctx.keys.get(case.data_key).await?;
    let text: String = sealed::open(&key, sealed::DECLINE, row.id, &row.content)?;
    Ok(Some(row.reason) == body.reason && text == body.text.trim())
}
