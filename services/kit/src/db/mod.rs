//! One SQL text on two engines. `Db` is a pool, `Tx` a transaction, `Q` a statement with its values.
//!
//! Texts use `$1` and native types. Rejected: `sqlx::Any` (no UUID, no time), `query!` (one engine per crate), a trait
//! per service (every query twice). Every text is declared through [`statements!`](crate::statements) so that one test
//! prepares all of them on both engines.

mod copy;
mod grants;
mod lite;
mod many;
mod migrate;
mod open;
mod place;

pub use grants::{Right, give};
pub use migrate::{Layer, Migration, check_version, migrate};
pub(crate) use place::Place;

use crate::halt::Halt;
use crate::log::{Pending, Recent};
use crate::{At, Clock};
use lite::{Lite, Writing};
use sqlx::pool::PoolConnection;
use sqlx::postgres::{PgArguments, PgRow};
use sqlx::sqlite::{SqliteArguments, SqliteRow};
use sqlx::{Arguments, Encode, Executor, FromRow, PgPool, Postgres, Sqlite, Transaction, Type};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;
use tokio::sync::{Notify, Semaphore};

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
    Lite(Lite),
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
    recent: Arc<Recent>,
    halt: Halt,
    /// Commits on SQLite: every so many the log is copied into the database.
    commits: Arc<AtomicU64>,
    /// The last write found no room on the disk.
    full: Arc<AtomicBool>,
}

