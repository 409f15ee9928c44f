//! Migrations of all services: version = place of the service × 1000 + number. On SQLite they make one list; on PostgreSQL
//! each service has a schema, so that its login can be kept out of all others.
//!
//! One text serves both engines through placeholders: `{uuid}`, `{at}`, `{json}`, `{bytes}`, `{bool}`, `{float}`, `{bigint}`,
//! `{empty}` (no bytes) and `{strict}` after the closing bracket of a table. Rejected: two folders per service, which drift.

use super::{Db, Pool};
use sqlx::Connection;
use sqlx::migrate::{AppliedMigration, Migrate, MigrateError, Migration as SqlxMigration, MigrationType, Migrator};
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

/// Migrations of one owner. On PostgreSQL they live in a schema of the owner's own; SQLite has one name space.
#[derive(Clone, Copy, Debug)]
pub struct Layer {
    /// `kit`, `audit`, `keys`, or the service's name.
    pub schema: &'static str,
    /// Place of the owner: thousands of the versions.
    pub place: u16,
    /// Its steps.
    pub migrations: &'static [Migration],
}

/// The layers' steps in ascending order of version, for one engine.
fn migrator<'a>(layers: impl Iterator<Item = &'a Layer>, sqlite: bool) -> Migrator {
    let mut steps = Vec::new();
    for layer in layers {
        for migration in layer.migrations {
            steps.push(SqlxMigration::new(
                i64::from(layer.place) * 1000 + i64::from(migration.number),
                Cow::Borrowed(migration.name),
                MigrationType::Simple,
                sqlx::AssertSqlSafe(for_engine(migration.sql, sqlite)).into_sql_str(),
                false,
            ));
        }
    }
    let mut migrator = Migrator::with_migrations(steps);
    // A newer schema beside an older replica is allowed: expand first, contract later.
    migrator.set_ignore_missing(true);
    migrator
}

/// The schemas of these layers, each once, in their order.
pub(super) fn schemas(layers: &[Layer]) -> Vec<&'static str> {
    let mut all: Vec<&'static str> = Vec::new();
    for layer in layers.iter().filter(|layer| !layer.migrations.is_empty()) {
        if !all.contains(&layer.schema) {
            all.push(layer.schema);
        }
    }
    all
}

/// The table that says which steps of a schema were taken.
pub(super) fn taken_in(schema: &str) -> String {
    format!("{schema}._sqlx_migrations")
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

/// Runs what is missing, under the engine's migration lock. On PostgreSQL the caller owns the database.
pub async fn migrate(db: &Db, layers: &[Layer]) -> Result<(), MigrateError> {
    let pool = match &db.pool {
        Pool::Lite(lite) => {
            let mut one = lite.one().await?;
            return migrator(layers.iter(), true).run(one.connection()?).await;
        }
        Pool::Pg(pool) => pool,
    };
    for schema in schemas(layers) {
        let mut migrator = migrator(layers.iter().filter(|layer| layer.schema == schema), false);
        migrator.create_schema(schema);
        migrator.dangerous_set_table_name(taken_in(schema));
        // Detached, because the path that the steps' own names resolve by must not go back into the pool.
        let mut conn = pool.acquire().await?.detach();
        sqlx::query("select set_config('search_path', $1, false)").bind(schema).execute(&mut conn).await?;
        migrator.run(&mut conn).await?;
        conn.close().await?;
    }
    Ok(())
}

/// Fails when a PostgreSQL database lacks a migration that this program needs; a newer one passes. SQLite is migrated at start.
///
/// # Errors
/// `VersionMissing` names the first one that is lacking: run `lysbro migrate` as the owner.
pub async fn check_version(db: &Db, layers: &[Layer]) -> Result<(), MigrateError> {
    let Pool::Pg(pool) = &db.pool else { return Ok(()) };
    for schema in schemas(layers) {
        let migrator = migrator(layers.iter().filter(|layer| layer.schema == schema), false);
        let steps = pool.acquire().await?.list_applied_migrations(&taken_in(schema)).await?;
        lacking(&migrator, steps)?;
    }
    Ok(())
}

fn lacking(migrator: &Migrator, applied: Vec<AppliedMigration>) -> Result<(), MigrateError> {
    match migrator.iter().find(|step| applied.iter().all(|one| one.version != step.version)) {
        Some(step) => Err(MigrateError::VersionMissing(step.version)),
        None => Ok(()),
    }
}
