//! A register of 5,000 practices from a file, with figures and six steps each, over HTTP and in one transaction: 40,000 rows and as
//! many events. Beside it the database's own floor: a transaction that adds as many rows of the same size, and nothing else.

use crate::{DEPLOYMENTS, figure, wanted};
use kit::Context;
use std::fmt::Write;
use std::time::Instant;
use tests::{Cast, world};
use uuid::Uuid;

/// The bench.
pub async fn run() {
    let (mut lines, count) = (Vec::new(), wanted("PRACTICES", 5000));
    for (name, deployment) in DEPLOYMENTS {
        let world = world(deployment).await;
        let cast = Cast::assemble(world.ctx(), &world.url()).await;
        assert!(world.settle().await.expect("settled").is_empty(), "nothing is parked");
        let first = register(count);
        let (checked, _) = send(&cast, "/dry-run", &first).await;
        let (imported, report) = send(&cast, "", &first).await;
        let began = Instant::now();
        assert!(world.settle().await.expect("settled").is_empty(), "nothing is parked");
        let settled = began.elapsed().as_secs_f64();
        assert_eq!(report["new"], count, "{report}");
        let (again, report) = send(&cast, "", &first).await;
        assert_eq!(report["unchanged"], count, "{report}");
        let (renamed, report) = send(&cast, "", &first.replace("SYNTHETIC ", "SYNTHETIC Ny ")).await;
        assert_eq!(report["changed"], count, "{report}");
        let floor = floor(world.ctx(), count).await;
        println!(
            "import-{name}: practices={count} bytes={} checked={checked:.2} s imported={imported:.2} s settled={settled:.2} s again={again:.2} s renamed={renamed:.2} s",
            first.len()
        );
        lines.push((format!("import-{name}"), imported, floor));
        world.stop().await;
    }
    figure::load();
    for (name, ours, peer) in lines {
        figure::line(&name, ours, peer, "s");
    }
}

fn register(count: usize) -> String {
    let mut file = "key;name;municipality;centrality;distance_km;opened_on;register_from;list_size;gps;staff;\
        offered;agreed;equipped;connected;trained;support_ended\n"
        .to_owned();
    for n in 0..count {
        let (place, class, distance) = (n % 350, 1 + n % 6, n % 900);
        let dates = "2025-01-05;2025-01-12;2025-02-01;2025-02-02;2025-02-03;2026-01-31";
        writeln!(file, "K{n};SYNTHETIC {n};Place {place};{class};{distance};2019-01-01;2026-01-01;{n};3;4;{dates}")
            .expect("text");
    }
    file
}

/// Seconds, and the report.
async fn send(cast: &Cast, what: &str, file: &str) -> (f64, serde_json::Value) {
    let (path, began) = (format!("/api/directory/import{what}"), Instant::now());
    let body = file.as_bytes().to_vec();
    let reply = cast.admin.send(http::Method::POST, &path, &[("content-type", "text/csv")], body).await.expect(200);
    (began.elapsed().as_secs_f64(), reply.json())
}

const TABLES: [&str; 2] = [
    "create table bench_row (id blob primary key, payload blob not null) strict",
    "create table bench_row (id uuid primary key, payload bytea not null)",
];

/// Seconds for rows and events of as many bytes, without rules, keys, sealing or HTTP.
async fn floor(ctx: &Context, count: usize) -> f64 {
    ctx.db.q(TABLES[usize::from(!ctx.db.is_sqlite())]).exec().await.expect("a table");
    let began = Instant::now();
    let mut tx = ctx.begin().await.expect("a transaction");
    for length in [120, 450] {
        let rows: Vec<(Uuid, usize)> = (0..count * 8).map(|_| (ctx.new_id(), length)).collect();
        let insert = "insert into bench_row (id, payload) values ($1, $2)";
        tx.each(insert, rows, |q, (id, length)| q.bind(id).bind(vec![7_u8; length])).await.expect("rows");
    }
    tx.commit().await.expect("committed");
    began.elapsed().as_secs_f64()
}
