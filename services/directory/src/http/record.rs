//! What people see of their own record here: the text that they confirmed, and every read that was noted.

use crate::acts::notice as act;
use crate::notice::Confirmation;
use axum::extract::State;
use axum::http::StatusCode;
use kit::audit::{OWN_PAGE, Place};
use kit::http::{Json, Query};
use kit::{At, Caller, Context, Problem};
use serde::{Deserialize, Serialize};

#[utoipa::path(post, path = "/me/notice", tag = "directory", request_body = Confirmation,
    responses((status = NO_CONTENT, description = "Noted, once.")))]
pub async fn confirm(
    State(ctx): State<Context>,
    caller: Caller,
    Json(confirmation): Json<Confirmation>,
) -> Result<StatusCode, Problem> {
    act::confirm(&ctx, &caller, &confirmation).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Which page.
#[derive(Debug, Deserialize)]
pub struct Wanted {
    /// `next` of the page before.
    #[serde(default)]
    cursor: String,
}

/// One read or refusal.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct MyAccess {
    at: At,
    /// `read`, `search`, `download`, `export` or `refused`.
    action: String,
    /// A noun, never a value.
    what: String,
    /// `ok` or the refusal's status.
    outcome: String,
}

/// The caller's own accesses, newest first.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct MyAccesses {
    items: Vec<MyAccess>,
    next: Option<String>,
}

#[utoipa::path(get, path = "/me/accesses", tag = "directory",
    params(("cursor" = Option<String>, Query, description = "`next` of the page before.")),
    responses((status = OK, body = MyAccesses)))]
pub async fn accesses(
    State(ctx): State<Context>,
    caller: Caller,
    Query(wanted): Query<Wanted>,
) -> Result<Json<MyAccesses>, Problem> {
    let before = match wanted.cursor.as_str() {
        "" => Place::LAST,
        text => Place::parse(text).ok_or_else(|| {
            Problem::invalid_field("cursor", "cursor", "This page is not known. Begin with the first page.")
        })?,
    };
    let rows = ctx.audit.of_person(caller.person, before).await.map_err(kit::Error::from)?;
    let next = rows.get(OWN_PAGE - 1).map(|(place, _)| place.to_string());
    let items = rows.into_iter().map(|(_, one)| MyAccess {
        at: one.at,
        action: one.action,
        what: one.what,
        outcome: one.outcome,
    });
    Ok(Json(MyAccesses { items: items.collect(), next }))
}
