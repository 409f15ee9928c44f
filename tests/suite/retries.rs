//! Every mutating request one to five times at the same moment, some answers lost on the way: one effect each.
//!
//! Some 500 requests here; `make faults-retries REQUESTS=10000` for the whole number.

use crate::acts::{ALL, Act, Play};
use crate::copies::Copies;
use crate::write_faults::{cast, events, gained, quiet_world};
use kit::testing::{DEPLOYMENTS, World};
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::Ordering;
use tests::{Cast, FaultProxy, Mode, Toward};
use uuid::Uuid;

/// Mutating routes that are not repeated, each with its reason.
const NOT_REPEATED: [(&str, &str, &str); 7] = [
    ("post", "/api/intake/uploads/{id}", "stands for another method named in a header"),
    ("post", "/api/directory/links/open", "looks and changes nothing"),
    ("post", "/api/directory/import/dry-run", "the same"),
    ("post", "/api/directory/ordinary/dry-run", "the same"),
    ("post", "/api/uptake/study/sample", "draws and keeps nothing"),
    ("post", "/api/uptake/study/bundle", "reads, and each time is recorded"),
    ("post", "/api/uptake/study/exports", "reads, and each time is recorded"),
];

fn wanted() -> u32 {
    std::env::var("LYSBRO_RETRIES").map_or(500, |text| text.parse().expect("a number of requests"))
}

/// Rows by table after a journey: what a request that counted twice would leave. Uploads that were begun and not gone on with
/// run out by themselves, sessions and the access log count requests.
async fn counts(world: &World) -> BTreeMap<String, i64> {
    const TABLES: [&str; 33] = [
        "select 'department', count(*) from directory_department",
        "select 'practice', count(*) from directory_practice",
        "select 'register', count(*) from directory_register",
        "select 'step', count(*) from directory_enablement",
        "select 'row of the context log', count(*) from directory_context",
        "select 'count of ordinary referrals', count(*) from directory_ordinary",
        "select 'person', count(*) from directory_person",
        "select 'grant', count(*) from kit_grant",
        "select 'grant once', count(*) from directory_grant",
        "select 'key', count(*) from kit_idempotency",
        "select 'referral', count(*) from intake_referral",
        "select 'image', count(*) from intake_image",
        "select 'rendition', count(*) from intake_rendition",
        "select 'question', count(*) from intake_question",
        "select 'answer', count(*) from intake_answer",
        "select 'happening', count(*) from intake_happening",
        "select 'job', count(*) from imaging_job",
        "select 'derivative', count(*) from imaging_derivative",
        "select 'case', count(*) from review_case",
        "select 'picture of a case', count(*) from review_image",
        "select 'question of a case', count(*) from review_question",
        "select 'answer of a case', count(*) from review_answer",
        "select 'draft of an answer', count(*) from review_draft",
        "select 'refusal', count(*) from intake_decline",
        "select 'forwarding', count(*) from intake_forward",
        "select 'refusal of a case', count(*) from review_decline",
        "select 'forwarding of a case', count(*) from review_forward",
        "select 'absence', count(*) from review_absence",
        "select 'use fact', count(*) from uptake_fact",
        "select 'practice in the study', count(*) from uptake_practice",
        "select 'step in the study', count(*) from uptake_enablement",
        "select 'context in the study', count(*) from uptake_context",
        "select 'ordinary referrals in the study', count(*) from uptake_ordinary",
    ];
    let mut counts = BTreeMap::new();
    for text in TABLES {
        let (name, count): (String, i64) = world.ctx().db.q(text).one().await.expect("a count");
        counts.insert(name, count);
    }
    counts
}

/// Time does not pass here: sessions stay, and nothing that was counted goes.
fn acts() -> impl Iterator<Item = Act> {
    ALL.iter().copied().filter(|act| !matches!(act, Act::TimePasses | Act::Rebuild | Act::ForgetKeys))
}

/// The events of each act, and the rows of the whole journey.
async fn journey(play: &mut Play<'_>) -> (Vec<(Act, BTreeMap<String, i64>)>, BTreeMap<String, i64>) {
    // What came before (people signed in) is not part of this journey, and what its last act sets off is not part of the next.
    play.drain().await.unwrap_or_else(|reply| panic!("at the beginning: {}", reply.text()));
    let rows = counts(play.world).await;
    let mut each = Vec::new();
    for act in acts() {
        play.world.clock.advance(time::Duration::SECOND);
        let before = events(play.world).await;
        // Of several at once each may be asked to come again; then a client does.
        let mut told = play.perform(act).await;
        for _ in 0..5 {
            if told.is_err() {
                told = play.perform(act).await;
            }
        }
        told.unwrap_or_else(|reply| panic!("{act:?}: {} {}", reply.status, reply.text()));
        each.push((act, gained(&before, &events(play.world).await)));
    }
    play.drain().await.unwrap_or_else(|reply| panic!("at the end: {}", reply.text()));
    (each, gained(&rows, &counts(play.world).await))
}

/// The address as the router describes it.
fn template(path: &str) -> String {
    let parts: Vec<_> = path.split('/').collect();
    let named = parts.iter().enumerate().map(|(at, part)| match part.parse::<Uuid>() {
        Ok(_) if at > 1 && matches!(parts[at - 1], "grants" | "roles") => "{grantId}",
        Ok(_) if at > 1 && parts[at - 1] == "equipment" => "{equipmentId}",
        Ok(_) => "{id}",
        Err(_) => part,
    });
    named.collect::<Vec<_>>().join("/")
}

