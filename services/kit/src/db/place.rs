//! A database of a deployment by its name: where it is set, whether anything stands there, and what is said when it can't be
//! opened. A URL is told without its password.

use super::Db;
use crate::{Clock, Error};
use std::path::Path;

/// Whether the migrations of a schema ever ran; everybody may ask.
const MIGRATED: &str = "select exists (
    select 1 from pg_catalog.pg_tables where schemaname = $1 and tablename = '_sqlx_migrations'
)";

/// One of the three databases.
#[derive(Clone, Copy)]
pub(crate) struct Place<'a> {
    /// As people call it.
    pub(crate) what: &'static str,
    /// The setting that names it.
    pub(crate) setting: &'static str,
    /// The schema that is made in it.
    pub(crate) schema: &'static str,
    /// Where it is.
    pub(crate) url: &'a str,
}

impl Place<'_> {
    /// Refuses what is neither SQLite nor PostgreSQL.
    pub(crate) fn check(&self) -> Result<(), Error> {
        let known = ["sqlite:", "postgres://", "postgresql://"];
        if known.iter().any(|known| self.url.starts_with(known)) {
            return Ok(());
        }
        let scheme = self.url.split_once(':').map_or("no scheme", |(scheme, _)| scheme);
        Err(Error::Start(format!(
            "{} has {scheme:?}, which is no database of Lysbro: give sqlite:<path> or postgres://…",
            self.setting
        )))
    }

    /// Opens it, with names looked for in `schemas`.
    pub(crate) async fn open(&self, schemas: &[&str], clock: &Clock) -> Result<Db, Error> {
        Db::open(self.url, schemas, clock.clone()).await.map_err(|error| self.cannot(&error))
    }

    /// Whether a deployment's tables stand in it. A SQLite file is not made by asking.
    pub(crate) async fn stands(&self) -> Result<bool, Error> {
        if let Some(path) = self.url.strip_prefix("sqlite:") {
            return Ok(Path::new(path).exists());
        }
        let db = self.open(&["public"], &Clock::system()).await?;
        let (migrated,): (bool,) = db.q(MIGRATED).bind(self.schema.to_owned()).one().await?;
        db.close().await;
        Ok(migrated)
    }

    /// The URL as it may be told: without password and without what follows a question mark.
    pub(crate) fn shown(&self) -> String {
        let Some((scheme, rest)) = self.url.split_once("://") else { return self.url.to_owned() };
        let (user, place) = match rest.rsplit_once('@') {
            Some((user, place)) => (format!("{}@", user.split(':').next().unwrap_or_default()), place),
            None => (String::new(), rest),
        };
        format!("{scheme}://{user}{}", place.split('?').next().unwrap_or_default())
    }

    fn cannot(&self, error: &sqlx::Error) -> Error {
        let why = match error {
            sqlx::Error::PoolTimedOut => "it gave no connection in 10 s".to_owned(),
            other => other.to_string(),
        };
        Error::Start(format!(
            "the {} ({}) can't be opened: {why}; see that it runs and that {} is right",
            self.what,
            self.shown(),
            self.setting
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(url: &str) -> Place<'_> {
        Place { what: "key store", setting: "keys-url", schema: "keys", url }
    }

    #[test]
    fn a_database_that_is_away_is_named_without_its_password() {
        for (url, shown) in [
            ("postgres://own:se@cret@db:5432/keys?sslmode=require", "postgres://own@db:5432/keys"),
            ("postgres://db/keys?user=own&password=secret", "postgres://db/keys"),
            ("sqlite:/srv/keys.sqlite", "sqlite:/srv/keys.sqlite"),
        ] {
            let told = at(url).cannot(&sqlx::Error::PoolTimedOut).to_string();
            assert!(told.starts_with(&format!("the key store ({shown}) can't be opened")), "{told}");
            assert!(told.contains("keys-url") && !told.contains("cret"), "{told}");
        }
    }

    #[test]
    fn another_kind_of_database_is_refused_by_its_scheme() {
        let told = at("mysql://own:secret@db/keys").check().expect_err("refused").to_string();
        assert!(told.contains("\"mysql\"") && !told.contains("secret"), "{told}");
        assert!(at("/srv/keys.sqlite").check().is_err());
        for known in ["sqlite:a", "postgres://db/keys", "postgresql://db/keys"] {
            assert!(at(known).check().is_ok(), "{known}");
        }
    }
}
