//! A client that keeps its session cookie, as a browser would.

use base64::Engine;
use http::{HeaderMap, Method, StatusCode};
use serde_json::{Value, json};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use uuid::Uuid;

/// Certificates of proxies that clients made from now on trust.
static TRUSTED: Mutex<Vec<reqwest::Certificate>> = Mutex::new(Vec::new());

/// Lets every later client trust a certificate (PEM), and nothing but those that were named so.
///
/// # Panics
/// When it is none.
pub fn trust(pem: &[u8]) {
    let certificate = reqwest::Certificate::from_pem(pem).expect("a certificate");
    TRUSTED.lock().expect("no panic before").push(certificate);
}

/// How often clients behind a proxy had to ask again by themselves.
static ASKED_AGAIN: AtomicUsize = AtomicUsize::new(0);

/// See [`ASKED_AGAIN`].
pub fn asked_again() -> usize {
    ASKED_AGAIN.load(Ordering::Relaxed)
}

/// An answer with its body read whole.
#[derive(Clone, Debug)]
pub struct Reply {
    /// The status.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub bytes: Vec<u8>,
}

impl Reply {
    /// The body as JSON; null when it is none.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.bytes).unwrap_or(Value::Null)
    }

    /// The body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }

    /// The problem's code.
    pub fn code(&self) -> String {
        self.json()["code"].as_str().unwrap_or_default().to_owned()
    }

    /// A header's text.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// Expects a status.
    ///
    /// # Panics
    /// With the body, when it is another.
    #[track_caller]
    pub fn expect(self, status: u16) -> Self {
        assert_eq!(self.status.as_u16(), status, "{}", self.text());
        self
    }
}

/// One person (or nobody) at a deployment.
#[derive(Clone, Debug)]
pub struct Client {
    http: reqwest::Client,
    base: String,
    cookie: Option<String>,
    /// Through a proxy whose replicas are killed it asks again, as our pages do; elsewhere a failure is a failure.
    patient: bool,
}

impl Client {
    /// Nobody yet.
    ///
    /// # Panics
    /// When there is no TLS.
    pub fn new(base: &str) -> Self {
        let trusted = TRUSTED.lock().expect("no panic before").clone();
        let builder =
            trusted.into_iter().fold(reqwest::Client::builder(), reqwest::ClientBuilder::add_root_certificate);
        // A line that is idle for longer is the server's to close: on a busy machine a request would meet the end of it.
        let builder = builder.pool_idle_timeout(Duration::from_secs(30));
        let http = builder.redirect(reqwest::redirect::Policy::none()).build().expect("a client");
        Self { http, base: base.to_owned(), cookie: None, patient: base.starts_with("https:") }
    }

    /// Somebody, by a link's token.
    pub async fn by_link(base: &str, token: &str) -> Self {
        let mut client = Self::new(base);
        let reply = client.post("/api/directory/links/sign-in", json!({ "token": token })).await.expect(200);
        client.keep_cookie(&reply);
        client
    }

    /// The same person, with the same session, at another address.
    #[must_use]
    pub fn at(&self, base: &str) -> Self {
        Self { base: base.to_owned(), ..self.clone() }
    }

    /// Keeps the session that a reply set.
    pub fn keep_cookie(&mut self, reply: &Reply) {
        self.cookie = reply.header("set-cookie").split(';').next().map(str::to_owned);
    }

    /// `host:port`, for requests that no client would send.
    pub fn address(&self) -> &str {
        self.base.strip_prefix("http://").unwrap_or(&self.base)
    }

    /// With another cookie: a phone has one of its own.
    #[must_use]
    pub fn with_cookie(mut self, cookie: &str) -> Self {
        self.cookie = Some(cookie.to_owned());
        self
    }

    /// The session's cookie; empty for nobody.
    pub fn cookie(&self) -> &str {
        self.cookie.as_deref().unwrap_or_default()
    }

    /// The same person by way of another address.
    pub fn through(&self, base: &str) -> Self {
        Self { base: base.to_owned(), ..self.clone() }
    }

    /// The session's token, for clients of another kind.
    pub fn token(&self) -> Option<&str> {
        self.cookie.as_deref().and_then(|cookie| cookie.split_once('=')).map(|(_, token)| token)
    }

    /// Any request.
    ///
    /// # Panics
    /// When no answer comes.
    pub async fn send(&self, method: Method, path: &str, headers: &[(&str, &str)], body: Vec<u8>) -> Reply {
        for _ in 0..if self.patient { 20 } else { 0 } {
            // Whatever is asked here may be asked twice: that is what the proxy counts on too.
            match self.try_send(method.clone(), path, headers, body.clone()).await {
                Ok(reply) if reply.status != StatusCode::SERVICE_UNAVAILABLE => return reply,
                _ => ASKED_AGAIN.fetch_add(1, Ordering::Relaxed),
            };
            tokio::time::sleep(Duration::from_millis(300)).await;
        }
        self.try_send(method, path, headers, body).await.expect("an answer")
    }

