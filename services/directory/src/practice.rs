//! A practice (GP office): what is registered, changed and dated about it.

use crate::Error;
use crate::faults::{Faults, NAME};
use crate::phone;
use serde::{Deserialize, Serialize};
use std::ops::RangeInclusive;
use time::Date;
use uuid::Uuid;

/// Kilometres to the hospital: more than the length of the country is a slip of the finger.
pub(crate) const FARTHEST: i64 = 3000;
pub(crate) const LARGEST_LIST: i64 = 100_000;
pub(crate) const MOST_STAFF: i64 = 1000;
/// Statistics Norway's classes.
pub(crate) const CENTRALITY: RangeInclusive<i64> = 1..=6;

/// A practice to be registered.
#[derive(Clone, Debug, Default, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NewPractice {
    /// Made by the client, so that a repeated request registers once; made here when absent.
    #[serde(default)]
    pub id: Option<Uuid>,
    /// 1 to 200 characters.
    #[serde(default)]
    #[schema(
        required = true,
        min_length = 1,
        max_length = 200,
        pattern = "^[^\\x00-\\x1f\\x7f-\\x9f\\u200b-\\u200f\\u202a-\\u202e\\u2066-\\u2069\\ufeff]*$"
    )]
    pub name: String,
    /// 1 to 200 characters.
    #[serde(default)]
    #[schema(
        required = true,
        min_length = 1,
        max_length = 200,
        pattern = "^[^\\x00-\\x1f\\x7f-\\x9f\\u200b-\\u200f\\u202a-\\u202e\\u2066-\\u2069\\ufeff]*$"
    )]
    pub municipality: String,
    /// Statistics Norway's centrality class, 1 (most central) to 6.
    #[serde(default)]
    #[schema(required = true, minimum = 1, maximum = 6)]
    pub centrality: Option<i64>,
    /// To the hospital, 0 to 3000 km.
    #[serde(default)]
    #[schema(required = true, minimum = 0, maximum = 3000)]
    pub distance_km: Option<i64>,
    /// How it reaches us. Only `web` so far.
    #[serde(default)]
    #[schema(pattern = "^web$")]
    pub channel: Option<String>,
    /// `YYYY-MM-DD`: from when it counts as a practice of the programme's area.
    #[serde(default)]
    #[schema(required = true, format = Date)]
    pub opened_on: String,
    /// For training and tests: shown, never counted.
    #[serde(default)]
    pub test_practice: bool,
    /// For a department that telephones: digits, spaces and a leading `+`.
    #[serde(default)]
    #[schema(max_length = 40, pattern = "^[+]?[0-9 ]*$")]
    pub phone: Option<String>,
}

/// A practice that may be registered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Practice {
    pub name: String,
    pub municipality: String,
    pub centrality: i64,
    pub distance_km: i64,
    pub channel: String,
    pub opened_on: Date,
    pub test_practice: bool,
    // Left out when empty: what was sent before there was a number is the same content still.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub phone: String,
}

impl NewPractice {
    /// The practice, trimmed.
    ///
    /// # Errors
    /// `Invalid` with every field that is missing or wrong.
    pub fn check(&self, today: Date) -> Result<Practice, Error> {
        let mut faults = Faults::default();
        let channel = self.channel.as_deref().unwrap_or("web").trim().to_owned();
        if channel != "web" {
            faults.add("channel", "unknown", "Practices reach Lysbro by the browser only: write `web` as the channel.");
        }
        let class = "Choose the centrality class, from 1 (most central) to 6 (least central).";
        let distance = "Write the distance to the hospital in whole kilometres, from 0 to 3000.";
        let practice = Practice {
            name: faults.line("name", &self.name, "the practice's name", NAME),
            municipality: faults.line("municipality", &self.municipality, "the municipality", NAME),
            centrality: faults.whole("centrality", self.centrality, CENTRALITY, class, class),
            distance_km: faults.whole("distanceKm", self.distance_km, 0..=FARTHEST, distance, distance),
            opened_on: faults.past_day("openedOn", &self.opened_on, today),
            test_practice: self.test_practice,
            phone: phone::optional(&mut faults, "phone", self.phone.as_deref().unwrap_or_default()),
            channel,
        };
        faults.finish(practice)
    }
}

/// A practice's new name or municipality.
#[derive(Clone, Debug, Default, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PracticeChange {
    /// 1 to 200 characters.
    #[serde(default)]
    #[schema(
        required = true,
        min_length = 1,
        max_length = 200,
        pattern = "^[^\\x00-\\x1f\\x7f-\\x9f\\u200b-\\u200f\\u202a-\\u202e\\u2066-\\u2069\\ufeff]*$"
    )]
    pub name: String,
    /// 1 to 200 characters.
    #[serde(default)]
    #[schema(
        required = true,
        min_length = 1,
        max_length = 200,
        pattern = "^[^\\x00-\\x1f\\x7f-\\x9f\\u200b-\\u200f\\u202a-\\u202e\\u2066-\\u2069\\ufeff]*$"
    )]
    pub municipality: String,
    /// `YYYY-MM-DD`, not ahead: the new name is shown at once.
    #[serde(default)]
    #[schema(required = true, format = Date)]
    pub effective_on: String,
    /// Empty: none is known any more; as it was when absent.
    #[serde(default)]
    #[schema(max_length = 40, pattern = "^[+]?[0-9 ]*$")]
    pub phone: Option<String>,
}

