//! One indicator: its definition and every line of its figures.

use super::overview::DefinitionView;
use super::wanted::Wanted;
use crate::UptakeError;
use crate::http::ROLES;
use crate::studied::Studied;
use crate::study::figure::{Flag, Line};
use crate::study::indicator::definition::indicators;
use crate::study::view::View;
use axum::Extension;
use axum::extract::State;
use kit::http::{Json, Path, Query};
use kit::{Caller, Context, Problem};
use serde::Serialize;
use utoipa::ToSchema;

/// A figure: value, numerator, denominator, interval and what a reader must know.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = uptake::StudyLine)]
pub struct LineView {
    /// The practice's code, a step, a period, or `all`.
    group: String,
    /// Which of the indicator's figures.
    name: String,
    value: Option<f64>,
    numerator: f64,
    denominator: f64,
    /// Of the 95 % interval, or of a chart's limits.
    low: Option<f64>,
    high: Option<f64>,
    estimator: String,
    /// Words of a closed list, as `too-few`.
    flags: Vec<Flag>,
}

/// An indicator.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = uptake::Indicator)]
pub struct IndicatorView {
    definition: DefinitionView,
    lines: Vec<LineView>,
}

/// One indicator's figures in a window.
#[utoipa::path(
    get, path = "/study/indicators/{indicator}", operation_id = "uptakeIndicator", tag = "uptake",
    params(
        ("indicator" = String, Path, description = "`I-01` to `I-18`, `I-21` or `I-22`."),
        ("from" = Option<String>, Query, description = "First day, `YYYY-MM-DD`."),
        ("until" = Option<String>, Query, description = "The day after the last, `YYYY-MM-DD`."),
        ("specialty" = Option<String>, Query, description = "`dermatology`, `ent` or `plastic-surgery`; absent: all.")
    ),
    responses(
        (status = 200, body = IndicatorView), (status = 404, body = kit::http::ProblemBody),
        (status = 422, body = kit::http::ProblemBody)
    )
)]
pub async fn indicator(
    State(ctx): State<Context>,
    caller: Caller,
    Extension(studied): Extension<Studied>,
    Path(id): Path<String>,
    Query(wanted): Query<Wanted>,
) -> Result<Json<IndicatorView>, UptakeError> {
    caller.require(&ROLES)?;
    let found = indicators()?.into_iter().find(|one| one.definition.id == id).ok_or_else(Problem::not_found)?;
    let record = wanted.read(&ctx, &studied).await?;
    let compute = found.compute;
    let lines = studied.compute(&record, move |record| compute(&View::new(&record.programme, &record.window))).await?;
    Ok(Json(IndicatorView {
        definition: DefinitionView::new(found.definition, found.hash),
        lines: lines.into_iter().map(LineView::from).collect(),
    }))
}

impl From<Line> for LineView {
    fn from(Line { group, name, figure }: Line) -> Self {
        Self {
            group,
            name: name.to_owned(),
            value: figure.value,
            numerator: figure.numerator,
            denominator: figure.denominator,
            low: figure.interval.map(|interval| interval.low),
            high: figure.interval.map(|interval| interval.high),
            estimator: figure.estimator.to_owned(),
            flags: figure.flags,
        }
    }
}
