//! What every route shares: problem+json, extractors that answer with it, layers, health, and the assembled router.

mod app;
mod description;
mod extract;
mod health;
mod layers;
mod problem;

pub use app::{app, openapi};
pub use extract::{Json, Path, Query};
pub(crate) use health::recorder;
pub use layers::{SignedIn, request_id};
pub use problem::{FieldError, Problem, ProblemBody};
