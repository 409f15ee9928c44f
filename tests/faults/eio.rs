//! A sync fails: strace lets the n-th fsync of each thread end with EIO while submissions run. The process must end by itself
//! before anything more is acknowledged, and after the next start everything that was acknowledged must be there.

use crate::client::{ask, http};
use crate::deployment::{Deployment, Kind};
use crate::dice::Dice;
use crate::order::oracle::{Oracle, Sent};
use crate::order::{CALLS, Load, drive, lines, whole};
use crate::plan::Plan;
use crate::{Outcome, judge, storm};
use reqwest::Method;
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;
use tokio::process::{Child, Command};

/// What to run.
#[derive(clap::Args)]
pub struct Options {
    /// Which syncs fail, one after the other: `1-50`, or `1,7,30`.
    #[arg(long, default_value = "1-50")]
    syncs: String,
    /// Which chance.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Keeps folder and traces here.
    #[arg(long)]
    keep: Option<PathBuf>,
}

/// Enough that every thread that syncs does it fifty times; the failure ends it earlier.
const LOAD: Load = Load { submissions: 2_000, workers: 4 };
/// How long a process may live on after a sync has failed.
const ENDS: Duration = Duration::from_secs(10);

/// Lets one sync after the other fail.
pub async fn run(options: Options) -> Outcome {
    let temporary = tempfile::Builder::new().prefix("lysbro-eio-").tempdir()?;
    let folder = options.keep.clone().unwrap_or_else(|| temporary.path().to_owned());
    let (folder, mut dice) = (whole(&folder)?, Dice::new(options.seed, 0));
    let mut deployment = Deployment::start(Kind::Embedded, &folder, &mut dice).await?;
    let plan = storm::people(&deployment, options.seed, &folder).await?;
    let (mut files, mut errors, mut kept, mut cases) = (BTreeMap::new(), Vec::new(), Vec::new(), 0);
    for number in numbers(&options.syncs)? {
        let trace = folder.join(format!("trace-{number}.txt"));
        let (sent, file) = one(&mut deployment, &plan, (number, &trace), &mut dice, &mut errors).await?;
        *files.entry(kind_of(&file)).or_insert(0) += 1;
        kept.extend(sent);
        cases += 1;
        if options.keep.is_none() {
            std::fs::remove_file(&trace)?;
        }
    }
    let lost = lost(&plan, &kept).await?;
    errors.extend(lost.iter().cloned());
    let ctx = deployment.context().await?;
    let calm = judge::until_calm(&ctx).await;
    crate::deployment::close(ctx).await;
    calm?;
    judge::verified(&mut deployment).await?;
    if kept.is_empty() {
        errors.push("nothing was acknowledged before any failure, so this proves nothing: let later syncs fail".into());
    }
    for error in errors.iter().take(40) {
        println!("{error}");
    }
    println!("the first failed sync was of: {files:?}");
    println!("eio cases={cases} acknowledged={} lost={} wrong={}", kept.len(), lost.len(), errors.len() - lost.len());
    if errors.is_empty() { Ok(()) } else { Err("a failed sync was not taken as the end".into()) }
}

fn numbers(text: &str) -> Outcome<Vec<usize>> {
    if let Some((first, last)) = text.split_once('-') {
        return Ok((first.parse()?..=last.parse()?).collect());
    }
    text.split(',').map(|number| Ok(number.trim().parse()?)).collect()
}

