//! The context log: dated events around the programme that may have changed use, so that a study does not take a tariff for a
//! training. Each is of a domain of the CFIR (Damschroder and others, Implementation Science 2022;17:75), the updated
//! Consolidated Framework for Implementation Research.

use crate::Error;
use crate::day;
use crate::faults::Faults;
use serde::{Deserialize, Serialize};
use time::Date;
use uuid::Uuid;

/// Longest text or reason, in characters.
const TEXT: usize = 500;

/// A domain of the CFIR of 2022.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, sqlx::Type, utoipa::ToSchema)]
#[serde(rename_all = "kebab-case")]
#[sqlx(type_name = "text", rename_all = "kebab-case")]
pub enum Domain {
    /// The service itself.
    Innovation,
    /// Outside practice and hospital: tariffs, laws, what patients expect.
    OuterSetting,
    /// Practice or hospital: rooms, staff, culture, resources.
    InnerSetting,
    /// People in their roles.
    Individuals,
    /// How it is brought in: training, support, adapting.
    ImplementationProcess,
}

impl Domain {
    /// As it stands in tables, envelopes and JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Innovation => "innovation",
            Self::OuterSetting => "outer-setting",
            Self::InnerSetting => "inner-setting",
            Self::Individuals => "individuals",
            Self::ImplementationProcess => "implementation-process",
        }
    }
}

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, sqlx::Type, utoipa::ToSchema)]
#[serde(rename_all = "kebab-case")]
#[sqlx(type_name = "text", rename_all = "kebab-case")]
pub enum ContextKind {
    /// A training, also of others than the practice's own people.
    TrainingHeld,
    /// Somebody who speaks for the service came.
    ChampionArrives,
    /// Somebody who spoke for the service left.
    ChampionLeaves,
    /// The service or a line was down.
    Outage,
    /// What is paid for its use changed.
    TariffChange,
    /// A holiday.
    Holiday,
    /// People came, left or changed roles.
    StaffChange,
    /// Anything else.
    Other,
}

impl ContextKind {
    /// As it stands in tables, envelopes and JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::TrainingHeld => "training-held",
            Self::ChampionArrives => "champion-arrives",
            Self::ChampionLeaves => "champion-leaves",
            Self::Outage => "outage",
            Self::TariffChange => "tariff-change",
            Self::Holiday => "holiday",
            Self::StaffChange => "staff-change",
            Self::Other => "other",
        }
    }
}

/// An event to be noted, or what corrects one: of a practice, of a department, or of the whole programme without either.
#[derive(Clone, Debug, Default, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NewContextEvent {
    /// Made by the client, so that a repeated request notes once; made here when absent.
    #[serde(default)]
    pub id: Option<Uuid>,
    /// Of one practice.
    #[serde(default)]
    pub practice_id: Option<Uuid>,
    /// Of one department.
    #[serde(default)]
    pub department_id: Option<Uuid>,
    /// Of which domain.
    #[serde(default)]
    #[schema(required = true)]
    pub domain: Option<Domain>,
    /// What.
    #[serde(default)]
    #[schema(required = true)]
    pub kind: Option<ContextKind>,
    /// First day, `YYYY-MM-DD`; it may be to come.
    #[serde(default)]
    #[schema(required = true, format = Date)]
    pub from: String,
    /// Last day, `YYYY-MM-DD`; absent, null or empty: it has no end, or none that is known.
    #[serde(default)]
    #[schema(pattern = "^([0-9]{4}-[0-9]{2}-[0-9]{2})?$")]
    pub until: Option<String>,
    /// In words, 1 to 500 characters; kept sealed. No patients.
    #[serde(default)]
    #[schema(
        required = true,
        min_length = 1,
        max_length = 500,
        pattern = "^[^\\x00-\\x1f\\x7f-\\x9f\\u200b-\\u200f\\u202a-\\u202e\\u2066-\\u2069\\ufeff]*$"
    )]
    pub text: String,
}

/// An event that may be noted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ContextEvent {
    pub practice: Option<Uuid>,
    pub department: Option<Uuid>,
    pub domain: Domain,
    pub kind: ContextKind,
    pub from: Date,
    pub until: Option<Date>,
    pub text: String,
}

