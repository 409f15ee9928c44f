//! A referral's whole way, on SQLite with the store in the process and on PostgreSQL with the store over TCP.

use kit::testing::{DEPLOYMENTS, Engine, Reach};
use serde_json::{Value, json};
use tests::{Cast, Client, Layout, Stage, asked_again, eventually, jpeg, world};
use time::Duration;
use uuid::Uuid;

#[tokio::test]
async fn a_referral_goes_and_an_answer_comes_back_on_the_embedded_default() {
    whole_journey(DEPLOYMENTS[0]).await;
}

#[tokio::test]
async fn a_referral_goes_and_an_answer_comes_back_on_postgres_and_tcp() {
    whole_journey(DEPLOYMENTS[1]).await;
}

async fn whole_journey(deployment: (Engine, Reach)) {
    let world = world(deployment).await;
    let cast = Cast::assemble(world.ctx(), &world.url()).await;
    there_and_back(&world, &cast).await;
    world.stop().await;
}

async fn there_and_back(stage: &impl Stage, cast: &Cast) {
    let referral = stage.ctx().new_id();
    let sent = send(stage, cast, referral).await;
    let case = read(cast, referral, sent.images.len()).await;
    answer(stage, cast, referral, &case).await;
    answer_arrives(cast, referral).await;
    manager_sees(cast, 1).await;
    assert!(stage.settled().await, "nothing is parked");
    assert!(kit::log::verify_chain(&stage.ctx().db).await.expect("a walk").broken.is_empty());
    let read = stage.ctx().audit.of_subject(referral).await.expect("accesses");
    assert!(read.iter().any(|one| one.what.starts_with("image")), "looking at pictures is recorded: {read:?}");
}

/// The same through the proxy to two replicas of every service in processes of their own.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn journeys_pass_while_one_replica_after_the_other_is_killed() {
    let seed = std::env::var("SEED").ok().and_then(|text| text.parse().ok()).unwrap_or_else(rand_seed);
    let layout = Layout::start(2).await;
    // Before anybody is killed: a link opens once, so one whose answer is lost on the way has to be asked for anew.
    let cast = Cast::assemble(layout.ctx(), &layout.url()).await;
    let storm = layout.storm(seed);
    there_and_back(&layout, &cast).await;
    more_asked_for(&layout, &cast).await;
    manager_sees(&cast, 2).await;
    let away = storm.stop().await;
    let longest = away.iter().max().copied().unwrap_or_default();
    println!(
        "storm: kills={} seed={seed}; a killed replica was away for at most {:.2} s; clients asked again {} times",
        away.len(),
        longest.as_secs_f64(),
        asked_again()
    );
    assert!(away.len() >= 5, "it was a storm: {away:?}");
    let (verified, said) = layout.script(&["run", "verify"]);
    assert!(verified, "{said}");
}

fn rand_seed() -> u64 {
    std::time::UNIX_EPOCH.elapsed().map_or(1, |since| since.subsec_nanos().into())
}

/// A referral on its way.
pub struct Sent {
    /// Its pictures with the bytes that were sent.
    pub images: Vec<(Uuid, Vec<u8>)>,
}

/// The nurse drafts and photographs; the GP sends.
pub async fn send(stage: &impl Stage, cast: &Cast, referral: Uuid) -> Sent {
    let (finding, path) = (stage.ctx().new_id(), format!("/api/intake/referrals/{referral}"));
    let draft = json!({ "version": 0, "practiceId": cast.practices[0].id, "content": cast.content(finding) });
    let saved = cast.nurse.put(&path, draft).await.expect(200).json();
    let mut images = Vec::new();
    for (seed, view) in [(1, "overview"), (2, "close-up"), (3, "dermoscopic")] {
        let picture = jpeg(1200, 900, seed);
        let (image, reply) = cast.nurse.upload(referral, Some(finding), view, &picture).await;
        assert_eq!(reply.status, 204, "{}", reply.text());
        images.push((image, picture));
    }
    eventually("pictures ready", async || {
        let draft = cast.nurse.get(&path).await.expect(200).json();
        let ready = draft["images"].as_array()?.iter().all(|image| image["state"] == "ready");
        ready.then_some(())
    })
    .await;
    let submit = json!({ "version": saved["version"] });
    let receipt = cast.gp.post(&format!("{path}/submit"), submit.clone()).await.expect(200).json();
    let again = cast.gp.post(&format!("{path}/submit"), submit).await.expect(200).json();
    assert_eq!(receipt, again, "a repeat gives the same receipt");
    for (image, picture) in &images {
        let hash = hex::encode(kit::pictures::sha256(picture));
        let listed = receipt["images"].as_array().expect("images").iter().find(|one| one["id"] == json!(image));
        assert_eq!(listed.expect("the picture is named")["sha256"], json!(hash));
        let original = cast.gp.get(&format!("/api/intake/images/{image}/original")).await.expect(200);
        assert_eq!(&original.bytes, picture, "the original is the very bytes that were sent");
    }
    Sent { images }
}

