//! The study when the programme grows from 94 practices to 5,000 over ten years: `make bench-uptake`.
//!
//! `uptake-rebuild-<deployment>`: milliseconds that a rebuild from the log takes, beside the same rows put bare into the same table, a
//! prepared statement each, in transactions of 10,000; `EVENTS` (100,000), in turn, `ROUNDS` times (3).
//!
//! `page` lines: `lysbro serve uptake directory` on the embedded default as a process of its own, with 400 facts for each practice, half
//! of them referrals, half answers (5,000 practices: 2 million). Of each page the first time after something was added to the log, and
//! p95 of `LOOKS` (20) after it; and the memory of the process at its highest.

use crate::figure::{self, Times, median};
use crate::ingest::processes::Program;
use crate::{DEPLOYMENTS, seed, wanted};
use kit::settings::{Settings, Store};
use kit::testing::World;
use kit::{At, Clock, Context, Role, Service};
use proto::envelope::Envelope;
use proto::intake::DraftStarted;
use std::time::Instant;
use tests::Client;
use time::Duration;
use uptake::store::{self, NewFact, NewPractice};
use uuid::Uuid;

/// Ten years.
const DAYS: i64 = 3_650;
/// Uses of a practice in that time, in the mean.
const USES: usize = 200;
/// In one transaction.
const PORTION: usize = 10_000;
const SPECIALTIES: [&str; 3] = ["dermatology", "ent", "plastic-surgery"];
/// What a researcher opens.
const PAGES: [(&str, &str); 9] = [
    ("programme", "practices"),
    ("overview", "study"),
    ("adoption", "study/indicators/I-01"),
    ("concentration", "study/indicators/I-06"),
    ("turnaround", "study/indicators/I-13"),
    ("chart-adoption", "study/charts/adoption"),
    ("chart-lorenz", "study/charts/lorenz"),
    ("chart-deciles", "study/charts/deciles"),
    ("chart-heat-map", "study/charts/heat-map"),
];

/// Every line.
pub async fn run() {
    let mut lines = Vec::new();
    for (name, deployment) in DEPLOYMENTS {
        // Nobody follows the log beside the rebuild.
        let services = vec![Service { consumers: Vec::new(), ..uptake::service() }];
        let world = World::start(services, deployment, |_| ()).await.unwrap_or_else(|error| panic!("{error}"));
        lines.push(rebuild(name, world.ctx()).await);
        world.stop().await;
    }
    for practices in [94, 1_000, wanted("PRACTICES", 5_000)] {
        pages(practices).await;
    }
    figure::load();
    for (name, ours, peer) in lines {
        figure::line(&name, ours, peer, "ms");
    }
}

/// How long a rebuild takes, and the same rows put bare.
async fn rebuild(name: &str, ctx: &Context) -> (String, f64, f64) {
    let (events, consumer) = (wanted("EVENTS", 100_000), uptake::service().consumers[0]);
    let practices: Vec<Uuid> = (0..100).map(|_| ctx.new_id()).collect();
    for portion in (0..events).collect::<Vec<_>>().chunks(PORTION) {
        let mut tx = ctx.begin().await.expect("a transaction");
        for number in portion {
            let envelope = envelope(ctx, practices[number % practices.len()], *number);
            ctx.publish(&mut tx, envelope, &DraftStarted {}).await.expect("published");
        }
        tx.commit().await.expect("a commit");
    }
    let (mut ours, mut peer) = (Vec::new(), Vec::new());
    for _ in 0..wanted("ROUNDS", 3) {
        let began = Instant::now();
        let passed = kit::log::rebuild(ctx, &consumer).await.expect("rebuilt");
        assert_eq!(passed, events);
        ours.push(began.elapsed().as_secs_f64() * 1e3);
        let facts: Vec<NewFact> =
            (0..events).map(|number| drawn(ctx, practices[number % practices.len()], number)).collect();
        ctx.db.q("delete from uptake_fact").exec().await.expect("emptied");
        let began = Instant::now();
        put(ctx, facts).await;
        peer.push(began.elapsed().as_secs_f64() * 1e3);
    }
    (format!("uptake-rebuild-{name}"), median(&ours), median(&peer))
}

/// Puts facts in transactions of [`PORTION`].
async fn put(ctx: &Context, facts: Vec<NewFact>) {
    let mut facts = facts.into_iter().peekable();
    while facts.peek().is_some() {
        let mut tx = ctx.begin().await.expect("a transaction");
        for fact in facts.by_ref().take(PORTION) {
            store::add_fact(&mut tx, fact).await.expect("a fact");
        }
        tx.commit().await.expect("a commit");
    }
}

/// The event of a fact.
fn envelope(ctx: &Context, practice: Uuid, number: usize) -> Envelope {
    let fact = drawn(ctx, practice, number);
    Envelope {
        practice: practice.as_bytes().to_vec(),
        specialty: fact.specialty,
        channel: fact.channel,
        occurred_us: fact.occurred_at.micros(),
        actor: fact.actor,
        actor_role: fact.actor_role,
        images: 2,
        findings: 1,
        priority: fact.priority,
        ..ctx.about(ctx.new_id(), None)
    }
}

