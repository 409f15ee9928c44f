//! `GET /ended`

use super::{ROLES, departments_as, record};
use crate::case::Content;
use crate::ended::{Mark, PAGE};
use crate::store::ended::EndedRow;
use crate::{ReviewError, sealed, store};
use axum::extract::State;
use futures::future::try_join_all;
use kit::http::{Json, Query};
use kit::letter::reference;
use kit::{At, Caller, Context};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// Which page.
#[derive(Clone, Debug, Deserialize)]
pub struct Wanted {
    /// `next` of the page before.
    cursor: Option<String>,
}

/// One answer, refusal or forwarding.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = review::Ended)]
pub struct EndedView {
    /// Of the answer, the refusal or the forwarding.
    id: Uuid,
    /// `answered`, `declined` or `forwarded`.
    kind: String,
    at: At,
    by: String,
    case_id: Uuid,
    /// Eight characters to name the referral by on the telephone.
    reference: String,
    practice_name: String,
    specialty: String,
    priority: String,
    submitted_at: At,
    sex: String,
    /// Sent to try the service.
    training: bool,
    /// None when another department has the case.
    age_years: Option<i32>,
    /// None when another department has the case.
    body_site: Option<String>,
    /// The disposition of an answer, the reason of a refusal, the specialty that a forwarded case went to.
    what: String,
    /// The department that a forwarded case went to.
    to_department: Option<String>,
    /// Why it was declined or forwarded.
    text: Option<String>,
    /// The answer replaces an earlier one.
    amends: bool,
    /// Whether the caller's department has the case, so that it can be opened.
    opens: bool,
}

/// A page of at most 50, newest first.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = review::EndedPage)]
pub struct Page {
    items: Vec<EndedView>,
    /// For the next page; null on the last.
    next: Option<String>,
}

/// What the caller's departments have answered, declined and forwarded.
#[utoipa::path(
    get, path = "/ended", operation_id = "reviewEnded", tag = "review",
    params(("cursor" = Option<String>, Query, description = "`next` of the page before.")),
    responses((status = 200, body = Page))
)]
pub async fn ended(
    State(ctx): State<Context>,
    caller: Caller,
    Query(wanted): Query<Wanted>,
) -> Result<Json<Page>, ReviewError> {
    caller.require(&ROLES)?;
    let before = Mark::from_cursor(wanted.cursor.as_deref())?;
    let departments = departments_as(&caller, &ROLES);
    let mut rows = store::ended::rows(&ctx.db, &departments, caller.person, ctx.now(), before).await?;
    let more = rows.len() > PAGE;
    rows.truncate(PAGE);
    let next = rows.last().filter(|_| more).map(|row| row.mark().to_cursor());
    let items = try_join_all(rows.into_iter().map(|row| show(&ctx, row))).await?;
    record(&ctx, &caller, "search", "ended cases", None).await?;
    Ok(Json(Page { items: items.into_iter().flatten().collect(), next }))
}

/// A line; one whose referral was erased is not shown.
async fn show(ctx: &Context, row: EndedRow) -> Result<Option<EndedView>, ReviewError> {
    let key = match ctx.keys.get(row.data_key).await.map_err(ReviewError::from) {
        Ok(key) => key,
        Err(ReviewError::NotFound) => return Ok(None),
        Err(other) => return Err(other),
    };
    let content: Option<Content> = match &row.case_content {
        Some(sealed) if row.here => Some(sealed::open(&key, sealed::CASE, row.case_id, sealed)?),
        _ => None,
    };
    let column = if row.kind == "forwarded" { sealed::FORWARD } else { sealed::DECLINE };
    let text = row.words.as_deref().map(|words| sealed::open(&key, column, row.id, words)).transpose()?;
    Ok(Some(EndedView {
        id: row.id,
        at: row.at,
        by: row.person_name,
        case_id: row.case_id,
        reference: reference(row.case_id),
        practice_name: row.practice_name,
        specialty: row.specialty,
        priority: row.priority,
        submitted_at: row.submitted_at,
        sex: row.sex,
        training: row.test,
        age_years: content.as_ref().and_then(|content| content.patient.age_years(ctx.now().date())),
        body_site: content.as_ref().and_then(Content::body_site).map(str::to_owned),
        what: row.what,
        to_department: Some(row.to_name).filter(|_| row.kind == "forwarded"),
        kind: row.kind,
        text,
        amends: row.amends,
        opens: row.here,
    }))
}
