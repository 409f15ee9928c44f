//! Intake over HTTP on both deployments: SQLite with objects in the process, PostgreSQL with objects over TCP.
//!
//! Needs `LYSBRO_TEST_PG` (`make test` starts one). All people and pictures are synthetic.

#![expect(clippy::unwrap_used, reason = "a test may stop at the first thing that is not as expected")]

mod captured;
mod chairs;
mod closing;
mod closings;
mod content;
mod drafts;
mod duty;
mod exchange;
mod finishing;
mod letters;
mod mistakes;
mod office;
mod outcomes;
mod phone;
mod pictures;
mod refusals;
mod sending;
mod simulation;
mod training;
mod uploads;

/// Runs every named async function on every deployment, as a test of its own.
macro_rules! on_both {
    ($($name:ident),+ $(,)?) => {$(
        mod $name {
            use kit::testing::DEPLOYMENTS;

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn sqlite() {
                super::super::office::run(DEPLOYMENTS[0], super::$name).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn postgres() {
                super::super::office::run(DEPLOYMENTS[1], super::$name).await;
            }
        }
    )+};
}
pub(crate) use on_both;
