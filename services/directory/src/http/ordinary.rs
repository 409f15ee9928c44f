//! Ordinary referrals from a CSV file: template, check, taking.

use crate::Error;
use crate::acts::import::Mode;
use crate::acts::once::ProgrammeAuthor;
use crate::acts::ordinary as act;
use crate::ordinary::{Report, template};
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use kit::http::{Json, Sheet};
use kit::{Caller, Context, Problem, Role};

/// The header that a file must have, with one line as an example.
#[utoipa::path(get, path = "/ordinary/template.csv", tag = "directory", operation_id = "ordinaryTemplate", responses(
    (status = OK, body = String, content_type = "text/csv", description = "UTF-8 with a byte order mark, separated by semicolons")))]
pub async fn example(caller: Caller) -> Result<Response, Problem> {
    caller.require(&[Role::Administrator, Role::ProgrammeManager])?;
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"ordinary-referrals-template.csv\""),
        (header::CACHE_CONTROL, "no-store"),
    ];
    Ok((headers, template()).into_response())
}

/// What a file would do, and everything that is wrong with it by line and column. Nothing is changed.
///
/// UTF-8, separated by `,` or `;`, one line per practice, month and specialty: `key` as in the register's own file, or the id of a practice without one, `month` as
/// `YYYY-MM`, `specialty` and `referrals`. A month that the file does not name is not known, and no zero.
#[utoipa::path(post, path = "/ordinary/dry-run", tag = "directory", operation_id = "ordinaryDryRun",
    request_body(content = String, content_type = "text/csv"), responses(
    (status = OK, body = Report), (status = PAYLOAD_TOO_LARGE, description = "`file-too-large`: more than 10 MiB"),
    (status = UNSUPPORTED_MEDIA_TYPE, description = "`not-csv`")))]
pub async fn dry_run(
    State(ctx): State<Context>,
    ProgrammeAuthor(author): ProgrammeAuthor,
    Sheet(bytes): Sheet,
) -> Result<Json<Report>, Problem> {
    Ok(Json(act::run(&ctx, &author, bytes, Mode::DryRun).await?))
}

/// Takes a file as the dry run describes it: all of it, or nothing when anything is wrong. A later file corrects by new rows; the
/// same file again changes nothing.
#[utoipa::path(post, path = "/ordinary", tag = "directory", operation_id = "takeOrdinary",
    request_body(content = String, content_type = "text/csv"), responses(
    (status = OK, body = Report), (status = PAYLOAD_TOO_LARGE, description = "`file-too-large`: more than 10 MiB"),
    (status = UNSUPPORTED_MEDIA_TYPE, description = "`not-csv`"),
    (status = UNPROCESSABLE_ENTITY, description = "`file-faults`: nothing was taken; each error names line and column")))]
pub async fn take(
    State(ctx): State<Context>,
    ProgrammeAuthor(author): ProgrammeAuthor,
    Sheet(bytes): Sheet,
) -> Result<Json<Report>, Problem> {
    let report = act::run(&ctx, &author, bytes, Mode::Import).await?;
    if report.faults.is_empty() {
        Ok(Json(report))
    } else {
        Err(Error::FileFaults(report.faults, report.more_faults).into())
    }
}
