//! What holds for every answer and every way in: security headers, ids of requests, guesses of one address, what is not
//! for outside.

use crate::access::described;
use crate::canaries::Process;
use crate::journey::{answer, read, send};
use http::Method;
use kit::testing::{DEPLOYMENTS, World};
use serde_json::json;
use std::collections::HashSet;
use tests::{Cast, Client, EMBEDDED, Reply, world};
use uuid::Uuid;

const ALWAYS: [&str; 7] = [
    "content-security-policy",
    "x-content-type-options",
    "referrer-policy",
    "cross-origin-opener-policy",
    "cross-origin-resource-policy",
    "permissions-policy",
    "x-request-id",
];

fn check(what: &str, reply: &Reply, seen: &mut HashSet<String>) {
    for name in ALWAYS {
        assert!(!reply.header(name).is_empty(), "{what}: {} without {name}", reply.status);
    }
    assert_eq!(reply.header("x-content-type-options"), "nosniff", "{what}");
    let policy = reply.header("content-security-policy");
    assert!(policy.starts_with("default-src 'none'") && !policy.contains("unsafe"), "{what}: {policy}");
    let id = reply.header("x-request-id");
    assert!(seen.insert(id.to_owned()), "{what}: every request has an id of its own");
    if reply.header("content-type") == "application/problem+json" {
        // An answer to HEAD has no body.
        let named = reply.json()["requestId"].clone();
        assert!(named == json!(id) || what.starts_with("HEAD "), "{what}: the body names {named}");
        assert_eq!(reply.header("cache-control"), "no-store", "{what}");
    } else {
        assert!(!reply.status.is_client_error() && !reply.status.is_server_error(), "{what}: {}", reply.text());
    }
}

/// A route asked with made-up ids and an empty body.
async fn asked(client: &Client, method: &str, path: &str) -> Reply {
    let method = Method::from_bytes(method.as_bytes()).expect("a method");
    let path = path.replace("{rendition}", "512");
    let filled =
        path.split('/').map(|part| if part.starts_with('{') { "00000000-0000-0000-0000-000000000001" } else { part });
    let path = filled.collect::<Vec<_>>().join("/");
    let headers = [("content-type", "application/json"), ("tus-resumable", "1.0.0")];
    let reads = matches!(method, Method::GET | Method::HEAD);
    let body = if reads { Vec::new() } else { b"{}".to_vec() };
    client.send(method, &path, &headers, body).await
}

#[tokio::test]
async fn every_answer_has_its_headers_and_its_id() {
    let world = world(EMBEDDED).await;
    let cast = Cast::assemble(world.ctx(), &world.url()).await;
    let nobody = Client::new(&world.url());
    let mut seen = HashSet::new();
    for (method, path) in described() {
        for client in [&nobody, &cast.gp, &cast.manager] {
            check(&format!("{method} {path}"), &asked(client, &method, &path).await, &mut seen);
        }
    }
    let index = nobody.get("/").await.expect(200);
    let page = index.text();
    let asset = page.split('"').find(|part| part.starts_with("/assets/")).expect("a hashed file");
    for path in
        ["/", "/inbox", asset, "/nothing.js", "/api/none", "/api/intake/none", "/healthz", "/readyz", "/metrics"]
    {
        check(path, &nobody.get(path).await, &mut seen);
        let reply = nobody.send(Method::POST, path, &[("origin", "https://evil.example")], Vec::new()).await;
        check(&format!("POST {path} from elsewhere"), &reply.expect(403), &mut seen);
    }
    let misnamed = nobody.send(Method::GET, "/", &[("host", "evil.example")], Vec::new()).await;
    assert_eq!(misnamed.code(), "unknown-host");
    check("another's name", &misnamed.expect(421), &mut seen);
    assert!(seen.len() > 150, "{} answers", seen.len());
    world.stop().await;
}

/// Everything, behind a proxy on this machine.
async fn behind_a_proxy(deployment: (kit::testing::Engine, kit::testing::Reach)) -> World {
    World::start(lysbro::services(), deployment, |settings| settings.proxy = Some([127, 0, 0, 1].into()))
        .await
        .expect("a world")
}

