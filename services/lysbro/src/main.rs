//! The executable. `lysbro decode` limits itself before any runtime starts, so it is told apart first.

use std::process::ExitCode;

fn main() -> ExitCode {
    if std::env::args().nth(1).as_deref() == Some("decode") {
        return imaging::decode_main();
    }
    lysbro::main()
}
