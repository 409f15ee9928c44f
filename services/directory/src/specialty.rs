//! The specialties that answer.

use serde::{Deserialize, Serialize};

/// A specialty of a department.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, sqlx::Type, utoipa::ToSchema)]
#[serde(rename_all = "kebab-case")]
#[sqlx(type_name = "text", rename_all = "kebab-case")]
pub enum Specialty {
    /// Skin.
    Dermatology,
    /// Ear, nose and throat.
    Ent,
    /// Plastic surgery.
    PlasticSurgery,
}

impl Specialty {
    /// As it stands in tables, envelopes and JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Dermatology => "dermatology",
            Self::Ent => "ent",
            Self::PlasticSurgery => "plastic-surgery",
        }
    }
}
