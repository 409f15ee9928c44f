//! `GET /board`

use super::absence::AbsenceView;
use super::{Assigned, Named, departments_as, record};
use crate::board::PAGE;
use crate::case::{Content, Priority, State};
use crate::store::board::{BoardRow, Counts, Looking};
use crate::store::case::live;
use crate::worklist::Place;
use crate::{ReviewError, sealed, store};
use axum::extract::State as FromState;
use futures::future::try_join_all;
use kit::http::{Json, Query};
use kit::{At, Caller, Context, Role};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// Which department's, and which page.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Wanted {
    /// Of several that the caller coordinates; absent: the first.
    department_id: Option<Uuid>,
    /// `next` of the page before.
    cursor: Option<String>,
}

/// Who reads a case, since when and until when at most.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = review::BoardClaim)]
pub struct BoardClaim {
    by: Named,
    since: At,
    expires_at: At,
}

/// One open case.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = review::BoardRow)]
pub struct Row {
    id: Uuid,
    state: State,
    priority: Priority,
    specialty: String,
    due_at: At,
    submitted_at: At,
    overdue: bool,
    /// Nobody reads it, it is meant for nobody who is there, and it does not wait for the practice.
    unowned: bool,
    age_years: Option<i32>,
    sex: String,
    body_site: Option<String>,
    practice_name: String,
    claim: Option<BoardClaim>,
    assigned: Option<Assigned>,
}

/// A specialist of the department.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = review::Colleague)]
pub struct Colleague {
    id: Uuid,
    name: String,
    /// Open cases meant for them.
    assigned: i64,
    /// Cases that they read now.
    reading: i64,
    /// Not over; one under way is first.
    absences: Vec<AbsenceView>,
}

/// How many open cases stand where.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = review::BoardCounts)]
pub struct CountsView {
    waiting: i64,
    reading: i64,
    returned: i64,
    awaiting_information: i64,
    signed: i64,
    overdue: i64,
    unowned: i64,
    /// Meant for somebody who is away.
    reassign: i64,
}

/// A page of at most 100.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = review::Board)]
pub struct Board {
    department: Named,
    /// Those that the caller coordinates.
    departments: Vec<Named>,
    items: Vec<Row>,
    /// For the next page; null on the last.
    next: Option<String>,
    counts: CountsView,
    people: Vec<Colleague>,
}

/// Every open case of a department that the caller coordinates: late and nobody's first, then one of both, then by due.
#[utoipa::path(
    get, path = "/board", operation_id = "reviewBoard", tag = "review",
    params(
        ("departmentId" = Option<Uuid>, Query, description = "Of several that the caller coordinates; absent: the first."),
        ("cursor" = Option<String>, Query, description = "`next` of the page before.")
    ),
    responses((status = 200, body = Board), (status = 404, body = kit::http::ProblemBody))
)]
pub async fn board(
    FromState(ctx): FromState<Context>,
    caller: Caller,
    Query(wanted): Query<Wanted>,
) -> Result<Json<Board>, ReviewError> {
    let departments = named(&ctx, &caller).await?;
    let department = match wanted.department_id {
        Some(id) => departments.iter().find(|one| one.id == id),
        None => departments.first(),
    };
    let department = department.cloned().ok_or(ReviewError::NotFound)?;
    let after = Place::from_cursor(wanted.cursor.as_deref())?;
    let looking = Looking { department: department.id, person: caller.person, now: ctx.now() };
    let mut rows = store::board::rows(&ctx.db, looking, after).await?;
    let more = rows.len() > PAGE;
    rows.truncate(PAGE);
    let next = rows.last().filter(|_| more).map(|row| row.place().to_cursor());
    let items = try_join_all(rows.into_iter().map(|row| show(&ctx, row, looking))).await?;
    let board = Board {
        counts: store::board::counts(&ctx.db, looking).await?.into(),
        people: people(&ctx, looking).await?,
        items: items.into_iter().flatten().collect(),
        department,
        departments,
        next,
    };
    record(&ctx, &caller, "search", "board", None).await?;
    Ok(Json(board))
}

/// The departments that the caller coordinates, by name.
async fn named(ctx: &Context, caller: &Caller) -> Result<Vec<Named>, ReviewError> {
    let ids = departments_as(caller, &[Role::Coordinator]);
    let mut named = Vec::with_capacity(ids.len());
    for id in ids {
        let known = store::register::department(&ctx.db, id).await?;
        let granted = caller.grants.iter().find(|grant| grant.department == Some(id));
        let name = known.map(|one| one.name).or_else(|| granted.and_then(|grant| grant.department_name.clone()));
        named.push(Named { id, name: name.unwrap_or_default() });
    }
    named.sort_by(|a, b| (&a.name, a.id).cmp(&(&b.name, b.id)));
    Ok(named)
}

async fn people(ctx: &Context, looking: Looking) -> Result<Vec<Colleague>, ReviewError> {
    let mut people = Vec::new();
    for person in store::register::specialists(&ctx.db, looking.department, looking.now).await? {
        let (assigned, reading) = store::board::load(&ctx.db, looking, person.id).await?;
        let absences = store::absence::of_person(&ctx.db, person.id, looking.now).await?;
        let absences = absences.iter().map(|row| AbsenceView::new(row, looking.now)).collect();
        people.push(Colleague { id: person.id, name: person.name, assigned, reading, absences });
    }
    Ok(people)
}

/// A line with what its sealed part says; a referral whose key is gone is not shown.
async fn show(ctx: &Context, row: BoardRow, looking: Looking) -> Result<Option<Row>, ReviewError> {
    let now = looking.now;
    let content: Content = match ctx.keys.get(row.data_key).await.map_err(ReviewError::from) {
        Ok(key) => sealed::open(&key, sealed::CASE, row.id, row.content.as_deref().unwrap_or_default())?,
        Err(ReviewError::NotFound) => return Ok(None),
        Err(other) => return Err(other),
    };
    let claim = live(row.claimed_by, row.claimed_name.as_deref(), row.lease_expires_at, now).map(|claim| BoardClaim {
        by: Named { id: claim.by, name: claim.name },
        since: row.claimed_at.unwrap_or(now),
        expires_at: claim.expires_at,
    });
    Ok(Some(Row {
        id: row.id,
        state: row.state,
        priority: row.priority,
        specialty: row.specialty,
        due_at: row.due_at,
        submitted_at: row.submitted_at,
        overdue: row.due_at < now,
        unowned: !row.owned,
        age_years: content.patient.age_years(now.date()),
        sex: row.sex,
        body_site: content.body_site().map(str::to_owned),
        practice_name: row.practice_name,
        claim,
        assigned: Assigned::of(row.assigned_to, row.assigned_name, row.assigned_at, row.reassign, looking.person),
    }))
}

impl From<Counts> for CountsView {
    fn from(counts: Counts) -> Self {
        Self {
            waiting: counts.waiting,
            reading: counts.reading,
            returned: counts.returned,
            awaiting_information: counts.awaiting,
            signed: counts.signed,
            overdue: counts.overdue,
            unowned: counts.unowned,
            reassign: counts.reassign,
        }
    }
}
