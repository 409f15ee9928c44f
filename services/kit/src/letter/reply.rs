//! A letter over HTTP, the same from every service.

use super::{Language, Letter};
use crate::http::Problem;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;

/// As what a letter is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// To keep, send and print.
    Pdf,
    /// To paste into a record.
    Text,
}

impl Form {
    /// For the access log.
    pub fn noun(self) -> &'static str {
        match self {
            Self::Pdf => "letter pdf",
            Self::Text => "letter text",
        }
    }
}

/// The query of a letter's address.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
pub struct Wanted {
    /// In which language; English when nothing is said.
    #[serde(default)]
    pub language: Language,
}

/// The letter as a response: never stored by a browser, and named by its reference, not by the patient.
///
/// # Errors
/// 500 when it could not be written.
pub async fn reply(letter: Letter, language: Language, form: Form) -> Result<Response, Problem> {
    let name = format!("inline; filename=\"lysbro-{}", letter.reference);
    let (bytes, kind, name) = match form {
        Form::Text => (letter.text(language).into_bytes(), "text/plain; charset=utf-8", format!("{name}.txt\"")),
        Form::Pdf => {
            // Some milliseconds of work: not on a thread that answers others.
            let made = tokio::task::spawn_blocking(move || letter.pdf(language)).await;
            let bytes = made.map_err(|_| Problem::internal("the writer of a letter stopped"))?;
            (bytes.map_err(Problem::internal)?, "application/pdf", format!("{name}.pdf\""))
        }
    };
    let mut response = bytes.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::CONTENT_DISPOSITION, HeaderValue::from_str(&name).map_err(Problem::internal)?);
    Ok(response)
}
