//! Routes under `/api/uptake`, for programme managers and administrators.

mod practices;

use kit::{Role, Routes};
use utoipa_axum::routes;

/// All of them.
pub fn routes() -> Routes {
    Routes::new().routes(routes!(practices::practices)).routes(routes!(practices::practices_csv))
}

/// Who may see the figures of all practices.
pub const ROLES: [Role; 2] = [Role::ProgrammeManager, Role::Administrator];
