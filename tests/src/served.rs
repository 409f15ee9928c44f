//! `lysbro serve` as a process of its own on the embedded databases, with its objects in a store behind a [`FaultProxy`].

use crate::{FaultProxy, program};
use kit::objects::{Embedded, KeyPair, KeyPairs, Listener, ListenerConfig, Objects};
use kit::settings::{Settings, Store};
use kit::{Clock, Context};
use std::path::Path;
use std::process::Stdio;
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};

const ACCESS_KEY: &str = "outage-tests";

/// The process, its store and the line between them. Dropping it ends the process and removes its files.
#[derive(Debug)]
pub struct Served {
    /// `http://localhost:<port>`.
    pub url: String,
    /// Between the process and its store.
    pub line: FaultProxy,
    /// The process's databases, opened beside it; without objects.
    pub ctx: Context,
    child: Child,
    folder: TempDir,
    _store: (Embedded, Listener),
}

impl Served {
    /// Starts it and waits until it says that it is ready.
    ///
    /// # Panics
    /// When it does not start.
    pub async fn start() -> Self {
        let folder = TempDir::new().expect("a folder");
        let secret: String = kit::Random::default().token();
        let (_, embedded) = Objects::embedded(&folder.path().join("store")).expect("a store");
        let ordinary = KeyPair { access_key: ACCESS_KEY.into(), secret_key: secret.clone() };
        let keys = KeyPairs { ordinary, janitor: None };
        let config = ListenerConfig { address: ([127, 0, 0, 1], 0).into(), keys };
        let listener = Listener::start(&embedded, config).await.expect("the store listens");
        let line = FaultProxy::start(listener.address());
        let data = folder.path().join("data");
        let (child, url) = serve(&data, &line, &secret).await;
        let settings = Settings { store: Store::Closed, ..Settings::embedded(&data) };
        let (ctx, _) = kit::run::open(&lysbro::services(), settings, Clock::system()).await.expect("its databases");
        Self { url, line, ctx, child, folder, _store: (embedded, listener) }
    }

    /// Resident memory of the process in MiB: the most it ever had.
    ///
    /// # Panics
    /// When it has ended.
    pub fn peak_mib(&self) -> u64 {
        let id = self.child.id().expect("it runs");
        let status = std::fs::read_to_string(format!("/proc/{id}/status")).expect("its status");
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("a peak");
        line.trim().trim_end_matches(" kB").parse::<u64>().expect("kB") / 1024
    }

    /// What it wrote to its log.
    pub fn log(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("data").join("serve.log")).unwrap_or_default()
    }
}

async fn serve(data: &Path, line: &FaultProxy, secret: &str) -> (Child, String) {
    std::fs::create_dir_all(data).expect("a folder");
    let log = std::fs::File::create(data.join("serve.log")).expect("a log");
    let mut child = Command::new(program())
        .args(["serve", "--listen", "127.0.0.1:0", "--data"])
        .arg(data)
        .arg("--objects-url")
        .arg(format!("http://{}", line.address()))
        .env("LYSBRO_OBJECTS_ACCESS_KEY", ACCESS_KEY)
        .env("LYSBRO_OBJECTS_SECRET_KEY", secret)
        .env("LYSBRO_SYNTHETIC", "true")
        .env("RUST_LOG", "warn")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(log)
        .kill_on_drop(true)
        .spawn()
        .expect("the program starts");
    let mut lines = BufReader::new(child.stdout.take().expect("its output")).lines();
    let mut url = None;
    while let Some(line) = lines.next_line().await.expect("its output") {
        if let Some(address) = line.strip_prefix("address ") {
            url = Some(address.to_owned());
        }
        if line == "ready" {
            break;
        }
    }
    // Read on, so that it never waits for somebody to listen.
    tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
    (child, url.expect("an address: the log says why there is none"))
}
