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
            // When it was computed, and to which event: erasing is an event too.
            panel["computedAt"] = Value::Null;
            panel["logPosition"] = Value::Null;
            panel
        };
        assert!(world.settle().await.expect("settled").is_empty());
        let before = figures().await;
        let ctx = world.ctx();
        let mistyped = ctx.new_id();
        assert!(intake::erase(ctx, mistyped).await.is_err(), "an id of nothing is told, and nothing is destroyed");
        intake::erase(ctx, erased).await.expect("erased");
        intake::erase(ctx, erased).await.expect("a repeat changes nothing");
        assert!(world.settle().await.expect("settled").is_empty());
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
            let listed = who.get(list).await.expect(200).text();
            assert!(!listed.contains(&erased.to_string()), "{list} keeps no ghost: {listed}");
        }
        let inbox = cast.gp.get("/api/intake/referrals?tab=answers").await.expect(200).json();
        assert_eq!(inbox["counts"]["answers"], 1, "an erased answer is not counted as unread");
        cast.specialist.post(&format!("/api/review/cases/{erased}/claim"), json!({})).await.expect(404);
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
