//! `lysbro serve [SERVICE…]`.

use super::{Outcome, start_logging};
use kit::settings::Settings;
use kit::{Clock, Service};
use std::sync::Arc;

/// File in the data folder with the running service's address.
pub(crate) const ADDRESS: &str = "address";

/// Exit status after a failed sync (`EX_IOERR`).
const HALTED: i32 = 74;

pub(crate) async fn run(names: Vec<String>, settings: Settings) -> Outcome {
    let _telemetry = start_logging("info");
    let services = chosen(&names)?;
    kit::run::check_store(&services, &settings)?;
    let data = settings.data.clone();
    let (ctx, sheet) = kit::run::open(&services, settings, Clock::system()).await?;
    if let Some(sheet) = sheet {
        println!(
            "RECOVERY SHEET. Print this, or copy it by hand, and keep it apart from the backups.\n\
             Without the root key every referral is lost; whoever has it and the key store can read them.\n\
             root key    {}\nfingerprint {}",
            sheet.root_key, sheet.fingerprint
        );
    }
    let warning = if ctx.keys.is_closed() { None } else { ctx.keys.care().await?.warning() };
    let running = kit::run::start(Arc::new(services), ctx).await?;
    // After the start: what can't start says why, in one line, and nothing else.
    if let Some(warning) = warning {
        eprintln!("lysbro: {warning}");
    }
    let address = format!("http://localhost:{}", running.address.port());
    println!("address {address}");
    if let Err(error) = std::fs::write(data.join(ADDRESS), &address) {
        eprintln!("lysbro: {}: {error}; `lysbro invite` will not know the port", data.join(ADDRESS).display());
    }
    println!("ready");
    tokio::select! {
        () = until_told() => running.stop().await,
        reason = running.ctx.until_halted() => end(&reason),
    }
    Ok(())
}

/// Ends without a word to the disk: closing the databases would sync what failed a second time. The supervisor starts it anew.
pub(crate) fn end(reason: &str) -> ! {
    eprintln!("lysbro: {reason}");
    std::process::exit(HALTED)
}

fn chosen(names: &[String]) -> Result<Vec<Service>, String> {
    let all = crate::services();
    if let Some(unknown) = names.iter().find(|name| all.iter().all(|service| service.name != **name)) {
        let known: Vec<_> = all.iter().map(|service| service.name).collect();
        return Err(format!("there is no service {unknown}: choose from {}", known.join(", ")));
    }
    Ok(all.into_iter().filter(|service| names.is_empty() || names.iter().any(|name| name == service.name)).collect())
}

/// Returns at Ctrl-C or SIGTERM.
pub(crate) async fn until_told() {
    use tokio::signal::unix::{SignalKind, signal};
    let Ok(mut terminate) = signal(SignalKind::terminate()) else { return };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        _ = terminate.recv() => {}
    }
}
