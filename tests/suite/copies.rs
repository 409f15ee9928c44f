//! How an act's requests go out: once, or one to five times at the same moment with some answers lost on the way, as clients,
//! proxies and people who press twice do it.

use http::Method;
use serde_json::Value;
use std::collections::BTreeSet;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use tests::{Client, Reply, Upload};

/// Sends requests and counts them.
pub struct Copies {
    /// Where a request arrives and its answer is lost; none: everything goes out once.
    lossy: Option<String>,
    state: AtomicU64,
    /// Requests that were sent.
    pub sent: AtomicU32,
    /// Answers that were lost.
    pub lost: AtomicU32,
    /// Methods and addresses.
    pub reached: Mutex<BTreeSet<(String, String)>>,
}

impl Copies {
    /// One each.
    pub fn single() -> Self {
        Self {
            lossy: None,
            state: AtomicU64::new(0),
            sent: AtomicU32::new(0),
            lost: AtomicU32::new(0),
            reached: Mutex::default(),
        }
    }

    /// One to five each, by a seed.
    pub fn many(lossy: String, seed: u64) -> Self {
        Self {
            lossy: Some(lossy),
            state: AtomicU64::new(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1),
            ..Self::single()
        }
    }

    fn random(&self, below: u64) -> u64 {
        let next = |state: u64| {
            let state = state ^ (state << 13);
            let state = state ^ (state >> 7);
            state ^ (state << 17)
        };
        let old = self.state.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |state| Some(next(state)));
        next(old.unwrap_or_default()) % below
    }

    /// One answer for all copies: the one that says it was done. `Err` when the server said that it can't now.
    pub async fn send(
        &self,
        who: &Client,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: Vec<u8>,
    ) -> Result<Reply, Box<Reply>> {
        self.note(&method, path);
        let (copies, lost) = match &self.lossy {
            None => (1, 0),
            Some(_) => (1 + self.random(5), u64::from(self.random(3) == 0)),
        };
        self.sent.fetch_add(copies as u32, Ordering::SeqCst);
        self.lost.fetch_add(lost as u32, Ordering::SeqCst);
        let lossy = who.through(self.lossy.as_deref().unwrap_or_default());
        let each = (0..copies).map(|number| {
            let who = if number < lost { &lossy } else { who };
            who.try_send(method.clone(), path, headers, body.clone())
        });
        let mut replies: Vec<Reply> = futures::future::join_all(each).await.into_iter().flatten().collect();
        assert_eq!(replies.len() as u64, copies - lost, "every answer that was not lost came");
        if replies.is_empty() {
            self.sent.fetch_add(1, Ordering::SeqCst);
            replies.push(who.send(method.clone(), path, headers, body).await);
        }
        for reply in &replies {
            let internal = self.lossy.is_some() && reply.status.as_u16() == 500;
            assert!(!internal, "{method} {path} sent {copies} times: {}", reply.text());
        }
        let done = replies.iter().position(|reply| reply.status.is_success()).unwrap_or(0);
        judged(replies.swap_remove(done))
    }

    /// For what can't be repeated by its nature: a code that works once, the token of a claim.
    pub async fn once(&self, who: &Client, method: Method, path: &str, body: Value) -> Result<Reply, Box<Reply>> {
        self.note(&method, path);
        self.sent.fetch_add(1, Ordering::SeqCst);
        judged(who.with_json(method, path, body).await)
    }

    /// Begins a tus upload; of several that were begun the client goes on with one.
    pub async fn begin_upload(&self, who: &Client, of: &Upload<'_>) -> Result<Reply, Box<Reply>> {
        self.begin_upload_at(who, "/api/intake/uploads", of).await
    }

    /// The same, at another address.
    pub async fn begin_upload_at(&self, who: &Client, path: &str, of: &Upload<'_>) -> Result<Reply, Box<Reply>> {
        let headers = Client::headers_of_upload(of);
        let headers: Vec<(&str, &str)> = headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
        self.send(who, Method::POST, path, &headers, Vec::new()).await
    }

    fn note(&self, method: &Method, path: &str) {
        let reached = (method.to_string().to_lowercase(), path.to_owned());
        self.reached.lock().expect("one thread at a time").insert(reached);
    }
}

/// A server error is told in words for people, without a word about the inside.
fn judged(reply: Reply) -> Result<Reply, Box<Reply>> {
    if reply.status.as_u16() < 500 {
        return Ok(reply);
    }
    let text = reply.text();
    assert!(matches!(reply.status.as_u16(), 500 | 503), "{text}");
    assert_eq!(reply.header("content-type"), "application/problem+json", "{text}");
    for inside in
        ["refused by the test", "sql", "trigger", "insert", "intake_", "kit_", "review_", "directory_", "log_"]
    {
        assert!(!text.to_lowercase().contains(inside), "an error shows the inside: {text}");
    }
    let body = reply.json();
    assert!(!body["requestId"].as_str().unwrap_or_default().is_empty() && !body["detail"].is_null(), "{text}");
    Err(Box::new(reply))
}
