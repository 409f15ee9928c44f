//! Figures of the service beside its limits: `make bench-claims`, `bench-images`, `bench-import`, `bench-ingest`, `bench-submit`,
//! `bench-uptake`, `bench-worklist`.
//!
//! Every bench runs Lysbro and its peer in turn, in several rounds, on both deployments, and ends with lines
//! `bench <name> ratio=<ours/peer> ours=<figure unit> peer=<figure unit>`. What must hold whatever the machine does (a plan
//! without a sort, no claim lost) is asserted; times are printed with the load average and asserted nowhere.
//! Rejected: criterion, which measures one function at a time and knows no peer.

mod audit;
mod claims;
mod figure;
mod fuzz;
mod images;
mod import;
mod ingest;
mod lists;
mod offsets;
mod plan;
mod seed;
mod submit;
mod uptake;
mod worklist;

use kit::testing::{Engine, Reach};

/// The two deployments by name.
const DEPLOYMENTS: [(&str, (Engine, Reach)); 2] =
    [("sqlite", (Engine::Sqlite, Reach::InProcess)), ("postgresql", (Engine::Postgres, Reach::Tcp))];

#[tokio::main]
async fn main() {
    // `cargo bench` adds words of its own that begin with a dash.
    let wanted = std::env::args().skip(1).find(|word| !word.starts_with('-')).unwrap_or_default();
    match wanted.as_str() {
        "claims" => claims::run().await,
        "images" => images::run(),
        "import" => import::run().await,
        "ingest" => ingest::run().await,
        "submit" => submit::run().await,
        "uptake" => uptake::run().await,
        "worklist" => worklist::run().await,
        "api-fuzz" => fuzz::run().await,
        _ => {
            eprintln!("say which bench to run: claims, images, import, ingest, submit, uptake, worklist or api-fuzz");
            std::process::exit(2);
        }
    }
}

/// A number from the environment, for smaller or larger runs.
fn wanted(name: &str, default: usize) -> usize {
    std::env::var(name).ok().map_or(default, |text| text.parse().unwrap_or_else(|_| panic!("{name} must be a number")))
}
