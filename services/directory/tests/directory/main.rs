//! The directory over HTTP, on both engines: invitation to sign-out, administrators' work, refusals, events.

mod administration;
mod chairs;
mod contents;
mod context;
mod events;
mod fields;
mod import_faults;
mod importing;
mod links;
mod office;
mod once;
mod ordinary;
mod people;
mod programme;
mod sessions;
mod sign_in;

/// Runs each named test on SQLite and on PostgreSQL.
macro_rules! on_both_engines {
    ($($name:ident),+ $(,)?) => {
        mod sqlite {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                super::$name(crate::office::Office::start(kit::testing::DEPLOYMENTS[0]).await).await;
            })+
        }
        mod postgres {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                super::$name(crate::office::Office::start(kit::testing::DEPLOYMENTS[1]).await).await;
            })+
        }
    };
}
pub(crate) use on_both_engines;
