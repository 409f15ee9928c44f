//! `GET /worklist`

use super::{Assigned, ClaimView, ROLES, departments_as, record};
use crate::ReviewError;
use crate::case::{Content, Priority, State};
use crate::store::case::live;
use crate::store::worklist::{COUNTED, Counts, ListedRow, Viewer};
use crate::worklist::{Filter, PAGE, Place, excerpt};
use crate::{sealed, store};
use axum::extract::State as FromState;
use futures::future::try_join_all;
use kit::http::{Json, Query};
use kit::{At, Caller, Context};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// Which part of the worklist.
#[derive(Clone, Debug, Deserialize)]
pub struct Wanted {
    /// Default: all.
    #[serde(default)]
    filter: Filter,
    /// `dermatology`, `ent` or `plastic-surgery`; empty or absent: all.
    #[serde(default)]
    specialty: String,
    /// `next` of the page before.
    cursor: Option<String>,
}

/// What a row says about where the case stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
#[schema(as = review::RowState)]
pub enum RowState {
    /// Free.
    Waiting,
    /// Somebody reads it.
    Claimed,
    /// The practice was asked.
    AwaitingInformation,
    /// Free, with a reply.
    Returned,
}

/// One row.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = review::CaseRow)]
pub struct Row {
    id: Uuid,
    priority: Priority,
    specialty: String,
    due_at: At,
    submitted_at: At,
    /// Whole hours since it was sent.
    waiting_hours: i64,
    age_years: Option<i32>,
    sex: String,
    body_site: Option<String>,
    /// Its first 120 characters.
    question: String,
    practice_name: String,
    image_count: i64,
    images_ready: i64,
    state: RowState,
    claim: Option<ClaimView>,
    /// For whom a coordinator has meant it; no lock.
    assigned: Option<Assigned>,
    /// Sent to try the service.
    training: bool,
}

/// Cases behind each filter; 1000 stands for that many and more.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[schema(as = review::WorkCounts)]
pub struct CountsView {
    #[schema(minimum = 0, maximum = 1000)]
    all: i64,
    #[schema(minimum = 0, maximum = 1000)]
    mine: i64,
    #[schema(minimum = 0, maximum = 1000)]
    unclaimed: i64,
    #[schema(minimum = 0, maximum = 1000)]
    urgent: i64,
    #[schema(minimum = 0, maximum = 1000)]
    returned: i64,
    #[schema(minimum = 0, maximum = 1000)]
    training: i64,
}

/// A page of at most 50.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = review::WorkPage)]
pub struct Page {
    items: Vec<Row>,
    /// For the next page; null on the last.
    next: Option<String>,
    counts: CountsView,
    /// Answers that the caller signed since midnight UTC.
    done_today: i64,
}

/// The worklist of the caller's departments: most urgent first, then earliest due.
#[utoipa::path(
    get, path = "/worklist", operation_id = "reviewWorklist", tag = "review",
    params(
        ("filter" = inline(Option<Filter>), Query, description = "Default: `all`."),
        ("specialty" = Option<String>, Query, description = "`dermatology`, `ent` or `plastic-surgery`; absent: all."),
        ("cursor" = Option<String>, Query, description = "`next` of the page before.")
    ),
    responses((status = 200, body = Page))
)]
pub async fn worklist(
    FromState(ctx): FromState<Context>,
    caller: Caller,
    Query(wanted): Query<Wanted>,
) -> Result<Json<Page>, ReviewError> {
    caller.require(&ROLES)?;
    let after = Place::from_cursor(wanted.cursor.as_deref())?;
    let departments = departments_as(&caller, &ROLES);
    let viewer = Viewer { person: caller.person, now: ctx.now(), specialty: &wanted.specialty };
    let mut rows = store::worklist::rows(&ctx.db, &departments, viewer, wanted.filter, after).await?;
    let more = rows.len() > PAGE;
    rows.truncate(PAGE);
    let next = rows.last().filter(|_| more).map(|row| row.place().to_cursor());
    let items = try_join_all(rows.into_iter().map(|row| show(&ctx, row, viewer))).await?;
    let page = Page {
        items: items.into_iter().flatten().collect(),
        next,
        counts: store::worklist::counts(&ctx.db, &departments, viewer).await?.into(),
        done_today: store::worklist::done_since(&ctx.db, caller.person, At::midnight(ctx.now().date())).await?,
    };
    record(&ctx, &caller, "search", "worklist", None).await?;
    Ok(Json(page))
}

/// A row with what its sealed part says; a referral whose key is gone is not shown.
async fn show(ctx: &Context, row: ListedRow, viewer: Viewer<'_>) -> Result<Option<Row>, ReviewError> {
    let content: Content = match ctx.keys.get(row.data_key).await.map_err(ReviewError::from) {
        Ok(key) => sealed::open(&key, sealed::CASE, row.id, row.content.as_deref().unwrap_or_default())?,
        Err(ReviewError::NotFound) => return Ok(None),
        Err(other) => return Err(other),
    };
    let claim = live(row.claimed_by, row.claimed_name.as_deref(), row.lease_expires_at, viewer.now);
    let state = match (&claim, row.state) {
        (Some(_), _) => RowState::Claimed,
        (None, State::Returned) => RowState::Returned,
        (None, State::AwaitingInformation) => RowState::AwaitingInformation,
        (None, _) => RowState::Waiting,
    };
    Ok(Some(Row {
        id: row.id,
        priority: row.priority,
        specialty: row.specialty,
        due_at: row.due_at,
        submitted_at: row.submitted_at,
        waiting_hours: (viewer.now - row.submitted_at).whole_hours().max(0),
        age_years: content.patient.age_years(viewer.now.date()),
        sex: row.sex,
        body_site: content.body_site().map(str::to_owned),
        question: excerpt(&content.question),
        practice_name: row.practice_name,
        image_count: row.image_count,
        images_ready: row.images_ready,
        state,
        assigned: Assigned::of(row.assigned_to, row.assigned_name, row.assigned_at, row.reassign, viewer.person),
        claim: claim.map(|claim| ClaimView::new(claim, viewer.person)),
        training: row.test,
    }))
}

impl From<Counts> for CountsView {
    fn from(counts: Counts) -> Self {
        Self {
            all: counts.every,
            mine: (counts.reading + counts.assigned).min(COUNTED),
            unclaimed: counts.unclaimed,
            urgent: counts.urgent,
            returned: counts.returned,
            training: counts.training,
        }
    }
}
