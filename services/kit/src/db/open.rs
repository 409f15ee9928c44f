//! Opening a database by its URL: `sqlite:<path>` or `postgres://…`.

use super::{Db, Pool};
use crate::Clock;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use std::str::FromStr;
use std::time::Duration;

impl Db {
    /// Opens `sqlite:<path>` (made when absent) or `postgres://…`, where names are looked for in `schemas` alone.
    ///
    /// SQLite runs in WAL with `synchronous=FULL`: with NORMAL the last commits can be lost with the power.
    /// `secure_delete` overwrites what is deleted, so that a destroyed key leaves no copy in free pages.
    pub async fn open(url: &str, schemas: &[&str], clock: Clock) -> sqlx::Result<Self> {
        if let Some(path) = url.strip_prefix("sqlite:") {
            let options = SqliteConnectOptions::new()
                .filename(path)
                .create_if_missing(true)
                .journal_mode(SqliteJournalMode::Wal)
                .synchronous(SqliteSynchronous::Full)
                .foreign_keys(true)
                .pragma("secure_delete", "on")
                // Done by `Tx::commit`, which sees when it fails.
                .pragma("wal_autocheckpoint", "0")
                .busy_timeout(Duration::from_secs(30));
            let pool = SqlitePoolOptions::new().max_connections(8).connect_with(options).await?;
            return Ok(Self::new(Pool::Lite(pool), clock));
        }
        let options = PgConnectOptions::from_str(url)?.options([("search_path", schemas.join(","))]);
        let pool = PgPoolOptions::new()
            .max_connections(16)
            .acquire_timeout(Duration::from_secs(10))
            .connect_with(options)
            .await?;
        refuse_unsafe_settings(&pool).await?;
        Ok(Self::new(Pool::Pg(pool), clock))
    }
}

/// PostgreSQL must keep what it acknowledged: no work begins while a setting says otherwise.
async fn refuse_unsafe_settings(pool: &sqlx::PgPool) -> sqlx::Result<()> {
    for name in ["fsync", "full_page_writes", "synchronous_commit"] {
        let (value,): (String,) = sqlx::query_as("select current_setting($1)").bind(name).fetch_one(pool).await?;
        if value == "off" {
            let message =
                format!("PostgreSQL runs with {name}=off and could lose what Lysbro acknowledged: switch it on");
            return Err(sqlx::Error::Configuration(message.into()));
        }
    }
    Ok(())
}
