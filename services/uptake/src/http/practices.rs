//! The panel as JSON and as CSV.

use super::ROLES;
use crate::filter::Filter;
use crate::funnel::{Reached, funnel};
use crate::indicator::Share;
use crate::month::{Month, Window};
use crate::panel::{self, Act, DEFINITION, Fact, Practice, Row, Sources, Span, Step, pieces};
use crate::standing::Standing;
use crate::{UptakeError, sheet, store};
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use kit::audit::Access;
use kit::http::{FieldError, Json, Query};
use kit::{At, Caller, Context};
use serde::{Deserialize, Serialize};
use time::Date;
use time::macros::format_description;
use utoipa::ToSchema;
use uuid::Uuid;

/// Which months and specialty.
#[derive(Clone, Debug, Deserialize)]
pub struct Wanted {
    /// First month, `YYYY-MM`. Default: the month of the first equipment, or 12 months back.
    #[serde(default)]
    from: String,
    /// Last month, `YYYY-MM`. Default: the present one.
    #[serde(default)]
    to: String,
    /// `dermatology`, `ent` or `plastic-surgery`; empty or absent: all.
    #[serde(default)]
    specialty: String,
    /// `not-equipped`, `never-used`, `silent`, `users` or `closed`; empty or absent: all. Totals stay those of all practices.
    #[serde(default)]
    show: String,
    /// Part of a name or municipality.
    #[serde(default)]
    search: String,
}

/// Days of the steps of enablement, `YYYY-MM-DD`.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = uptake::Enablement)]
pub struct EnablementView {
    offered: Option<String>,
    agreed: Option<String>,
    equipped: Option<String>,
    connected: Option<String>,
    trained: Option<String>,
    support_ended: Option<String>,
}

/// One practice.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = uptake::Practice)]
pub struct PracticeView {
    id: Uuid,
    name: String,
    municipality: String,
    /// For training: shown, never counted.
    test_practice: bool,
    list_size: Option<i64>,
    /// `YYYY-MM-DD`, perhaps to come; null: it is open.
    closed_on: Option<String>,
    /// Empty: in no trial.
    trial_arm: String,
    enablement: EnablementView,
    /// `YYYY-MM-DD`.
    first_use: Option<String>,
    /// `YYYY-MM-DD`.
    last_use: Option<String>,
    referrals: i64,
    images_sent: i64,
    answers_read: i64,
    /// Uses month by month, as `months` of the panel.
    months: Vec<i64>,
    /// Required views that were left out with a reason, month by month.
    view_overrides: Vec<i64>,
    median_answer_hours: Option<f64>,
    silent_days: Option<i64>,
    test_use: i64,
    /// Counted uses over all time up to the end of the window.
    uses: i64,
    standing: Standing,
}

/// Over all practices that are no test practices.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = uptake::Totals)]
pub struct TotalsView {
    practices: i64,
    equipped: i64,
    with_use: i64,
    /// Those that are closed left out.
    never_used: i64,
    /// Closed by the end of the window; counted among the others for what they did.
    closed: i64,
    referrals: i64,
    top_four_share: Option<Share>,
}

/// The panel.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = uptake::Panel)]
pub struct PanelView {
    from: String,
    to: String,
    months: Vec<String>,
    /// The last event that the figures include.
    log_position: i64,
    definition: String,
    computed_at: At,
    totals: TotalsView,
    /// Practices that came so far, over all time up to the end of the window.
    funnel: Vec<Reached>,
    practices: Vec<PracticeView>,
}