/// The specialist finds the case, starts reading, and looks at every picture.
pub async fn read(cast: &Cast, referral: Uuid, pictures: usize) -> Value {
    let row = eventually("the case on the worklist", async || {
        let list = cast.specialist.get("/api/review/worklist?filter=unclaimed").await.expect(200).json();
        list["items"].as_array()?.iter().find(|row| row["id"] == json!(referral)).cloned()
    })
    .await;
    assert_eq!(row["imageCount"], json!(pictures));
    let path = format!("/api/review/cases/{referral}");
    let claim = cast.specialist.post(&format!("{path}/claim"), json!({})).await.expect(200).json();
    let second = cast.colleague.post(&format!("{path}/claim"), json!({})).await.expect(409);
    assert_eq!(second.code(), "claimed-by-other");
    cast.elsewhere.get(&path).await.expect(404);
    cast.stranger.get(&format!("/api/intake/referrals/{referral}")).await.expect(404);
    let mut case = eventually("every picture ready", async || {
        let case = cast.specialist.get(&path).await.expect(200).json();
        case["images"].as_array()?.iter().all(|image| image["state"] == "ready").then_some(case)
    })
    .await;
    assert_eq!(case["patient"]["name"], "Kari SYNTHETIC");
    for image in case["images"].as_array().expect("images") {
        let id = image["id"].as_str().expect("an id");
        for longest in ["160", "512", "2048"] {
            let picture = cast.specialist.get(&format!("/api/review/images/{id}/{longest}")).await.expect(200);
            assert_eq!(picture.header("content-type"), "image/jpeg");
        }
        let shown = json!({ "token": claim["token"], "imageId": id });
        cast.specialist.post(&format!("{path}/shown"), shown).await.expect(204);
    }
    case["token"] = claim["token"].clone();
    case
}

/// Signs, undoes, signs again; after ten seconds it is gone to the office.
pub async fn answer(stage: &impl Stage, cast: &Cast, referral: Uuid, case: &Value) {
    let path = format!("/api/review/cases/{referral}");
    let finding = &case["findings"][0]["id"];
    let content = json!({ "summary": "Excise.", "findings": [{ "findingId": finding, "diagnosis": "Dysplastic naevus",
        "certainty": "probable", "disposition": "gp-procedure", "plan": "Excise with 2 mm margin." }],
        "tellsPatient": "practice", "books": "practice" });
    let sign = json!({ "token": case["token"], "content": content });
    cast.specialist.post(&format!("{path}/answer"), sign.clone()).await.expect(200);
    cast.specialist.post(&format!("{path}/answer/undo"), json!({ "token": case["token"] })).await.expect(204);
    cast.specialist.post(&format!("{path}/answer"), sign).await.expect(200);
    stage.pass(Duration::seconds(11)).await;
    eventually("the answer released", async || {
        let case = cast.specialist.get(&path).await.expect(200).json();
        case["answers"].as_array().filter(|answers| answers.len() == 1).map(|_| ())
    })
    .await;
    let late = cast.specialist.post(&format!("{path}/answer/undo"), json!({ "token": case["token"] })).await;
    assert_eq!(late.status, 409, "{}", late.text());
}

