//! The whole study as one file, for a purpose that is recorded.

use super::archive::{Purpose, taken, zipped};
use super::wanted::Wanted;
use crate::UptakeError;
use crate::http::ROLES;
use crate::record::{Record, notes};
use crate::studied::Studied;
use crate::study::bundle::{Origin, bundle as files};
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
#[schema(as = uptake::BundleWanted)]
pub struct BundleWanted {
    #[serde(default)]
    window: Wanted,
    /// It is recorded with who took it and when.
    purpose: Purpose,
}

/// The study's files as one ZIP file, for programme staff: practices by code, people by pseudonym, everything exact. The same window at the same position of the log gives
/// the same bytes. Every export is recorded with its purpose.
#[utoipa::path(
    post, path = "/study/bundle", operation_id = "uptakeBundle", tag = "uptake",
    request_body = BundleWanted,
    responses(
        (status = 200, body = Vec<u8>, content_type = "application/zip"), (status = 422, body = kit::http::ProblemBody)
    )
)]
pub async fn bundle(
    State(ctx): State<Context>,
    caller: Caller,
    Extension(studied): Extension<Studied>,
    Json(wanted): Json<BundleWanted>,
) -> Result<Response, UptakeError> {
    caller.require(&ROLES)?;
    let record = wanted.window.read(&ctx, &studied).await?;
    let notes = notes(&ctx.db).await?;
    let files = studied.compute(&record, move |record| packed(record, &notes)).await??;
    taken(&ctx, &caller, &record, ("study bundle", wanted.purpose), files).await
}

fn packed(record: &Record, notes: &[String]) -> Result<Vec<u8>, UptakeError> {
    let origin = Origin { version: env!("CARGO_PKG_VERSION"), position: record.position, notes };
    zipped(&files(&record.programme, &record.window, &origin)?)
}
