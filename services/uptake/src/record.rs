//! The record as the study takes it: the register, the steps and the facts of use become a [`Programme`].
//!
//! | of the programme | from the record |
//! |---|---|
//! | a practice's code | `P` and the last 8 hexadecimal digits of its id, which the practices' sheet shows; more where two would be alike |
//! | a case | a submitted referral with a picture, before the cut, that was not entered in error |
//! | allocated, answered, by whom | the claim and the sender of the first answer |
//! | cancelled | withdrawn or declined, the first of them: the wait ended without an answer |
//! | sender and role | the pseudonym of who sent it; `gp-staff` is a nurse, everyone else a doctor |
//! | employed | GPs as doctors, other staff as nurses, as last recorded before the cut |
//! | a step for all specialties | one for each specialty that the record knows, or for the one that is looked at |
//! | an event of the context log | its newest row that is not withdrawn; its department's code is `D` and digits likewise, its words are in none |
//! | ordinary referrals | the newest count of a practice and whole month, where every specialty that is looked at is known |
//! | equipment withdrawn | the day on which the last piece of all went, when nothing is left at the cut |
//!
//! What the record does not hold stays unknown: see [`NOT_RECORDED`].

use crate::panel::{pieces, withdrawn};
use crate::store::context::{self, Entry};
use crate::store::ordinary::{self, OrdinaryRow};
use crate::store::study::{self, CaseRow, PracticeRow, RegisterRow, StepRow};
use crate::store::{self, EquipmentRow};
use crate::study::calendar::{self, Day, date_of, first_day, month_of};
use crate::study::programme::{Case, Enablement, Event, Ordinary, Practice, Programme, Role, Step, Window};
use kit::backup::hex;
use kit::{At, Db, oslo};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use time::Date;
use time::macros::{date, format_description};
use uuid::Uuid;

/// What the study could use and the record does not hold, a line each.
pub const NOT_RECORDED: [&str; 5] = [
    "shares of the list that are 65 or older or need an interpreter, and the same of a patient (I-21)",
    "which entry of the context log is the change whose effect is studied (I-17)",
    "when a case was claimed, before it is answered or declined (I-13: allocation)",
    "when the service heard of a case, apart from when it was sent (I-22: late is 0)",
    "into which practice another merged: it is closed on that day; and which staff are secretaries",
];

/// First day that a window may begin with: telemedicine in North Norway began after it.
pub const EARLIEST: Day = calendar::day_of(date!(1990 - 01 - 01));

/// Most times that the record is read again because it was written meanwhile.
const TRIES: usize = 8;

/// Digits of a code, unless two would be alike.
const DIGITS: usize = 8;

/// What is asked for; the rest is chosen.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Asked {
    /// First day. Default: of the month in which the first practice was equipped.
    pub from: Option<Day>,
    /// The day after the last. Default: the first of the month in which the newest fact happened.
    pub until: Option<Day>,
    /// One specialty, or all.
    pub specialty: Option<String>,
}

/// The record, read at one position of the log.
#[derive(Clone, Debug)]
pub struct Record {
    /// The last event that is in it.
    pub position: i64,
    /// What is looked at.
    pub window: Window,
    /// Everything before the cut.
    pub programme: Programme,
    /// The code of each practice.
    pub codes: HashMap<Uuid, String>,
}

