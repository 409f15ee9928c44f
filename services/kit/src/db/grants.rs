//! What each service's login may do on PostgreSQL. The owner gives it, `lysbro migrate --roles`; services can't make tables.
//!
//! A service has its own schema to write in, and of kit's tables exactly the rights that its table of contents names, from the
//! lists beside those tables: who publishes appends to the log, who has consumers reads it, nobody changes an event or a record,
//! sessions and grants are written by directory alone.
//! Rejected: row-level security (a second guard that SQLite can't have). What that leaves: rights hold for whole tables, so a
//! service with consumers could move or park another's, and one that opens sealed content can take every data key.

use super::migrate::{schemas, taken_in};
use super::{Db, Layer, Pool};
use sqlx::{AssertSqlSafe, Executor, Postgres, Transaction};

/// A table of kit's with its schema, and what may be done to it, as in `grant <what> on <table>`.
pub type Right = (&'static str, &'static str);

/// Gives `role` what it needs and takes everything else, in one transaction: there is no moment without rights.
///
/// `layers` are all of this database, `own` the schema in which the role may read and write rows, `rights` those on kit's tables.
///
/// # Errors
/// `Configuration` for a name that is no plain word or a role that does not exist; what the database says otherwise. On
/// SQLite there are no roles and nothing is done.
pub async fn give(db: &Db, layers: &[Layer], role: &str, own: &str, rights: &[Right]) -> sqlx::Result<()> {
    let Pool::Pg(pool) = &db.pool else { return Ok(()) };
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    if role.is_empty() || !role.chars().all(plain) {
        return Err(told(format!("the role {role:?} is no plain name: use small letters, digits and _")));
    }
    let mut tx = pool.begin().await?;
    let known = "select exists (select 1 from pg_roles where rolname = $1)";
    let (known,): (bool,) = sqlx::query_as(known).bind(role).fetch_one(&mut *tx).await?;
    if !known {
        return Err(told(format!("there is no role {role}: make the logins first, see deploy/README.md")));
    }
    for schema in schemas(layers) {
        run(&mut tx, format!("revoke all on all tables in schema {schema} from {role}")).await?;
        run(&mut tx, format!("revoke all on schema {schema} from {role}")).await?;
        if schema == own {
            run(&mut tx, format!("grant select, insert, update, delete on all tables in schema {schema} to {role}"))
                .await?;
            run(&mut tx, format!("revoke all on {} from {role}", taken_in(schema))).await?;
        }
        if schema == own || rights.iter().any(|(table, _)| table.split('.').next() == Some(schema)) {
            run(&mut tx, format!("grant usage on schema {schema} to {role}")).await?;
            run(&mut tx, format!("grant select on {} to {role}", taken_in(schema))).await?;
        }
    }
    for (table, what) in rights {
        run(&mut tx, format!("grant {what} on {table} to {role}")).await?;
    }
    tx.commit().await
}

async fn run(tx: &mut Transaction<'static, Postgres>, sql: String) -> sqlx::Result<()> {
    // Names of roles can't be bound as values; this one was checked, and the rest is our own text.
    tx.execute(AssertSqlSafe(sql)).await.map(|_| ())
}

fn told(message: String) -> sqlx::Error {
    sqlx::Error::Configuration(message.into())
}
