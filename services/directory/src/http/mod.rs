//! Routes under `/api/directory`. Handlers read the request, call one act and shape the answer.

mod closings;
mod colleagues;
mod context;
mod cookie;
mod departments;
mod deputy;
mod environment;
mod grants;
mod import;
mod links;
mod me;
mod ordinary;
mod people;
mod practice;
mod practices;
mod reasons;
mod record;
mod sessions;
mod support;

use axum::extract::DefaultBodyLimit;
use kit::Routes;
use serde::Serialize;
use utoipa_axum::routes;
use uuid::Uuid;

/// Longest body of whoever is not signed in, in bytes: a password and a code need no more, and many at once shall not fill the
/// memory.
const FROM_ANYBODY: usize = 16 * 1024;

/// Routes for whoever is not signed in.
fn doors() -> Routes {
    Routes::new()
        .routes(routes!(links::open))
        .routes(routes!(links::sign_in))
        .routes(routes!(links::accept))
        .routes(routes!(sessions::sign_in))
        .layer(DefaultBodyLimit::max(FROM_ANYBODY))
}

/// All routes.
pub fn routes() -> Routes {
    doors()
        .routes(routes!(environment::environment))
        .routes(routes!(me::me))
        .routes(routes!(me::set_language))
        .routes(routes!(me::set_mail))
        .routes(routes!(me::set_hpr))
        .routes(routes!(record::confirm))
        .routes(routes!(record::accesses))
        .routes(routes!(sessions::sign_out))
        .routes(routes!(sessions::sign_out_everywhere))
        .routes(routes!(sessions::lock))
        .routes(routes!(sessions::unlock))
        .routes(routes!(practices::list, practices::add))
        .routes(routes!(practices::change, practice::history))
        .routes(routes!(deputy::choose))
        .routes(routes!(support::place_equipment))
        .routes(routes!(support::withdraw_equipment))
        .routes(routes!(support::train))
        .routes(routes!(support::contact))
        .routes(routes!(context::log, context::note))
        .routes(routes!(context::correct))
        .routes(routes!(context::withdraw))
        .routes(routes!(reasons::askable, reasons::give))
        .routes(routes!(practices::record_register))
        .routes(routes!(practices::record_enablement))
        .routes(routes!(import::example))
        .routes(routes!(import::dry_run))
        .routes(routes!(import::import))
        .routes(routes!(ordinary::example))
        .routes(routes!(ordinary::dry_run))
        .routes(routes!(ordinary::take))
        .routes(routes!(departments::list, departments::add))
        .routes(routes!(departments::change))
        .routes(routes!(people::list, people::add))
        .routes(routes!(people::invite))
        .routes(routes!(grants::give))
        .routes(routes!(grants::end))
        .routes(routes!(closings::close))
        .routes(routes!(colleagues::list, colleagues::invite))
        .routes(routes!(colleagues::renew))
        .routes(routes!(colleagues::end))
}

/// The id of what was made.
#[derive(Clone, Copy, Debug, Serialize, utoipa::ToSchema)]
struct Made {
    id: Uuid,
}

/// A person or place by name.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
struct Named {
    id: Uuid,
    name: String,
}

impl Named {
    fn of(id: Option<Uuid>, name: Option<String>) -> Option<Self> {
        id.map(|id| Self { id, name: name.unwrap_or_default() })
    }
}
