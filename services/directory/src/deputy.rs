//! A practice's deputy: who is asked when the practice itself does not look at what waits for it.

use serde::Deserialize;
use uuid::Uuid;

/// Whom a practice chooses.
#[derive(Clone, Copy, Debug, Default, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DeputyChoice {
    /// A clinician or one of the staff of the practice; null or absent: nobody.
    #[serde(default)]
    pub person_id: Option<Uuid>,
}
