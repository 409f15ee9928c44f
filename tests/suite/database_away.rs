//! The database goes away for a while (nobody listens, silence, resets, answers cut short): no 2xx without a commit, serving
//! again by itself, nothing lost and nothing twice.

use kit::testing::{DEPLOYMENTS, World};
use serde_json::{Value, json};
use std::net::ToSocketAddrs;
use std::time::{Duration, Instant};
use tests::{Cast, FaultProxy, Mode, Toward, eventually, program};
use uuid::Uuid;

const WAYS: [(&str, Mode); 4] = [
    ("refused", Mode::Refuse),
    ("silent", Mode::Silent),
    ("reset", Mode::Reset(Toward::Server, 300)),
    ("answers cut", Mode::Cut(Toward::Client, 200)),
];
const AWAY: Duration = Duration::from_secs(2);

/// The same database by way of the proxy.
fn through(url: &str, line: &mut Option<FaultProxy>) -> String {
    let after = url.split_once('@').expect("a login").1;
    let server = after.split(['/', '?']).next().expect("an address");
    let line = line.get_or_insert_with(|| {
        FaultProxy::start(server.to_socket_addrs().expect("an address").next().expect("an address"))
    });
    url.replace(server, &line.address().to_string())
}

#[tokio::test]
async fn the_database_goes_away_and_nothing_acknowledged_is_lost() {
    let mut line = None;
    let world = World::start(lysbro::services(), DEPLOYMENTS[1], |settings| {
        settings.synthetic = true;
        settings.decoder = vec![program(), "decode".into()];
        for url in [&mut settings.database_url, &mut settings.keys_url, &mut settings.audit_url] {
            *url = through(url, &mut line);
        }
    })
    .await
    .expect("a world");
    let line = line.expect("a line");
    let cast = Cast::assemble(world.ctx(), &world.url()).await;
    let mut kept: Vec<(Uuid, String)> = Vec::new();
    let mut unanswered = 0;
    let mut longest_return = Duration::ZERO;
    for (name, way) in WAYS {
        save(&world, &cast, &mut kept).await.expect("it is there");
        line.set(way);
        let began = Instant::now();
        while began.elapsed() < AWAY {
            let texts = [format!("{name}, one"), format!("{name}, two")];
            let saved = tokio::join!(save_one(&world, &cast, &texts[0]), save_one(&world, &cast, &texts[1]));
            for saved in [saved.0, saved.1] {
                match saved {
                    Ok(acknowledged) => kept.push(acknowledged),
                    Err(()) => unanswered += 1,
                }
            }
        }
        line.set(Mode::Pass);
        let back = Instant::now();
        while save(&world, &cast, &mut kept).await.is_err() {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        longest_return = longest_return.max(back.elapsed());
    }
    let mut lost = 0;
    for (id, text) in &kept {
        let there = cast.gp.get(&format!("/api/intake/referrals/{id}")).await.json();
        lost += usize::from(there["content"]["history"] != json!(text));
    }
    eventually("the office's list", async || {
        (cast.gp.get("/api/intake/referrals?tab=drafts").await.status == 200).then_some(())
    })
    .await;
    assert!(world.settle().await.expect("settled").is_empty(), "an outage parks nothing");
    let (drafts, facts): (i64, i64) = world
        .ctx()
        .db
        .q("select (select count(*) from log_event where kind = 'DraftStarted'), (select count(*) from uptake_fact where kind = 'DraftStarted')")
        .one()
        .await
        .expect("counts");
    println!(
        "database modes={} acknowledged={} refused={unanswered} lost={lost} drafts={drafts} use_facts={facts} longest_return_s={:.1}",
        WAYS.len(),
        kept.len(),
        longest_return.as_secs_f64()
    );
    assert!(unanswered > 0, "the database was never away");
    assert_eq!(lost, 0);
    assert_eq!(drafts, facts, "every draft is counted once");
    assert!(drafts >= kept.len() as i64);
    assert!(kit::log::verify_chain(&world.ctx().db).await.expect("a walk").broken.is_empty());
    world.stop().await;
}

async fn save(world: &World, cast: &Cast, kept: &mut Vec<(Uuid, String)>) -> Result<(), ()> {
    kept.push(save_one(world, cast, "in good times").await?);
    Ok(())
}

/// Saves a new draft. `Err` when it was not acknowledged, which must be said in words.
async fn save_one(world: &World, cast: &Cast, text: &str) -> Result<(Uuid, String), ()> {
    let (id, finding) = (world.ctx().new_id(), world.ctx().new_id());
    let mut content: Value = cast.content(finding);
    content["history"] = json!(text);
    let body = json!({ "version": 0, "practiceId": cast.practices[0].id, "content": content });
    let path = format!("/api/intake/referrals/{id}");
    let reply =
        tokio::time::timeout(Duration::from_secs(90), cast.nurse.put(&path, body)).await.expect("no request hangs");
    if reply.status == 200 {
        return Ok((id, text.to_owned()));
    }
    assert!(matches!(reply.status.as_u16(), 500 | 503), "{}", reply.text());
    assert_eq!(reply.header("content-type"), "application/problem+json");
    Err(())
}
