//! What uptake refuses, and how it says so.

use crate::study::bundle::BundleError;
use crate::study::export::ExportError;
use axum::response::{IntoResponse, Response};
use kit::Problem;
use kit::http::FieldError;

/// Why uptake did not do it.
#[derive(Debug, thiserror::Error)]
pub enum UptakeError {
    /// A value of the query is wrong.
    #[error("invalid input")]
    Invalid(Vec<FieldError>),
    /// Refused before uptake's own rules.
    #[error("refused: {}", .0.code)]
    Refused(Problem),
    /// The sheet could not be written.
    #[error("sheet: {0}")]
    Sheet(#[from] csv::Error),
    /// A definition of an indicator could not be read.
    #[error("definition of an indicator: {0}")]
    Definition(#[from] toml::de::Error),
    /// The study's files could not be made.
    #[error("study: {0}")]
    Study(#[from] BundleError),
    /// Nor its tables.
    #[error("exports: {0}")]
    Exports(#[from] ExportError),
    /// Nor packed.
    #[error("archive: {0}")]
    Archive(#[from] zip::result::ZipError),
    /// The floor below.
    #[error(transparent)]
    Kit(#[from] kit::Error),
}

impl From<sqlx::Error> for UptakeError {
    fn from(error: sqlx::Error) -> Self {
        Self::Kit(error.into())
    }
}

impl From<Problem> for UptakeError {
    fn from(problem: Problem) -> Self {
        Self::Refused(problem)
    }
}

impl From<UptakeError> for Problem {
    fn from(error: UptakeError) -> Self {
        match error {
            UptakeError::Invalid(errors) => Self::invalid(errors),
            UptakeError::Refused(problem) => problem,
            UptakeError::Sheet(error) => Self::internal(error),
            UptakeError::Definition(error) => Self::internal(error),
            UptakeError::Study(error) => Self::internal(error),
            UptakeError::Exports(error) => Self::internal(error),
            UptakeError::Archive(error) => Self::internal(error),
            UptakeError::Kit(error) => error.into(),
        }
    }
}

impl IntoResponse for UptakeError {
    fn into_response(self) -> Response {
        Problem::from(self).into_response()
    }
}
