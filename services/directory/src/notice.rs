//! What people are told at their first sign-in: what is recorded about them and why. They confirm the text once; a new text
//! is confirmed anew.
//!
//! The words stand in the browser application (`i18n/notice.ts`), under the same version.

use crate::Error;
use crate::faults::Faults;
use kit::At;
use serde::{Deserialize, Serialize};

/// The text that holds now.
pub const VERSION: &str = "2026-11";

/// Which text holds, and when the person confirmed it.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct NoticeState {
    /// The text that holds now.
    pub version: &'static str,
    /// Null until the person has confirmed it.
    pub confirmed_at: Option<At>,
}

/// That a text was read.
#[derive(Clone, Debug, Default, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Confirmation {
    /// The version that was shown.
    #[serde(default)]
    #[schema(required = true)]
    pub version: String,
}

impl Confirmation {
    /// The version, when it is the one that holds: an older page shows an older text.
    ///
    /// # Errors
    /// `Invalid`.
    pub fn check(&self) -> Result<&'static str, Error> {
        let mut faults = Faults::default();
        if self.version != VERSION {
            faults.add("version", "other-text", "The text has changed. Reload the page, and read it again.");
        }
        faults.finish(VERSION)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::faults::tests::told;

    #[test]
    fn only_the_text_that_holds_is_confirmed() {
        assert_eq!(told(Confirmation::default().check()), ["version other-text"]);
        assert_eq!(Confirmation { version: VERSION.into() }.check().ok(), Some(VERSION));
    }
}
