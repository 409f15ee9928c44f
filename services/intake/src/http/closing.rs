//! What an office does with an answer that it has read: it says what was done, and files it in its own record.

use crate::acting::Acting;
use crate::sealed::{self, CloseOut};
use crate::store::{answer, referral};
use crate::text::is_plain;
use crate::vocabulary::Outcome;
use axum::extract::State;
use axum::http::StatusCode;
use kit::http::{Json, Path};
use kit::log::Envelope;
use kit::{Caller, Context, Problem};
use proto::intake::{AnswerFiled, CloseOutRecorded};
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

const LONGEST: usize = 2_000;

/// What was done.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CloseOutRequest {
    /// In a word.
    outcome: Outcome,
    /// In words, where there is something to say.
    #[serde(default)]
    #[schema(max_length = 2000)]
    text: String,
}

/// Which answer.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct FiledRequest {
    answer_id: Uuid,
}

/// Records what was done after the answer was read. The same again changes nothing; something else puts it right.
#[utoipa::path(post, path = "/referrals/{id}/close-out", params(("id" = Uuid, Path)), request_body = CloseOutRequest,
    responses((status = NO_CONTENT), (status = CONFLICT, description = "not-read")))]
pub async fn close_out(
    State(ctx): State<Context>,
    caller: Caller,
    Path(id): Path<Uuid>,
    Json(body): Json<CloseOutRequest>,
) -> Result<StatusCode, Problem> {
    let acting = Acting::on(&ctx, &caller, id).await?;
    let text = body.text.trim().to_owned();
    if text.chars().count() > LONGEST {
        let message = format!("This is too long. Shorten it to {LONGEST} characters.");
        return Err(Problem::invalid_field("text", "too-long", message));
    }
    if !is_plain(&text) {
        let message = "This holds characters that can't be seen. Write it again, without copying it from elsewhere.";
        return Err(Problem::invalid_field("text", "not-plain", message));
    }
    let mut tx = ctx.begin().await?;
    // Under the row's lock: of two at once that say the same one is recorded.
    let row = referral::locked(&mut tx, id).await?.ok_or_else(Problem::not_found)?;
    let before: Option<CloseOut> =
        row.close_out_text.as_ref().map(|bytes| sealed::open(&acting.key, sealed::CLOSE_OUT, id, bytes)).transpose()?;
    // After a newer answer it is recorded anew, be it the same.
    if row.closed_out_at.is_some()
        && row.close_out == Some(body.outcome)
        && before.is_some_and(|before| before.text == text)
    {
        return Ok(StatusCode::NO_CONTENT);
    }
    let words = CloseOut { text: text.clone(), by: caller.name.clone() };
    let sealed = sealed::seal(&ctx, &acting.key, sealed::CLOSE_OUT, id, &words)?;
    if !referral::close_out(&mut tx, id, body.outcome, sealed).await? {
        return Err(Problem::conflict("not-read", "Read the answer first, then say what was done."));
    }
    let envelope = Envelope { close_out: body.outcome.as_str().to_owned(), ..acting.envelope() };
    let fact = CloseOutRecorded { text, recorded_by: caller.name.clone() };
    ctx.publish(&mut tx, envelope, &fact).await?;
    acting.happened(&mut tx, "closed-out").await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Notes that an answer stands in the office's own record. A repeat changes nothing: who filed it first stands.
#[utoipa::path(post, path = "/referrals/{id}/filed", operation_id = "fileAnswer", params(("id" = Uuid, Path)), request_body = FiledRequest,
    responses((status = NO_CONTENT)))]
pub async fn filed(
    State(ctx): State<Context>,
    caller: Caller,
    Path(id): Path<Uuid>,
    Json(FiledRequest { answer_id }): Json<FiledRequest>,
) -> Result<StatusCode, Problem> {
    let acting = Acting::on(&ctx, &caller, id).await?;
    let sealed = sealed::seal(&ctx, &acting.key, sealed::FILED, answer_id, &caller.name)?;
    let mut tx = ctx.begin().await?;
    if !answer::file(&mut tx, answer_id, id, sealed).await? {
        drop(tx);
        let there = answer::of_referral(&ctx.db, id).await?.iter().any(|answer| answer.id == answer_id);
        return if there { Ok(StatusCode::NO_CONTENT) } else { Err(Problem::not_found()) };
    }
    let fact = AnswerFiled { answer: answer_id.as_bytes().to_vec(), filed_by: caller.name.clone() };
    ctx.publish(&mut tx, acting.envelope(), &fact).await?;
    acting.happened(&mut tx, "filed").await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}