/// A draft, or with another kind any fact of a practice.
fn drawn(ctx: &Context, practice: Uuid, number: usize) -> NewFact {
    let occurred_at = ctx.now() - Duration::days(DAYS) + Duration::minutes(number as i64);
    NewFact {
        position: number as i64 + 1,
        kind: "DraftStarted".to_owned(),
        practice: Some(practice),
        specialty: SPECIALTIES[number % 3].to_owned(),
        channel: "web".to_owned(),
        occurred_at,
        actor_role: if number.is_multiple_of(4) { "gp-staff" } else { "gp-clinician" }.to_owned(),
        actor: ctx.pseudonym(practice),
        images: 2,
        findings: 1,
        disposition: String::new(),
        priority: "routine".to_owned(),
        claimed_at: None,
        case_token: ctx.pseudonym(Uuid::from_u128(number as u128)),
        test: false,
        effective_at: occurred_at,
        about: String::new(),
        people: 0,
        thing: None,
        view_overrides: 0,
        intention: String::new(),
        close_out: String::new(),
    }
}

/// The pages over a programme of so many practices.
async fn pages(practices: usize) {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    let words = ["serve", "uptake", "directory", "--listen", "127.0.0.1:0", "--data", data.to_str().expect("text")];
    let program = Program::start(&words, &[], &folder.path().join("log"));
    let settings = Settings { store: Store::Closed, ..Settings::embedded(&data) };
    let mut services = lysbro::services();
    services.retain(|service| ["uptake", "directory"].contains(&service.name));
    let (ctx, _) = kit::run::open(&services, settings, Clock::system()).await.expect("its databases");
    let began = Instant::now();
    let facts = history(&ctx, practices).await;
    println!("programme practices={practices} facts={facts} seeded in {:.0} s", began.elapsed().as_secs_f64());
    let (_, cookie) = seed::somebody(&ctx, Role::ProgrammeManager, None, None).await;
    let client = Client::new(&program.url).with_cookie(&cookie);
    let before = program.peak_memory();
    let mut position = facts as i64;
    for (name, path) in PAGES {
        // One more event: nothing that was kept of the record holds any longer.
        position += 1;
        let mut tx = ctx.begin().await.expect("a transaction");
        store::advance(&mut tx, position).await.expect("a position");
        tx.commit().await.expect("a commit");
        let path = format!("/api/uptake/{path}");
        let look = async || {
            let began = Instant::now();
            client.get(&path).await.expect(200);
            began.elapsed()
        };
        let first = look().await;
        let mut later = Times::default();
        for _ in 0..wanted("LOOKS", 20) {
            later.add(look().await);
        }
        println!(
            "page {name} practices={practices} first={:.0} ms p50={:.0} ms p95={:.0} ms",
            first.as_secs_f64() * 1e3,
            later.p50(),
            later.p95()
        );
    }
    println!("memory practices={practices} before={before} MiB highest={} MiB", program.peak_memory());
}

/// A register, its steps, and referrals with their answers: a tenth of the practices send most, every second nothing.
async fn history(ctx: &Context, practices: usize) -> usize {
    let began = ctx.now() - Duration::days(DAYS);
    let mut facts = Vec::new();
    let mut ids = Vec::new();
    let mut tx = ctx.begin().await.expect("a transaction");
    for number in 0..practices {
        let id = ctx.new_id();
        ids.push(id);
        register(&mut tx, id, number, began).await;
    }
    tx.commit().await.expect("a commit");
    let (mut total, mut sent) = (0, 0);
    for (number, id) in ids.iter().enumerate() {
        let uses = match number % 20 {
            0 | 1 => 8 * USES,
            2..10 => USES / 2,
            _ => 0,
        };
        let spacing = Duration::seconds(DAYS * 86_400) / (uses as i32 + 1);
        for turn in 0..uses {
            let sent_at = began + spacing * (turn as i32 + 1);
            let token = ctx.pseudonym(Uuid::from_u128(sent as u128 + 1));
            sent += 1;
            let fact = NewFact {
                kind: "ReferralSubmitted".to_owned(),
                occurred_at: sent_at,
                effective_at: sent_at,
                case_token: token.clone(),
                ..drawn(ctx, *id, total)
            };
            let answered_at = sent_at + Duration::hours(3 + (turn as i64 * 7) % 90);
            let answer = NewFact {
                position: total as i64 + 2,
                kind: "AnswerGiven".to_owned(),
                occurred_at: answered_at,
                effective_at: answered_at,
                actor_role: "specialist".to_owned(),
                actor: ctx.pseudonym(Uuid::from_u128(turn as u128 % 12)),
                claimed_at: Some(answered_at - Duration::minutes(20)),
                disposition: "gp-treats".to_owned(),
                ..fact.clone()
            };
            total += 2;
            facts.extend([fact, answer]);
        }
        if facts.len() >= PORTION || number + 1 == ids.len() {
            put(ctx, std::mem::take(&mut facts)).await;
        }
    }
    total
}

/// A practice of the register: equipped in the first years, its list counted every year.
async fn register(tx: &mut kit::Tx, id: Uuid, number: usize, began: At) {
    let practice = NewPractice {
        id,
        name: format!("Practice {number} (synthetic)"),
        municipality: "Solvik".to_owned(),
        centrality: number as i64 % 6 + 1,
        distance_km: (number as i64 * 37) % 600 + 1,
        test: false,
        opened_on: "2001-01-01".to_owned(),
        channel: "web".to_owned(),
        closed_on: String::new(),
        trial_arm: String::new(),
    };
    store::add_practice(tx, practice).await.expect("a practice");
    for year in 0..10 {
        let figures = [Some(900 + (number as i64 * 13 + year * 40) % 4_000), Some(1 + number as i64 % 7), Some(4)];
        store::add_register(tx, id, began + Duration::days(365 * year), figures).await.expect("an entry");
    }
    for (place, step) in ["offered", "agreed", "equipped", "connected", "trained"].into_iter().enumerate() {
        let on = began + Duration::days((number as i64 * 11) % 900 / 5 * (place as i64 + 1));
        store::add_step(tx, id, step.to_owned(), String::new(), on).await.expect("a step");
    }
}
