//! Taking over a register from a file: everything in one transaction, as if each practice, figure and step had been recorded by
//! hand.
//!
//! The same file again finds nothing to do; two at once wait for one another. Nothing is written while anything is wrong.

use super::once::Author;
use super::practices::envelope;
use super::{enablement, registers};
use crate::Error;
use crate::day;
use crate::enablement::Enablement;
use crate::import::{self, File, Plan, Planned, Report, State};
use crate::practice::Register;
use crate::store::{import as rows, practices::PracticeRow};
use kit::keys::Ring;
use kit::log::Envelope;
use kit::{At, Context, Tx};
use proto::directory::{EnablementRecorded, PracticeChanged, PracticeRegistered, RegisterRecorded};
use time::Date;
use uuid::Uuid;

/// Whether it is done or only looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Says what would be done.
    DryRun,
    /// Does it, unless something is wrong.
    Import,
}

/// Imports a file or says what it would do. With faults in the report, nothing was imported.
///
/// # Errors
/// Of the databases.
pub async fn run(
    ctx: &Context,
    author: &Author,
    bytes: impl AsRef<[u8]> + Send + 'static,
    mode: Mode,
) -> Result<Report, Error> {
    let today = ctx.now().date();
    // Ten mebibytes take a moment, in which other requests go on.
    let read = tokio::task::spawn_blocking(move || import::read(bytes.as_ref(), today)).await;
    let File { practices, rows: lines, mut faults } = read.map_err(|error| kit::Error::Damaged(error.to_string()))?;
    let mut tx = ctx.begin().await?;
    if mode == Mode::Import {
        rows::take_turn(&mut tx).await?;
    }
    let standing = rows::standing(&mut tx).await?;
    let plan = import::plan(&lines, &standing, &mut faults);
    let report = plan.report(practices, faults);
    if mode == Mode::DryRun || !report.faults.is_empty() || plan.todo.is_empty() {
        return Ok(report);
    }
    write(ctx, author, &mut tx, plan).await?;
    tx.commit().await?;
    Ok(report)
}

/// Rows and events of everything that there is to do.
async fn write(ctx: &Context, author: &Author, tx: &mut Tx, mut plan: Plan) -> Result<(), Error> {
    for planned in plan.todo.iter_mut().filter(|planned| planned.was.is_none()) {
        planned.is.id = ctx.new_id();
    }
    let (new, old): (Vec<&Planned>, Vec<&Planned>) = plan.todo.iter().partition(|planned| planned.was.is_none());
    let ids = |all: &[&Planned]| all.iter().map(|planned| planned.is.id).collect::<Vec<Uuid>>();
    // In the key store's own database: they stand before anything is sealed by them.
    let ring = ctx.keys.ensure_all(&ids(&new)).await?.with(ctx.keys.get_all(&ids(&old)).await?);
    let changed = |planned: &&Planned| planned.was.as_ref() != Some(&planned.is);
    let practices: Vec<State> = plan.todo.iter().filter(changed).map(|planned| planned.is.clone()).collect();
    let renamed = old.iter().any(|one| one.was.as_ref().is_some_and(|was| was.name != one.is.name));
    let registers = |one: &Planned| one.register.clone().map(|register| (ctx.new_id(), one.is.id, register));
    let steps =
        |one: &Planned| one.steps.iter().map(|step| (ctx.new_id(), one.is.id, step.clone())).collect::<Vec<_>>();
    rows::put(tx, practices).await?;
    if renamed {
        rows::rename(tx).await?;
    }
    rows::add_registers(tx, plan.todo.iter().filter_map(registers).collect()).await?;
    rows::add_steps(tx, plan.todo.iter().flat_map(steps).collect()).await?;
    let events = Events { ctx, author, ring: &ring, today: kit::oslo::date(ctx.now()) };
    plan.todo.iter().try_for_each(|planned| events.publish(tx, planned))
}

/// What goes with every event of one import.
struct Events<'a> {
    ctx: &'a Context,
    author: &'a Author,
    ring: &'a Ring,
    today: Date,
}

impl Events<'_> {
    fn publish(&self, tx: &mut Tx, planned: &Planned) -> Result<(), Error> {
        let Planned { was, is, register, steps } = planned;
        let practice = PracticeRow {
            id: is.id,
            name: is.name.clone(),
            channel: is.channel.clone(),
            test_practice: is.test_practice,
        };
        let about = envelope(self.ctx, self.author, &practice);
        match was {
            None => self.registered(tx, about.clone(), is)?,
            Some(was) if was != is => self.changed(tx, about.clone(), was, is)?,
            Some(_) => {}
        }
        if let Some(register) = register {
            self.register(tx, about.clone(), register)?;
        }
        steps.iter().try_for_each(|step| self.step(tx, about.clone(), step))
    }

    fn registered(&self, tx: &mut Tx, about: Envelope, is: &State) -> Result<(), Error> {
        let is = is.clone();
        let opened = day::parse(&is.opened_on).unwrap_or(self.today);
        let fact = PracticeRegistered {
            name: is.name,
            municipality: is.municipality,
            centrality: is.centrality as u32,
            distance_km: is.distance_km as u32,
            opened_on: is.opened_on,
            test_practice: is.test_practice,
            external_key: is.external_key.unwrap_or_default(),
            closed_on: is.closed_on,
            trial_arm: is.trial_arm,
            phone: is.phone,
        };
        let envelope = Envelope { effective_us: At::midnight(opened).micros(), ..about };
        Ok(self.ctx.publish_by(self.ring, tx, envelope, &fact)?)
    }

    fn changed(&self, tx: &mut Tx, about: Envelope, was: &State, is: &State) -> Result<(), Error> {
        fn new<T: PartialEq + Clone>(was: &T, is: &T) -> Option<T> {
            (was != is).then(|| is.clone())
        }
        let fact = PracticeChanged {
            name: is.name.clone(),
            municipality: is.municipality.clone(),
            centrality: new(&was.centrality, &is.centrality).map(|class| class as u32),
            distance_km: new(&was.distance_km, &is.distance_km).map(|distance| distance as u32),
            opened_on: new(&was.opened_on, &is.opened_on),
            test_practice: new(&was.test_practice, &is.test_practice),
            external_key: new(&was.external_key, &is.external_key).flatten(),
            // It does not change here: see `plan`.
            closed_on: None,
            trial_arm: new(&was.trial_arm, &is.trial_arm),
            phone: new(&was.phone, &is.phone),
        };
        // A file says what is so and not since when: it is known from today on.
        let envelope = Envelope { effective_us: At::midnight(self.today).micros(), ..about };
        Ok(self.ctx.publish_by(self.ring, tx, envelope, &fact)?)
    }

    fn register(&self, tx: &mut Tx, about: Envelope, register: &Register) -> Result<(), Error> {
        Ok(self.ctx.publish_by(self.ring, tx, registers::dated(about, register), &RegisterRecorded {})?)
    }

    fn step(&self, tx: &mut Tx, about: Envelope, step: &Enablement) -> Result<(), Error> {
        let fact = EnablementRecorded { note: step.note.clone() };
        Ok(self.ctx.publish_by(self.ring, tx, enablement::dated(about, step), &fact)?)
    }
}
