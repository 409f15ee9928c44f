//! What every route shares: problem+json, extractors that answer with it, layers, health, and the assembled router.

mod app;
mod description;
mod extract;
mod gate;
mod gauges;
mod health;
mod layers;
mod line;
mod paced;
mod problem;
mod server;
mod sheet;

pub use app::{app, openapi};
pub use extract::{ClientAddress, Json, Path, Query};
pub(crate) use health::recorder;
pub use layers::{SignedIn, carried, on_behalf, request_id};
pub use problem::{FieldError, Problem, ProblemBody};
pub(crate) use server::serve;
pub use sheet::{SHEET_LIMIT, Sheet};
