//! One practice with its history: figures and equipment from–to, steps, trainings, contacts, reasons.

use super::practices::StepView;
use crate::acts::{reasons as told, support as noted};
use crate::equipment::EquipmentKind;
use crate::reason::{AskedAfter, WhyNot};
use crate::specialty::Specialty;
use crate::store::{equipment, practices, reasons, support};
use crate::support::{ContactKind, Trained};
use crate::{Error, day};
use axum::extract::State;
use kit::audit::Access;
use kit::http::{Json, Path};
use kit::seal::DataKey;
use kit::{At, Caller, Context, Problem, Role};
use serde::Serialize;
use uuid::Uuid;

/// Figures from a day on, until the next entry.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct RegisterView {
    /// `YYYY-MM-DD`.
    from: String,
    list_size: i64,
    gps: i64,
    staff: i64,
}

/// A piece of equipment.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct EquipmentView {
    id: Uuid,
    kind: EquipmentKind,
    specialty: Option<Specialty>,
    make: String,
    serial: String,
    place: String,
    /// `YYYY-MM-DD`.
    from: String,
    /// `YYYY-MM-DD`; null while it stands there.
    until: Option<String>,
    /// Why it went.
    reason: String,
}

/// A training of one role.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct TrainingView {
    id: Uuid,
    /// `YYYY-MM-DD`.
    on: String,
    specialty: Option<Specialty>,
    role: Trained,
    people: i64,
}

/// A contact with support.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct ContactView {
    id: Uuid,
    /// `YYYY-MM-DD`.
    on: String,
    kind: ContactKind,
    note: String,
}

/// Why the office did not use the service.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct ReasonView {
    id: Uuid,
    at: At,
    reason: WhyNot,
    after: AskedAfter,
    role: Role,
    text: String,
}

/// A practice with its history.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PracticeHistory {
    id: Uuid,
    name: String,
    municipality: String,
    centrality: i64,
    distance_km: i64,
    channel: String,
    /// `YYYY-MM-DD`.
    opened_on: String,
    /// `YYYY-MM-DD`; null while it is open.
    closed_on: Option<String>,
    test_practice: bool,
    external_key: Option<String>,
    /// Null when it is in no trial.
    trial_arm: Option<String>,
    /// Newest first, those to come included.
    registers: Vec<RegisterView>,
    /// Oldest first, each step and specialty as last recorded.
    enablement: Vec<StepView>,
    /// Oldest first.
    equipment: Vec<EquipmentView>,
    /// Oldest first.
    trainings: Vec<TrainingView>,
    /// Newest first.
    contacts: Vec<ContactView>,
    /// Newest first.
    reasons: Vec<ReasonView>,
}

#[utoipa::path(get, path = "/practices/{id}", tag = "directory", params(("id" = Uuid, Path)),
    responses((status = OK, body = PracticeHistory)))]
pub async fn history(
    State(ctx): State<Context>,
    caller: Caller,
    Path(id): Path<Uuid>,
) -> Result<Json<PracticeHistory>, Problem> {
    caller.require(&[Role::Administrator, Role::ProgrammeManager])?;
    let history = read(&ctx, id).await?;
    let access = Access {
        at: ctx.now(),
        person: caller.person,
        action: "read".into(),
        what: "practice history".into(),
        subject: Some(id),
        outcome: "ok".into(),
    };
    ctx.audit.record(access).await?;
    Ok(Json(history))
}

async fn read(ctx: &Context, id: Uuid) -> Result<PracticeHistory, Error> {
    let row = practices::whole(&ctx.db, id).await?.ok_or(Error::NotFound)?;
    let key = ctx.keys.get(id).await?;
    let said = |text: String| Some(text).filter(|text| !text.is_empty());
    let registers = practices::registers_of(&ctx.db, id).await?;
    let mut enablement: Vec<StepView> = Vec::new();
    for (step, specialty, on) in practices::steps_of(&ctx.db, id).await? {
        enablement.retain(|one| !one.is(step, specialty));
        enablement.push(StepView::new(step, specialty, on));
    }
    enablement.sort_by(StepView::by_day);
    Ok(PracticeHistory {
        id,
        name: row.name,
        municipality: row.municipality,
        centrality: row.centrality,
        distance_km: row.distance_km,
        channel: row.channel,
        opened_on: row.opened_on,
        closed_on: said(row.closed_on),
        test_practice: row.test_practice,
        external_key: row.external_key,
        trial_arm: said(row.trial_arm),
        registers: registers
            .into_iter()
            .map(|(from, list_size, gps, staff)| RegisterView { from, list_size, gps, staff })
            .collect(),
        enablement,
        equipment: equipment::of_practice(&ctx.db, id).await?.into_iter().map(EquipmentView::from).collect(),
        trainings: support::trainings(&ctx.db, id).await?.into_iter().map(TrainingView::from).collect(),
        contacts: contacts(ctx, &key, id).await?,
        reasons: given(ctx, &key, id).await?,
    })
}

async fn contacts(ctx: &Context, key: &DataKey, practice: Uuid) -> Result<Vec<ContactView>, Error> {
    let rows = support::contacts(&ctx.db, practice).await?;
    let shown = |row: support::ContactRow| {
        let note = opened(key, noted::NOTE, row.id, &row.note_sealed)?;
        Ok(ContactView { id: row.id, on: row.on_day, kind: row.kind, note })
    };
    rows.into_iter().map(shown).collect()
}

async fn given(ctx: &Context, key: &DataKey, practice: Uuid) -> Result<Vec<ReasonView>, Error> {
    let rows = reasons::of_practice(&ctx.db, practice).await?;
    let shown = |row: reasons::ReasonRow| {
        let text = opened(key, told::TEXT, row.id, &row.text_sealed)?;
        Ok(ReasonView { id: row.id, at: row.made_at, reason: row.reason, after: row.asked_after, role: row.role, text })
    };
    rows.into_iter().map(shown).collect()
}

fn opened(key: &DataKey, place: &str, id: Uuid, sealed: &[u8]) -> Result<String, Error> {
    let bytes = key.open(place, id.as_bytes(), sealed).map_err(kit::Error::from)?;
    String::from_utf8(bytes).map_err(|_| Error::Kit(kit::Error::Damaged("a note is no text".into())))
}

impl From<equipment::EquipmentRow> for EquipmentView {
    fn from(row: equipment::EquipmentRow) -> Self {
        Self {
            id: row.id,
            kind: row.kind,
            specialty: row.specialty,
            make: row.make,
            serial: row.serial,
            place: row.place,
            from: row.from_day,
            until: day::parse(&row.until_day).map(day::text),
            reason: row.reason,
        }
    }
}

impl From<support::TrainingRow> for TrainingView {
    fn from(row: support::TrainingRow) -> Self {
        Self { id: row.id, on: row.on_day, specialty: row.specialty, role: row.role, people: row.people }
    }
}
