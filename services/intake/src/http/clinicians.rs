//! Handing over: who answers for what in a practice, and moving open referrals from one clinician to another.

use super::ready::no_clinician;
use super::{OFFICE, seen};
use crate::duty::{self, Clinician, Taking, take};
use crate::store::{duty as rows, place, referral};
use axum::extract::State;
use kit::http::{Json, Path};
use kit::{At, Caller, Context, Problem, Role, Tx};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use utoipa::ToSchema;
use uuid::Uuid;

const LONGEST_NOTE: usize = 2_000;
/// Who may hand over: people of the office, and whoever keeps its list of people.
const MAY: [Role; 3] = [OFFICE[0], OFFICE[1], Role::PracticeAdmin];

/// A clinician with what is open for them.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ClinicianView {
    id: Uuid,
    name: String,
    practice_id: Uuid,
    practice_name: String,
    /// Until when, for a locum and whoever else does not stay.
    until: Option<At>,
    /// For whom a locum stands in.
    covers_for: Option<Uuid>,
    /// Ready to be sent, with a department, or answered and unread.
    open: i64,
}

/// The clinicians of the caller's practices: those who stay before locums.
#[utoipa::path(get, path = "/clinicians", responses((status = OK, body = Vec<ClinicianView>)))]
pub async fn clinicians(State(ctx): State<Context>, caller: Caller) -> Result<Json<Vec<ClinicianView>>, Problem> {
    caller.require(&MAY)?;
    let mut all = Vec::new();
    for practice in caller.practices(&MAY) {
        let practice_name = place::practice(&ctx.db, practice).await?.map(|one| one.name).unwrap_or_default();
        for Clinician { id, name, until, covers_for } in duty::clinicians(&ctx, practice).await? {
            let open = rows::open_count(&ctx.db, id, practice, ctx.now()).await?;
            let practice_name = practice_name.clone();
            all.push(ClinicianView { id, name, practice_id: practice, practice_name, until, covers_for, open });
        }
    }
    Ok(Json(all))
}

/// From whom to whom.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Handover {
    /// Who answers for them now; whoever it is, when referrals are chosen.
    #[serde(default)]
    from_id: Option<Uuid>,
    /// A clinician of the practice.
    to_id: Uuid,
    /// Only these; everything that is open, when absent.
    #[serde(default)]
    referral_ids: Option<Vec<Uuid>>,
    /// What the other one should know.
    #[serde(default)]
    #[schema(max_length = 2000)]
    note: String,
}

/// How many were handed over now.
#[derive(Debug, Serialize, ToSchema)]
pub struct HandedOver {
    moved: u64,
}

/// Hands open referrals over, all or chosen ones. A repeat moves nothing.
#[utoipa::path(post, path = "/practices/{id}/handover", params(("id" = Uuid, Path)), request_body = Handover,
    responses((status = OK, body = HandedOver), (status = UNPROCESSABLE_ENTITY, description = "not-a-clinician")))]
pub async fn hand_over(
    State(ctx): State<Context>,
    caller: Caller,
    Path(practice): Path<Uuid>,
    Json(body): Json<Handover>,
) -> Result<Json<HandedOver>, Problem> {
    let holds = |role: &&Role| caller.practices(&[**role]).contains(&practice);
    let role = MAY.iter().find(holds).ok_or_else(Problem::not_found)?;
    let to = duty::clinician(&ctx, practice, body.to_id).await?.ok_or_else(|| no_clinician("toId"))?;
    let note = body.note.trim();
    if note.chars().count() > LONGEST_NOTE {
        let message = format!("This is too long. Shorten it to {LONGEST_NOTE} characters.");
        return Err(Problem::invalid_field("note", "too-long", message));
    }
    if body.from_id.is_none() && body.referral_ids.is_none() {
        let message = "Choose whose referrals are handed over, or which ones.";
        return Err(Problem::invalid_field("fromId", "required", message));
    }
    let mut tx = ctx.begin().await?;
    let wanted = wanted(&mut tx, practice, &body).await?;
    let mut moved = 0;
    for id in wanted {
        let Some(row) = referral::locked(&mut tx, id).await? else { continue };
        let open = rows::open_in(&mut tx, id, practice).await?;
        if open.is_none_or(|(_, has)| has == Some(to.id) || (body.from_id.is_some() && has != body.from_id)) {
            continue;
        }
        let key = ctx.keys.get(id).await?;
        let taking = Taking { what: "handed-over", by: Some((&caller, role.as_str())), note };
        take(&ctx, &mut tx, (&row, &key, practice), &to, taking).await?;
        moved += 1;
    }
    tx.commit().await?;
    seen(&ctx, &caller, "hand-over", "referrals", None).await?;
    Ok(Json(HandedOver { moved }))
}

/// The referrals that are meant, in one order for everybody, so that two who hand over don't wait for each other.
async fn wanted(tx: &mut Tx, practice: Uuid, body: &Handover) -> Result<BTreeSet<Uuid>, Problem> {
    Ok(match (&body.referral_ids, body.from_id) {
        (Some(ids), _) => ids.iter().copied().collect(),
        (None, Some(from)) => rows::open_of(tx, from, practice).await?.into_iter().map(|(id,)| id).collect(),
        (None, None) => BTreeSet::new(),
    })
}
