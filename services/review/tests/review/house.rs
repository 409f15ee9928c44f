//! A world with people, and the events that other services would publish. Everybody is SYNTHETIC.

use axum::body::Body;
use http::{HeaderMap, Method, Request, StatusCode};
use http_body_util::BodyExt;
use kit::log::{Envelope, Opened, Recorded};
use kit::pictures::sha256;
use kit::testing::{Engine, Reach, World};
use kit::{At, Context};
use proto::Event;
use proto::directory::{DepartmentRegistered, PersonRegistered};
use proto::imaging::{ImageReady, ImageRejected, ImageTiled, Quality, Rendition, Tile};
use proto::intake::{Finding, InformationSupplied, Patient, Picture, ReferralSubmitted, ReferralWithdrawn};
use serde_json::{Value, json};
use time::Duration;
use tower::ServiceExt;
use uuid::Uuid;

pub const DERMATOLOGY: Uuid = Uuid::from_u128(0xd1);
pub const ENT: Uuid = Uuid::from_u128(0xd2);
pub const PRACTICE: Uuid = Uuid::from_u128(0xa1);

/// A running review and what is needed to speak to it.
pub struct House {
    pub world: World,
    app: axum::Router,
}

/// Somebody signed in.
#[derive(Clone, Debug)]
pub struct Person {
    pub id: Uuid,
    pub name: String,
    token: String,
}

/// An answer with its body read whole.
#[derive(Debug)]
pub struct Reply {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub bytes: Vec<u8>,
}

impl Reply {
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.bytes).unwrap_or(Value::Null)
    }
    /// A header's text; empty when it is not there.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }
    pub fn code(&self) -> String {
        self.json()["code"].as_str().unwrap_or_default().to_owned()
    }
    /// Fields of the problem, in order.
    pub fn fields(&self) -> Vec<String> {
        let errors = self.json()["errors"].as_array().cloned().unwrap_or_default();
        errors.iter().map(|error| error["field"].as_str().unwrap_or_default().to_owned()).collect()
    }
    pub fn expect(self, status: u16) -> Self {
        assert_eq!(self.status.as_u16(), status, "{}", String::from_utf8_lossy(&self.bytes));
        self
    }
    /// Expects a problem.
    pub fn refused(self, status: u16, code: &str) -> Self {
        let reply = self.expect(status);
        assert_eq!(reply.code(), code);
        reply
    }
}

/// A referral to send.
#[derive(Clone, Debug)]
pub struct Referral {
    pub id: Uuid,
    pub department: Uuid,
    pub specialty: &'static str,
    pub priority: &'static str,
    pub due_in: Duration,
    pub findings: Vec<Uuid>,
    pub pictures: Vec<Picture>,
    pub test: bool,
}

impl House {
    pub async fn build(deployment: (Engine, Reach)) -> Self {
        let world = World::start(vec![review::service()], deployment, |_| ()).await.expect("a world");
        let app = kit::http::app(world.running.services(), world.ctx().clone());
        Self { world, app }
    }

    pub fn ctx(&self) -> &Context {
        self.world.ctx()
    }

    /// Signs somebody in; the session outlives every clock that a test moves.
    pub async fn person(&self, name: &str, role: &str, department: Uuid) -> Person {
        let ctx = self.ctx();
        let person = Person { id: ctx.new_id(), name: name.to_owned(), token: ctx.random.token() };
        let (now, later) = (ctx.now(), ctx.now() + Duration::days(30));
        ctx.db
            .q("insert into kit_session (token_hash, person, person_name, opened_at, seen_at, expires_at) values ($1, $2, $3, $4, $5, $5)")
            .bind(sha256(person.token.as_bytes()))
            .bind(person.id)
            .bind(person.name.clone())
            .bind(now)
            .bind(later)
            .exec_one()
            .await
            .expect("a session");
        ctx.db
            .q("insert into kit_grant (id, person, role, department, department_name, starts_at) values ($1, $2, $3, $4, $5, $6)")
            .bind(ctx.new_id())
            .bind(person.id)
            .bind(role.to_owned())
            .bind(department)
            .bind("Department".to_owned())
            .bind(now - Duration::days(1))
            .exec_one()
            .await
            .expect("a grant");
        person
    }

    /// A specialist of dermatology.
    pub async fn specialist(&self, name: &str) -> Person {
        self.person(name, "specialist", DERMATOLOGY).await
    }

