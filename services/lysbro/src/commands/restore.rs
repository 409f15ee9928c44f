//! `lysbro restore`: into an empty deployment.

use super::{Fault, Outcome, start_logging, verify};
use crate::cli::Restore;
use crate::services;
use intake::EraseError;
use kit::backup::{Restored, restore};
use kit::keys::{RootKey, Roots};
use kit::settings::Settings;
use kit::{Clock, Context};
use proto::Event;
use proto::intake::ReferralErased;
use std::time::Instant;

/// Stands in the data folder while a restore is under way; every other command refuses beside it.
const MARK: &str = "restore-not-finished";

pub(crate) async fn run(options: Restore) -> Outcome {
    let _telemetry = start_logging("warn");
    let begun = Instant::now();
    let settings = options.settings.resolve()?;
    let given = root_keys(&settings)?;
    std::fs::create_dir_all(&settings.data)?;
    let mark = settings.data.join(MARK);
    let from = (options.from.as_path(), options.keys_from.as_path());
    let restored = restore(&settings, &given, from, &options.tombstones, &mark, &|line| println!("{line}")).await?;
    let rehearsal = restored.roots.last().unwrap_or(&given[0]).rehearsal(&restored.manifest.name);
    if settings.keys_url.starts_with("sqlite:") {
        for root in Roots::keep(&settings.data, &restored.roots)? {
            println!("root key       {} written to {}", root.fingerprint(), settings.data.display());
        }
    }
    let services = services();
    // A backup of an older program gets today's schema.
    kit::run::migrate(&services, &settings, None).await?;
    let (ctx, _) = kit::run::open(&services, settings, Clock::system()).await?;
    let against = verify::against(&ctx, &restored.manifest).await?;
    let (sessions, links) = directory::end_everything(&ctx).await?;
    println!("signed out     {sessions} sessions and {links} open links of before");
    println!("erased         {} referrals again that were erased since", erase_again(&ctx, &restored).await?);
    for key in &restored.lost {
        println!("lost           {key}");
    }
    let faults = verify::walk(&ctx, &services).await? + against;
    std::fs::remove_file(&mark)?;
    println!(
        "rehearsal      to note it in the deployment of this backup: lysbro rehearsed {} {rehearsal}",
        restored.manifest.name
    );
    println!("restored {} in {:.1} s", restored.manifest.name, begun.elapsed().as_secs_f64());
    if faults == 0 { Ok(()) } else { Err(format!("everything that could be was restored; {faults} faults").into()) }
}

/// Refuses what a restore has only half put back: a backup of it would be the newest and hold nothing.
pub(crate) fn check_finished(settings: &Settings) -> Outcome {
    let mark = settings.data.join(MARK);
    if mark.exists() {
        let folder = settings.data.display();
        return Err(format!("a restore into {folder} did not end: empty the deployment and restore again").into());
    }
    Ok(())
}

/// The root keys at hand, the older first; there is at least one.
fn root_keys(settings: &Settings) -> Result<Vec<RootKey>, Fault> {
    let given = kit::run::roots(settings)?.read()?;
    if given.is_empty() {
        return Err("set LYSBRO_ROOT_KEY to the root key of the recovery sheet: nothing can be read without it".into());
    }
    Ok(given)
}

/// Does again what was erased after the backup was taken. Their keys are destroyed already.
async fn erase_again(ctx: &Context, restored: &Restored) -> Result<u64, Box<dyn std::error::Error + Send + Sync>> {
    let mut all = restored.tombstones.clone();
    all.extend(kit::log::subjects(&ctx.db, ReferralErased::KIND).await?);
    let mut done = 0;
    for referral in all {
        match intake::erase(ctx, referral).await {
            Ok(new) => done += u64::from(new),
            // A draft that was purged, or a key of something else.
            Err(EraseError::Unknown(_)) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(done)
}