/// One case: what was acknowledged in it, and of which file the sync failed.
async fn one(
    deployment: &mut Deployment,
    plan: &Plan,
    (number, trace): (usize, &Path),
    dice: &mut Dice,
    errors: &mut Vec<String>,
) -> Outcome<(Vec<Sent>, String)> {
    let process = &mut deployment.processes[0];
    let mut strace = attach(process.id().ok_or("the service does not run")?, number, trace).await?;
    let sent = drive(plan, LOAD, dice).await?;
    let ended = tokio::time::timeout(ENDS, async {
        while !process.ended() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    });
    if ended.await.is_err() {
        errors.push(format!("n={number}: the process lives on"));
        process.kill().await?;
    }
    strace.wait().await?;
    let oracle = Oracle::read(lines(trace)?, &sent);
    let Some((_, file)) = oracle.failed.clone() else {
        return Err(format!("n={number}: no sync failed under {} submissions", sent.len()).into());
    };
    errors.extend(
        oracle.after_failure().into_iter().map(|request| format!("n={number}: {request} was acknowledged later")),
    );
    let data = deployment.folder.join("data").display().to_string();
    errors.extend(oracle.judge(&data, &sent).into_iter().map(|error| format!("n={number}: {error}")));
    deployment.until_serving().await?;
    Ok((sent, file))
}

/// strace on a running process: the `number`-th sync of every thread fails. Returns once it is attached.
async fn attach(process: u32, number: usize, trace: &Path) -> Outcome<Child> {
    let inject = format!("inject=fsync,fdatasync:error=EIO:when={number}");
    let mut strace = Command::new("strace")
        .args(["--follow-forks", "-yy", "-s", "4200", "-e", "signal=none", "-e", CALLS, "-e", &inject, "-o"])
        .arg(trace)
        .args(["-p", &process.to_string()])
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()?;
    for _ in 0..200 {
        let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
        let tracer = status.lines().find_map(|line| line.strip_prefix("TracerPid:"));
        if tracer.is_some_and(|tracer| tracer.trim() != "0") {
            // The other threads follow within the same moment.
            tokio::time::sleep(Duration::from_millis(100)).await;
            return Ok(strace);
        }
        if strace.try_wait()?.is_some() {
            // What the service does by itself may have met the failure already.
            let met = std::fs::read_to_string(trace).is_ok_and(|text| text.contains("(INJECTED)"));
            return if met { Ok(strace) } else { Err(CANNOT_ATTACH.into()) };
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    Err(CANNOT_ATTACH.into())
}

const CANNOT_ATTACH: &str = "strace can't attach: is tracing another process allowed here (kernel.yama.ptrace_scope)?";

/// What was acknowledged and is not there.
async fn lost(plan: &Plan, kept: &[Sent]) -> Outcome<Vec<String>> {
    let http = http();
    let mut lost = Vec::new();
    for sent in kept {
        let path = format!("/api/intake/referrals/{}", sent.referral);
        let mut seen = Value::Null;
        for office in &plan.offices {
            let reply = ask(&http, plan, &office.gp.cookie, &Method::GET, &path, &[], Vec::new()).await;
            let reply = reply.ok_or("no answer in calm weather")?;
            if reply.status == 200 {
                seen = reply.json();
                let path = format!("/api/intake/images/{}/original", sent.image);
                let picture = ask(&http, plan, &office.gp.cookie, &Method::GET, &path, &[], Vec::new()).await;
                if picture.is_none_or(|picture| picture.status != 200 || picture.bytes.len() != sent.length) {
                    lost.push(format!("lost: picture {}", sent.image));
                }
            }
        }
        if seen.is_null() || (sent.submitted && seen["submittedAt"].is_null()) {
            lost.push(format!("lost: referral {} or its submission", sent.referral));
        }
    }
    Ok(lost)
}

/// The kind of a file, for the figures.
fn kind_of(file: &str) -> &'static str {
    let kinds = [
        ("/lysbro.sqlite-wal", "log of the database"),
        ("/keys.sqlite-wal", "log of the keys"),
        ("/audit.sqlite-wal", "log of the access log"),
        (".sqlite", "a database's file"),
        ("/put-", "an object's file"),
        ("/buckets/", "an object's directory"),
    ];
    kinds.into_iter().find(|(part, _)| file.contains(part)).map_or("another file", |(_, kind)| kind)
}
