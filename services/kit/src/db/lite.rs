//! SQLite's connections, kept in hand.
//!
//! sqlx's pool asks a connection for a sign of life before it gives it away and again when it comes back. Each is a change to
//! the connection's thread and back, as the statement itself is. That is right for a line, which may have broken; a file has
//! none. So a statement costs one change and not three.
//!
//! Who is dropped in the middle of a statement leaves it to the connection's thread, which ends it before it takes the next. A
//! transaction that is dropped is rolled back before anybody else gets its connection or its turn to write.

use futures::future::BoxFuture;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{ConnectOptions, Connection};
use std::fmt;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Statements and transactions at a time.
const MOST: u32 = 8;
/// Nobody waits longer for a connection.
const PATIENCE: Duration = Duration::from_secs(30);

/// What is done with a new connection before it is used.
pub(super) type Opened = Arc<dyn for<'c> Fn(&'c mut SqliteConnection) -> BoxFuture<'c, sqlx::Result<()>> + Send + Sync>;

/// A database in a file.
#[derive(Clone)]
pub(super) struct Lite(Arc<Kept>);

struct Kept {
    options: SqliteConnectOptions,
    opened: Opened,
    idle: Mutex<Vec<SqliteConnection>>,
    count: AtomicU32,
    places: Arc<Semaphore>,
}

impl Kept {
    fn idle(&self) -> MutexGuard<'_, Vec<SqliteConnection>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Lite {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Lite").field(&self.connections()).finish()
    }
}

impl Lite {
    /// Opens a first connection, so that a file that can't be read is found now.
    pub(super) async fn connect(options: SqliteConnectOptions, opened: Opened) -> sqlx::Result<Self> {
        let (idle, count, places) = (Mutex::default(), AtomicU32::new(0), Arc::new(Semaphore::new(MOST as usize)));
        let lite = Self(Arc::new(Kept { options, opened, idle, count, places }));
        drop(lite.one().await?);
        Ok(lite)
    }

    /// A connection.
    ///
    /// # Errors
    /// `PoolTimedOut` after 30 s, `PoolClosed` after [`Lite::close`], what opening says.
    pub(super) async fn one(&self) -> sqlx::Result<One> {
        let place = tokio::time::timeout(PATIENCE, Arc::clone(&self.0.places).acquire_owned())
            .await
            .map_err(|_| sqlx::Error::PoolTimedOut)?
            .map_err(|_| sqlx::Error::PoolClosed)?;
        let kept = Arc::clone(&self.0);
        let idle = kept.idle().pop();
        let connection = if let Some(connection) = idle {
            connection
        } else {
            let mut new = kept.options.connect().await?;
            (kept.opened)(&mut new).await?;
            kept.count.fetch_add(1, Ordering::Relaxed);
            new
        };
        Ok(One { kept, connection: Some(connection), _place: place })
    }

    /// Begins a transaction that writes, at once: a reader that turns writer can fail. `turn` is held until it has ended.
    ///
    /// # Errors
    /// As [`Lite::one`], and what the database says.
    pub(super) async fn begin(&self, turn: OwnedSemaphorePermit) -> sqlx::Result<Writing> {
        let mut writing = Writing { open: Some((self.one().await?, turn)) };
        sqlx::query("begin immediate").execute(writing.connection()?).await?;
        Ok(writing)
    }

    /// Connections in use, open, and allowed at most.
    pub(super) fn connections(&self) -> (u32, u32, u32) {
        let idle = u32::try_from(self.0.idle().len()).unwrap_or(u32::MAX);
        let open = self.0.count.load(Ordering::Relaxed);
        (open.saturating_sub(idle), open, MOST)
    }

    /// Closes all connections; waits for those in use.
    pub(super) async fn close(&self) {
        let Ok(_all) = self.0.places.acquire_many(MOST).await else { return };
        self.0.places.close();
        let idle = std::mem::take(&mut *self.0.idle());
        self.0.count.store(0, Ordering::Relaxed);
        for connection in idle {
            if let Err(error) = connection.close().await {
                tracing::warn!(%error, "a connection to the database was not closed");
            }
        }
    }
}

/// A connection in use: when it is dropped, the next one has it.
pub(super) struct One {
    kept: Arc<Kept>,
    connection: Option<SqliteConnection>,
    /// Given back after the connection.
    _place: OwnedSemaphorePermit,
}

impl One {
    /// The connection; `PoolClosed` never comes, as it is here until [`One::discard`].
    pub(super) fn connection(&mut self) -> sqlx::Result<&mut SqliteConnection> {
        self.connection.as_mut().ok_or(sqlx::Error::PoolClosed)
    }

