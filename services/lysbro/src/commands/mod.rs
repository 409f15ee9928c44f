//! One file per command that is more than a few lines.

mod backup;
mod events;
mod import;
mod invite;
mod mend;
mod restore;
mod root_key;
mod serve;
mod store;
mod study;
mod telemetry;
mod verify;

pub(crate) use serve::until_told;
pub(crate) use telemetry::start_logging;

use crate::cli::Command;
use crate::{demo, services};
use kit::objects::{KeyPair, KeyPairs};
use kit::settings::{Given, Settings, Store};
use kit::{Clock, Context, Error, Service};

/// What a command can fail with: one line for stderr.
pub(crate) type Outcome = Result<(), Fault>;

/// One line.
pub(crate) type Fault = Box<dyn std::error::Error + Send + Sync>;

pub(crate) async fn run(command: Command) -> Outcome {
    match command {
        Command::Serve { services, settings } => serve::run(services, restored(settings)?).await,
        Command::Demo(options) => demo::run(options).await,
        Command::Store { listen, data, access_key, secret_key, janitor_access_key, janitor_secret_key } => {
            let janitor = janitor_access_key.zip(janitor_secret_key);
            let janitor = janitor.map(|(access_key, secret_key)| KeyPair { access_key, secret_key });
            store::run(listen, &data, KeyPairs { ordinary: KeyPair { access_key, secret_key }, janitor }).await
        }
        Command::Migrate { roles, settings } => {
            Ok(kit::run::migrate(&services(), &restored(settings)?, roles.as_deref()).await?)
        }
        Command::Verify(options) => verify::run(options).await,
        Command::Backup(options) => backup::run(options).await,
        Command::Restore(options) => restore::run(options).await,
        Command::Mend { from, settings } => mend::run(&from, standing(settings).await?).await,
        Command::RotateRootKey { settings } => root_key::rotate(standing(settings).await?).await,
        Command::RecoverySheet { to, settings } => root_key::sheet(to.as_deref(), standing(settings).await?).await,
        Command::Rehearsed { backup, code, settings } => {
            root_key::rehearsed(&backup, &code, standing(settings).await?).await
        }
        Command::Events { command } => events::run(command).await,
        Command::Import(options) => import::run(options).await,
        Command::Study(options) => study::run(options).await,
        Command::Export(options) => study::export(options).await,
        Command::Invite(options) => invite::run(options).await,
        Command::Erase { referral, for_ever, tombstones, settings } => {
            if !for_ever {
                return Err("erasing can't be undone: say --for-ever".into());
            }
            let ctx = rows_only(&services(), standing(settings).await?).await?;
            intake::erase(&ctx, referral).await?;
            if let Some(list) = tombstones {
                kit::backup::append_tombstone(&list, referral, ctx.now())?;
            }
            println!("erased {referral}: its key is destroyed; older key backups must lapse too");
            Ok(())
        }
        Command::Openapi => {
            println!("{}", kit::http::openapi(&services()).to_pretty_json()?);
            Ok(())
        }
        Command::Decode => Err("decode is told apart before this".into()),
    }
}

/// The settings of a deployment into which no restore has stopped half-way; it may be a new one.
pub(crate) fn restored(given: Given) -> Result<Settings, Fault> {
    let settings = given.resolve()?;
    restore::check_finished(&settings)?;
    Ok(settings)
}

/// The settings of a deployment that stands: a command that makes none must not take a mistyped folder for an empty one.
pub(crate) async fn standing(given: Given) -> Result<Settings, Fault> {
    let settings = restored(given)?;
    kit::run::check_stands(&settings).await?;
    Ok(settings)
}

/// A context without the object store, which a running service beside this command holds.
pub(crate) async fn rows_only(services: &[Service], mut settings: Settings) -> Result<Context, Error> {
    settings.store = Store::Closed;
    Ok(kit::run::open(services, settings, Clock::system()).await?.0)
}

/// The same deployment for reading objects beside the running service that holds the embedded store.
pub(crate) fn beside(mut settings: Settings) -> Settings {
    if let Store::Embedded(folder) = settings.store {
        settings.store = Store::Beside(folder);
    }
    settings
}
