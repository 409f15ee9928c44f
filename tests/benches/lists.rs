//! Two more lists that grow: an office's referrals, and who touched a subject.

use crate::figure::Times;
use crate::{plan, seed, wanted};
use kit::{At, Context, Role};
use std::time::Instant;
use tests::Client;
use uuid::Uuid;

const REFERRALS: [&str; 2] = [
    "insert into intake_referral (id, practice, state, version, test, specialty, priority, sent_to, created_at, updated_at, submitted_at, due_at, content) \
     with recursive n (i) as (select 1 union all select i + 1 from n where i < $3) \
     select randomblob(16), $1, case when i % 10 = 0 then 'draft' else 'submitted' end, 1, 0, 'dermatology', 'routine', 'Skin department', $2, $2 - i * 1000000, $2, $2, randomblob(600) from n",
    "insert into intake_referral (id, practice, state, version, test, specialty, priority, sent_to, created_at, updated_at, submitted_at, due_at, content) \
     select gen_random_uuid(), $1, case when i % 10 = 0 then 'draft' else 'submitted' end, 1, false, 'dermatology', 'routine', 'Skin department', $2, \
     $2 - i * interval '1 second', $2, $2, decode(repeat(md5(i::text), 38), 'hex') from generate_series(1, cast($3 as bigint)) as n (i)",
];
const PICTURES: [&str; 2] = [
    "insert into intake_image (id, referral, view, state, media_type, bytes, sha256, object, stored_sha256, stored_bytes, width, height, added_at) \
     select randomblob(16), id, 'close-up', 'ready', 'image/jpeg', 1000, x'00', 'originals/none', x'00', 1000, 800, 600, $1 from intake_referral",
    "insert into intake_image (id, referral, view, state, media_type, bytes, sha256, object, stored_sha256, stored_bytes, width, height, added_at) \
     select gen_random_uuid(), id, 'close-up', 'ready', 'image/jpeg', 1000, '', 'originals/none', '', 1000, 800, 600, $1 from intake_referral",
];
/// One of each, so that a database that counts rows before it chooses a plan finds some.
const ANSWERS: [&str; 2] = [
    "insert into intake_answer (id, referral, answered_at, after_withdrawal, content) select randomblob(16), id, $1, 0, x'00' from intake_referral",
    "insert into intake_answer (id, referral, answered_at, after_withdrawal, content) select gen_random_uuid(), id, $1, false, '' from intake_referral",
];
const REFERRAL_IDS: &str = "select id from intake_referral where practice = $1 and (case when answered_at is not null and acknowledged_at is null then 'answers' \
     when state = 'draft' then 'drafts' when state in ('submitted', 'in-review', 'awaiting-information') then 'waiting' else 'closed' end) = $2 \
     and discarded_at is null and erased_at is null and (coalesce(until_at, updated_at), id) > ($3, $4) order by coalesce(until_at, updated_at), id limit 31";

const ACCESSES: [&str; 2] = [
    "insert into audit_access (number, place, at, person, action, what, subject, outcome) \
     with recursive n (i) as (select $3 union all select i + 1 from n where i < $4) \
     select 1000000 + i / 50, i % 50, $2, $1, 'read', 'case', case when i % 20000 = 0 then $1 else randomblob(16) end, 'ok' from n",
    "insert into audit_access (number, place, at, person, action, what, subject, outcome) \
     select 1000000 + i / 50, i % 50, $2, $1, 'read', 'case', case when i % 20000 = 0 then $1 else gen_random_uuid() end, 'ok' \
     from generate_series(cast($3 as bigint), cast($4 as bigint)) as n (i)",
];
const OF_SUBJECT: &str =
    "select at, person, action, what, subject, outcome from audit_access where subject = $1 order by number, place";
const BY_KEY: &str = "select at, person from audit_access where number = $1 and place < 50";

