//! A made-up person at work: speaks to the services' own routes, without a socket.

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Method, Request, StatusCode, header};
use bytes::Bytes;
use http_body_util::BodyExt;
use kit::{At, Context, Error};
use serde_json::{Value, json};
use time::Duration;
use tower::ServiceExt;
use uuid::Uuid;

/// One signed-in person.
pub(super) struct Visitor {
    app: Router,
    ctx: Context,
    person: Uuid,
    cookie: String,
    /// When the session was last used.
    used: At,
    /// Whether they confirmed the text about what is recorded.
    told: bool,
}

/// A route's answer.
pub(super) struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Bytes,
}

impl Visitor {
    pub fn new(app: Router, ctx: Context, person: Uuid) -> Self {
        Self { app, person, cookie: String::new(), used: ctx.now(), told: false, ctx }
    }

    /// Asks and expects a 2xx with JSON (or nothing: null).
    pub async fn ask(&mut self, method: Method, path: &str, body: Value) -> Result<Value, Error> {
        let bytes = if body.is_null() { Vec::new() } else { body.to_string().into_bytes() };
        let answer = self.send(method.clone(), path, &[("content-type", "application/json")], bytes).await?;
        if !answer.status.is_success() {
            let told = String::from_utf8_lossy(&answer.body).into_owned();
            return Err(Error::Start(format!("seeding: {method} {path}: {} {told}", answer.status)));
        }
        Ok(serde_json::from_slice(&answer.body).unwrap_or(Value::Null))
    }

    /// Sends a CSV file and expects a 2xx.
    pub async fn send_file(&mut self, path: &str, file: String) -> Result<(), Error> {
        let answer = self.send(Method::POST, path, &[("content-type", "text/csv")], file.into_bytes()).await?;
        if answer.status.is_success() {
            return Ok(());
        }
        let told = String::from_utf8_lossy(&answer.body).into_owned();
        Err(Error::Start(format!("seeding: {path}: {} {told}", answer.status)))
    }

    /// Sends anything; signs in first, and again when the held clock has outrun the session.
    pub async fn send(
        &mut self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: Vec<u8>,
    ) -> Result<Answer, Error> {
        // A session rests for a quarter of an hour and lasts for half a day.
        let rested = (self.ctx.now() - self.used).abs() > Duration::minutes(14);
        if self.cookie.is_empty() || rested {
            self.sign_in().await?;
        }
        self.used = self.ctx.now();
        let answer = self.once(&method, path, headers, body.clone()).await?;
        if answer.status != StatusCode::UNAUTHORIZED {
            return Ok(answer);
        }
        self.sign_in().await?;
        self.once(&method, path, headers, body).await
    }

    async fn sign_in(&mut self) -> Result<(), Error> {
        let kind = directory::LinkKind::SignIn;
        let token = directory::make_link(&self.ctx, self.person, kind, kind.lasts())
            .await
            .map_err(|error| Error::Start(format!("seeding: {error}")))?;
        let body = json!({ "token": token }).to_string().into_bytes();
        let headers = [("content-type", "application/json")];
        // The old session is over by now; its cookie stays at home.
        self.cookie.clear();
        let answer = self.once(&Method::POST, "/api/directory/links/sign-in", &headers, body).await?;
        let cookie = answer.headers.get(header::SET_COOKIE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        cookie.split(';').next().unwrap_or_default().clone_into(&mut self.cookie);
        if self.cookie.is_empty() {
            return Err(Error::Start(format!("seeding: signing in: {}", answer.status)));
        }
        if !self.told {
            // At the first sign-in people are told what is recorded.
            let body = json!({ "version": directory::notice::VERSION }).to_string().into_bytes();
            self.once(&Method::POST, "/api/directory/me/notice", &headers, body).await?;
            self.told = true;
        }
        Ok(())
    }

    async fn once(
        &self,
        method: &Method,
        path: &str,
        headers: &[(&str, &str)],
        body: Vec<u8>,
    ) -> Result<Answer, Error> {
        let told = |error: &dyn std::fmt::Display| Error::Start(format!("seeding: {path}: {error}"));
        let mut request = Request::builder().method(method).uri(path).header(header::COOKIE, &self.cookie);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(Body::from(body)).map_err(|error| told(&error))?;
        let response = self.app.clone().oneshot(request).await.map_err(|error| told(&error))?;
        let (parts, body) = response.into_parts();
        let body = body.collect().await.map_err(|error| told(&error))?.to_bytes();
        Ok(Answer { status: parts.status, headers: parts.headers, body })
    }
}
