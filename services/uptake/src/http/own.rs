//! An office's own state: whether it is silent, and whether its people may be asked why.

use crate::month::Window;
use crate::panel::pieces;
use crate::panel::{self, Practice, Sources, Span, Step};
use crate::standing::{Standing, asked_for_silence};
use crate::{UptakeError, store};
use axum::extract::State;
use kit::http::Json;
use kit::{Caller, Context, Role};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// One of the caller's practices.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = uptake::Own)]
pub struct OwnView {
    practice_id: Uuid,
    standing: Standing,
    /// Whether it could use the service and has not for long.
    silent: bool,
}

/// Where the caller's practices stand.
#[utoipa::path(get, path = "/own", operation_id = "uptakeOwn", tag = "uptake", responses((status = 200, body = Vec<OwnView>)))]
pub async fn own(State(ctx): State<Context>, caller: Caller) -> Result<Json<Vec<OwnView>>, UptakeError> {
    caller.require(&[Role::GpClinician, Role::GpStaff])?;
    let mut practices: Vec<Uuid> =
        caller.grants.iter().filter(|grant| grant.role.of_practice()).filter_map(|grant| grant.practice).collect();
    practices.sort_unstable();
    practices.dedup();
    let mut list = Vec::new();
    for practice_id in practices {
        if let Some((standing, test)) = standing_of(&ctx, practice_id).await? {
            list.push(OwnView { practice_id, standing, silent: !test && asked_for_silence(&standing) });
        }
    }
    Ok(Json(list))
}

async fn standing_of(ctx: &Context, id: Uuid) -> Result<Option<(Standing, bool)>, UptakeError> {
    let (db, now) = (&ctx.db, ctx.now());
    let Some(row) = store::office::practice(db, id, now).await? else { return Ok(None) };
    let practice = Practice::from(row);
    let steps: Vec<Step> = store::office::steps(db, id, now).await?.into_iter().map(Step::from).collect();
    let spans: Vec<Span> = store::office::span(db, id, now).await?.into_iter().map(Span::from).collect();
    let equipment = pieces(store::office::equipment(db, id).await?);
    let window = Window::asked("", "", Some(now), now)?;
    let practices = std::slice::from_ref(&practice);
    let rows = panel::rows(
        Sources { practices, steps: &steps, facts: &[], spans: &spans, equipment: &equipment },
        window,
        now,
    );
    Ok(rows.first().map(|row| (row.standing, practice.test)))
}
