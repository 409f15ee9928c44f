//! Uptake over HTTP on both deployments; the other services' events are published here. Everybody is SYNTHETIC.

use axum::body::Body;
use http::{HeaderMap, Request, StatusCode};
use http_body_util::BodyExt;
use kit::log::{Envelope, rebuild};
use kit::pictures::sha256;
use kit::testing::{DEPLOYMENTS, Engine, Reach, World};
use kit::{At, Context};
use proto::Event;
use proto::directory::{EnablementRecorded, PracticeChanged, PracticeRegistered, RegisterRecorded};
use proto::intake::{
    AnswerAcknowledged, InformationSupplied, Patient, ReferralSubmitted, ReferralWithdrawn,
};
use proto::review::AnswerGiven;
use serde_json::{Value, json};
use time::Duration;
use time::macros::datetime;
use tower::ServiceExt;
use uuid::Uuid;

/// A running uptake at noon on 20 March 2026.
struct House {
    world: World,
    app: axum::Router,
}

struct Reply {
    status: StatusCode,
    headers: HeaderMap,
    bytes: Vec<u8>,
}

impl Reply {
    fn json(&self) -> Value {
        serde_json::from_slice(&self.bytes).unwrap_or(Value::Null)
    }
    fn expect(self, status: u16) -> Self {
        assert_eq!(
            self.status.as_u16(),
            status,
            "{}",
            String::from_utf8_lossy(&self.bytes)
        );
        self
    }
}

impl House {
    async fn build(deployment: (Engine, Reach)) -> Self {
        let world = World::start(vec![uptake::service()], deployment, |_| ())
            .await
            .expect("a world");
        world.clock.hold(datetime!(2026-03-20 12:00 UTC).into());
        let app = kit::http::app(world.running.services(), world.ctx().clone());
        Self { world, app }
    }

    fn ctx(&self) -> &Context {
        self.world.ctx()
    }

    /// Signs somebody in; gives their cookie.
    async fn person(&self, role: &str) -> (Uuid, String) {
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

    async fn get(&self, cookie: &str, path: &str) -> Reply {
        let request = Request::builder()
            .uri(format!("/api/uptake{path}"))
            .header("cookie", cookie);
        let response = self
            .app
            .clone()
            .oneshot(request.body(Body::empty()).expect("a request"))
            .await
            .expect("an answer");
        let (status, headers) = (response.status(), response.headers().clone());
        let bytes = response
            .into_body()
            .collect()
            .await
            .expect("a body")
            .to_bytes()
            .to_vec();
        Reply {
            status,
            headers,
            bytes,
        }
    }

    async fn settle(&self) {
        let parked = self.world.settle().await.expect("settled");
        assert!(parked.is_empty(), "{parked:?}");
    }

    async fn publish<E: Event>(&self, envelope: Envelope, fact: &E) {
        if let Some(key) = kit::log::id_of(&envelope.key) {
            self.ctx().keys.ensure(key).await.expect("a key");
        }
        let mut tx = self.ctx().begin().await.expect("a transaction");
        self.ctx()
            .publish(&mut tx, envelope, fact)
            .await
            .expect("published");
        tx.commit().await.expect("committed");
    }

    /// A practice; equipped when a day is given.
    async fn practice(&self, name: &str, test: bool, equipped: Option<At>) -> Uuid {
        let id = self.ctx().new_id();
        let about = Envelope {
            test,
            ..about(id, id)
        };
        let fact = PracticeRegistered {
            name: name.into(),
            municipality: "Tromsø".into(),
            centrality: 5,
            distance_km: 120,
            opened_on: "2001-01-01".into(),
            test_practice: test,
        };
        self.publish(about.clone(), &fact).await;
        if let Some(on) = equipped {
            self.step(id, "equipped", "", on).await;
        }
        id
    }

    async fn step(&self, practice: Uuid, step: &str, specialty: &str, on: At) {
        let envelope = Envelope {
            step: step.into(),
            specialty: specialty.into(),
            effective_us: on.micros(),
            ..about(practice, practice)
        };
        self.publish(
            envelope,
            &EnablementRecorded {
                note: "By post.".into(),
            },
        )
        .await;
    }

    async fn submit(&self, practice: Uuid, at: At, images: u32) -> Uuid {
        let referral = self.ctx().new_id();
        self.publish(use_of(practice, referral, at, images), &submitted())
            .await;
        referral
    }
}

/// Everything of one subject is sealed under its key.
fn about(practice: Uuid, subject: Uuid) -> Envelope {
    Envelope {
        subject: subject.as_bytes().to_vec(),
        practice: practice.as_bytes().to_vec(),
        key: subject.as_bytes().to_vec(),
        channel: "web".into(),
        ..Envelope::default()
    }
}

fn use_of(practice: Uuid, referral: Uuid, at: At, images: u32) -> Envelope {
    Envelope {
        specialty: "dermatology".into(),
        occurred_us: at.micros(),
        images,
        findings: 1,
        ..about(practice, referral)
    }
}

fn submitted() -> ReferralSubmitted {
    let patient = Patient {
        name: "Kari SYNTHETIC".into(),
        identifier: "13917404012".into(),
        ..Patient::default()
    };
    ReferralSubmitted {
        patient: Some(patient),
        question: "Is this harmless?".into(),
        ..ReferralSubmitted::default()
    }
}

fn row<'a>(panel: &'a Value, name: &str) -> &'a Value {
    let rows = panel["practices"].as_array().expect("rows");
    rows.iter()
        .find(|row| row["name"] == name)
        .unwrap_or_else(|| panic!("no row for {name}"))
}

