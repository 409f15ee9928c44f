//! The list of services and the commands around them.
//!
//! A later service is one folder beside the others and one line in [`services`].

mod cli;
mod commands;
pub mod demo;

use kit::Service;
use std::process::ExitCode;

/// Every service, in the order of their places.
pub fn services() -> Vec<Service> {
    vec![
        directory::service(),
        intake::service(),
        imaging::service(),
        review::service(),
        uptake::service(),
        web::service(),
        notify::service(),
    ]
}

/// Reads the command line and runs it: one line on stderr and a non-zero exit when it can't.
pub fn main() -> ExitCode {
    let command = match cli::parse() {
        Ok(command) => command,
        Err(code) => return code,
    };
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("lysbro: the runtime did not start: {error}");
            return ExitCode::FAILURE;
        }
    };
    match runtime.block_on(commands::run(command)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let text = error.to_string();
            let lines: Vec<&str> = text.lines().map(str::trim).collect();
            eprintln!("lysbro: {}", lines.join(" "));
            ExitCode::FAILURE
        }
    }
}
