//! Somebody at their screen: every request is tried again until it is answered for good, with the same ids and the same body.

use super::Shared;
use crate::dice::Dice;
use crate::ledger::Entry;
use crate::plan::Plan;
use reqwest::Method;
use serde_json::Value;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// A request that hangs this long is given up and tried again.
const PATIENCE: Duration = Duration::from_secs(20);
/// A request that was not answered for so long is never answered: the service does not come back by itself.
const GIVEN_UP: Duration = Duration::from_mins(3);

/// Requests sent, and those that brought no answer or a 5xx.
#[derive(Debug, Default)]
pub struct Counts {
    requests: AtomicU64,
    failures: AtomicU64,
}

impl Counts {
    /// Both.
    pub fn both(&self) -> (u64, u64) {
        (self.requests.load(Ordering::Relaxed), self.failures.load(Ordering::Relaxed))
    }
}

/// A whole answer.
#[derive(Clone, Debug)]
pub struct Reply {
    /// The status.
    pub status: u16,
    /// `Location`.
    pub location: String,
    /// `Upload-Offset`.
    pub offset: Option<usize>,
    /// The body.
    pub bytes: Vec<u8>,
}

impl Reply {
    /// The body as JSON; null when it is none.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.bytes).unwrap_or(Value::Null)
    }

    /// The problem's code.
    pub fn code(&self) -> String {
        self.json()["code"].as_str().unwrap_or_default().to_owned()
    }

    /// Status and the beginning of the body, for the book.
    pub fn short(&self) -> String {
        let text: String = String::from_utf8_lossy(&self.bytes).chars().take(300).collect();
        format!("{} {text}", self.status)
    }
}

/// Somebody signed in.
#[derive(Clone)]
pub struct Person {
    http: reqwest::Client,
    plan: Arc<Plan>,
    cookie: String,
    shared: Shared,
}

impl Person {
    /// By their session.
    pub fn new(shared: &Shared, cookie: &str) -> Self {
        Self { http: http(), plan: Arc::clone(&shared.plan), cookie: cookie.to_owned(), shared: shared.clone() }
    }

    /// One try: `None` when no whole answer came.
    pub async fn once(&self, method: &Method, path: &str, headers: &[(&str, &str)], body: Vec<u8>) -> Option<Reply> {
        let counts = &self.shared.counts;
        counts.requests.fetch_add(1, Ordering::Relaxed);
        let reply = ask(&self.http, &self.plan, &self.cookie, method, path, headers, body).await;
        if reply.as_ref().is_none_or(|reply| reply.status >= 500) {
            counts.failures.fetch_add(1, Ordering::Relaxed);
        }
        reply
    }

    /// Tries until it is answered with less than 500.
    ///
    /// # Panics
    /// When that takes minutes: the service did not come back.
    pub async fn ask(&self, dice: &mut Dice, method: Method, path: &str, body: Option<&Value>) -> Reply {
        let bytes = body.map(|body| body.to_string().into_bytes()).unwrap_or_default();
        let headers: &[_] = if body.is_some() { &[("content-type", "application/json")] } else { &[] };
        let begun = Instant::now();
        loop {
            if let Some(reply) = self.once(&method, path, headers, bytes.clone()).await
                && reply.status < 500
            {
                return reply;
            }
            assert!(begun.elapsed() < GIVEN_UP, "{method} {path} was not answered for {GIVEN_UP:?}");
            tokio::time::sleep(dice.pause(50, 300)).await;
        }
    }

    /// GET.
    pub async fn get(&self, dice: &mut Dice, path: &str) -> Reply {
        self.ask(dice, Method::GET, path, None).await
    }

    /// POST with JSON.
    pub async fn post(&self, dice: &mut Dice, path: &str, body: &Value) -> Reply {
        self.ask(dice, Method::POST, path, Some(body)).await
    }

    /// Notes an answer that should not be.
    pub fn odd(&self, request: &str, reply: &Reply) {
        self.shared.ledger.write(&Entry::Odd { request: request.to_owned(), answer: reply.short() });
    }
}

/// A client without a proxy and with patience.
pub fn http() -> reqwest::Client {
    reqwest::Client::builder().timeout(PATIENCE).no_proxy().build().expect("an HTTP client")
}

/// One request to the service that the path names; `None` when no whole answer came.
pub async fn ask(
    http: &reqwest::Client,
    plan: &Plan,
    cookie: &str,
    method: &Method,
    path: &str,
    headers: &[(&str, &str)],
    body: Vec<u8>,
) -> Option<Reply> {
    let service = path.split('/').nth(2).unwrap_or_default();
    let (_, base) = plan.addresses.iter().find(|(name, _)| name == service)?;
    let mut request = http.request(method.clone(), format!("{base}{path}")).header("cookie", cookie).body(body);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let response = request.send().await.ok()?;
    let header = |name: &str| response.headers().get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
    let (status, location) = (response.status().as_u16(), header("location").unwrap_or_default());
    let offset = header("upload-offset").and_then(|text| text.parse().ok());
    // Only a body that was read to its end is an answer.
    Some(Reply { status, location, offset, bytes: response.bytes().await.ok()?.to_vec() })
}
