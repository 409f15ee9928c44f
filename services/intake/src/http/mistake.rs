//! Marking what was entered in error, sending it to the right case, and who had opened it.

use super::draft::{fresh, is_open};
use super::{of_office, seen};
use crate::acting::Acting;
use crate::finish::too_many_images;
use crate::mistake::{self, Mistake};
use crate::referral::State as ReferralState;
use crate::replacement;
use crate::sealed::{self, DepartmentOpener, Told};
use crate::store::{error, image, list as lists, notice, opening, referral};
use crate::text::{blank, is_plain};
use crate::upload::MAX_IMAGES;
use axum::extract::State;
use kit::http::{Json, Path};
use kit::letter::reference;
use kit::{At, Caller, Context, Problem};
use proto::intake::{PictureEnteredInError, ReferralEnteredInError};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

const LONGEST_REASON: usize = 2_000;

/// What is wrong with it.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EnteredInErrorRequest {
    /// Why; whoever had opened it may be told.
    #[schema(min_length = 1, max_length = 2000)]
    reason: String,
    /// Id of a draft that is to take its place, made by the client: a new one, or for a picture one that stands.
    #[serde(default)]
    replacement: Option<Uuid>,
}

/// The draft that takes its place.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReplacementRequest {
    /// Made by the client.
    id: Uuid,
}

/// The draft for the right case.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Replacement {
    id: Uuid,
    /// It holds everything that goes along; else that is still being copied.
    ready: bool,
    /// Pictures of the old one that could not be taken along, because what is stored of them is damaged: they have to be taken
    /// anew. Empty while pictures are still being copied.
    left_out: Vec<Uuid>,
}

/// What became of it.
#[derive(Debug, Serialize, ToSchema)]
pub struct Marked {
    replacement: Option<Replacement>,
}

/// Somebody who had opened it.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Opener {
    name: String,
    of_department: bool,
    /// For the first time.
    opened_at: At,
    /// When they said that they have read the notice; people of the department say so there.
    read_at: Option<At>,
}

/// Something that was entered in error, without anything about the patient.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct EnteredInError {
    id: Uuid,
    /// One picture; null: the whole referral.
    image: Option<Uuid>,
    /// Eight characters to name the referral by.
    reference: String,
    department_name: String,
    submitted_at: Option<At>,
    marked_at: At,
    marked_by: String,
    by_department: bool,
    reason: String,
    /// An answer had been given, or was given all the same.
    answered: bool,
    openers: Vec<Opener>,
    /// The department has said who opened it there.
    department_heard: bool,
    replacement: Option<Replacement>,
}

/// What the office has entered in error.
#[derive(Debug, Serialize, ToSchema)]
pub struct Errors {
    items: Vec<EnteredInError>,
}

fn reason_of(written: &str) -> Result<String, Problem> {
    let reason = written.trim().to_owned();
    let refused = |code: &'static str, message: String| Err(Problem::invalid_field("reason", code, message));
    if blank(&reason) {
        return refused("required", "Write what is wrong: whoever had opened it has to understand it.".to_owned());
    }
    if reason.chars().count() > LONGEST_REASON {
        return refused("too-long", format!("This is too long. Shorten it to {LONGEST_REASON} characters."));
    }
    if !is_plain(&reason) {
        let message = "This holds characters that can't be seen. Write it again, without copying it from elsewhere.";
        return refused("not-plain", message.to_owned());
    }
    Ok(reason)
}

/// Marks a sent referral as entered for the wrong patient: nobody sees it any more, at the office or in the department.
/// Everybody who had opened it is told. A repeat changes nothing, and may name the draft that takes its place.
#[utoipa::path(post, path = "/referrals/{id}/entered-in-error", operation_id = "markReferral", params(("id" = Uuid, Path)),
    request_body = EnteredInErrorRequest,
    responses((status = OK, body = Marked), (status = CONFLICT, description = "not-submitted, or for a replacement practice-closed")))]
pub async fn mark_referral(
    State(ctx): State<Context>,
    caller: Caller,
    Path(id): Path<Uuid>,
    Json(body): Json<EnteredInErrorRequest>,
) -> Result<Json<Marked>, Problem> {
    if error::find(&ctx, &caller, id).await?.is_some_and(|error| error.image.is_none()) {
        return again(&ctx, &caller, id, body.replacement).await;
    }
    let acting = Acting::on(&ctx, &caller, id).await?;
    acting.row.state.markable()?;
    let reason = reason_of(&body.reason)?;
    if let Some(draft) = body.replacement {
        is_open(&ctx, acting.practice).await?;
        fresh(&ctx, draft).await?;
    }
    mark(&acting, Mistake { referral: id, image: None }, reason, body.replacement).await
}

/// Marks one sent picture as somebody else's: it and its copies are out of sight. A repeat changes nothing.
#[utoipa::path(post, path = "/images/{id}/entered-in-error", operation_id = "markPicture", params(("id" = Uuid, Path)),
    request_body = EnteredInErrorRequest,
    responses((status = OK, body = Marked), (status = CONFLICT, description = "not-submitted, or for a replacement practice-closed, already-submitted or training-mixed")))]
