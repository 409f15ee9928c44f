//! A department: the hospital unit that answers, with its specialties.

use crate::Error;
use crate::faults::{Faults, NAME};
use crate::specialty::Specialty;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

const PHONE: usize = 40;
const HOURS: usize = 200;

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
    /// When somebody answers there, in words: at most 200 characters.
    #[serde(default)]
    #[schema(
        max_length = 200,
        pattern = "^[^\\x00-\\x1f\\x7f-\\x9f\\u200b-\\u200f\\u202a-\\u202e\\u2066-\\u2069\\ufeff]*$"
    )]
    pub duty_hours: Option<String>,
}

/// What changes of a department; what is absent stays.
#[derive(Clone, Debug, Default, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DepartmentChange {
    /// For urgent questions: digits, spaces and a leading `+`; empty: none any more.
    #[serde(default)]
    #[schema(max_length = 40, pattern = "^[+]?[0-9 ]*$")]
    pub duty_phone: Option<String>,
    /// When somebody answers there, in words: at most 200 characters.
    #[serde(default)]
    #[schema(
        max_length = 200,
        pattern = "^[^\\x00-\\x1f\\x7f-\\x9f\\u200b-\\u200f\\u202a-\\u202e\\u2066-\\u2069\\ufeff]*$"
    )]
    pub duty_hours: Option<String>,
}

/// A change that may be made, trimmed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    pub duty_phone: Option<String>,
    pub duty_hours: Option<String>,
}

/// A department that may be registered; specialties sorted, each once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Department {
    pub name: String,
    pub hospital: String,
    pub specialties: Vec<Specialty>,
    pub duty_phone: String,
    /// Left out when empty: what was registered before there were hours keeps its hash.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub duty_hours: String,
}

/// The telephone number, trimmed.
fn phone(faults: &mut Faults, phone: &str) -> String {
    let duty_phone = faults.optional_line("dutyPhone", phone, "the telephone number", PHONE);
    let digits = duty_phone.strip_prefix('+').unwrap_or(&duty_phone);
    if !digits.chars().all(|c| c.is_ascii_digit() || c == ' ') {
        faults.add(
            "dutyPhone",
            "not-a-number",
            "Write the telephone number with digits and spaces, for example +47 77 00 00 00.",
        );
    }
    duty_phone
}

/// The hours, trimmed.
fn hours(faults: &mut Faults, hours: &str) -> String {
    faults.optional_line("dutyHours", hours, "when the telephone is answered", HOURS)
}

impl DepartmentChange {
    /// The change, trimmed.
    ///
    /// # Errors
    /// `Invalid` with every field that is wrong.
    pub fn check(&self) -> Result<Change, Error> {
        let mut faults = Faults::default();
        let duty_phone = self.duty_phone.as_deref().map(|text| phone(&mut faults, text));
        let duty_hours = self.duty_hours.as_deref().map(|text| hours(&mut faults, text));
        faults.finish(Change { duty_phone, duty_hours })
    }
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
        let duty_phone = phone(&mut faults, self.duty_phone.as_deref().unwrap_or_default());
        let duty_hours = hours(&mut faults, self.duty_hours.as_deref().unwrap_or_default());
        faults.finish(Department { name, hospital, specialties, duty_phone, duty_hours })
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
            duty_hours: Some(" Mon–Fri 08–15 ".into()),
            id: None,
        };
        let department = form.check().expect("nothing is wrong");
        assert_eq!(department.specialties, [Specialty::Dermatology, Specialty::Ent]);
        assert_eq!(department.duty_hours, "Mon–Fri 08–15");
        assert_eq!(
            told(NewDepartment { duty_hours: Some("x".repeat(201)), ..form.clone() }.check()),
            ["dutyHours too-long"]
        );
        assert_eq!(
            told(NewDepartment { duty_phone: Some("ring us".into()), ..form }.check()),
            ["dutyPhone not-a-number"]
        );
    }

    #[test]
    fn what_is_absent_does_not_change() {
        let change = |phone: Option<&str>, hours: Option<&str>| {
            DepartmentChange { duty_phone: phone.map(str::to_owned), duty_hours: hours.map(str::to_owned) }.check()
        };
        assert_eq!(change(None, None).ok(), Some(Change { duty_phone: None, duty_hours: None }));
        let emptied = Change { duty_phone: Some(String::new()), duty_hours: Some("Always".into()) };
        assert_eq!(change(Some(" "), Some("Always ")).ok(), Some(emptied));
        assert_eq!(told(change(Some("ring us"), Some("\u{7}"))), ["dutyPhone not-a-number", "dutyHours not-plain"]);
    }

    /// What was registered under an id before there were hours is still the same when it comes again.
    #[test]
    fn hours_that_are_not_given_leave_no_trace() {
        let department = Department {
            name: "Skin".into(),
            hospital: "Hospital".into(),
            specialties: vec![Specialty::Ent],
            duty_phone: String::new(),
            duty_hours: String::new(),
        };
        let text = serde_json::to_string(&department).expect("JSON");
        assert_eq!(text, r#"{"name":"Skin","hospital":"Hospital","specialties":["ent"],"duty_phone":""}"#);
    }
}
