//! What is killed: the embedded default (one process), or PostgreSQL, an object store and a process per service.

mod postgres;
mod process;

pub use process::{Process, signal};

use crate::Outcome;
use crate::dice::Dice;
use clap::ValueEnum;
use kit::settings::{Settings, Store};
use kit::{Clock, Context};
use postgres::Cluster;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// Which layout.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Kind {
    /// SQLite and the object store in one process.
    Embedded,
    /// PostgreSQL, the object store and each service apart.
    Separate,
}

const SERVICES: [&str; 5] = ["directory", "intake", "imaging", "review", "uptake"];
/// How long anything may take to serve again before the run is given up.
const GIVEN_UP: Duration = Duration::from_secs(90);

/// A running deployment.
pub struct Deployment {
    /// Its folder.
    pub folder: PathBuf,
    /// Its processes, the object store's included.
    pub processes: Vec<Process>,
    /// Its PostgreSQL.
    pub postgres: Option<Cluster>,
    /// Address by service.
    pub addresses: Vec<(String, String)>,
    settings: Settings,
    env: Vec<(String, String)>,
}

/// An address that nobody has, below the range that outgoing connections take: it must stay ours while the process is dead.
/// Not by the run's seed: two runs at a time would draw the same.
fn address(chance: &mut Dice) -> SocketAddr {
    loop {
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, chance.between(20_000, 31_999) as u16));
        if TcpListener::bind(address).is_ok() {
            return address;
        }
    }
}

/// Its patients are made up, and their numbers say so.
fn synthetic() -> (String, String) {
    ("LYSBRO_SYNTHETIC".to_owned(), "true".to_owned())
}

fn chance() -> Dice {
    Dice::new(u64::from(std::process::id()), 0)
}

impl Deployment {
    /// Starts it in an empty folder and waits until it serves.
    pub async fn start(kind: Kind, folder: &Path, dice: &mut Dice) -> Outcome<Self> {
        Self::start_under(kind, folder, dice, Vec::new()).await
    }

    /// The same, with every process run by another program (strace).
    pub async fn start_under(kind: Kind, folder: &Path, dice: &mut Dice, under: Vec<String>) -> Outcome<Self> {
        std::fs::create_dir_all(folder)?;
        let mut deployment = match kind {
            Kind::Embedded => Self::embedded(folder),
            Kind::Separate => Self::separate(folder, dice).await?,
        };
        for process in &mut deployment.processes {
            process.under.clone_from(&under);
            process.spawn()?;
        }
        deployment.until_serving().await?;
        Ok(deployment)
    }

    fn embedded(folder: &Path) -> Self {
        let (address, data) = (address(&mut chance()), folder.join("data"));
        let env = vec![("LYSBRO_DATA".to_owned(), data.display().to_string()), synthetic()];
        let listen = [format!("--listen={address}")];
        let process = Process::lysbro("serve", folder, address, &["serve"], &listen, &env);
        let base = format!("http://localhost:{}", address.port());
        Self {
            folder: folder.to_owned(),
            processes: vec![process],
            postgres: None,
            addresses: SERVICES.map(|name| (name.to_owned(), base.clone())).to_vec(),
            settings: Settings::embedded(&data),
            env,
        }
    }

