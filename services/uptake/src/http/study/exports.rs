//! The study's tables in the formats that others read, for whoever will see them.

use super::archive::{Purpose, taken};
use super::wanted::Wanted;
use crate::UptakeError;
use crate::http::ROLES;
use crate::record::notes;
use crate::studied::Studied;
use crate::study::bundle::Origin;
use crate::study::disclosure::rule::{Protection, Tier};
use crate::study::export::exports as files;
use axum::Extension;
use axum::extract::State;
use axum::response::Response;
use kit::http::Json;
use kit::{Caller, Context};
use serde::Deserialize;
use utoipa::ToSchema;

/// Which tables, for whom, and what for.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = uptake::ExportsWanted)]
pub struct ExportsWanted {
    #[serde(default)]
    window: Wanted,
    /// Who will see them: it decides what is in them.
    tier: Tier,
    /// How small counts are protected in what is for `peers` and `public`.
    #[serde(default)]
    protection: Protection,
    /// It is recorded with who took it and when.
    purpose: Purpose,
}

/// The study's tables as one ZIP file: CSV, Norwegian CSV, XLSX, Parquet, FHIR, DHIS2, GraphML, with a Frictionless data package, CSVW
/// and a dictionary. Every export is recorded with its purpose.
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
    if wanted.tier == Tier::Own {
        let message = "Choose programme, researcher, peers or public: a practice sees its own figures on its page.";
        return Err(super::wanted::invalid("tier", "unknown", message));
    }
    let record = wanted.window.read(&ctx, &studied).await?;
    let notes = notes(&ctx.db).await?;
    let origin = Origin { version: env!("CARGO_PKG_VERSION"), position: record.position, notes: &notes };
    let files = files(&record.programme, &record.window, &origin, wanted.tier, wanted.protection.rule())?;
    let name = format!("study exports-{}", wanted.tier.word());
    taken(&ctx, &caller, &record, (&name, wanted.purpose), &files).await
}
