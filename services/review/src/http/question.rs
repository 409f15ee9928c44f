//! `POST /cases/{id}/information-request`

use super::{case_for, holder, not_held, role_in};
use crate::question::{self, OneOrMore};
use crate::release::of_case;
use crate::store::question::{NewQuestion, OpenRow};
use crate::{ReviewError, sealed, store};
use axum::extract::State;
use axum::http::StatusCode;
use kit::http::{Json, Path};
use kit::log::Envelope;
use kit::seal::DataKey;
use kit::{Caller, Context};
use proto::review::InformationRequested;
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// A question with the claim's token.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = review::InformationRequest)]
pub struct InformationRequest {
    token: Uuid,
    /// What is missing; at least one.
    wants: OneOrMore,
    /// To the practice.
    text: String,
}

/// Asks the practice. The claim ends and the case leaves the worklist until the reply comes. The same words of the same person
/// again, while their question is open, change nothing.
#[utoipa::path(
    post, path = "/cases/{id}/information-request", operation_id = "reviewAsk", tag = "review", params(("id" = Uuid, Path)),
    request_body = InformationRequest,
    responses(
        (status = 204),
        (status = 409, description = "`claim-lost`, `withdrawn` or `question-open`", body = kit::http::ProblemBody),
        (status = 422, body = kit::http::ProblemBody)
    )
)]
pub async fn ask(
    State(ctx): State<Context>,
    caller: Caller,
    Path(id): Path<Uuid>,
    Json(body): Json<InformationRequest>,
) -> Result<StatusCode, ReviewError> {
    let case = case_for(&ctx, &caller, id).await?;
    question::check(body.wants.as_slice(), &body.text)?;
    let key = ctx.keys.get(case.data_key).await?;
    let (question, text) = (ctx.new_id(), body.text.trim().to_owned());
    let new = NewQuestion {
        id: question,
        asked_name: caller.name.clone(),
        wants: question::joined(body.wants.as_slice()),
        content: sealed::seal(&ctx, &key, sealed::QUESTION, question, &text)?,
    };
    let fact = InformationRequested {
        question: question.as_bytes().to_vec(),
        wants: new.wants.clone(),
        text,
        asked_by: caller.name.clone(),
    };
    let mut tx = ctx.begin().await?;
    if !store::question::ask(&mut tx, holder(&ctx, &caller, id, body.token), new).await? {
        let open = store::question::open(&mut tx, id).await?;
        drop(tx);
        return match open {
            // The first answer may have been lost on the way.
            Some(open) if is_repeat(&open, &caller, &key, &fact)? => Ok(StatusCode::NO_CONTENT),
            Some(_) => Err(ReviewError::QuestionOpen),
            None => Err(not_held(&ctx, &caller, id).await),
        };
    }
    let envelope = Envelope {
        actor: ctx.pseudonym(caller.person),
        actor_role: role_in(&caller, case.department).as_str().to_owned(),
        ..of_case(&ctx, &case)
    };
    ctx.publish(&mut tx, envelope, &fact).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Whether the caller has asked this very question.
fn is_repeat(open: &OpenRow, caller: &Caller, key: &DataKey, fact: &InformationRequested) -> Result<bool, ReviewError> {
    if open.asked_by != caller.person || open.wants != fact.wants {
        return Ok(false);
    }
    Ok(sealed::open::<String>(key, sealed::QUESTION, open.id, &open.content)? == fact.text)
}
