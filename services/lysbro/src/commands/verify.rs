//! `lysbro verify`: log, access log and object store against each other; also beside a running service.

use super::{Outcome, beside, standing, start_logging};
use crate::cli::Verify;
use crate::services;
use futures::StreamExt;
use kit::backup::{Head, Manifest};
use kit::objects::{ListedObject, ObjectError};
use kit::{Clock, Context, Error, Service};
use std::collections::HashMap;
use time::Duration;

/// Prefixes under which every object must be named by a row; pieces of uploads come and go.
const OWNED: [&str; 2] = ["originals/", "derivatives/"];

/// How long an object may stand before a row names it.
const GRACE: Duration = Duration::days(1);
/// Objects read at once.
const AT_ONCE: usize = 8;

pub(crate) async fn run(options: Verify) -> Outcome {
    let _telemetry = start_logging("warn");
    let services = services();
    let (ctx, _) = kit::run::open(&services, beside(standing(options.settings).await?), Clock::system()).await?;
    let mut faults = walk(&ctx, &services).await?;
    if let Some(path) = options.against {
        faults += against(&ctx, &Manifest::read(&path)?).await?;
    }
    if faults == 0 { Ok(()) } else { Err(format!("{faults} faults").into()) }
}

/// Compares both logs with the heads that a manifest kept outside: a tail that was cut off, or a log written anew, shows.
pub(crate) async fn against(ctx: &Context, manifest: &Manifest) -> Result<usize, Error> {
    let log = kit::log::hash_at(&ctx.db, manifest.log.number).await?;
    let access_log = ctx.audit.hash_at(manifest.access_log.number).await?;
    let mut faults = 0;
    for (what, head, found) in [("log", &manifest.log, log), ("access log", &manifest.access_log, access_log)] {
        // Nothing was written yet: every log begins like that.
        let agrees = head.number == 0 || is(head, found);
        println!(
            "{what:14} {} the head of {}, number {}",
            if agrees { "has" } else { "LACKS" },
            manifest.name,
            head.number
        );
        faults += usize::from(!agrees);
    }
    Ok(faults)
}

fn is(head: &Head, found: Option<Vec<u8>>) -> bool {
    found.is_some_and(|found| kit::backup::hex(&found) == head.hash)
}

/// Walks everything and prints what is wrong; gives back how much.
pub(crate) async fn walk(ctx: &Context, services: &[Service]) -> Result<usize, Error> {
    let mut faults = 0;
    let chain = kit::log::verify_chain(&ctx.db).await?;
    println!("log            {} events, broken {:?}", chain.events, chain.broken);
    let (groups, broken) = ctx.audit.verify().await?;
    println!("access log     {groups} groups, broken {broken:?}");
    faults += chain.broken.len() + broken.len();
    // The listing comes first: what is named later is read all the same, and what is listed and purged meanwhile is looked for.
    let there = names_in_store(ctx).await?;
    let mut named = HashMap::new();
    for text in services.iter().flat_map(|service| service.objects) {
        named.extend(ctx.db.q(text).all::<(String, Vec<u8>)>().await?);
    }
    let mut checking = futures::stream::iter(&named)
        .map(async |(object, hash)| match ctx.objects.get(object).await {
            Ok(bytes) if kit::pictures::sha256(&bytes) == *hash => Ok(None),
            Ok(_) | Err(ObjectError::Damaged(_)) => Ok(Some(("changed", object))),
            Err(ObjectError::Absent) => Ok(Some(("missing", object))),
            Err(error) => Err(error),
        })
        .buffer_unordered(AT_ONCE);
    while let Some(checked) = checking.next().await {
        if let Some((what, object)) = checked? {
            told(&mut faults, what, object);
        }
    }
    // A crash between object and row leaves an object that the next try uses or the janitor removes: young ones are no fault.
    let unnamed = there.iter().filter(|object| !named.contains_key(&object.key));
    let (young, old): (Vec<_>, Vec<_>) = unnamed.partition(|object| ctx.now() - object.modified < GRACE);
    for object in old {
        if !matches!(ctx.objects.get(&object.key).await, Err(ObjectError::Absent)) {
            told(&mut faults, "nobody's", &object.key);
        }
    }
    println!(
        "objects        {} named by rows, {} in the store, {} not named yet and younger than a day",
        named.len(),
        there.len(),
        young.len()
    );
    for one in kit::scrub::damaged(&ctx.db).await? {
        println!("known damaged  {} {} since {}", one.object, one.what, one.found_at);
    }
    for walk in kit::scrub::states(&ctx.db).await? {
        let whole = walk.whole_at.map_or_else(|| "never".to_owned(), |at| at.to_string());
        println!("scrub          {} at {} of {}, last whole {whole}", walk.name, walk.checked, walk.total);
    }
    let care = ctx.keys.care().await?;
    println!("recovery       {}", care.warning().unwrap_or("the sheet was exported and a restore rehearsed"));
    println!("parked events  {}", kit::log::parked(&ctx.db).await?.len());
    Ok(faults)
}

fn told(faults: &mut usize, what: &str, object: &str) {
    *faults += 1;
    println!("{what:14} {object}");
}

async fn names_in_store(ctx: &Context) -> Result<Vec<ListedObject>, ObjectError> {
    let mut all = Vec::new();
    for prefix in OWNED {
        all.extend(ctx.objects.list(prefix, None, usize::MAX).await?);
    }
    Ok(all)
}
