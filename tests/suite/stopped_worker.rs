//! A worker process that is stopped (SIGSTOP) in the middle of a picture and goes on past its lease: another one has done the
//! picture meanwhile, and the sleeper's is refused. The lease's 45 seconds are real here; `leases` does the rest quickly.

use crate::acts::{Act, Play};
use crate::copies::Copies;
use crate::write_faults::{cast, quiet_world};
use kit::settings::Store;
use kit::testing::{DEPLOYMENTS, World};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use tests::program;

/// `lysbro serve imaging` beside a world.
struct Worker {
    child: Child,
    log: PathBuf,
}

impl Worker {
    fn start(world: &World, name: &str) -> Self {
        let settings = &world.ctx().settings;
        let Store::Remote(store) = &settings.store else { panic!("the store is over TCP") };
        let root = std::fs::read_to_string(world.folder.path().join("root.key")).expect("the root key");
        let data = world.folder.path().join(name);
        std::fs::create_dir_all(&data).expect("a folder");
        let log = data.join("log");
        let child = Command::new(program())
            .args(["serve", "imaging", "--listen", "127.0.0.1:0", "--objects-url", &store.endpoint, "--data"])
            .arg(&data)
            .env("LYSBRO_DATABASE_URL", &settings.database_url)
            .env("LYSBRO_KEYS_URL", &settings.keys_url)
            .env("LYSBRO_AUDIT_URL", &settings.audit_url)
            .env("LYSBRO_OBJECTS_ACCESS_KEY", &store.keys.access_key)
            .env("LYSBRO_OBJECTS_SECRET_KEY", &store.keys.secret_key)
            .env("LYSBRO_ROOT_KEY", root.trim())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(std::fs::File::create(&log).expect("a log"))
            .spawn()
            .expect("a worker");
        Self { child, log }
    }

    fn signal(&self, name: &str) {
        let sent = Command::new("kill").arg(format!("-{name}")).arg(self.child.id().to_string()).status();
        assert!(sent.expect("kill runs").success());
    }

    fn log(&self) -> String {
        std::fs::read_to_string(&self.log).expect("its log")
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        // A stopped process ends by this signal too; already gone is as good.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

async fn count(world: &World, text: &'static str) -> i64 {
    let (count,): (i64,) = world.ctx().db.q(text).one().await.expect("a count");
    count
}

/// Waits until there are so many; says whether it came so within the time.
async fn until(world: &World, text: &'static str, wanted: i64, within: Duration) -> bool {
    let began = Instant::now();
    while count(world, text).await != wanted {
        if began.elapsed() > within {
            return false;
        }
        tokio::time::sleep(Duration::from_millis(3)).await;
    }
    true
}

const HELD: &str = "select count(*) from imaging_job where lease_token is not null";
const READY: &str = "select count(*) from imaging_job where state = 'ready'";
const TOLD: &str = "select count(*) from log_event where kind = 'ImageReady'";

#[tokio::test]
async fn a_worker_stopped_past_its_lease_is_refused() {
    let world = quiet_world(DEPLOYMENTS[1]).await;
    world.clock.let_go();
    let (services, copies) = (lysbro::services(), Copies::single());
    let cast = cast(&world).await;
    let sleeper = Worker::start(&world, "sleeper");
    let mut pictures = 0;
    loop {
        let mut play = Play::new(&world, &services, &cast, &copies, 70 + pictures as u32);
        for act in [Act::Draft, Act::Picture] {
            play.perform(act).await.expect("done");
        }
        pictures += 1;
        assert!(until(&world, HELD, 1, Duration::from_mins(1)).await, "no worker takes it: {}", sleeper.log());
        sleeper.signal("STOP");
        if count(&world, HELD).await == 1 {
            break;
        }
        // It was done before it could be stopped: the next one.
        sleeper.signal("CONT");
        assert!(until(&world, READY, pictures, Duration::from_mins(1)).await, "{}", sleeper.log());
    }
    let other = Worker::start(&world, "other");
    assert!(until(&world, READY, pictures, Duration::from_mins(3)).await, "nobody takes over: {}", other.log());
    sleeper.signal("CONT");
    let began = Instant::now();
    while !sleeper.log().contains("lease lost") {
        assert!(began.elapsed() < Duration::from_mins(1), "the sleeper was not refused: {}", sleeper.log());
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    assert_eq!(
        (count(&world, READY).await, count(&world, TOLD).await),
        (pictures, pictures),
        "each picture is told once"
    );
    assert!(kit::log::verify_chain(&world.ctx().db).await.expect("a walk").broken.is_empty());
    world.stop().await;
}
