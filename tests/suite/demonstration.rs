//! The demonstration tells the story that the study begins with: 94 practices equipped, 22 with use, four of them about four
//! fifths of it. The figures of the practices page are compared with SQL written by hand, over uptake's tables and over the log, and
//! `lysbro study` with both.

use crate::study::assert_made_again;
use crate::study_pages;
use axum::body::Body;
use http::Request;
use http_body_util::BodyExt;
use kit::testing::{DEPLOYMENTS, Empty, Engine};
use kit::{At, Clock, Context, Role};
use lysbro::demo::{Extent, Person, seed};
use serde_json::Value;
use std::collections::{HashMap, HashSet};
use tests::drill::{lysbro, said};
use tests::program;
use tower::ServiceExt;
use uuid::Uuid;

/// Practices that were equipped, those for training left out.
const EQUIPPED: &str = "select count(*) from uptake_practice p where p.test = false and exists (select 1 from uptake_enablement e \
    where e.practice = p.id and e.step = 'equipped')";
/// Practices with a referral that had a picture.
const WITH_USE: &str = "select count(*) from uptake_practice p where p.test = false and exists (select 1 from uptake_fact f \
    where f.practice = p.id and f.kind = 'ReferralSubmitted' and f.images > 0 and f.test = false)";
/// Their uses, the busiest first.
const USES: &str = "select count(*) from uptake_fact f join uptake_practice p on p.id = f.practice where p.test = false \
    and f.test = false and f.kind = 'ReferralSubmitted' and f.images > 0 group by f.practice order by count(*) desc";

/// A session of one of the demonstration's people, as a cookie.
async fn signed_in(ctx: &Context, app: &axum::Router, person: &Person) -> String {
    let kind = directory::LinkKind::SignIn;
    let token = directory::make_link(ctx, person.id, kind, kind.lasts()).await.expect("a link");
    let body = serde_json::json!({ "token": token }).to_string();
    let sign_in = Request::post("/api/directory/links/sign-in").header("content-type", "application/json");
    let signed_in = app.clone().oneshot(sign_in.body(Body::from(body)).expect("a request")).await.expect("an answer");
    signed_in.headers()["set-cookie"].to_str().expect("a cookie").split(';').next().expect("a pair").to_owned()
}

/// A screen's answer.
async fn get(app: &axum::Router, cookie: &str, path: &str) -> Value {
    let request = Request::get(path).header("cookie", cookie).body(Body::empty()).expect("a request");
    let answer = app.clone().oneshot(request).await.expect("an answer");
    assert_eq!(answer.status(), 200, "{path}");
    let bytes = answer.into_body().collect().await.expect("a body").to_bytes();
    serde_json::from_slice(&bytes).expect("JSON")
}

async fn count(ctx: &Context, sql: &'static str) -> i64 {
    let (count,): (i64,) = ctx.db.q(sql).one().await.expect("a count");
    count
}

/// Equipped practices and uses per practice as the log alone tells them.
async fn by_the_log(ctx: &Context) -> (usize, HashMap<Uuid, i64>) {
    let (mut equipped, mut uses, mut after) = (HashSet::new(), HashMap::new(), 0);
    loop {
        let page = kit::log::page(&ctx.db, after).await.expect("the log");
        let Some(last) = page.last() else { return (equipped.len(), uses) };
        after = last.position;
        for event in page.iter().filter(|event| !event.envelope.test) {
            let Some(practice) = event.practice() else { continue };
            match event.kind() {
                "EnablementRecorded" if event.envelope.step == "equipped" => {
                    equipped.insert(practice);
                }
                "ReferralSubmitted" if event.envelope.images > 0 => *uses.entry(practice).or_default() += 1,
                _ => {}
            }
        }
    }
}

/// Runs `lysbro study` beside the open deployment; whether it succeeded, and what it said.
async fn studied(empty: &Empty, out: &str, more: &[&str]) -> (bool, String) {
    let mut command = lysbro(&empty.settings, &[&["study", "--out", out], more].concat());
    command.current_dir(empty.folder.path());
    said(command).await
}

