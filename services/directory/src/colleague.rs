//! A colleague whom a practice invites by itself: a person with one role in it.

use crate::Error;
use crate::faults::Faults;
use crate::grant::{Grant, NewGrant};
use crate::person::{NewPerson, Person};
use kit::{At, Role};
use serde::Deserialize;
use uuid::Uuid;

/// A colleague to be invited.
#[derive(Clone, Debug, Default, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NewColleague {
    /// Made by the client, so that a repeated request invites once; made here when absent.
    #[serde(default)]
    pub id: Option<Uuid>,
    /// The practice.
    #[serde(default)]
    #[schema(required = true)]
    pub practice_id: Option<Uuid>,
    /// 1 to 200 characters. Somebody who is registered already keeps their name.
    #[serde(default)]
    #[schema(required = true, min_length = 1, max_length = 200)]
    pub name: String,
    /// For signing in. Whoever is registered with it gets the role and no invitation; not the caller's own.
    #[serde(default)]
    #[schema(required = true, max_length = 254, format = Email)]
    pub email: String,
    /// `en` or `nb`.
    #[serde(default)]
    #[schema(required = true)]
    pub language: String,
    /// Number in Norway's register of health personnel, or a national equivalent: 1 to 9 digits. Somebody who is registered already
    /// keeps theirs.
    #[serde(default)]
    #[schema(pattern = "^ *[0-9]{0,9} *$")]
    pub hpr_number: String,
    /// `gp-clinician` or `gp-staff`.
    #[serde(default)]
    #[schema(required = true)]
    pub role: Option<Role>,
    /// `YYYY-MM-DD`; now when absent.
    #[serde(default)]
    pub from: Option<String>,
    /// The last day, `YYYY-MM-DD`; without end when absent.
    #[serde(default)]
    pub until: Option<String>,
    /// For a locum: for whom they stand in.
    #[serde(default)]
    pub covers_for: Option<Uuid>,
}

impl NewColleague {
    /// The person and the grant.
    ///
    /// # Errors
    /// `Invalid` with every field that is missing or wrong.
    pub fn check(&self, now: At) -> Result<(Person, Grant), Error> {
        let mut errors = Vec::new();
        let mut keep = |error: Error| {
            if let Error::Invalid(more) = error {
                errors.extend(more);
            }
        };
        let person = NewPerson {
            id: None,
            name: self.name.clone(),
            email: self.email.clone(),
            language: self.language.clone(),
            hpr_number: self.hpr_number.clone(),
        };
        let person = person.check().map_err(&mut keep).ok();
        let grant = NewGrant {
            id: None,
            role: self.role,
            practice_id: self.practice_id,
            department_id: None,
            from: self.from.clone(),
            until: self.until.clone(),
            covers_for: self.covers_for,
        };
        let grant = grant.check(now).map_err(&mut keep).ok();
        let mut faults = Faults::default();
        if self.role.is_some_and(|role| !role.of_office()) {
            faults.add(
                "role",
                "not-for-office",
                "A practice invites its doctors and staff. Ask an administrator for other roles.",
            );
        }
        faults.finish(()).map_err(&mut keep).ok();
        match (person, grant) {
            (Some(person), Some(grant)) if errors.is_empty() => Ok((person, grant)),
            _ => Err(Error::Invalid(errors)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::faults::tests::told;

    #[test]
    fn a_practice_invites_its_doctors_and_staff_alone() {
        let form = |role| NewColleague {
            practice_id: Some(Uuid::from_u128(7)),
            name: "Siri SYNTHETIC".into(),
            email: "siri@solvik.example".into(),
            language: "nb".into(),
            role: Some(role),
            ..NewColleague::default()
        };
        let now = kit::testing::monday();
        assert!(form(Role::GpStaff).check(now).is_ok());
        assert_eq!(told(form(Role::PracticeAdmin).check(now)), ["role not-for-office"]);
        assert_eq!(
            told(NewColleague::default().check(now)),
            ["name required", "email required", "language required", "role required"]
        );
    }
}
