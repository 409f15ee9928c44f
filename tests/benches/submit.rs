//! Submissions over HTTP to one process, beside the database's own floor: a transaction that changes and adds as many rows of the
//! same size through the same [`kit::Db`]. Then, apart, what the access log and the readers of the log cost.

use crate::figure::{self, Times};
use crate::{DEPLOYMENTS, audit, offsets, wanted};
use kit::Context;
use kit::testing::World;
use serde_json::json;
use std::sync::Arc;
use std::time::Instant;
use tests::{Cast, Client, jpeg, world};
use uuid::Uuid;

/// The bench.
pub async fn run() {
    let (mut latencies, mut rates) = (Vec::new(), Vec::new());
    for (name, deployment) in DEPLOYMENTS {
        let world = world(deployment).await;
        let cast = Cast::assemble(world.ctx(), &world.url()).await;
        floor_tables(world.ctx()).await;
        let (rounds, each) = (wanted("ROUNDS", 7), wanted("PORTION", 24));
        let mut drafts = drafts(&world, &cast, rounds * each * 2).await.into_iter();
        for at_once in [1, 8] {
            let (mut ours, mut peer) = (Times::default(), Times::default());
            let (mut our_rates, mut peer_rates) = (Vec::new(), Vec::new());
            for _ in 0..rounds {
                let portion: Vec<(Uuid, i64)> = drafts.by_ref().take(each).collect();
                our_rates.push(submissions(&cast.gp, portion, at_once, &mut ours).await);
                peer_rates.push(floor(world.ctx(), each, at_once, &mut peer).await);
            }
            println!(
                "submit-{at_once}-{name}: p50={:.2} p95={:.2} ms; floor p50={:.2} p95={:.2} ms",
                ours.p50(),
                ours.p95(),
                peer.p50(),
                peer.p95()
            );
            latencies.push((format!("submit-{at_once}-p50-{name}"), ours.p50(), peer.p50()));
            rates.push((format!("submit-{at_once}-{name}"), figure::median(&our_rates), figure::median(&peer_rates)));
        }
        let (sent,): (i64,) = world
            .ctx()
            .db
            .q("select count(*) from intake_referral where state = 'submitted'")
            .one()
            .await
            .expect("a count");
        assert_eq!(sent as usize, rounds * each * 2, "every submission stands");
        assert!(world.settle().await.expect("settled").is_empty(), "nothing is parked");
        world.stop().await;
    }
    let (offsets, audit) = (offsets::run().await, audit::run().await);
    figure::load();
    for (name, ours, peer) in latencies.into_iter().chain(audit) {
        figure::line(&name, ours, peer, "ms");
    }
    for (name, ours, peer) in rates.into_iter().chain(offsets) {
        figure::line(&name, ours, peer, "/s");
    }
}

/// Complete drafts with a picture each, and their versions.
async fn drafts(world: &World, cast: &Cast, count: usize) -> Vec<(Uuid, i64)> {
    let (picture, mut drafts) = (jpeg(320, 240, 5), Vec::new());
    for _ in 0..count {
        let (referral, finding) = (world.ctx().new_id(), world.ctx().new_id());
        let path = format!("/api/intake/referrals/{referral}");
        let draft = json!({ "version": 0, "practiceId": cast.practices[0].id, "content": cast.content(finding) });
        let saved = cast.gp.put(&path, draft).await.expect(200).json();
        let (_, reply) = cast.gp.upload(referral, Some(finding), "endoscopic", &picture).await;
        assert_eq!(reply.status, 204, "{}", reply.text());
        drafts.push((referral, saved["version"].as_i64().expect("a version")));
    }
    assert!(world.settle().await.expect("settled").is_empty(), "nothing is parked");
    drafts
}

/// Sends them, so many at once; submissions per second.
async fn submissions(gp: &Client, drafts: Vec<(Uuid, i64)>, at_once: usize, times: &mut Times) -> f64 {
    let (began, count) = (Instant::now(), drafts.len());
    let mut tasks = tokio::task::JoinSet::new();
    let drafts = Arc::new(tokio::sync::Mutex::new(drafts));
    for _ in 0..at_once {
        let (gp, drafts) = (gp.clone(), Arc::clone(&drafts));
        tasks.spawn(async move {
            let mut times = Times::default();
            loop {
                let Some((referral, version)) = drafts.lock().await.pop() else { return times };
                let began = Instant::now();
                let path = format!("/api/intake/referrals/{referral}/submit");
                gp.post(&path, json!({ "version": version })).await.expect(200);
                times.add(began.elapsed());
            }
        });
    }
    while let Some(done) = tasks.join_next().await {
        times.join(done.expect("a sender"));
    }
    count as f64 / began.elapsed().as_secs_f64()
}

const TABLES: [&str; 2] = [
    "create table bench_row (id blob primary key, payload blob not null) strict; create table bench_head (one integer primary key, number integer not null) strict; insert into bench_head values (1, 0)",
    "create table bench_row (id uuid primary key, payload bytea not null); create table bench_head (one bigint primary key, number bigint not null); insert into bench_head values (1, 0)",
];

async fn floor_tables(ctx: &Context) {
    for text in TABLES[usize::from(!ctx.db.is_sqlite())].split("; ") {
        ctx.db.q(text.to_owned().leak()).exec().await.expect("a table");
    }
}

/// What a submission writes, without rules, keys, sealing, events or HTTP: four rows of its own and the head twice.
async fn floor(ctx: &Context, count: usize, at_once: usize, times: &mut Times) -> f64 {
    let began = Instant::now();
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..at_once {
        let (ctx, each) = (ctx.clone(), count / at_once);
        tasks.spawn(async move {
            let mut times = Times::default();
            for _ in 0..each {
                let began = Instant::now();
                write(&ctx).await.expect("written");
                times.add(began.elapsed());
            }
            times
        });
    }
    while let Some(done) = tasks.join_next().await {
        times.join(done.expect("a writer"));
    }
    (count / at_once * at_once) as f64 / began.elapsed().as_secs_f64()
}

async fn write(ctx: &Context) -> sqlx::Result<()> {
    let mut tx = ctx.begin().await?;
    for length in [900, 400, 150, 2_000] {
        let insert = "insert into bench_row (id, payload) values ($1, $2)";
        tx.q(insert).bind(ctx.new_id()).bind(vec![7_u8; length]).exec_one().await?;
    }
    for _ in 0..2 {
        tx.q("update bench_head set number = number + 1 where one = 1").exec_one().await?;
    }
    tx.commit().await
}
