//! The languages of the browser application.

use serde::{Deserialize, Serialize};

/// A language that a person reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, sqlx::Type, utoipa::ToSchema)]
#[serde(rename_all = "lowercase")]
#[sqlx(type_name = "text", rename_all = "lowercase")]
pub enum Language {
    /// English.
    En,
    /// Norwegian bokmål.
    Nb,
}

impl Language {
    /// As it stands in tables and JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::Nb => "nb",
        }
    }

    /// `en` or `nb`.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::En, Self::Nb].into_iter().find(|language| language.as_str() == text)
    }
}
