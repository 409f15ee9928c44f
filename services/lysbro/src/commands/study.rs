//! `lysbro study --out FOLDER`: the study's files from the record, beside running services.

use super::{Outcome, rows_only, standing};
use crate::cli::Study;
use crate::services;
use std::path::Path;
use uptake::record::{Asked, NOT_RECORDED, Record, read};
use uptake::study::bundle::{Files, MANIFEST, Origin, bundle};
use uptake::study::calendar::day_name;

pub(crate) async fn run(options: Study) -> Outcome {
    let Study { out, from, until, specialty, settings } = options;
    check_empty(&out)?;
    let asked = Asked { from, until, specialty };
    let ctx = rows_only(&services(), standing(settings).await?).await?;
    let Record { position, window, programme } = read(&ctx.db, &asked).await?;
    let mut notes: Vec<String> = NOT_RECORDED.map(str::to_owned).into();
    let parked = kit::log::parked(&ctx.db).await?.iter().filter(|one| one.consumer == uptake::RECORD).count();
    let behind = kit::log::head(&ctx.db).await? - position;
    for (number, what) in [(parked as i64, "parked"), (behind, "not read yet")] {
        if number > 0 {
            notes.push(format!("events of the log that are {what}: {number}"));
        }
    }
    let origin = Origin { version: env!("CARGO_PKG_VERSION"), position, notes: &notes };
    let files = bundle(&programme, &window, &origin)?;
    write(&out, &files)?;
    println!(
        "{} files in {}: log position {position}, {} to {}",
        files.len(),
        out.display(),
        day_name(window.from),
        day_name(window.until)
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