    /// Somebody signed in whom the register knows by name.
    pub async fn known(&self, name: &str, role: &str, department: Uuid) -> Person {
        let person = self.person(name, role, department).await;
        let fact = PersonRegistered { name: name.into(), ..PersonRegistered::default() };
        self.register(person.id, &fact).await;
        person
    }

    /// What the directory says of departments: dermatology with plastic surgery, and ENT.
    pub async fn departments(&self) {
        for (id, name, specialties) in
            [(DERMATOLOGY, "Dermatology", vec!["dermatology", "plastic-surgery"]), (ENT, "ENT", vec!["ent"])]
        {
            let fact = DepartmentRegistered {
                name: name.into(),
                hospital: "Hospital".into(),
                specialties: specialties.into_iter().map(str::to_owned).collect(),
                ..DepartmentRegistered::default()
            };
            self.register(id, &fact).await;
        }
    }

    /// What the register says of a practice or a department.
    pub async fn register<E: Event>(&self, id: Uuid, fact: &E) {
        let ctx = self.ctx();
        ctx.keys.ensure(id).await.expect("a key");
        let mut tx = ctx.begin().await.expect("a transaction");
        let envelope = Envelope { key: id.as_bytes().to_vec(), ..ctx.about(id, None) };
        ctx.publish(&mut tx, envelope, fact).await.expect("published");
        tx.commit().await.expect("committed");
        self.settle().await;
    }

    /// Answers a referral as somebody, and lets the answer go.
    pub async fn answer(&self, person: &Person, referral: &Referral) {
        let token = self.claim(person, referral.id).await;
        self.look(person, referral.id, &token).await;
        sign(self, person, referral, &token, content(&referral.findings)).await.expect(200);
        self.released().await;
    }

    /// Lets the ten seconds pass.
    pub async fn released(&self) {
        self.world.clock.advance(Duration::seconds(11));
        self.settle().await;
    }

    /// Lets time pass.
    pub async fn wait(&self, duration: Duration) {
        self.world.clock.advance(duration);
        self.settle().await;
    }

    /// Ends everything that somebody may do.
    pub async fn end_grants(&self, person: &Person) {
        let ended = self.ctx().now();
        let sql = "update kit_grant set ends_at = $2 where person = $1";
        self.ctx().db.q(sql).bind(person.id).bind(ended).exec_one().await.expect("ended");
    }

    pub async fn send(&self, request: Request<Body>) -> Reply {
        let response = self.app.clone().oneshot(request).await.expect("an answer");
        let (status, headers) = (response.status(), response.headers().clone());
        let bytes = response.into_body().collect().await.expect("a body").to_bytes().to_vec();
        Reply { status, headers, bytes }
    }

    pub fn request(method: Method, path: &str, person: &Person) -> http::request::Builder {
        let cookie = format!("__Host-sid={}", person.token);
        Request::builder().method(method).uri(format!("/api/review{path}")).header("cookie", cookie)
    }

    pub async fn get(&self, person: &Person, path: &str) -> Reply {
        self.send(Self::request(Method::GET, path, person).body(Body::empty()).expect("a request")).await
    }

    pub async fn post(&self, person: &Person, path: &str, body: Value) -> Reply {
        self.with_body(Method::POST, person, path, body).await
    }

    pub async fn put(&self, person: &Person, path: &str, body: Value) -> Reply {
        self.with_body(Method::PUT, person, path, body).await
    }

    pub async fn delete(&self, person: &Person, path: &str) -> Reply {
        self.send(Self::request(Method::DELETE, path, person).body(Body::empty()).expect("a request")).await
    }

    async fn with_body(&self, method: Method, person: &Person, path: &str, body: Value) -> Reply {
        let request = Self::request(method, path, person).header("content-type", "application/json");
        self.send(request.body(Body::from(body.to_string())).expect("a request")).await
    }

    /// A claim's token.
    pub async fn claim(&self, person: &Person, case: Uuid) -> Value {
        self.post(person, &format!("/cases/{case}/claim"), json!({})).await.expect(200).json()["token"].clone()
    }

    /// Looks at every picture of a case.
    pub async fn look(&self, person: &Person, case: Uuid, token: &Value) {
        let opened = self.get(person, &format!("/cases/{case}")).await.expect(200).json();
        for image in opened["images"].as_array().expect("images") {
            let body = json!({ "token": token, "imageId": image["id"] });
            self.post(person, &format!("/cases/{case}/shown"), body).await.expect(204);
        }
    }