/// Use per practice and month; every practice has a row.
#[utoipa::path(
    get, path = "/practices", operation_id = "uptakePractices", tag = "uptake",
    params(
        ("from" = Option<String>, Query, description = "First month, `YYYY-MM`. Default: that of the first equipment, or 12 months back."),
        ("to" = Option<String>, Query, description = "Last month, `YYYY-MM`. Default: the present one."),
        ("specialty" = Option<String>, Query, description = "`dermatology`, `ent` or `plastic-surgery`; absent: all.")
    ),
    responses((status = 200, body = PanelView), (status = 422, body = kit::http::ProblemBody))
)]
pub async fn practices(
    State(ctx): State<Context>,
    caller: Caller,
    Query(wanted): Query<Wanted>,
) -> Result<Json<PanelView>, UptakeError> {
    caller.require(&ROLES)?;
    let built = build(&ctx, &wanted).await?;
    Ok(Json(built.view()))
}

/// The same rows as CSV, filtered as on the screen: UTF-8 with a byte order mark. Every export is recorded.
#[utoipa::path(
    get, path = "/practices.csv", operation_id = "uptakePracticesCsv", tag = "uptake",
    params(
        ("from" = Option<String>, Query, description = "First month, `YYYY-MM`. Default: that of the first equipment, or 12 months back."),
        ("to" = Option<String>, Query, description = "Last month, `YYYY-MM`. Default: the present one."),
        ("specialty" = Option<String>, Query, description = "`dermatology`, `ent` or `plastic-surgery`; absent: all."),
        ("show" = Option<String>, Query, description = "`not-equipped`, `never-used`, `silent`, `users` or `closed`; absent: all."),
        ("search" = Option<String>, Query, description = "Part of a name or municipality.")
    ),
    responses((status = 200, body = String, content_type = "text/csv"), (status = 422, body = kit::http::ProblemBody))
)]
pub async fn practices_csv(
    State(ctx): State<Context>,
    caller: Caller,
    Query(wanted): Query<Wanted>,
) -> Result<Response, UptakeError> {
    caller.require(&ROLES)?;
    let filter = Filter::asked(&wanted.show, &wanted.search)?;
    let mut built = build(&ctx, &wanted).await?;
    built.rows.retain(|row| filter.takes(row));
    let bytes = sheet::write(&built.rows, &built.window.months())?;
    let access = Access {
        at: ctx.now(),
        person: caller.person,
        action: "export".into(),
        what: "uptake practices csv".into(),
        subject: None,
        outcome: "ok".into(),
    };
    ctx.audit.record(access).await?;
    let name = format!("attachment; filename=\"practices-{}-{}.csv\"", built.window.from, built.window.to);
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()),
        (header::CONTENT_DISPOSITION, name),
        (header::CACHE_CONTROL, "no-store".to_owned()),
    ];
    Ok((headers, bytes).into_response())
}

/// A panel with what it was made from.
struct Built {
    window: Window,
    position: i64,
    now: At,
    rows: Vec<Row>,
}

async fn build(ctx: &Context, wanted: &Wanted) -> Result<Built, UptakeError> {
    if !matches!(wanted.specialty.as_str(), "" | "dermatology" | "ent" | "plastic-surgery") {
        let message = "Choose dermatology, ent or plastic-surgery, or leave it out.";
        return Err(UptakeError::Invalid(vec![FieldError::new("specialty", "unknown", message)]));
    }
    let (db, now, specialty) = (&ctx.db, ctx.now(), wanted.specialty.as_str());
    let window = Window::asked(&wanted.from, &wanted.to, store::first_equipped(db).await?, now)?;
    // Read first: what comes in between is in the figures, and the position never claims more than they hold.
    let position = store::position(db).await?;
    // What is planned for later does not count yet.
    let ends = window.ends().min(now + time::Duration::microseconds(1));
    let mut practices: Vec<Practice> = store::practices(db, ends).await?.into_iter().map(Practice::from).collect();
    // Here and not in SQL: the two engines order letters differently.
    practices.sort_by_cached_key(|practice| (practice.name.to_lowercase(), practice.id));
    let steps: Vec<Step> = store::steps(db, ends, specialty).await?.into_iter().map(Step::from).collect();
    let uses = store::uses(db, window.begins(), ends, specialty).await?;
    let facts: Vec<Fact> = uses.into_iter().filter_map(fact).collect();
    let spans: Vec<Span> = store::spans(db, ends, specialty).await?.into_iter().map(Span::from).collect();
    let equipment = pieces(store::equipment(db, specialty).await?);
    let sources = Sources { practices: &practices, steps: &steps, facts: &facts, spans: &spans, equipment: &equipment };
    Ok(Built { window, position, now, rows: panel::rows(sources, window, now) })
}

