//! The API's committed description against a fuzzer: `make api-fuzz EXAMPLES=50`.
//!
//! A deployment runs in this process with people, a draft, a sent referral and its picture; schemathesis goes over
//! `proto/openapi.json` as four roles, with their real ids among the made-up ones, and every check of its own: no 5xx, no status
//! that is not described, bodies as described, no way in without a session. What ends a session (signing out, locking) runs last, with
//! sessions of its own.

use directory::LinkKind;
use kit::testing::World;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;
use tests::{Cast, Client, EMBEDDED, eventually, jpeg, world};
use uuid::Uuid;

const HOW: &str = "ST is not set to the fuzzer's program: run `make api-fuzz`, or `tests/tools/python.sh fuzz` and take bin/st beside it";
/// What ends the session that it is called with.
const ENDING: &str = "^/api/directory/(sign-out|sign-out-everywhere|lock|unlock)$";

/// The run; ends the process with 1 when something was found.
pub async fn run() {
    let program = std::env::var_os("ST").map(PathBuf::from).expect(HOW);
    assert!(program.exists(), "{HOW}");
    let world = world(EMBEDDED).await;
    let cast = Cast::assemble(world.ctx(), &world.url()).await;
    let ids = journey(&world, &cast).await;
    let folder = tempfile::tempdir().expect("a folder");
    let mut found = 0;
    let roles = [
        ("gp", &cast.gp),
        ("specialist", &cast.specialist),
        ("administrator", &cast.admin),
        ("manager", &cast.manager),
    ];
    for (role, client) in roles {
        let began = Instant::now();
        let token = client.token().expect("a session");
        let ran = go(&program, folder.path(), &world.url(), role, token, &ids, &["--exclude-path-regex", ENDING]);
        println!("api-fuzz role={role} {ran} seconds={:.0}", began.elapsed().as_secs_f64());
        found += ran.problems;
    }
    let person = directory::add_person(world.ctx(), None, "Leaving Synthetic", "leaving@lysbro.example", "en")
        .await
        .expect("a person");
    let link =
        directory::make_link(world.ctx(), person, LinkKind::SignIn, LinkKind::SignIn.lasts()).await.expect("a link");
    let leaving = Client::by_link(&world.url(), &link).await;
    let token = leaving.token().expect("a session");
    let ran = go(&program, folder.path(), &world.url(), "leaving", token, &ids, &["--include-path-regex", ENDING]);
    println!("api-fuzz role=leaving {ran}");
    found += ran.problems;
    let parked = world.settle().await.expect("settled");
    assert!(parked.is_empty(), "nothing that came in by the routes is parked: {parked:?}");
    world.stop().await;
    if found > 0 {
        std::process::exit(1);
    }
}

/// Ids that exist, and a claim's token.
async fn journey(world: &World, cast: &Cast) -> Vec<Uuid> {
    let ctx = world.ctx();
    let mut ids = vec![cast.practices[0].id, cast.practices[1].id, cast.departments[0], cast.departments[1]];
    for sent in [false, true] {
        let (referral, finding) = (ctx.new_id(), ctx.new_id());
        let path = format!("/api/intake/referrals/{referral}");
        let draft = json!({ "version": 0, "practiceId": cast.practices[0].id, "content": cast.content(finding) });
        let saved = cast.gp.put(&path, draft).await.expect(200).json();
        let (image, reply) = cast.gp.upload(referral, Some(finding), "close-up", &jpeg(1000, 800, 3)).await;
        assert_eq!(reply.status, 204, "{}", reply.text());
        ids.extend([referral, finding, image]);
        if sent {
            cast.gp.post(&format!("{path}/submit"), json!({ "version": saved["version"] })).await.expect(200);
            let case = format!("/api/review/cases/{referral}");
            let claim = eventually("the case at the hospital", async || {
                let claimed = cast.specialist.post(&format!("{case}/claim"), json!({})).await;
                (claimed.status == 200).then(|| claimed.json())
            })
            .await;
            ids.extend(claim["token"].as_str().and_then(|token| token.parse::<Uuid>().ok()));
        }
    }
    ids
}

