//! One chart of the study, drawn here, with its table.

use super::wanted::Wanted;
use crate::UptakeError;
use crate::http::ROLES;
use crate::record::Record;
use crate::studied::Studied;
use crate::study::calendar::day_name;
use crate::study::chart::{Language, named};
use crate::study::view::View;
use axum::Extension;
use axum::extract::State;
use kit::http::{Json, Path, Query};
use kit::{Caller, Context, Problem};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Which days, specialty and language.
#[derive(Clone, Debug, Deserialize)]
pub struct ChartWanted {
    #[serde(flatten)]
    window: Wanted,
    /// `nb`; else English.
    #[serde(default)]
    language: String,
}

/// A chart with its table and a sentence that states the finding.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = uptake::Chart)]
pub struct ChartView {
    name: String,
    title: String,
    /// Stands for the drawing where it cannot be seen.
    finding: String,
    /// A whole `svg` element, without script or style; every text in it is escaped.
    svg: String,
    /// Heads of the table's columns.
    columns: Vec<String>,
    /// The table, a cell per column; numbers with a point.
    rows: Vec<Vec<String>>,
    /// The indicator that defines it, `I-02`.
    definition: Option<String>,
    /// First day, `YYYY-MM-DD`.
    from: String,
    /// The day after the last, `YYYY-MM-DD`.
    until: String,
    /// The last event that the figures include.
    log_position: i64,
}

/// One chart of the study.
#[utoipa::path(
    get, path = "/study/charts/{chart}", operation_id = "uptakeChart", tag = "uptake",
    params(
        ("chart" = String, Path, description = "`adoption-curve`, `funnel`, `lorenz`, `ranking`, `heat-map`, `love-plot`, `control-chart`, `funnel-plot`, \
            `turnaround`, `arrivals`, `swimmer`, `deciles`, `small-multiples`, `retention`, `lapse`, `network` or `interruption`."),
        ("from" = Option<String>, Query, description = "First day, `YYYY-MM-DD`."),
        ("until" = Option<String>, Query, description = "The day after the last, `YYYY-MM-DD`."),
        ("specialty" = Option<String>, Query, description = "`dermatology`, `ent` or `plastic-surgery`; absent: all."),
        ("language" = Option<String>, Query, description = "`nb`, or English.")
    ),
    responses(
        (status = 200, body = ChartView), (status = 404, body = kit::http::ProblemBody),
        (status = 422, body = kit::http::ProblemBody)
    )
)]
pub async fn chart(
    State(ctx): State<Context>,
    caller: Caller,
    Extension(studied): Extension<Studied>,
    Path(name): Path<String>,
    Query(wanted): Query<ChartWanted>,
) -> Result<Json<ChartView>, UptakeError> {
    caller.require(&ROLES)?;
    let draw = named(&name).ok_or_else(Problem::not_found)?;
    let record = wanted.window.read(&ctx, &studied).await?;
    let language = if wanted.language == "nb" { Language::Nb } else { Language::En };
    let seen = move |record: &Record| draw(&View::new(&record.programme, &record.window), language);
    let chart = studied.compute(&record, seen).await?;
    Ok(Json(ChartView {
        name: chart.name.to_owned(),
        title: chart.title.of(language).to_owned(),
        finding: chart.finding.of(language).to_owned(),
        svg: chart.svg,
        columns: chart.columns.into_iter().map(str::to_owned).collect(),
        rows: chart.rows,
        definition: chart.definition.map(str::to_owned),
        from: day_name(record.window.from),
        until: day_name(record.window.until),
        log_position: record.position,
    }))
}
