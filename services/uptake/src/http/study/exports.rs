//! The study's tables in the formats that others read, exact: for programme staff.
//!
//! What is for a researcher, for peers and for the public is made by the same function and not offered: two sets of neighbouring
//! windows would give hidden counts back until all that was published is judged together.

use super::archive::{Purpose, taken, zipped};
use super::wanted::Wanted;
use crate::UptakeError;
use crate::http::ROLES;
use crate::record::{Record, notes};
use crate::studied::Studied;
use crate::study::bundle::Origin;
use crate::study::disclosure::rule::{Rule, Tier};
use crate::study::export::exports as files;
use axum::Extension;
use axum::extract::State;
use axum::response::Response;
use kit::http::Json;
use kit::{Caller, Context};
use serde::Deserialize;
use utoipa::ToSchema;

/// Which tables, and what for.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = uptake::ExportsWanted)]
pub struct ExportsWanted {
    #[serde(default)]
    window: Wanted,
    /// It is recorded with who took it and when.
    purpose: Purpose,
}

/// The study's tables as one ZIP file, for programme staff: CSV, Norwegian CSV, XLSX, Parquet, FHIR, DHIS2, GraphML, with a Frictionless
/// data package, CSVW and a dictionary. Every export is recorded with its purpose.
#[utoipa::path(
    post, path = "/study/exports", operation_id = "uptakeExports", tag = "uptake",
    request_body = ExportsWanted,
    responses(
        (status = 200, body = Vec<u8>, content_type = "application/zip"), (status = 422, body = kit::http::ProblemBody)
    )
)]
pub async fn exports(
    State(ctx): State<Context>,
    caller: Caller,
    Extension(studied): Extension<Studied>,
    Json(wanted): Json<ExportsWanted>,
) -> Result<Response, UptakeError> {
    caller.require(&ROLES)?;
    let record = wanted.window.read(&ctx, &studied).await?;
    let notes = notes(&ctx.db).await?;
    let bytes = studied.compute(&record, move |record| packed(record, &notes)).await??;
    taken(&ctx, &caller, &record, ("study tables", wanted.purpose), bytes).await
}

fn packed(record: &Record, notes: &[String]) -> Result<Vec<u8>, UptakeError> {
    let origin = Origin { version: env!("CARGO_PKG_VERSION"), position: record.position, notes };
    zipped(&files(&record.programme, &record.window, &origin, Tier::Programme, Rule::EXACT)?)
}
