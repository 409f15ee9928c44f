//! Extractors that answer with a problem naming the field, instead of a line of plain text.

use super::Problem;
use super::paced::Cut;
use super::server::Origin;
use axum::extract::rejection::{BytesRejection, FailedToBufferBody};
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::request::Parts;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::convert::Infallible;
use std::net::IpAddr;

/// A JSON body, in and out. Unknown fields are refused where the type says so; errors name the field's path.
#[derive(Clone, Copy, Debug)]
pub struct Json<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Json<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let json = request
            .headers()
            .get("content-type")
            .and_then(|value| value.to_str().ok())
            .is_some_and(|value| value.split(';').next().is_some_and(|kind| kind.trim() == "application/json"));
        if !json {
            return Err(Problem::new(
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "not-json",
                "Send JSON with Content-Type: application/json.",
            ));
        }
        let announced =
            request.headers().get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse().ok());
        if announced.is_some_and(|length: usize| length > JSON_LIMIT) {
            return Err(too_large());
        }
        let body = Bytes::from_request(request, state).await.map_err(body_problem)?;
        // serde would read a sequence into a structure field by field; every body here is an object.
        if body.iter().find(|byte| !byte.is_ascii_whitespace()).is_some_and(|first| *first != b'{') {
            return Err(Problem::bad_request(".", "The request is not a JSON object. See the API's description."));
        }
        if deeper_than(DEEPEST, &body) {
            return Err(Problem::bad_request(".", "The request is nested too deeply. See the API's description."));
        }
        let mut reader = serde_json::Deserializer::from_slice(&body);
        serde_path_to_error::deserialize(&mut reader).map(Json).map_err(|error| {
            let field = error.path().to_string();
            // serde's message can quote the value that was sent: only its kind of error may leave.
            let what = match error.inner().classify() {
                serde_json::error::Category::Data => "has a value that is not allowed here",
                serde_json::error::Category::Eof => "ends too early",
                serde_json::error::Category::Syntax | serde_json::error::Category::Io => "is not well-formed JSON",
            };
            let name =
                if matches!(field.as_str(), "." | "?") { "The request".to_owned() } else { format!("`{field}`") };
            Problem::bad_request(field, format!("{name} {what}. See the API's description."))
        })
    }
}

/// Longest JSON body in bytes.
pub(super) const JSON_LIMIT: usize = 1024 * 1024;
/// Deepest nesting: what is described here needs five.
const DEEPEST: usize = 64;

/// Whether brackets outside of texts are nested deeper. Looked at before reading: what is ignored costs a reader too.
fn deeper_than(most: usize, json: &[u8]) -> bool {
    let (mut depth, mut in_text, mut escaped) = (0_usize, false, false);
    for byte in json {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_text => escaped = true,
            b'"' => in_text = !in_text,
            b'{' | b'[' if !in_text => depth += 1,
            b'}' | b']' if !in_text => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth > most {
            return true;
        }
    }
    false
}

fn too_large() -> Problem {
    Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "too-large", "The request is larger than 1 MiB. Shorten the text.")
}

fn body_problem(rejection: BytesRejection) -> Problem {
    if let BytesRejection::FailedToBufferBody(FailedToBufferBody::LengthLimitError(_)) = rejection {
        return too_large();
    }
    broken_body(&rejection)
}

/// A body that broke off or came too slowly.
pub(super) fn broken_body(error: &(dyn std::error::Error + 'static)) -> Problem {
    if Cut::in_causes(error) == Some(Cut::TooSlow) {
        return Problem::new(
            StatusCode::REQUEST_TIMEOUT,
            "too-slow",
            "The request came too slowly. Check the line, and send it again.",
        );
    }
    Problem::new(StatusCode::BAD_REQUEST, "interrupted", "The request did not arrive whole. Send it again.")
}

impl<T: Serialize> IntoResponse for Json<T> {
    fn into_response(self) -> Response {
        let mut response = axum::Json(self.0).into_response();
        response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        response
    }
}

/// Parts of the path; what is not an id is simply not there.
#[derive(Clone, Copy, Debug)]
pub struct Path<T>(pub T);

impl<T: DeserializeOwned + Send, S: Send + Sync> FromRequestParts<S> for Path<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let found = axum::extract::Path::<T>::from_request_parts(parts, state).await;
        found.map(|axum::extract::Path(value)| Self(value)).map_err(|_| Problem::not_found())
    }
}

/// The client's address, as the named proxy tells it; none where no socket is in between.
#[derive(Clone, Copy, Debug)]
pub struct ClientAddress(pub Option<IpAddr>);

impl<S: Send + Sync> FromRequestParts<S> for ClientAddress {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self(parts.extensions.get::<Origin>().map(|origin| origin.client)))
    }
}

/// The query.
#[derive(Clone, Copy, Debug)]
pub struct Query<T>(pub T);

impl<T: DeserializeOwned + Send, S: Send + Sync> FromRequestParts<S> for Query<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let found = axum::extract::Query::<T>::from_request_parts(parts, state).await;
        found.map(|axum::extract::Query(value)| Self(value)).map_err(|_| {
            Problem::bad_request("query", "A value in the address's query is not allowed. See the API's description.")
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nesting_is_counted_outside_of_texts() {
        let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth)).into_bytes();
        assert!(!deeper_than(64, &nested(64)));
        assert!(deeper_than(64, &nested(65)));
        assert!(!deeper_than(1, br#"{"a": "[[[\\\"{{{"}"#));
        assert!(deeper_than(1, br#"{"a\\": [1]}"#));
    }
}
