//! The executable. `lysbro decode` limits itself before any runtime starts, so it is told apart first.

use std::process::ExitCode;

fn main() -> ExitCode {
    if std::env::args_os().nth(1).is_some_and(|word| word == "decode") {
        return imaging::decode_main();
    }
    lysbro::main()
}