    /// Ids on the first page of the worklist.
    pub async fn listed(&self, person: &Person, query: &str) -> Vec<String> {
        let page = self.get(person, &format!("/worklist{query}")).await.expect(200).json();
        ids(&page)
    }

    /// Lets consumers and repairs finish; nothing may be parked.
    pub async fn settle(&self) {
        let parked = self.world.settle().await.expect("settled");
        assert!(parked.is_empty(), "{parked:?}");
    }

    pub fn referral(&self) -> Referral {
        Referral {
            id: self.ctx().new_id(),
            department: DERMATOLOGY,
            specialty: "dermatology",
            priority: "routine",
            due_in: Duration::days(5),
            findings: vec![self.ctx().new_id()],
            pictures: Vec::new(),
            test: false,
        }
    }

    fn envelope(referral: &Referral) -> Envelope {
        Envelope {
            subject: referral.id.as_bytes().to_vec(),
            key: referral.id.as_bytes().to_vec(),
            practice: PRACTICE.as_bytes().to_vec(),
            department: referral.department.as_bytes().to_vec(),
            specialty: referral.specialty.into(),
            priority: referral.priority.into(),
            channel: "web".into(),
            sex: "female".into(),
            age_65_plus: Some(true),
            test: referral.test,
            ..Envelope::default()
        }
    }

    pub async fn publish<E: Event>(&self, referral: &Referral, fact: &E) {
        let ctx = self.ctx();
        ctx.keys.ensure(referral.id).await.expect("a key");
        let mut tx = ctx.begin().await.expect("a transaction");
        ctx.publish(&mut tx, Self::envelope(referral), fact).await.expect("published");
        tx.commit().await.expect("committed");
    }

    /// What intake says when a referral is sent.
    pub async fn submit(&self, referral: &Referral) {
        let due = self.ctx().now() + referral.due_in;
        self.publish(referral, &submitted(referral, due)).await;
        self.settle().await;
    }

    pub async fn withdraw(&self, referral: &Referral) {
        self.publish(referral, &ReferralWithdrawn { reason: "The patient was seen elsewhere.".into() }).await;
        self.settle().await;
    }

    pub async fn supply(&self, referral: &Referral, question: &str, pictures: Vec<Picture>) {
        let question = Uuid::parse_str(question).expect("an id").as_bytes().to_vec();
        let fact = InformationSupplied { question, text: "Since August.".into(), pictures };
        self.publish(referral, &fact).await;
        self.settle().await;
    }

    /// Stores a picture as intake would.
    pub async fn picture(&self, referral: &Referral, bytes: &[u8]) -> Picture {
        let ctx = self.ctx();
        let key = ctx.keys.ensure(referral.id).await.expect("a key");
        let id = ctx.new_id();
        let stored = ctx.put_picture(&key, &format!("originals/{id}"), id, bytes).await.expect("stored");
        Picture {
            image: id.as_bytes().to_vec(),
            finding: referral.findings.first().map(|id| id.as_bytes().to_vec()).unwrap_or_default(),
            view: "close-up".into(),
            media_type: "image/jpeg".into(),
            bytes: bytes.len() as u64,
            sha256: stored.sha256,
            object: stored.object,
            stored_sha256: stored.stored_sha256,
            stored_bytes: stored.stored_bytes,
            width: 1600,
            height: 1200,
            captured_us: (ctx.now() - Duration::days(9)).micros(),
        }
    }

    /// Stores renditions and says that the picture is ready, as imaging would.
    pub async fn prepare(&self, referral: &Referral, picture: &Picture) {
        let ctx = self.ctx();
        let id = image_id(picture);
        let key = ctx.keys.ensure(referral.id).await.expect("a key");
        let mut renditions = Vec::new();
        for longest in [160, 512, 2048] {
            let bytes = rendition(id, longest);
            let stored =
                ctx.put_picture(&key, &format!("derivatives/{id}/{longest}"), id, &bytes).await.expect("stored");
            renditions.push(Rendition {
                longest,
                width: longest,
                height: longest,
                object: stored.object,
                bytes: bytes.len() as u64,
                sha256: stored.sha256,
                stored_sha256: stored.stored_sha256,
            });
        }
        let quality = Quality { sharpness: 42.5, mean_luma: 121.0, verdict: "good".into(), ..Quality::default() };
        let image = picture.image.clone();
        let ready = ImageReady { image, renditions, width: 1200, height: 1600, quality: Some(quality), captured_us: 0 };
        self.publish(referral, &ready).await;
        self.settle().await;
    }

