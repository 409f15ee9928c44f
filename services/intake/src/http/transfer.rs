//! A patient changes practice: an open referral goes along, with the patient's consent, and is not here any more.

use super::{of_office, seen};
use crate::acting::{Acting, noted};
use crate::duty::{envelope, hpr_number, successor};
use crate::sealed::{self, Note};
use crate::store::{chair, duty, place, succession, transfer as rows};
use crate::text::blank;
use axum::extract::State;
use axum::http::StatusCode;
use kit::http::{FieldError, Json, Path};
use kit::log::Envelope;
use kit::{Caller, Context, Problem};
use proto::intake::ReferralTransferred;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

const LONGEST_REASON: usize = 2_000;

/// A practice to which a patient can go.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = intake::Practice)]
pub struct PracticeName {
    id: Uuid,
    name: String,
}

/// Practices that are open, by name; those for training among themselves.
#[utoipa::path(get, path = "/practices", responses((status = OK, body = Vec<PracticeName>)))]
pub async fn practices(State(ctx): State<Context>, caller: Caller) -> Result<Json<Vec<PracticeName>>, Problem> {
    of_office(&caller)?;
    let mut all = Vec::new();
    for test in [false, true] {
        let mut own = false;
        for practice in caller.practices(&super::OFFICE) {
            own |= place::practice(&ctx.db, practice).await?.is_some_and(|one| one.test == test);
        }
        if own {
            all.extend(succession::open_practices(&ctx.db, test, ctx.now()).await?);
        }
    }
    Ok(Json(all.into_iter().map(|(id, name)| PracticeName { id, name }).collect()))
}

/// Where to, and why.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Transfer {
    practice_id: Uuid,
    /// That the patient agrees.
    consent: bool,
    #[schema(min_length = 1, max_length = 2000)]
    reason: String,
}

impl Transfer {
    fn faults(&self) -> Vec<FieldError> {
        let mut errors = Vec::new();
        if !self.consent {
            let message = "Ask the patient first: the other practice reads the whole referral and its answer.";
            errors.push(FieldError::new("consent", "required", message));
        }
        if blank(&self.reason) {
            let message = "Write why the referral goes to another practice, for example that the patient moved.";
            errors.push(FieldError::new("reason", "required", message));
        } else if self.reason.chars().count() > LONGEST_REASON {
            let message = format!("This is too long. Shorten it to {LONGEST_REASON} characters.");
            errors.push(FieldError::new("reason", "too-long", message));
        }
        errors
    }
}

/// Gives an open referral to the practice to which its patient went. It is not here any more. A repeat changes nothing.
#[utoipa::path(post, path = "/referrals/{id}/transfer", params(("id" = Uuid, Path)), request_body = Transfer,
    responses((status = NO_CONTENT), (status = CONFLICT, description = "not-open"),
        (status = UNPROCESSABLE_ENTITY, description = "`consent`, `reason` or `practiceId`")))]
pub async fn transfer(
    State(ctx): State<Context>,
    caller: Caller,
    Path(id): Path<Uuid>,
    Json(body): Json<Transfer>,
) -> Result<StatusCode, Problem> {
    of_office(&caller)?;
    let acting = match Acting::on(&ctx, &caller, id).await {
        Ok(acting) => acting,
        // It went where it was sent by this very person, whose answer was lost.
        Err(_) if rows::sent_by(&ctx.db, id, caller.person).await? == Some(body.practice_id) => {
            return Ok(StatusCode::NO_CONTENT);
        }
        Err(absent) => return Err(absent),
    };
    let mut faults = body.faults();
    let to = place::practice(&ctx.db, body.practice_id).await?;
    let open = !succession::is_closed(&ctx.db, body.practice_id, ctx.now()).await?;
    let to = to.filter(|to| open && to.id != acting.practice && to.test == acting.row.test);
    if to.is_none() {
        let message = "The referral can't go to this practice. Choose another one that is open.";
        faults.push(FieldError::new("practiceId", "unknown-practice", message));
    } else if !succession::is_staffed(&ctx.db, body.practice_id, ctx.now()).await? {
        let message = "Nobody works in this practice here yet, so nobody would read the answer. Choose another one.";
        faults.push(FieldError::new("practiceId", "nobody-there", message));
    }
    let Some(to) = to.filter(|_| faults.is_empty()) else { return Err(Problem::invalid(faults)) };
    move_to(&acting, &to, body.reason.trim()).await?;
    seen(&ctx, &caller, "transfer", "referral", Some(id)).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn move_to(acting: &Acting<'_>, to: &place::Practice, reason: &str) -> Result<(), Problem> {
    let Acting { ctx, caller, row, key, .. } = acting;
    let takes = successor(ctx, to.id, None).await?;
    let mut tx = ctx.begin().await?;
    if !rows::transfer(&mut tx, row.id, (row.practice, to.id), caller.person).await? {
        drop(tx);
        if rows::sent_by(&ctx.db, row.id, caller.person).await? == Some(to.id) {
            return Ok(());
        }
        return Err(Problem::conflict(
            "not-open",
            "Only a referral that waits for an answer, or whose answer nobody has read, goes to another practice.",
        ));
    }
    let name = takes.as_ref().map(|one| sealed::seal(ctx, key, sealed::RESPONSIBLE, row.id, &one.name)).transpose()?;
    chair::note(&mut tx, row.id, &ctx.settings.working_days).await?;
    duty::take(&mut tx, row.id, takes.as_ref().map(|one| one.id), name).await?;
    let fact = ReferralTransferred {
        from_practice: row.practice.as_bytes().to_vec(),
        from_practice_name: row.practice_name.clone(),
        practice_name: to.name.clone(),
        reason: reason.to_owned(),
        consent: true,
        responsible: takes.as_ref().map(|one| one.id.as_bytes().to_vec()).unwrap_or_default(),
        responsible_name: takes.as_ref().map(|one| one.name.clone()).unwrap_or_default(),
        responsible_hpr: match &takes {
            Some(one) => hpr_number(ctx, one.id).await?,
            None => String::new(),
        },
    };
    let by = Some((*caller, acting.role.as_str()));
    let about = envelope(ctx, (row, to.id), takes.as_ref().map_or(Uuid::nil(), |one| one.id), by);
    let responsible = if takes.is_some() { about.responsible.clone() } else { Vec::new() };
    ctx.publish(&mut tx, Envelope { responsible, channel: to.channel.clone(), ..about }, &fact).await?;
    let note = Note { to: Some(to.name.clone()), note: Some(reason.to_owned()), hpr: None };
    noted(ctx, &mut tx, (key, row.id), ("transferred", Some(&caller.name)), &note).await?;
    Ok(tx.commit().await?)
}
