//! The floor under every service, on both engines and both ways to the objects.

use futures::future::BoxFuture;
use kit::db::is_duplicate;
use kit::keys::{KeyError, RootKey};
use kit::log::{self, Consumer, Envelope, Opened, ProjectError, Projecting, Recorded};
use kit::testing::{DEPLOYMENTS, Engine, Reach, World};
use kit::{At, Context, Error, Migration, Random, Routes, Service, Tx};
use proto::intake::ReferralWithdrawn;
use time::Duration;
use uuid::Uuid;

type ValueRow = (Uuid, At, Option<At>, bool, Vec<u8>, i64, f64);

const MIGRATIONS: &[Migration] = &[Migration {
    number: 1,
    name: "a probe",
    sql: "create table probe_seen (position {bigint} primary key, subject {uuid} not null, reason text not null) {strict};
          create table probe_value (id {uuid} primary key, at {at} not null, later {at}, flag {bool} not null, body {bytes} not null, number {bigint} not null, share {float} not null) {strict};",
}];

/// Projects withdrawals; the reason `poison` can't be digested unless a value row lifts it.
fn project<'a>(ctx: &'a Context, tx: &'a mut Tx, event: &'a Recorded) -> Projecting<'a> {
    Box::pin(async move {
        let reason = match ctx.open::<ReferralWithdrawn>(event).await? {
            Opened::Open(fact) => fact.reason,
            Opened::Erased => "erased".into(),
        };
        let lifted: (i64,) = tx.q("select count(*) from probe_value").one().await?;
        if reason == "poison" && lifted.0 == 0 {
            return Err(ProjectError::Poison("refused by the probe".into()));
        }
        if reason == "outage" && lifted.0 == 0 {
            return Err(ProjectError::Unavailable("something is not reachable".into()));
        }
        let insert = "insert into probe_seen (position, subject, reason) values ($1, $2, $3)";
        tx.q(insert).bind(event.position).bind(event.subject()).bind(reason).exec_one().await?;
        Ok(())
    })
}

fn consumer() -> Consumer {
    Consumer { name: "probe", kinds: &["ReferralWithdrawn"], project, reset: &["delete from probe_seen"] }
}

fn probe() -> Service {
    Service {
        name: "probe",
        place: 50,
        routes: Routes::new,
        pages: None,
        migrations: MIGRATIONS,
        rights: &[kit::keys::OPENING, kit::keys::MAKING],
        statements: &[],
        objects: &[],
        consumers: Vec::new(),
        repairs: Vec::new(),
        gauges: None,
    }
}

async fn world(deployment: (Engine, Reach)) -> World {
    World::start(vec![probe()], deployment, |_| {}).await.expect("a world")
}

/// Runs a test on both deployments.
async fn on_both(test: impl for<'a> Fn(&'a World) -> BoxFuture<'a, ()>) {
    for deployment in DEPLOYMENTS {
        let world = world(deployment).await;
        test(&world).await;
        world.stop().await;
    }
}

async fn withdraw(ctx: &Context, subject: Uuid, reason: &str) {
    ctx.keys.ensure(subject).await.expect("a key");
    let mut tx = ctx.begin().await.expect("a transaction");
    let about = Envelope { key: subject.as_bytes().to_vec(), ..ctx.about(subject, None) };
    ctx.publish(&mut tx, about, &ReferralWithdrawn { reason: reason.into() }).await.expect("published");
    tx.commit().await.expect("committed");
}

async fn seen(ctx: &Context) -> Vec<(i64, Uuid, String)> {
    ctx.db.q("select position, subject, reason from probe_seen order by position").all().await.expect("rows")
}

async fn drain(ctx: &Context) {
    while log::step(ctx, &consumer()).await.expect("a step") > 0 {}
}

