//! The way in: one request to the assembled router, without a socket, with its cookie and nothing kept between requests.

use crate::Reply;
use axum::Router;
use axum::body::Body;
use axum::http::{Method, Request, header};
use http_body_util::BodyExt;
use serde_json::Value;
use tower::ServiceExt;

/// One request.
#[derive(Clone, Debug)]
pub struct Asked {
    /// The method.
    pub method: Method,
    /// Path and query.
    pub path: String,
    /// Headers beside the cookie.
    pub headers: Vec<(&'static str, String)>,
    /// The body.
    pub body: Vec<u8>,
}

impl Asked {
    /// Without a body.
    ///
    /// # Panics
    /// When the method is none.
    pub fn new(method: &str, path: impl Into<String>) -> Self {
        let method = Method::from_bytes(method.as_bytes()).expect("a method");
        Self { method, path: path.into(), headers: Vec::new(), body: Vec::new() }
    }

    /// With JSON.
    #[must_use]
    pub fn json(self, body: &Value) -> Self {
        self.with("content-type", "application/json").bytes(body.to_string().into_bytes())
    }

    /// With a header.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// With a body of bytes; its length is announced, as a client would.
    #[must_use]
    pub fn bytes(mut self, body: Vec<u8>) -> Self {
        self.headers.push(("content-length", body.len().to_string()));
        self.body = body;
        self
    }
}

/// The router.
#[derive(Clone, Debug)]
pub struct Door(Router);

impl Door {
    /// Of the whole house.
    pub fn new(router: Router) -> Self {
        Self(router)
    }

    /// Asks with a session's token, or with none.
    ///
    /// # Panics
    /// When the request is malformed or the body breaks off.
    pub async fn ask(&self, token: Option<&str>, asked: Asked) -> Reply {
        let mut request =
            Request::builder().method(asked.method).uri(asked.path).header(header::HOST, "localhost:8080");
        if let Some(token) = token {
            request = request.header(header::COOKIE, format!("other=1; __Host-sid={token}; __Host-phone={token}"));
        }
        for (name, value) in asked.headers {
            request = request.header(name, value);
        }
        let request = request.body(Body::from(asked.body)).expect("a request");
        let Ok(response) = self.0.clone().oneshot(request).await;
        let (status, headers) = (response.status(), response.headers().clone());
        let bytes = response.into_body().collect().await.expect("a body").to_bytes().to_vec();
        Reply { status, headers, bytes }
    }
}
