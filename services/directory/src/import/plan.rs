//! What a file says against what stands: what is new, what changes, and which practice a line is about.
//!
//! A line is about the practice with its key. A practice that was registered by hand has none: the one with the same name in the
//! same municipality takes the line's key, so that nobody is registered twice.

use super::{Faults, Report, Row};
use crate::day;
use crate::enablement::{Enablement, Step};
use crate::practice::Register;
use crate::specialty::Specialty;
use std::collections::{HashMap, HashSet};
use uuid::Uuid;

/// Everything about a practice that a file can say.
#[derive(Clone, Debug, Default, PartialEq, Eq, sqlx::FromRow)]
pub(crate) struct State {
    /// Nil while it is not registered.
    pub id: Uuid,
    pub external_key: Option<String>,
    pub name: String,
    pub municipality: String,
    pub centrality: i64,
    pub distance_km: i64,
    pub channel: String,
    pub opened_on: String,
    pub closed_on: String,
    pub test_practice: bool,
    pub trial_arm: String,
    pub phone: String,
}

/// A practice's figures from a day on.
#[derive(Clone, Debug, sqlx::FromRow)]
pub(crate) struct StandingRegister {
    pub practice: Uuid,
    pub from_day: String,
    pub list_size: i64,
    pub gps: i64,
    pub staff: i64,
}

/// A step that a practice has taken.
#[derive(Clone, Debug, sqlx::FromRow)]
pub(crate) struct StandingStep {
    pub practice: Uuid,
    pub step: Step,
    pub specialty: Option<Specialty>,
    pub on_day: String,
}

/// What stands. Of register entries from one day, and of records of one step, the last one holds.
#[derive(Debug, Default)]
pub(crate) struct Standing {
    pub practices: Vec<State>,
    /// In the order of recording.
    pub registers: Vec<StandingRegister>,
    /// In the order of recording.
    pub steps: Vec<StandingStep>,
}

/// What there is to do for one practice.
#[derive(Debug)]
pub(crate) struct Planned {
    /// What stands; none: it is new.
    pub was: Option<State>,
    /// What is to stand.
    pub is: State,
    pub register: Option<Register>,
    pub steps: Vec<Enablement>,
}

/// What there is to do.
#[derive(Debug, Default)]
pub(crate) struct Plan {
    /// Practices with something to do, in the order of the file.
    pub todo: Vec<Planned>,
    /// How many stand as the file says.
    pub unchanged: usize,
}

impl Plan {
    /// As it is told.
    pub fn report(&self, practices: usize, faults: Faults) -> Report {
        let new = self.todo.iter().filter(|one| one.was.is_none()).count();
        let (faults, more_faults) = faults.told();
        Report {
            practices,
            new,
            changed: self.todo.len() - new,
            unchanged: self.unchanged,
            registers: self.todo.iter().filter(|one| one.register.is_some()).count(),
            steps: self.todo.iter().map(|one| one.steps.len()).sum(),
            faults,
            more_faults,
        }
    }
}

/// Name and municipality without regard to upper and lower case.
type Called = (String, String);

fn called(name: &str, municipality: &str) -> Called {
    (name.to_lowercase(), municipality.to_lowercase())
}

/// What the rows mean for what stands.
pub(crate) fn plan(rows: &[Row], standing: &Standing, faults: &mut Faults) -> Plan {
    let known = Known::new(standing);
    let mut taken: HashSet<Uuid> = HashSet::new();
    let mut about = Vec::with_capacity(rows.len());
    for row in rows {
        let mut was = known.about(row, faults);
        if let Ok(Some(state)) = was {
            taken.insert(state.id);
            was = by_its_page(row, state, faults);
        }
        about.push(was);
    }
    known.alike(rows, &about, &taken, faults);
    let mut plan = Plan::default();
    for (row, was) in rows.iter().zip(about) {
        let Ok(was) = was else { continue };
        let planned = known.planned(row, was);
        if planned.was.as_ref() == Some(&planned.is) && planned.register.is_none() && planned.steps.is_empty() {
            plan.unchanged += 1;
        } else {
            plan.todo.push(planned);
        }
    }
    plan
}

/// A practice that stands is closed, and its closing moved, on its own page alone: there it is asked who takes over what is open.
fn by_its_page<'a>(row: &Row, state: &'a State, faults: &mut Faults) -> About<'a> {
    let Some(on) = row.closed_on.as_deref().filter(|on| *on != state.closed_on) else { return Ok(Some(state)) };
    let stands =
        if state.closed_on.is_empty() { "open".to_owned() } else { format!("closed from {}", state.closed_on) };
    let message = format!(
        "This practice is registered and stands as {stands}: a file does not close it. Close it from {on} on the practice's page, and empty this cell."
    );
    faults.add(row.line, Some(&row.columns.closed_on), "closes-by-file", message);
    Err(Unclear)
}

/// It can't be said what a line means: that has been told.
#[derive(Clone, Copy, Debug)]
struct Unclear;

type About<'a> = Result<Option<&'a State>, Unclear>;
type StepKey = (Uuid, &'static str, Option<&'static str>);