async fn answer_arrives(cast: &Cast, referral: Uuid) {
    let path = format!("/api/intake/referrals/{referral}");
    let answered = eventually("the answer at the office", async || {
        let referral = cast.gp.get(&path).await.expect(200).json();
        (referral["state"] == "answered").then_some(referral)
    })
    .await;
    assert_eq!(answered["answer"]["findings"][0]["diagnosis"], "Dysplastic naevus");
    let inbox = cast.nurse.get("/api/intake/referrals?tab=answers").await.expect(200).json();
    assert_eq!(inbox["items"][0]["id"], json!(referral));
    for _ in 0..2 {
        let body = json!({ "answerId": answered["answer"]["id"] });
        cast.gp.post(&format!("{path}/acknowledge"), body).await.expect(204);
    }
    let inbox = cast.nurse.get("/api/intake/referrals?tab=answers").await.expect(200).json();
    assert_eq!(inbox["counts"]["answers"], 0);
}

/// Waits until the programme counts `referrals`, and checks that silence is a zero.
pub async fn manager_sees(cast: &Cast, referrals: u64) {
    let panel = eventually("the programme's count", async || {
        let panel = cast.manager.get("/api/uptake/practices").await.expect(200).json();
        (panel["totals"]["referrals"] == json!(referrals)).then_some(panel)
    })
    .await;
    let row = |name: &str| panel["practices"].as_array().expect("rows").iter().find(|row| row["name"] == name).cloned();
    assert_eq!(row(cast.practices[0].name).expect("the user")["referrals"], json!(referrals));
    assert_eq!(row(cast.practices[1].name).expect("the silent one")["referrals"], 0);
    assert_eq!(panel["totals"]["equipped"], 2);
    let csv = cast.manager.get("/api/uptake/practices.csv").await.expect(200);
    assert_eq!(csv.text().lines().count(), 3, "a header and every practice: {}", csv.text());
    let practices: [&Client; 3] = [&cast.gp, &cast.specialist, &cast.stranger];
    for outsider in practices {
        outsider.get("/api/uptake/practices").await.expect(404);
    }
}

#[tokio::test]
async fn more_is_asked_for_and_supplied() {
    for deployment in DEPLOYMENTS {
        let world = world(deployment).await;
        let cast = Cast::assemble(world.ctx(), &world.url()).await;
        more_asked_for(&world, &cast).await;
        world.stop().await;
    }
}

async fn more_asked_for(stage: &impl Stage, cast: &Cast) {
    let referral = stage.ctx().new_id();
    let sent = send(stage, cast, referral).await;
    let case = read(cast, referral, sent.images.len()).await;
    let path = format!("/api/review/cases/{referral}");
    let ask = json!({ "token": case["token"], "wants": "better-images", "text": "A sharper close-up, please." });
    cast.specialist.post(&format!("{path}/information-request"), ask).await.expect(204);
    let mine = format!("/api/intake/referrals/{referral}");
    let question = eventually("the question at the office", async || {
        let referral = cast.nurse.get(&mine).await.expect(200).json();
        (referral["state"] == "awaiting-information").then(|| referral["questions"][0]["id"].clone())
    })
    .await;
    let (image, reply) = cast.nurse.upload(referral, None, "close-up", &jpeg(1300, 900, 9)).await;
    assert_eq!(reply.status, 204, "{}", reply.text());
    let supply = json!({ "questionId": question, "text": "Here it is.", "imageIds": [image] });
    cast.nurse.post(&format!("{mine}/information"), supply.clone()).await.expect(204);
    cast.nurse.post(&format!("{mine}/information"), supply).await.expect(204);
    eventually("the case returned", async || {
        let list = cast.specialist.get("/api/review/worklist?filter=returned").await.expect(200).json();
        list["items"].as_array()?.iter().any(|row| row["id"] == json!(referral)).then_some(())
    })
    .await;
    let case = read(cast, referral, sent.images.len() + 1).await;
    answer(stage, cast, referral, &case).await;
    answer_arrives(cast, referral).await;
    assert!(stage.settled().await, "nothing is parked");
}
