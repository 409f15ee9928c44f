//! `claims-8`: eight specialists claim waiting cases at once through review's own store code, beside eight tasks that run a plain
//! UPDATE by key through the same [`kit::Db`]. The peer writes the same columns, so that both keep the same indexes; it looks at no
//! right, no state and no other claim.

use crate::{DEPLOYMENTS, figure, seed, wanted};
use kit::lease::Lease;
use kit::testing::World;
use kit::{At, Context};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;
use uuid::Uuid;

const CLAIMERS: usize = 8;
const BY_KEY: &str = "update review_case set claimed_at = $6, claimed_by = $2, claimed_name = $3, lease_token = $4, lease_expires_at = $5, listed = true where id = $1";

/// Who writes.
#[derive(Clone, Copy, PartialEq)]
enum Side {
    Ours,
    Peer,
}

/// The bench.
pub async fn run() {
    let (rounds, waiting) = (wanted("ROUNDS", 7), wanted("WAITING", 100_000));
    let mut lines = Vec::new();
    for (name, deployment) in DEPLOYMENTS {
        let portion = wanted("PORTION", if name == "sqlite" { 1_500 } else { 4_000 });
        assert!(rounds * portion * 2 <= waiting, "WAITING must be at least ROUNDS x PORTION x 2");
        let world =
            World::start(vec![review::service()], deployment, |_| ()).await.unwrap_or_else(|error| panic!("{error}"));
        let ctx = world.ctx();
        let department = seed::department(ctx, CLAIMERS).await;
        seed::cases(ctx, department.id, waiting).await;
        let ids: Vec<Uuid> = shuffled(ctx, department.id, waiting).await;
        let mut portions = ids.chunks(portion).map(<[Uuid]>::to_vec);
        let (mut ours, mut peer, mut ratios) = (Vec::new(), Vec::new(), Vec::new());
        for round in 0..rounds {
            // In turn, and each first as often as the other.
            let order = if round % 2 == 0 { [Side::Ours, Side::Peer] } else { [Side::Peer, Side::Ours] };
            let mut figures = [0.0; 2];
            for side in order {
                let portion = portions.next().expect("a portion of cases");
                figures[side as usize] = per_second(ctx, &department, portion, side).await;
            }
            println!("{name} round {round}: {:.0} claims/s, {:.0} updates/s", figures[0], figures[1]);
            ours.push(figures[0]);
            peer.push(figures[1]);
            ratios.push(figures[0] / figures[1]);
        }
        everything_claimed(ctx, rounds * portion * 2).await;
        println!("{name}: median of the rounds' ratios {:.2}", figure::median(&ratios));
        lines.push((format!("claims-8-{name}"), figure::median(&ours), figure::median(&peer)));
        world.stop().await;
    }
    figure::load();
    for (name, ours, peer) in lines {
        figure::line(&name, ours, peer, "/s");
    }
}

/// All ids, in an order that has nothing to do with the index.
async fn shuffled(ctx: &Context, department: Uuid, count: usize) -> Vec<Uuid> {
    let mut ids: Vec<Uuid> = seed::in_order(ctx, department, 0, count).await.into_iter().map(|row| row.2).collect();
    ids.sort_by_key(|id| kit::pictures::sha256(id.as_bytes()));
    ids
}

async fn per_second(ctx: &Context, department: &seed::Department, ids: Vec<Uuid>, side: Side) -> f64 {
    let (ids, next, began) = (Arc::new(ids), Arc::new(AtomicUsize::new(0)), Instant::now());
    let mut tasks = tokio::task::JoinSet::new();
    for (person, _) in &department.specialists {
        let (ctx, ids, next, person) = (ctx.clone(), Arc::clone(&ids), Arc::clone(&next), *person);
        tasks.spawn(async move {
            while let Some(id) = ids.get(next.fetch_add(1, Ordering::Relaxed)) {
                let (lease, now) = (Lease::take(&ctx, review::claim::LASTS), ctx.now());
                let done = match side {
                    Side::Ours => review::store::claim::take(&ctx.db, *id, person, "Dagny Synthetic", lease, now).await,
                    Side::Peer => by_key(&ctx, *id, person, lease, now).await,
                };
                assert!(done.expect("a write"), "a waiting case can be claimed");
            }
        });
    }
    while let Some(ended) = tasks.join_next().await {
        ended.expect("a claimer");
    }
    ids.len() as f64 / began.elapsed().as_secs_f64()
}

async fn by_key(ctx: &Context, id: Uuid, person: Uuid, lease: Lease, now: At) -> sqlx::Result<bool> {
    let name = "Dagny Synthetic".to_owned();
    let q = ctx.db.q(BY_KEY).bind(id).bind(person).bind(name).bind(lease.token).bind(lease.expires_at).bind(now);
    Ok(q.exec().await? == 1)
}

async fn everything_claimed(ctx: &Context, expected: usize) {
    let (claimed,): (i64,) =
        ctx.db.q("select count(*) from review_case where lease_token is not null").one().await.expect("a count");
    assert_eq!(claimed as usize, expected, "every claim stands");
}
