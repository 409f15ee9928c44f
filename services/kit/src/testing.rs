//! A world per test: its own database on either engine, its own object store, a clock that stands still, port 0.

mod logins;

pub use logins::{Login, Logins};

use crate::context::Context;
use crate::objects::{Embedded, KeyPair, KeyPairs, Listener, ListenerConfig, RemoteStore};
use crate::run::{self, Running};
use crate::service::Service;
use crate::settings::{Settings, Store};
use crate::{At, Clock, Error};
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection};
use std::path::PathBuf;
use std::sync::Arc;
use tempfile::TempDir;
use tokio::sync::OnceCell;

/// Which database a test runs on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    /// SQLite on a file.
    Sqlite,
    /// PostgreSQL, a database of its own cloned from a migrated template.
    Postgres,
}

/// How a test reaches its objects.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// In the process, without a socket.
    InProcess,
    /// The same store over TCP.
    Tcp,
}

/// The two deployments that every suite runs on.
pub const DEPLOYMENTS: [(Engine, Reach); 2] = [(Engine::Sqlite, Reach::InProcess), (Engine::Postgres, Reach::Tcp)];

/// Where tests' clocks begin: Monday 2 March 2026, 08:00 UTC.
pub fn monday() -> At {
    At::from_micros(1_772_438_400_000_000)
}

/// One test's world. Dropping it removes its files; its PostgreSQL databases go with the private cluster.
pub struct World {
    /// The running services.
    pub running: Running,
    /// Their clock.
    pub clock: Clock,
    /// Their folder.
    pub folder: TempDir,
    _store: Option<(Embedded, Listener)>,
}

impl World {
    /// Starts services on a deployment with the system's clock.
    pub async fn start(
        services: Vec<Service>,
        deployment: (Engine, Reach),
        change: impl FnOnce(&mut Settings),
    ) -> Result<Self, Error> {
        Self::start_with(services, deployment, change, true).await
    }

    /// As [`World::start`], but reads are not recorded: for a bench that tells what recording costs.
    pub async fn start_unrecorded(
        services: Vec<Service>,
        deployment: (Engine, Reach),
        change: impl FnOnce(&mut Settings),
    ) -> Result<Self, Error> {
        Self::start_with(services, deployment, change, false).await
    }

    async fn start_with(
        services: Vec<Service>,
        deployment: (Engine, Reach),
        change: impl FnOnce(&mut Settings),
        recorded: bool,
    ) -> Result<Self, Error> {
        let mut empty = Empty::without_databases(deployment).await?;
        if deployment.0 == Engine::Postgres {
            let (main, keys) = cloned(&services).await?;
            empty.take_databases(main, keys);
        }
        Self::resume_with(services, empty, change, recorded).await
    }

    /// Starts services on what stands in a deployment.
    pub async fn resume(
        services: Vec<Service>,
        deployment: Empty,
        change: impl FnOnce(&mut Settings),
    ) -> Result<Self, Error> {
        Self::resume_with(services, deployment, change, true).await
    }

    async fn resume_with(
        services: Vec<Service>,
        deployment: Empty,
        change: impl FnOnce(&mut Settings),
        recorded: bool,
    ) -> Result<Self, Error> {
        let Empty { mut settings, folder, store } = deployment;
        change(&mut settings);
        let clock = Clock::system();
        let (mut ctx, _) = run::open(&services, settings, clock.clone()).await?;
        if !recorded {
            ctx = ctx.without_access_log().ok_or_else(|| Error::Start("somebody holds the context already".into()))?;
        }
        let running = run::start(Arc::new(services), ctx).await?;
        Ok(Self { running, clock, folder, _store: store })
    }

    /// The services' context.
    pub fn ctx(&self) -> &Context {
        &self.running.ctx
    }

    /// `http://localhost:<port>`.
    pub fn url(&self) -> String {
        format!("http://localhost:{}", self.running.address.port())
    }

    /// Waits until consumers and repairs have nothing left, and says what is parked.
    pub async fn settle(&self) -> Result<Vec<crate::log::Parked>, Error> {
        run::drain(self.running.services(), self.ctx()).await?;
        Ok(crate::log::parked(&self.ctx().db).await?)
    }

    /// Stops gracefully.
    pub async fn stop(self) {
        self.running.stop().await;
    }
}

/// A deployment in which nothing stands yet.
pub struct Empty {
    /// How it is set up.
    pub settings: Settings,
    /// Its folder.
    pub folder: TempDir,
    store: Option<(Embedded, Listener)>,
}

