//! The router of a list of services, and its OpenAPI description.

use super::extract::JSON_LIMIT;
use super::gauges::Board;
use super::{Problem, description, health, layers};
use crate::context::Context;
use crate::service::Service;
use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::StatusCode;
use tower_http::compression::CompressionLayer;
use utoipa::OpenApi;
use utoipa_axum::router::OpenApiRouter;

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Lysbro",
        description = "Store-and-forward referrals with pictures.",
        license(name = "Apache-2.0", identifier = "Apache-2.0")
    ),
    components(schemas(super::ProblemBody, super::FieldError))
)]
struct Description;

fn described(services: &[Service]) -> OpenApiRouter<Context> {
    let mut router = OpenApiRouter::with_openapi(Description::openapi());
    for service in services {
        router = router.nest(&format!("/api/{}", service.name), (service.routes)());
    }
    router
}

/// Everything that these services answer.
pub fn app(services: &[Service], ctx: Context) -> Router {
    let (mut router, _) = described(services).split_for_parts();
    router = router.merge(health::routes(Board::new(services.iter().filter_map(|service| service.gauges).collect())));
    for pages in services.iter().filter_map(|service| service.pages) {
        router = router.merge(pages());
    }
    router
        .method_not_allowed_fallback(async || {
            Problem::new(
                StatusCode::METHOD_NOT_ALLOWED,
                "method-not-allowed",
                "This address does not take that method.",
            )
        })
        .route("/api/{*rest}", axum::routing::any(async || Problem::not_found()))
        .layer(DefaultBodyLimit::max(JSON_LIMIT))
        .layer(CompressionLayer::new())
        .layer(axum::middleware::from_fn_with_state(ctx.clone(), layers::around))
        .with_state(ctx)
}

/// The description of the routes (OpenAPI 3.1).
pub fn openapi(services: &[Service]) -> utoipa::openapi::OpenApi {
    let (_, mut openapi) = described(services).split_for_parts();
    description::complete(&mut openapi);
    openapi
}
