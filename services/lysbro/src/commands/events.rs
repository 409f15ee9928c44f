//! `lysbro events …`: envelopes, the chain, parked events, rebuilding.

use super::{Outcome, rows_only, standing};
use crate::cli::Events;
use crate::services;
use kit::log::{self, Consumer};
use kit::{Context, Service};

pub(crate) async fn run(command: Events) -> Outcome {
    let services = services();
    match command {
        Events::List { from, settings } => list(&rows_only(&services, standing(settings).await?).await?, from).await,
        Events::Check { settings } => check(&rows_only(&services, standing(settings).await?).await?).await,
        Events::Parked { retry, settings } => {
            parked(&services, &rows_only(&services, standing(settings).await?).await?, retry).await
        }
        Events::Rebuild { consumer, settings } => {
            let ctx = rows_only(&services, standing(settings).await?).await?;
            let found = consumers(&services).find(|one| one.name == consumer);
            let names: Vec<_> = consumers(&services).map(|one| one.name).collect();
            let found = found.ok_or(format!("there is no consumer {consumer}: choose from {}", names.join(", ")))?;
            println!("{} read {} events again", found.name, log::rebuild(&ctx, found).await?);
            Ok(())
        }
    }
}

fn consumers(services: &[Service]) -> impl Iterator<Item = &Consumer> {
    services.iter().flat_map(|service| &service.consumers)
}

async fn list(ctx: &Context, from: i64) -> Outcome {
    let mut after = from - 1;
    loop {
        let page = log::page(&ctx.db, after).await?;
        let Some(last) = page.last() else { return Ok(()) };
        after = last.position;
        for event in page {
            let place = event.practice().map_or_else(|| "-".to_owned(), |id| id.to_string());
            let (at, kind, subject) = (event.occurred_at(), event.kind(), event.subject());
            println!("{}\t{at}\t{kind}\t{subject}\t{place}\t{}", event.position, event.request());
        }
    }
}

async fn check(ctx: &Context) -> Outcome {
    let report = log::verify_chain(&ctx.db).await?;
    println!("{} events, head {}, broken {:?}", report.events, report.head, report.broken);
    if report.broken.is_empty() { Ok(()) } else { Err("the log is not what was written".into()) }
}

async fn parked(services: &[Service], ctx: &Context, retry: bool) -> Outcome {
    if retry {
        for consumer in consumers(services) {
            let done = log::retry_parked(ctx, consumer).await?;
            if done > 0 {
                println!("{}: {done} went through", consumer.name);
            }
        }
    }
    let parked = log::parked(&ctx.db).await?;
    for one in &parked {
        println!("{}\t{}\t{}\t{}\t{}", one.consumer, one.position, one.subject, one.parked_at, one.reason);
    }
    println!("{} parked", parked.len());
    Ok(())
}
