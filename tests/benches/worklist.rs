//! A million waiting referrals: the worklist's pages and badges at the service, beside a bare select of one page's ids by keyset
//! through the same [`kit::Db`]; then an office's list over 100,000 referrals and a subject's accesses among a million.
//!
//! That a page is one walk along an index is asserted on the plan of every statement; the times are figures.

use crate::figure::{self, Times};
use crate::{DEPLOYMENTS, lists, plan, seed, wanted};
use kit::testing::World;
use kit::{At, Context};
use std::time::Instant;
use tests::Client;
use uuid::Uuid;

const IDS: &str = "select id from review_case where department = $1 and listed = true and (priority_rank, due_at, id) > ($2, $3, $4) order by priority_rank, due_at, id limit 51";
/// A place in the order.
type Place = (i64, At, Uuid);

/// The bench.
pub async fn run() {
    let waiting = wanted("WAITING", 1_000_000);
    let mut lines = Vec::new();
    for (name, deployment) in DEPLOYMENTS {
        let world =
            World::start(lysbro::services(), deployment, |_| ()).await.unwrap_or_else(|error| panic!("{error}"));
        let ctx = world.ctx();
        let department = seed::department(ctx, 2).await;
        seed::cases(ctx, department.id, waiting).await;
        seed::pictures(ctx).await;
        let client = Client::new(&world.url());
        let (person, cookie) = &department.specialists[0];
        some_are_special(ctx, department.id, *person, waiting).await;
        plans(name, ctx, department.id, *person).await;
        for (page, from) in [("first", 0), ("deep", waiting / 2), ("last", waiting - 60)] {
            let after = place(ctx, department.id, from).await;
            let path = format!("/api/review/worklist?cursor={}", cursor(after));
            lines.push(
                compared(&format!("worklist-{page}-{name}"), ctx, &client, cookie, &path, department.id, after).await,
            );
        }
        for filter in ["mine", "unclaimed", "urgent", "returned"] {
            let path = format!("/api/review/worklist?filter={filter}");
            let after = place(ctx, department.id, 0).await;
            lines.push(
                compared(&format!("worklist-{filter}-{name}"), ctx, &client, cookie, &path, department.id, after).await,
            );
        }
        lines.extend(lists::office(name, ctx, &client).await);
        lines.push(lists::accesses(name, ctx).await);
        world.stop().await;
    }
    figure::load();
    for (name, ours, peer) in lines {
        figure::line(&name, ours, peer, "ms");
    }
}

/// Some cases are claimed and some returned, far down the list, where a filter without an index has a long way to go.
async fn some_are_special(ctx: &Context, department: Uuid, person: Uuid, waiting: usize) {
    let rows = seed::in_order(ctx, department, waiting - 200, 60).await;
    let ids: Vec<Uuid> = rows.into_iter().map(|row| row.2).collect();
    for id in &ids[..30] {
        let lease = kit::lease::Lease::take(ctx, review::claim::LASTS);
        assert!(
            review::store::claim::take(&ctx.db, *id, person, "Dagny Synthetic", lease, ctx.now())
                .await
                .expect("a claim")
        );
    }
    for id in &ids[30..] {
        ctx.db.q("update review_case set state = 'returned' where id = $1").bind(*id).exec_one().await.expect("a case");
    }
    seed::fill(ctx, &ids).await;
    seed::analyse(ctx).await;
}

/// The place before the row number `from`, whose page can be opened.
async fn place(ctx: &Context, department: Uuid, from: usize) -> Place {
    let rows = seed::in_order(ctx, department, from.saturating_sub(1), 60).await;
    seed::fill(ctx, &rows.iter().map(|row| row.2).collect::<Vec<_>>()).await;
    if from == 0 { (-1, At::from_micros(0), Uuid::nil()) } else { rows[0] }
}

fn cursor((rank, due_at, id): Place) -> String {
    review::worklist::Place { rank, due_at, id }.to_cursor()
}

async fn plans(name: &str, ctx: &Context, department: Uuid, person: Uuid) {
    let service = review::service();
    let filters = ["EVERY_ROW", "ROWS_MINE", "ROWS_UNCLAIMED", "ROWS_URGENT", "ROWS_RETURNED"];
    for statement in filters {
        let text = plan::statement(&service, statement, "review_case");
        let (rank, due, id) = place(ctx, department, 1000).await;
        let steps = plan::steps(&ctx.db, text, |q| {
            let q = q.bind(department).bind(person).bind(ctx.now()).bind(String::new());
            q.bind(rank).bind(due).bind(id).bind(51_i64)
        })
        .await;
        plan::assert_index_scan(&format!("{name} worklist {statement}"), &steps, statement == "ROWS_MINE");
    }
    // The coordinator's board has counts too.
    let counts = plan::statement(&service, "COUNTS", " counted)");
    let steps =
        plan::steps(&ctx.db, counts, |q| q.bind(department).bind(person).bind(ctx.now()).bind(String::new())).await;
    plan::assert_index_scan(&format!("{name} worklist COUNTS"), &steps, true);
}

/// The page at the service in turn with the bare ids; medians.
async fn compared(
    name: &str,
    ctx: &Context,
    client: &Client,
    cookie: &str,
    path: &str,
    department: Uuid,
    (rank, due, id): Place,
) -> (String, f64, f64) {
    let (mut ours, mut peer) = (Times::default(), Times::default());
    for round in 0..wanted("PAGES", 60) {
        let began = Instant::now();
        let reply = client.send(http::Method::GET, path, &[("cookie", cookie)], Vec::new()).await.expect(200);
        if round >= 5 {
            ours.add(began.elapsed());
        }
        let shown = reply.json()["items"].as_array().map_or(0, Vec::len);
        assert!(shown >= 30, "{name} shows {shown} rows");
        let began = Instant::now();
        let ids: Vec<(Uuid,)> = ctx.db.q(IDS).bind(department).bind(rank).bind(due).bind(id).all().await.expect("ids");
        if round >= 5 {
            peer.add(began.elapsed());
        }
        assert!(ids.len() > 30);
    }
    println!(
        "{name}: service p50={:.2} ms p95={:.2} ms; ids p50={:.2} ms p95={:.2} ms",
        ours.p50(),
        ours.p95(),
        peer.p50(),
        peer.p95()
    );
    (name.to_owned(), ours.p50(), peer.p50())
}
