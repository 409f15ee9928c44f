//! What the indicators are computed from: the register, what was placed and taught, and the cases. Plain data; no patient, no
//! free text, no name of a person.

use super::calendar::{Day, Month, first_day, month_of};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// One practice of the register.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Practice {
    /// A code that stays; ties are broken by it.
    pub code: String,
    /// For training: never counted.
    pub test: bool,
    /// Statistics Norway's centrality class, 1 to 6.
    pub centrality: u8,
    /// Arm of a trial, when there is one.
    pub arm: Option<String>,
    /// Opened; unknown when absent.
    pub opened: Option<Day>,
    /// Closed, or merged into another.
    pub closed: Option<Day>,
    /// Into which.
    pub merged_into: Option<String>,
    /// Patients on the list from a month on; unknown before the first.
    pub list_sizes: Vec<(Month, f64)>,
    /// Doctors, nurses and secretaries employed.
    pub employed: [u32; 3],
    /// Kilometres to the specialist.
    pub kilometres: Option<f64>,
    /// Share of the list that is 65 or older.
    pub aged_share: Option<f64>,
    /// Share of the list that needs an interpreter.
    pub interpreter_share: Option<f64>,
}

impl Practice {
    /// Patients on the list in a month, as last recorded up to then.
    pub fn list_size(&self, month: Month) -> Option<f64> {
        self.list_sizes.iter().filter(|entry| entry.0 <= month).max_by_key(|entry| entry.0).map(|entry| entry.1)
    }
}

/// A step of enablement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Step {
    /// Was offered the service.
    Offered,
    /// Said yes.
    Agreed,
    /// Has the equipment.
    Equipped,
    /// Is connected.
    Connected,
    /// Was trained.
    Trained,
    /// Support ended.
    SupportEnded,
    /// Equipment was taken back.
    Withdrawn,
}

/// A dated step.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Enablement {
    /// Index of the practice.
    pub practice: usize,
    /// Which step.
    pub step: Step,
    /// For which specialty.
    pub specialty: String,
    /// When.
    pub on: Day,
}

/// Who sent a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
#[schema(as = uptake::OfficeRole)]
pub enum Role {
    /// A doctor.
    Doctor,
    /// A nurse.
    Nurse,
    /// A secretary.
    Secretary,
}

impl Role {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Doctor, Self::Nurse, Self::Secretary];

    /// As it is shown.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Doctor => "doctor",
            Self::Nurse => "nurse",
            Self::Secretary => "secretary",
        }
    }
}

/// One referral. Times are hours since 1970 on the clock of Oslo.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Case {
    /// Index of the practice.
    pub practice: usize,
    /// Specialty.
    pub specialty: String,
    /// Sent.
    pub submitted: f64,
    /// When the service heard of it.
    pub recorded: f64,
    /// A specialist took it.
    #[serde(default)]
    pub allocated: Option<f64>,
    /// First answer.
    #[serde(default)]
    pub answered: Option<f64>,
    /// Taken back.
    #[serde(default)]
    pub cancelled: Option<f64>,
    /// Role of the sender.
    pub role: Role,
    /// Pseudonym of the sender.
    pub sender: String,
    /// Pseudonym of who answers.
    pub specialist: String,
    /// Training or test: never counted, its number shown.
    #[serde(default)]
    pub test: bool,
    /// The patient is 65 or older.
    #[serde(default)]
    pub aged: Option<bool>,
    /// The patient needs an interpreter.
    #[serde(default)]
    pub interpreter: Option<bool>,
    /// Times that information was asked for.
    #[serde(default)]
    pub questions: u32,
}

impl Case {
    /// The day on which it was sent.
    pub fn day(&self) -> Day {
        (self.submitted / 24.0).floor() as Day
    }
}

/// Ordinary referrals of a practice in a month, from a register outside.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Ordinary {
    /// Index of the practice.
    pub practice: usize,
    /// Month.
    pub month: Month,
    /// How many.
    pub referrals: f64,
}

/// A dated event of the context log.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Event {
    /// Index of the practice; when absent, of a department or of the whole programme, and so of every practice.
    pub practice: Option<usize>,
    /// Code of the department, when it is of one.
    pub department: Option<String>,
    /// Domain of the CFIR, or empty.
    pub domain: String,
    /// `tariff-change`, `outage`, `champion-leaves`, …
    pub kind: String,
    /// From.
    pub from: Day,
    /// The last day; without, it lasts.
    pub until: Option<Day>,
    /// This is the change whose effect is studied.
    pub interruption: bool,
}

impl Event {
    /// What events are put in order by: when, where, what.
    pub fn order(&self) -> impl Ord + '_ {
        (self.from, self.practice, self.department.as_deref(), self.kind.as_str(), self.domain.as_str(), self.until)
    }

    /// Whether it happened or lasted in a month.
    pub fn lasts(&self, month: Month) -> bool {
        month_of(self.from) <= month && self.until.is_none_or(|until| month <= month_of(until))
    }
}

/// Everything.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Programme {
    /// The register.
    pub practices: Vec<Practice>,
    /// Steps of enablement.
    pub enablement: Vec<Enablement>,
    /// Referrals.
    pub cases: Vec<Case>,
    /// Ordinary referrals.
    pub ordinary: Vec<Ordinary>,
    /// The context log.
    pub events: Vec<Event>,
}

/// What is looked at. Nothing on or after `until` is seen.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Window {
    /// First day.
    pub from: Day,
    /// The day after the last: the cut.
    pub until: Day,
    /// One specialty, or all.
    pub specialty: Option<String>,
}

impl Window {
    /// Whole months within, first to last.
    pub fn months(&self) -> Vec<Month> {
        let first = month_of(self.from);
        let first = if first_day(first) < self.from { first + 1 } else { first };
        (first..month_of(self.until)).collect()
    }

    /// Whether a specialty is looked at.
    pub fn takes(&self, specialty: &str) -> bool {
        self.specialty.as_deref().is_none_or(|one| one == specialty)
    }
}