#[tokio::test]
async fn values_come_back_as_they_went_in_and_sort_by_time() {
    on_both(|world| {
        Box::pin(async move {
            let ctx = world.ctx();
            let base = kit::testing::monday();
            let insert = "insert into probe_value (id, at, later, flag, body, number, share) values ($1, $2, $3, $4, $5, $6, $7)";
            let times = [base + Duration::milliseconds(500), base, base - Duration::seconds(1)];
            for (n, at) in times.into_iter().enumerate() {
                let q = ctx.db.q(insert).bind(Uuid::from_u128(n as u128 + 1)).bind(at).bind(None::<At>).bind(n == 1);
                q.bind(vec![0_u8, 255]).bind(i64::MAX).bind(0.5).exec_one().await.expect("inserted");
            }
            let rows: Vec<ValueRow> = ctx
                .db
                .q("select id, at, later, flag, body, number, share from probe_value where at >= $1 order by at")
                .bind(base - Duration::hours(1))
                .all()
                .await
                .expect("rows");
            assert_eq!(rows.iter().map(|row| row.0.as_u128()).collect::<Vec<_>>(), [3, 2, 1]);
            assert_eq!(rows[1], (Uuid::from_u128(2), base, None, true, vec![0, 255], i64::MAX, 0.5));
            let again = ctx.db.q(insert).bind(Uuid::from_u128(1)).bind(base).bind(None::<At>).bind(false);
            let error = again.bind(vec![0_u8]).bind(1_i64).bind(0.5).exec().await.expect_err("a duplicate");
            assert!(is_duplicate(&error));
        })
    })
    .await;
}

#[tokio::test]
async fn positions_are_gapless_under_concurrent_writers_and_the_chain_holds() {
    on_both(|world| {
        Box::pin(async move {
            let writers = (0..8_u128).map(|writer| {
                let ctx = world.ctx().clone();
                tokio::spawn(async move {
                    for _ in 0..10 {
                        withdraw(&ctx, Uuid::from_u128(100 + writer), "free text").await;
                    }
                })
            });
            futures::future::join_all(writers).await;
            let ctx = world.ctx();
            let report = log::verify_chain(&ctx.db).await.expect("a walk");
            assert_eq!((report.events, report.head, report.broken), (80, 80, vec![]));
            let rolled_back = async {
                let mut tx = ctx.begin().await.expect("a transaction");
                ctx.publish(&mut tx, ctx.about(Uuid::from_u128(1), None), &proto::intake::DraftStarted {}).await
            };
            rolled_back.await.expect("published, then dropped");
            assert_eq!(log::head(&ctx.db).await.expect("head"), 80);
            ctx.db
                .q("update log_event set envelope = sealed where position = 7")
                .exec_one()
                .await
                .expect("an owner's tampering");
            assert_eq!(log::verify_chain(&ctx.db).await.expect("a walk").broken, [7]);
            columns_and_rows_outside_are_found(ctx).await;
        })
    })
    .await;
}

/// The chain covers envelopes alone: what else an owner may change shows too. The log has 80 events, the 7th is broken.
async fn columns_and_rows_outside_are_found(ctx: &Context) {
    for edit in [
        "update log_event set subject = id where position = 8",
        "update log_event set id = subject where position = 9",
        "update log_head set position = 79",
    ] {
        ctx.db.q(edit).exec_one().await.expect("an owner's tampering");
    }
    let earlier = ctx.db.q("update log_event set recorded_at = $1 where position = 10").bind(ctx.now() - Duration::DAY);
    earlier.exec_one().await.expect("an owner's tampering");
    let beside = "insert into log_event (position, id, kind, subject, recorded_at, envelope, sealed, hash)
        select $1, $2, kind, subject, recorded_at, envelope, sealed, hash from log_event where position = 80";
    let id = Uuid::from_u128(1);
    ctx.db.q(beside).bind(-3_i64).bind(id).exec_one().await.expect("an owner's tampering");
    let report = log::verify_chain(&ctx.db).await.expect("a walk");
    assert_eq!(report.broken, [-3, 7, 8, 9, 10, 80]);
}

#[tokio::test]
async fn content_without_a_key_is_refused() {
    let world = world(DEPLOYMENTS[0]).await;
    let mut tx = world.ctx().begin().await.expect("a transaction");
    let about = world.ctx().about(Uuid::from_u128(1), None);
    let refused = world.ctx().publish(&mut tx, about, &ReferralWithdrawn { reason: "text".into() }).await;
    assert!(matches!(refused, Err(Error::Event(_))), "{refused:?}");
}

