//! `lysbro import FILE [--dry-run]`: the register and the roll-out from a CSV file, beside running services.

use super::{Outcome, rows_only};
use crate::cli::Import;
use crate::services;

/// Longer files are cut into several, as at the route.
const LONGEST: u64 = kit::http::SHEET_LIMIT as u64;

pub(crate) async fn run(options: Import) -> Outcome {
    let Import { file, dry_run, settings } = options;
    let name = file.display();
    let length = std::fs::metadata(&file).map_err(|error| format!("{name}: {error}"))?.len();
    if length > LONGEST {
        return Err(format!("{name} is larger than {} MiB: cut it into several files", LONGEST >> 20).into());
    }
    let bytes = std::fs::read(&file).map_err(|error| format!("{name}: {error}"))?;
    let ctx = rows_only(&services(), settings.resolve()?).await?;
    let report = directory::import_file(&ctx, bytes, dry_run).await?;
    for fault in &report.faults {
        let column = fault.column.as_deref().map(|column| format!(" {column}:")).unwrap_or_default();
        eprintln!("{name}:{}:{column} {} ({})", fault.line, fault.message, fault.code);
    }
    if report.more_faults > 0 {
        eprintln!("{name}: and {} more faults", report.more_faults);
    }
    let done = if dry_run || !report.faults.is_empty() { "would be imported" } else { "imported" };
    println!(
        "{done}: practices {}, new {}, changed {}, unchanged {}, register entries {}, dates of steps {}",
        report.practices, report.new, report.changed, report.unchanged, report.registers, report.steps
    );
    match report.faults.len() + report.more_faults {
        0 => Ok(()),
        1 => Err("the file has one fault; nothing was imported".into()),
        faults => Err(format!("the file has {faults} faults; nothing was imported").into()),
    }
}