impl Built {
    fn view(self) -> PanelView {
        let (totals, funnel) = (panel::totals(&self.rows), funnel(&self.rows));
        PanelView {
            from: self.window.from.to_string(),
            to: self.window.to.to_string(),
            months: self.window.months().iter().map(Month::to_string).collect(),
            log_position: self.position,
            definition: DEFINITION.to_owned(),
            computed_at: self.now,
            funnel,
            totals: TotalsView {
                practices: totals.practices,
                equipped: totals.equipped,
                with_use: totals.with_use,
                never_used: totals.never_used,
                closed: totals.closed,
                referrals: totals.referrals,
                top_four_share: totals.top_four,
            },
            practices: self.rows.into_iter().map(PracticeView::from).collect(),
        }
    }
}

impl From<Row> for PracticeView {
    fn from(row: Row) -> Self {
        let day = |date: Option<Date>| date.map(|date| date.to_string());
        Self {
            id: row.practice.id,
            name: row.practice.name,
            municipality: row.practice.municipality,
            test_practice: row.practice.test,
            list_size: row.practice.list_size,
            closed_on: day(row.practice.closed_on),
            trial_arm: row.practice.trial_arm,
            enablement: EnablementView {
                offered: day(row.steps.offered),
                agreed: day(row.steps.agreed),
                equipped: day(row.steps.equipped),
                connected: day(row.steps.connected),
                trained: day(row.steps.trained),
                support_ended: day(row.steps.support_ended),
            },
            first_use: day(row.first_use),
            last_use: day(row.last_use),
            referrals: row.referrals,
            images_sent: row.images_sent,
            answers_read: row.answers_read,
            months: row.months,
            view_overrides: row.view_overrides,
            median_answer_hours: row.median_answer_hours.map(|hours| (hours * 100.0).round() / 100.0),
            silent_days: row.silent_days,
            test_use: row.test_use,
            uses: row.uses,
            standing: row.standing,
        }
    }
}

impl From<store::PracticeRow> for Practice {
    fn from(row: store::PracticeRow) -> Self {
        Self {
            id: row.id,
            name: row.name,
            municipality: row.municipality,
            test: row.test,
            list_size: row.list_size,
            closed_on: day_of(&row.closed_on),
            trial_arm: row.trial_arm,
        }
    }
}

impl From<store::StepRow> for Step {
    fn from(row: store::StepRow) -> Self {
        Self { practice: row.practice, step: row.step, on: row.starts_at }
    }
}

impl From<store::SpanRow> for Span {
    fn from(row: store::SpanRow) -> Self {
        Self { practice: row.practice, first: row.first_at, last: row.last_at, uses: row.uses }
    }
}

/// A day of the register, which was checked when it was written there.
fn day_of(text: &str) -> Option<Date> {
    Date::parse(text, format_description!("[year]-[month]-[day]")).ok()
}

fn fact(row: store::UseRow) -> Option<Fact> {
    let act = match row.kind.as_str() {
        "ReferralSubmitted" => Act::Submitted,
        "InformationSupplied" => Act::Supplied,
        "AnswerAcknowledged" => Act::AnswerRead,
        _ => return None,
    };
    Some(Fact {
        practice: row.practice,
        act,
        at: row.occurred_at,
        images: row.images,
        test: row.test,
        view_overrides: row.view_overrides,
        answered_at: row.answered_at,
    })
}
