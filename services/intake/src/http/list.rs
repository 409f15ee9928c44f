//! The office's lists. They show initials and a birth year, not a name or a number: the screen stands on a desk.

use super::{chair, of_office, seen};
use crate::content::DraftContent;
use crate::patient::initials;
use crate::referral::State as ReferralState;
use crate::sealed;
use crate::store::chair::deputies;
use crate::store::duty;
use crate::store::list::{self, Order};
use crate::vocabulary::{Priority, Specialty};
use axum::extract::State;
use kit::http::{Json, Query};
use kit::keys::KeyError;
use kit::{At, Caller, Context, Error, Problem};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

const PAGE: i64 = 30;
/// 31 December 9999: after everything.
const AFTER_ALL: i64 = 253_402_300_799_000_000;

/// Which list.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Tab {
    /// Answered or declined, and not yet read.
    Answers,
    /// With a department.
    Waiting,
    /// Being written.
    Drafts,
    /// Read or withdrawn.
    Closed,
    /// Read, and what was done is not recorded yet.
    CloseOut,
    /// Drafts that the caller is to send.
    ToSend,
}

impl Tab {
    fn as_str(self) -> &'static str {
        match self {
            Self::Answers => "answers",
            Self::Waiting => "waiting",
            Self::Drafts => "drafts",
            Self::Closed => "closed",
            Self::CloseOut => list::CLOSE_OUT,
            Self::ToSend => "to-send",
        }
    }

    /// Open cases come by their dates.
    fn order(self) -> Order {
        if matches!(self, Self::Answers | Self::Waiting) { Order::Date } else { Order::Newest }
    }
}

/// Which page of which list.
#[derive(Debug, Deserialize)]
pub struct Wanted {
    /// Which list.
    tab: Tab,
    /// `next` of the page before.
    cursor: Option<String>,
}

/// One line.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ReferralRow {
    id: Uuid,
    state: ReferralState,
    specialty: Option<Specialty>,
    priority: Option<Priority>,
    /// For example `K.N.`; empty when there is no name yet.
    initials: String,
    birth_year: Option<i32>,
    /// Of the first finding.
    body_site: Option<String>,
    department_name: Option<String>,
    practice_name: String,
    /// Pictures, without those removed.
    image_count: i64,
    updated_at: At,
    submitted_at: Option<At>,
    due_at: Option<At>,
    /// To try the service with.
    training: bool,
    /// There is an answer, or a refusal, that nobody has read.
    unread: bool,
    /// The newest answer replaces an earlier one.
    amended: bool,
    /// The department waits for information.
    question: bool,
    /// Whose it is; none for what is no open case.
    chair: Option<chair::Chair>,
    /// The answer was read, and what was done is not recorded yet.
    close_out_missing: bool,
    /// Name of the clinician who answers for it.
    responsible: Option<String>,
    /// A draft that waits for that clinician to send it.
    ready: bool,
}

/// How many referrals need the office; 1000 stands for that many and more.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Counts {
    #[schema(minimum = 0, maximum = 1000)]
    answers: i64,
    #[schema(minimum = 0, maximum = 1000)]
    waiting: i64,
    #[schema(minimum = 0, maximum = 1000)]
    drafts: i64,
    #[schema(minimum = 0, maximum = 1000)]
    close_outs: i64,
    /// Drafts that the caller is to send.
    #[schema(minimum = 0, maximum = 1000)]
    to_send: i64,
}

/// A page.
#[derive(Debug, Serialize, ToSchema)]
pub struct ReferralPage {
    items: Vec<ReferralRow>,
    /// Cursor of the next page.
    next: Option<String>,
    counts: Counts,
}

/// The referrals of the caller's practices: open cases by their dates, what is longest overdue first; others newest change first.
#[utoipa::path(get, path = "/referrals",
    params(("tab" = inline(Tab), Query, description = "Which list."),
        ("cursor" = Option<String>, Query, description = "`next` of the page before.")),
    responses((status = OK, body = ReferralPage)))]