/// A programme of five practices: a user, one that stopped, a silent one, one that is not equipped, a test practice.
async fn programme(house: &House) -> Vec<Uuid> {
    let january: At = datetime!(2026-01-05 00:00 UTC).into();
    let user = house.practice("Aurdal", false, Some(january)).await;
    let stopped = house.practice("Bygland", false, Some(january)).await;
    let silent = house
        .practice("Ås", false, Some(datetime!(2026-03-10 00:00 UTC).into()))
        .await;
    house.practice("=Dal", false, None).await;
    let test = house.practice("Øvingskontoret", true, Some(january)).await;
    house
        .step(
            user,
            "trained",
            "dermatology",
            datetime!(2026-01-12 00:00 UTC).into(),
        )
        .await;
    house
        .step(
            silent,
            "offered",
            "",
            datetime!(2026-02-01 00:00 UTC).into(),
        )
        .await;
    // Planned for later: not a fact yet.
    house
        .step(
            silent,
            "trained",
            "",
            datetime!(2026-04-01 00:00 UTC).into(),
        )
        .await;
    let register = |size, on: At| Envelope {
        list_size: Some(size),
        gps: Some(3),
        staff: Some(4),
        effective_us: on.micros(),
        key: Vec::new(),
        ..about(user, user)
    };
    house
        .publish(
            register(2_800, datetime!(2025-06-01 00:00 UTC).into()),
            &RegisterRecorded {},
        )
        .await;
    house
        .publish(
            register(3_000, datetime!(2026-02-01 00:00 UTC).into()),
            &RegisterRecorded {},
        )
        .await;
    let changed = PracticeChanged {
        name: "Bø".into(),
        municipality: "Bø".into(),
    };
    house.publish(about(stopped, stopped), &changed).await;

    let mut referrals = Vec::new();
    // The last UTC hour of January is February in Oslo.
    for (practice, at, hours) in [
        (user, datetime!(2026-01-20 09:00 UTC), Some(2)),
        (user, datetime!(2026-01-31 23:30 UTC), Some(30)),
        (user, datetime!(2026-03-18 09:00 UTC), None),
        (stopped, datetime!(2026-01-15 09:00 UTC), Some(5)),
        (test, datetime!(2026-02-02 09:00 UTC), Some(1)),
    ] {
        let at = At::from(at);
        let referral = house.submit(practice, at, 3).await;
        referrals.push(referral);
        if let Some(hours) = hours {
            let later = use_of(practice, referral, at + Duration::hours(hours), 0);
            house
                .publish(
                    later.clone(),
                    &AnswerGiven {
                        summary: "Harmless.".into(),
                        ..AnswerGiven::default()
                    },
                )
                .await;
            house.publish(later, &AnswerAcknowledged {}).await;
        }
    }
    // No picture: no use. Withdrawn later: still a use. Training in a real practice: counted apart.
    house
        .submit(user, datetime!(2026-02-10 09:00 UTC).into(), 0)
        .await;
    let withdrawn = use_of(
        user,
        referrals[2],
        datetime!(2026-03-18 10:00 UTC).into(),
        0,
    );
    house
        .publish(
            withdrawn,
            &ReferralWithdrawn {
                reason: "Seen elsewhere.".into(),
            },
        )
        .await;
    let training = Envelope {
        test: true,
        ..use_of(
            user,
            house.ctx().new_id(),
            datetime!(2026-02-11 09:00 UTC).into(),
            2,
        )
    };
    house.publish(training, &submitted()).await;
    let supplied = use_of(
        user,
        referrals[0],
        datetime!(2026-01-21 09:00 UTC).into(),
        2,
    );
    house
        .publish(
            supplied,
            &InformationSupplied {
                text: "Here.".into(),
                ..InformationSupplied::default()
            },
        )
        .await;
    house.settle().await;
    referrals
}

