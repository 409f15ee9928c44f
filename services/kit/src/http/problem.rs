//! Every error that leaves, as `application/problem+json` (RFC 9457), made in this one place.
//!
//! Internals are logged once, here, and never shown. Absent and forbidden look alike.

use crate::Error;
use crate::keys::KeyError;
use crate::objects::ObjectError;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use std::borrow::Cow;

/// What is wrong with one field and how to mend it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct FieldError {
    /// Path of the field, e.g. `patient.birthDate` or `findings[0].bodySite`.
    pub field: String,
    /// Stable word for translation, e.g. `required`.
    pub code: Cow<'static, str>,
    /// A sentence for the person who typed it.
    pub message: Cow<'static, str>,
}

impl FieldError {
    /// One field error.
    pub fn new(
        field: impl Into<String>,
        code: impl Into<Cow<'static, str>>,
        message: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self { field: field.into(), code: code.into(), message: message.into() }
    }
}

/// The body of a problem.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ProblemBody {
    /// Always `about:blank`: `code` tells problems apart.
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// The status in words.
    pub title: &'static str,
    /// The HTTP status.
    pub status: u16,
    /// Stable word for translation, e.g. `not-found`.
    pub code: Cow<'static, str>,
    /// A sentence with the remedy.
    pub detail: Cow<'static, str>,
    /// For whoever looks into it: the request's id as the log has it.
    pub request_id: String,
    /// Field errors.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<FieldError>,
}

/// An error for the client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The HTTP status.
    pub status: StatusCode,
    /// Stable word for translation.
    pub code: Cow<'static, str>,
    /// A sentence with the remedy; never internals, never patient data.
    pub detail: Cow<'static, str>,
    /// Field errors.
    pub errors: Vec<FieldError>,
    /// Seconds after which trying again makes sense.
    pub retry_after: Option<u32>,
}

impl Problem {
    /// Any problem.
    pub fn new(status: StatusCode, code: impl Into<Cow<'static, str>>, detail: impl Into<Cow<'static, str>>) -> Self {
        Self { status, code: code.into(), detail: detail.into(), errors: Vec::new(), retry_after: None }
    }

    /// 404, for what is absent and for what the caller may not see.
    pub fn not_found() -> Self {
        Self::new(StatusCode::NOT_FOUND, "not-found", "There is nothing here that you can see.")
    }

    /// 401 without a session.
    pub fn signed_out() -> Self {
        Self::new(
            StatusCode::UNAUTHORIZED,
            "signed-out",
            "You are not signed in, or the session is over. Sign in again.",
        )
    }

    /// 401 while the screen is locked.
    pub fn locked() -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "locked", "The screen is locked. Unlock it with your password.")
    }

    /// 400 for one malformed part of a request.
    pub fn bad_request(field: impl Into<String>, detail: impl Into<Cow<'static, str>>) -> Self {
        let detail = detail.into();
        let mut problem = Self::new(StatusCode::BAD_REQUEST, "malformed", detail.clone());
        problem.errors.push(FieldError::new(field, "malformed", detail));
        problem
    }

    /// 422 with what is wrong field by field.
    pub fn invalid(errors: Vec<FieldError>) -> Self {
        let mut problem = Self::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "invalid-input",
            "Something is missing or wrong. See each field.",
        );
        problem.errors = errors;
        problem
    }

    /// 422 for one field.
    pub fn invalid_field(
        field: impl Into<String>,
        code: impl Into<Cow<'static, str>>,
        message: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self::invalid(vec![FieldError::new(field, code, message)])
    }

    /// 409.
    pub fn conflict(code: impl Into<Cow<'static, str>>, detail: impl Into<Cow<'static, str>>) -> Self {
        Self::new(StatusCode::CONFLICT, code, detail)
    }

    /// 410.
    pub fn gone(code: impl Into<Cow<'static, str>>, detail: impl Into<Cow<'static, str>>) -> Self {
        Self::new(StatusCode::GONE, code, detail)
    }

    /// 503: what was sent is not lost, it was not taken. Logged with its cause.
    pub fn unavailable(cause: impl std::fmt::Display) -> Self {
        tracing::warn!(%cause, "not available");
        let mut problem = Self::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "unavailable",
            "Lysbro can't do this right now. Nothing is lost: try again in a moment.",
        );
        problem.retry_after = Some(5);
        problem
    }

    /// 500. Logged with its cause.
    pub fn internal(cause: impl std::fmt::Display) -> Self {
        tracing::error!(%cause, "internal error");
        Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "internal",
            "Something went wrong on our side and was recorded. Try again; if it stays, tell your administrator the request's number.",
        )
    }
}

