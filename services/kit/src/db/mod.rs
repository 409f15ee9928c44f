//! One SQL text on two engines. `Db` is a pool, `Tx` a transaction, `Q` a statement with its values.
//!
//! Texts use `$1` and native types. Rejected: `sqlx::Any` (no UUID, no time), `query!` (one engine per crate), a trait
//! per service (every query twice). Every text is declared through [`statements!`](crate::statements) so that one test
//! prepares all of them on both engines.

mod grants;
mod migrate;
mod open;

pub use grants::{Right, give};
pub use migrate::{Layer, Migration, check_version, migrate};

use crate::log::Pending;
use crate::{At, Clock};
use sqlx::pool::PoolConnection;
use sqlx::postgres::{PgArguments, PgRow};
use sqlx::sqlite::{SqliteArguments, SqliteRow};
use sqlx::{Arguments, Encode, Executor, FromRow, PgPool, Postgres, Sqlite, SqlitePool, Transaction, Type};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore};

/// A value that both engines can take.
pub trait Param:
    for<'q> Encode<'q, Sqlite> + Type<Sqlite> + for<'q> Encode<'q, Postgres> + Type<Postgres> + Send
{
}
impl<T> Param for T where
    T: for<'q> Encode<'q, Sqlite> + Type<Sqlite> + for<'q> Encode<'q, Postgres> + Type<Postgres> + Send
{
}

/// A row that both engines can give: derive `sqlx::FromRow`.
pub trait Row: for<'r> FromRow<'r, SqliteRow> + for<'r> FromRow<'r, PgRow> + Send + Unpin {}
impl<T> Row for T where T: for<'r> FromRow<'r, SqliteRow> + for<'r> FromRow<'r, PgRow> + Send + Unpin {}

#[derive(Clone, Debug)]
enum Pool {
    Lite(SqlitePool),
    Pg(PgPool),
}

/// A database: SQLite (one process, one host) or PostgreSQL.
#[derive(Clone, Debug)]
pub struct Db {
    pool: Pool,
    clock: Clock,
    /// SQLite has one writer: waiting here is fair, its own busy loop is not.
    writer: Arc<Semaphore>,
    wake: Arc<Notify>,
}