/// The bundle shows the origin's figures, is the same when it is made again, agrees with its manifest and names nobody.
async fn study(empty: &Empty, now: At, uses: i64) {
    let tomorrow = (kit::oslo::date(now) + time::Duration::DAY).to_string();
    for out in ["one", "two"] {
        let (done, text) = studied(empty, out, &["--until", &tomorrow]).await;
        assert!(done && text.starts_with("68 files in"), "{text}");
    }
    assert_made_again(&empty.folder.path().join("one"));
    let file = |of: &str, name: &str| std::fs::read(empty.folder.path().join(of).join(name)).expect("a file");
    let text = |name: &str| String::from_utf8(file("one", name)).expect("UTF-8");
    for name in ["analysis.py", "analysis.R", "data/parameters.csv", "data/cases.csv", "context.csv", "programme.json"]
    {
        assert!(text("MANIFEST.sha256").contains(&format!("  {name}\n")), "{name}");
    }
    for line in text("MANIFEST.sha256").lines() {
        let (hash, name) = line.split_once("  ").expect("a hash and a name");
        assert_eq!(hash, hex::encode(kit::pictures::sha256(&file("one", name))), "{name}");
        assert!(file("one", name) == file("two", name), "{name} is not the same again");
    }
    let funnel = text("funnel.csv");
    for (step, value) in [("equipped", "1,94,94"), ("first-use", "0.23404255319148937,22,94")] {
        assert!(funnel.contains(&format!("I-01,{step},of-first,{value},")), "{funnel}");
    }
    let last = text("concentration.csv").lines().last().map(str::to_owned).expect("users");
    assert!(last.starts_with("22,P") && last.ends_with(&format!(",{uses},1")), "{last}");
    assert_eq!(text("sample.csv").matches("optimal,").count(), 4);
    assert!(!text("programme.json").contains("legekontor") && !text("README.txt").contains("legekontor"));
    for (more, told) in [
        (&["--until", "2026-01-01"][..], "lysbro: folder one is not empty: name a new one with --out\n"),
        (&["--until", "1999-02-30"], "write a day of the calendar as YYYY-MM-DD; see lysbro study --help\n"),
    ] {
        let (done, text) = studied(empty, "one", more).await;
        assert!(!done && text.ends_with(told) && text.lines().count() == 1, "{text}");
    }
    let (done, text) = studied(empty, "three", &["--until", "1999-01-01"]).await;
    assert!(!done && text.contains(" until 1999-01-01, which is not after it"), "{text}");
    assert!(!empty.folder.path().join("three").exists(), "nothing is left of what was refused");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_practices_page_shows_the_origin_s_figures_and_sql_says_the_same() {
    for deployment in DEPLOYMENTS {
        // All of it on one engine; on the other the old use is thinned, office by office, and the four have less of it.
        let (share, about) = if deployment.0 == Engine::Sqlite { (1.0, 0.75..=0.85) } else { (0.2, 0.6..=0.85) };
        let mut empty = Empty::new(deployment).await.expect("a deployment");
        empty.settings.synthetic = true;
        empty.settings.decoder = vec![program(), "decode".into()];
        let services = lysbro::services();
        if deployment.0 == Engine::Postgres {
            kit::run::migrate(&services, &empty.settings, None).await.expect("migrated");
        }
        let clock = Clock::system();
        let (ctx, _) = kit::run::open(&services, empty.settings.clone(), clock.clone()).await.expect("opened");
        let people = seed(&services, &ctx, Extent { share, bar: false }).await.expect("seeded");
        clock.let_go();
        assert_eq!(kit::log::parked(&ctx.db).await.expect("a list").len(), 0, "nothing is parked");
        let app = kit::http::app(&services, ctx.clone());
        let manager = people.iter().find(|person| person.role == Role::ProgrammeManager).expect("a manager");
        let cookie = signed_in(&ctx, &app, manager).await;
        let panel = get(&app, &cookie, "/api/uptake/practices").await;
        let totals = &panel["totals"];
        let shown = |name: &str| totals[name].as_i64().unwrap_or_default();
        assert_eq!((shown("practices"), shown("equipped"), shown("withUse")), (94, 94, 22));
        assert_eq!((count(&ctx, EQUIPPED).await, count(&ctx, WITH_USE).await), (94, 22));
        let uses: Vec<(i64,)> = ctx.db.q(USES).all().await.expect("uses");
        let uses: Vec<i64> = uses.into_iter().map(|(uses,)| uses).collect();
        let (four, all) = (uses[..4].iter().sum::<i64>(), uses.iter().sum::<i64>());
        let top = &totals["topFourShare"];
        assert_eq!((top["numerator"].as_i64(), top["denominator"].as_i64()), (Some(four), Some(all)));
        assert!(about.contains(&(four as f64 / all as f64)), "{four} of {all}");
        let (equipped, mut by_log) = by_the_log(&ctx).await;
        assert_eq!((equipped, by_log.len(), by_log.values().sum::<i64>()), (94, 22, all));
        for row in panel["practices"].as_array().expect("rows") {
            let id: Uuid = row["id"].as_str().expect("an id").parse().expect("an id");
            if row["testPractice"] == false {
                assert_eq!(row["uses"].as_i64(), Some(by_log.remove(&id).unwrap_or_default()), "{}", row["name"]);
            }
        }
        assert!(by_log.is_empty(), "every user has a row");
        study(&empty, ctx.now(), all).await;
        study_pages::agree(&ctx, &app, &cookie, &empty.folder.path().join("one")).await;
        ctx.db.close().await;
        ctx.keys.db().close().await;
        ctx.audit.db().close().await;
    }
}