pub async fn mark_picture(
    State(ctx): State<Context>,
    caller: Caller,
    Path(id): Path<Uuid>,
    Json(body): Json<EnteredInErrorRequest>,
) -> Result<Json<Marked>, Problem> {
    if error::find(&ctx, &caller, id).await?.is_some_and(|error| error.image.is_some()) {
        return again(&ctx, &caller, id, body.replacement).await;
    }
    let row = image::find(&ctx, &caller, id).await?.ok_or_else(Problem::not_found)?;
    let acting = Acting::on(&ctx, &caller, row.referral).await?;
    if row.sent_at.is_none() {
        return Err(Problem::conflict("not-submitted", "The picture was not sent yet. Remove it instead."));
    }
    let reason = reason_of(&body.reason)?;
    if let Some(draft) = body.replacement {
        takes_picture(&ctx, &caller, &acting, draft).await?;
    }
    mark(&acting, Mistake { referral: row.referral, image: Some(id) }, reason, body.replacement).await
}

/// A draft of the same practice, or an id that nothing goes by.
async fn takes_picture(ctx: &Context, caller: &Caller, acting: &Acting<'_>, draft: Uuid) -> Result<(), Problem> {
    is_open(ctx, acting.practice).await?;
    match referral::find(ctx, caller, draft).await? {
        None => fresh(ctx, draft).await,
        Some(there) if there.practice != acting.practice || there.discarded_at.is_some() => Err(Problem::not_found()),
        Some(there) if there.state != ReferralState::Draft => Err(Problem::conflict(
            "already-submitted",
            "That referral was sent, so the picture can't go there. Choose a draft, or begin a new one.",
        )),
        Some(there) if there.training != acting.row.training => Err(Problem::conflict(
            "training-mixed",
            "One of the two is only to try the service with, the other is about a patient: a picture can't go from one to the other. Choose another draft, or begin a new one.",
        )),
        Some(_) if image::count_outside(&ctx.db, draft).await? >= MAX_IMAGES => Err(too_many_images()),
        Some(_) => Ok(()),
    }
}

async fn mark(
    acting: &Acting<'_>,
    mistake: Mistake,
    reason: String,
    replacement: Option<Uuid>,
) -> Result<Json<Marked>, Problem> {
    let Acting { ctx, caller, key, role, .. } = acting;
    let told = Told { reason, by: caller.name.clone() };
    let mut tx = ctx.begin().await?;
    referral::locked(&mut tx, mistake.referral).await?;
    let by = (caller.person, *role);
    if mistake::mark(ctx, &mut tx, key, mistake, &told, Some(by)).await? {
        if let Some(draft) = replacement {
            error::replace(&mut tx, mistake.id(), draft, by).await?;
        }
        publish(acting, &mut tx, mistake, &told, replacement).await?;
        tx.commit().await?;
    } else {
        // Another request was faster.
        drop(tx);
    }
    again(ctx, caller, mistake.id(), replacement).await
}

async fn publish(
    acting: &Acting<'_>,
    tx: &mut kit::Tx,
    mistake: Mistake,
    told: &Told,
    replacement: Option<Uuid>,
) -> Result<(), Problem> {
    let (ctx, envelope) = (acting.ctx, acting.envelope());
    let replaced_by = replacement.map(|id| id.as_bytes().to_vec()).unwrap_or_default();
    let (reason, marked_by) = (told.reason.clone(), told.by.clone());
    match mistake.image {
        Some(image) => {
            let image = image.as_bytes().to_vec();
            ctx.publish(tx, envelope, &PictureEnteredInError { image, reason, marked_by, replaced_by }).await?;
        }
        None => ctx.publish(tx, envelope, &ReferralEnteredInError { reason, marked_by, replaced_by }).await?,
    }
    Ok(())
}

/// What stands, with the draft made as far as it can be made now.
async fn again(ctx: &Context, caller: &Caller, id: Uuid, replacement: Option<Uuid>) -> Result<Json<Marked>, Problem> {
    let error = error::find(ctx, caller, id).await?.ok_or_else(Problem::not_found)?;
    if error.replacement.is_none()
        && let Some(draft) = replacement
    {
        name_replacement(ctx, caller, &error, draft).await?;
    }
    let error = error::find(ctx, caller, id).await?.ok_or_else(Problem::not_found)?;
    Ok(Json(Marked { replacement: made(ctx, caller, &error).await? }))
}