    /// Stores tiles of a large picture and says so, as imaging would: two in a row.
    pub async fn tile(&self, referral: &Referral, picture: &Picture) {
        let ctx = self.ctx();
        let id = image_id(picture);
        let key = ctx.keys.ensure(referral.id).await.expect("a key");
        let mut tiles = Vec::new();
        for across in 0..2 {
            let bytes = rendition(id, across);
            let object = format!("derivatives/{id}/tile-{across}-0-{}", hex::encode(&bytes[..4]));
            let stored = ctx.replace_picture(&key, &object, id, &bytes).await.expect("stored");
            tiles.push(Tile {
                across,
                down: 0,
                object,
                bytes: bytes.len() as u64,
                sha256: stored.sha256,
                stored_sha256: stored.stored_sha256,
            });
        }
        let fact = ImageTiled { image: picture.image.clone(), width: 4200, height: 1000, side: 1024, tiles };
        self.publish(referral, &fact).await;
        self.settle().await;
    }

    pub async fn reject(&self, referral: &Referral, picture: &Picture) {
        let (image, code) = (picture.image.clone(), "truncated-picture".into());
        self.publish(referral, &ImageRejected { image, code, message: "The picture is cut off.".into() }).await;
        self.settle().await;
    }

    /// A referral with so many pictures, all ready.
    pub async fn with_pictures(&self, count: u8) -> Referral {
        let mut referral = self.referral();
        for n in 0..count {
            let picture = self.picture(&referral, &jpeg(n, None)).await;
            self.prepare(&referral, &picture).await;
            referral.pictures.push(picture);
        }
        self.submit(&referral).await;
        referral
    }

    /// What was published about a referral, of one kind.
    pub async fn published<E: Event>(&self, referral: &Referral) -> Vec<(Recorded, E)> {
        let mut found = Vec::new();
        for event in kit::log::of_subject(&self.ctx().db, referral.id).await.expect("events") {
            if event.kind() == E::KIND {
                let Opened::Open(fact) = self.ctx().open::<E>(&event).await.expect("opened") else {
                    continue;
                };
                found.push((event, fact));
            }
        }
        found
    }
}

pub fn image_id(picture: &Picture) -> Uuid {
    Uuid::from_slice(&picture.image).expect("an id")
}

/// A JPEG of one scan, as its segments say; with a comment and maker notes, or without either.
pub fn jpeg(n: u8, notes: Option<&[u8]>) -> Vec<u8> {
    let mut file = vec![0xFF, 0xD8];
    for marker in [0xE1, 0xFE] {
        if let Some(notes) = notes {
            file.extend([0xFF, marker, 0, notes.len() as u8 + 2]);
            file.extend(notes);
        }
    }
    file.extend(b"\xFF\xC0\x00\x0B\x08\x00\x10\x00\x10\x01\x01\x11\x00");
    file.extend(b"\xFF\xDA\x00\x08\x01\x01\x00\x00\x3F\x00");
    file.extend([n, 0x55, 0xFF, 0xD9]);
    file
}

/// Bytes that stand for a rendition.
pub fn rendition(image: Uuid, longest: u32) -> Vec<u8> {
    format!("rendition {longest} of {image}").repeat(20).into_bytes()
}

pub fn ids(page: &Value) -> Vec<String> {
    let items = page["items"].as_array().expect("items");
    items.iter().map(|row| row["id"].as_str().expect("an id").to_owned()).collect()
}

/// An answer to these findings.
pub fn content(findings: &[Uuid]) -> Value {
    let each = |id: &Uuid| {
        json!({ "findingId": id, "diagnosis": "Seborrhoeic keratosis", "certainty": "probable",
            "disposition": "gp-manages", "plan": "No treatment is needed." })
    };
    json!({ "summary": "Harmless.", "findings": findings.iter().map(each).collect::<Vec<_>>(), "tellsPatient": "practice",
        "books": "nobody", "reason": "" })
}