fn mutating_routes() -> BTreeSet<(String, String)> {
    let description = serde_json::to_value(kit::http::openapi(&lysbro::services())).expect("JSON");
    let mut all = BTreeSet::new();
    for (path, item) in description["paths"].as_object().expect("paths") {
        for method in ["put", "post", "delete", "patch"] {
            if item.get(method).is_some() {
                all.insert((method.to_owned(), path.clone()));
            }
        }
    }
    all
}

/// The same id or key with something else in it is refused, and changes nothing.
async fn other_content_is_refused(play: &mut Play<'_>) {
    let before = (events(play.world).await, counts(play.world).await);
    let (department, person, referral) = (play.id("department"), play.id("person"), play.id("referral"));
    let key = play.id("key").to_string();
    let Cast { admin, gp, nurse, practices, .. } = play.cast;
    let other = json!({ "id": department, "name": "Another", "hospital": "Hospital", "specialties": ["ent"] });
    let reused = admin.post("/api/directory/departments", other).await.expect(409);
    assert_eq!(reused.code(), "id-reused");
    let other =
        json!({ "id": person, "name": "Another Synthetic", "email": "another@lysbro.example", "language": "nb" });
    assert_eq!(admin.post("/api/directory/people", other).await.expect(409).code(), "id-reused");
    let other = json!({ "name": "Another", "municipality": "Fjord", "centrality": 6, "distanceKm": 90, "channel": "web",
        "openedOn": "2012-01-01", "testPractice": false });
    let headers = [("content-type", "application/json"), ("idempotency-key", key.as_str())];
    let body = other.to_string().into_bytes();
    let reused = admin.send(http::Method::POST, "/api/directory/practices", &headers, body).await.expect(409);
    assert_eq!(reused.code(), "key-reused");
    let path = format!("/api/intake/referrals/{referral}");
    let draft = json!({ "version": 0, "practiceId": practices[0].id, "content": play.cast.content(department) });
    assert_eq!(nurse.put(&path, draft).await.expect(409).code(), "already-submitted");
    let question = gp.get(&path).await.expect(200).json()["questions"][0]["id"].clone();
    let reply = json!({ "questionId": question, "text": "Something else.", "imageIds": [] });
    assert_eq!(gp.post(&format!("{path}/information"), reply).await.expect(409).code(), "already-supplied");
    assert_eq!((events(play.world).await, counts(play.world).await), before, "a refusal changes nothing");
}

async fn one_effect_each(deployment: (kit::testing::Engine, kit::testing::Reach), wanted: u32) {
    let world = quiet_world(deployment).await;
    let services = lysbro::services();
    let mut cast = cast(&world).await;
    let line = FaultProxy::start(world.running.address);
    line.set(Mode::Cut(Toward::Client, 0));
    let single = Copies::single();
    let (once, rows) = journey(&mut Play::new(&world, &services, &cast, &single, 1)).await;
    let (mut sent, mut lost, mut journeys) = (0, 0, 0);
    let mut reached = BTreeSet::new();
    while sent < wanted {
        journeys += 1;
        if journeys % 5 == 0 {
            // Uploads that were begun beside the one that was gone on with run out, as they would.
            world.clock.advance(time::Duration::days(4));
            Play::new(&world, &services, &cast, &single, 0).drain().await.expect("drained");
        }
        cast.sign_in_again(world.ctx(), &world.url()).await;
        let copies = Copies::many(format!("http://{}", line.address()), u64::from(journeys));
        let mut play = Play::new(&world, &services, &cast, &copies, 1000 * journeys);
        let (each, made) = journey(&mut play).await;
        let differing: Vec<_> = once.iter().zip(&each).filter(|(single, many)| single != many).collect();
        assert!(differing.is_empty(), "in journey {journeys} these acts have another effect than once: {differing:?}");
        assert_eq!(made, rows, "journey {journeys} left what a single one leaves");
        other_content_is_refused(&mut play).await;
        sent += copies.sent.load(Ordering::SeqCst);
        lost += copies.lost.load(Ordering::SeqCst);
        reached.append(&mut copies.reached.lock().expect("nobody else").clone());
    }
    let reached: BTreeSet<_> = reached.into_iter().map(|(method, path)| (method, template(&path))).collect();
    let excused = |(method, path): &&(String, String)| NOT_REPEATED.iter().any(|(m, p, _)| m == method && p == path);
    let missing: Vec<_> = mutating_routes().difference(&reached).filter(|route| !excused(route)).cloned().collect();
    assert!(missing.is_empty(), "these routes change something and were not repeated: {missing:?}");
    assert!(kit::log::parked(&world.ctx().db).await.expect("a list").is_empty());
    assert!(kit::log::verify_chain(&world.ctx().db).await.expect("a walk").broken.is_empty());
    println!("retries requests={sent} answers_lost={lost} journeys={journeys} effects_doubled=0 effects_lost=0");
    world.stop().await;
}

#[tokio::test]
async fn repeated_requests_have_one_effect_on_the_embedded_default() {
    one_effect_each(DEPLOYMENTS[0], wanted() / 2).await;
}

#[tokio::test]
async fn repeated_requests_have_one_effect_on_postgres_and_tcp() {
    one_effect_each(DEPLOYMENTS[1], wanted() / 2).await;
}
