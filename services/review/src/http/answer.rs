//! The answer: draft, signature, and the ten seconds in which it can be taken back. An amendment is an answer to a case that
//! [`amend`](super::claim::amend) has opened again.

use super::case::Signed;
use super::{Token, case_for, holder, not_held, role_in};
use crate::answer::{AnswerContent, HELD, blank};
use crate::case::{Content, State};
use crate::claim::LASTS;
use crate::store::answer::AnswerRow;
use crate::store::case::CaseRow;
use crate::store::claim::Holder;
use crate::{ReviewError, sealed, store};
use axum::extract::State as FromState;
use axum::http::StatusCode;
use kit::http::{Json, Path};
use kit::seal::DataKey;
use kit::{At, Caller, Context, Tx};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// An answer with the claim's token.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = review::AnswerRequest)]
pub struct AnswerRequest {
    token: Uuid,
    content: AnswerContent,
}

/// When a draft was saved.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = review::DraftSaved)]
pub struct DraftSaved {
    saved_at: At,
}

/// Saves what is written so far; anything may be missing.
#[utoipa::path(
    put, path = "/cases/{id}/answer-draft", operation_id = "reviewSaveDraft", tag = "review", params(("id" = Uuid, Path)),
    request_body = AnswerRequest,
    responses((status = 200, body = DraftSaved), (status = 409, description = "`claim-lost`", body = kit::http::ProblemBody))
)]
pub async fn save(
    FromState(ctx): FromState<Context>,
    caller: Caller,
    Path(id): Path<Uuid>,
    Json(body): Json<AnswerRequest>,
) -> Result<Json<DraftSaved>, ReviewError> {
    let case = case_for(&ctx, &caller, id).await?;
    let key = ctx.keys.get(case.data_key).await?;
    let draft = sealed::seal(&ctx, &key, sealed::DRAFT, id, &body.content)?;
    let holder = holder(&ctx, &caller, id, body.token);
    let mut tx = ctx.begin().await?;
    if !store::claim::hold(&mut tx, holder, holder.now + LASTS).await? {
        drop(tx);
        return Err(not_held(&ctx, &caller, id).await);
    }
    store::answer::save_draft(&mut tx, id, caller.person, draft).await?;
    tx.commit().await?;
    Ok(Json(DraftSaved { saved_at: holder.now }))
}

/// Signs. The answer leaves after ten seconds; the same content signed again gives the same receipt.
#[utoipa::path(
    post, path = "/cases/{id}/answer", operation_id = "reviewSign", tag = "review", params(("id" = Uuid, Path)),
    request_body = AnswerRequest,
    responses(
        (status = 200, body = Signed),
        (status = 409, description = "`claim-lost` or `withdrawn`", body = kit::http::ProblemBody),
        (status = 422, description = "`invalid-input`, or `images-not-shown` with the pictures", body = kit::http::ProblemBody)
    )
)]
pub async fn sign(
    FromState(ctx): FromState<Context>,
    caller: Caller,
    Path(id): Path<Uuid>,
    Json(body): Json<AnswerRequest>,
) -> Result<Json<Signed>, ReviewError> {
    let case = case_for(&ctx, &caller, id).await?;
    let key = ctx.keys.get(case.data_key).await?;
    if let Some(receipt) = signed_before(&ctx, &caller, &key, &body.content, &case).await? {
        return Ok(Json(receipt));
    }
    let findings =
        sealed::open::<Content>(&key, sealed::CASE, id, case.content.as_deref().unwrap_or_default())?.findings;
    let holder = holder(&ctx, &caller, id, body.token);
    let mut tx = ctx.begin().await?;
    if !store::answer::hold_case(&mut tx, holder, holder.now + LASTS).await? {
        drop(tx);
        // A second press of the button may have come while the first was written.
        let case = case_for(&ctx, &caller, id).await?;
        return match signed_before(&ctx, &caller, &key, &body.content, &case).await? {
            Some(receipt) => Ok(Json(receipt)),
            None => Err(not_held(&ctx, &caller, id).await),
        };
    }
    // Read behind the lock of the case's row; refusing drops the transaction, and the case stays as it was.
    let earlier = store::answer::earlier(&mut tx, id).await?;
    let amending = earlier.is_some_and(|earlier| !earlier.replied_since);
    body.content.check(&findings, &store::image::unshown(&mut tx, id, caller.person).await?, amending)?;
    // Whoever says why amends, also when a reply has come meanwhile.
    let amends = earlier.filter(|_| !blank(&body.content.reason)).map(|earlier| earlier.id);
    let receipt = keep(&ctx, &mut tx, &caller, &key, holder, &body.content, amends).await?;
    tx.commit().await?;
    Ok(Json(receipt))
}