#[tokio::test]
async fn the_panel_counts_use_and_silence() {
    for deployment in DEPLOYMENTS {
        let house = House::build(deployment).await;
        programme(&house).await;
        let (_, manager) = house.person("programme-manager").await;
        let panel = house.get(&manager, "/practices").await.expect(200).json();
        assert_eq!(
            panel["months"],
            json!(["2026-01", "2026-02", "2026-03"]),
            "from the first equipment to now"
        );
        let names: Vec<&str> = panel["practices"]
            .as_array()
            .unwrap()
            .iter()
            .map(|row| row["name"].as_str().unwrap())
            .collect();
        assert_eq!(names, ["=Dal", "Aurdal", "Bø", "Ås", "Øvingskontoret"]);
        let user = row(&panel, "Aurdal");
        assert_eq!(
            (user["months"].clone(), user["referrals"].clone()),
            (json!([1, 1, 1]), json!(3))
        );
        assert_eq!(
            (user["imagesSent"].clone(), user["answersRead"].clone()),
            (json!(11), json!(2))
        );
        assert_eq!(
            (user["testUse"].clone(), user["listSize"].clone()),
            (json!(1), json!(3000))
        );
        assert_eq!(
            (user["firstUse"].clone(), user["lastUse"].clone()),
            (json!("2026-01-20"), json!("2026-03-18"))
        );
        assert_eq!(
            (
                user["medianAnswerHours"].clone(),
                user["silentDays"].clone()
            ),
            (json!(16.0), json!(2))
        );
        assert_eq!(
            (
                user["enablement"]["trained"].clone(),
                user["enablement"]["agreed"].clone()
            ),
            (json!("2026-01-12"), Value::Null)
        );
        let stopped = row(&panel, "Bø");
        assert_eq!(
            (stopped["months"].clone(), stopped["silentDays"].clone()),
            (json!([1, 0, 0]), json!(64))
        );
        let silent = row(&panel, "Ås");
        assert_eq!(
            (silent["months"].clone(), silent["firstUse"].clone()),
            (json!([0, 0, 0]), Value::Null)
        );
        assert_eq!(
            (
                silent["silentDays"].clone(),
                silent["enablement"]["trained"].clone()
            ),
            (json!(10), Value::Null)
        );
        assert_eq!(row(&panel, "=Dal")["silentDays"], Value::Null);
        let test = row(&panel, "Øvingskontoret");
        assert_eq!(
            (
                test["referrals"].clone(),
                test["testUse"].clone(),
                test["testPractice"].clone()
            ),
            (json!(0), json!(1), json!(true))
        );
        let totals = &panel["totals"];
        assert_eq!(
            (totals["practices"].clone(), totals["equipped"].clone()),
            (json!(4), json!(3))
        );
        assert_eq!(
            (
                totals["withUse"].clone(),
                totals["neverUsed"].clone(),
                totals["referrals"].clone()
            ),
            (json!(2), json!(1), json!(4))
        );
        assert_eq!(
            totals["topFourShare"],
            json!({ "numerator": 4, "denominator": 4, "share": 1.0 })
        );
        assert_eq!(
            panel["logPosition"],
            json!(kit::log::head(&house.ctx().db).await.unwrap())
        );
        assert!(
            panel["definition"]
                .as_str()
                .is_some_and(|text| text.contains("Europe/Oslo"))
        );
        house.world.stop().await;
    }
}

