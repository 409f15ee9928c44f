//! A world with two practices and a department, and people who call the routes without a socket.

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Request, StatusCode};
use http_body_util::BodyExt;
use kit::log::{Envelope, Recorded};
use kit::testing::{Engine, Reach, World};
use kit::{Context, Role};
use proto::Event;
use proto::directory::{DepartmentRegistered, PersonRegistered, PracticeRegistered};
use proto::questionnaire::{ALL, Questionnaire};
use serde_json::{Value, json};
use std::future::Future;
use std::sync::Arc;
use time::Duration;
use tower::ServiceExt;
use uuid::Uuid;

/// Runs a test in a fresh world; afterwards no event may be parked.
pub async fn run<F: Future<Output = ()>>(deployment: (Engine, Reach), test: impl FnOnce(Office) -> F) {
    let world = World::start(vec![intake::service()], deployment, |_| {}).await.unwrap();
    let ctx = world.ctx().clone();
    let (solvik, fjordby, department) = (ctx.new_id(), ctx.new_id(), ctx.new_id());
    register_practice(&ctx, solvik, "Solvik legekontor (SYNTHETIC)", false).await;
    register_practice(&ctx, fjordby, "Fjordby legesenter (SYNTHETIC)", true).await;
    register_department(&ctx, department).await;
    let app = kit::http::app(world.running.services(), ctx.clone());
    let mut people = Vec::new();
    for (practice, role, name) in [
        (solvik, Role::GpClinician, "SYNTHETIC Liv Lege"),
        (solvik, Role::GpStaff, "SYNTHETIC Siri Sykepleier"),
        (fjordby, Role::GpClinician, "SYNTHETIC Per Praksis"),
    ] {
        people.push(person(&ctx, &app, practice, role, name).await);
    }
    let [doctor, nurse, stranger] = people.try_into().unwrap_or_else(|_| unreachable!("three people"));
    assert_eq!(world.settle().await.unwrap().len(), 0);
    let world = Arc::new(world);
    test(Office { world: Arc::clone(&world), ctx: ctx.clone(), doctor, nurse, stranger, practice: solvik, department })
        .await;
    assert_eq!(world.settle().await.unwrap().len(), 0, "an event was parked");
    let world = Arc::try_unwrap(world).unwrap_or_else(|_| panic!("the test has ended and keeps its world"));
    world.stop().await;
}

/// What a test works with.
pub struct Office {
    pub world: Arc<World>,
    pub ctx: Context,
    /// Doctor of the practice.
    pub doctor: Person,
    /// Nurse of the same practice.
    pub nurse: Person,
    /// Doctor of another practice, a test practice.
    pub stranger: Person,
    pub practice: Uuid,
    pub department: Uuid,
}

pub async fn register_practice(ctx: &Context, id: Uuid, name: &str, test: bool) {
    ctx.keys.ensure(id).await.unwrap();
    let mut tx = ctx.begin().await.unwrap();
    let fact = PracticeRegistered { name: name.into(), test_practice: test, ..PracticeRegistered::default() };
    let envelope = Envelope { key: id.as_bytes().to_vec(), channel: "web".into(), ..ctx.about(id, None) };
    ctx.publish(&mut tx, envelope, &fact).await.unwrap();
    tx.commit().await.unwrap();
}

async fn register_department(ctx: &Context, id: Uuid) {
    ctx.keys.ensure(id).await.unwrap();
    let mut tx = ctx.begin().await.unwrap();
    let fact = DepartmentRegistered {
        name: "Hudavdelingen (SYNTHETIC)".into(),
        hospital: "Nordsykehuset (SYNTHETIC)".into(),
        specialties: vec!["dermatology".into(), "plastic-surgery".into(), "ent".into()],
        duty_phone: "77 00 00 00".into(),
        duty_hours: "Mon–Fri 08–15".into(),
    };
    ctx.publish(&mut tx, Envelope { key: id.as_bytes().to_vec(), ..ctx.about(id, None) }, &fact).await.unwrap();
    tx.commit().await.unwrap();
}

