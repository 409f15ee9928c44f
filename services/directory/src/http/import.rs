//! The register from a CSV file: template, dry run, import.

use crate::Error;
use crate::acts::import::{self as act, Mode};
use crate::acts::once::Author;
use crate::import::{Report, template};
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use kit::http::{Json, Sheet};
use kit::{Caller, Context, Problem, Role};

/// The header that a file must have, with one line as an example.
#[utoipa::path(get, path = "/import/template.csv", tag = "directory", operation_id = "importTemplate", responses(
    (status = OK, body = String, content_type = "text/csv", description = "UTF-8 with a byte order mark, separated by semicolons")))]
pub async fn example(caller: Caller) -> Result<Response, Problem> {
    caller.require(&[Role::Administrator, Role::ProgrammeManager])?;
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"practices-template.csv\""),
        (header::CACHE_CONTROL, "no-store"),
    ];
    Ok((headers, template()).into_response())
}

/// What a file would do, and everything that is wrong with it by line and column. Nothing is changed.
///
/// UTF-8, separated by `,` or `;`, one line per practice: `key`, `name`, `municipality`, `centrality`, `distance_km` and
/// `opened_on` are required; `channel`, `closed_on`, `test_practice`, `trial_arm`, `register_from` with `list_size`, `gps` and
/// `staff`, and a date per step (`offered`, `agreed`, `equipped`, `connected`, `trained`, `support_ended`, also as
/// `equipped:dermatology`) are not. An empty date of a step or an empty register entry says nothing; what was recorded stays.
#[utoipa::path(post, path = "/import/dry-run", tag = "directory", operation_id = "importDryRun",
    request_body(content = String, content_type = "text/csv"), responses(
    (status = OK, body = Report), (status = PAYLOAD_TOO_LARGE, description = "`file-too-large`: more than 10 MiB"),
    (status = UNSUPPORTED_MEDIA_TYPE, description = "`not-csv`")))]
pub async fn dry_run(State(ctx): State<Context>, author: Author, Sheet(bytes): Sheet) -> Result<Json<Report>, Problem> {
    Ok(Json(act::run(&ctx, &author, bytes, Mode::DryRun).await?))
}

/// Imports a file as the dry run describes it: all of it, or nothing when anything is wrong. The same file again changes nothing.
#[utoipa::path(post, path = "/import", tag = "directory", operation_id = "importPractices",
    request_body(content = String, content_type = "text/csv"), responses(
    (status = OK, body = Report), (status = PAYLOAD_TOO_LARGE, description = "`file-too-large`: more than 10 MiB"),
    (status = UNSUPPORTED_MEDIA_TYPE, description = "`not-csv`"),
    (status = UNPROCESSABLE_ENTITY, description = "`file-faults`: nothing was imported; each error names line and column")))]
pub async fn import(State(ctx): State<Context>, author: Author, Sheet(bytes): Sheet) -> Result<Json<Report>, Problem> {
    let report = act::run(&ctx, &author, bytes, Mode::Import).await?;
    if report.faults.is_empty() {
        Ok(Json(report))
    } else {
        Err(Error::FileFaults(report.faults, report.more_faults).into())
    }
}
