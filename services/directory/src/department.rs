//! A department: the hospital unit that answers, with its specialties.

use crate::Error;
use crate::faults::{Faults, NAME};
use crate::specialty::Specialty;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

const PHONE: usize = 40;

/// A department to be registered.
#[derive(Clone, Debug, Default, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NewDepartment {
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
    pub hospital: String,
    /// At least one.
    #[serde(default)]
    #[schema(required = true, min_items = 1)]
    pub specialties: Vec<Specialty>,
    /// For urgent questions: digits, spaces and a leading `+`.
    #[serde(default)]
    #[schema(max_length = 40, pattern = "^[+]?[0-9 ]*$")]
    pub duty_phone: Option<String>,
}

/// A department that may be registered; specialties sorted, each once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Department {
    pub name: String,
    pub hospital: String,
    pub specialties: Vec<Specialty>,
    pub duty_phone: String,
}

impl NewDepartment {
    /// The department, trimmed.
    ///
    /// # Errors
    /// `Invalid` with every field that is missing or wrong.
    pub fn check(&self) -> Result<Department, Error> {
        let mut faults = Faults::default();
        let name = faults.line("name", &self.name, "the department's name", NAME);
        let hospital = faults.line("hospital", &self.hospital, "the hospital's name", NAME);
        let mut specialties = self.specialties.clone();
        specialties.sort_unstable();
        specialties.dedup();
        if specialties.is_empty() {
            faults.add("specialties", "required", "Choose at least one specialty that the department answers for.");
        }
        let phone = self.duty_phone.as_deref().unwrap_or_default();
        let duty_phone = faults.optional_line("dutyPhone", phone, "the telephone number", PHONE);
        let digits = duty_phone.strip_prefix('+').unwrap_or(&duty_phone);
        if !digits.chars().all(|c| c.is_ascii_digit() || c == ' ') {
            faults.add(
                "dutyPhone",
                "not-a-number",
                "Write the telephone number with digits and spaces, for example +47 77 00 00 00.",
            );
        }
        faults.finish(Department { name, hospital, specialties, duty_phone })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::faults::tests::told;

    #[test]
    fn a_department_has_a_name_a_hospital_and_a_specialty() {
        assert_eq!(
            told(NewDepartment::default().check()),
            ["name required", "hospital required", "specialties required"]
        );
        let form = NewDepartment {
            name: "SYNTHETIC Skin".into(),
            hospital: "SYNTHETIC Hospital".into(),
            specialties: vec![Specialty::Ent, Specialty::Dermatology, Specialty::Ent],
            duty_phone: Some("+47 77 00 00 00".into()),
            id: None,
        };
        let department = form.check().expect("nothing is wrong");
        assert_eq!(department.specialties, [Specialty::Dermatology, Specialty::Ent]);
        assert_eq!(
            told(NewDepartment { duty_phone: Some("ring us".into()), ..form }.check()),
            ["dutyPhone not-a-number"]
        );
    }
}
