//! What the readers of the log cost a commit that concerns none of them or few: transactions with one event each, beside the same
//! in a process without any service.

use crate::{DEPLOYMENTS, figure, wanted};
use kit::Context;
use kit::testing::World;
use proto::intake::DraftStarted;
use std::time::Instant;

/// On both deployments: commits per second.
pub async fn run() -> Vec<(String, f64, f64)> {
    let mut lines = Vec::new();
    for (name, deployment) in DEPLOYMENTS {
        let start = |error: kit::Error| panic!("{error}");
        let served = World::start(lysbro::services(), deployment, |_| ()).await.unwrap_or_else(start);
        let alone = World::start(Vec::new(), deployment, |_| ()).await.unwrap_or_else(start);
        let (mut ours, mut peer) = (Vec::new(), Vec::new());
        for _ in 0..wanted("ROUNDS", 7) {
            ours.push(commits(served.ctx()).await);
            peer.push(commits(alone.ctx()).await);
        }
        assert!(served.settle().await.expect("settled").is_empty());
        lines.push((format!("offsets-{name}"), figure::median(&ours), figure::median(&peer)));
        served.stop().await;
        alone.stop().await;
    }
    lines
}

async fn commits(ctx: &Context) -> f64 {
    let (began, count) = (Instant::now(), 200);
    for _ in 0..count {
        let mut tx = ctx.begin().await.expect("a transaction");
        ctx.publish(&mut tx, ctx.about(ctx.new_id(), None), &DraftStarted {}).await.expect("published");
        tx.commit().await.expect("a commit");
    }
    f64::from(count) / began.elapsed().as_secs_f64()
}
