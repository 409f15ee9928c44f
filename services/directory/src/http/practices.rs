//! Practices: the list with register and enablement, and what administrators record about them.

use super::{Made, Named};
use crate::acts::once::Author;
use crate::acts::{enablement, practices as act, registers};
use crate::enablement::{NewEnablement, Step};
use crate::practice::{NewPractice, NewRegister, PracticeChange};
use crate::specialty::Specialty;
use crate::store::{closings, practices as rows};
use axum::extract::State;
use axum::http::StatusCode;
use kit::http::{Json, Path};
use kit::idempotency::IdempotencyKey;
use kit::{Caller, Context, Problem, Role};
use serde::Serialize;
use std::cmp::Ordering;
use std::collections::HashMap;
use uuid::Uuid;

/// A step that was taken.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct StepView {
    step: Step,
    specialty: Option<Specialty>,
    /// `YYYY-MM-DD`.
    on: String,
}

impl StepView {
    pub(super) fn new(step: Step, specialty: Option<Specialty>, on: String) -> Self {
        Self { step, specialty, on }
    }

    pub(super) fn is(&self, step: Step, specialty: Option<Specialty>) -> bool {
        (self.step, self.specialty) == (step, specialty)
    }

    pub(super) fn by_day(one: &Self, other: &Self) -> Ordering {
        one.on.cmp(&other.on)
    }
}

/// A practice of the list.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PracticeView {
    id: Uuid,
    name: String,
    municipality: String,
    centrality: i64,
    channel: String,
    /// As the register says today; null when nothing was recorded.
    list_size: Option<i64>,
    gps: Option<i64>,
    staff: Option<i64>,
    test_practice: bool,
    /// Its key in the register that was imported; null when it was registered by hand.
    external_key: Option<String>,
    /// `YYYY-MM-DD`; null while it is open.
    closed_on: Option<String>,
    /// Null when it is in no trial.
    trial_arm: Option<String>,
    /// Null when none is known.
    phone: Option<String>,
    /// Who is asked when the practice does not look, and answers for what nobody else in it does; null when nobody was chosen.
    deputy: Option<Named>,
    /// The practice that takes over from the day on which this one is closed.
    taken_over_by: Option<Uuid>,
    /// Taken over as a whole, and not only what is open.
    merged: bool,
    /// Oldest first, each step and specialty as last recorded.
    enablement: Vec<StepView>,
}

#[utoipa::path(get, path = "/practices", tag = "directory", responses((status = OK, body = Vec<PracticeView>)))]
pub async fn list(State(ctx): State<Context>, caller: Caller) -> Result<Json<Vec<PracticeView>>, Problem> {
    caller.require(&[Role::Administrator, Role::ProgrammeManager])?;
    let practices = rows::list(&ctx.db).await?;
    let mut sizes = HashMap::new();
    for (practice, list_size, gps, staff) in rows::registers(&ctx.db, ctx.now().date()).await? {
        // Oldest first: what comes later takes its place.
        sizes.insert(practice, (list_size, gps, staff));
    }
    let mut steps: HashMap<Uuid, Vec<StepView>> = HashMap::new();
    for (practice, step, specialty, on) in rows::steps(&ctx.db).await? {
        let taken = steps.entry(practice).or_default();
        taken.retain(|one| !one.is(step, specialty));
        taken.push(StepView::new(step, specialty, on));
    }
    let ends = closings::list(&ctx.db).await?;
    let said = |text: String| Some(text).filter(|text| !text.is_empty());
    let views = practices.into_iter().map(|row| {
        let size = sizes.get(&row.id);
        let end = ends.iter().find(|end| end.id == row.id);
        let mut enablement = steps.remove(&row.id).unwrap_or_default();
        enablement.sort_by(StepView::by_day);
        PracticeView {
            list_size: size.map(|size| size.0),
            gps: size.map(|size| size.1),
            staff: size.map(|size| size.2),
            enablement,
            taken_over_by: end.and_then(|end| end.taken_over_by).filter(|_| !row.closed_on.is_empty()),
            merged: end.is_some_and(|end| end.merged && !row.closed_on.is_empty()),
            id: row.id,
            name: row.name,
            municipality: row.municipality,
            centrality: row.centrality,
            channel: row.channel,
            test_practice: row.test_practice,
            external_key: row.external_key,
            closed_on: said(row.closed_on),
            trial_arm: said(row.trial_arm),
            phone: said(row.phone),
            deputy: Named::of(row.deputy, row.deputy_name),
        }
    });
    Ok(Json(views.collect()))
}

#[utoipa::path(post, path = "/practices", tag = "directory", params(IdempotencyKey), request_body = NewPractice, responses(
    (status = CREATED, body = Made), (status = CONFLICT, description = "`id-reused` or `key-reused`")))]
pub async fn add(
    State(ctx): State<Context>,
    author: Author,
    Json(new): Json<NewPractice>,
) -> Result<(StatusCode, Json<Made>), Problem> {
    let id = act::add(&ctx, &author, &new).await?;
    Ok((StatusCode::CREATED, Json(Made { id })))
}

#[utoipa::path(put, path = "/practices/{id}", tag = "directory", params(("id" = Uuid, Path), IdempotencyKey),
    request_body = PracticeChange, responses((status = NO_CONTENT, description = "It holds from that day.")))]
pub async fn change(
    State(ctx): State<Context>,
    author: Author,
    Path(id): Path<Uuid>,
    Json(change): Json<PracticeChange>,
) -> Result<StatusCode, Problem> {
    act::change(&ctx, &author, id, &change).await?;
    Ok(StatusCode::NO_CONTENT)
}

#[utoipa::path(post, path = "/practices/{id}/register", tag = "directory", params(("id" = Uuid, Path), IdempotencyKey),
    request_body = NewRegister, responses((status = CREATED, body = Made)))]
pub async fn record_register(
    State(ctx): State<Context>,
    author: Author,
    Path(practice): Path<Uuid>,
    Json(new): Json<NewRegister>,
) -> Result<(StatusCode, Json<Made>), Problem> {
    let id = registers::record(&ctx, &author, practice, &new).await?;
    Ok((StatusCode::CREATED, Json(Made { id })))
}

#[utoipa::path(post, path = "/practices/{id}/enablement", tag = "directory", params(("id" = Uuid, Path), IdempotencyKey),
    request_body = NewEnablement, responses((status = CREATED, body = Made)))]
pub async fn record_enablement(
    State(ctx): State<Context>,
    author: Author,
    Path(practice): Path<Uuid>,
    Json(new): Json<NewEnablement>,
) -> Result<(StatusCode, Json<Made>), Problem> {
    let id = enablement::record(&ctx, &author, practice, &new).await?;
    Ok((StatusCode::CREATED, Json(Made { id })))
}