/// Whether the database said that it can't now, and may later: PostgreSQL's classes 08 (connection), 40 (crossed with another
/// transaction), 53 (resources, the disk too) and 57 (shutting down, starting); SQLite's busy, locked and full.
fn passes(code: Option<&str>) -> bool {
    let Some(code) = code else { return false };
    match code.len() {
        5 => ["08", "40", "53", "57"].iter().any(|class| code.starts_with(class)),
        // The low byte of an extended code is the code itself.
        _ => code.parse::<u32>().is_ok_and(|code| matches!(code & 0xff, 5 | 6 | 13)),
    }
}

impl From<sqlx::Error> for Problem {
    fn from(error: sqlx::Error) -> Self {
        match error {
            sqlx::Error::RowNotFound => Self::not_found(),
            sqlx::Error::Io(_)
            | sqlx::Error::PoolTimedOut
            | sqlx::Error::PoolClosed
            | sqlx::Error::WorkerCrashed
            | sqlx::Error::Protocol(_) => Self::unavailable(error),
            sqlx::Error::Database(ref db) if passes(db.code().as_deref()) => {
                Self::unavailable(format!("database: {:?}", db.code()))
            }
            // The text of a database error can quote values: only its kind is logged.
            sqlx::Error::Database(ref db) => Self::internal(format!("database: {:?} {:?}", db.kind(), db.code())),
            other => Self::internal(other),
        }
    }
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        match error {
            Error::Database(error) | Error::Key(KeyError::Database(error)) => error.into(),
            Error::Key(KeyError::Erased) => Self::not_found(),
            Error::Object(ObjectError::Unavailable(cause)) | Error::Audit(cause) => Self::unavailable(cause),
            Error::Unusable { object, .. } if crate::scrub::is_original(&object) => Self::gone(
                "picture-damaged",
                "What is stored of this picture is damaged, so it is not shown. The administrator sees it and can put it back from a backup.",
            ),
            Error::Unusable { .. } => {
                let mut problem = Self::new(
                    StatusCode::SERVICE_UNAVAILABLE,
                    "picture-remade",
                    "This copy of the picture is damaged and is being made again. Try again in a moment.",
                );
                problem.retry_after = Some(10);
                problem
            }
            other => Self::internal(other),
        }
    }
}

impl From<KeyError> for Problem {
    fn from(error: KeyError) -> Self {
        Error::from(error).into()
    }
}

impl From<ObjectError> for Problem {
    fn from(error: ObjectError) -> Self {
        Error::from(error).into()
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let body = ProblemBody {
            kind: "about:blank",
            title: self.status.canonical_reason().unwrap_or("Error"),
            status: self.status.as_u16(),
            code: self.code,
            detail: self.detail,
            request_id: super::request_id().to_string(),
            errors: self.errors,
        };
        let text = serde_json::to_vec(&body).unwrap_or_default();
        let mut response = (self.status, text).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if let Some(seconds) = self.retry_after {
            headers.insert(header::RETRY_AFTER, seconds.into());
        }
        response
    }
}

#[cfg(test)]
mod tests {
    use super::passes;

    #[test]
    fn what_passes_is_told_apart_from_what_is_wrong() {
        for code in ["57P01", "57P03", "08006", "53300", "40P01", "5", "261", "517", "13"] {
            assert!(passes(Some(code)), "{code}");
        }
        // A broken rule, a missing table, a trigger's word; SQLite: constraint, error, damaged.
        for code in ["23505", "42P01", "P0001", "19", "1811", "1", "11"] {
            assert!(!passes(Some(code)), "{code}");
        }
        assert!(!passes(None));
    }
}