/// A change that may be made.
#[derive(Clone, Debug, Serialize)]
pub struct Change {
    pub name: String,
    pub municipality: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
    pub effective_on: Date,
}

impl PracticeChange {
    /// The change, trimmed.
    ///
    /// # Errors
    /// `Invalid` with every field that is missing or wrong.
    pub fn check(&self, today: Date) -> Result<Change, Error> {
        let mut faults = Faults::default();
        let change = Change {
            name: faults.line("name", &self.name, "the practice's name", NAME),
            municipality: faults.line("municipality", &self.municipality, "the municipality", NAME),
            effective_on: faults.past_day("effectiveOn", &self.effective_on, today),
            phone: self.phone.as_deref().map(|text| phone::optional(&mut faults, "phone", text)),
        };
        faults.finish(change)
    }
}

/// The practice's size from a date on. Dates back and ahead are fine: registers are late, and mergers are known early.
#[derive(Clone, Debug, Default, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NewRegister {
    /// Made by the client, so that a repeated request records once; made here when absent.
    #[serde(default)]
    pub id: Option<Uuid>,
    /// `YYYY-MM-DD`.
    #[serde(default)]
    #[schema(required = true, format = Date)]
    pub from: String,
    /// Patients on the list, 0 to 100,000.
    #[serde(default)]
    #[schema(required = true, minimum = 0, maximum = 100_000)]
    pub list_size: Option<i64>,
    /// GPs, 0 to 1000.
    #[serde(default)]
    #[schema(required = true, minimum = 0, maximum = 1000)]
    pub gps: Option<i64>,
    /// Other staff, 0 to 1000.
    #[serde(default)]
    #[schema(required = true, minimum = 0, maximum = 1000)]
    pub staff: Option<i64>,
}

/// A register entry that may be recorded.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Register {
    pub from: Date,
    pub list_size: i64,
    pub gps: i64,
    pub staff: i64,
}

impl NewRegister {
    /// The entry.
    ///
    /// # Errors
    /// `Invalid` with every field that is missing or wrong.
    pub fn check(&self) -> Result<Register, Error> {
        let mut faults = Faults::default();
        let list = "Write how many patients are on the practice's list, from 0 to 100,000.";
        let gps = "Write how many GPs work in the practice, from 0 to 1000.";
        let staff = "Write how many other staff work in the practice, from 0 to 1000.";
        let register = Register {
            from: faults.day("from", &self.from),
            list_size: faults.whole("listSize", self.list_size, 0..=LARGEST_LIST, list, list),
            gps: faults.whole("gps", self.gps, 0..=MOST_STAFF, gps, gps),
            staff: faults.whole("staff", self.staff, 0..=MOST_STAFF, staff, staff),
        };
        faults.finish(register)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::day;
    use crate::faults::tests::told;

    fn today() -> Date {
        day::parse("2026-03-02").expect("a date")
    }

    fn solvik() -> NewPractice {
        NewPractice {
            name: " SYNTHETIC Solvik legekontor ".into(),
            municipality: "Solvik".into(),
            centrality: Some(6),
            distance_km: Some(212),
            opened_on: "2026-01-05".into(),
            ..NewPractice::default()
        }
    }

    #[test]
    fn a_practice_is_trimmed_and_its_channel_is_web() {
        let practice = solvik().check(today()).expect("nothing is wrong");
        assert_eq!((practice.name.as_str(), practice.channel.as_str()), ("SYNTHETIC Solvik legekontor", "web"));
    }

    #[test]
    fn an_empty_form_names_every_field() {
        assert_eq!(
            told(NewPractice::default().check(today())),
            [
                "name required",
                "municipality required",
                "centrality required",
                "distanceKm required",
                "openedOn required"
            ]
        );
        assert_eq!(
            told(PracticeChange::default().check(today())),
            ["name required", "municipality required", "effectiveOn required"]
        );
        assert_eq!(
            told(NewRegister::default().check()),
            ["from required", "listSize required", "gps required", "staff required"]
        );
    }

    #[test]
    fn limits_are_where_they_are_said_to_be() {
        for (centrality, right) in [(0, false), (1, true), (6, true), (7, false)] {
            let form = NewPractice { centrality: Some(centrality), ..solvik() };
            assert_eq!(form.check(today()).is_ok(), right, "centrality {centrality}");
        }
        for (size, right) in [(-1, false), (0, true), (100_000, true), (100_001, false)] {
            let form = NewRegister {
                from: "2026-01-01".into(),
                list_size: Some(size),
                gps: Some(3),
                staff: Some(2),
                id: None,
            };
            assert_eq!(form.check().is_ok(), right, "list of {size}");
        }
        assert_eq!(told(NewPractice { channel: Some("fax".into()), ..solvik() }.check(today())), ["channel unknown"]);
        assert_eq!(
            told(NewPractice { opened_on: "2026-04-01".into(), ..solvik() }.check(today())),
            ["openedOn in-future"]
        );
    }
}
