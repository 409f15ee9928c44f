//! Destroying a referral's key leaves nothing readable, and every projection rebuilds to the same figures.

use crate::journey::{answer, manager_sees, read, send};
use kit::testing::DEPLOYMENTS;
use serde_json::{Value, json};
use tests::{Cast, world};

#[tokio::test]
async fn an_erased_referral_is_unreadable_and_the_figures_stay() {
    for deployment in DEPLOYMENTS {
        let world = world(deployment).await;
        let cast = Cast::assemble(world.ctx(), &world.url()).await;
        let (erased, kept) = (world.ctx().new_id(), world.ctx().new_id());
        for referral in [erased, kept] {
            let sent = send(&world, &cast, referral).await;
            let case = read(&cast, referral, sent.images.len()).await;
            answer(&world, &cast, referral, &case).await;
        }
        manager_sees(&cast, 2).await;
        let figures = async || {
            let mut panel = cast.manager.get("/api/uptake/practices").await.expect(200).json();
            panel["computedAt"] = Value::Null;
            panel
        };
        assert!(world.settle().await.expect("settled").is_empty());
        let before = figures().await;
        let ctx = world.ctx();
        ctx.keys.destroy(erased).await.expect("destroyed");
        for (who, path) in [
            (&cast.gp, format!("/api/intake/referrals/{erased}")),
            (&cast.specialist, format!("/api/review/cases/{erased}")),
        ] {
            let reply = who.get(&path).await;
            assert!(!reply.text().contains("Kari") && !reply.text().contains("excision"), "{path}: {}", reply.text());
        }
        let still = cast.gp.get(&format!("/api/intake/referrals/{kept}")).await.expect(200);
        assert_eq!(still.json()["content"]["patient"]["name"], "Kari SYNTHETIC");
        let lists = [(&cast.gp, "/api/intake/referrals?tab=answers"), (&cast.specialist, "/api/review/worklist")];
        for (who, list) in lists {
            assert!(who.get(list).await.status.is_success(), "one erased case does not break {list}");
        }
        let services = lysbro::services();
        for consumer in services.iter().flat_map(|service| &service.consumers).filter(|one| !one.reset.is_empty()) {
            kit::log::rebuild(ctx, consumer).await.unwrap_or_else(|error| panic!("{}: {error}", consumer.name));
        }
        assert!(world.settle().await.expect("settled").is_empty(), "an erased event is never parked");
        assert_eq!(figures().await, before, "the same figures from zero");
        let panel = figures().await;
        assert_eq!(panel["totals"]["referrals"], json!(2));
        world.stop().await;
    }
}