#[tokio::test]
async fn windows_and_specialties_narrow_it() {
    for deployment in DEPLOYMENTS {
        let house = House::build(deployment).await;
        programme(&house).await;
        let (_, manager) = house.person("administrator").await;
        let january = house
            .get(&manager, "/practices?from=2026-01&to=2026-01")
            .await
            .expect(200)
            .json();
        assert_eq!(
            (january["from"].clone(), january["to"].clone()),
            (json!("2026-01"), json!("2026-01"))
        );
        let user = row(&january, "Aurdal");
        assert_eq!(
            (user["months"].clone(), user["lastUse"].clone()),
            (json!([1]), json!("2026-01-20"))
        );
        assert_eq!(
            (user["silentDays"].clone(), user["listSize"].clone()),
            (json!(11), json!(2800)),
            "as of the window's end"
        );
        assert_eq!(
            (
                january["totals"]["equipped"].clone(),
                january["totals"]["neverUsed"].clone()
            ),
            (json!(2), json!(0))
        );
        let ent = house
            .get(&manager, "/practices?specialty=ent")
            .await
            .expect(200)
            .json();
        assert_eq!(
            (
                ent["totals"]["referrals"].clone(),
                ent["totals"]["equipped"].clone()
            ),
            (json!(0), json!(3))
        );
        assert_eq!(
            (
                row(&ent, "Aurdal")["enablement"]["trained"].clone(),
                ent["totals"]["topFourShare"].clone()
            ),
            (Value::Null, Value::Null)
        );
        for (query, field) in [
            ("from=soon", "from"),
            ("to=2026-13", "to"),
            ("from=2026-03&to=2026-01", "from"),
            ("specialty=dental", "specialty"),
        ] {
            let refused = house
                .get(&manager, &format!("/practices?{query}"))
                .await
                .expect(422)
                .json();
            assert_eq!(refused["errors"][0]["field"], field, "{query}");
        }
        house.world.stop().await;
    }
}

#[tokio::test]
async fn figures_stay_after_a_rebuild_and_after_erasure() {
    for deployment in DEPLOYMENTS {
        let house = House::build(deployment).await;
        let referrals = programme(&house).await;
        let (_, manager) = house.person("programme-manager").await;
        let before = house.get(&manager, "/practices").await.expect(200).json();
        for referral in referrals {
            house.ctx().keys.destroy(referral).await.unwrap();
        }
        let services = house.world.running.services();
        assert!(
            rebuild(house.ctx(), &services[0].consumers[0])
                .await
                .unwrap()
                > 20
        );
        house.settle().await;
        let after = house.get(&manager, "/practices").await.expect(200).json();
        assert_eq!(before, after);
        house.world.stop().await;
    }
}

