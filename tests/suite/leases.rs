//! Holders of leases that fall asleep and wake up too late: pictures being decoded, cases being read, answers being sent.
//! Whatever a sleeper writes after its lease is refused; nothing happens twice.
//!
//! A sleeper is a piece of work that nobody polls any more, at any of its points of waiting, while the clock moves past its
//! lease and somebody else does the work: what SIGSTOP does to a process, at every place and quickly. Some hundred here;
//! `make faults-leases PAUSES=1000` for the whole number.

use crate::acts::{Act, Play};
use crate::copies::Copies;
use crate::write_faults::{cast, events, gained, quiet_world};
use http::Method;
use kit::testing::{DEPLOYMENTS, Engine, Reach, World};
use kit::{Error, Repair};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::pin::Pin;
use std::task::Poll;
use tests::Cast;
use time::Duration;

type Work<'a> = Pin<Box<dyn Future<Output = Result<u64, Error>> + Send + 'a>>;

fn pauses() -> u32 {
    std::env::var("LYSBRO_PAUSES").map_or(100, |text| text.parse().expect("a number of pauses"))
}

/// Lets the work go on until it has waited so many times. True when it still waits then: it sleeps.
async fn sleeps_after(work: &mut Work<'_>, waits: u32) -> bool {
    let mut left = waits;
    std::future::poll_fn(|cx| match work.as_mut().poll(cx) {
        Poll::Ready(done) => {
            done.expect("work");
            Poll::Ready(false)
        }
        Poll::Pending if left == 0 => Poll::Ready(true),
        Poll::Pending => {
            left -= 1;
            Poll::Pending
        }
    })
    .await
}

/// Somebody else does the work while the sleeper sleeps; then it wakes. A sleeper that holds a lock of the database is waited
/// for, as it would be.
async fn overtaken(repair: &Repair, world: &World, sleeper: Work<'_>) {
    let other = async { while (repair.run)(world.ctx()).await.expect("work") > 0 {} };
    tokio::pin!(other);
    let in_time = tokio::time::timeout(std::time::Duration::from_millis(700), &mut other).await.is_ok();
    if in_time {
        sleeper.await.expect("a late worker is no error");
    } else {
        let (late, ()) = tokio::join!(sleeper, other);
        late.expect("a late worker is no error");
    }
}

fn repair_of(services: &[kit::Service], service: &str, named: &str) -> Repair {
    let service = services.iter().find(|one| one.name == service).expect("a service");
    *service.repairs.iter().find(|one| one.name.contains(named)).expect("a repair")
}

async fn count(world: &World, text: &'static str) -> i64 {
    let (count,): (i64,) = world.ctx().db.q(text).one().await.expect("a count");
    count
}

/// Consumers alone: jobs and cases are made, and none is worked on.
async fn project(services: &[kit::Service], world: &World) {
    let mut more = true;
    while more {
        more = false;
        for consumer in services.iter().flat_map(|service| &service.consumers) {
            more |= kit::log::step(world.ctx(), consumer).await.expect("projected") > 0;
        }
    }
}

async fn picture_workers(world: &World, cast: &mut Cast, wanted: u32) -> u32 {
    let (services, copies) = (lysbro::services(), Copies::single());
    let decode = repair_of(&services, "imaging", "");
    let (mut slept, mut round) = (0, 0);
    while slept < wanted {
        round += 1;
        let mut play = Play::new(world, &services, cast, &copies, 10_000 + round * 10);
        for act in [Act::Draft, Act::Picture] {
            play.perform(act).await.expect("done");
        }
        project(&services, world).await;
        let mut sleeper: Work<'_> = (decode.run)(world.ctx());
        if sleeps_after(&mut sleeper, round % 23).await {
            slept +=
                u32::from(count(world, "select count(*) from imaging_job where lease_token is not null").await == 1);
            // Past the lease; now and then the clock is set an hour on.
            world.clock.advance(if round % 5 == 0 { Duration::HOUR } else { Duration::seconds(46) });
            overtaken(&decode, world, sleeper).await;
        }
        if round % 5 == 0 {
            cast.sign_in_again(world.ctx(), &world.url()).await;
        }
        assert!(round < wanted * 8, "workers sleep outside of their leases: {slept} of {round}");
    }
    slept
}

