//! The decoding child alone, for this crate's tests: what `lysbro decode` is, without the rest of Lysbro.

use std::process::ExitCode;

fn main() -> ExitCode {
    imaging::decode_main()
}
