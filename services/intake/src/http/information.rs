//! Replying to a department's question, once, with pictures that were added while it was open.

use crate::acting::Acting;
use crate::publishing::picture;
use crate::referral::State as ReferralState;
use crate::sealed::{self, Reply};
use crate::store::{chair, image, question, referral};
use crate::text::blank;
use crate::vocabulary::ImageState;
use axum::extract::State;
use axum::http::StatusCode;
use kit::http::{FieldError, Json, Path};
use kit::log::Envelope;
use kit::{Caller, Context, Problem, Tx};
use proto::intake::InformationSupplied;
use serde::Deserialize;
use std::collections::HashSet;
use utoipa::ToSchema;
use uuid::Uuid;

const LONGEST: usize = 10_000;

/// A reply.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Supply {
    /// Which question.
    question_id: Uuid,
    /// In words; may be empty when there are pictures.
    #[schema(max_length = 10_000)]
    text: String,
    /// Every picture that was added since the question and not removed.
    #[serde(default)]
    image_ids: Vec<Uuid>,
}

/// Replies to an open question. Repeating the same reply changes nothing.
#[utoipa::path(post, path = "/referrals/{id}/information", params(("id" = Uuid, Path)), request_body = Supply,
    responses((status = NO_CONTENT), (status = CONFLICT, description = "already-supplied or no-open-question")))]
pub async fn supply(
    State(ctx): State<Context>,
    caller: Caller,
    Path(id): Path<Uuid>,
    Json(body): Json<Supply>,
) -> Result<StatusCode, Problem> {
    let acting = Acting::on(&ctx, &caller, id).await?;
    let questions = question::of_referral(&ctx.db, id).await?;
    let asked = questions.iter().find(|row| row.id == body.question_id).ok_or_else(Problem::not_found)?;
    if asked.supplied_at.is_some() {
        return repeated(&acting, asked, &body).await;
    }
    if acting.row.state != ReferralState::AwaitingInformation {
        return Err(closed(acting.row.state));
    }
    if blank(&body.text) && body.image_ids.is_empty() {
        return Err(Problem::invalid_field("text", "required", "Write a reply, or add a picture."));
    }
    if body.text.chars().count() > LONGEST {
        return Err(Problem::invalid_field(
            "text",
            "too-long",
            format!("This is too long. Shorten it to {LONGEST} characters."),
        ));
    }
    if reply(&acting, &body).await? {
        return Ok(StatusCode::NO_CONTENT);
    }
    // Another request was faster: the same one perhaps, whose answer was lost.
    let acting = Acting::on(&ctx, &caller, id).await?;
    let questions = question::of_referral(&ctx.db, id).await?;
    match questions.iter().find(|row| row.id == body.question_id && row.supplied_at.is_some()) {
        Some(supplied) => repeated(&acting, supplied, &body).await,
        None => Err(closed(acting.row.state)),
    }
}

fn closed(state: ReferralState) -> Problem {
    let detail = match state {
        ReferralState::Withdrawn => "The referral was withdrawn, so nothing can be added to it. Write a new referral.",
        ReferralState::Answered | ReferralState::Acknowledged => {
            "The answer has come meanwhile, so nothing can be added. Read the answer; write a new referral if something is left to ask."
        }
        _ => "No question about this referral is open.",
    };
    Problem::conflict("no-open-question", detail)
}

/// The same reply again succeeds; another one is refused.
async fn repeated(acting: &Acting<'_>, asked: &question::Row, body: &Supply) -> Result<StatusCode, Problem> {
    let stands: Option<Reply> =
        asked.reply.as_ref().map(|bytes| sealed::open(&acting.key, sealed::REPLY, asked.id, bytes)).transpose()?;
    let images = image::of_referral(&acting.ctx.db, acting.row.id).await?;
    let sent: HashSet<Uuid> =
        images.iter().filter(|image| image.question == Some(asked.id)).map(|image| image.id).collect();
    if stands.is_some_and(|reply| reply.text == body.text) && sent == body.image_ids.iter().copied().collect() {
        return Ok(StatusCode::NO_CONTENT);
    }
    Err(Problem::conflict(
        "already-supplied",
        "This question was answered already, perhaps by a colleague. Read the reply that was sent.",
    ))
}

/// False when the referral or the question was closed meanwhile; then nothing is changed.
async fn reply(acting: &Acting<'_>, body: &Supply) -> Result<bool, Problem> {
    let Acting { ctx, row, content, key, .. } = acting;
    let mut tx = ctx.begin().await?;
    let at = tx.now();
    // The referral first: whoever adds a picture waits for it.
    if !referral::touch(&mut tx, row.id).await? {
        return Ok(false);
    }
    let sealed = sealed::seal(ctx, key, sealed::REPLY, body.question_id, &Reply { text: body.text.clone() })?;
    if !question::reply(&mut tx, body.question_id, row.id, at, sealed).await? {
        return Ok(false);
    }
    let pictures = sent_along(&mut tx, row.id, &body.image_ids).await?;
    for image in &pictures {
        image::send(&mut tx, image.id, at, Some(body.question_id)).await?;
    }
    let left = question::open(&mut tx, row.id).await?;
    let state = if left == 0 { ReferralState::Submitted } else { ReferralState::AwaitingInformation };
    referral::set_state(&mut tx, row.id, state, at).await?;
    chair::note(&mut tx, row.id, &ctx.settings.working_days).await?;
    let fact = InformationSupplied {
        question: body.question_id.as_bytes().to_vec(),
        text: body.text.clone(),
        pictures: pictures.iter().map(|image| picture(image, content)).collect(),
    };
    let envelope = Envelope { images: pictures.len() as u32, ..acting.envelope() };
    ctx.publish(&mut tx, envelope, &fact).await?;
    acting.happened(&mut tx, "supplied").await?;
    tx.commit().await?;
    Ok(true)
}

/// The named pictures, when they are exactly those that were added and not sent: nobody may believe that a picture went
/// out that did not.
async fn sent_along(tx: &mut Tx, referral: Uuid, named: &[Uuid]) -> Result<Vec<image::Row>, Problem> {
    let mut images = image::of_referral_in(tx, referral).await?;
    images.retain(|image| image.sent_at.is_none() && image.removed_at.is_none());
    let mut errors = Vec::new();
    for (at, id) in named.iter().enumerate() {
        match images.iter().find(|image| image.id == *id) {
            None => errors.push(FieldError::new(
                format!("imageIds[{at}]"),
                "unknown-image",
                "This picture was not added to the reply. Add it again.",
            )),
            Some(image) if image.state == ImageState::Rejected => errors.push(FieldError::new(
                format!("imageIds[{at}]"),
                "rejected-image",
                "This picture could not be read. Remove it, and add another one if it is needed.",
            )),
            Some(_) => {}
        }
    }
    if images.iter().any(|image| !named.contains(&image.id)) {
        let message = "A picture was added that is not part of the reply. Send it along or remove it.";
        errors.push(FieldError::new("imageIds", "image-left-out", message));
    }
    if errors.is_empty() { Ok(images) } else { Err(Problem::invalid(errors)) }
}
