//! What is recorded about the caller for the study: every fact under their pseudonym, counted and listed.

use crate::UptakeError;
use crate::store::person::{self as rows, PAGE};
use axum::extract::State;
use kit::http::{FieldError, Json, Query};
use kit::{At, Caller, Context};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Which page.
#[derive(Clone, Debug, Deserialize)]
pub struct Wanted {
    /// `next` of the page before.
    #[serde(default)]
    cursor: String,
}

/// How often something was recorded.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = uptake::OwnCount)]
pub struct CountView {
    /// The event's kind, e.g. `SignedIn`.
    kind: String,
    count: i64,
    first_at: At,
    last_at: At,
}

/// One fact.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = uptake::OwnFact)]
pub struct FactView {
    at: At,
    /// The event's kind.
    kind: String,
    practice_name: Option<String>,
    role: String,
    /// A word of a closed list; mostly empty.
    about: String,
}

/// The caller's own record.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = uptake::OwnRecord)]
pub struct RecordView {
    counts: Vec<CountView>,
    /// Newest first.
    facts: Vec<FactView>,
    next: Option<String>,
}

/// What is recorded about the caller: no patient, no free text, no picture.
#[utoipa::path(get, path = "/me", operation_id = "uptakeMe", tag = "uptake",
    params(("cursor" = Option<String>, Query, description = "`next` of the page before.")),
    responses((status = 200, body = RecordView)))]
pub async fn me(
    State(ctx): State<Context>,
    caller: Caller,
    Query(wanted): Query<Wanted>,
) -> Result<Json<RecordView>, UptakeError> {
    let before = match wanted.cursor.as_str() {
        "" => i64::MAX,
        text => text.parse().map_err(|_| {
            let message = "This page is not known. Begin with the first page.";
            UptakeError::Invalid(vec![FieldError::new("cursor", "cursor", message)])
        })?,
    };
    let actor = ctx.pseudonym(caller.person);
    let counts = rows::counts(&ctx.db, actor.clone()).await?;
    let facts = rows::facts(&ctx.db, actor, before).await?;
    let next = facts.get(PAGE - 1).map(|last| last.position.to_string());
    let count = |row: rows::CountRow| CountView {
        kind: row.kind,
        count: row.count,
        first_at: row.first_at,
        last_at: row.last_at,
    };
    let fact = |row: rows::OwnFactRow| FactView {
        at: row.occurred_at,
        kind: row.kind,
        practice_name: row.practice_name,
        role: row.actor_role,
        about: row.about,
    };
    Ok(Json(RecordView {
        counts: counts.into_iter().map(count).collect(),
        facts: facts.into_iter().map(fact).collect(),
        next,
    }))
}
