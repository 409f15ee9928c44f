//! What every operation can answer, added to the description (OpenAPI 3.1) in one place: the session, the refusals that kit
//! makes before, around and after a handler, and problem+json as the body of each.
//!
//! A route itself documents what it gives and what its own rules refuse. Rejected: listing 401, 404, 413, 503 … by hand at every
//! route (they are forgotten), and one `default` answer (then nothing is undocumented, and nothing is said).

use super::problem::ProblemBody;
use crate::caller::COOKIE_NAME;
use std::collections::BTreeMap;
use utoipa::ToSchema;
use utoipa::openapi::path::{Operation, PathItem};
use utoipa::openapi::response::{Response, ResponseBuilder};
use utoipa::openapi::schema::{ObjectBuilder, Type};
use utoipa::openapi::security::{ApiKey, ApiKeyValue, SecurityRequirement, SecurityScheme};
use utoipa::openapi::{Components, Content, Header, OpenApi, Ref, RefOr};

/// Name of the session in the description.
const SESSION: &str = "session";

/// What kit knows of an operation.
struct Kind {
    /// It needs a session.
    closed: bool,
    /// It changes something: another site's page may not ask for it, and things can cross.
    unsafe_method: bool,
    /// It reads a body.
    body: bool,
    /// Some part of the request is read by a rule.
    read: bool,
}

type Refusal = (u16, fn(&Kind) -> bool, &'static str);

/// Statuses of kit's own refusals. Every one of them has problem+json as its body.
const REFUSALS: [Refusal; 11] = [
    (400, |kind| kind.read, "`malformed`: a part of the request can't be read; the error names it"),
    (401, |kind| kind.closed, "`signed-out` or `locked`"),
    (403, |kind| kind.unsafe_method, "`cross-origin`: another site's page asked for it"),
    (404, |kind| kind.closed, "`not-found`: it is not there, or the caller may not see it"),
    (409, |kind| kind.closed && kind.unsafe_method, "something else stands now; the code says what"),
    (413, |kind| kind.body, "`too-large`: more than 1 MiB of JSON, or more than a picture may have"),
    (415, |kind| kind.body, "the Content-Type is another one"),
    (422, |kind| kind.body, "`invalid-input`: what is missing or wrong, field by field"),
    (429, |_| true, "too many requests; Retry-After says when to come again"),
    (500, |_| true, "`internal`: a fault of the service, recorded under the request's id"),
    (503, |_| true, "`unavailable`: nothing was taken and nothing is lost; try again after Retry-After"),
];

/// Completes the description of some services' routes.
pub(super) fn complete(openapi: &mut OpenApi) {
    let cookie = ApiKeyValue::with_description(COOKIE_NAME, "Set by signing in; ends when the rights or the time end.");
    let components = openapi.components.get_or_insert_with(Components::new);
    components.add_security_scheme(SESSION, SecurityScheme::ApiKey(ApiKey::Cookie(cookie)));
    for item in openapi.paths.paths.values_mut() {
        for (unsafe_method, operation) in operations(item) {
            complete_operation(operation, unsafe_method);
        }
    }
}

/// A path's operations, each with whether its method changes something.
fn operations(item: &mut PathItem) -> Vec<(bool, &mut Operation)> {
    let safe = [&mut item.get, &mut item.head, &mut item.options].map(|operation| (false, operation));
    let changing =
        [&mut item.put, &mut item.post, &mut item.delete, &mut item.patch].map(|operation| (true, operation));
    safe.into_iter().chain(changing).filter_map(|(changes, operation)| Some((changes, operation.as_mut()?))).collect()
}

fn complete_operation(operation: &mut Operation, unsafe_method: bool) {
    // A route that answers anybody says so itself, with an empty requirement.
    let closed = operation.security.is_none();
    if closed {
        operation.security = Some(vec![SecurityRequirement::new::<_, [&str; 0], &str>(SESSION, [])]);
    }
    let body = operation.request_body.is_some();
    let read = body || operation.parameters.as_ref().is_some_and(|parameters| !parameters.is_empty());
    let kind = Kind { closed, unsafe_method, body, read };
    let responses = &mut operation.responses.responses;
    for (status, applies, description) in REFUSALS {
        if applies(&kind) {
            let refusal = || RefOr::T(ResponseBuilder::new().description(description).build());
            responses.entry(status.to_string()).or_insert_with(refusal);
        }
    }
    for (status, response) in responses {
        let RefOr::T(response) = response else { continue };
        if status.as_str() >= "400" {
            as_problem(response, status);
        }
    }
}

fn as_problem(response: &mut Response, status: &str) {
    let content = Content::new(Some(Ref::from_schema_name(ProblemBody::name())));
    response.content = [("application/problem+json".to_owned(), RefOr::T(content))].into_iter().collect();
    if matches!(status, "429" | "503") {
        let seconds = Header::new(ObjectBuilder::new().schema_type(Type::Integer).description(Some("Seconds")).build());
        response.headers = BTreeMap::from([("Retry-After".to_owned(), RefOr::T(seconds))]);
    }
}
