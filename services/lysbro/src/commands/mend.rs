//! `lysbro mend`: damaged and missing objects back from a backup.

use super::{Outcome, start_logging};
use crate::services;
use kit::Clock;
use kit::settings::Settings;
use std::path::Path;

pub(crate) async fn run(from: &Path, settings: Settings) -> Outcome {
    let _telemetry = start_logging("warn");
    let services = services();
    let (ctx, _) = kit::run::open(&services, settings, Clock::system()).await?;
    let mended = kit::backup::mend(&ctx, &services, from, &|line| println!("{line}")).await?;
    println!("{} objects named by rows, {} put back, {} lost", mended.named, mended.back, mended.lost);
    if mended.lost == 0 { Ok(()) } else { Err(format!("{} objects are not in this backup", mended.lost).into()) }
}
