//! One of our processes: started, killed, started again on the same address and data.

use crate::Outcome;
use rustix::process::{Pid, Signal, kill_process};
use std::fs::OpenOptions;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;
use tokio::process::{Child, Command};

/// A process and how to start it.
pub struct Process {
    /// Its name.
    pub name: String,
    /// Where its output goes.
    pub log: PathBuf,
    /// The program that runs it, with its arguments; empty: it runs by itself.
    pub under: Vec<String>,
    address: SocketAddr,
    /// Path that answers 200 when it serves; `None` when any answer will do.
    ready: Option<&'static str>,
    args: Vec<String>,
    env: Vec<(String, String)>,
    child: Option<Child>,
    http: reqwest::Client,
}

impl Process {
    /// A process of the program under test.
    pub fn lysbro(
        name: &str,
        folder: &Path,
        address: SocketAddr,
        command: &[&str],
        more: &[String],
        env: &[(String, String)],
    ) -> Self {
        let args = command.iter().map(|&arg| arg.to_owned()).chain(more.iter().cloned()).collect();
        let http = reqwest::Client::builder().timeout(Duration::from_secs(2)).no_proxy().build().expect("a client");
        let log = folder.join(format!("{name}.log"));
        let (name, env) = (name.to_owned(), env.to_vec());
        Self { name, log, under: Vec::new(), address, ready: Some("/readyz"), args, env, child: None, http }
    }

    /// One without `/readyz`: it serves when it answers anything.
    pub fn any_answer(self) -> Self {
        Self { ready: None, ..self }
    }

    /// Starts it.
    pub fn spawn(&mut self) -> Outcome {
        let log = OpenOptions::new().create(true).append(true).open(&self.log)?;
        let mut words: Vec<std::ffi::OsString> = self.under.iter().map(Into::into).collect();
        words.push(tests::program().into());
        let child = Command::new(&words[0])
            .args(&words[1..])
            .args(&self.args)
            .envs(self.env.iter().cloned())
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log)
            .kill_on_drop(true)
            .spawn()?;
        self.child = Some(child);
        Ok(())
    }

    /// Its id while it runs.
    pub fn id(&self) -> Option<u32> {
        self.child.as_ref().and_then(Child::id)
    }

    /// SIGKILL, and waits until it is gone.
    pub async fn kill(&mut self) -> Outcome {
        if let Some(mut child) = self.child.take() {
            child.kill().await?;
        }
        Ok(())
    }

    /// SIGTERM, and waits for the end.
    pub async fn stop(&mut self) -> Outcome {
        // strace ends with what it runs.
        let target = if self.under.is_empty() { self.id() } else { self.children().first().copied() };
        if let Some(id) = target {
            signal(id, Signal::TERM);
        }
        if let Some(mut child) = self.child.take() {
            child.wait().await?;
        }
        Ok(())
    }

    /// Starts it again when it ended by itself, as a supervisor does.
    pub fn revive(&mut self) -> Outcome {
        if self.child.is_none() || self.ended() { self.spawn() } else { Ok(()) }
    }

    /// Whether it ended.
    pub fn ended(&mut self) -> bool {
        self.child.as_mut().is_some_and(|child| !matches!(child.try_wait(), Ok(None)))
    }

    /// Whether it answers that it is ready.
    pub async fn serves(&self) -> bool {
        let url = format!("http://{}{}", self.address, self.ready.unwrap_or("/"));
        match self.http.get(url).send().await {
            Ok(answer) => self.ready.is_none() || answer.status().is_success(),
            Err(_) => false,
        }
    }

    /// Its children now: decoders, mostly.
    pub fn children(&self) -> Vec<u32> {
        let Some(parent) = self.id() else { return Vec::new() };
        let Ok(all) = std::fs::read_dir("/proc") else { return Vec::new() };
        let ids = all.flatten().filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
        ids.filter(|id| parent_of(*id) == Some(parent)).collect()
    }
}

/// The fourth word of `/proc/<id>/stat`; the second is in brackets and may hold spaces.
fn parent_of(id: u32) -> Option<u32> {
    let stat = std::fs::read_to_string(format!("/proc/{id}/stat")).ok()?;
    stat.rsplit_once(')')?.1.split_whitespace().nth(1)?.parse().ok()
}

/// Sends a signal; false when the process is gone.
pub fn signal(id: u32, signal: Signal) -> bool {
    Pid::from_raw(id.cast_signed()).is_some_and(|pid| kill_process(pid, signal).is_ok())
}
