//! The layout of separate services (`deploy/layout.sh`) for a test, and a storm that kills its replicas one after the other.

use crate::trust;
use kit::settings::{Given, Settings, Store};
use kit::{Clock, Context};
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};
use tempfile::TempDir;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

const SERVICES: [&str; 7] = ["directory", "intake", "imaging", "review", "uptake", "web", "notify"];

/// A running layout; dropping it stops and removes everything.
pub struct Layout {
    folder: TempDir,
    port: u16,
    replicas: u16,
    ctx: Option<Context>,
}

impl Layout {
    /// Starts one on free ports with a PostgreSQL of its own.
    ///
    /// # Panics
    /// When it does not start.
    pub async fn start(replicas: u16) -> Self {
        let folder = TempDir::new().expect("a folder");
        let mut layout = Self { folder, port: 0, replicas, ctx: None };
        let begun = Instant::now();
        let out = layout.script(&["start"]);
        assert!(out.0, "the layout did not start: {}", out.1);
        println!("layout: {replicas} replicas of every service started in {:.1} s", begun.elapsed().as_secs_f64());
        layout.port = layout.setting("port").parse().expect("a port");
        trust(&std::fs::read(layout.path("tls/certificate.pem")).expect("the certificate"));
        let services = lysbro::services();
        let settings = layout.operators();
        layout.ctx = Some(kit::run::open(&services, settings, Clock::system()).await.expect("the stores").0);
        layout
    }

    /// Runs `deploy/layout.sh`; whether it succeeded, and what it said.
    ///
    /// # Panics
    /// When it can't be started.
    pub fn script(&self, words: &[&str]) -> (bool, String) {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the checkout");
        let mut command = Command::new(root.join("deploy/layout.sh"));
        command.args(words).stdin(Stdio::null()).env("LYSBRO_LAYOUT", self.folder.path());
        command.env("LYSBRO_BIN", crate::program()).env("LYSBRO_PORT", "0").env("LYSBRO_SYNTHETIC", "true");
        let out = command.env("LYSBRO_REPLICAS", self.replicas.to_string()).output().expect("the script");
        let text = [out.stdout, out.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).concat();
        (out.status.success(), text)
    }

    /// A file of the layout.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn setting(&self, name: &str) -> String {
        self.text(&format!("settings/{name}")).trim().to_owned()
    }

    /// A file's text.
    ///
    /// # Panics
    /// When it is not there.
    pub fn text(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    /// The environment that one process gets.
    pub fn environment(&self, process: &str) -> HashMap<String, String> {
        let lines = self.text(&format!("environment/{process}"));
        let pairs = lines.lines().filter_map(|line| line.split_once('='));
        pairs.map(|(name, value)| (name.to_owned(), value.trim_matches('\'').to_owned())).collect()
    }

    fn operators(&self) -> Settings {
        let environment = self.environment("operator");
        let given = Given {
            data: Some(self.path("data/test")),
            database_url: Some(environment["LYSBRO_DATABASE_URL"].clone()),
            keys_url: Some(environment["LYSBRO_KEYS_URL"].clone()),
            root_key: Some(environment["LYSBRO_ROOT_KEY"].clone()),
            objects_url: Some("none".into()),
            ..Given::default()
        };
        let settings = given.resolve().expect("settings");
        assert!(matches!(settings.store, Store::Closed));
        settings
    }

    /// The operator's stores, without objects.
    ///
    /// # Panics
    /// Before it has started.
    pub fn ctx(&self) -> &Context {
        self.ctx.as_ref().expect("started")
    }

    /// Where clients ask.
    pub fn url(&self) -> String {
        format!("https://localhost:{}", self.port)
    }

    /// Port of the proxy; plain HTTP is on the next, the store on the one after.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Name and port of every replica.
    pub fn replicas(&self) -> Vec<(String, u16)> {
        let of = |place: usize| (1..=self.replicas).map(move |each| (place, each));
        let all = (0..SERVICES.len()).flat_map(of);
        all.map(|(place, each)| {
            (format!("{}-{each}", SERVICES[place]), self.port + 2 + place as u16 * self.replicas + each)
        })
        .collect()
    }

    /// Present process id.
    pub fn pid(&self, process: &str) -> String {
        self.text(&format!("run/{process}.pid")).trim().to_owned()
    }

    /// Kills replicas from now on, one at a time: the next one when the last is back.
    pub fn storm(&self, seed: u64) -> Storm {
        let (stop, mut stopped) = oneshot::channel();
        let (replicas, run) = (self.replicas(), self.path("run"));
        let task = tokio::spawn(async move {
            let mut state = seed | 1;
            let mut away = Vec::new();
            loop {
                // xorshift64*: seeded, so that a run can be had again.
                state ^= state >> 12;
                state ^= state << 25;
                state ^= state >> 27;
                let chance = state.wrapping_mul(2_685_821_657_736_338_717) >> 33;
                tokio::select! {
                    _ = &mut stopped => return away,
                    () = tokio::time::sleep(Duration::from_millis(100 + chance % 700)) => {}
                }
                let (name, port) = &replicas[chance as usize % replicas.len()];
                away.push(kill(&run, name, *port).await);
                // The proxy gives a replica that refused a second of rest.
                tokio::time::sleep(Duration::from_millis(1100)).await;
            }
        });
        Storm { stop, task }
    }
}

impl Drop for Layout {
    fn drop(&mut self) {
        let (removed, said) = self.script(&["remove"]);
        if !removed {
            eprintln!("the layout could not be removed: {said}");
        }
    }
}

/// Kills a process and waits until its supervisor has brought it back.
async fn kill(run: &Path, name: &str, port: u16) -> Duration {
    let pid = std::fs::read_to_string(run.join(format!("{name}.pid"))).expect("a pid");
    let killed = Command::new("kill").args(["-KILL", pid.trim()]).status().expect("kill");
    assert!(killed.success(), "{name} was there");
    let begun = Instant::now();
    let url = format!("http://127.0.0.1:{port}/readyz");
    loop {
        tokio::time::sleep(Duration::from_millis(20)).await;
        if reqwest::get(&url).await.is_ok_and(|answer| answer.status().is_success()) {
            return begun.elapsed();
        }
        assert!(begun.elapsed() < Duration::from_mins(1), "{name} did not come back within a minute");
    }
}

/// Kills under way.
pub struct Storm {
    stop: oneshot::Sender<()>,
    task: JoinHandle<Vec<Duration>>,
}

impl Storm {
    /// Ends it; how long every killed replica was away.
    ///
    /// # Panics
    /// When one did not come back.
    pub async fn stop(self) -> Vec<Duration> {
        // A storm that has broken off says so below.
        let _ = self.stop.send(());
        self.task.await.expect("every replica came back")
    }
}
