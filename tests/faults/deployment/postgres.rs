//! A private PostgreSQL on a disk with fsync on, whose postmaster can be killed and started again.

use super::process::signal;
use crate::Outcome;
use rustix::process::Signal;
use std::path::PathBuf;
use tokio::process::Command;

/// A running cluster; dropping it removes it.
pub struct Cluster {
    name: String,
}

impl Cluster {
    /// Makes and starts one.
    pub async fn start() -> Outcome<Self> {
        let name = format!("faults-{}", std::process::id());
        tool(&["start", &name]).await?;
        Ok(Self { name })
    }

    /// Makes a database and gives its URL.
    pub async fn database(&self, name: &str) -> Outcome<String> {
        tool(&["database", &self.name, &format!("lysbro_{name}")]).await
    }

    /// Makes a login and gives the server's URL for it, without a database.
    pub async fn login(&self, name: &str) -> Outcome<String> {
        tool(&["login", &self.name, name]).await
    }

    /// SIGKILL to the postmaster. Its children notice and end by themselves.
    pub async fn kill(&self) -> Outcome {
        let id = tool(&["pid", &self.name]).await?.parse()?;
        if signal(id, Signal::KILL) { Ok(()) } else { Err("the postmaster was gone before it was killed".into()) }
    }

    /// Starts it again on the same port.
    pub async fn revive(&self) -> Outcome {
        tool(&["again", &self.name]).await.map(|_| ())
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        // Blocking is right here: nothing else is left to do.
        let stopped = std::process::Command::new(script()).args(["stop", &self.name]).status();
        if !stopped.is_ok_and(|status| status.success()) {
            eprintln!("faults: PostgreSQL {} was not removed", self.name);
        }
    }
}

fn script() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tools/postgres.sh")
}

async fn tool(args: &[&str]) -> Outcome<String> {
    let output = Command::new(script()).args(args).env("LYSBRO_PG_ON_DISK", "1").output().await?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned());
    }
    Err(String::from_utf8_lossy(&output.stderr).into_owned().into())
}