#[tokio::test]
async fn a_poisoned_subject_waits_in_order_while_others_pass() {
    on_both(|world| {
        Box::pin(async move {
            let ctx = world.ctx();
            let (bad, good) = (Uuid::from_u128(1), Uuid::from_u128(2));
            for (subject, reason) in [(good, "a"), (bad, "poison"), (good, "b"), (bad, "c"), (good, "d")] {
                withdraw(ctx, subject, reason).await;
            }
            drain(ctx).await;
            let reasons = |rows: Vec<(i64, Uuid, String)>| rows.into_iter().map(|row| row.2).collect::<Vec<_>>();
            assert_eq!(reasons(seen(ctx).await), ["a", "b", "d"]);
            let parked = log::parked(&ctx.db).await.expect("parked");
            assert_eq!(parked.iter().map(|one| one.position).collect::<Vec<_>>(), [2, 4]);
            withdraw(ctx, bad, "e").await;
            drain(ctx).await;
            assert_eq!(log::retry_parked(ctx, &consumer()).await.expect("retried"), 0, "still refused");
            let lift = "insert into probe_value (id, at, flag, body, number, share) values ($1, $2, $3, $4, $5, $6)";
            let lift =
                ctx.db.q(lift).bind(Uuid::nil()).bind(ctx.now()).bind(true).bind(vec![0_u8]).bind(0_i64).bind(0.0);
            lift.exec_one().await.expect("lifted");
            assert_eq!(log::retry_parked(ctx, &consumer()).await.expect("retried"), 3);
            assert_eq!(reasons(seen(ctx).await), ["a", "poison", "b", "c", "d", "e"]);
            assert!(log::parked(&ctx.db).await.expect("parked").is_empty());
        })
    })
    .await;
}

#[tokio::test]
async fn an_outage_behind_a_poisoned_event_is_told_and_never_parked() {
    on_both(|world| {
        Box::pin(async move {
            let ctx = world.ctx();
            for (subject, reason) in [(1, "poison"), (2, "outage"), (3, "a")] {
                withdraw(ctx, Uuid::from_u128(subject), reason).await;
            }
            for _ in 0..2 {
                let stopped = log::step(ctx, &consumer()).await;
                assert!(matches!(stopped, Err(ProjectError::Unavailable(_))), "the caller must wait: {stopped:?}");
            }
            let parked = log::parked(&ctx.db).await.expect("parked");
            assert_eq!(parked.iter().map(|one| one.position).collect::<Vec<_>>(), [1]);
            assert!(seen(ctx).await.is_empty(), "nothing overtakes the event that waits");
        })
    })
    .await;
}

#[tokio::test]
async fn two_instances_of_one_consumer_project_once_and_a_rebuild_gives_the_same() {
    on_both(|world| {
        Box::pin(async move {
            let ctx = world.ctx();
            for n in 0..60 {
                withdraw(ctx, Uuid::from_u128(n % 7 + 1), &format!("r{n}")).await;
            }
            let instances = (0..4).map(|_| {
                let ctx = ctx.clone();
                tokio::spawn(async move { drain(&ctx).await })
            });
            futures::future::join_all(instances).await;
            let before = seen(ctx).await;
            assert_eq!(before.len(), 60);
            assert_eq!(log::rebuild(ctx, &consumer()).await.expect("rebuilt"), 60);
            assert_eq!(seen(ctx).await, before);
        })
    })
    .await;
}

#[tokio::test]
async fn a_destroyed_key_erases_and_never_comes_back() {
    on_both(|world| {
        Box::pin(async move {
            let ctx = world.ctx();
            let (gone, kept) = (Uuid::from_u128(1), Uuid::from_u128(2));
            withdraw(ctx, gone, "very private").await;
            withdraw(ctx, kept, "kept").await;
            ctx.keys.destroy(gone).await.expect("destroyed");
            ctx.keys.destroy(gone).await.expect("destroying again changes nothing");
            assert!(matches!(ctx.keys.get(gone).await, Err(KeyError::Erased)));
            assert!(matches!(ctx.keys.ensure(gone).await, Err(KeyError::Erased)), "no new key under the same id");
            drain(ctx).await;
            let reasons: Vec<_> = seen(ctx).await.into_iter().map(|row| row.2).collect();
            assert_eq!(reasons, ["erased", "kept"]);
            assert!(log::parked(&ctx.db).await.expect("parked").is_empty(), "an erased event is never parked");
            assert!(log::verify_chain(&ctx.db).await.expect("a walk").broken.is_empty());
        })
    })
    .await;
}

