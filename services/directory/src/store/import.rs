//! Everything that stands of practices, read at once, and written many rows at a time.

use super::practices::{ADD_REGISTER, ADD_STEP};
use crate::day;
use crate::enablement::Enablement;
use crate::import::{Standing, State};
use crate::practice::Register;
use kit::{Tx, statements};
use uuid::Uuid;

statements! {
    TURN = "update directory_turn set taken = taken + 1 where one = 1";
    PRACTICES = "select id, external_key, name, municipality, centrality, distance_km, channel, opened_on, closed_on, test_practice, trial_arm, phone
        from directory_practice";
    REGISTERS = "select practice, from_day, list_size, gps, staff from directory_register order by made_at, id";
    STEPS = "select practice, step, specialty, on_day from directory_enablement order by made_at, id";
    PUT = "insert into directory_practice (id, external_key, name, municipality, centrality, distance_km, channel, opened_on, closed_on,
            test_practice, trial_arm, content_hash, made_at, phone)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
        on conflict (id) do update set external_key = excluded.external_key, name = excluded.name, municipality = excluded.municipality,
            centrality = excluded.centrality, distance_km = excluded.distance_km, channel = excluded.channel, opened_on = excluded.opened_on, test_practice = excluded.test_practice, trial_arm = excluded.trial_arm, phone = excluded.phone, change_hash = null";
    RENAME = "update kit_grant set practice_name = (select p.name from directory_practice p where p.id = kit_grant.practice)
        where practice_name <> (select p.name from directory_practice p where p.id = kit_grant.practice)";
}

/// Waits until no other import runs, and keeps the next one waiting until the end of the transaction: two that ran at once would
/// both find a practice missing.
pub async fn take_turn(tx: &mut Tx) -> sqlx::Result<()> {
    tx.q(TURN).exec_one().await
}

/// What stands of all practices.
pub async fn standing(tx: &mut Tx) -> sqlx::Result<Standing> {
    Ok(Standing {
        practices: tx.q(PRACTICES).all().await?,
        registers: tx.q(REGISTERS).all().await?,
        steps: tx.q(STEPS).all().await?,
    })
}

/// No form was sent under the id of what a file made: no SHA-256 is empty.
const NO_CONTENT: Vec<u8> = Vec::new();

/// Writes practices, new ones and those that stand, whose closing stays as it is. What was changed by hand before may be changed so
/// again.
pub async fn put(tx: &mut Tx, practices: Vec<State>) -> sqlx::Result<u64> {
    let now = tx.now();
    tx.each(PUT, practices, |q, state| {
        q.bind(state.id)
            .bind(state.external_key)
            .bind(state.name)
            .bind(state.municipality)
            .bind(state.centrality)
            .bind(state.distance_km)
            .bind(state.channel)
            .bind(state.opened_on)
            .bind(state.closed_on)
            .bind(state.test_practice)
            .bind(state.trial_arm)
            .bind(NO_CONTENT)
            .bind(now)
            .bind(state.phone)
    })
    .await
}

/// Shows practices' new names wherever their names are copied to.
pub async fn rename(tx: &mut Tx) -> sqlx::Result<u64> {
    tx.q(RENAME).exec().await
}

/// Adds register entries: id, practice, figures.
pub async fn add_registers(tx: &mut Tx, registers: Vec<(Uuid, Uuid, Register)>) -> sqlx::Result<u64> {
    let now = tx.now();
    tx.each(ADD_REGISTER, registers, |q, (id, practice, register)| {
        q.bind(id)
            .bind(practice)
            .bind(day::text(register.from))
            .bind(register.list_size)
            .bind(register.gps)
            .bind(register.staff)
            .bind(NO_CONTENT)
            .bind(now)
    })
    .await
}

/// Adds steps: id, practice, step.
pub async fn add_steps(tx: &mut Tx, steps: Vec<(Uuid, Uuid, Enablement)>) -> sqlx::Result<u64> {
    let now = tx.now();
    tx.each(ADD_STEP, steps, |q, (id, practice, step)| {
        q.bind(id)
            .bind(practice)
            .bind(step.step.as_str().to_owned())
            .bind(step.specialty.map(|specialty| specialty.as_str().to_owned()))
            .bind(day::text(step.on))
            .bind(NO_CONTENT)
            .bind(now)
    })
    .await
}
