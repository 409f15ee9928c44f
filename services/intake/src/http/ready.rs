//! Staff prepare, a clinician sends: a draft that is complete is put on the list of the clinician who will answer for it.

use super::checks::would_refuse;
use super::draft::{is_open, not_a_draft, stale};
use crate::acting::Acting;
use crate::content::DraftContent;
use crate::duty::{Taking, clinician, name_of, take};
use crate::referral::State as ReferralState;
use crate::sealed;
use crate::store::{duty, image, referral};
use axum::extract::State;
use axum::http::StatusCode;
use kit::http::{Json, Path};
use kit::{Caller, Context, Problem, Tx};
use proto::intake::ResponsibilityEnded;
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// Who is to send what.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Ready {
    /// The version that the person saw.
    #[schema(minimum = 1)]
    version: i64,
    /// A clinician of the practice.
    responsible_id: Uuid,
}

/// Puts a complete draft on a clinician's list. A repeat changes nothing.
#[utoipa::path(post, path = "/referrals/{id}/ready", params(("id" = Uuid, Path)), request_body = Ready,
    responses((status = NO_CONTENT), (status = CONFLICT, description = "stale-version, practice-closed or already-submitted"),
        (status = UNPROCESSABLE_ENTITY, description = "what is missing, field by field")))]
pub async fn ready(
    State(ctx): State<Context>,
    caller: Caller,
    Path(id): Path<Uuid>,
    Json(body): Json<Ready>,
) -> Result<StatusCode, Problem> {
    let acting = Acting::on(&ctx, &caller, id).await?;
    let row = &acting.row;
    if row.state != ReferralState::Draft {
        return Err(not_a_draft());
    }
    is_open(&ctx, acting.practice).await?;
    if row.version != body.version {
        return Err(stale(row.version));
    }
    if row.ready_at.is_some() && row.responsible == Some(body.responsible_id) {
        return Ok(StatusCode::NO_CONTENT);
    }
    let images = image::of_referral(&ctx.db, id).await?;
    let missing = would_refuse(&ctx, &acting.content, &images, row).await?;
    if !missing.is_empty() {
        return Err(Problem::invalid(missing));
    }
    let to =
        clinician(&ctx, acting.practice, body.responsible_id).await?.ok_or_else(|| no_clinician("responsibleId"))?;
    let name = sealed::seal(&ctx, &acting.key, sealed::RESPONSIBLE, id, &to.name)?;
    let mut tx = ctx.begin().await?;
    if !duty::ready(&mut tx, id, body.version, to.id, name).await? {
        drop(tx);
        // Another request was faster: this one's own repetition, or one that changed the draft.
        let row = Acting::on(&ctx, &caller, id).await?.row;
        let same = row.ready_at.is_some() && row.responsible == Some(to.id) && row.version == body.version;
        return if same { Ok(StatusCode::NO_CONTENT) } else { Err(stale(row.version)) };
    }
    let taking = Taking { what: "ready", by: Some((&caller, acting.role.as_str())), note: "" };
    take(&ctx, &mut tx, (row, &acting.key, acting.practice), &to, taking).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}

/// 422: nobody who could answer for a referral.
pub fn no_clinician(field: &str) -> Problem {
    Problem::invalid_field(
        field,
        "not-a-clinician",
        "This is not a clinician who works in the practice now. Choose one from the list.",
    )
}

/// Takes a draft back from a clinician's list. A repeat changes nothing.
#[utoipa::path(delete, path = "/referrals/{id}/ready", params(("id" = Uuid, Path)),
    responses((status = NO_CONTENT), (status = CONFLICT, description = "already-submitted")))]
pub async fn unready(State(ctx): State<Context>, caller: Caller, Path(id): Path<Uuid>) -> Result<StatusCode, Problem> {
    let acting = Acting::on(&ctx, &caller, id).await?;
    if acting.row.state != ReferralState::Draft {
        return Err(not_a_draft());
    }
    let mut tx = ctx.begin().await?;
    if take_back(&acting, &mut tx, &acting.row).await? {
        tx.commit().await?;
    }
    Ok(StatusCode::NO_CONTENT)
}

async fn take_back(acting: &Acting<'_>, tx: &mut Tx, row: &referral::Row) -> Result<bool, Problem> {
    let Acting { ctx, caller, key, .. } = acting;
    if !duty::unready(tx, row.id).await? {
        return Ok(false);
    }
    ctx.publish(tx, acting.envelope(), &ResponsibilityEnded {}).await?;
    let note = sealed::Note { to: name_of(row, key)?, ..sealed::Note::default() };
    // A phone acts without a name.
    let who = Some(caller.name.as_str()).filter(|name| !name.is_empty());
    crate::acting::noted(ctx, tx, (key, row.id), ("taken-back", who), &note).await?;
    Ok(true)
}

/// After a draft was changed in the transaction: what lacks something is on nobody's list.
pub async fn recheck(acting: &Acting<'_>, tx: &mut Tx, content: &DraftContent) -> Result<(), Problem> {
    let row = referral::any(tx, acting.row.id).await?;
    let Some(row) = row.filter(|row| row.state == ReferralState::Draft && row.ready_at.is_some()) else {
        return Ok(());
    };
    let images = image::of_referral_in(tx, row.id).await?;
    if !would_refuse(acting.ctx, content, &images, &row).await?.is_empty() {
        take_back(acting, tx, &row).await?;
    }
    Ok(())
}
