//! The context log, read and written by administrators and programme managers.

use super::{Made, Named};
use crate::acts::context as act;
use crate::acts::once::ProgrammeAuthor;
use crate::context::{ContextKind, ContextWithdrawal, Domain, NewContextEvent};
use crate::store::context::{self as rows, ListedRow};
use crate::store::departments;
use crate::{Error, day};
use axum::extract::State;
use axum::http::StatusCode;
use kit::audit::Access;
use kit::http::{Json, Path, Query};
use kit::idempotency::IdempotencyKey;
use kit::keys::Ring;
use kit::{At, Caller, Context, Problem, Role};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use uuid::Uuid;

/// One row of an entry.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ContextRowView {
    /// What a correction or a withdrawal names.
    id: Uuid,
    /// Null when it is not of one practice.
    practice: Option<Named>,
    /// Null when it is not of one department; with neither it is of the whole programme.
    department: Option<Named>,
    domain: Domain,
    kind: ContextKind,
    /// `YYYY-MM-DD`.
    from: String,
    /// `YYYY-MM-DD`, the last day; null: none is known.
    until: Option<String>,
    /// In words; why it was withdrawn, when it is.
    text: String,
    withdrawn: bool,
    /// Who entered it; null from the command line.
    by: Option<Named>,
    /// When.
    at: At,
}

/// An entry: what stands, and what stood before.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct ContextEntry {
    /// The same through all corrections.
    id: Uuid,
    now: ContextRowView,
    /// Newest first.
    earlier: Vec<ContextRowView>,
}

/// The context log.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct ContextLog {
    /// By first day, the newest first.
    entries: Vec<ContextEntry>,
    /// Departments that an entry may be of.
    departments: Vec<Named>,
}

/// Of whom.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Of {
    practice: Option<Uuid>,
}

/// The context log: of one practice with what is of departments and the whole programme, or all of it.
#[utoipa::path(get, path = "/context", operation_id = "contextLog", tag = "directory",
    params(("practice" = Option<Uuid>, Query, description = "Without what is of other practices.")),
    responses((status = OK, body = ContextLog)))]
pub async fn log(
    State(ctx): State<Context>,
    caller: Caller,
    Query(of): Query<Of>,
) -> Result<Json<ContextLog>, Problem> {
    caller.require(&[Role::Administrator, Role::ProgrammeManager])?;
    let log = read(&ctx, of.practice).await?;
    let access = Access {
        at: ctx.now(),
        person: caller.person,
        action: "read".into(),
        what: "context log".into(),
        subject: of.practice,
        outcome: "ok".into(),
    };
    ctx.audit.record(access).await?;
    Ok(Json(log))
}

async fn read(ctx: &Context, practice: Option<Uuid>) -> Result<ContextLog, Error> {
    let mut of: HashMap<Uuid, Vec<ListedRow>> = HashMap::new();
    for row in rows::list(&ctx.db).await? {
        of.entry(row.entry).or_default().push(row);
    }
    let mut of: HashMap<Uuid, Vec<ListedRow>> =
        of.into_iter().map(|(entry, rows)| (entry, newest_first(rows))).collect();
    of.retain(|_, rows| {
        let newest = rows.first().and_then(|row| row.practice);
        practice.is_none() || newest.is_none() || newest == practice
    });
    let keys = ctx.keys.standing(&of.keys().copied().collect::<Vec<_>>()).await?;
    let mut entries =
        of.into_iter().filter_map(|(id, rows)| shown(&keys, id, rows).transpose()).collect::<Result<Vec<_>, _>>()?;
    entries.sort_by(|one, other| (&other.now.from, other.now.at, other.id).cmp(&(&one.now.from, one.now.at, one.id)));
    let departments =
        departments::list(&ctx.db).await?.into_iter().map(|row| Named { id: row.id, name: row.name }).collect();
    Ok(ContextLog { entries, departments })
}

