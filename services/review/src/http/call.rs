//! The call list: what practices have not read or not answered, and that somebody has telephoned.

use super::{ROLES, case_for, departments_as, record, role_in};
use crate::call::{self, Wait, What};
use crate::release::of_case;
use crate::store::call as store;
use crate::{ReviewError, sealed};
use axum::extract::State;
use axum::http::StatusCode;
use kit::http::{Json, Path};
use kit::letter::reference;
use kit::log::Envelope;
use kit::{At, Caller, Context, Problem};
use proto::review::PracticePhoned;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// So many lines are shown; the count says how many there are.
const SHOWN: usize = 200;

/// A call that was made.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = review::Call)]
pub struct Call {
    at: At,
    by: String,
    note: String,
}

/// One line: a case that waits for two things has two.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = review::CallRow)]
pub struct Row {
    /// The case.
    id: Uuid,
    /// Eight characters by which the practice finds it.
    reference: String,
    practice_name: String,
    /// Null when none is known.
    phone: Option<String>,
    what: What,
    /// Since when it has not been read or answered.
    since: At,
    /// Since when it is the department's to telephone, or the practice's again.
    climbed_at: At,
    /// Until when somebody telephones, or until when the practice has it again.
    due_at: At,
    priority: String,
    specialty: String,
    /// The last one about it.
    call: Option<Call>,
}

/// What is to be telephoned about, and what was.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = review::CallList)]
pub struct List {
    /// To telephone about: by priority, then what is longest overdue first, 200 at most.
    items: Vec<Row>,
    /// Telephoned about, and with the practice again.
    phoned: Vec<Row>,
    /// How many there are to telephone about.
    count: usize,
}

/// What practices of the caller's departments' cases have not read or not answered.
#[utoipa::path(get, path = "/call-list", operation_id = "reviewCallList", tag = "review", responses((status = 200, body = List)))]
pub async fn list(State(ctx): State<Context>, caller: Caller) -> Result<Json<List>, ReviewError> {
    caller.require(&ROLES)?;
    let (now, days) = (ctx.now(), &ctx.settings.working_days);
    let mut waits: Vec<Wait> = Vec::new();
    for department in departments_as(&caller, &ROLES) {
        waits.extend(store::of_department(&ctx.db, department, caller.person, now).await?);
    }
    waits.sort_by_key(|wait| wait.place(now, days));
    let (to_call, others): (Vec<Wait>, Vec<Wait>) = waits.into_iter().partition(|wait| wait.to_call(now, days));
    let phoned = others.into_iter().filter(|wait| wait.phoned_at.is_some_and(|phoned| phoned >= wait.since));
    let count = to_call.len();
    let list = List { items: shown(&ctx, to_call.into_iter()).await?, phoned: shown(&ctx, phoned).await?, count };
    record(&ctx, &caller, "search", "call list", None).await?;
    Ok(Json(list))
}

async fn shown(ctx: &Context, waits: impl Iterator<Item = Wait>) -> Result<Vec<Row>, ReviewError> {
    let mut rows = Vec::new();
    for wait in waits.take(SHOWN) {
        let climb = wait.climb(ctx.now(), &ctx.settings.working_days);
        rows.push(Row {
            id: wait.case_id,
            reference: reference(wait.case_id),
            what: wait.what,
            since: wait.since,
            climbed_at: climb.since,
            due_at: climb.due,
            call: last_call(ctx, &wait).await?,
            practice_name: wait.practice_name,
            phone: Some(wait.phone).filter(|phone| !phone.is_empty()),
            priority: wait.priority,
            specialty: wait.specialty,
        });
    }
    Ok(rows)
}

async fn last_call(ctx: &Context, wait: &Wait) -> Result<Option<Call>, ReviewError> {
    let Some(row) = store::last_call(&ctx.db, wait.case_id).await? else { return Ok(None) };
    let note = match ctx.keys.get(wait.data_key).await.map_err(ReviewError::from) {
        Ok(key) => sealed::open(&key, sealed::CALL, row.id, &row.note)?,
        Err(ReviewError::NotFound) => String::new(),
        Err(other) => return Err(other),
    };
    Ok(Some(Call { at: row.at, by: row.person_name, note }))
}

/// That somebody has telephoned.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = review::Phoned)]
pub struct Phoned {
    /// Made by the client, so that a repeat is one call.
    call_id: Uuid,
    /// With whom, and what was said; may be empty.
    #[schema(max_length = 1000)]
    note: String,
}

/// Notes that somebody has telephoned, about everything that the case waits for. The practice has it again for as long as at
/// first. A repeat changes nothing.
#[utoipa::path(
    post, path = "/cases/{id}/phoned", operation_id = "reviewPhoned", tag = "review", params(("id" = Uuid, Path)), request_body = Phoned,
    responses(
        (status = 204),
        (status = 409, description = "`not-on-call-list`", body = kit::http::ProblemBody),
        (status = 422, body = kit::http::ProblemBody)
    )
)]
pub async fn phoned(
    State(ctx): State<Context>,
    caller: Caller,
    Path(id): Path<Uuid>,
    Json(body): Json<Phoned>,
) -> Result<StatusCode, ReviewError> {
    let case = case_for(&ctx, &caller, id).await?;
    let note = call::note(&body.note).map_err(|error| ReviewError::Invalid(vec![error]))?;
    let key = ctx.keys.get(case.data_key).await?;
    let mut tx = ctx.begin().await?;
    let waits = store::hold(&mut tx, id, caller.person).await?;
    if store::called_about(&mut tx, body.call_id, caller.person).await? == Some(id) {
        return Ok(StatusCode::NO_CONTENT);
    }
    let now = tx.now();
    if !waits.iter().any(|wait| wait.to_call(now, &ctx.settings.working_days)) {
        return Err(not_on_list().into());
    }
    let row = store::CallRow {
        id: body.call_id,
        at: now,
        person_name: caller.name.clone(),
        note: sealed::seal(&ctx, &key, sealed::CALL, body.call_id, &note)?,
    };
    if !store::add_call(&mut tx, id, caller.person, row).await? {
        return Err(not_on_list().into());
    }
    store::note_call(&mut tx, id, now).await?;
    let envelope = Envelope {
        actor: ctx.pseudonym(caller.person),
        actor_role: role_in(&caller, case.department).as_str().to_owned(),
        ..of_case(&ctx, &case)
    };
    let fact =
        PracticePhoned { call: body.call_id.as_bytes().to_vec(), phoned_by: caller.name.clone(), note: note.clone() };
    ctx.publish(&mut tx, envelope, &fact).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}

fn not_on_list() -> Problem {
    let detail = "This is not on the call list any more: the practice has seen to it, or a colleague has telephoned. Look at the list again.";
    Problem::conflict("not-on-call-list", detail)
}
