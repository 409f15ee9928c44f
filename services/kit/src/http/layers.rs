//! What happens around every request: an id, security headers, the gate, log and metrics, refusals recorded.

use super::{Problem, gate};
use crate::audit::Access;
use crate::context::Context;
use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use std::sync::{Arc, OnceLock};
use tracing::Instrument;
use uuid::Uuid;

tokio::task_local! {
    static REQUEST_ID: Uuid;
}

/// The present request's id; nil outside a request.
pub fn request_id() -> Uuid {
    REQUEST_ID.try_with(|id| *id).unwrap_or_default()
}

/// Runs on behalf of a request: what it logs and publishes carries the request's id. Nil means that none led to it.
pub async fn on_behalf<F: Future>(request: Uuid, work: F) -> F::Output {
    REQUEST_ID.scope(request, work).await
}

/// For a task of its own that goes on with the present request's work.
pub fn carried<F: Future>(work: F) -> impl Future<Output = F::Output> {
    on_behalf(request_id(), work.in_current_span())
}

/// Filled by the session's extractor while the request runs, so that a refusal can be recorded with its person.
#[derive(Clone, Debug, Default)]
pub struct SignedIn(Arc<OnceLock<Uuid>>);

impl SignedIn {
    /// Says who is signed in.
    pub fn note(&self, person: Uuid) {
        // The first extractor of a request has said it already.
        let _ = self.0.set(person);
    }
}

/// No inline script or style, nothing from elsewhere; OpenSeadragon and previews need `blob:` pictures.
const CSP: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; connect-src 'self'; \
    font-src 'self'; worker-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

const SECURITY: [(&str, &str); 6] = [
    ("content-security-policy", CSP),
    ("x-content-type-options", "nosniff"),
    ("referrer-policy", "no-referrer"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
    ("permissions-policy", "camera=(self), microphone=(), geolocation=()"),
];

/// The outermost layer.
pub(super) async fn around(State(ctx): State<Context>, request: Request, next: Next) -> Response {
    let id = ctx.new_id();
    let route = request.extensions().get::<MatchedPath>().map_or("-".to_owned(), |path| path.as_str().to_owned());
    let span = tracing::info_span!(
        target: crate::trace::TARGET, "request", otel.name = format!("{} {route}", request.method()), otel.kind = "server",
        request.id = %id, http.status = tracing::field::Empty
    );
    REQUEST_ID.scope(id, answer(ctx, request, next, id, route).instrument(span)).await
}

async fn answer(ctx: Context, mut request: Request, next: Next, id: Uuid, route: String) -> Response {
    let began = std::time::Instant::now();
    let method = request.method().clone();
    let signed_in = SignedIn::default();
    request.extensions_mut().insert(signed_in.clone());
    let mut response = match gate::refusal(&ctx.settings, &request) {
        Some(problem) => problem.into_response(),
        None => next.run(request).await,
    };
    let refused = response.status();
    if let Some(person) = signed_in.0.get().copied()
        && matches!(refused, StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN | StatusCode::NOT_FOUND)
    {
        let access = Access {
            at: ctx.now(),
            person,
            action: "refused".into(),
            what: format!("{method} {route}"),
            subject: None,
            outcome: refused.as_u16().to_string(),
        };
        if let Err(error) = ctx.audit.record(access).await {
            response = Problem::from(error).into_response();
        }
    }
    // Whatever it rests on, no promise leaves after a failed sync.
    if ctx.halted().is_some() {
        response = Problem::unavailable("a sync failed").into_response();
    }
    let headers = response.headers_mut();
    for (name, value) in SECURITY {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    }
    if let Ok(value) = HeaderValue::from_str(&id.to_string()) {
        headers.insert("x-request-id", value);
    }
    let status = response.status();
    let duration_ms = began.elapsed().as_secs_f64() * 1e3;
    let labels = [("method", method.to_string()), ("route", route.clone()), ("status", status.as_u16().to_string())];
    metrics::counter!("http_requests_total", &labels).increment(1);
    metrics::histogram!("http_request_duration_ms", "route" => route.clone()).record(duration_ms);
    tracing::Span::current().record("http.status", status.as_u16());
    tracing::info!(http.method = %method, http.route = route, http.status = status.as_u16(), duration_ms, "answered");
    response
}
