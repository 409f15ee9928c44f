//! What the first page shows to everybody.

use axum::extract::State;
use kit::Context;
use kit::http::Json;
use serde::Serialize;

/// The deployment.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct Environment {
    /// The programme's name.
    programme: String,
    /// Everybody in here is made up.
    synthetic: bool,
    /// The program's version.
    version: &'static str,
}

#[utoipa::path(get, path = "/environment", tag = "directory", security(()), responses((status = OK, body = Environment)))]
pub async fn environment(State(ctx): State<Context>) -> Json<Environment> {
    Json(Environment {
        programme: ctx.settings.programme.clone(),
        synthetic: ctx.settings.synthetic,
        version: env!("CARGO_PKG_VERSION"),
    })
}