    /// As a hospital runs it: a login per service, and a key pair of its own for the one that may delete originals.
    async fn separate(folder: &Path, dice: &mut Dice) -> Outcome<Self> {
        let postgres = Cluster::start().await?;
        let (database, keys) = (postgres.database("main").await?, postgres.database("keys").await?);
        let mut chance = chance();
        let at = address(&mut chance);
        let root_key = format!("{}{}", dice.id().simple(), dice.id().simple());
        let pair = |name: &str, dice: &mut Dice| {
            let named = |part: &str, value: String| (format!("LYSBRO_{name}_{part}"), value);
            [named("ACCESS_KEY", name.to_lowercase()), named("SECRET_KEY", dice.id().simple().to_string())]
        };
        let (ordinary, janitor) = (pair("OBJECTS", dice), pair("JANITOR", dice));
        let mut env = vec![
            ("LYSBRO_OBJECTS_URL".to_owned(), format!("http://{at}")),
            ("LYSBRO_ROOT_KEY".to_owned(), root_key.clone()),
            synthetic(),
        ];
        env.extend(ordinary.clone());
        let places = |data: &str, database: &str, keys: &str| {
            let data = folder.join(data).display().to_string();
            [("DATA", data), ("DATABASE_URL", database.to_owned()), ("KEYS_URL", keys.to_owned())]
                .map(|(name, value)| (format!("LYSBRO_{name}"), value))
        };
        let store = [format!("--listen={at}"), format!("--data={}", folder.join("objects").display())];
        let both: Vec<_> = ordinary.into_iter().chain(janitor.clone()).collect();
        let mut processes = vec![Process::lysbro("store", folder, at, &["store"], &store, &both).any_answer()];
        let mut addresses = Vec::new();
        // The executable's own list: every service has a login, also the one that is not run here.
        for service in lysbro::services() {
            let (name, login) = (service.name, postgres.login(&format!("lysbro_{}", service.name)).await?);
            if !SERVICES.contains(&name) {
                continue;
            }
            let address = address(&mut chance);
            let mut env = env.clone();
            env.extend(places(name, &format!("{login}/lysbro_main"), &format!("{login}/lysbro_keys")));
            if name == "intake" {
                env.extend(janitor.clone());
            }
            let listen = [format!("--listen={address}")];
            processes.push(Process::lysbro(name, folder, address, &["serve", name], &listen, &env));
            addresses.push((name.to_owned(), format!("http://localhost:{}", address.port())));
        }
        env.extend(places("data", &database, &keys));
        let settings = Settings {
            database_url: database.clone(),
            audit_url: database,
            keys_url: keys,
            root_key: Some(root_key),
            ..Settings::embedded(&folder.join("data"))
        };
        let deployment =
            Self { folder: folder.to_owned(), processes, postgres: Some(postgres), addresses, settings, env };
        deployment.command(&["migrate", "--roles", "lysbro"]).await?;
        Ok(deployment)
    }

    /// Runs a command of the program on this deployment; its output when it succeeds.
    pub async fn command(&self, args: &[&str]) -> Outcome<String> {
        let output = tokio::process::Command::new(tests::program())
            .args(args)
            .envs(self.env.iter().cloned())
            .kill_on_drop(true)
            .output()
            .await?;
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        if output.status.success() {
            return Ok(text);
        }
        Err(format!("lysbro {}: {text}{}", args.join(" "), String::from_utf8_lossy(&output.stderr)).into())
    }

    /// A context over its databases, without the object store.
    pub async fn context(&self) -> Outcome<Context> {
        let settings = Settings { store: Store::Closed, ..self.settings.clone() };
        Ok(kit::run::open(&lysbro::services(), settings, Clock::system()).await?.0)
    }

    /// Waits until every process answers that it is ready.
    pub async fn until_serving(&mut self) -> Outcome {
        let begun = Instant::now();
        for process in &mut self.processes {
            while !process.serves().await {
                process.revive()?;
                if begun.elapsed() > GIVEN_UP {
                    return Err(format!(
                        "{} does not serve after {GIVEN_UP:?}: see {}",
                        process.name,
                        process.log.display()
                    )
                    .into());
                }
                tokio::time::sleep(Duration::from_millis(15)).await;
            }
        }
        Ok(())
    }

    /// Ends everything gracefully; the data stay.
    pub async fn stop(&mut self) -> Outcome {
        for process in self.processes.iter_mut().rev() {
            process.stop().await?;
        }
        Ok(())
    }
}

/// Closes a context's databases.
pub async fn close(ctx: Context) {
    ctx.db.close().await;
    ctx.keys.db().close().await;
    ctx.audit.db().close().await;
}
