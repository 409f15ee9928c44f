//! `lysbro backup`: beside running services.

use super::{Outcome, beside, standing, start_logging};
use crate::cli::Backup;
use crate::services;
use kit::Clock;
use kit::backup::{To, take};
use std::time::Instant;

pub(crate) async fn run(options: Backup) -> Outcome {
    let _telemetry = start_logging("warn");
    let services = services();
    let begun = Instant::now();
    let (ctx, _) = kit::run::open(&services, beside(standing(options.settings).await?), Clock::system()).await?;
    let to = To { folder: options.to, keys: options.keys_to, keep: options.keep, keep_keys: options.keep_keys };
    let (manifest, keys) = take(&ctx, &services, &to, &|line| println!("{line}")).await?;
    for fault in &manifest.faults {
        eprintln!("lysbro: not in the backup, because the store does not have it whole: {fault}");
    }
    println!("log            {} {}", manifest.log.number, manifest.log.hash);
    println!("access log     {} {}", manifest.access_log.number, manifest.access_log.hash);
    println!("keys           {} and {} tombstones, root key {}", keys.keys, keys.tombstones, keys.roots.join(" or "));
    println!(
        "backup {} is whole: {} objects, {} MB, {:.1} s",
        to.folder.join(&manifest.name).display(),
        manifest.objects,
        manifest.object_bytes / 1_000_000,
        begun.elapsed().as_secs_f64()
    );
    match manifest.faults.len() {
        0 => Ok(()),
        faults => Err(format!("{faults} objects were missing or damaged in the store; run `lysbro verify`").into()),
    }
}