async fn senders(world: &World, cast: &Cast, wanted: u32) -> u32 {
    let (services, copies) = (lysbro::services(), Copies::single());
    let send = repair_of(&services, "review", "answers");
    let (mut slept, mut round) = (0, 0);
    while slept < wanted {
        round += 1;
        let mut play = Play::new(world, &services, cast, &copies, 50_000 + round * 10);
        for act in [Act::Draft, Act::Picture, Act::Settle, Act::Submit, Act::Settle, Act::Claim, Act::Shown, Act::Sign]
        {
            play.perform(act).await.unwrap_or_else(|reply| panic!("{act:?}: {}", reply.text()));
        }
        world.clock.advance(Duration::seconds(11));
        let mut sleeper: Work<'_> = (send.run)(world.ctx());
        if sleeps_after(&mut sleeper, round % 13).await {
            slept += 1;
            overtaken(&send, world, sleeper).await;
        }
        project(&services, world).await;
        assert!(round < wanted * 8, "senders do not sleep");
    }
    slept
}

/// Time passes while people keep their sessions by looking at something.
async fn minutes_pass(world: &World, cast: &Cast, minutes: i64) {
    for _ in 0..minutes / 10 {
        world.clock.advance(Duration::minutes(10));
        for person in [&cast.specialist, &cast.colleague, &cast.nurse, &cast.gp] {
            person.get("/api/directory/me").await.expect(200);
        }
    }
    world.clock.advance(Duration::minutes(minutes % 10));
}

/// Readers whose claim ran out, with or without somebody who took the case since, write with the token that they remember.
async fn readers(world: &World, cast: &mut Cast, wanted: u32) -> u32 {
    let (services, copies) = (lysbro::services(), Copies::single());
    cast.sign_in_again(world.ctx(), &world.url()).await;
    let mut play = Play::new(world, &services, cast, &copies, 90_000);
    for act in [Act::Draft, Act::Picture, Act::Settle, Act::Submit, Act::Settle] {
        play.perform(act).await.expect("done");
    }
    let (case, finding) = (play.id("referral"), play.id("finding"));
    let path = format!("/api/review/cases/{case}");
    let content = json!({ "summary": "Late.", "findings": [{ "findingId": finding, "diagnosis": "Late", "certainty": "probable",
        "disposition": "gp-procedure", "plan": "Late." }], "tellsPatient": "practice", "books": "practice" });
    let before = events(world).await;
    for round in 0..wanted {
        if round % 15 == 0 {
            cast.sign_in_again(world.ctx(), &world.url()).await;
        }
        let claim = cast.specialist.post(&format!("{path}/claim"), json!({})).await.expect(200).json();
        let image = cast.specialist.get(&path).await.expect(200).json()["images"][0]["id"].clone();
        minutes_pass(world, cast, 31).await;
        let taken = if round % 2 == 0 {
            Some(cast.colleague.post(&format!("{path}/claim"), json!({})).await.expect(200).json())
        } else {
            None
        };
        let late = late_write(round, &claim["token"], &content, &image);
        let reply = cast.specialist.with_json(late.0, &format!("{path}/{}", late.1), late.2).await;
        assert_eq!(reply.status, 409, "{}: {}", late.1, reply.text());
        if let Some(taken) = taken {
            let token = json!({ "token": taken["token"] });
            cast.colleague.post(&format!("{path}/renew"), token.clone()).await.expect(200);
            cast.colleague.post(&format!("{path}/release"), token).await.expect(204);
        }
    }
    let mut published = gained(&before, &events(world).await);
    // The clock passes the sessions' end again and again.
    published.remove("SignedIn");
    assert_eq!(published, BTreeMap::new(), "late writers published something");
    assert_eq!(
        count(world, "select count(*) from review_draft where saved_at > (select max(release_at) from review_answer)")
            .await,
        0
    );
    wanted
}

fn late_write(round: u32, token: &Value, content: &Value, image: &Value) -> (Method, &'static str, Value) {
    match round % 7 {
        0 => (Method::PUT, "answer-draft", json!({ "token": token, "content": content })),
        1 => (Method::POST, "answer", json!({ "token": token, "content": content })),
        2 => (Method::POST, "information-request", json!({ "token": token, "wants": "other", "text": "Late." })),
        3 => (Method::POST, "release", json!({ "token": token })),
        4 => (Method::POST, "renew", json!({ "token": token })),
        5 => (Method::POST, "shown", json!({ "token": token, "imageId": image })),
        _ => (Method::POST, "answer/undo", json!({ "token": token })),
    }
}

