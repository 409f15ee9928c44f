//! Routes under `/api/uptake`: figures of all practices and the study for programme managers and administrators, an office's own
//! state, and everybody's own record.

mod me;
mod own;
mod practice;
mod practices;
mod study;

use kit::{Role, Routes};
use utoipa_axum::routes;

/// All of them.
pub fn routes() -> Routes {
    Routes::new()
        .routes(routes!(practices::practices))
        .routes(routes!(practices::practices_csv))
        .routes(routes!(practice::practice))
        .routes(routes!(own::own))
        .routes(routes!(me::me))
        .merge(study::routes())
}

/// Who may see the figures of all practices.
pub const ROLES: [Role; 2] = [Role::ProgrammeManager, Role::Administrator];
