//! A copy of a SQLite database, made beside whoever writes to it.

use super::lite::Lite;
use super::{Db, Pool};
use crate::Clock;
use crate::halt::Halt;
use sqlx::sqlite::SqliteConnectOptions;
use std::path::Path;
use std::sync::Arc;

impl Db {
    /// Writes a copy as of now to a new file. Free pages are not copied.
    ///
    /// # Errors
    /// `Configuration` on PostgreSQL.
    pub(crate) async fn vacuum_into(&self, path: &Path) -> sqlx::Result<()> {
        let Pool::Lite(lite) = &self.pool else {
            return Err(sqlx::Error::Configuration("PostgreSQL is copied by pg_dump".into()));
        };
        let mut one = lite.one().await?;
        let copy = sqlx::query("vacuum into ?").bind(path.to_string_lossy().into_owned());
        copy.execute(one.connection()?).await.map(|_| ())
    }

    /// Opens such a copy as it is: without a write-ahead log, which would make files beside it.
    pub(crate) async fn open_copy(path: &Path, clock: Clock) -> sqlx::Result<Self> {
        let options = SqliteConnectOptions::new().filename(path).create_if_missing(false);
        let lite = Lite::connect(options, Arc::new(|_| Box::pin(async { Ok(()) }))).await?;
        Ok(Self::new(Pool::Lite(lite), clock, Halt::default()))
    }
}
