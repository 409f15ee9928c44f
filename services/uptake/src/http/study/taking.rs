//! The whole study, or its tables alone in the formats that others read: as one file, for a purpose that is recorded.
//!
//! Both are exact, for programme staff. What is for a researcher, for peers and for the public is made by the same functions and not
//! offered: two sets of neighbouring windows would give hidden counts back until all that was published is judged together.

use super::archive::{Purpose, taken, zipped};
use super::wanted::Wanted;
use crate::UptakeError;
use crate::http::ROLES;
use crate::record::{Record, notes};
use crate::studied::Studied;
use crate::study::bundle::{Files, Origin, bundle as whole};
use crate::study::disclosure::rule::{Rule, Tier};
use crate::study::export::exports as tables;
use axum::Extension;
use axum::extract::State;
use axum::response::Response;
use kit::http::Json;
use kit::{Caller, Context};
use serde::Deserialize;
use utoipa::ToSchema;

/// Which study, and what for.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = uptake::StudyTaken)]
pub struct TakenWanted {
    #[serde(default)]
    window: Wanted,
    /// It is recorded with who took it and when.
    purpose: Purpose,
}

/// The study's files as one ZIP file, for programme staff: practices by code, people by pseudonym, everything exact. The same window at
/// the same position of the log gives the same bytes. Every export is recorded with its purpose.
#[utoipa::path(
    post, path = "/study/bundle", operation_id = "uptakeBundle", tag = "uptake",
    request_body = TakenWanted,
    responses(
        (status = 200, body = Vec<u8>, content_type = "application/zip"), (status = 422, body = kit::http::ProblemBody)
    )
)]
pub async fn bundle(
    State(ctx): State<Context>,
    caller: Caller,
    Extension(studied): Extension<Studied>,
    Json(wanted): Json<TakenWanted>,
) -> Result<Response, UptakeError> {
    let make = |record: &Record, origin: &Origin<'_>| Ok(whole(&record.programme, &record.window, origin)?);
    take((&ctx, &caller, &studied), wanted, "study bundle", make).await
}

/// The study's tables as one ZIP file, for programme staff: CSV, Norwegian CSV, XLSX, Parquet, FHIR, DHIS2, GraphML, with a Frictionless
/// data package, CSVW and a dictionary. Every export is recorded with its purpose.
#[utoipa::path(
    post, path = "/study/exports", operation_id = "uptakeExports", tag = "uptake",
    request_body = TakenWanted,
    responses(
        (status = 200, body = Vec<u8>, content_type = "application/zip"), (status = 422, body = kit::http::ProblemBody)
    )
)]
pub async fn exports(
    State(ctx): State<Context>,
    caller: Caller,
    Extension(studied): Extension<Studied>,
    Json(wanted): Json<TakenWanted>,
) -> Result<Response, UptakeError> {
    let make = |record: &Record, origin: &Origin<'_>| {
        Ok(tables(&record.programme, &record.window, origin, Tier::Programme, Rule::EXACT)?)
    };
    take((&ctx, &caller, &studied), wanted, "study tables", make).await
}

/// What is made of the record at one position of the log.
type Make = fn(&Record, &Origin<'_>) -> Result<Files, UptakeError>;

async fn take(
    (ctx, caller, studied): (&Context, &Caller, &Studied),
    wanted: TakenWanted,
    name: &str,
    make: Make,
) -> Result<Response, UptakeError> {
    caller.require(&ROLES)?;
    let record = wanted.window.read(ctx, studied).await?;
    let notes = notes(&ctx.db).await?;
    let packed = move |record: &Record| {
        let origin = Origin { version: env!("CARGO_PKG_VERSION"), position: record.position, notes: &notes };
        zipped(&make(record, &origin)?)
    };
    let bytes = studied.compute(&record, packed).await??;
    taken(ctx, caller, &record, (name, wanted.purpose), bytes).await
}
