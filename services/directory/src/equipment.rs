//! Equipment of a practice: what stands where, under which serial number, from when until when.

use crate::Error;
use crate::faults::Faults;
use crate::specialty::Specialty;
use serde::{Deserialize, Serialize};
use time::Date;
use uuid::Uuid;

/// Longest make or place, in characters.
const LINE: usize = 200;
/// Longest serial number, in characters.
const SERIAL: usize = 100;

/// What it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, sqlx::Type, utoipa::ToSchema)]
#[serde(rename_all = "kebab-case")]
#[sqlx(type_name = "text", rename_all = "kebab-case")]
pub enum EquipmentKind {
    /// A camera.
    Camera,
    /// A telephone that takes the pictures.
    Phone,
    /// A dermatoscope, or the adapter for one.
    Dermatoscope,
    /// A video otoscope.
    Otoscope,
    /// A video endoscope.
    Endoscope,
    /// A computer or screen.
    Computer,
    /// Anything else.
    Other,
}

impl EquipmentKind {
    /// As it stands in tables, envelopes and JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Camera => "camera",
            Self::Phone => "phone",
            Self::Dermatoscope => "dermatoscope",
            Self::Otoscope => "otoscope",
            Self::Endoscope => "endoscope",
            Self::Computer => "computer",
            Self::Other => "other",
        }
    }
}

/// A piece of equipment that a practice got.
#[derive(Clone, Debug, Default, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NewEquipment {
    /// Made by the client, so that a repeated request records once; made here when absent.
    #[serde(default)]
    pub id: Option<Uuid>,
    /// What it is.
    #[serde(default)]
    #[schema(required = true)]
    pub kind: Option<EquipmentKind>,
    /// For one specialty, or for all when null.
    #[serde(default)]
    pub specialty: Option<Specialty>,
    /// Make and model, up to 200 characters.
    #[serde(default)]
    #[schema(max_length = 200)]
    pub make: String,
    /// Serial number, up to 100 characters.
    #[serde(default)]
    #[schema(max_length = 100)]
    pub serial: String,
    /// Where it stands, up to 200 characters: what is locked in another room is not used.
    #[serde(default)]
    #[schema(max_length = 200)]
    pub place: String,
    /// `YYYY-MM-DD`; it must have come.
    #[serde(default)]
    #[schema(required = true, format = Date)]
    pub from: String,
}

/// Equipment that may be recorded.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Equipment {
    pub kind: EquipmentKind,
    pub specialty: Option<Specialty>,
    pub make: String,
    pub serial: String,
    pub place: String,
    pub from: Date,
}

impl NewEquipment {
    /// The equipment, trimmed.
    ///
    /// # Errors
    /// `Invalid` with every field that is missing or wrong.
    pub fn check(&self, today: Date) -> Result<Equipment, Error> {
        let mut faults = Faults::default();
        let kind = faults.choice("kind", self.kind, "Choose what it is.");
        let (make, serial) = (
            faults.optional_line("make", &self.make, "make and model", LINE),
            faults.optional_line("serial", &self.serial, "the serial number", SERIAL),
        );
        let place = faults.optional_line("place", &self.place, "the place", LINE);
        let from = faults.past_day("from", &self.from, today);
        let specialty = self.specialty;
        let equipment = kind.map(|kind| Equipment { kind, specialty, make, serial, place, from });
        faults.finish(equipment)?.ok_or(Error::NotFound)
    }
}

/// That equipment was taken away, or is out of use for good.
#[derive(Clone, Debug, Default, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct EquipmentEnd {
    /// `YYYY-MM-DD`; it must have come, and not lie before the equipment.
    #[serde(default)]
    #[schema(required = true, format = Date)]
    pub on: String,
    /// Why, up to 200 characters.
    #[serde(default)]
    #[schema(max_length = 200)]
    pub reason: String,
}

/// An end that may be recorded.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct End {
    pub on: Date,
    pub reason: String,
}

impl EquipmentEnd {
    /// The end of equipment that stands from a day on.
    ///
    /// # Errors
    /// `Invalid` with every field that is missing or wrong.
    pub fn check(&self, from: Date, today: Date) -> Result<End, Error> {
        let mut faults = Faults::default();
        let on = faults.past_day("on", &self.on, today);
        let reason = faults.optional_line("reason", &self.reason, "the reason", LINE);
        if on != Date::MIN && on < from {
            faults.add("on", "before-start", "This lies before the day from which it stood there. Choose a later day.");
        }
        faults.finish(End { on, reason })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::day;
    use crate::faults::tests::told;

    #[test]
    fn equipment_needs_its_kind_and_a_day_that_has_come() {
        let today = day::parse("2026-03-02").expect("a date");
        assert_eq!(told(NewEquipment::default().check(today)), ["kind required", "from required"]);
        let right = NewEquipment {
            kind: Some(EquipmentKind::Otoscope),
            serial: " OT-17 ".into(),
            from: "2026-01-10".into(),
            ..NewEquipment::default()
        };
        assert_eq!(right.check(today).map(|one| one.serial).ok().as_deref(), Some("OT-17"));
        let wrong = NewEquipment { serial: "x".repeat(101), from: "2026-04-01".into(), ..right };
        assert_eq!(told(wrong.check(today)), ["serial too-long", "from in-future"]);
    }

    #[test]
    fn it_ends_no_earlier_than_it_began() {
        let (from, today) = (day::parse("2026-01-10").expect("a date"), day::parse("2026-03-02").expect("a date"));
        let end = |on: &str| EquipmentEnd { on: on.into(), reason: String::new() };
        assert_eq!(told(end("2026-01-09").check(from, today)), ["on before-start"]);
        assert_eq!(told(end("").check(from, today)), ["on required"]);
        assert!(end("2026-01-10").check(from, today).is_ok());
    }
}
