//! `lysbro study` and `lysbro export`: the study's files from the record, beside running services.

use super::{Fault, Outcome, rows_only, standing};
use crate::cli::Study;
use crate::services;
use std::path::Path;
use uptake::record::{Asked, Record, notes, read};
use uptake::study::bundle::{Files, MANIFEST, Origin, bundle};
use uptake::study::calendar::day_name;
use uptake::study::disclosure::rule::{Rule, Tier};
use uptake::study::export::exports;

pub(crate) async fn run(options: Study) -> Outcome {
    written(options, |record, origin| Ok(bundle(&record.programme, &record.window, origin)?)).await
}

pub(crate) async fn export(options: Study) -> Outcome {
    written(options, |record, origin| {
        Ok(exports(&record.programme, &record.window, origin, Tier::Programme, Rule::EXACT)?)
    })
    .await
}

/// What is made of the record at one position.
type Made = Result<Files, Fault>;

async fn written(options: Study, make: impl FnOnce(&Record, &Origin<'_>) -> Made) -> Outcome {
    let Study { out, from, until, specialty, settings } = options;
    check_empty(&out)?;
    let asked = Asked { from, until, specialty };
    let ctx = rows_only(&services(), standing(settings).await?).await?;
    let record = read(&ctx.db, &asked, ctx.now()).await?;
    let notes = notes(&ctx.db).await?;
    let origin = Origin { version: env!("CARGO_PKG_VERSION"), position: record.position, notes: &notes };
    let files = make(&record, &origin)?;
    write(&out, &files)?;
    println!(
        "{} files in {}: log position {}, {} to {}",
        files.len(),
        out.display(),
        record.position,
        day_name(record.window.from),
        day_name(record.window.until)
    );
    Ok(())
}

/// Refuses a folder with anything in it: a bundle is of one piece.
fn check_empty(folder: &Path) -> Outcome {
    if !folder.exists() {
        return Ok(());
    }
    let name = folder.display();
    match folder.read_dir().map_err(|error| format!("{name}: {error}"))?.next() {
        None => Ok(()),
        Some(_) => Err(format!("folder {name} is not empty: name a new one with --out").into()),
    }
}

/// The manifest last: without it, a bundle was not finished.
fn write(folder: &Path, files: &Files) -> Outcome {
    let last = |name: &String| name == MANIFEST;
    let order = files.iter().filter(|one| !last(one.0)).chain(files.iter().filter(|one| last(one.0)));
    for (name, bytes) in order {
        let path = folder.join(name);
        let told = |error: std::io::Error| format!("{}: {error}", path.display());
        path.parent().map_or(Ok(()), std::fs::create_dir_all).map_err(told)?;
        std::fs::write(&path, bytes).map_err(told)?;
    }
    Ok(())
}
