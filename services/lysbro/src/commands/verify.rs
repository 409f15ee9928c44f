//! `lysbro verify`: log, access log and object store against each other.

use super::{Outcome, start_logging};
use crate::services;
use kit::objects::{ListedObject, ObjectError};
use kit::settings::Settings;
use kit::{Clock, Context};
use std::collections::HashMap;
use time::Duration;

/// Prefixes under which every object must be named by a row; pieces of uploads come and go.
const OWNED: [&str; 2] = ["originals/", "derivatives/"];

/// How long an object may stand before a row names it.
const GRACE: Duration = Duration::days(1);

pub(crate) async fn run(settings: Settings) -> Outcome {
    let _telemetry = start_logging("warn");
    let services = services();
    let (ctx, _) = kit::run::open(&services, settings, Clock::system()).await?;
    let mut faults = 0;
    let chain = kit::log::verify_chain(&ctx.db).await?;
    println!("log            {} events, broken {:?}", chain.events, chain.broken);
    let (groups, broken) = ctx.audit.verify().await?;
    println!("access log     {groups} groups, broken {broken:?}");
    faults += chain.broken.len() + broken.len();
    let mut named = HashMap::new();
    for text in services.iter().flat_map(|service| service.objects) {
        named.extend(ctx.db.q(text).all::<(String, Vec<u8>)>().await?);
    }
    let there = names_in_store(&ctx).await?;
    for (object, hash) in &named {
        match ctx.objects.get(object).await {
            Ok(bytes) if kit::pictures::sha256(&bytes) == *hash => {}
            Ok(_) | Err(ObjectError::Damaged(_)) => told(&mut faults, "changed", object),
            Err(ObjectError::Absent) => told(&mut faults, "missing", object),
            Err(error) => return Err(error.into()),
        }
    }
    // A crash between object and row leaves an object that the next try uses or the janitor removes: young ones are no fault.
    let unnamed = there.iter().filter(|object| !named.contains_key(&object.key));
    let (young, old): (Vec<_>, Vec<_>) = unnamed.partition(|object| ctx.now() - object.modified < GRACE);
    for object in old {
        told(&mut faults, "nobody's", &object.key);
    }
    println!(
        "objects        {} named by rows, {} in the store, {} not named yet and younger than a day",
        named.len(),
        there.len(),
        young.len()
    );
    let parked = kit::log::parked(&ctx.db).await?.len();
    println!("parked events  {parked}");
    if faults == 0 { Ok(()) } else { Err(format!("{faults} faults").into()) }
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