pub async fn person(ctx: &Context, app: &Router, practice: Uuid, role: Role, name: &str) -> Person {
    let (id, token, now) = (ctx.new_id(), ctx.random.token(), ctx.now());
    ctx.keys.ensure(id).await.unwrap();
    let mut tx = ctx.begin().await.unwrap();
    let fact = PersonRegistered { name: name.into(), ..PersonRegistered::default() };
    ctx.publish(&mut tx, Envelope { key: id.as_bytes().to_vec(), ..ctx.about(id, None) }, &fact).await.unwrap();
    tx.commit().await.unwrap();
    let sql = "insert into kit_session (token_hash, person, person_name, opened_at, seen_at, expires_at) values ($1, $2, $3, $4, $4, $5)";
    let hash = kit::pictures::sha256(token.as_bytes());
    ctx.db
        .q(sql)
        .bind(hash)
        .bind(id)
        .bind(name.to_owned())
        .bind(now)
        .bind(now + Duration::days(60))
        .exec_one()
        .await
        .unwrap();
    let sql =
        "insert into kit_grant (id, person, role, practice, practice_name, starts_at) values ($1, $2, $3, $4, $5, $6)";
    let grant = ctx.db.q(sql).bind(ctx.new_id()).bind(id).bind(role).bind(practice);
    // From long ago: tests choose their own day.
    grant.bind("practice".to_owned()).bind(now - Duration::days(3650)).exec_one().await.unwrap();
    Person { id, token, app: app.clone() }
}

/// Somebody with a session.
#[derive(Clone)]
pub struct Person {
    pub id: Uuid,
    token: String,
    pub app: Router,
}

/// What came back.
#[derive(Debug)]
pub struct Reply {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

impl Reply {
    /// The body as JSON.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|_| panic!("no JSON: {} {:?}", self.status, self.body))
    }

    /// The problem's stable word.
    pub fn code(&self) -> String {
        self.json()["code"].as_str().unwrap().to_owned()
    }

    /// Status and code together.
    pub fn refusal(&self) -> (u16, String) {
        (self.status.as_u16(), self.code())
    }

    /// A header's text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }

    /// Checks the status.
    #[track_caller]
    pub fn is(self, status: u16) -> Self {
        assert_eq!(self.status.as_u16(), status, "{}", String::from_utf8_lossy(&self.body));
        self
    }
}

impl Person {
    /// What the browser sends along.
    pub fn cookie(&self) -> String {
        format!("__Host-sid={}", self.token)
    }

    /// Any request.
    pub async fn send(&self, method: &str, path: &str, headers: &[(&str, String)], body: impl Into<Body>) -> Reply {
        let mut request =
            Request::builder().method(method).uri(format!("/api/intake{path}")).header("cookie", self.cookie());
        for (name, value) in headers {
            request = request.header(*name, value);
        }
        let response = self.app.clone().oneshot(request.body(body.into()).unwrap()).await.unwrap();
        let (parts, body) = response.into_parts();
        let body = body.collect().await.unwrap().to_bytes().to_vec();
        Reply { status: parts.status, headers: parts.headers, body }
    }

    pub async fn get(&self, path: &str) -> Reply {
        self.send("GET", path, &[], Body::empty()).await
    }

    pub async fn delete(&self, path: &str) -> Reply {
        self.send("DELETE", path, &[], Body::empty()).await
    }

    pub async fn json(&self, method: &str, path: &str, body: Value) -> Reply {
        self.send(method, path, &[("content-type", "application/json".into())], body.to_string()).await
    }

    pub async fn post(&self, path: &str, body: Value) -> Reply {
        self.json("POST", path, body).await
    }
}

impl Office {
    /// Somebody without a session.
    pub fn nobody(&self) -> Person {
        Person { token: "none".to_owned(), ..self.doctor.clone() }
    }

    /// A phone with the cookie that an answer set.
    pub fn phone(&self, reply: &Reply) -> Person {
        let cookie = reply.header("set-cookie").unwrap().split(';').next().unwrap().to_owned();
        Person { id: self.doctor.id, token: format!("none; {cookie}"), app: self.doctor.app.clone() }
    }

    /// A new id as a browser makes it.
    pub fn id(&self) -> Uuid {
        uuid::Builder::from_random_bytes(self.ctx.random.bytes()).into_uuid()
    }

    /// A referral that Send takes with any picture.
    pub fn content(&self, finding: Uuid) -> Value {
        answered(json!({
            "patient": {"identifierSystem": "generic", "identifier": "SYNTHETIC-1", "name": "SYNTHETIC Kari Nordmann",
                "birthDate": "1958-03-14", "sex": "female"},
            "specialty": "dermatology", "departmentId": self.department, "priority": "urgent",
            "question": "Is this mole benign?", "history": "Has grown for six months.",
            "findings": [{"id": finding, "bodySite": {"code": "66643007", "system": "SCT", "display": "Skin of back"},
                "laterality": "left", "kind": "lesion", "description": "Brown, 8 mm.", "duration": "6 months"}],
        }))
    }