#[tokio::test]
async fn many_keys_at_once_are_those_that_one_by_one_would_be() {
    on_both(|world| {
        Box::pin(async move {
            let ctx = world.ctx();
            let ids: Vec<Uuid> = (1..=150).map(Uuid::from_u128).collect();
            withdraw(ctx, ids[7], "by its own key").await;
            let (one, other) = tokio::join!(ctx.keys.ensure_all(&ids), ctx.keys.ensure_all(&ids));
            other.expect("another process at the same moment");
            let ring = one.expect("keys");
            let mut tx = ctx.begin().await.expect("a transaction");
            for id in &ids {
                let fact = ReferralWithdrawn { reason: format!("reason {id}") };
                let bytes = id.as_bytes().to_vec();
                let envelope = Envelope { subject: bytes.clone(), key: bytes, ..Envelope::default() };
                ctx.publish_by(&ring, &mut tx, envelope, &fact).expect("published");
            }
            tx.commit().await.expect("committed");
            let last = log::page(&ctx.db, 1).await.expect("a page");
            assert_eq!(last.len(), 150);
            for event in &last {
                let opened = ctx.open::<ReferralWithdrawn>(event).await.expect("it opens");
                let Opened::Open(fact) = opened else { panic!("{} is erased", event.subject()) };
                assert_eq!(fact.reason, format!("reason {}", event.subject()));
            }
            assert!(log::verify_chain(&ctx.db).await.expect("a walk").broken.is_empty());
            ctx.keys.destroy(ids[3]).await.expect("destroyed");
            assert!(matches!(ctx.keys.ensure_all(&ids).await, Err(KeyError::Erased)), "no new key under the same id");
            assert!(matches!(ctx.keys.get_all(&[Uuid::from_u128(151)]).await, Err(KeyError::Erased)), "never made");
        })
    })
    .await;
}

#[tokio::test]
async fn another_root_key_opens_nothing() {
    let world = world(DEPLOYMENTS[0]).await;
    let ctx = world.ctx();
    ctx.keys.ensure(Uuid::from_u128(9)).await.expect("a key");
    let other = RootKey::from_hex(&"ab".repeat(32)).expect("a root");
    let store = kit::keys::KeyStore::new(ctx.keys.db().clone(), vec![other], Random::default(), ctx.clock.clone());
    assert!(matches!(store.get(Uuid::from_u128(9)).await, Err(KeyError::WrongRoot)));
}

#[tokio::test]
async fn a_picture_is_one_object_however_often_it_is_stored_and_damage_is_never_served() {
    on_both(|world| {
        Box::pin(async move {
            let ctx = world.ctx();
            let id = Uuid::from_u128(5);
            let key = ctx.keys.ensure(id).await.expect("a key");
            let picture: Vec<u8> = (0..3_000_000_u32).map(|n| n as u8).collect();
            let object = format!("originals/{id}");
            let first = ctx.put_picture(&key, &object, id, &picture).await.expect("stored");
            let second = ctx.put_picture(&key, &object, id, &picture).await.expect("stored again");
            assert_eq!(first, second);
            assert_eq!(ctx.get_picture(&key, id, &first).await.expect("read"), picture);
            let other = ctx.put_picture(&key, &object, id, b"another picture").await;
            assert!(matches!(other, Err(Error::Damaged(_))), "an original is never replaced: {other:?}");
            let mut bytes = ctx.objects.get(&object).await.expect("stored bytes").to_vec();
            assert!(!bytes.windows(16).any(|window| window == &picture[..16]), "nothing clear in the store");
            bytes[1_500_000] ^= 1;
            ctx.janitor.as_ref().expect("a janitor").put(&object, bytes.into()).await.expect("tampered with");
            assert!(matches!(ctx.get_picture(&key, id, &first).await, Err(Error::Unusable { .. })));
        })
    })
    .await;
}