/// Copies what goes along. What can't be done now is done by a repair: the mark stands either way.
async fn made(ctx: &Context, caller: &Caller, error: &error::Row) -> Result<Option<Replacement>, Problem> {
    let Some(id) = error.replacement else { return Ok(None) };
    let ready = match replacement::make(ctx, error.id).await {
        Ok(_) => true,
        Err(cause) => {
            tracing::warn!(%cause, "the draft for the right case is not complete yet");
            false
        }
    };
    let now = error::find(ctx, caller, error.id).await?.ok_or_else(Problem::not_found)?;
    Ok(Some(Replacement { id, ready, left_out: replacement::left_out(ctx, &now).await? }))
}

/// Names the draft that takes the place of what was marked before.
async fn name_replacement(ctx: &Context, caller: &Caller, error: &error::Row, draft: Uuid) -> Result<(), Problem> {
    let acting = Acting::even_mistaken(ctx, caller, error.referral).await?;
    if error.image.is_some() {
        takes_picture(ctx, caller, &acting, draft).await?;
    } else {
        is_open(ctx, acting.practice).await?;
        fresh(ctx, draft).await?;
    }
    let told: Told = match &error.told {
        Some(bytes) => sealed::open(&acting.key, sealed::TOLD, error.id, bytes)?,
        None => return Err(Problem::not_found()),
    };
    let mut tx = ctx.begin().await?;
    if error::replace(&mut tx, error.id, draft, (caller.person, acting.role)).await? {
        let mistake = Mistake { referral: error.referral, image: error.image };
        publish(&acting, &mut tx, mistake, &told, Some(draft)).await?;
        tx.commit().await?;
    }
    Ok(())
}

/// Begins the draft for the right case, of something that was marked before. A repeat gets the draft that was begun,
/// and goes on with what could not be copied yet.
#[utoipa::path(post, path = "/errors/{id}/replacement", operation_id = "replaceMistake", params(("id" = Uuid, Path)),
    request_body = ReplacementRequest, responses((status = OK, body = Marked), (status = CONFLICT, description = "practice-closed, already-submitted or training-mixed")))]
pub async fn replace(
    State(ctx): State<Context>,
    caller: Caller,
    Path(id): Path<Uuid>,
    Json(ReplacementRequest { id: draft }): Json<ReplacementRequest>,
) -> Result<Json<Marked>, Problem> {
    let error = error::find(&ctx, &caller, id).await?.ok_or_else(Problem::not_found)?;
    if error.replacement.is_none() {
        name_replacement(&ctx, &caller, &error, draft).await?;
    }
    replacement::make(&ctx, id).await?;
    again(&ctx, &caller, id, Some(draft)).await
}

/// What the caller's offices have entered in error, newest first, with everybody who had opened it.
#[utoipa::path(get, path = "/errors", operation_id = "listMistakes", responses((status = OK, body = Errors)))]
pub async fn list(State(ctx): State<Context>, caller: Caller) -> Result<Json<Errors>, Problem> {
    of_office(&caller)?;
    let practices = lists::practices(&ctx, &caller).await?;
    let mut items = Vec::new();
    for practice in practices {
        for row in error::of_practice(&ctx, &caller, practice).await? {
            items.push(shown(&ctx, row).await?);
        }
    }
    items.sort_by_key(|item| std::cmp::Reverse((item.marked_at, item.id)));
    seen(&ctx, &caller, "search", "errors", None).await?;
    Ok(Json(Errors { items }))
}

async fn shown(ctx: &Context, row: error::Row) -> Result<EnteredInError, Problem> {
    let key = ctx.keys.get(row.referral).await?;
    let told: Option<Told> =
        row.told.as_ref().map(|bytes| sealed::open(&key, sealed::TOLD, row.id, bytes)).transpose()?;
    let told = told.unwrap_or_else(|| Told { reason: String::new(), by: String::new() });
    let read = notice::read_by(&ctx.db, row.id).await?;
    let mut openers = Vec::new();
    for one in opening::of_referral(&ctx.db, row.referral).await? {
        let read_at = read.iter().find(|(person, _)| *person == one.person).and_then(|(_, at)| *at);
        let name = sealed::open(&key, sealed::OPENER, one.person, &one.who)?;
        openers.push(Opener { name, of_department: false, opened_at: one.opened_at, read_at });
    }
    let there: Option<Vec<DepartmentOpener>> =
        row.openers.as_ref().map(|bytes| sealed::open(&key, sealed::OPENERS, row.id, bytes)).transpose()?;
    let department_heard = there.is_some();
    openers.extend(there.into_iter().flatten().map(|one| Opener {
        name: one.name,
        of_department: true,
        opened_at: one.at,
        read_at: None,
    }));
    let left_out = replacement::left_out(ctx, &row).await?;
    Ok(EnteredInError {
        id: row.id,
        image: row.image,
        reference: reference(row.referral),
        department_name: row.department_name,
        submitted_at: row.submitted_at,
        marked_at: row.at,
        marked_by: told.by,
        by_department: row.by_department,
        reason: told.reason,
        answered: row.answered_at.is_some(),
        openers,
        department_heard,
        replacement: row.replacement.map(|id| Replacement { id, ready: row.replaced_at.is_some(), left_out }),
    })
}