#[tokio::test]
async fn one_address_guesses_three_hundred_times_and_others_still_get_in() {
    for deployment in DEPLOYMENTS {
        let world = behind_a_proxy(deployment).await;
        let nobody = Client::new(&world.url());
        let guess = |n: u32, from: &'static str| {
            let body = json!({ "token": format!("{n:043}") }).to_string().into_bytes();
            let nobody = &nobody;
            async move {
                let headers = [("content-type", "application/json"), ("x-forwarded-for", from)];
                nobody.send(Method::POST, "/api/directory/links/sign-in", &headers, body).await
            }
        };
        let mut answers = Vec::new();
        for portion in 0..8 {
            let together = (0..40).map(|n| guess(portion * 40 + n, "198.51.100.7"));
            answers.extend(futures::future::join_all(together).await);
        }
        let held = answers.iter().filter(|reply| reply.status == 429).count();
        let unknown = answers.iter().filter(|reply| reply.code() == "link-unknown").count();
        assert_eq!((unknown, held), (300, 20), "exact, in parallel too");
        let last = answers.last().expect("answers");
        assert!(last.header("retry-after").parse::<u32>().is_ok_and(|seconds| seconds <= 900), "{}", last.text());
        assert_eq!(guess(400, "198.51.100.8").await.code(), "link-unknown", "another address has its own count");
        assert_eq!(guess(401, "192.0.2.1, 198.51.100.7").await.status, 429, "what the client made up changes nothing");
        world.stop().await;
    }
}

#[tokio::test]
async fn what_looks_after_the_process_is_not_for_outside() {
    let world = behind_a_proxy(EMBEDDED).await;
    let nobody = Client::new(&world.url());
    for path in ["/metrics", "/readyz"] {
        nobody.get(path).await.expect(200);
        for header in
            [("x-forwarded-for", "198.51.100.7"), ("x-forwarded-for", "rubbish"), ("forwarded", "for=192.0.2.1")]
        {
            assert_eq!(nobody.send(Method::GET, path, &[header], Vec::new()).await.code(), "not-found", "{header:?}");
        }
    }
    let alive = nobody.send(Method::GET, "/healthz", &[("x-forwarded-for", "198.51.100.7")], Vec::new()).await;
    assert_eq!(alive.status, 200);
    world.stop().await;
}

#[tokio::test]
async fn the_log_s_lines_name_their_request() {
    let folder = tempfile::tempdir().expect("a folder");
    let log = folder.path().join("stderr.log");
    let process = Process::start(&folder.path().join("data"), &log, None);
    let reply = Client::new(&process.base).get("/api/directory/me").await.expect(401);
    let id = reply.header("x-request-id").to_owned();
    drop(process);
    let log = std::fs::read_to_string(&log).expect("a log");
    let lines: Vec<&str> = log.lines().filter(|line| line.contains(&id)).collect();
    assert!(lines.iter().any(|line| line.contains("answered")), "{id} in {log}");
}

/// The request that led to each event of a kind about a subject.
async fn behind(world: &World, subject: Uuid, kind: &str) -> Vec<String> {
    let events = kit::log::of_subject(&world.ctx().db, subject).await.expect("the log");
    events.iter().filter(|event| event.kind() == kind).map(|event| event.request().to_string()).collect()
}

#[tokio::test]
async fn a_request_can_be_followed_through_every_service() {
    let world = world(EMBEDDED).await;
    let cast = Cast::assemble(world.ctx(), &world.url()).await;
    let referral = world.ctx().new_id();
    let sent = send(&world, &cast, referral).await;
    let case = read(&cast, referral, sent.images.len()).await;
    answer(&world, &cast, referral, &case).await;
    world.settle().await.expect("settled");
    let nil = Uuid::nil().to_string();
    let mut arrived = behind(&world, referral, "UploadSucceeded").await;
    let mut decoded = behind(&world, referral, "ImageReady").await;
    arrived.sort();
    decoded.sort();
    assert_eq!((arrived.len(), &arrived), (3, &decoded), "imaging goes on with the request that brought the picture");
    for kind in ["DraftStarted", "ReferralSubmitted", "AnswerGiven"] {
        let requests = behind(&world, referral, kind).await;
        assert!(requests.len() == 1 && requests[0] != nil && !arrived.contains(&requests[0]), "{kind}: {requests:?}");
    }
    let path = format!("/api/intake/referrals/{}", world.ctx().new_id());
    let draft = json!({ "version": 0, "practiceId": cast.practices[0].id, "content": {} });
    let reply = cast.gp.put(&path, draft).await.expect(200);
    let draft = path.rsplit('/').next().and_then(|id| id.parse().ok()).expect("an id");
    assert_eq!(behind(&world, draft, "DraftStarted").await, [reply.header("x-request-id")]);
    world.stop().await;
}
