//! One practice: its steps, its use month by month, answer times, silence, trainings, equipment, reasons.

use super::ROLES;
use crate::month::Window;
use crate::office::{Doings, doings};
use crate::panel::pieces;
use crate::panel::{self, Practice, Sources, Span, Step};
use crate::standing::Standing;
use crate::store::office::FactRow;
use crate::{UptakeError, store};
use axum::extract::State;
use kit::http::{Json, Path};
use kit::{At, Caller, Context, Problem};
use serde::Serialize;
use std::collections::HashMap;
use utoipa::ToSchema;
use uuid::Uuid;

/// A dated step.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = uptake::DatedStep)]
pub struct StepView {
    step: String,
    /// Empty: for all.
    specialty: String,
    /// `YYYY-MM-DD`.
    on: String,
}

/// Equipment without its serial number.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = uptake::Equipment)]
pub struct EquipmentView {
    id: Uuid,
    kind: String,
    specialty: String,
    /// `YYYY-MM-DD`.
    from: String,
    /// `YYYY-MM-DD`; null while it stands there.
    until: Option<String>,
}

/// A training of one role.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = uptake::Training)]
pub struct TrainingView {
    /// `YYYY-MM-DD`.
    on: String,
    specialty: String,
    role: String,
    people: i64,
}

/// Why the office did not use the service.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = uptake::Reason)]
pub struct ReasonView {
    at: At,
    reason: String,
    role: String,
}

/// Figures of the register from a day on.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = uptake::Register)]
pub struct RegisterView {
    /// `YYYY-MM-DD`.
    from: String,
    list_size: Option<i64>,
    gps: Option<i64>,
    staff: Option<i64>,
}

/// A practice's page.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = uptake::PracticePage)]
pub struct PracticePage {
    id: Uuid,
    name: String,
    municipality: String,
    test_practice: bool,
    list_size: Option<i64>,
    /// `YYYY-MM-DD`, perhaps to come; null: it is open.
    closed_on: Option<String>,
    /// Empty: in no trial.
    trial_arm: String,
    standing: Standing,
    /// Counted uses over all time.
    uses: i64,
    /// `YYYY-MM-DD`.
    first_use: Option<String>,
    /// `YYYY-MM-DD`.
    last_use: Option<String>,
    silent_days: Option<i64>,
    /// From the month of its first step or fact to the present one.
    months: Vec<String>,
    doings: Doings,
    steps: Vec<StepView>,
    equipment: Vec<EquipmentView>,
    trainings: Vec<TrainingView>,
    /// How many people were trained, by role.
    trained: HashMap<String, i64>,
    /// Newest first.
    reasons: Vec<ReasonView>,
    registers: Vec<RegisterView>,
    log_position: i64,
    computed_at: At,
}

/// A practice's figures over all time.
#[utoipa::path(get, path = "/practices/{id}", operation_id = "uptakePractice", tag = "uptake",
    params(("id" = Uuid, Path)), responses((status = 200, body = PracticePage)))]
pub async fn practice(
    State(ctx): State<Context>,
    caller: Caller,
    Path(id): Path<Uuid>,
) -> Result<Json<PracticePage>, UptakeError> {
    caller.require(&ROLES)?;
    let (db, now) = (&ctx.db, ctx.now());
    let log_position = store::position(db).await?;
    let row = store::office::practice(db, id, now).await?.ok_or_else(Problem::not_found)?;
    let practice = Practice::from(row);
    let steps: Vec<Step> = store::office::steps(db, id, now).await?.into_iter().map(Step::from).collect();
    let spans: Vec<Span> = store::office::span(db, id, now).await?.into_iter().map(Span::from).collect();
    let equipment = pieces(store::office::equipment(db, id).await?);
    let facts = store::office::facts(db, id).await?;
    let begins = steps.iter().map(|step| step.on).chain(facts.iter().map(|fact| fact.occurred_at)).min();
    let window = Window::asked("", "", begins, now)?;
    let practices = std::slice::from_ref(&practice);
    let rows = panel::rows(
        Sources { practices, steps: &steps, facts: &[], spans: &spans, equipment: &equipment },
        window,
        now,
    );
    let row = rows.into_iter().next().ok_or_else(Problem::not_found)?;
    let trainings = trainings(&facts);
    let mut trained = HashMap::new();
    for training in &trainings {
        *trained.entry(training.role.clone()).or_default() += training.people;
    }
    Ok(Json(PracticePage {
        id,
        test_practice: practice.test,
        list_size: practice.list_size,
        closed_on: practice.closed_on.map(|day| day.to_string()),
        trial_arm: practice.trial_arm.clone(),
        name: practice.name.clone(),
        municipality: practice.municipality.clone(),
        standing: row.standing,
        uses: row.uses,
        first_use: row.first_use.map(|day| day.to_string()),
        last_use: row.last_use.map(|day| day.to_string()),
        silent_days: row.silent_days,
        months: window.months().iter().map(ToString::to_string).collect(),
        doings: doings(&facts, window, practice.test),
        steps: dated(&ctx, id).await?,
        equipment: stands(&facts),
        trainings,
        trained,
        reasons: reasons(&facts),
        registers: registers(&ctx, id).await?,
        log_position,
        computed_at: now,
    }))
}

fn day(at: At) -> String {
    kit::oslo::date(at).to_string()
}

async fn dated(ctx: &Context, id: Uuid) -> Result<Vec<StepView>, UptakeError> {
    let rows = store::office::steps_by_specialty(&ctx.db, id).await?;
    let view = |row: store::office::SpecialtyStepRow| StepView {
        step: row.step,
        specialty: row.specialty,
        on: day(row.starts_at),
    };
    Ok(rows.into_iter().map(view).collect())
}

async fn registers(ctx: &Context, id: Uuid) -> Result<Vec<RegisterView>, UptakeError> {
    let rows = store::office::registers(&ctx.db, id).await?;
    let view = |row: store::office::RegisterRow| RegisterView {
        from: day(row.starts_at),
        list_size: row.list_size,
        gps: row.gps,
        staff: row.staff,
    };
    Ok(rows.into_iter().map(view).collect())
}

fn of<'a>(facts: &'a [FactRow], kind: &'static str) -> impl DoubleEndedIterator<Item = &'a FactRow> {
    facts.iter().filter(move |fact| fact.kind == kind)
}

/// Each piece with its end; a later record of the end corrects an earlier one.
fn stands(facts: &[FactRow]) -> Vec<EquipmentView> {
    let ends: HashMap<Uuid, String> =
        of(facts, "EquipmentWithdrawn").filter_map(|fact| Some((fact.thing?, day(fact.counts_from())))).collect();
    let view = |fact: &FactRow| {
        Some(EquipmentView {
            id: fact.thing?,
            kind: fact.about.clone(),
            specialty: fact.specialty.clone(),
            from: day(fact.counts_from()),
            until: ends.get(&fact.thing?).cloned(),
        })
    };
    of(facts, "EquipmentPlaced").filter_map(view).collect()
}

fn trainings(facts: &[FactRow]) -> Vec<TrainingView> {
    let view = |fact: &FactRow| TrainingView {
        on: day(fact.counts_from()),
        specialty: fact.specialty.clone(),
        role: fact.about.clone(),
        people: fact.people,
    };
    of(facts, "TrainingGiven").map(view).collect()
}

fn reasons(facts: &[FactRow]) -> Vec<ReasonView> {
    let view =
        |fact: &FactRow| ReasonView { at: fact.occurred_at, reason: fact.about.clone(), role: fact.actor_role.clone() };
    of(facts, "ReasonGiven").rev().map(view).collect()
}
