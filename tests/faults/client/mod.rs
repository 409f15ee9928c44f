//! The client's process: offices that write, photograph, send and read; specialists who answer. Each is a task that tries
//! every request again with the same ids until it is answered, as the browser application does.

mod album;
mod office;
mod person;
mod reader;
mod specialist;
mod upload;

pub use album::Album;
pub use office::{content, named};
pub use person::{Person, Reply, ask, http};

use crate::Outcome;
use crate::dice::Dice;
use crate::ledger::{Entry, Ledger};
use crate::plan::Plan;
use person::Counts;
use std::io::Read;
use std::path::Path;
use std::sync::Arc;
use tokio::sync::watch;
use tokio::task::JoinSet;

/// Tasks that write per office.
const WRITERS: usize = 3;

/// What every task shares.
#[derive(Clone)]
pub struct Shared {
    /// Who is who.
    pub plan: Arc<Plan>,
    /// The book.
    pub ledger: Arc<Ledger>,
    /// Pictures to take from.
    pub album: Arc<Album>,
    /// Whether to begin nothing new.
    pub stop: watch::Receiver<bool>,
    /// Requests and failures.
    pub counts: Arc<Counts>,
}

impl Shared {
    /// Whether to begin nothing new.
    pub fn stopped(&self) -> bool {
        *self.stop.borrow()
    }

    /// Somebody, by their session.
    pub fn person(&self, cookie: &str) -> Person {
        Person::new(self, cookie)
    }
}

/// Runs until standard input ends, then lets everybody finish what they are doing.
pub async fn run(plan: &Path) -> Outcome {
    let plan = Plan::read(plan)?;
    let (told, stop) = watch::channel(false);
    let shared = Shared {
        ledger: Arc::new(Ledger::open(&plan.ledger)?),
        album: Arc::new(Album::make()),
        counts: Arc::default(),
        plan: Arc::new(plan),
        stop,
    };
    let mut tasks = JoinSet::new();
    let mut place = 0;
    let mut dice = || {
        place += 1;
        Dice::new(shared.plan.seed, place)
    };
    for office in 0..shared.plan.offices.len() {
        for _ in 0..WRITERS {
            tasks.spawn(office::write(shared.clone(), office, dice()));
        }
        tasks.spawn(reader::read(shared.clone(), office, dice()));
    }
    for department in 0..shared.plan.departments.len() {
        for specialist in 0..shared.plan.departments[department].specialists.len() {
            tasks.spawn(specialist::answer(shared.clone(), department, specialist, dice()));
        }
    }
    println!("{} clients", tasks.len());
    std::thread::spawn(move || {
        // Whatever ends it, an error too, is the sign to stop.
        let _ = std::io::stdin().read_to_end(&mut Vec::new());
        told.send_replace(true);
    });
    while let Some(ended) = tasks.join_next().await {
        ended?;
    }
    let (requests, failures) = shared.counts.both();
    shared.ledger.write(&Entry::Ends { requests, failures });
    Ok(())
}
