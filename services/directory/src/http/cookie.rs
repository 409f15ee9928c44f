//! The session's cookie. Without Max-Age: it goes when the browser closes, and the table says when it is over.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderName, header};
use kit::caller::{COOKIE_NAME, session_token};
use kit::pictures::sha256;
use std::convert::Infallible;

/// Sets the cookie to a token.
pub fn set(token: &str) -> [(HeaderName, String); 1] {
    [(header::SET_COOKIE, format!("{COOKIE_NAME}={token}; Path=/; Secure; HttpOnly; SameSite=Lax"))]
}

/// Takes the cookie away.
pub fn clear() -> [(HeaderName, String); 1] {
    [(header::SET_COOKIE, format!("{COOKIE_NAME}=; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=0"))]
}

/// SHA-256 of the token in the request's cookie, whether or not it stands for a session.
#[derive(Clone, Debug)]
pub struct Presented(pub Option<Vec<u8>>);

impl<S: Send + Sync> FromRequestParts<S> for Presented {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self(session_token(parts).map(|token| sha256(token.as_bytes()))))
    }
}