/// What stands, by what it is looked up by.
struct Known<'a> {
    by_key: HashMap<&'a str, &'a State>,
    by_small_key: HashMap<String, &'a str>,
    by_name: HashMap<Called, Vec<&'a State>>,
    registers: HashMap<(Uuid, &'a str), &'a StandingRegister>,
    steps: HashMap<StepKey, &'a str>,
}

impl<'a> Known<'a> {
    fn new(standing: &'a Standing) -> Self {
        let keyed = || standing.practices.iter().filter_map(|state| Some((state.external_key.as_deref()?, state)));
        let mut by_name: HashMap<Called, Vec<&State>> = HashMap::new();
        for state in &standing.practices {
            by_name.entry(called(&state.name, &state.municipality)).or_default().push(state);
        }
        let step = |one: &'a StandingStep| {
            ((one.practice, one.step.as_str(), one.specialty.map(Specialty::as_str)), one.on_day.as_str())
        };
        Self {
            by_key: keyed().collect(),
            by_small_key: keyed().map(|(key, _)| (key.to_lowercase(), key)).collect(),
            by_name,
            // A later record takes the place of an earlier one.
            registers: standing.registers.iter().map(|one| ((one.practice, one.from_day.as_str()), one)).collect(),
            steps: standing.steps.iter().map(step).collect(),
        }
    }

    /// Which practice a line is about; `None`: a new one.
    fn about(&self, row: &Row, faults: &mut Faults) -> About<'a> {
        if let Some(state) = self.by_key.get(row.key.as_str()) {
            return Ok(Some(state));
        }
        if let Some(key) = self.by_small_key.get(&row.key.to_lowercase()) {
            let message =
                format!("The register has the key {key}, which differs in capital letters alone. Write it so.");
            faults.add(row.line, Some(&row.columns.key), "key-case", message);
            return Err(Unclear);
        }
        let alike = self.by_name.get(&called(&row.name, &row.municipality)).map_or(&[][..], Vec::as_slice);
        let by_hand: Vec<_> = alike.iter().filter(|state| state.external_key.is_none()).collect();
        match by_hand.as_slice() {
            [] => Ok(None),
            [one] => Ok(Some(one)),
            _ => {
                let message = "Several practices of this name in this municipality were registered by hand, and it can't be told which one this is. Give them different names first.";
                faults.add(row.line, Some(&row.columns.name), "several-alike", message);
                Err(Unclear)
            }
        }
    }

    /// Practices that would be called alike once the file stands: mostly one practice whose key has changed.
    fn alike(&self, rows: &[Row], about: &[About<'a>], taken: &HashSet<Uuid>, faults: &mut Faults) {
        let mut named: HashMap<Called, usize> = HashMap::new();
        for (row, was) in rows.iter().zip(about) {
            if was.is_err() {
                continue;
            }
            let name = called(&row.name, &row.municipality);
            let others = self.by_name.get(&name).map_or(&[][..], Vec::as_slice);
            let other = others.iter().find(|state| !taken.contains(&state.id));
            if let Some(line) = named.get(&name) {
                let message = format!(
                    "Line {line} has a practice of this name in this municipality too. Remove one of the two lines, or tell them apart by name."
                );
                faults.add(row.line, Some(&row.columns.name), "double-name", message);
            } else if let Some(other) = other {
                let message = match &other.external_key {
                    Some(key) => format!(
                        "A practice of this name in this municipality is registered under the key {key}. Use that key, or tell the two apart by name."
                    ),
                    None => "A practice of this name in this municipality was registered by hand. Tell the two apart by name.".into(),
                };
                faults.add(row.line, Some(&row.columns.key), "other-key", message);
            }
            named.entry(name).or_insert(row.line);
        }
    }

    fn planned(&self, row: &Row, was: Option<&State>) -> Planned {
        let before = was.cloned().unwrap_or_else(|| State { channel: "web".into(), ..State::default() });
        let is = State {
            id: before.id,
            external_key: Some(row.key.clone()),
            name: row.name.clone(),
            municipality: row.municipality.clone(),
            centrality: row.centrality,
            distance_km: row.distance_km,
            channel: row.channel.clone().unwrap_or(before.channel),
            opened_on: day::text(row.opened_on),
            closed_on: row.closed_on.clone().unwrap_or(before.closed_on),
            test_practice: row.test_practice.unwrap_or(before.test_practice),
            trial_arm: row.trial_arm.clone().unwrap_or(before.trial_arm),
            phone: row.phone.clone().unwrap_or(before.phone),
        };
        let id = is.id;
        let differs = |register: &&Register| {
            self.registers.get(&(id, day::text(register.from).as_str())).is_none_or(|one| {
                (one.list_size, one.gps, one.staff) != (register.list_size, register.gps, register.staff)
            })
        };
        let moved = |step: &&Enablement| {
            let key = (id, step.step.as_str(), step.specialty.map(Specialty::as_str));
            self.steps.get(&key).is_none_or(|on| *on != day::text(step.on))
        };
        Planned {
            register: row.register.as_ref().filter(differs).cloned(),
            steps: row.steps.iter().filter(moved).cloned().collect(),
            was: was.cloned(),
            is,
        }
    }
}
