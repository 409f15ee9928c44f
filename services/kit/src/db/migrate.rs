//! Migrations of all services in one list: version = place of the service × 1000 + number.
//!
//! One text serves both engines through placeholders: `{uuid}`, `{at}`, `{json}`, `{bytes}`, `{bool}`, `{float}`, `{bigint}`,
//! `{empty}` (no bytes) and `{strict}` after the closing bracket of a table. Rejected: two folders per service, which drift.

use super::{Db, Pool};
use sqlx::migrate::{Migrate, MigrateError, Migration as SqlxMigration, MigrationType, Migrator};
use std::borrow::Cow;

/// One step of a service's schema. Numbers start at 1 and are never reused; texts never change once released.
#[derive(Clone, Copy, Debug)]
pub struct Migration {
    /// 1..=999 within the service.
    pub number: u16,
    /// A few words.
    pub name: &'static str,
    /// The text with placeholders.
    pub sql: &'static str,
}

/// Versions of `(place of the service, its migrations)` in ascending order, for one engine.
fn migrator(lists: &[(u16, &[Migration])], sqlite: bool) -> Migrator {
    let mut steps = Vec::new();
    for (place, migrations) in lists {
        for migration in *migrations {
            steps.push(SqlxMigration::new(
                i64::from(*place) * 1000 + i64::from(migration.number),
                Cow::Borrowed(migration.name),
                MigrationType::Simple,
                sqlx::AssertSqlSafe(for_engine(migration.sql, sqlite)).into_sql_str(),
                false,
            ));
        }
    }
    steps.sort_by_key(|step| step.version);
    let mut migrator = Migrator::with_migrations(steps);
    // A newer schema beside an older replica is allowed: expand first, contract later.
    migrator.set_ignore_missing(true);
    migrator
}

use sqlx::SqlSafeStr;

fn for_engine(text: &str, sqlite: bool) -> String {
    let words = if sqlite {
        [
            ("{uuid}", "blob"),
            ("{at}", "integer"),
            ("{json}", "text"),
            ("{bytes}", "blob"),
            ("{bool}", "integer"),
            ("{float}", "real"),
            ("{bigint}", "integer"),
            ("{empty}", "x''"),
            ("{strict}", "strict"),
        ]
    } else {
        [
            ("{uuid}", "uuid"),
            ("{at}", "timestamptz"),
            ("{json}", "jsonb"),
            ("{bytes}", "bytea"),
            ("{bool}", "boolean"),
            ("{float}", "double precision"),
            ("{bigint}", "bigint"),
            ("{empty}", "''"),
            ("{strict}", ""),
        ]
    };
    words.iter().fold(text.to_owned(), |text, (word, kind)| text.replace(word, kind))
}

/// Runs what is missing, under the engine's migration lock.
pub async fn migrate(db: &Db, lists: &[(u16, &[Migration])]) -> Result<(), MigrateError> {
    let migrator = migrator(lists, db.is_sqlite());
    match &db.pool {
        Pool::Lite(pool) => migrator.run(pool).await,
        Pool::Pg(pool) => migrator.run(pool).await,
    }
}

/// Fails when the database lacks a migration that this program needs; a newer database passes.
///
/// # Errors
/// `VersionMissing` names the first one that is lacking: run `lysbro migrate` as the owner.
pub async fn check_version(db: &Db, lists: &[(u16, &[Migration])]) -> Result<(), MigrateError> {
    let migrator = migrator(lists, db.is_sqlite());
    let table = &migrator.table_name;
    let applied: Vec<i64> = match &db.pool {
        Pool::Lite(pool) => pool.acquire().await?.list_applied_migrations(table).await?,
        Pool::Pg(pool) => pool.acquire().await?.list_applied_migrations(table).await?,
    }
    .into_iter()
    .map(|step| step.version)
    .collect();
    match migrator.iter().find(|step| !applied.contains(&step.version)) {
        Some(step) => Err(MigrateError::VersionMissing(step.version)),
        None => Ok(()),
    }
}