pub async fn list(
    State(ctx): State<Context>,
    caller: Caller,
    Query(asked): Query<Wanted>,
) -> Result<Json<ReferralPage>, Problem> {
    of_office(&caller)?;
    let order = asked.tab.order();
    let from = match asked.cursor.as_deref() {
        None | Some("") if order == Order::Date => (At::from_micros(0), Uuid::nil()),
        None | Some("") => (At::from_micros(AFTER_ALL), Uuid::max()),
        Some(cursor) => position(cursor).ok_or_else(|| {
            Problem::bad_request("cursor", "This cursor is not one of ours. Begin with the first page.")
        })?,
    };
    let mut rows = match asked.tab {
        Tab::ToSend => duty::to_send(&ctx, &caller, from, PAGE + 1).await?,
        tab => list::page(&ctx, &caller, (tab.as_str(), order), from, PAGE + 1).await?,
    };
    let more = rows.len() as i64 > PAGE;
    rows.truncate(PAGE as usize);
    let place = |(at, id): (At, Uuid)| format!("{}.{id}", at.micros());
    let next = rows.last().filter(|_| more).map(|last| place(last.place(order)));
    let deputies = deputies(&ctx, &caller).await?;
    let list::Counts { answers, waiting, drafts } = list::counts(&ctx, &caller).await?;
    let close_outs = list::close_outs(&ctx, &caller).await?;
    let to_send = duty::to_send_count(&ctx, &caller).await?;
    let counts = Counts { answers, waiting, drafts, close_outs, to_send };
    let mut items = Vec::with_capacity(rows.len());
    for row in rows {
        // What is sent to try the service is nobody's duty, and never late.
        let chair = chair::of(&ctx, &row.case, deputies.get(&row.practice)).filter(|_| !row.training);
        items.push(shown(&ctx, row, chair).await?);
    }
    seen(&ctx, &caller, "search", "referrals", None).await?;
    Ok(Json(ReferralPage { items, next, counts }))
}

fn position(cursor: &str) -> Option<(At, Uuid)> {
    let (micros, id) = cursor.split_once('.')?;
    Some((At::from_micros(micros.parse().ok()?), id.parse().ok()?))
}

async fn shown(ctx: &Context, row: list::Row, chair: Option<chair::Chair>) -> Result<ReferralRow, Error> {
    let (content, responsible): (DraftContent, Option<String>) = match ctx.keys.get(row.id).await {
        Ok(key) => {
            let name = row.responsible_name.as_deref();
            let name = name.map(|name| sealed::open(&key, sealed::RESPONSIBLE, row.id, name)).transpose()?;
            (sealed::open(&key, sealed::CONTENT, row.id, &row.content)?, name)
        }
        // Erased: the line stays, without a person.
        Err(KeyError::Erased) => (DraftContent::default(), None),
        Err(other) => return Err(other.into()),
    };
    let patient = content.patient.unwrap_or_default();
    let birth_year = patient.birth_date.as_deref().and_then(|date| date.split('-').next()?.parse().ok());
    let body_site = content.findings.into_iter().find_map(|finding| finding.body_site).map(|site| site.display);
    let case = row.case;
    Ok(ReferralRow {
        id: row.id,
        state: case.state,
        specialty: row.specialty,
        priority: case.priority,
        initials: patient.name.as_deref().map(initials).unwrap_or_default(),
        birth_year,
        body_site,
        department_name: row.department_name,
        practice_name: row.practice_name,
        image_count: row.image_count,
        updated_at: row.updated_at,
        submitted_at: case.submitted_at,
        due_at: case.due_at,
        training: row.training,
        amended: row.amended,
        unread: case.answered_at.is_some() && case.acknowledged_at.is_none(),
        close_out_missing: case.state == ReferralState::Acknowledged && row.closed_out_at.is_none() && !row.training,
        question: case.asked_at.is_some() && case.state == ReferralState::AwaitingInformation,
        chair,
        responsible,
        ready: row.ready_at.is_some() && case.state == ReferralState::Draft,
    })
}
