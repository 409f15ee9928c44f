//! What the study covers, and the definitions of its indicators.

use super::wanted::Wanted;
use crate::UptakeError;
use crate::http::ROLES;
use crate::record::{Record, notes};
use crate::studied::Studied;
use crate::study::calendar::day_name;
use crate::study::indicator::definition::{Definition, Direction, indicators};
use crate::study::programme::Step;
use crate::study::view::View;
use axum::Extension;
use axum::extract::State;
use kit::http::{Json, Query};
use kit::{Caller, Context};
use serde::Serialize;
use utoipa::ToSchema;

/// The definition of an indicator.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = uptake::Definition)]
pub struct DefinitionView {
    /// `I-01` and so on.
    id: String,
    title: String,
    why: String,
    numerator: String,
    denominator: String,
    window: String,
    /// With the source of the formula.
    estimator: String,
    /// `up`, `down` or `none`: which way is good.
    direction: String,
    author: String,
    checker: String,
    /// `YYYY-MM-DD`.
    review_on: String,
    version: u32,
    /// SHA-256 of the file, hexadecimal.
    sha256: String,
}

impl DefinitionView {
    /// With the hash of its file.
    pub fn new(definition: Definition, sha256: String) -> Self {
        let direction = match definition.direction {
            Direction::Up => "up",
            Direction::Down => "down",
            Direction::None => "none",
        };
        Self {
            id: definition.id,
            title: definition.title,
            why: definition.why,
            numerator: definition.numerator,
            denominator: definition.denominator,
            window: definition.window,
            estimator: definition.estimator,
            direction: direction.to_owned(),
            author: definition.author,
            checker: definition.checker,
            review_on: definition.review,
            version: definition.version,
            sha256,
        }
    }
}

/// What the study covers.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = uptake::Study)]
pub struct StudyView {
    /// First day, `YYYY-MM-DD`.
    from: String,
    /// The day after the last, `YYYY-MM-DD`.
    until: String,
    /// The last event that the figures include.
    log_position: i64,
    /// Practices, those for training left out.
    practices: i64,
    /// Of them, equipped before the cut.
    equipped: i64,
    /// Of them, with a referral before the cut.
    used: i64,
    /// Referrals within the window.
    referrals: i64,
    /// Referrals for training before the cut: never counted.
    test_referrals: i64,
    definitions: Vec<DefinitionView>,
    /// What the study could use and the record does not hold, and what it could not take in.
    not_recorded: Vec<String>,
}

/// What the study covers, and the definitions of its indicators.
#[utoipa::path(
    get, path = "/study", operation_id = "uptakeStudy", tag = "uptake",
    params(
        ("from" = Option<String>, Query, description = "First day, `YYYY-MM-DD`. Default: the first of the month of the first equipment."),
        ("until" = Option<String>, Query, description = "The day after the last, `YYYY-MM-DD`. Default: the first of the month of the newest fact."),
        ("specialty" = Option<String>, Query, description = "`dermatology`, `ent` or `plastic-surgery`; absent: all.")
    ),
    responses((status = 200, body = StudyView), (status = 422, body = kit::http::ProblemBody))
)]
pub async fn overview(
    State(ctx): State<Context>,
    caller: Caller,
    Extension(studied): Extension<Studied>,
    Query(wanted): Query<Wanted>,
) -> Result<Json<StudyView>, UptakeError> {
    caller.require(&ROLES)?;
    let record = wanted.read(&ctx, &studied).await?;
    let not_recorded = notes(&ctx.db).await?;
    let view = studied.compute(&record, move |record| seen(record, not_recorded)).await??;
    Ok(Json(view))
}

fn seen(record: &Record, not_recorded: Vec<String>) -> Result<StudyView, UptakeError> {
    let view = View::new(&record.programme, &record.window);
    let count = |of: &dyn Fn(usize) -> bool| view.counted().filter(|place| of(*place)).count() as i64;
    let test = record.programme.cases.iter().filter(|case| case.test && record.window.takes(&case.specialty)).count();
    let definitions = indicators()?.into_iter().map(|one| DefinitionView::new(one.definition, one.hash)).collect();
    Ok(StudyView {
        from: day_name(record.window.from),
        until: day_name(record.window.until),
        log_position: record.position,
        practices: count(&|_| true),
        equipped: count(&|place| view.first_step(place, Step::Equipped).is_some()),
        used: count(&|place| !view.use_days(place).is_empty()),
        referrals: view.uses_within().count() as i64,
        test_referrals: test as i64,
        definitions,
        not_recorded,
    })
}