enum Inner {
    Lite(Writing),
    Pg(Transaction<'static, Postgres>),
}

/// Commits after which SQLite's write-ahead log is copied into the database file: some 4 MB. SQLite's own automatism does it as
/// often, and says nothing when the sync fails.
const CHECKPOINT: u64 = 100;
const COPY: &str = "pragma wal_checkpoint(passive)";

/// A writing transaction. Dropping it rolls back. Events published into it are appended by [`Tx::commit`].
pub struct Tx {
    inner: Inner,
    pub(crate) outbox: Vec<Pending>,
    db: Db,
}

enum Args {
    Lite(SqliteArguments),
    Pg(PgArguments),
}

enum Target<'c> {
    Lite(&'c Lite),
    Pg(&'c PgPool),
    LiteTx(&'c mut Writing),
    PgTx(&'c mut Transaction<'static, Postgres>),
}

/// A statement with its values. Too few values are NULL on SQLite and an error on PostgreSQL: both engines are tested.
pub struct Q<'c> {
    sql: &'static str,
    args: Args,
    target: Target<'c>,
    error: Option<sqlx::Error>,
    db: &'c Db,
}

/// Runs one expression with the engine's own connection bound to `$conn` and its values to `$args`.
macro_rules! on_engine {
    ($q:expr, $conn:ident, $args:ident => $run:expr) => {{
        let q = $q;
        if let Some(error) = q.error {
            return Err(error);
        }
        let halt = &q.db.halt;
        check(halt)?;
        let done = match (q.target, q.args) {
            (Target::Lite(lite), Args::Lite($args)) => {
                let mut one = lite.one().await?;
                let $conn = one.connection()?;
                let done = $run;
                if matches!(done, Err(sqlx::Error::WorkerCrashed)) {
                    one.discard();
                }
                done
            }
            (Target::Pg($conn), Args::Pg($args)) => $run,
            (Target::LiteTx(writing), Args::Lite($args)) => {
                let $conn = writing.connection()?;
                $run
            }
            (Target::PgTx(tx), Args::Pg($args)) => {
                let $conn = &mut **tx;
                $run
            }
            _ => Err(sqlx::Error::Configuration("values and connection of different engines".into())),
        };
        noticed(halt, done)
    }};
}

/// Refuses after a failed sync.
fn check(halt: &Halt) -> sqlx::Result<()> {
    halt.reason().map_or(Ok(()), |reason| Err(sqlx::Error::Io(std::io::Error::other(reason.to_owned()))))
}

async fn copied(lite: &Lite) -> sqlx::Result<()> {
    let mut one = lite.one().await?;
    sqlx::query(COPY).execute(one.connection()?).await.map(|_| ())
}

/// Passes a result on, and takes note of a sync that failed: SQLITE_IOERR_FSYNC (1034), SQLITE_IOERR_DIR_FSYNC (1290).
fn noticed<T>(halt: &Halt, done: sqlx::Result<T>) -> sqlx::Result<T> {
    if let Err(sqlx::Error::Database(error)) = &done
        && matches!(error.code().as_deref(), Some("1034" | "1290"))
    {
        tracing::error!(%error, "the disk did not confirm a write: the database takes no more statements");
        halt.tell(format!(
            "the database has stopped: the disk did not confirm a write ({error}); check the disk, then start Lysbro again"
        ));
    }
    done
}

impl Db {
    fn new(pool: Pool, clock: Clock, halt: Halt) -> Self {
        Self {
            pool,
            clock,
            writer: Arc::new(Semaphore::new(1)),
            wake: Arc::default(),
            recent: Arc::default(),
            halt,
            commits: Arc::default(),
            full: Arc::default(),
        }
    }

    /// A statement outside a transaction.
    pub fn q(&self, sql: &'static str) -> Q<'_> {
        match &self.pool {
            Pool::Lite(lite) => Q {
                sql,
                args: Args::Lite(SqliteArguments::default()),
                target: Target::Lite(lite),
                error: None,
                db: self,
            },
            Pool::Pg(pool) => {
                Q { sql, args: Args::Pg(PgArguments::default()), target: Target::Pg(pool), error: None, db: self }
            }
        }
    }

    /// Begins a writing transaction.
    pub async fn begin(&self) -> sqlx::Result<Tx> {
        check(&self.halt)?;
        let inner = match &self.pool {
            Pool::Lite(lite) => {
                let turn = Arc::clone(&self.writer).acquire_owned().await.map_err(|_| sqlx::Error::PoolClosed)?;
                Inner::Lite(lite.begin(turn).await?)
            }
            Pool::Pg(pool) => Inner::Pg(answered(true, pool.begin()).await?),
        };
        Ok(Tx { inner, outbox: Vec::new(), db: self.clone() })
    }

    /// Prepares a statement without running it.
    pub async fn prepare(&self, sql: &'static str) -> sqlx::Result<()> {
        match &self.pool {
            Pool::Lite(lite) => {
                let mut one = lite.one().await?;
                one.connection()?.prepare(sqlx::SqlSafeStr::into_sql_str(sql)).await?;
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

    /// The newest events that were appended through it.
    pub(crate) fn recent(&self) -> &Recent {
        &self.recent
    }

    /// Told when a sync of this database has failed.
    pub fn halt(&self) -> &Halt {
        &self.halt
    }

    /// Whether the last write found no room on the disk.
    pub fn is_full(&self) -> bool {
        self.full.load(Ordering::Relaxed)
    }

    /// SQLITE_FULL and PostgreSQL's disk_full; the next write that succeeds says that there is room again.
    fn note_room<T>(&self, written: &sqlx::Result<T>) {
        match written {
            Ok(_) => self.full.store(false, Ordering::Relaxed),
            Err(sqlx::Error::Database(error)) if matches!(error.code().as_deref(), Some("13" | "53100")) => {
                self.full.store(true, Ordering::Relaxed);
            }
            Err(_) => {}
        }
    }

    /// Copies SQLite's write-ahead log into the database file every so many commits, and takes note when a sync fails. What was
    /// committed stands either way.
    async fn checkpoint(&self) {
        let Pool::Lite(lite) = &self.pool else { return };
        if (self.commits.fetch_add(1, Ordering::Relaxed) + 1).is_multiple_of(CHECKPOINT)
            && let Err(error) = noticed(&self.halt, copied(lite).await)
        {
            tracing::warn!(%error, "the write-ahead log was not copied");
        }
    }

    /// Connections in use, open, and allowed at most.
    pub fn connections(&self) -> (u32, u32, u32) {
        match &self.pool {
            Pool::Lite(lite) => lite.connections(),
            Pool::Pg(pool) => {
                let (open, idle) = (pool.size(), u32::try_from(pool.num_idle()).unwrap_or(u32::MAX));
                (open.saturating_sub(idle), open, pool.options().get_max_connections())
            }
        }
    }

    /// Closes all connections; waits for those in use.
    pub async fn close(&self) {
        match &self.pool {
            Pool::Lite(lite) => lite.close().await,
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
            Inner::Lite(writing) => Q {
                sql,
                args: Args::Lite(SqliteArguments::default()),
                target: Target::LiteTx(writing),
                error: None,
                db: &self.db,
            },
            Inner::Pg(tx) => {
                Q { sql, args: Args::Pg(PgArguments::default()), target: Target::PgTx(tx), error: None, db: &self.db }
            }
        }
    }

    /// Appends the published events, as the last step before the commit, then commits. After `Ok` it is durable.
    pub async fn commit(mut self) -> sqlx::Result<()> {
        let mut events = Vec::new();
        if !self.outbox.is_empty() {
            let now = self.now();
            events = crate::log::append(&mut self, now).await?;
        }
        let published = !events.is_empty();
        let Self { inner, db, .. } = self;
        match inner {
            Inner::Lite(writing) => {
                let done = writing.commit().await;
                db.note_room(&done);
                let turn = noticed(&db.halt, done)?;
                db.checkpoint().await;
                drop(turn);
            }
            Inner::Pg(mut tx) => {
                let commit = async {
                    if published {
                        sqlx::query("select pg_notify('lysbro', '')").execute(&mut *tx).await?;
                    }
                    tx.commit().await
                };
                let done = answered(true, commit).await;
                db.note_room(&done);
                done?;
            }
        }
        if published {
            db.recent.add(events);
            db.wake.notify_waiters();
        }
        Ok(())
    }

    /// The instant that this transaction writes.
    pub fn now(&self) -> At {
        self.db.clock.now()
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
        let (sql, db, alone) = (self.sql, self.db, matches!(self.target, Target::Lite(_)));
        let over_a_line = self.over_a_line();
        // A single statement waits for its turn among SQLite's writers as a transaction does: its own busy loop is not fair.
        let _turn = if alone { Some(db.writer.acquire().await.map_err(|_| sqlx::Error::PoolClosed)?) } else { None };
        let run = async move {
            on_engine!(self, conn, args => sqlx::query_with(sql, args).execute(conn).await.map(|done| done.rows_affected()))
        };
        let touched = answered(over_a_line, run).await;
        db.note_room(&touched);
        let touched = touched?;
        if alone {
            db.checkpoint().await;
        }
        Ok(touched)
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