#[tokio::test]
async fn the_tables_hold_no_patient_and_no_plain_referral() {
    let house = House::build(DEPLOYMENTS[0]).await;
    let referrals = programme(&house).await;
    let sql = "select count(*) from uptake_fact where case_token = $1 or actor = $1";
    for referral in referrals {
        let (found,): (i64,) = house
            .ctx()
            .db
            .q(sql)
            .bind(referral.as_bytes().to_vec())
            .one()
            .await
            .unwrap();
        assert_eq!(found, 0, "a fact names its referral by a pseudonym");
    }
    let database = std::fs::read(house.world.folder.path().join("lysbro.sqlite"));
    let wal = std::fs::read(house.world.folder.path().join("lysbro.sqlite-wal"));
    let bytes = [database.unwrap_or_default(), wal.unwrap_or_default()].concat();
    let has = |needle: &str| {
        bytes
            .windows(needle.len())
            .any(|window| window == needle.as_bytes())
    };
    assert!(has("Aurdal"), "the files were read");
    assert!(!has("Kari") && !has("13917404012") && !has("harmless"));
    house.world.stop().await;
}

#[tokio::test]
async fn the_sheet_has_every_practice_and_its_export_is_recorded() {
    for deployment in DEPLOYMENTS {
        let house = House::build(deployment).await;
        programme(&house).await;
        let (person, manager) = house.person("programme-manager").await;
        let reply = house
            .get(&manager, "/practices.csv?from=2026-01")
            .await
            .expect(200);
        assert_eq!(
            reply.headers["content-type"].to_str().unwrap(),
            "text/csv; charset=utf-8"
        );
        assert!(
            reply.headers["content-disposition"]
                .to_str()
                .unwrap()
                .contains("practices-2026-01-2026-03.csv")
        );
        let text = String::from_utf8(reply.bytes).unwrap();
        assert!(text.starts_with('\u{feff}'));
        let lines: Vec<&str> = text.trim_start_matches('\u{feff}').lines().collect();
        assert_eq!(lines.len(), 6);
        assert!(
            lines[0].starts_with("id,name,")
                && lines[0].ends_with(",test_use,2026-01,2026-02,2026-03")
        );
        assert!(lines[1].contains(",'=Dal,"), "{}", lines[1]);
        assert!(
            lines[2].ends_with(",3,11,2,16.00,2,1,1,1,1"),
            "{}",
            lines[2]
        );
        assert!(
            lines[4].contains("Ås") && lines[4].ends_with(",0,0,0,,10,0,0,0,0"),
            "{}",
            lines[4]
        );
        let sql = "select what from audit_access where person = $1 and action = 'export'";
        let exports: Vec<(String,)> = house
            .ctx()
            .audit
            .db()
            .q(sql)
            .bind(person)
            .all()
            .await
            .unwrap();
        assert_eq!(exports, [("uptake practices csv".to_owned(),)]);
        house.world.stop().await;
    }
}

#[tokio::test]
async fn only_the_programme_sees_it() {
    let house = House::build(DEPLOYMENTS[0]).await;
    for role in ["gp-clinician", "gp-staff", "specialist", "coordinator"] {
        let (_, cookie) = house.person(role).await;
        house.get(&cookie, "/practices").await.expect(404);
        house.get(&cookie, "/practices.csv").await.expect(404);
    }
    house.get("", "/practices").await.expect(401);
    let (_, manager) = house.person("programme-manager").await;
    let empty = house.get(&manager, "/practices").await.expect(200).json();
    assert_eq!(
        (
            empty["practices"].clone(),
            empty["totals"]["topFourShare"].clone()
        ),
        (json!([]), Value::Null)
    );
    assert_eq!(
        empty["months"].as_array().unwrap().len(),
        13,
        "12 months back when nobody is equipped"
    );
    house.world.stop().await;
}
