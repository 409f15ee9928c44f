//! Journeys over HTTP: a client as a browser would be one, worlds with every service, pictures made on the spot.

pub mod access;
mod answers;
mod cast;
mod client;
mod collector;
pub mod drill;
mod fault_proxy;
mod layout;
mod picture;
mod served;
mod stage;
pub mod town;

pub use answers::answered;
pub use cast::{Cast, Practice, person, register};
pub use client::{Client, Reply, Upload, asked_again, trust};
pub use collector::Collector;
pub use fault_proxy::{FaultProxy, Mode, Toward};
pub use layout::{Layout, Storm};
pub use picture::{jpeg, large_jpeg, padded};
pub use served::Served;
pub use stage::Stage;

use kit::testing::{DEPLOYMENTS, Engine, Reach, World};
use std::path::PathBuf;

/// The program under test: `LYSBRO_BIN`, or the one built beside this test.
///
/// # Panics
/// When there is none: build the workspace first.
pub fn program() -> PathBuf {
    let beside = || {
        let exe = std::env::current_exe().expect("this test's own path");
        exe.ancestors().nth(2).expect("the build folder").join("lysbro")
    };
    let program = std::env::var_os("LYSBRO_BIN").map_or_else(beside, PathBuf::from);
    assert!(program.exists(), "{} is not built: run `cargo build --workspace`", program.display());
    program
}

/// Every service on one deployment.
///
/// # Panics
/// When it does not start.
pub async fn world(deployment: (Engine, Reach)) -> World {
    World::start(lysbro::services(), deployment, |settings| {
        settings.synthetic = true;
        settings.decoder = vec![program(), "decode".into()];
    })
    .await
    .expect("a world")
}

/// The embedded default.
pub const EMBEDDED: (Engine, Reach) = DEPLOYMENTS[0];

/// The first planted word or made-up national number, with what follows it. A number counts when it stands alone with its
/// eleven digits: figures of a clock hold any six of them sooner or later.
pub fn planted(bytes: &[u8]) -> Option<String> {
    let digit = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_digit);
    let number = |at: usize| (at == 0 || !digit(at - 1)) && (at..at + 11).all(digit) && !digit(at + 11);
    let at = bytes.windows(6).enumerate().find_map(|(at, window)| {
        let found = window.eq_ignore_ascii_case(b"kanari") || (window == b"139174" && number(at));
        found.then_some(at)
    })?;
    Some(String::from_utf8_lossy(&bytes[at..bytes.len().min(at + 30)]).into_owned())
}

/// The number of the n-th made-up patient born on 13 November 1974: valid in a synthetic deployment, nobody's, and one that
/// [`planted`] knows, as it begins with 139174.
///
/// # Panics
/// Never: that day has hundreds of numbers.
pub fn made_up_number(nth: usize) -> String {
    intake::identifier::made_up::tenor(time::macros::date!(1974 - 11 - 13), nth).expect("a number")
}

/// Repeats until it gives something, for at most 30 s.
///
/// # Panics
/// When it never does.
pub async fn eventually<T>(what: &str, mut ask: impl AsyncFnMut() -> Option<T>) -> T {
    for _ in 0..300 {
        if let Some(found) = ask().await {
            return found;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    panic!("{what} did not happen in 30 s");
}

#[cfg(test)]
mod unit {
    use super::{made_up_number, planted};

    #[test]
    fn planted_words_and_whole_numbers_are_found_and_figures_are_not() {
        assert_eq!(planted(b"a KanariName001Qx"), Some("KanariName001Qx".into()));
        assert_eq!(planted(b"no-national:13917440004."), Some("13917440004.".into()));
        assert_eq!(planted(b"13917440004"), Some("13917440004".into()));
        let (first, later) = (made_up_number(0), made_up_number(300));
        assert_eq!((planted(first.as_bytes()), planted(later.as_bytes())), (Some(first), Some(later)));
        for figure in ["0.001391744119894", "13917441198940", "139174", "1391741391", "00013917440004"] {
            assert_eq!(planted(figure.as_bytes()), None, "{figure}");
        }
    }
}