/// Why the record was not read.
#[derive(Debug, thiserror::Error)]
pub enum RecordError {
    /// No first day.
    #[error("no practice was equipped yet: say the first day")]
    NobodyEquipped,
    /// No last day.
    #[error("nothing happened yet: say the day after the last")]
    NothingHappened,
    /// A first day before the service can have been used.
    #[error("the first day is before {}: say a later one", calendar::day_name(EARLIEST))]
    TooEarly,
    /// Days that have not come.
    #[error("the day after the last is later than tomorrow: figures of days to come would be zeros")]
    ToCome,
    /// An empty window.
    #[error("the window would be from {0} until {1}, which is not after it")]
    NoDays(String, String),
    /// It never stood still.
    #[error("the record is being written all the time: try again when less happens")]
    Moving,
    /// The database.
    #[error(transparent)]
    Database(#[from] sqlx::Error),
}

/// Rows before a cut.
#[derive(Clone, Debug, Default)]
struct Rows {
    /// All practices.
    practices: Vec<PracticeRow>,
    /// Of each practice the oldest first.
    registers: Vec<RegisterRow>,
    /// Steps of enablement.
    steps: Vec<StepRow>,
    /// In the order of the log.
    cases: Vec<CaseRow>,
    /// Of what is looked at, in the order of the log.
    equipment: Vec<EquipmentRow>,
    /// Of the context log, the oldest first.
    context: Vec<Entry>,
    /// Of every month that is known.
    ordinary: Vec<OrdinaryRow>,
}

/// Reads the record at one position: a fact and the position that it moves are written at once.
///
/// # Errors
/// See [`RecordError`].
pub async fn read(db: &Db, asked: &Asked, now: At) -> Result<Record, RecordError> {
    check(asked, now)?;
    for _ in 0..TRIES {
        let position = store::position(db).await?;
        let window = window(asked, store::first_equipped(db).await?, study::last(db).await?)?;
        let cut = midnight(window.until);
        let rows = Rows {
            practices: study::practices(db).await?,
            registers: study::registers(db, cut).await?,
            steps: study::steps(db, cut).await?,
            cases: study::cases(db, cut).await?,
            equipment: store::equipment(db, window.specialty.as_deref().unwrap_or_default()).await?,
            context: context::standing(db, cut).await?,
            ordinary: ordinary::all(db).await?,
        };
        if store::position(db).await? == position {
            let codes = codes(rows.practices.iter().map(|row| row.id));
            let programme = programme(&rows, &window, &codes);
            return Ok(Record { position, window, programme, codes });
        }
    }
    Err(RecordError::Moving)
}

/// What a reader of the record must know: what it does not hold, and how many events it could not take in.
///
/// # Errors
/// The database's.
pub async fn notes(db: &Db) -> sqlx::Result<Vec<String>> {
    let mut notes: Vec<String> = NOT_RECORDED.map(str::to_owned).into();
    let parked = kit::log::parked(db).await?.iter().filter(|one| one.consumer == crate::RECORD).count();
    if parked > 0 {
        notes.push(format!("events of the log that are parked: {parked}"));
    }
    Ok(notes)
}

/// Every month of a window is a row of many figures: a wrong year must not make a million of them.
fn check(asked: &Asked, now: At) -> Result<(), RecordError> {
    if asked.from.is_some_and(|day| day < EARLIEST) {
        return Err(RecordError::TooEarly);
    }
    if asked.until.is_some_and(|day| day > day_of(now) + 1) {
        return Err(RecordError::ToCome);
    }
    Ok(())
}

/// The window that is asked for, else from the first equipment to the last month that was over when the newest fact happened.
///
/// # Errors
/// No day to begin or to end with, or none between them.
pub fn window(asked: &Asked, first_equipped: Option<At>, last: Option<At>) -> Result<Window, RecordError> {
    let month = |at: At| first_day(month_of(day_of(at)));
    let from = asked.from.or(first_equipped.map(month)).ok_or(RecordError::NobodyEquipped)?;
    let until = asked.until.or(last.map(month)).ok_or(RecordError::NothingHappened)?;
    if until <= from {
        let name = calendar::day_name;
        return Err(RecordError::NoDays(name(from), name(until)));
    }
    Ok(Window { from, until, specialty: asked.specialty.clone() })
}

/// The programme of the rows; the same rows in another order give the same.
fn programme(rows: &Rows, window: &Window, codes: &HashMap<Uuid, String>) -> Programme {
    let mut registers: HashMap<Uuid, Vec<&RegisterRow>> = HashMap::new();
    for entry in &rows.registers {
        registers.entry(entry.practice).or_default().push(entry);
    }
    let register = |id: Uuid| registers.get(&id).map_or(&[][..], Vec::as_slice);
    let mut all: Vec<(Uuid, Practice)> =
        rows.practices.iter().map(|row| (row.id, practice(row, codes, register(row.id)))).collect();
    all.sort_by(|one, other| one.1.code.cmp(&other.1.code));
    let places: HashMap<Uuid, usize> = all.iter().enumerate().map(|(place, one)| (one.0, place)).collect();
    Programme {
        enablement: enablement(rows, window, &places),
        cases: rows.cases.iter().filter_map(|row| Some(case(row, *places.get(&row.practice)?))).collect(),
        practices: all.into_iter().map(|one| one.1).collect(),
        ordinary: ordinary_referrals(rows, window, &places),
        events: events(&rows.context, &places),
    }
}

/// Ordinary referrals of whole months before the cut, over the specialties that are looked at. A month in which one of these is not
/// known is not known: a share of some specialties would look like one of all.
fn ordinary_referrals(rows: &Rows, window: &Window, places: &HashMap<Uuid, usize>) -> Vec<Ordinary> {
    let specialties = specialties(rows, window);
    let mut known: BTreeMap<(usize, i32), Vec<(&str, i64)>> = BTreeMap::new();
    for row in &rows.ordinary {
        let (Some(practice), Some(first)) = (places.get(&row.practice), parsed(&format!("{}-01", row.month))) else {
            continue;
        };
        let month = month_of(first);
        if first_day(month + 1) <= window.until && specialties.contains(&row.specialty.as_str()) {
            known.entry((*practice, month)).or_default().push((&row.specialty, row.referrals));
        }
    }
    let whole = known.into_iter().filter(|one| one.1.len() == specialties.len());
    let count = |((practice, month), counts): ((usize, i32), Vec<(&str, i64)>)| Ordinary {
        practice,
        month,
        referrals: counts.iter().map(|one| one.1).sum::<i64>() as f64,
    };
    whole.map(count).collect()
}

/// The context log; an event of a practice that is not in the register is none.
fn events(entries: &[Entry], places: &HashMap<Uuid, usize>) -> Vec<Event> {
    let departments = lettered('D', entries.iter().filter_map(|entry| entry.department));
    let event = |entry: &Entry| {
        let practice = match entry.practice {
            Some(id) => Some(*places.get(&id)?),
            None => None,
        };
        Some(Event {
            practice,
            department: entry.department.and_then(|id| departments.get(&id).cloned()),
            domain: entry.domain.clone(),
            kind: entry.kind.clone(),
            from: day_of(entry.from_at),
            until: entry.until_at.map(day_of),
            interruption: false,
        })
    };
    let mut events: Vec<Event> = entries.iter().filter_map(event).collect();
    events.sort_by(|one, other| one.order().cmp(&other.order()));
    events
}

/// Ids begin with the time at which they were made, so their ends tell them apart.
fn codes(ids: impl Iterator<Item = Uuid>) -> HashMap<Uuid, String> {
    lettered('P', ids)
}

/// Codes that begin with a letter.
fn lettered(letter: char, ids: impl Iterator<Item = Uuid>) -> HashMap<Uuid, String> {
    let ids: BTreeSet<Uuid> = ids.collect();
    let ends = |digits: usize| ids.iter().map(move |id| id.simple().to_string().split_off(32 - digits));
    let unique = |digits: &usize| ends(*digits).collect::<BTreeSet<_>>().len() == ids.len();
    let digits = (DIGITS..32).find(unique).unwrap_or(32);
    ids.iter().copied().zip(ends(digits).map(|end| format!("{letter}{end}"))).collect()
}

/// `register` is its own, the oldest entry first.
fn practice(row: &PracticeRow, codes: &HashMap<Uuid, String>, register: &[&RegisterRow]) -> Practice {
    let size = |entry: &&RegisterRow| Some((month_of(day_of(entry.starts_at)), entry.list_size? as f64));
    let last = |of: fn(&RegisterRow) -> Option<i64>| {
        let count = register.iter().rev().find_map(|entry| of(entry));
        count.and_then(|count| u32::try_from(count).ok()).unwrap_or(0)
    };
    let centrality = row.centrality.and_then(|class| u8::try_from(class).ok()).unwrap_or(0);
    Practice {
        code: codes.get(&row.id).cloned().unwrap_or_default(),
        test: row.test,
        centrality,
        arm: Some(row.trial_arm.clone()).filter(|arm| !arm.is_empty()),
        opened: parsed(&row.opened_on),
        closed: parsed(&row.closed_on),
        list_sizes: register.iter().filter_map(size).collect(),
        employed: [last(|entry| entry.gps), last(|entry| entry.staff), 0],
        // Of an entry that can no longer be read neither is known.
        kilometres: row.distance_km.filter(|_| centrality > 0).map(|km| km as f64),
        ..Practice::default()
    }
}

fn enablement(rows: &Rows, window: &Window, places: &HashMap<Uuid, usize>) -> Vec<Enablement> {
    let specialties = specialties(rows, window);
    let mut steps = Vec::new();
    for row in &rows.steps {
        let (Some(practice), Some(step)) = (places.get(&row.practice), step(&row.step)) else { continue };
        let of: Vec<&str> = if row.specialty.is_empty() { specialties.clone() } else { vec![&row.specialty] };
        let on = day_of(row.starts_at);
        steps.extend(of.into_iter().map(|of| Enablement { practice: *practice, step, specialty: of.to_owned(), on }));
    }
    let cut = midnight(window.until);
    let before = |row: &&EquipmentRow| row.effective_at.unwrap_or(row.occurred_at) < cut;
    let gone = withdrawn(&pieces(rows.equipment.iter().filter(before).cloned().collect()));
    steps.extend(gone.into_iter().filter_map(|(practice, on)| {
        let specialty = window.specialty.clone().unwrap_or_default();
        Some(Enablement {
            practice: *places.get(&practice)?,
            step: Step::Withdrawn,
            specialty,
            on: calendar::day_of(on),
        })
    }));
    steps.sort_by(|a, b| (a.practice, a.step, &a.specialty, a.on).cmp(&(b.practice, b.step, &b.specialty, b.on)));
    steps
}

/// The one that is looked at, or all that the record knows; without any, the empty one, which stands for all.
fn specialties<'a>(rows: &'a Rows, window: &'a Window) -> Vec<&'a str> {
    if let Some(one) = &window.specialty {
        return vec![one];
    }
    let steps = rows.steps.iter().map(|row| row.specialty.as_str());
    let known: BTreeSet<&str> =
        steps.chain(rows.cases.iter().map(|row| row.specialty.as_str())).filter(|one| !one.is_empty()).collect();
    if known.is_empty() { vec![""] } else { known.into_iter().collect() }
}

fn step(name: &str) -> Option<Step> {
    match name {
        "offered" => Some(Step::Offered),
        "agreed" => Some(Step::Agreed),
        "equipped" => Some(Step::Equipped),
        "connected" => Some(Step::Connected),
        "trained" => Some(Step::Trained),
        "support-ended" => Some(Step::SupportEnded),
        _ => None,
    }
}

fn case(row: &CaseRow, practice: usize) -> Case {
    let submitted = hours(row.occurred_at);
    Case {
        practice,
        specialty: row.specialty.clone(),
        submitted,
        recorded: submitted,
        allocated: row.claimed_at.map(hours),
        answered: row.answered_at.map(hours),
        cancelled: row.ended_at.map(hours),
        role: if row.actor_role == "gp-staff" { Role::Nurse } else { Role::Doctor },
        sender: hex(&row.actor),
        specialist: hex(row.answered_by.as_deref().unwrap_or_default()),
        test: row.test,
        aged: None,
        interpreter: None,
        questions: u32::try_from(row.questions).unwrap_or(u32::MAX),
    }
}

/// Hours since 1970 on the clocks of Oslo.
fn hours(at: At) -> f64 {
    let ahead = i64::from(oslo::wall(at).offset().whole_seconds());
    (at.micros() + ahead * 1_000_000) as f64 / 3.6e9
}

fn day_of(at: At) -> Day {
    calendar::day_of(oslo::date(at))
}

/// When a day begins in Oslo.
fn midnight(of: Day) -> At {
    oslo::midnight(date_of(of))
}

/// The day of `YYYY-MM-DD`.
pub fn parsed(text: &str) -> Option<Day> {
    Date::parse(text, format_description!("[year]-[month]-[day]")).ok().map(calendar::day_of)
}