/// The permit of SQLite's one writer is held until the transaction ends.
enum Inner {
    Lite(Transaction<'static, Sqlite>, OwnedSemaphorePermit),
    Pg(Transaction<'static, Postgres>),
}

/// A writing transaction. Dropping it rolls back. Events published into it are appended by [`Tx::commit`].
pub struct Tx {
    inner: Inner,
    pub(crate) outbox: Vec<Pending>,
    clock: Clock,
    wake: Arc<Notify>,
}

enum Args {
    Lite(SqliteArguments),
    Pg(PgArguments),
}

enum Target<'c> {
    Lite(&'c SqlitePool),
    Pg(&'c PgPool),
    LiteTx(&'c mut Transaction<'static, Sqlite>),
    PgTx(&'c mut Transaction<'static, Postgres>),
}

/// A statement with its values. Too few values are NULL on SQLite and an error on PostgreSQL: both engines are tested.
pub struct Q<'c> {
    sql: &'static str,
    args: Args,
    target: Target<'c>,
    error: Option<sqlx::Error>,
}

/// Runs one expression with the engine's own connection bound to `$conn` and its values to `$args`.
macro_rules! on_engine {
    ($q:expr, $conn:ident, $args:ident => $run:expr) => {{
        let q = $q;
        if let Some(error) = q.error {
            return Err(error);
        }
        match (q.target, q.args) {
            (Target::Lite($conn), Args::Lite($args)) => $run,
            (Target::Pg($conn), Args::Pg($args)) => $run,
            (Target::LiteTx(tx), Args::Lite($args)) => {
                let $conn = &mut **tx;
                $run
            }
            (Target::PgTx(tx), Args::Pg($args)) => {
                let $conn = &mut **tx;
                $run
            }
            _ => Err(sqlx::Error::Configuration("values and connection of different engines".into())),
        }
    }};
}

impl Db {
    fn new(pool: Pool, clock: Clock) -> Self {
        Self { pool, clock, writer: Arc::new(Semaphore::new(1)), wake: Arc::default() }
    }

    /// A statement outside a transaction.
    pub fn q(&self, sql: &'static str) -> Q<'_> {
        match &self.pool {
            Pool::Lite(pool) => {
                Q { sql, args: Args::Lite(SqliteArguments::default()), target: Target::Lite(pool), error: None }
            }
            Pool::Pg(pool) => Q { sql, args: Args::Pg(PgArguments::default()), target: Target::Pg(pool), error: None },
        }
    }

    /// Begins a writing transaction; on SQLite IMMEDIATE, because a reader that turns writer can fail there.
    pub async fn begin(&self) -> sqlx::Result<Tx> {
        let inner = match &self.pool {
            Pool::Lite(pool) => {
                let permit = Arc::clone(&self.writer).acquire_owned().await.map_err(|_| sqlx::Error::PoolClosed)?;
                Inner::Lite(pool.begin_with("BEGIN IMMEDIATE").await?, permit)
            }
            Pool::Pg(pool) => Inner::Pg(answered(true, pool.begin()).await?),
        };
        Ok(Tx { inner, outbox: Vec::new(), clock: self.clock.clone(), wake: Arc::clone(&self.wake) })
    }

    /// Prepares a statement without running it.
    pub async fn prepare(&self, sql: &'static str) -> sqlx::Result<()> {
        match &self.pool {
            Pool::Lite(pool) => {
                let mut conn: PoolConnection<Sqlite> = pool.acquire().await?;
                conn.prepare(sqlx::SqlSafeStr::into_sql_str(sql)).await?;
            }
            Pool::Pg(pool) => {
                let mut conn: PoolConnection<Postgres> = pool.acquire().await?;
                conn.prepare(sqlx::SqlSafeStr::into_sql_str(sql)).await?;
            }
        }
        Ok(())
    }

    /// Whether this is SQLite: for the few texts that truly differ, side by side.
    pub fn is_sqlite(&self) -> bool {
        matches!(self.pool, Pool::Lite(_))
    }

    /// The clock that commits read.
    pub fn clock(&self) -> &Clock {
        &self.clock
    }

    /// Told after every commit that appended events, and by other processes' commits on PostgreSQL.
    pub fn wake(&self) -> &Arc<Notify> {
        &self.wake
    }

    /// Closes all connections; waits for those in use.
    pub async fn close(&self) {
        match &self.pool {
            Pool::Lite(pool) => pool.close().await,
            Pool::Pg(pool) => pool.close().await,
        }
    }

    /// Listens for other processes' commits (PostgreSQL); returns when the connection is lost. On SQLite it only waits.
    pub async fn listen(&self) -> sqlx::Result<()> {
        let Pool::Pg(pool) = &self.pool else { return std::future::pending().await };
        let mut listener = sqlx::postgres::PgListener::connect_with(pool).await?;
        listener.listen("lysbro").await?;
        loop {
            listener.recv().await?;
            self.wake.notify_waiters();
        }
    }
}

impl Tx {
    /// A statement inside this transaction.
    pub fn q(&mut self, sql: &'static str) -> Q<'_> {
        match &mut self.inner {
            Inner::Lite(tx, _) => {
                Q { sql, args: Args::Lite(SqliteArguments::default()), target: Target::LiteTx(tx), error: None }
            }
            Inner::Pg(tx) => Q { sql, args: Args::Pg(PgArguments::default()), target: Target::PgTx(tx), error: None },
        }
    }

    /// Appends the published events, as the last step before the commit, then commits. After `Ok` it is durable.
    pub async fn commit(mut self) -> sqlx::Result<()> {
        let published = !self.outbox.is_empty();
        if published {
            let now = self.clock.now();
            crate::log::append(&mut self, now).await?;
        }
        match self.inner {
            Inner::Lite(tx, _permit) => tx.commit().await?,
            Inner::Pg(mut tx) => {
                let commit = async {
                    if published {
                        sqlx::query("select pg_notify('lysbro', '')").execute(&mut *tx).await?;
                    }
                    tx.commit().await
                };
                answered(true, commit).await?;
            }
        }
        if published {
            self.wake.notify_waiters();
        }
        Ok(())
    }

    /// The instant that this transaction writes.
    pub fn now(&self) -> At {
        self.clock.now()
    }
}

/// A statement that PostgreSQL has not answered for so long is given up: the line may be dead without a word, and whoever waits
/// would wait for ever. Whether it was done is not known then, as with any lost answer. SQLite has no line.
const PATIENCE: Duration = Duration::from_secs(20);

async fn answered<T>(over_a_line: bool, statement: impl Future<Output = sqlx::Result<T>>) -> sqlx::Result<T> {
    if !over_a_line {
        return statement.await;
    }
    tokio::time::timeout(PATIENCE, statement)
        .await
        .unwrap_or_else(|_| Err(sqlx::Error::Io(std::io::Error::from(std::io::ErrorKind::TimedOut))))
}

impl Q<'_> {
    fn over_a_line(&self) -> bool {
        matches!(self.args, Args::Pg(_))
    }

    /// Gives the next value, `$1` first.
    #[must_use]
    pub fn bind(mut self, value: impl Param) -> Self {
        let added = match &mut self.args {
            Args::Lite(args) => args.add(value),
            Args::Pg(args) => args.add(value),
        };
        if let Err(error) = added {
            self.error = Some(sqlx::Error::Encode(error));
        }
        self
    }

    /// All rows.
    pub async fn all<T: Row>(self) -> sqlx::Result<Vec<T>> {
        let (sql, over_a_line) = (self.sql, self.over_a_line());
        let run = async move { on_engine!(self, conn, args => sqlx::query_as_with(sql, args).fetch_all(conn).await) };
        answered(over_a_line, run).await
    }

    /// The row, if there is one.
    pub async fn opt<T: Row>(self) -> sqlx::Result<Option<T>> {
        let (sql, over_a_line) = (self.sql, self.over_a_line());
        let run =
            async move { on_engine!(self, conn, args => sqlx::query_as_with(sql, args).fetch_optional(conn).await) };
        answered(over_a_line, run).await
    }

    /// The row; none is an error.
    pub async fn one<T: Row>(self) -> sqlx::Result<T> {
        let (sql, over_a_line) = (self.sql, self.over_a_line());
        let run = async move { on_engine!(self, conn, args => sqlx::query_as_with(sql, args).fetch_one(conn).await) };
        answered(over_a_line, run).await
    }

    /// Runs it and says how many rows it touched.
    pub async fn exec(self) -> sqlx::Result<u64> {
        let (sql, over_a_line) = (self.sql, self.over_a_line());
        let run = async move {
            on_engine!(self, conn, args => sqlx::query_with(sql, args).execute(conn).await.map(|done| done.rows_affected()))
        };
        answered(over_a_line, run).await
    }

    /// Runs a write that must touch exactly one row; otherwise `RowNotFound`.
    pub async fn exec_one(self) -> sqlx::Result<()> {
        match self.exec().await? {
            1 => Ok(()),
            _ => Err(sqlx::Error::RowNotFound),
        }
    }
}

/// Whether the error says that a unique key stands already.
pub fn is_duplicate(error: &sqlx::Error) -> bool {
    error.as_database_error().is_some_and(|e| matches!(e.kind(), sqlx::error::ErrorKind::UniqueViolation))
}

/// Declares statements and collects them, so that one test prepares them all on both engines.
///
/// ```ignore
/// statements! { BY_ID = "select id from intake_referral where id = $1"; }
/// ```
#[macro_export]
macro_rules! statements {
    ($($(#[$meta:meta])* $name:ident = $text:expr;)*) => {
        $($(#[$meta])* pub(crate) const $name: &str = $text;)*
        /// Every statement of this module by name.
        pub const STATEMENTS: &[(&str, &str)] = &[$((stringify!($name), $name)),*];
    };
}