    /// Any request; the error when no answer comes.
    pub async fn try_send(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: Vec<u8>,
    ) -> reqwest::Result<Reply> {
        let url = if path.starts_with("http") { path.to_owned() } else { format!("{}{path}", self.base) };
        let mut request = self.http.request(method, url).body(body);
        if let Some(cookie) = &self.cookie {
            request = request.header("cookie", cookie);
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let response = request.send().await?;
        let (status, headers) = (response.status(), response.headers().clone());
        Ok(Reply { status, headers, bytes: response.bytes().await?.to_vec() })
    }

    /// GET.
    pub async fn get(&self, path: &str) -> Reply {
        self.send(Method::GET, path, &[], Vec::new()).await
    }

    /// POST with JSON.
    pub async fn post(&self, path: &str, body: Value) -> Reply {
        self.with_json(Method::POST, path, body).await
    }

    /// PUT with JSON.
    pub async fn put(&self, path: &str, body: Value) -> Reply {
        self.with_json(Method::PUT, path, body).await
    }

    /// Any method with JSON.
    pub async fn with_json(&self, method: Method, path: &str, body: Value) -> Reply {
        self.send(method, path, &[("content-type", "application/json")], body.to_string().into_bytes()).await
    }

    /// What begins a tus upload.
    pub fn headers_of_upload(of: &Upload<'_>) -> [(&'static str, String); 3] {
        let encode = |text: &str| base64::engine::general_purpose::STANDARD.encode(text);
        let mut metadata = format!(
            "referral {},image {},view {}",
            encode(&of.referral.to_string()),
            encode(&of.image.to_string()),
            encode(of.view)
        );
        if let Some(finding) = of.finding {
            metadata += &format!(",finding {}", encode(&finding.to_string()));
        }
        if let Some(sha256) = of.sha256 {
            metadata += &format!(",sha256 {}", encode(sha256));
        }
        [("tus-resumable", "1.0.0".to_owned()), ("upload-length", of.length.to_string()), ("upload-metadata", metadata)]
    }

    /// Begins a tus upload; the reply has the location.
    pub async fn begin_upload(&self, of: &Upload<'_>) -> Reply {
        let headers = Self::headers_of_upload(of);
        let headers: Vec<(&str, &str)> = headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
        self.send(Method::POST, "/api/intake/uploads", &headers, Vec::new()).await
    }

    /// Sends one piece of a tus upload.
    pub async fn send_piece(&self, location: &str, offset: usize, piece: &[u8]) -> Reply {
        let offset = offset.to_string();
        let headers = [
            ("tus-resumable", "1.0.0"),
            ("upload-offset", offset.as_str()),
            ("content-type", "application/offset+octet-stream"),
        ];
        self.send(Method::PATCH, location, &headers, piece.to_vec()).await
    }

    /// Uploads a picture whole, in pieces of 100 kB; returns its id and the last reply.
    pub async fn upload(&self, referral: Uuid, finding: Option<Uuid>, view: &str, picture: &[u8]) -> (Uuid, Reply) {
        let image = uuid_of(picture, referral);
        let sha256 = hex::encode(kit::pictures::sha256(picture));
        let of = Upload { referral, image, finding, view, sha256: Some(&sha256), length: picture.len() };
        let begun = self.begin_upload(&of).await;
        if begun.status != StatusCode::CREATED {
            return (image, begun);
        }
        let location = begun.header("location").to_owned();
        let mut last = begun;
        let mut offset = 0;
        while offset < picture.len() {
            let piece = &picture[offset..picture.len().min(offset + 100_000)];
            last = self.send_piece(&location, offset, piece).await;
            if self.patient && last.status == StatusCode::CONFLICT {
                // The piece, or a part of it, had arrived before its answer was lost.
                offset = self.offset(&location).await;
                if offset == picture.len() {
                    // All of it, and HEAD has put it together or would have refused it: what the lost answer had said.
                    last.status = StatusCode::NO_CONTENT;
                }
                continue;
            }
            if last.status != StatusCode::NO_CONTENT {
                break;
            }
            offset += piece.len();
        }
        (image, last)
    }

    /// Where an upload stands.
    async fn offset(&self, location: &str) -> usize {
        let reply = self.send(Method::HEAD, location, &[("tus-resumable", "1.0.0")], Vec::new()).await;
        reply.header("upload-offset").parse().expect("an offset")
    }
}

/// What a tus upload says of itself.
#[derive(Clone, Copy, Debug)]
pub struct Upload<'a> {
    /// For which referral.
    pub referral: Uuid,
    /// The picture's id, made by the client.
    pub image: Uuid,
    /// Of which finding.
    pub finding: Option<Uuid>,
    /// The view.
    pub view: &'a str,
    /// SHA-256 of the whole file in hexadecimal digits.
    pub sha256: Option<&'a str>,
    /// Bytes of the whole file.
    pub length: usize,
}

/// An id that differs by picture and referral, and stays the same for a repeat.
fn uuid_of(picture: &[u8], referral: Uuid) -> Uuid {
    let hash = kit::pictures::sha256(&[picture, referral.as_bytes()].concat());
    uuid::Builder::from_random_bytes(hash[..16].try_into().expect("16 bytes")).into_uuid()
}