/// Rows of one entry, each before the one that it replaced.
fn newest_first(mut rows: Vec<ListedRow>) -> Vec<ListedRow> {
    let mut sorted = Vec::with_capacity(rows.len());
    let mut wanted = rows.iter().map(|row| row.id).find(|id| rows.iter().all(|row| row.replaces != Some(*id)));
    while let Some(place) = wanted.and_then(|id| rows.iter().position(|row| row.id == id)) {
        let row = rows.swap_remove(place);
        wanted = row.replaces;
        sorted.push(row);
    }
    sorted
}

/// The rows of one entry, newest first; nothing of one whose key was destroyed.
fn shown(keys: &Ring, id: Uuid, rows: Vec<ListedRow>) -> Result<Option<ContextEntry>, Error> {
    let Ok(key) = keys.get(id) else { return Ok(None) };
    let view = |row: ListedRow| {
        let text = key.open(act::TEXT, row.id.as_bytes(), &row.text_sealed).map_err(kit::Error::from)?;
        let text = String::from_utf8(text).map_err(|_| kit::Error::Damaged("a text is none".into()))?;
        Ok(ContextRowView {
            id: row.id,
            practice: Named::of(row.practice, row.practice_name),
            department: Named::of(row.department, row.department_name),
            domain: row.domain,
            kind: row.kind,
            from: row.from_day,
            until: day::parse(&row.until_day).map(day::text),
            text,
            withdrawn: row.withdrawn,
            by: Named::of(row.made_by, row.made_by_name),
            at: row.made_at,
        })
    };
    let mut views = rows.into_iter().map(view).collect::<Result<Vec<_>, Error>>()?.into_iter();
    Ok(views.next().map(|now| ContextEntry { id, now, earlier: views.collect() }))
}

#[utoipa::path(post, path = "/context", operation_id = "noteContext", tag = "directory", params(IdempotencyKey), request_body = NewContextEvent,
    responses((status = CREATED, body = Made)))]
pub async fn note(
    State(ctx): State<Context>,
    ProgrammeAuthor(author): ProgrammeAuthor,
    Json(new): Json<NewContextEvent>,
) -> Result<(StatusCode, Json<Made>), Problem> {
    let id = act::note(&ctx, &author, &new, None).await?;
    Ok((StatusCode::CREATED, Json(Made { id })))
}

#[utoipa::path(post, path = "/context/{id}/correct", operation_id = "correctContext", tag = "directory", params(("id" = Uuid, Path), IdempotencyKey),
    request_body = NewContextEvent, responses((status = CREATED, body = Made, description = "The row that stands now; the one before stays to be seen."),
        (status = CONFLICT, description = "`context-replaced`: corrected or withdrawn meanwhile; `id-reused` or `key-reused`")))]
pub async fn correct(
    State(ctx): State<Context>,
    ProgrammeAuthor(author): ProgrammeAuthor,
    Path(row): Path<Uuid>,
    Json(new): Json<NewContextEvent>,
) -> Result<(StatusCode, Json<Made>), Problem> {
    let id = act::note(&ctx, &author, &new, Some(row)).await?;
    Ok((StatusCode::CREATED, Json(Made { id })))
}

#[utoipa::path(post, path = "/context/{id}/withdraw", operation_id = "withdrawContext", tag = "directory", params(("id" = Uuid, Path), IdempotencyKey),
    request_body = ContextWithdrawal, responses((status = CREATED, body = Made, description = "It counts no more, and stays to be seen."),
        (status = CONFLICT, description = "`context-replaced`: corrected or withdrawn meanwhile; `id-reused` or `key-reused`")))]
pub async fn withdraw(
    State(ctx): State<Context>,
    ProgrammeAuthor(author): ProgrammeAuthor,
    Path(row): Path<Uuid>,
    Json(withdrawal): Json<ContextWithdrawal>,
) -> Result<(StatusCode, Json<Made>), Problem> {
    let id = act::withdraw(&ctx, &author, row, &withdrawal).await?;
    Ok((StatusCode::CREATED, Json(Made { id })))
}