#[tokio::test]
async fn reads_are_recorded_in_groups_and_a_changed_row_is_found() {
    on_both(|world| {
        Box::pin(async move {
            let ctx = world.ctx();
            let subject = Uuid::from_u128(3);
            let reads = (0..300).map(|_| {
                ctx.audit.record(kit::audit::Access {
                    at: ctx.now(),
                    person: Uuid::from_u128(1),
                    action: "read".into(),
                    what: "referral".into(),
                    subject: Some(subject),
                    outcome: "ok".into(),
                })
            });
            for result in futures::future::join_all(reads).await {
                result.expect("recorded");
            }
            assert_eq!(ctx.audit.of_subject(subject).await.expect("rows").len(), 300);
            let (groups, broken) = ctx.audit.verify().await.expect("a walk");
            assert!((2..300).contains(&groups), "{groups} groups of at most 256");
            assert!(broken.is_empty());
            let tamper = "update audit_access set outcome = '404' where number = 2 and place = 0";
            ctx.audit.db().q(tamper).exec_one().await.expect("an owner's tampering");
            assert_eq!(ctx.audit.verify().await.expect("a walk").1, [2]);
            let beside = "insert into audit_access (number, place, at, person, action, what, subject, outcome)
                select $1, place, at, person, action, what, subject, outcome from audit_access where number = 1 and place = 0";
            for number in [0_i64, 1_000_000] {
                ctx.audit.db().q(beside).bind(number).exec_one().await.expect("an owner's tampering");
            }
            assert_eq!(ctx.audit.verify().await.expect("a walk").1, [0, 2, 1_000_000]);
        })
    })
    .await;
}

#[tokio::test]
async fn a_key_for_once_only_makes_one_thing_and_refuses_another_body() {
    on_both(|world| {
        Box::pin(async move {
            let ctx = world.ctx();
            let key = kit::idempotency::IdempotencyKey(Some("0123456789".into()));
            let person = Uuid::from_u128(1);
            let once = async |body: &'static [u8], resource: u128| {
                let mut tx = ctx.begin().await.expect("a transaction");
                let made = kit::idempotency::once(&mut tx, person, &key, body, Uuid::from_u128(resource)).await;
                tx.commit().await.expect("committed");
                made
            };
            assert_eq!(once(b"body", 1).await, Ok(None));
            assert_eq!(once(b"body", 2).await, Ok(Some(Uuid::from_u128(1))));
            assert_eq!(once(b"other", 3).await.expect_err("refused").code, "key-reused");
            let later = ctx.now() + kit::idempotency::REMEMBERED + Duration::days(1);
            assert_eq!(kit::idempotency::forget_old(&ctx.db, later).await.expect("forgotten"), 1);
        })
    })
    .await;
}

#[tokio::test]
async fn every_statement_of_the_floor_prepares_on_both_engines() {
    on_both(|world| {
        Box::pin(async move {
            for (owner, name, text) in kit::run::statements(&[probe()]) {
                world.ctx().db.prepare(text).await.unwrap_or_else(|error| panic!("{owner} {name}: {error}"));
            }
            let in_keys: Vec<_> = kit::keys::STATEMENT_LISTS.concat();
            for (name, text) in in_keys {
                world.ctx().keys.db().prepare(text).await.unwrap_or_else(|error| panic!("keys {name}: {error}"));
            }
        })
    })
    .await;
}

#[tokio::test]
async fn a_new_folder_is_opened_by_many_at_once_and_made_once() {
    let folder = tempfile::TempDir::new().unwrap();
    let services = [probe()];
    let open = || {
        let settings = kit::settings::Settings {
            store: kit::settings::Store::Closed,
            ..kit::settings::Settings::embedded(folder.path())
        };
        kit::run::open(&services, settings, kit::Clock::system())
    };
    let opened = futures::future::join_all((0..8).map(|_| open())).await;
    let sheets = opened.into_iter().filter_map(|opened| opened.unwrap().1);
    assert_eq!(sheets.count(), 1, "one of them made the root key");
}
