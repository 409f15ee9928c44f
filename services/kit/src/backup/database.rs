//! A database into a file and back: SQLite by itself, PostgreSQL through its own programs.

use super::{folder, io};
use crate::db::Place;
use crate::{Db, Error, Tx};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use tokio::process::Command;

/// A snapshot of a database that was or is being written to a file; what is read from it is exactly what the file has.
pub(super) struct Snapshot {
    /// Reads the snapshot.
    pub(super) tx: Tx,
    /// Lives as long as the transaction (SQLite: the copy's own).
    copy: Option<Db>,
    /// The file's name.
    pub(super) file: String,
}

impl Snapshot {
    /// Lets go of the snapshot; the file can be sealed.
    pub(super) async fn close(self) {
        drop(self.tx);
        if let Some(copy) = self.copy {
            copy.close().await;
        }
    }
}

/// Writes `db` to `<folder>/<name>.sqlite` or `.dump`, from one snapshot.
pub(super) async fn dump(db: &Db, url: &str, to: &Path, name: &str) -> Result<Snapshot, Error> {
    if db.is_sqlite() {
        let file = format!("{name}.sqlite");
        let path = to.join(&file);
        if path.exists() {
            fs::remove_file(&path).map_err(|error| io(&path, &error))?;
        }
        db.vacuum_into(&path).await?;
        let copy = Db::open_copy(&path, db.clock().clone()).await?;
        return Ok(Snapshot { tx: copy.begin().await?, copy: Some(copy), file });
    }
    let file = format!("{name}.dump");
    let mut tx = db.begin().await?;
    tx.q("set transaction isolation level repeatable read").exec().await?;
    let (snapshot,): (String,) = tx.q("select pg_export_snapshot()").one().await?;
    let path = to.join(&file);
    let arguments = ["--format=custom", "--compress=1", "--no-owner", "--no-privileges"].map(str::to_owned);
    let more = [format!("--snapshot={snapshot}"), format!("--file={}", path.display())];
    run("pg_dump", url, arguments.into_iter().chain(more)).await?;
    Ok(Snapshot { tx, copy: None, file })
}

/// Puts a file of [`dump`] into the empty database at `url`.
pub(super) async fn load(file: &Path, url: &str) -> Result<(), Error> {
    let dumped = file.extension().is_some_and(|ending| ending == "dump");
    let Some(path) = url.strip_prefix("sqlite:") else {
        if !dumped {
            return Err(other_engine(file, "SQLite"));
        }
        let arguments = ["--no-owner", "--no-privileges", "--exit-on-error", "--single-transaction"].map(str::to_owned);
        return run("pg_restore", url, arguments.into_iter().chain([file.display().to_string()])).await;
    };
    if dumped {
        return Err(other_engine(file, "PostgreSQL"));
    }
    let path = PathBuf::from(path);
    let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    folder::make(parent)?;
    let put = || {
        let mut new = tempfile::Builder::new().prefix("restoring-").tempfile_in(parent)?;
        std::io::copy(&mut fs::File::open(file)?, &mut new)?;
        new.as_file().sync_all()?;
        new.persist_noclobber(&path).map_err(|failed| failed.error)?;
        Ok(())
    };
    put().map_err(|error| io(&path, &error))?;
    folder::sync(parent)
}

fn other_engine(file: &Path, engine: &str) -> Error {
    Error::Start(format!("{} is a copy of {engine}: give an empty database of that kind", file.display()))
}

/// Whether nothing stands in the database yet; a SQLite file that does not exist is empty.
pub(super) async fn is_empty(place: Place<'_>) -> Result<bool, Error> {
    if let Some(path) = place.url.strip_prefix("sqlite:") {
        return Ok(!Path::new(path).exists());
    }
    let db = place.open(&["public"], &crate::Clock::system()).await?;
    let tables =
        "select count(*) from pg_catalog.pg_tables where schemaname not in ('pg_catalog', 'information_schema')";
    let (count,): (i64,) = db.q(tables).one().await?;
    db.close().await;
    Ok(count == 0)
}

/// Runs one of PostgreSQL's programs; the password goes by the environment, not on the line.
async fn run(program: &str, url: &str, arguments: impl Iterator<Item = String>) -> Result<(), Error> {
    let (url, password) = without_password(url);
    let mut command = Command::new(program);
    command.arg(format!("--dbname={url}")).arg("--no-password").args(arguments);
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped()).kill_on_drop(true);
    if let Some(password) = password {
        command.env("PGPASSWORD", password);
    }
    let done = command.output().await.map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => Error::Start(format!(
            "{program} was not found: install PostgreSQL's client programs (on Debian: postgresql-client), at least of the server's version"
        )),
        _ => Error::Start(format!("{program}: {error}")),
    })?;
    if done.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&done.stderr);
    let last = said.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or("it said nothing");
    Err(Error::Start(format!("{program} failed ({}): {last}", done.status)))
}

/// `postgres://user:password@host/…` without the password, and the password.
fn without_password(url: &str) -> (String, Option<String>) {
    let split = || {
        let (scheme, rest) = url.split_once("://")?;
        let authority = rest.split(['/', '?']).next()?;
        let (user, host) = authority.rsplit_once('@')?;
        let (name, password) = user.split_once(':')?;
        Some((format!("{scheme}://{name}@{host}{}", &rest[authority.len()..]), decoded(password)?))
    };
    split().map_or_else(|| (url.to_owned(), None), |(url, password)| (url, Some(password)))
}

fn decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let [byte, tail @ ..] = rest {
        rest = tail;
        if *byte == b'%' {
            let (digits, tail) = rest.split_first_chunk::<2>()?;
            bytes.extend(hex::decode(digits).ok()?);
            rest = tail;
        } else {
            bytes.push(*byte);
        }
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::without_password;

    #[test]
    fn the_password_leaves_the_line() {
        let split = |url| without_password(url);
        let (url, password) = split("postgres://own:a%40b:c@db:5432/lysbro?sslmode=require");
        assert_eq!(
            (url.as_str(), password.as_deref()),
            ("postgres://own@db:5432/lysbro?sslmode=require", Some("a@b:c"))
        );
        let (url, password) = split("postgres://own@db/lysbro");
        assert_eq!((url.as_str(), password), ("postgres://own@db/lysbro", None));
    }
}
