//! A running directory, browsers that call its router, and an authenticator. Everybody is SYNTHETIC.

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Method, Request, StatusCode, header};
use directory::{LinkKind, add_grant, add_person, make_link, service};
use http_body_util::BodyExt;
use kit::testing::{Engine, Reach, World, monday};
use kit::{Context, Role};
use serde_json::{Value, json};
use std::sync::Mutex;
use time::Duration;
use totp_rs::{Builder, Secret};
use tower::ServiceExt;
use uuid::Uuid;

pub const PASSWORD: &str = "tre SYNTHETIC båter";

pub struct Office {
    pub world: World,
    app: Router,
}

/// What came back.
#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Value,
}

impl Answer {
    /// The problem's code.
    pub fn code(&self) -> &str {
        self.body["code"].as_str().unwrap_or_default()
    }

    /// Asserts the status and gives the body.
    #[track_caller]
    pub fn is(self, status: u16) -> Value {
        assert_eq!(self.status.as_u16(), status, "{}", self.body);
        self.body
    }

    /// Asserts a problem.
    #[track_caller]
    pub fn is_problem(&self, status: u16, code: &str) {
        assert_eq!((self.status.as_u16(), self.code()), (status, code), "{}", self.body);
        assert_eq!(self.headers[header::CONTENT_TYPE], "application/problem+json");
    }

    /// `field code` of each field error.
    pub fn faults(&self) -> Vec<String> {
        let errors = self.body["errors"].as_array().cloned().unwrap_or_default();
        errors.iter().map(|error| format!("{} {}", text(&error["field"]), text(&error["code"]))).collect()
    }
}

pub fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

pub fn id(value: &Value) -> Uuid {
    text(&value["id"]).parse().expect("an id")
}

impl Office {
    pub async fn start(deployment: (Engine, Reach)) -> Self {
        let world = World::start(vec![service()], deployment, |settings| {
            settings.synthetic = true;
        })
        .await
        .expect("a world");
        world.clock.hold(monday());
        let app = kit::http::app(&[service()], world.ctx().clone());
        Self { world, app }
    }

    pub fn ctx(&self) -> &Context {
        self.world.ctx()
    }

    pub fn later(&self, by: Duration) {
        self.world.clock.advance(by);
    }

    pub fn browser(&self) -> Browser<'_> {
        Browser { office: self, cookie: Mutex::default() }
    }

    /// Registers somebody and gives them one role in no place.
    pub async fn person(&self, name: &str, role: Role) -> Uuid {
        let email = format!("{name}@synthetic.example");
        let person = add_person(self.ctx(), None, &format!("{name} SYNTHETIC"), &email, "nb").await.expect("a person");
        add_grant(self.ctx(), person, role, None, None, self.ctx().now(), None).await.expect("a grant");
        person
    }

    /// A browser that was signed in by a link.
    pub async fn signed_in(&self, person: Uuid) -> Browser<'_> {
        let token = make_link(self.ctx(), person, LinkKind::SignIn, LinkKind::SignIn.lasts()).await.expect("a link");
        let browser = self.browser();
        browser.post("/links/sign-in", json!({ "token": token })).await.is(200);
        browser
    }

    /// An administrator's browser.
    pub async fn administrator(&self) -> Browser<'_> {
        let person = self.person("ada", Role::Administrator).await;
        self.signed_in(person).await
    }

    /// Accepts an invitation; gives the browser and the authenticator's secret.
    pub async fn accepted(&self, person: Uuid) -> (Browser<'_>, String) {
        let token =
            make_link(self.ctx(), person, LinkKind::Invitation, LinkKind::Invitation.lasts()).await.expect("a link");
        let browser = self.browser();
        let shown = browser.post("/links/open", json!({ "token": token })).await.is(200);
        let secret = text(&shown["totp"]["secret"]).to_owned();
        let form = json!({ "token": token, "password": PASSWORD, "totpCode": self.code(&secret) });
        browser.post("/links/accept", form).await.is(200);
        (browser, secret)
    }

    /// What the authenticator shows now.
    pub fn code(&self, secret: &str) -> String {
        let secret = Secret::try_from_base32(secret).expect("base 32");
        let totp = Builder::new().with_secret(secret).build().expect("160 bits");
        totp.generate(self.ctx().now().micros() as u64 / 1_000_000).to_string()
    }
}

/// A browser with one cookie.
pub struct Browser<'a> {
    office: &'a Office,
    cookie: Mutex<Option<String>>,
}

impl Browser<'_> {
    pub async fn get(&self, path: &str) -> Answer {
        self.send(Method::GET, path, None, &[]).await
    }

    pub async fn post(&self, path: &str, body: Value) -> Answer {
        self.send(Method::POST, path, Some(body), &[]).await
    }

    pub async fn put(&self, path: &str, body: Value) -> Answer {
        self.send(Method::PUT, path, Some(body), &[]).await
    }

    pub async fn patch(&self, path: &str, body: Value) -> Answer {
        self.send(Method::PATCH, path, Some(body), &[]).await
    }

    /// Sends a file.
    pub async fn csv(&self, path: &str, file: impl Into<Vec<u8>>) -> Answer {
        self.ask(Method::POST, path, Body::from(file.into()), &[("content-type", "text/csv; charset=utf-8")]).await
    }

    pub async fn send(&self, method: Method, path: &str, body: Option<Value>, extra: &[(&str, &str)]) -> Answer {
        match body {
            Some(body) => {
                let extra = [&[("content-type", "application/json")], extra].concat();
                self.ask(method, path, Body::from(body.to_string()), &extra).await
            }
            None => self.ask(method, path, Body::empty(), extra).await,
        }
    }

    async fn ask(&self, method: Method, path: &str, body: Body, extra: &[(&str, &str)]) -> Answer {
        let mut request = Request::builder()
            .method(method)
            .uri(format!("/api/directory{path}"))
            .header(header::HOST, "127.0.0.1:8460");
        if let Some(cookie) = self.token() {
            request = request.header(header::COOKIE, format!("other=1; __Host-sid={cookie}"));
        }
        for (name, value) in extra {
            request = request.header(*name, *value);
        }
        let response =
            self.office.app.clone().oneshot(request.body(body).expect("a request")).await.expect("an answer");
        let (status, headers) = (response.status(), response.headers().clone());
        let bytes = response.into_body().collect().await.expect("a body").to_bytes();
        let body = if bytes.is_empty() { Value::Null } else { serde_json::from_slice(&bytes).expect("JSON") };
        if let Some(set) = headers.get(header::SET_COOKIE).and_then(|value| value.to_str().ok()) {
            self.take(set);
        }
        Answer { status, headers, body }
    }

    fn take(&self, set: &str) {
        let (value, attributes) =
            set.strip_prefix("__Host-sid=").and_then(|rest| rest.split_once(';')).expect("our cookie");
        for attribute in ["Path=/", "Secure", "HttpOnly", "SameSite=Lax"] {
            assert!(attributes.contains(attribute), "{set}");
        }
        *self.cookie.lock().expect("one thread") = Some(value.to_owned()).filter(|_| !attributes.contains("Max-Age=0"));
    }

    pub fn token(&self) -> Option<String> {
        self.cookie.lock().expect("one thread").clone()
    }

    pub fn bring(&self, token: Option<String>) {
        *self.cookie.lock().expect("one thread") = token;
    }
}