impl Empty {
    /// Makes one, on PostgreSQL with databases without a table.
    pub async fn new(deployment: (Engine, Reach)) -> Result<Self, Error> {
        let mut empty = Self::without_databases(deployment).await?;
        if deployment.0 == Engine::Postgres {
            let base = base()?;
            let name = format!("e_{}", crate::Random::default().id(Clock::system().now()).simple());
            for part in ["main", "keys"] {
                execute(&base, format!("create database {name}_{part}")).await?;
            }
            empty.take_databases(
                with_database(&base, &format!("{name}_main")),
                with_database(&base, &format!("{name}_keys")),
            );
        }
        Ok(empty)
    }

    async fn without_databases(deployment: (Engine, Reach)) -> Result<Self, Error> {
        let folder = TempDir::new().map_err(|error| Error::Start(error.to_string()))?;
        let mut settings = Settings::embedded(folder.path());
        let mut store = None;
        if deployment.1 == Reach::Tcp {
            let (remote, holding) = over_tcp(folder.path().join("objects")).await?;
            settings.store = Store::Remote(remote);
            store = Some(holding);
        }
        Ok(Self { settings, folder, store })
    }

    fn take_databases(&mut self, main: String, keys: String) {
        self.settings.audit_url.clone_from(&main);
        (self.settings.database_url, self.settings.keys_url) = (main, keys);
    }
}

async fn over_tcp(folder: PathBuf) -> Result<(RemoteStore, (Embedded, Listener)), Error> {
    let (_, embedded) = crate::objects::Objects::embedded(&folder)?;
    let config = ListenerConfig {
        address: ([127, 0, 0, 1], 0).into(),
        keys: KeyPairs { ordinary: pair("tests"), janitor: Some(pair("janitor")) },
    };
    let listener = Listener::start(&embedded, config.clone()).await?;
    let remote = RemoteStore {
        endpoint: format!("http://{}", listener.address()),
        region: "us-east-1".into(),
        bucket: "lysbro".into(),
        keys: config.keys.ordinary,
        janitor: config.keys.janitor,
        path_style: true,
    };
    Ok((remote, (embedded, listener)))
}

fn pair(name: &str) -> KeyPair {
    KeyPair { access_key: name.into(), secret_key: format!("{name}-secret-of-these-tests") }
}

const NEEDS_POSTGRES: &str =
    "LYSBRO_TEST_PG is not set: run `make test`, or `export LYSBRO_TEST_PG=$(tests/tools/postgres.sh start)`";

fn base() -> Result<String, Error> {
    std::env::var("LYSBRO_TEST_PG").map_err(|_| Error::Start(NEEDS_POSTGRES.into()))
}

/// A main and a key database of their own, cloned from a template that is migrated once per process.
async fn cloned(services: &[Service]) -> Result<(String, String), Error> {
    static TEMPLATE: OnceCell<String> = OnceCell::const_new();
    let base = base()?;
    let template = TEMPLATE
        .get_or_try_init(async || {
            let name = format!("template_{}", crate::Random::default().id(Clock::system().now()).simple());
            for part in ["main", "keys"] {
                execute(&base, format!("create database {name}_{part}")).await?;
            }
            let folder = TempDir::new().map_err(|error| Error::Start(error.to_string()))?;
            let mut settings = Settings::embedded(folder.path());
            settings.database_url = with_database(&base, &format!("{name}_main"));
            settings.keys_url = with_database(&base, &format!("{name}_keys"));
            settings.audit_url = settings.database_url.clone();
            run::migrate(services, &settings, None).await?;
            Ok::<_, Error>(name)
        })
        .await?;
    let name = format!("t_{}", crate::Random::default().id(Clock::system().now()).simple());
    for part in ["main", "keys"] {
        execute(&base, format!("create database {name}_{part} template {template}_{part}")).await?;
    }
    Ok((with_database(&base, &format!("{name}_main")), with_database(&base, &format!("{name}_keys"))))
}

fn with_database(url: &str, name: &str) -> String {
    let (before, query) =
        url.split_once('?').map_or((url, String::new()), |(before, query)| (before, format!("?{query}")));
    let root = before.rsplit_once('/').map_or(before, |(root, _)| root);
    format!("{root}/{name}{query}")
}

async fn execute(url: &str, sql: String) -> Result<(), Error> {
    let mut conn = PgConnection::connect(url).await?;
    conn.execute(AssertSqlSafe(sql)).await?;
    conn.close().await?;
    Ok(())
}