    /// Nobody gets it again.
    pub(super) fn discard(mut self) {
        if self.connection.take().is_some() {
            self.kept.count.fetch_sub(1, Ordering::Relaxed);
        }
    }
}

impl Drop for One {
    fn drop(&mut self) {
        if let Some(connection) = self.connection.take() {
            self.kept.idle().push(connection);
        }
    }
}

/// A transaction, with the turn to write.
pub(super) struct Writing {
    /// None when it has ended.
    open: Option<(One, OwnedSemaphorePermit)>,
}

impl Writing {
    /// Its connection.
    pub(super) fn connection(&mut self) -> sqlx::Result<&mut SqliteConnection> {
        self.open.as_mut().ok_or(sqlx::Error::PoolClosed)?.0.connection()
    }

    /// Commits and gives the turn back, for what must still be done in it.
    ///
    /// # Errors
    /// What the database says: then nothing was written.
    pub(super) async fn commit(mut self) -> sqlx::Result<Option<OwnedSemaphorePermit>> {
        sqlx::query("commit").execute(self.connection()?).await?;
        Ok(self.open.take().map(|(_, turn)| turn))
    }
}

impl Drop for Writing {
    fn drop(&mut self) {
        let Some((mut one, turn)) = self.open.take() else { return };
        let Ok(runtime) = tokio::runtime::Handle::try_current() else {
            // Closing it rolls back, too.
            one.discard();
            return;
        };
        runtime.spawn(async move {
            let done = match one.connection() {
                Ok(connection) => sqlx::query("rollback").execute(connection).await.map(|_| ()),
                Err(error) => Err(error),
            };
            // A commit that failed may have rolled back by itself, and a begin that failed has nothing to roll back.
            let nothing_open = |error: &sqlx::Error| {
                error.as_database_error().is_some_and(|error| error.message().contains("no transaction is active"))
            };
            if done.is_err_and(|error| !nothing_open(&error)) {
                one.discard();
            } else {
                drop(one);
            }
            drop(turn);
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn opened() -> (tempfile::TempDir, Lite) {
        let folder = tempfile::tempdir().unwrap();
        let options = SqliteConnectOptions::new().filename(folder.path().join("db")).create_if_missing(true);
        let lite = Lite::connect(options, Arc::new(|_| Box::pin(async { Ok(()) }))).await.unwrap();
        let mut one = lite.one().await.unwrap();
        sqlx::query("create table t (n integer primary key)").execute(one.connection().unwrap()).await.unwrap();
        (folder, lite)
    }

    async fn rows(lite: &Lite) -> i64 {
        let mut one = lite.one().await.unwrap();
        sqlx::query_scalar("select count(*) from t").fetch_one(one.connection().unwrap()).await.unwrap()
    }

    async fn insert(writing: &mut Writing) {
        sqlx::query("insert into t default values").execute(writing.connection().unwrap()).await.unwrap();
    }

    #[tokio::test]
    async fn what_is_dropped_is_rolled_back_before_the_next_one_writes() {
        let (_folder, lite) = opened().await;
        let writer = Arc::new(Semaphore::new(1));
        for number in 0..20 {
            let turn = Arc::clone(&writer).acquire_owned().await.unwrap();
            let mut writing = lite.begin(turn).await.unwrap();
            insert(&mut writing).await;
            if number % 2 == 0 {
                assert!(writing.commit().await.unwrap().is_some());
            }
        }
        drop(writer.acquire().await.unwrap());
        assert_eq!((rows(&lite).await, lite.connections().0), (10, 0));
        assert!(lite.connections().1 <= 2, "no connection was lost");
    }

    #[tokio::test]
    async fn a_connection_whose_user_went_away_in_the_middle_goes_on() {
        let (_folder, lite) = opened().await;
        for _ in 0..50 {
            let mut one = lite.one().await.unwrap();
            let long =
                "with recursive c (n) as (select 1 union all select n + 1 from c where n < 100000) select n from c";
            let connection = one.connection().unwrap();
            let asked = sqlx::query(long).fetch_all(connection);
            assert!(tokio::time::timeout(Duration::from_micros(300), asked).await.is_err(), "it was long enough");
            drop(one);
            assert_eq!(rows(&lite).await, 0);
        }
        assert_eq!(lite.0.idle().len(), 1);
    }

    #[tokio::test]
    async fn it_closes_when_the_last_one_has_given_back() {
        let (_folder, lite) = opened().await;
        let one = lite.one().await.unwrap();
        let closing = tokio::spawn({
            let lite = lite.clone();
            async move { lite.close().await }
        });
        tokio::time::sleep(Duration::from_millis(20)).await;
        assert!(!closing.is_finished());
        drop(one);
        closing.await.unwrap();
        assert!(matches!(lite.one().await, Err(sqlx::Error::PoolClosed)));
    }
}