impl NewContextEvent {
    /// The event, trimmed.
    ///
    /// # Errors
    /// `Invalid` with every field that is missing or wrong.
    pub fn check(&self) -> Result<ContextEvent, Error> {
        let mut faults = Faults::default();
        if self.practice_id.is_some() && self.department_id.is_some() {
            let both = "Choose a practice or a department, not both; without either it is of the whole programme.";
            faults.add("departmentId", "two-places", both);
        }
        let domain = faults.choice("domain", self.domain, "Choose the domain that it belongs to.");
        let kind = faults.choice("kind", self.kind, "Choose what happened.");
        let from = faults.day("from", &self.from);
        let until = self.until.as_deref().filter(|day| !day.trim().is_empty()).map(|day| faults.day("until", day));
        if until.is_some_and(|until| until < from && until > Date::MIN) {
            faults.add("until", "before-start", "The last day is before the first. Choose a later one.");
        }
        let text = faults.line("text", &self.text, "what happened, without naming patients", TEXT);
        let (practice, department) = (self.practice_id, self.department_id);
        let event = domain.zip(kind).map(|(domain, kind)| ContextEvent {
            practice,
            department,
            domain,
            kind,
            from,
            until,
            text,
        });
        faults.finish(event)?.ok_or(Error::NotFound)
    }
}

/// Why an entry should not have been made.
#[derive(Clone, Debug, Default, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ContextWithdrawal {
    /// Made by the client, so that a repeated request withdraws once; made here when absent.
    #[serde(default)]
    pub id: Option<Uuid>,
    /// 1 to 500 characters; kept sealed. No patients.
    #[serde(default)]
    #[schema(
        required = true,
        min_length = 1,
        max_length = 500,
        pattern = "^[^\\x00-\\x1f\\x7f-\\x9f\\u200b-\\u200f\\u202a-\\u202e\\u2066-\\u2069\\ufeff]*$"
    )]
    pub reason: String,
}

impl ContextWithdrawal {
    /// The reason, trimmed.
    ///
    /// # Errors
    /// `Invalid` without a reason, or with one that is too long.
    pub fn check(&self) -> Result<String, Error> {
        let mut faults = Faults::default();
        let reason = faults.line("reason", &self.reason, "why it is withdrawn, without naming patients", TEXT);
        faults.finish(reason)
    }
}

/// A day as tables keep it: empty when there is none.
pub fn day_text(day: Option<Date>) -> String {
    day.map(day::text).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::faults::tests::told;

    fn outage() -> NewContextEvent {
        NewContextEvent {
            domain: Some(Domain::InnerSetting),
            kind: Some(ContextKind::Outage),
            from: "2026-03-02".into(),
            text: " The line was down. ".into(),
            ..NewContextEvent::default()
        }
    }

    #[test]
    fn an_empty_form_names_every_field() {
        let missing = ["domain required", "kind required", "from required", "text required"];
        assert_eq!(told(NewContextEvent::default().check()), missing);
        assert_eq!(told(ContextWithdrawal::default().check()), ["reason required"]);
    }

    #[test]
    fn an_event_is_of_one_place_and_ends_after_it_began() {
        let right = outage().check().expect("nothing is wrong");
        assert_eq!((right.text.as_str(), right.practice, right.until), ("The line was down.", None, None));
        let two = NewContextEvent {
            practice_id: Some(Uuid::from_u128(9)),
            department_id: Some(Uuid::from_u128(9)),
            ..outage()
        };
        assert_eq!(told(two.check()), ["departmentId two-places"]);
        for (until, wrong) in [
            (Some("2026-03-01"), Some("until before-start")),
            (Some("2026-03-02"), None),
            (Some(" "), None),
            (Some("soon"), Some("until not-a-date")),
            (None, None),
        ] {
            let event = NewContextEvent { until: until.map(str::to_owned), ..outage() };
            assert_eq!(
                event.check().err().map(|error| told::<()>(Err(error))),
                wrong.map(|one| vec![one.to_owned()]),
                "{until:?}"
            );
        }
        for (length, right) in [(500, true), (501, false)] {
            assert_eq!(NewContextEvent { text: "å".repeat(length), ..outage() }.check().is_ok(), right, "{length}");
        }
    }
}
