//! How a referral ends for the office: it is withdrawn, or its answer is read, or why it was declined.

use crate::acting::Acting;
use crate::duty;
use crate::referral::State as ReferralState;
use crate::sealed;
use crate::store::{answer, chair, decline, referral};
use crate::text::blank;
use axum::extract::State;
use axum::http::StatusCode;
use kit::http::{Json, Path};
use kit::log::Envelope;
use kit::{Caller, Context, Problem};
use proto::intake::{AnswerAcknowledged, ReferralWithdrawn};
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

const LONGEST_REASON: usize = 2_000;

/// Why a referral is withdrawn.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Withdraw {
    #[schema(min_length = 1, max_length = 2000)]
    reason: String,
}

/// Withdraws a referral that waits for its answer. A repeat changes nothing.
#[utoipa::path(post, path = "/referrals/{id}/withdraw", params(("id" = Uuid, Path)), request_body = Withdraw,
    responses((status = NO_CONTENT), (status = CONFLICT, description = "already-answered or not-submitted")))]
pub async fn withdraw(
    State(ctx): State<Context>,
    caller: Caller,
    Path(id): Path<Uuid>,
    Json(Withdraw { reason }): Json<Withdraw>,
) -> Result<StatusCode, Problem> {
    let acting = Acting::on(&ctx, &caller, id).await?;
    if acting.row.state == ReferralState::Withdrawn {
        return Ok(StatusCode::NO_CONTENT);
    }
    acting.row.state.withdrawable()?;
    let reason = reason.trim().to_owned();
    if blank(&reason) {
        return Err(Problem::invalid_field(
            "reason",
            "required",
            "Write why the referral is withdrawn: the specialist may have begun to read it.",
        ));
    }
    if reason.chars().count() > LONGEST_REASON {
        return Err(Problem::invalid_field(
            "reason",
            "too-long",
            format!("This is too long. Shorten it to {LONGEST_REASON} characters."),
        ));
    }
    let sealed = sealed::seal(&ctx, &acting.key, sealed::REASON, id, &reason)?;
    let mut tx = ctx.begin().await?;
    if !referral::withdraw(&mut tx, id, sealed).await? {
        drop(tx);
        let now = referral::find(&ctx, &caller, id).await?.ok_or_else(Problem::not_found)?;
        // Withdrawn by another request, or answered since.
        return if now.state == ReferralState::Withdrawn {
            Ok(StatusCode::NO_CONTENT)
        } else {
            Err(crossed(now.state))
        };
    }
    chair::note(&mut tx, id, &ctx.settings.working_days).await?;
    ctx.publish(&mut tx, acting.envelope(), &ReferralWithdrawn { reason }).await?;
    acting.happened(&mut tx, "withdrawn").await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}

fn crossed(state: ReferralState) -> Problem {
    state.withdrawable().err().unwrap_or_else(|| {
        Problem::conflict("crossed", "The referral changed at this moment. Look at it and try again.")
    })
}

/// Which answer, or which refusal, was read: the one that stood on the page.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Acknowledge {
    answer_id: Uuid,
}

/// Notes that the office has read the answer or refusal that it names. A newer one that came meanwhile stays unread. A repeat
/// changes nothing.
#[utoipa::path(post, path = "/referrals/{id}/acknowledge", params(("id" = Uuid, Path)), request_body = Acknowledge,
    responses((status = NO_CONTENT), (status = CONFLICT, description = "no-answer or newer-answer")))]
pub async fn acknowledge(
    State(ctx): State<Context>,
    caller: Caller,
    Path(id): Path<Uuid>,
    Json(Acknowledge { answer_id }): Json<Acknowledge>,
) -> Result<StatusCode, Problem> {
    let acting = Acting::on(&ctx, &caller, id).await?;
    let row = &acting.row;
    let newest = newest(&ctx, id).await?;
    if row.answered_at.is_none() || newest.is_none() {
        return Err(Problem::conflict("no-answer", "There is no answer yet."));
    }
    if newest.is_none_or(|newest| newest.id != answer_id) {
        return Err(newer_answer());
    }
    if row.acknowledged_at.is_some() {
        return Ok(StatusCode::NO_CONTENT);
    }
    let mut tx = ctx.begin().await?;
    if !referral::acknowledge(&mut tx, id, answer_id).await? {
        drop(tx);
        // Another request was faster, or another answer.
        let now = referral::find(&ctx, &caller, id).await?.ok_or_else(Problem::not_found)?;
        return if now.acknowledged_at.is_some() { Ok(StatusCode::NO_CONTENT) } else { Err(newer_answer()) };
    }
    let refused = newest.is_some_and(|newest| newest.refusal);
    let disposition = if refused { "reject".to_owned() } else { String::new() };
    chair::note(&mut tx, id, &ctx.settings.working_days).await?;
    let fact = AnswerAcknowledged { answer: answer_id.as_bytes().to_vec() };
    ctx.publish(&mut tx, Envelope { disposition, ..acting.envelope() }, &fact).await?;
    // A question that was asked since is still open, or its reply is with the department.
    if let Some(now) = referral::any(&mut tx, id).await?.filter(|now| now.state.is_waiting()) {
        duty::open_again(&ctx, &mut tx, &now, &acting.key).await?;
    }
    acting.happened(&mut tx, "acknowledged").await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}

/// What the department said last.
#[derive(Clone, Copy)]
struct Newest {
    id: Uuid,
    refusal: bool,
}

async fn newest(ctx: &Context, referral: Uuid) -> sqlx::Result<Option<Newest>> {
    let answers = answer::of_referral(&ctx.db, referral).await?;
    let declines = decline::of_referral(&ctx.db, referral).await?;
    let answers = answers.into_iter().map(|row| (row.answered_at, Newest { id: row.id, refusal: false }));
    let all = answers.chain(declines.into_iter().map(|row| (row.at, Newest { id: row.id, refusal: true })));
    Ok(all.max_by_key(|(at, newest)| (*at, newest.id)).map(|(_, newest)| newest))
}

fn newer_answer() -> Problem {
    let detail = "This is not the newest answer: another one has come meanwhile. Read that one first.";
    Problem::conflict("newer-answer", detail)
}