    /// The department answers for other specialties from now on.
    pub async fn tell_of_department(&self, specialties: &[&str]) {
        let fact = DepartmentRegistered {
            name: "Hudavdelingen (SYNTHETIC)".into(),
            specialties: specialties.iter().map(|word| (*word).to_owned()).collect(),
            ..DepartmentRegistered::default()
        };
        self.tell(self.department, &fact).await;
    }

    /// Saves a new draft with that content; returns its id and its finding's.
    pub async fn draft(&self) -> (Uuid, Uuid) {
        let (id, finding) = (self.id(), self.id());
        self.save(id, 0, self.content(finding)).await.is(200);
        (id, finding)
    }

    /// Saves a draft as the doctor.
    pub async fn save(&self, id: Uuid, version: i64, content: Value) -> Reply {
        let body = json!({"version": version, "practiceId": self.practice, "content": content});
        self.doctor.json("PUT", &format!("/referrals/{id}"), body).await
    }

    /// The referral as the doctor sees it.
    pub async fn read(&self, id: Uuid) -> Value {
        self.doctor.get(&format!("/referrals/{id}")).await.is(200).json()
    }

    /// The events about a subject, by kind.
    pub async fn kinds(&self, subject: Uuid) -> Vec<String> {
        self.events(subject).await.iter().map(|event| event.kind().to_owned()).collect()
    }

    pub async fn events(&self, subject: Uuid) -> Vec<Recorded> {
        kit::log::of_subject(&self.ctx.db, subject).await.unwrap()
    }

    /// The last event of a kind about a subject, opened.
    pub async fn last<E: Event>(&self, subject: Uuid) -> (Envelope, E) {
        let event = self.events(subject).await.into_iter().rfind(|event| event.kind() == E::KIND).unwrap();
        match self.ctx.open::<E>(&event).await.unwrap() {
            kit::log::Opened::Open(fact) => (event.envelope, fact),
            kit::log::Opened::Erased => panic!("erased"),
        }
    }

    /// Publishes a fact about a referral as another service does, and waits until it has been read.
    pub async fn tell<E: Event>(&self, referral: Uuid, fact: &E) {
        self.tell_of(referral, self.department, fact).await;
    }

    /// The same, of another department.
    pub async fn tell_of<E: Event>(&self, referral: Uuid, department: Uuid, fact: &E) {
        let mut tx = self.ctx.begin().await.unwrap();
        let (key, department) = (referral.as_bytes().to_vec(), department.as_bytes().to_vec());
        let envelope = Envelope { key, department, ..self.ctx.about(referral, None) };
        self.ctx.publish(&mut tx, envelope, fact).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(self.world.settle().await.unwrap().len(), 0);
    }

    /// Lets time pass without ending anybody's session.
    pub async fn wait(&self, duration: Duration) {
        self.world.clock.advance(duration);
        self.ctx.db.q("update kit_session set seen_at = $1").bind(self.ctx.now()).exec().await.unwrap();
    }

    /// What is recorded of reads of a subject: `(person, what)`.
    pub async fn reads(&self, subject: Uuid) -> Vec<(Uuid, String)> {
        let all = self.ctx.audit.of_subject(subject).await.unwrap();
        let looked = all.into_iter().filter(|access| ["read", "download"].contains(&access.action.as_str()));
        looked.map(|access| (access.person, access.what)).collect()
    }

    /// Objects under a prefix.
    pub async fn objects(&self, prefix: &str) -> usize {
        self.ctx.objects.list(prefix, None, 1000).await.unwrap().len()
    }
}

/// The content with the shortest answers to all that applies, and a reason for every view that may be missing.
pub fn answered(mut content: Value) -> Value {
    let specialty = content["specialty"].as_str().map(str::to_owned);
    let (mut answers, mut overrides) = (Vec::new(), Vec::new());
    let mut add = |one: &Questionnaire, finding: &Value| {
        answers.push(json!({"questionnaire": one.id, "version": one.version, "findingId": finding,
            "values": one.shortest("2026-02-20")}));
        for view in one.views.iter().filter(|row| !row.advice).filter_map(|row| row.views().next()) {
            overrides.push(json!({"findingId": finding, "view": view, "reason": "A made-up referral."}));
        }
    };
    ALL.applying(specialty.as_deref(), None, |_| None).for_each(|one| add(one, &Value::Null));
    for finding in content["findings"].as_array().unwrap() {
        let kind = finding["kind"].as_str().unwrap();
        ALL.applying(specialty.as_deref(), Some(kind), |_| None).for_each(|one| add(one, &finding["id"]));
    }
    content["answers"] = json!(answers);
    content["viewOverrides"] = json!(overrides);
    content
}
