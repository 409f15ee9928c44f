//! Opening a database by its URL: `sqlite:<path>` or `postgres://…`.

use super::lite::{Lite, Opened};
use super::{Db, Pool};
use crate::Clock;
use crate::halt::Halt;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqliteSynchronous};
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::Arc;
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
            let (halt, folder) = (Halt::default(), folder_of(path));
            let told = halt.clone();
            let opened: Opened = Arc::new(move |connection| Box::pin(logged(connection, folder.clone(), told.clone())));
            return Ok(Self::new(Pool::Lite(Lite::connect(options, opened).await?), clock, halt));
        }
        let options = PgConnectOptions::from_str(url)?.options([("search_path", schemas.join(","))]);
        let pool = PgPoolOptions::new()
            .max_connections(16)
            .acquire_timeout(Duration::from_secs(10))
            .connect_with(options)
            .await?;
        refuse_unsafe_settings(&pool).await?;
        Ok(Self::new(Pool::Pg(pool), clock, Halt::default()))
    }
}

/// The folder that holds a database's files.
fn folder_of(path: &str) -> PathBuf {
    match Path::new(path).parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder.to_owned(),
        _ => PathBuf::from("."),
    }
}

/// The write-ahead log that a connection begins, if it is the first, is found again after the power went: its name in the folder
/// is synced before the connection is used. SQLite would do that itself and go on when it fails, so it is built without.
async fn logged(connection: &mut SqliteConnection, folder: PathBuf, halt: Halt) -> sqlx::Result<()> {
    // A first look makes the file.
    sqlx::query("select count(*) from sqlite_master").fetch_one(&mut *connection).await?;
    let synced = async { tokio::fs::File::open(&folder).await?.sync_all().await };
    if let Err(error) = synced.await {
        tracing::error!(%error, "the disk did not confirm the database's folder: the database takes no statements");
        halt.tell(format!(
            "the database has stopped: the disk did not confirm its folder ({error}); check the disk, then start Lysbro again"
        ));
        return Err(sqlx::Error::Io(error));
    }
    Ok(())
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

#[cfg(test)]
mod tests {
    use super::*;
    use sqlx::Connection;

    #[tokio::test]
    async fn sqlite_leaves_the_folder_to_us_and_a_folder_that_cannot_be_synced_stops_everything() {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite:{}", folder.path().join("a.sqlite").display());
        let db = Db::open(&url, &[], Clock::system()).await.unwrap();
        let options: Vec<(String,)> = db.q("select compile_options from pragma_compile_options").all().await.unwrap();
        assert!(options.iter().any(|(one,)| one == "DISABLE_DIRSYNC"), "build inside the checkout: .cargo/config.toml");
        assert!(folder.path().join("a.sqlite-wal").exists(), "the log stands before the folder is synced");

        let halt = Halt::default();
        let mut connection = SqliteConnection::connect_with(&SqliteConnectOptions::new()).await.unwrap();
        let refused = logged(&mut connection, folder.path().join("gone"), halt.clone()).await;
        assert!(refused.is_err() && halt.reason().is_some_and(|reason| reason.contains("folder")));
    }

    #[test]
    fn a_bare_name_lies_in_the_present_folder() {
        assert_eq!(folder_of("a.sqlite"), Path::new("."));
        assert_eq!(folder_of("/data/a.sqlite"), Path::new("/data"));
    }
}
