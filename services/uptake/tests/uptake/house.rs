//! A world with a manager, and the events that other services would publish. Everybody is SYNTHETIC.

use axum::body::Body;
use http::{HeaderMap, Request, StatusCode};
use http_body_util::BodyExt;
use kit::log::Envelope;
use kit::pictures::sha256;
use kit::testing::{Engine, Reach, World};
use kit::{At, Context};
use proto::Event;
use proto::directory::{EnablementRecorded, PracticeRegistered};
use proto::intake::{Patient, ReferralSubmitted};
use serde_json::Value;
use time::Duration;
use time::macros::datetime;
use tower::ServiceExt;
use uuid::Uuid;

/// A running uptake at noon on 20 March 2026.
pub struct House {
    pub world: World,
    app: axum::Router,
}

pub struct Reply {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub bytes: Vec<u8>,
}

impl Reply {
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.bytes).unwrap_or(Value::Null)
    }
    pub fn expect(self, status: u16) -> Self {
        assert_eq!(self.status.as_u16(), status, "{}", String::from_utf8_lossy(&self.bytes));
        self
    }
}

impl House {
    pub async fn build(deployment: (Engine, Reach)) -> Self {
        let world = World::start(vec![uptake::service()], deployment, |_| ()).await.expect("a world");
        world.clock.hold(datetime!(2026-03-20 12:00 UTC).into());
        let app = kit::http::app(world.running.services(), world.ctx().clone());
        Self { world, app }
    }

    pub fn ctx(&self) -> &Context {
        self.world.ctx()
    }

    /// Signs somebody in; gives their cookie.
    pub async fn person(&self, role: &str) -> (Uuid, String) {
        let (ctx, now) = (self.ctx(), self.ctx().now());
        let (person, token) = (ctx.new_id(), ctx.random.token());
        ctx.db
            .q("insert into kit_session (token_hash, person, person_name, opened_at, seen_at, expires_at) values ($1, $2, 'Ida SYNTHETIC', $3, $4, $4)")
            .bind(sha256(token.as_bytes()))
            .bind(person)
            .bind(now)
            .bind(now + Duration::days(30))
            .exec_one()
            .await
            .expect("a session");
        ctx.db
            .q("insert into kit_grant (id, person, role, starts_at) values ($1, $2, $3, $4)")
            .bind(ctx.new_id())
            .bind(person)
            .bind(role.to_owned())
            .bind(now - Duration::days(1))
            .exec_one()
            .await
            .expect("a grant");
        (person, format!("__Host-sid={token}"))
    }

    pub async fn get(&self, cookie: &str, path: &str) -> Reply {
        let request = Request::builder().uri(format!("/api/uptake{path}")).header("cookie", cookie);
        let response =
            self.app.clone().oneshot(request.body(Body::empty()).expect("a request")).await.expect("an answer");
        let (status, headers) = (response.status(), response.headers().clone());
        let bytes = response.into_body().collect().await.expect("a body").to_bytes().to_vec();
        Reply { status, headers, bytes }
    }

    pub async fn settle(&self) {
        let parked = self.world.settle().await.expect("settled");
        assert!(parked.is_empty(), "{parked:?}");
    }

    pub async fn publish<E: Event>(&self, envelope: Envelope, fact: &E) {
        if let Some(key) = kit::log::id_of(&envelope.key) {
            self.ctx().keys.ensure(key).await.expect("a key");
        }
        let mut tx = self.ctx().begin().await.expect("a transaction");
        self.ctx().publish(&mut tx, envelope, fact).await.expect("published");
        tx.commit().await.expect("committed");
    }

    /// A practice; equipped when a day is given.
    pub async fn practice(&self, name: &str, test: bool, equipped: Option<At>) -> Uuid {
        let id = self.ctx().new_id();
        let about = Envelope { test, ..about(id, id) };
        let fact = PracticeRegistered {
            name: name.into(),
            municipality: "Tromsø".into(),
            centrality: 5,
            distance_km: 120,
            opened_on: "2001-01-01".into(),
            test_practice: test,
            ..PracticeRegistered::default()
        };
        self.publish(about.clone(), &fact).await;
        if let Some(on) = equipped {
            self.step(id, "equipped", "", on).await;
        }
        id
    }

    pub async fn step(&self, practice: Uuid, step: &str, specialty: &str, on: At) {
        let envelope = Envelope {
            step: step.into(),
            specialty: specialty.into(),
            effective_us: on.micros(),
            ..about(practice, practice)
        };
        self.publish(envelope, &EnablementRecorded { note: "By post.".into() }).await;
    }

    pub async fn submit(&self, practice: Uuid, at: At, images: u32) -> Uuid {
        let referral = self.ctx().new_id();
        self.publish(use_of(practice, referral, at, images), &submitted()).await;
        referral
    }
}

/// Everything of one subject is sealed under its key.
pub fn about(practice: Uuid, subject: Uuid) -> Envelope {
    Envelope {
        subject: subject.as_bytes().to_vec(),
        practice: practice.as_bytes().to_vec(),
        key: subject.as_bytes().to_vec(),
        channel: "web".into(),
        ..Envelope::default()
    }
}

pub fn use_of(practice: Uuid, referral: Uuid, at: At, images: u32) -> Envelope {
    Envelope {
        specialty: "dermatology".into(),
        occurred_us: at.micros(),
        images,
        findings: 1,
        ..about(practice, referral)
    }
}

pub fn submitted() -> ReferralSubmitted {
    let patient = Patient { name: "Kari SYNTHETIC".into(), identifier: "13917404075".into(), ..Patient::default() };
    ReferralSubmitted { patient: Some(patient), question: "Is this harmless?".into(), ..ReferralSubmitted::default() }
}

pub fn row<'a>(panel: &'a Value, name: &str) -> &'a Value {
    let rows = panel["practices"].as_array().expect("rows");
    rows.iter().find(|row| row["name"] == name).unwrap_or_else(|| panic!("no row for {name}"))
}

/// Compares the named fields of a JSON object.
pub fn has(value: &Value, expected: Value) {
    for (name, wanted) in expected.as_object().expect("an object") {
        assert_eq!(&value[name], wanted, "{name} of {value}");
    }
}
