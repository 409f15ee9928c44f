//! A practice's quotas are exact, in parallel too, on both deployments; what was typed before stays as it is.

use http::Method;
use kit::testing::{DEPLOYMENTS, World};
use serde_json::json;
use tests::{Cast, Reply, Upload, program};
use uuid::Uuid;

const DRAFTS: i64 = 20;
const UPLOADS: i64 = 10;
const BYTES: i64 = 5_000_000;

async fn narrow(deployment: (kit::testing::Engine, kit::testing::Reach)) -> World {
    World::start(lysbro::services(), deployment, |settings| {
        settings.decoder = vec![program(), "decode".into()];
        (settings.quotas.drafts, settings.quotas.uploads, settings.quotas.waiting_bytes) = (DRAFTS, UPLOADS, BYTES);
    })
    .await
    .expect("a world")
}

fn counted(replies: &[Reply], status: u16, code: &str) -> usize {
    let those = replies.iter().filter(|reply| reply.status == status && reply.code() == code);
    those.inspect(|reply| assert!(status < 400 || !reply.header("retry-after").is_empty(), "{}", reply.text())).count()
}

async fn drafts(world: &World, cast: &Cast) -> Vec<Uuid> {
    let ids: Vec<Uuid> = (0..3 * DRAFTS).map(|_| world.ctx().new_id()).collect();
    let begin = |id: Uuid| {
        let content = json!({ "question": format!("typed under {id}") });
        let draft = json!({ "version": 0, "practiceId": cast.practices[0].id, "content": content });
        async move { cast.nurse.put(&format!("/api/intake/referrals/{id}"), draft).await }
    };
    let replies = futures::future::join_all(ids.iter().copied().map(begin)).await;
    let refused = counted(&replies, 429, "too-many-drafts");
    assert_eq!((counted(&replies, 200, ""), refused), (DRAFTS as usize, 2 * DRAFTS as usize));
    let made = |wanted: bool| {
        let pairs = ids.iter().zip(&replies).filter(move |(_, reply)| (reply.status == 200) == wanted);
        pairs.map(|(id, _)| *id).collect::<Vec<_>>()
    };
    let (made, refused) = (made(true), made(false));
    for id in &made {
        let path = format!("/api/intake/referrals/{id}");
        let kept = cast.nurse.get(&path).await.expect(200).json();
        assert_eq!(kept["content"]["question"], json!(format!("typed under {id}")));
        let more = json!({ "version": 1, "practiceId": cast.practices[0].id, "content": { "question": "more" } });
        cast.nurse.put(&path, more).await.expect(200);
    }
    let path = format!("/api/intake/referrals/{}", made[0]);
    cast.nurse.send(Method::DELETE, &path, &[], Vec::new()).await.expect(204);
    assert_eq!(begin(refused[0]).await.status, 200, "a discarded one makes room");
    let back = cast.nurse.post(&format!("{path}/restore"), json!({})).await.expect(429);
    assert_eq!(back.code(), "too-many-drafts");
    let other = json!({ "version": 0, "practiceId": cast.practices[1].id, "content": {} });
    cast.stranger.put(&format!("/api/intake/referrals/{}", world.ctx().new_id()), other).await.expect(200);
    made[1..].to_vec()
}

async fn uploads(world: &World, cast: &Cast, drafts: &[Uuid], length: usize) -> Vec<Reply> {
    let begin = |n: usize| async move {
        let image = world.ctx().new_id();
        let referral = drafts[n % drafts.len()];
        cast.nurse
            .begin_upload(&Upload { referral, image, finding: None, view: "overview", sha256: None, length })
            .await
    };
    futures::future::join_all((0..3 * UPLOADS as usize).map(begin)).await
}

#[tokio::test]
async fn quotas_are_exact_in_parallel() {
    for deployment in DEPLOYMENTS {
        let world = narrow(deployment).await;
        let cast = Cast::assemble(world.ctx(), &world.url()).await;
        let told = cast.nurse.get("/api/intake/limits").await.expect(200).json();
        assert_eq!(
            (&told["maxDrafts"], &told["maxUploads"], &told["maxWaitingBytes"]),
            (&json!(DRAFTS), &json!(UPLOADS), &json!(BYTES))
        );
        let drafts = drafts(&world, &cast).await;
        let many = uploads(&world, &cast, &drafts, 1000).await;
        let begun = counted(&many, 201, "");
        assert_eq!((begun, counted(&many, 429, "too-many-uploads")), (UPLOADS as usize, 2 * UPLOADS as usize));
        for reply in many.iter().filter(|reply| reply.status == 201) {
            let headers = [("tus-resumable", "1.0.0")];
            cast.nurse.send(Method::DELETE, reply.header("location"), &headers, Vec::new()).await.expect(204);
        }
        let large = uploads(&world, &cast, &drafts, 1_000_000).await;
        let begun = counted(&large, 201, "");
        assert_eq!((begun, counted(&large, 507, "too-many-bytes")), (5, 25));
        world.stop().await;
    }
}
