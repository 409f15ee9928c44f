//! The window and specialty that are asked for.

use crate::UptakeError;
use crate::record::{Asked, Record, RecordError, parsed};
use crate::studied::Studied;
use kit::Context;
use kit::http::FieldError;
use serde::Deserialize;
use std::sync::Arc;
use utoipa::ToSchema;

/// Which days and specialty; empty or absent: chosen from the record.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
#[schema(as = uptake::StudyWindow)]
pub struct Wanted {
    /// First day, `YYYY-MM-DD`. Default: the first of the month in which the first practice was equipped.
    from: String,
    /// The day after the last, `YYYY-MM-DD`. Default: the first of the month in which the newest fact happened.
    until: String,
    /// `dermatology`, `ent` or `plastic-surgery`; empty: all.
    specialty: String,
}

impl Wanted {
    /// The record of it.
    ///
    /// # Errors
    /// `Invalid` when a day or specialty is none, or when the window has no days.
    pub async fn read(&self, ctx: &Context, studied: &Studied) -> Result<Arc<Record>, UptakeError> {
        let asked = self.asked()?;
        studied.read(&ctx.db, &asked, ctx.now()).await.map_err(|error| match error {
            RecordError::Database(error) => error.into(),
            RecordError::NobodyEquipped => {
                invalid("from", "missing", "No practice was equipped yet. Say the first day.")
            }
            RecordError::NothingHappened => {
                invalid("until", "missing", "Nothing happened yet. Say the day after the last.")
            }
            RecordError::TooEarly => invalid("from", "not-a-day", "Write a day from 1990 on, as YYYY-MM-DD."),
            RecordError::ToCome => invalid("until", "in-the-future", "Choose tomorrow or a day before it."),
            RecordError::NoDays(..) if self.from.is_empty() && self.until.is_empty() => {
                invalid("until", "missing", "No month of use is over yet. Say the day after the last.")
            }
            RecordError::NoDays(..) => invalid("until", "too-early", "Choose a day after the first."),
            moving @ RecordError::Moving => kit::Problem::unavailable(moving).into(),
        })
    }

    fn asked(&self) -> Result<Asked, UptakeError> {
        let day = |field: &str, text: &str| match text {
            "" => Ok(None),
            text => parsed(text).map(Some).ok_or_else(|| invalid(field, "not-a-day", "Write a day as YYYY-MM-DD.")),
        };
        let specialty = match self.specialty.as_str() {
            "" => None,
            one @ ("dermatology" | "ent" | "plastic-surgery") => Some(one.to_owned()),
            _ => {
                let message = "Choose dermatology, ent or plastic-surgery, or leave it out.";
                return Err(invalid("specialty", "unknown", message));
            }
        };
        Ok(Asked { from: day("from", &self.from)?, until: day("until", &self.until)?, specialty })
    }
}

/// One wrong field.
pub fn invalid(field: &str, code: &'static str, message: &'static str) -> UptakeError {
    UptakeError::Invalid(vec![FieldError::new(field, code, message)])
}
