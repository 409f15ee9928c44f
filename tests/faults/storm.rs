//! One storm: set up, load, kills, calm, judgement, and the line that says what it came to.

use crate::deployment::{Deployment, Kind, close};
use crate::dice::Dice;
use crate::ledger::Entry;
use crate::plan::{Department, Office, Plan, Signed};
use crate::{Outcome, judge, killer, ledger};
use kit::{Context, Role};
use serde_json::json;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};
use tests::{Client, Practice};
use tokio::process::{Child, Command};

/// What to run.
#[derive(clap::Args)]
pub struct Options {
    /// How many kills.
    #[arg(long, default_value_t = 10)]
    kills: usize,
    /// Which chance; the same seed draws the same numbers.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Which layout.
    #[arg(long, value_enum, default_value = "embedded")]
    deployment: Kind,
    /// Keeps the folder with ledger and logs here instead of a temporary one.
    #[arg(long)]
    keep: Option<PathBuf>,
}

const OFFICES: [&str; 4] = ["Solvik legekontor", "Havnes legesenter", "Fjellby legekontor", "Elvestad legesenter"];
const DEPARTMENTS: [(&str, &str); 2] = [("Skin department", "dermatology"), ("ENT department", "ent")];
const SPECIALISTS: usize = 2;
/// How long the client may take to finish what it began.
const LAST_WORK: Duration = Duration::from_mins(5);

/// How long it may take until three answers were read.
const WHOLE_WAY: Duration = Duration::from_mins(1);

/// Runs a storm and prints its line.
pub async fn run(options: Options) -> Outcome {
    let temporary = tempfile::Builder::new().prefix("lysbro-faults-").tempdir()?;
    let folder = options.keep.clone().unwrap_or_else(|| temporary.path().to_owned());
    println!("seed {} on {:?} in {}", options.seed, options.deployment, folder.display());
    let mut dice = Dice::new(options.seed, 0);
    let mut deployment = Deployment::start(options.deployment, &folder, &mut dice).await?;
    let mut plan = people(&deployment, options.seed, &folder).await?;
    let begun = Instant::now();
    let mut client = client(&folder)?;
    let done = killer::kill(&mut deployment, options.kills, &mut dice).await?;
    println!("{} kills in {:.0} s: {:?}", done.count(), begun.elapsed().as_secs_f64(), done.kills);
    until_answers_came_back(&plan).await?;
    drop(client.stdin.take());
    let ended = tokio::time::timeout(LAST_WORK, client.wait()).await.map_err(|_| "the client does not end")??;
    if !ended.success() {
        return Err("the client failed: its output says why".into());
    }
    let ctx = deployment.context().await?;
    let calm = judge::until_calm(&ctx).await;
    // The first manager did nothing for so long that the session ended.
    plan.manager =
        signed(&tests::person(&ctx, &address(&deployment)?, "Mona", Role::ProgrammeManager, None, None).await);
    let entries = ledger::read(&plan.ledger)?;
    let mut verdict = judge::judge(&plan, &entries, &ctx).await?;
    close(ctx).await;
    verdict.also(calm);
    verdict.also(judge::verified(&mut deployment).await);
    verdict.print();
    let mut again: Vec<_> = done.again.iter().map(|time| (time.as_secs_f64() * 100.0).round() / 100.0).collect();
    again.sort_by(f64::total_cmp);
    println!(
        "seconds until serving again: median {} longest {:.2}",
        again[again.len() / 2],
        done.longest().as_secs_f64()
    );
    println!("{}", verdict.line(done.count()));
    if verdict.clean() {
        Ok(())
    } else {
        Err(format!("seed {}: not everything is as acknowledged", options.seed).into())
    }
}

/// A short storm goes on until something has gone the whole way: what was never tried proves nothing.
async fn until_answers_came_back(plan: &Plan) -> Outcome {
    let begun = Instant::now();
    while begun.elapsed() < WHOLE_WAY {
        if ledger::read(&plan.ledger)?.iter().filter(|entry| matches!(entry, Entry::Read { .. })).count() >= 3 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(250)).await;
    }
    Ok(())
}

/// Registers practices, departments and people, and signs everybody in.
pub async fn people(deployment: &Deployment, seed: u64, folder: &Path) -> Outcome<Plan> {
    let ctx = deployment.context().await?;
    let base = address(deployment)?;
    let admin = tests::person(&ctx, &base, "Ada", Role::Administrator, None, None).await;
    let mut departments = Vec::new();
    for (name, specialty) in DEPARTMENTS {
        let id = ctx.new_id();
        let body = json!({ "id": id, "name": name, "hospital": "Hospital", "specialties": [specialty] });
        admin.post("/api/directory/departments", body).await.expect(201);
        let mut specialists = Vec::new();
        for number in 0..SPECIALISTS {
            let name = format!("{specialty}{number}");
            specialists.push(signed(&tests::person(&ctx, &base, &name, Role::Specialist, None, Some(id)).await));
        }
        departments.push(Department { id, specialty: specialty.to_owned(), specialists });
    }
    let mut offices = Vec::new();
    for (number, name) in OFFICES.into_iter().enumerate() {
        offices.push(office(&ctx, &base, &admin, (number, name)).await);
    }
    let manager = signed(&tests::person(&ctx, &base, "Maja", Role::ProgrammeManager, None, None).await);
    close(ctx).await;
    let addresses = deployment.addresses.clone();
    let plan = Plan { seed, ledger: folder.join("ledger.jsonl"), addresses, offices, departments, manager };
    plan.write(&folder.join("plan.json"))?;
    judge::until_known(&plan).await?;
    Ok(plan)
}

/// Where people sign in.
fn address(deployment: &Deployment) -> Outcome<String> {
    let directory = deployment.addresses.iter().find(|(name, _)| name == "directory");
    Ok(directory.ok_or("directory does not run")?.1.clone())
}

async fn office(ctx: &Context, base: &str, admin: &Client, (number, name): (usize, &'static str)) -> Office {
    let practice = Practice { id: ctx.new_id(), name };
    tests::register(admin, &practice).await;
    let place = Some(practice.id);
    let nurse = tests::person(ctx, base, &format!("nurse{number}"), Role::GpStaff, place, None).await;
    let gp = tests::person(ctx, base, &format!("gp{number}"), Role::GpClinician, place, None).await;
    Office { practice: practice.id, nurse: signed(&nurse), gp: signed(&gp) }
}

fn signed(client: &Client) -> Signed {
    Signed { cookie: client.cookie().to_owned() }
}

/// The client in a process of its own. It stops when its standard input is closed.
fn client(folder: &Path) -> Outcome<Child> {
    let child = Command::new(std::env::current_exe()?)
        .arg("client")
        .arg(folder.join("plan.json"))
        .stdin(Stdio::piped())
        .kill_on_drop(true)
        .spawn()?;
    Ok(child)
}
