//! `lysbro demo`: everything on the embedded default with a living programme of made-up people.
//!
//! It is seeded through the services' own routes, in time order, with the context's clock held at each moment; then the
//! clock is let go and the same context serves. Pictures are drawn here. There are no passwords: one-time links.

mod answers;
mod case;
mod dice;
mod office;
mod ordinary;
mod pictures;
mod plan;
mod programme;
mod register;
mod rollout;
mod seed;
mod surroundings;
mod visitor;

pub use seed::{Extent, Person};

use crate::cli::Demo;
use crate::commands::{Outcome, start_logging};
use crate::services;
use kit::settings::Settings;
use kit::{Clock, Context, Error, Service};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc;

/// Stands in a demonstration's folder, so that only such a folder is ever emptied.
const MARK: &str = "SYNTHETIC-DEMONSTRATION";

pub(crate) async fn run(options: Demo) -> Outcome {
    let _telemetry = start_logging("warn");
    make_new(&options.data)?;
    let mut settings = Settings::embedded(&options.data);
    settings.listen.set_port(options.port);
    settings.programme = "Northern light bridge".into();
    settings.synthetic = true;
    let clock = Clock::system();
    let services = services();
    let (ctx, _) = kit::run::open(&services, settings, clock.clone()).await?;
    println!("seeding a demonstration programme: made-up practices, people and pictures");
    let people = seed(&services, &ctx, Extent { share: 1.0, bar: true }).await?;
    clock.let_go();
    let running = kit::run::start(Arc::new(services), ctx).await?;
    let address = format!("http://localhost:{}", running.address.port());
    println!("\naddress {address}");
    print_links(&running.ctx, &people, &address).await?;
    println!("\nready");
    tokio::spawn(tell_when_prepared(running.ctx.clone()));
    let mut asked = asked_for_links();
    loop {
        tokio::select! {
            () = crate::commands::until_told() => break,
            Some(()) = asked.recv() => print_links(&running.ctx, &people, &address).await?,
        }
    }
    running.stop().await;
    Ok(())
}

/// Seeds an empty deployment of all services with the demonstration's programme, and leaves the clock held at its last moment;
/// returns one person per role.
///
/// # Errors
/// What a route refused.
pub async fn seed(services: &[Service], ctx: &Context, extent: Extent) -> Result<Vec<Person>, Error> {
    Box::pin(seed::programme(services, ctx, extent)).await
}

/// One link per role; each signs in once.
async fn print_links(ctx: &Context, people: &[Person], address: &str) -> Outcome {
    println!("\nEach link signs in once. Press Enter here for new ones.");
    for person in people {
        let kind = directory::LinkKind::SignIn;
        let token = directory::make_link(ctx, person.id, kind, kind.lasts()).await?;
        println!("link {} {} {address}/link#{token}", person.role.as_str(), person.name);
    }
    Ok(())
}

/// Pictures that nobody has looked at yet are made smaller behind the start; says when the last one is.
async fn tell_when_prepared(ctx: Context) {
    while !matches!(imaging::waiting(&ctx).await, Ok(0)) {
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
    println!("every picture is prepared");
}

/// Tells of every Enter in the terminal; ends with the input. Reading blocks, so it has a thread of its own that dies with
/// the process.
fn asked_for_links() -> mpsc::UnboundedReceiver<()> {
    let (tell, asked) = mpsc::unbounded_channel();
    std::thread::spawn(move || {
        for line in std::io::stdin().lines() {
            if line.is_err() || tell.send(()).is_err() {
                return;
            }
        }
    });
    asked
}

/// Makes the folder, emptying it only when a demonstration made it.
fn make_new(folder: &Path) -> Result<(), Error> {
    let told = |error: std::io::Error| Error::Start(format!("folder {}: {error}", folder.display()));
    if folder.exists() && folder.read_dir().map_err(told)?.next().is_some() {
        if !folder.join(MARK).exists() {
            let message = format!("folder {} is not a demonstration's: name another with --data", folder.display());
            return Err(Error::Start(message));
        }
        std::fs::remove_dir_all(folder).map_err(told)?;
    }
    std::fs::create_dir_all(folder).map_err(told)?;
    std::fs::write(folder.join(MARK), "Everybody in here is made up. `lysbro demo` empties this folder.\n")
        .map_err(told)
}