/// An office's waiting referrals and its drafts, first and deep page, beside a bare select of the ids.
pub async fn office(name: &str, ctx: &Context, client: &Client) -> Vec<(String, f64, f64)> {
    let (practice, count) = (ctx.new_id(), wanted("REFERRALS", 100_000));
    let (person, cookie) = seed::somebody(ctx, Role::GpClinician, Some(practice), None).await;
    let now = ctx.now();
    let seed_text = REFERRALS[usize::from(!ctx.db.is_sqlite())];
    ctx.db.q(seed_text).bind(practice).bind(now).bind(count as i64).exec().await.expect("referrals");
    ctx.db.q(PICTURES[usize::from(!ctx.db.is_sqlite())]).bind(now).exec().await.expect("pictures");
    ctx.db.q(ANSWERS[usize::from(!ctx.db.is_sqlite())]).bind(now).exec().await.expect("answers");
    seed::analyse(ctx).await;
    let service = intake::service();
    for (tab, order) in [("waiting", "BY_DATE"), ("drafts", "PAGE")] {
        let text = plan::statement(&service, order, "intake_referral r");
        let steps = plan::steps(&ctx.db, text, |q| {
            q.bind(person).bind(now).bind(practice).bind(tab.to_owned()).bind(now).bind(Uuid::max()).bind(31_i64)
        })
        .await;
        plan::assert_index_scan(&format!("{name} office {tab}"), &steps, false);
    }
    let counts = plan::statement(&service, "COUNTS", "intake_referral r");
    let steps = plan::steps(&ctx.db, counts, |q| q.bind(person).bind(now).bind(practice)).await;
    plan::assert_index_scan(&format!("{name} office COUNTS"), &steps, false);
    let mut lines = Vec::new();
    for (page, back) in [("first", count + 1), ("deep", count / 2)] {
        let at = At::from_micros(now.micros() - back as i64 * 1_000_000);
        lines.push(compared(&format!("office-{page}-{name}"), ctx, client, &cookie, practice, at).await);
    }
    lines
}

async fn compared(
    name: &str,
    ctx: &Context,
    client: &Client,
    cookie: &str,
    practice: Uuid,
    at: At,
) -> (String, f64, f64) {
    let path = format!("/api/intake/referrals?tab=waiting&cursor={}.{}", at.micros(), Uuid::nil());
    let (mut ours, mut peer) = (Times::default(), Times::default());
    for round in 0..wanted("PAGES", 60) {
        let began = Instant::now();
        let reply = client.send(http::Method::GET, &path, &[("cookie", cookie)], Vec::new()).await.expect(200);
        let took = began.elapsed();
        assert_eq!(reply.json()["items"].as_array().map(Vec::len), Some(30), "{name}");
        let began = Instant::now();
        let q = ctx.db.q(REFERRAL_IDS).bind(practice).bind("waiting".to_owned()).bind(at).bind(Uuid::nil());
        let ids: Vec<(Uuid,)> = q.all().await.expect("ids");
        if round >= 5 {
            ours.add(took);
            peer.add(began.elapsed());
        }
        assert_eq!(ids.len(), 31);
    }
    println!("{name}: service p50={:.2} ms p95={:.2} ms; ids p50={:.2} ms", ours.p50(), ours.p95(), peer.p50());
    (name.to_owned(), ours.p50(), peer.p50())
}

/// Who touched a subject, among a million accesses, beside as many rows by their key.
pub async fn accesses(name: &str, ctx: &Context) -> (String, f64, f64) {
    let (subject, db) = (ctx.new_id(), ctx.audit.db());
    let text = ACCESSES[usize::from(!db.is_sqlite())];
    let count = wanted("ACCESSES", 1_000_000);
    for (first, last) in seed::portions(count) {
        db.q(text).bind(subject).bind(ctx.now()).bind(first).bind(last).exec().await.expect("accesses");
    }
    if !db.is_sqlite() {
        seed::vacuum(&ctx.settings.audit_url).await;
    }
    let rows = count as i64;
    assert!(kit::audit::STATEMENTS.iter().any(|(_, known)| *known == OF_SUBJECT), "the statement is the product's");
    let steps = plan::steps(db, OF_SUBJECT, |q| q.bind(subject)).await;
    plan::assert_index_scan(&format!("{name} accesses of a subject"), &steps, false);
    let (mut ours, mut peer) = (Times::default(), Times::default());
    for _ in 0..60 {
        let began = Instant::now();
        let found = ctx.audit.of_subject(subject).await.expect("accesses");
        ours.add(began.elapsed());
        assert_eq!(found.len() as i64, rows / 20_000);
        let began = Instant::now();
        let group: Vec<(At, Uuid)> = db.q(BY_KEY).bind(1_000_100_i64).all().await.expect("a group");
        peer.add(began.elapsed());
        assert_eq!(group.len(), 50);
    }
    println!("accesses-{name}: p50={:.2} ms p95={:.2} ms", ours.p50(), ours.p95());
    (format!("accesses-{name}"), ours.p50(), peer.p50())
}