async fn sleepers(deployment: (Engine, Reach), wanted: u32) {
    let world = quiet_world(deployment).await;
    let services = lysbro::services();
    let mut cast = cast(&world).await;
    let pictures = picture_workers(&world, &mut cast, wanted * 3 / 10).await;
    cast.sign_in_again(&world.ctx().clone(), &world.url()).await;
    let answers = senders(&world, &cast, (wanted / 10).max(3)).await;
    let claims = readers(&world, &mut cast, wanted * 6 / 10).await;
    let copies = Copies::single();
    Play::new(&world, &services, &cast, &copies, 1).drain().await.expect("drained");
    let doubled = doubled(&world).await;
    println!(
        "leases pauses={} (pictures {pictures}, answers {answers}, claims {claims}) doubled={doubled}",
        pictures + answers + claims
    );
    assert_eq!(doubled, 0);
    assert!(kit::log::parked(&world.ctx().db).await.expect("a list").is_empty());
    assert!(kit::log::verify_chain(&world.ctx().db).await.expect("a walk").broken.is_empty());
    world.stop().await;
}

/// Pictures told twice, answers sent twice, acts counted twice, or any of them not at all.
async fn doubled(world: &World) -> i64 {
    let apart = |have: i64, want: i64| (have - want).abs();
    let kind = async |text| count(world, text).await;
    let pictures = kind("select count(*) from intake_image").await;
    let answers = kind("select count(*) from review_answer").await;
    let told = kind("select count(*) from log_event where kind = 'ImageReady'").await;
    let sent = kind("select count(*) from log_event where kind = 'AnswerGiven'").await;
    let at_office = kind("select count(*) from intake_answer").await;
    let counted = kind("select count(*) from uptake_fact where kind in ('ImageReady', 'AnswerGiven')").await;
    let ready = kind("select count(*) from imaging_job where state = 'ready'").await;
    apart(told, pictures)
        + apart(ready, pictures)
        + apart(sent, answers)
        + apart(at_office, answers)
        + apart(counted, told + sent)
}

#[tokio::test]
async fn who_wakes_past_the_lease_writes_nothing_on_the_embedded_default() {
    sleepers(DEPLOYMENTS[0], pauses() / 2).await;
}

#[tokio::test]
async fn who_wakes_past_the_lease_writes_nothing_on_postgres_and_tcp() {
    sleepers(DEPLOYMENTS[1], pauses() / 2).await;
}

#[tokio::test]
async fn a_clock_that_jumps_an_hour_doubles_nothing() {
    for deployment in DEPLOYMENTS {
        let world = quiet_world(deployment).await;
        let (services, copies) = (lysbro::services(), Copies::single());
        let mut cast = cast(&world).await;
        let mut play = Play::new(&world, &services, &cast, &copies, 1);
        for act in [Act::Draft, Act::Picture, Act::Settle, Act::Submit, Act::Settle, Act::Claim, Act::Shown, Act::Sign]
        {
            play.perform(act).await.unwrap_or_else(|reply| panic!("{act:?}: {}", reply.text()));
        }
        let case = play.id("referral");
        // Back: sessions hold, the log goes on, the held answer waits for its time and is not sent before.
        world.clock.advance(-Duration::HOUR);
        play.perform(Act::SecondDraft).await.expect("the session holds");
        play.perform(Act::SecondPicture).await.expect("it arrives");
        play.drain().await.expect("drained");
        assert_eq!(events(&world).await.get("AnswerGiven"), None, "it is still held");
        // On, past everything: idle sessions are over, the answer leaves once.
        world.clock.advance(Duration::hours(2));
        cast.specialist.get(&format!("/api/review/cases/{case}")).await.expect(401);
        Play::new(&world, &services, &cast, &copies, 1).drain().await.expect("drained");
        world.clock.advance(-Duration::HOUR);
        Play::new(&world, &services, &cast, &copies, 1).drain().await.expect("drained");
        assert_eq!(events(&world).await.get("AnswerGiven"), Some(&1));
        cast.sign_in_again(world.ctx(), &world.url()).await;
        let answered = cast.gp.get(&format!("/api/intake/referrals/{case}")).await.expect(200).json();
        assert_eq!(answered["state"], "answered");
        assert_eq!(doubled(&world).await, 0);
        let log = kit::log::verify_chain(&world.ctx().db).await.expect("a walk");
        assert!(log.broken.is_empty() && log.events == log.head, "numbers go on without a gap: {log:?}");
        world.stop().await;
    }
}