/// What a run said of itself.
struct Ran {
    cases: u64,
    problems: u64,
}

impl std::fmt::Display for Ran {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "cases={} problems={}", self.cases, self.problems)
    }
}

fn go(program: &Path, folder: &Path, url: &str, role: &str, token: &str, ids: &[Uuid], more: &[&str]) -> Ran {
    // A test holds that this is the committed one.
    let description = folder.join("openapi.json");
    let openapi = kit::http::openapi(&lysbro::services()).to_pretty_json().expect("JSON") + "\n";
    std::fs::write(&description, openapi).expect("a description");
    let (config, report) = (folder.join(format!("{role}.toml")), folder.join(format!("{role}.json")));
    std::fs::write(&config, settings(token, ids)).expect("settings");
    let examples = std::env::var("EXAMPLES").unwrap_or_else(|_| "10".into());
    let seed = std::env::var("SEED").unwrap_or_else(|_| "1".into());
    let ended = Command::new(program)
        .arg("--config-file")
        .arg(&config)
        .arg("run")
        .arg(&description)
        .args(["--url", url, "--checks", "all", "--continue-on-failure", "--no-shrink"])
        // One worker: hypothesis' caches don't stand two threads.
        .args(["--max-examples", &examples, "--seed", &seed, "--warnings", "off", "--workers", "1"])
        .args(["--report", "json", "--report-json-path"])
        .arg(&report)
        .args(more)
        .env("SCHEMATHESIS_HOOKS", Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/hooks.py"))
        .current_dir(folder)
        .status()
        .expect("the fuzzer runs");
    let told: Value =
        std::fs::read(&report).ok().and_then(|bytes| serde_json::from_slice(&bytes).ok()).unwrap_or_default();
    if let Some(keep) = std::env::var_os("KEEP") {
        for file in [&report, &description] {
            std::fs::copy(file, Path::new(&keep).join(file.file_name().expect("a name"))).expect("a copy");
        }
    }
    let (cases, found) = (&told["test_cases"]["generated"], &told["test_cases"]["unique_failures"]);
    let (cases, found) = (cases.as_u64().unwrap_or(0), found.as_u64().unwrap_or(0));
    assert!(cases > 0, "the fuzzer tried nothing as {role}: {told}");
    // What the fuzzer itself could not do is a problem too: it proves nothing then.
    Ran { cases, problems: found.max(u64::from(!ended.success())) }
}

/// What a schema can't say of tus: the protocol answers 412 and 413 where others say 400.
const REFUSED: &str = "[400, 401, 403, 404, 405, 406, 409, 410, 412, 413, 415, 422, 428, 429]";
/// What a schema can't say of a form: that an end comes after its beginning, that a code is the right one.
const FINE: &str = "[\"2xx\", \"3xx\", 400, 401, 403, 404, 409, 410, 412, 413, 415, 422, 429, 460]";

/// The session, ids that exist among the made-up ones, and which refusals are fine. No server error ever is, nor a status that is
/// not described.
fn settings(token: &str, ids: &[Uuid]) -> String {
    let ids: Vec<String> = ids.iter().map(|id| format!("\"{id}\"")).collect();
    format!(
        "[auth.openapi.session]\napi_key = \"{token}\"\n\n[dictionaries.ids]\nvalues = [{}]\n\n\
         [parameters]\n\"path.id\" = {{ dictionary = \"ids\", probability = 0.6 }}\n\n\
         [checks]\nnegative_data_rejection.expected-statuses = {REFUSED}\nmissing_required_header.expected-statuses = {REFUSED}\n\
         positive_data_acceptance.expected-statuses = {FINE}\n",
        ids.join(", ")
    )
}
