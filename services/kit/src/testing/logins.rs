//! The layout of production on a test's PostgreSQL: databases of their own and a login per service.

use super::{NEEDS_POSTGRES, execute, with_database};
use crate::service::Service;
use crate::settings::Settings;
use crate::{Clock, Error, Random, run};
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection};
use tempfile::TempDir;

const ROOT_KEY: &str = "4c4c4c4c4c4c4c4c4c4c4c4c4c4c4c4c4c4c4c4c4c4c4c4c4c4c4c4c4c4c4c4c";

/// Migrated databases whose logins have their rights.
pub struct Logins {
    owner: String,
    keys_owner: String,
    prefix: String,
    password: String,
}

impl Logins {
    /// Makes databases and logins, migrates and gives the rights.
    pub async fn make(services: &[Service]) -> Result<Self, Error> {
        let base = std::env::var("LYSBRO_TEST_PG").map_err(|_| Error::Start(NEEDS_POSTGRES.into()))?;
        let random = Random::default();
        let name = format!("l_{}", random.id(Clock::system().now()).simple());
        let password = hex::encode(random.bytes::<16>());
        for part in ["main", "keys"] {
            execute(&base, format!("create database {name}_{part}")).await?;
        }
        for service in services {
            execute(&base, format!("create role {name}_{} login password '{password}'", service.name)).await?;
        }
        let (owner, keys_owner) =
            (with_database(&base, &format!("{name}_main")), with_database(&base, &format!("{name}_keys")));
        let folder = TempDir::new().map_err(|error| Error::Start(error.to_string()))?;
        let mut settings = Settings::embedded(folder.path());
        settings.database_url.clone_from(&owner);
        settings.keys_url.clone_from(&keys_owner);
        settings.audit_url.clone_from(&owner);
        settings.root_key = Some(ROOT_KEY.to_owned());
        run::migrate(services, &settings, Some(&name)).await?;
        // Giving them again changes nothing: every upgrade does.
        run::migrate(services, &settings, Some(&name)).await?;
        Ok(Self { owner, keys_owner, prefix: name, password })
    }

    /// The deployment's root key: 64 hexadecimal digits.
    pub fn root_key(&self) -> &'static str {
        ROOT_KEY
    }

    /// URLs of the main and the key database for one service.
    pub fn urls(&self, service: &str) -> (String, String) {
        (self.as_login(&self.owner, service), self.as_login(&self.keys_owner, service))
    }

    fn as_login(&self, url: &str, service: &str) -> String {
        let place = url.rsplit_once('@').map_or(url, |(_, place)| place);
        format!("postgres://{}_{service}:{}@{place}", self.prefix, self.password)
    }
}

/// A connection of one login, for asking what it may do.
pub struct Login(PgConnection);

impl Login {
    /// Connects; names are looked for in these schemas.
    pub async fn connect(url: &str, schemas: &str) -> Result<Self, Error> {
        let mut conn = PgConnection::connect(url).await?;
        sqlx::query("select set_config('search_path', $1, false)").bind(schemas).execute(&mut conn).await?;
        Ok(Self(conn))
    }

    /// Asks the database for the statement's plan, for which it checks the rights and does nothing.
    ///
    /// # Errors
    /// The database's code, for instance `42501` for a right that is lacking.
    pub async fn may(&mut self, sql: &str) -> Result<(), String> {
        let asked = format!("prepare asked as {sql}");
        self.run(asked).await?;
        let plan = self.plan().await;
        self.run("deallocate asked".to_owned()).await?;
        plan
    }

    async fn plan(&mut self) -> Result<(), String> {
        let count =
            "select coalesce(cardinality(parameter_types), 0)::int4 from pg_prepared_statements where name = 'asked'";
        let (count,): (i32,) = sqlx::query_as(count).fetch_one(&mut self.0).await.map_err(code)?;
        let values = if count == 0 { String::new() } else { format!("({})", vec!["null"; count as usize].join(", ")) };
        self.run(format!("explain execute asked{values}")).await
    }

    /// Runs a text that is no plain statement, such as `create table`.
    ///
    /// # Errors
    /// The database's code.
    pub async fn run(&mut self, sql: String) -> Result<(), String> {
        self.0.execute(AssertSqlSafe(sql)).await.map(|_| ()).map_err(code)
    }
}

fn code(error: sqlx::Error) -> String {
    let code = error.as_database_error().and_then(|error| error.code().map(String::from));
    code.unwrap_or_else(|| error.to_string())
}