pub fn submitted(referral: &Referral, due: At) -> ReferralSubmitted {
    let finding = |id: &Uuid| Finding {
        id: id.as_bytes().to_vec(),
        site_code: "14975008".into(),
        site_system: "http://snomed.info/sct".into(),
        site_display: "Forearm".into(),
        laterality: "left".into(),
        kind: "lesion".into(),
        description: "Brown, 6 mm".into(),
        duration: "Half a year".into(),
    };
    ReferralSubmitted {
        patient: Some(Patient {
            identifier_system: "no-national".into(),
            identifier: "13917404075".into(),
            name: "Kari SYNTHETIC".into(),
            birth_date: "1958-03-02".into(),
            sex: "female".into(),
            phone: "77 00 00 01".into(),
            address: "Storgata 1".into(),
        }),
        practice_name: "Solvik legekontor".into(),
        department_name: "Dermatology".into(),
        priority: referral.priority.into(),
        question: "Is this harmless?".into(),
        history: "Nothing of note.".into(),
        findings: referral.findings.iter().map(finding).collect(),
        pictures: referral.pictures.clone(),
        due_us: due.micros(),
        referrer_name: "Nils SYNTHETIC".into(),
        responsible: PRACTICE.as_bytes().to_vec(),
        responsible_name: "Grete SYNTHETIC".into(),
        ..ReferralSubmitted::default()
    }
}

/// Signs.
pub async fn sign(house: &House, person: &Person, referral: &Referral, token: &Value, content: Value) -> Reply {
    house.post(person, &format!("/cases/{}/answer", referral.id), json!({ "token": token, "content": content })).await
}

/// Compares the named fields of a JSON object.
pub fn has(value: &Value, expected: Value) {
    for (name, wanted) in expected.as_object().expect("an object") {
        assert_eq!(&value[name], wanted, "{name} of {value}");
    }
}

/// Somebody who reads a case, with their token.
pub struct Desk<'h> {
    house: &'h House,
    person: &'h Person,
    case: Uuid,
    pub token: Value,
}

impl<'h> Desk<'h> {
    /// Claims the case.
    pub async fn claim(house: &'h House, person: &'h Person, case: Uuid) -> Self {
        let token = house.claim(person, case).await;
        Self { house, person, case, token }
    }

    /// The case as they see it.
    pub async fn case(&self) -> Value {
        let path = format!("/cases/{}", self.case);
        self.house.get(self.person, &path).await.expect(200).json()
    }

    /// Posts the token.
    pub async fn act(&self, act: &str) -> Reply {
        self.act_with(act, json!({})).await
    }

    /// Posts the token and more.
    pub async fn act_with(&self, act: &str, mut body: Value) -> Reply {
        body["token"] = self.token.clone();
        let path = format!("/cases/{}/{act}", self.case);
        self.house.post(self.person, &path, body).await
    }

    pub async fn show(&self, image: Uuid) -> Reply {
        self.act_with("shown", json!({ "imageId": image })).await
    }

    pub async fn sign(&self, content: &Value) -> Reply {
        self.act_with("answer", json!({ "content": content })).await
    }

    pub async fn ask(&self, text: &str) -> Reply {
        let body = json!({ "wants": ["better-images", "history"], "text": text });
        self.act_with("information-request", body).await
    }

    /// Takes an answered case to amend its answer.
    pub async fn amend(house: &'h House, person: &'h Person, case: Uuid) -> Self {
        let reply = house.post(person, &format!("/cases/{case}/amend"), json!({})).await.expect(200);
        Self { house, person, case, token: reply.json()["token"].clone() }
    }

    /// Declines, with an id that says which refusal it is.
    pub async fn decline(&self, id: Uuid, text: &str) -> Reply {
        self.act_with("decline", json!({ "id": id, "reason": "not-suited", "text": text })).await
    }

    /// Forwards, with an id that says which forwarding it is.
    pub async fn forward(&self, id: Uuid, (department, specialty): (Uuid, &str), text: &str) -> Reply {
        let body = json!({ "id": id, "departmentId": department, "specialty": specialty, "text": text });
        self.act_with("forward", body).await
    }

    pub async fn save(&self, content: Value) -> Reply {
        let path = format!("/cases/{}/answer-draft", self.case);
        let body = json!({ "token": self.token, "content": content });
        self.house.put(self.person, &path, body).await
    }
}
