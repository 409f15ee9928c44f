//! Proof that nothing acknowledged is lost: a client with a ledger of its own in a process of its own, a killer, a judge.
//!
//! `kill -9` finds what a process forgets, not a missing fsync: the page cache outlives the process. For that see `order`
//! (every answer leaves after the sync of what it promises) and `eio` (a sync fails).

mod client;
mod deployment;
mod dice;
mod eio;
mod judge;
mod killer;
mod ledger;
mod order;
mod plan;
mod storm;

use clap::{Parser, Subcommand};
use std::process::ExitCode;

#[derive(Parser)]
#[command(name = "faults")]
struct Line {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Kills processes under load, then compares the client's ledger with what stands.
    Storm(storm::Options),
    /// Proves by strace that every answer leaves after the syncs of what it promises.
    Order(order::Options),
    /// Proves that a failed sync is the end: nothing more is acknowledged, nothing acknowledged is lost.
    Eio(eio::Options),
    /// The client: begins at once, ends when its standard input does.
    Client {
        /// The plan's file.
        plan: std::path::PathBuf,
    },
}

/// What any part of the harness can fail with: one line.
type Outcome<T = ()> = Result<T, Box<dyn std::error::Error + Send + Sync>>;

#[tokio::main]
async fn main() -> ExitCode {
    let done = match Line::parse().command {
        Command::Storm(options) => storm::run(options).await,
        Command::Order(options) => order::run(options).await,
        Command::Eio(options) => eio::run(options).await,
        Command::Client { plan } => client::run(&plan).await,
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("faults: {error}");
            ExitCode::FAILURE
        }
    }
}
