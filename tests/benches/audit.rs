//! What the access log costs a reader: the same case read at a service that waits until the read is recorded, and in turn at one
//! that records nothing.

use crate::figure::Times;
use crate::{DEPLOYMENTS, seed, wanted};
use kit::testing::World;
use std::sync::Arc;
use std::time::Instant;
use tests::Client;
use uuid::Uuid;

/// A service with some cases.
struct Place {
    world: World,
    client: Client,
    cookie: String,
    cases: Arc<Vec<Uuid>>,
}

impl Place {
    async fn open(world: World) -> Self {
        let ctx = world.ctx();
        let department = seed::department(ctx, 1).await;
        seed::cases(ctx, department.id, 100).await;
        let cases: Vec<Uuid> = seed::in_order(ctx, department.id, 0, 100).await.into_iter().map(|row| row.2).collect();
        seed::fill(ctx, &cases).await;
        let (client, cookie) = (Client::new(&world.url()), department.specialists[0].1.clone());
        Self { world, client, cookie, cases: Arc::new(cases) }
    }

    /// Reads by so many readers at once.
    async fn read(&self, readers: usize, reads: usize) -> Times {
        let mut tasks = tokio::task::JoinSet::new();
        for reader in 0..readers {
            let (client, cookie, cases) = (self.client.clone(), self.cookie.clone(), Arc::clone(&self.cases));
            tasks.spawn(async move {
                let mut times = Times::default();
                for read in 0..reads {
                    let path = format!("/api/review/cases/{}", cases[(reader * 7 + read) % cases.len()]);
                    let began = Instant::now();
                    client.send(http::Method::GET, &path, &[("cookie", &cookie)], Vec::new()).await.expect(200);
                    times.add(began.elapsed());
                }
                times
            });
        }
        let mut all = Times::default();
        while let Some(times) = tasks.join_next().await {
            all.join(times.expect("a reader"));
        }
        all
    }
}

/// On both deployments, one reader and sixteen.
pub async fn run() -> Vec<(String, f64, f64)> {
    let mut lines = Vec::new();
    for (name, deployment) in DEPLOYMENTS {
        let start = |error: kit::Error| panic!("{error}");
        let recorded = World::start(lysbro::services(), deployment, |_| ()).await.unwrap_or_else(start);
        let unrecorded = World::start_unrecorded(lysbro::services(), deployment, |_| ()).await.unwrap_or_else(start);
        let (recorded, unrecorded) = (Place::open(recorded).await, Place::open(unrecorded).await);
        for readers in [1, 16] {
            let (mut ours, mut peer) = (Times::default(), Times::default());
            for _ in 0..wanted("ROUNDS", 7) {
                ours.join(recorded.read(readers, 40).await);
                peer.join(unrecorded.read(readers, 40).await);
            }
            println!(
                "audit-{readers}-{name}: recorded p50={:.2} p95={:.2} ms; unrecorded p50={:.2} p95={:.2} ms; {:.2} ms per read",
                ours.p50(),
                ours.p95(),
                peer.p50(),
                peer.p95(),
                ours.p50() - peer.p50()
            );
            lines.push((format!("audit-{readers}-{name}"), ours.p50(), peer.p50()));
        }
        let (groups, broken) = recorded.world.ctx().audit.verify().await.expect("a walk");
        assert!(groups > 0 && broken.is_empty(), "the access log stands");
        recorded.world.stop().await;
        unrecorded.world.stop().await;
    }
    lines
}
