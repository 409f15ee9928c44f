//! "Try it": a draft about a person who does not exist. It goes the whole way and is counted nowhere.

use super::draft::{DraftVersion, create};
use super::of_office;
use crate::content::{DraftContent, Patient};
use crate::identifier::made_up;
use crate::store::referral;
use crate::vocabulary::{IdentifierSystem, Sex};
use axum::extract::State;
use axum::http::StatusCode;
use kit::http::Json;
use kit::{Caller, Context, Problem};
use serde::Deserialize;
use time::macros::date;
use utoipa::ToSchema;
use uuid::Uuid;

/// Where it is tried.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct TrainingRequest {
    /// Made by the client.
    id: Uuid,
    practice_id: Uuid,
}

/// Nobody: a number of a series that is given to no one, and a name that says so.
pub fn patient() -> Patient {
    let born = date!(1974 - 11 - 13);
    Patient {
        identifier_system: Some(IdentifierSystem::NoNational),
        identifier: made_up::tenor(born, 74),
        name: Some("Prøve SYNTHETIC Testesen".to_owned()),
        birth_date: Some(born.to_string()),
        sex: Some(Sex::Female),
        ..Patient::default()
    }
}

/// Begins a draft for training, with a made-up patient who can't be changed. A repeat gets the draft that stands.
#[utoipa::path(post, path = "/training", operation_id = "beginTraining", request_body = TrainingRequest,
    responses((status = CREATED, body = DraftVersion), (status = TOO_MANY_REQUESTS, description = "too-many-drafts")))]
pub async fn begin(
    State(ctx): State<Context>,
    caller: Caller,
    Json(TrainingRequest { id, practice_id }): Json<TrainingRequest>,
) -> Result<(StatusCode, Json<DraftVersion>), Problem> {
    of_office(&caller)?;
    let grant = caller.in_practice(practice_id).ok_or_else(Problem::not_found)?;
    let content = DraftContent { patient: Some(patient()), ..DraftContent::default() };
    let stands = referral::find(&ctx, &caller, id).await?;
    if stands.is_none()
        && let Some(begun) = create(&ctx, &caller, grant, id, &content, true).await?
    {
        return Ok((StatusCode::CREATED, Json(begun)));
    }
    // The same again, or another request was faster.
    let row = referral::find(&ctx, &caller, id).await?.filter(|row| row.training).ok_or_else(Problem::not_found)?;
    Ok((StatusCode::CREATED, Json(DraftVersion { id, version: row.version, saved_at: row.updated_at })))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::identifier;

    #[test]
    fn nobody_has_a_number_that_fits_and_is_nobodys() {
        let nobody = patient();
        let number = nobody.identifier.unwrap();
        assert_eq!(identifier::flaw(IdentifierSystem::NoNational, &number, true), None);
        assert!(
            identifier::flaw(IdentifierSystem::NoNational, &number, false).is_some(),
            "real patients have none such"
        );
        assert!(nobody.name.unwrap().contains("SYNTHETIC"));
    }
}