/// The receipt of the caller's newest answer, if the case rests on it and it says the same.
async fn signed_before(
    ctx: &Context,
    caller: &Caller,
    key: &DataKey,
    content: &AnswerContent,
    case: &CaseRow,
) -> Result<Option<Signed>, ReviewError> {
    if !matches!(case.state, State::Signed | State::Answered) {
        return Ok(None);
    }
    let Some(row) = store::answer::last_of(&ctx.db, case.id, caller.person).await? else {
        return Ok(None);
    };
    let before: AnswerContent = sealed::open(key, sealed::ANSWER, row.id, &row.content)?;
    Ok((before == *content).then_some(Signed { signed_at: row.signed_at, release_at: row.release_at }))
}

/// Writes the signed answer, and the draft with the same content for when it is taken back.
async fn keep(
    ctx: &Context,
    tx: &mut Tx,
    caller: &Caller,
    key: &DataKey,
    holder: Holder,
    content: &AnswerContent,
    amends: Option<Uuid>,
) -> Result<Signed, ReviewError> {
    let case: CaseRow = store::case::by_id(tx, holder.case).await?.ok_or(ReviewError::NotFound)?;
    let (id, signed_at, release_at) = (ctx.new_id(), holder.now, holder.now + HELD);
    let draft = sealed::seal(ctx, key, sealed::DRAFT, case.id, content)?;
    store::answer::save_draft(tx, case.id, caller.person, draft).await?;
    let row = AnswerRow {
        id,
        case_id: case.id,
        person: caller.person,
        person_name: caller.name.clone(),
        role: role_in(caller, case.department).as_str().to_owned(),
        content: sealed::seal(ctx, key, sealed::ANSWER, id, content)?,
        disposition: content.disposition().map_or_else(String::new, |what| what.as_str().to_owned()),
        findings: content.findings.len() as i64,
        claimed_at: case.claimed_at,
        signed_at,
        release_at,
        released_at: None,
        request: Some(kit::http::request_id()).filter(|id| !id.is_nil()),
        amends,
        department: Some(case.department),
        department_name: Some(case.department_name),
        filed_at: None,
        filed_by: None,
    };
    store::answer::add(tx, row).await?;
    Ok(Signed { signed_at, release_at })
}

/// Takes a signature back while the answer is held. When the practice has withdrawn the referral meanwhile, the claim ends too.
#[utoipa::path(
    post, path = "/cases/{id}/answer/undo", operation_id = "reviewUndo", tag = "review", params(("id" = Uuid, Path)), request_body = Token,
    responses((status = 204), (status = 409, description = "`already-sent`, `kept-back` or `claim-lost`", body = kit::http::ProblemBody))
)]
pub async fn undo(
    FromState(ctx): FromState<Context>,
    caller: Caller,
    Path(id): Path<Uuid>,
    Json(body): Json<Token>,
) -> Result<StatusCode, ReviewError> {
    case_for(&ctx, &caller, id).await?;
    let holder = holder(&ctx, &caller, id, body.token);
    let mut tx = ctx.begin().await?;
    let Some(taken) = store::answer::take_back(&mut tx, holder).await? else {
        drop(tx);
        return Err(nothing_to_undo(&ctx, &caller, id).await);
    };
    if !store::answer::resume(&mut tx, holder, holder.now + LASTS, taken).await? {
        return Err(ReviewError::ClaimLost);
    }
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn nothing_to_undo(ctx: &Context, caller: &Caller, id: Uuid) -> ReviewError {
    match store::notice::is_kept_back(&ctx.db, id, caller.person).await {
        Ok(true) => return ReviewError::KeptBack,
        Ok(false) => {}
        Err(error) => return error.into(),
    }
    match store::answer::last_of(&ctx.db, id, caller.person).await {
        Ok(Some(_)) => ReviewError::AlreadySent,
        Ok(None) => not_held(ctx, caller, id).await,
        Err(error) => error.into(),
    }
}
