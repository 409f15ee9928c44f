//! A grant: a role that a person holds in a practice, in a department or in the whole programme, from and until.

use crate::faults::Faults;
use crate::{Error, day};
use kit::{At, Role};
use serde::{Deserialize, Serialize};
use time::format_description::well_known::Rfc3339;
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

/// A grant to be given.
#[derive(Clone, Debug, Default, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NewGrant {
    /// Made by the client, so that a repeated request gives once; made here when absent.
    #[serde(default)]
    pub id: Option<Uuid>,
    /// As what.
    #[serde(default)]
    #[schema(required = true)]
    pub role: Option<Role>,
    /// For `gp-clinician` and `gp-staff` alone.
    #[serde(default)]
    pub practice_id: Option<Uuid>,
    /// For `specialist` and `coordinator` alone.
    #[serde(default)]
    pub department_id: Option<Uuid>,
    /// `YYYY-MM-DD` or an instant; now when absent.
    #[serde(default)]
    pub from: Option<String>,
    /// The last day, `YYYY-MM-DD`, or an instant; without end when absent. It is to come.
    #[serde(default)]
    pub until: Option<String>,
    /// For a locum: the clinician of the practice to whom what is open falls on the last day.
    #[serde(default)]
    pub covers_for: Option<Uuid>,
}

/// A grant that may be given.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Grant {
    pub role: Role,
    pub practice: Option<Uuid>,
    pub department: Option<Uuid>,
    pub starts_at: At,
    pub ends_at: Option<At>,
    pub covers_for: Option<Uuid>,
}

impl NewGrant {
    /// The grant.
    ///
    /// # Errors
    /// `Invalid` with every field that is missing or wrong.
    pub fn check(&self, now: At) -> Result<Grant, Error> {
        let mut faults = Faults::default();
        let role = faults.choice("role", self.role, "Choose the role.");
        let starts_at =
            self.from.as_deref().map_or(Some(now), |text| instant(&mut faults, "from", text, Duration::ZERO));
        let ends_at = self.until.as_deref().map(|text| instant(&mut faults, "until", text, Duration::DAY));
        match ends_at.flatten() {
            Some(ends_at) if starts_at.is_some_and(|starts_at| ends_at <= starts_at) => faults.add(
                "until",
                "before-start",
                "The right would end before it begins. Write a last day on or after the first.",
            ),
            Some(ends_at) if ends_at <= now => faults.add(
                "until",
                "in-past",
                "The right would be over already. Write a last day that is to come, or don't give it.",
            ),
            _ => {}
        }
        if let Some(role) = role {
            fits(&mut faults, role, self.practice_id, self.department_id);
            locum(&mut faults, role, self);
        }
        let grant = role.zip(starts_at).map(|(role, starts_at)| Grant {
            role,
            practice: self.practice_id,
            department: self.department_id,
            starts_at,
            ends_at: ends_at.flatten(),
            covers_for: self.covers_for,
        });
        faults.finish(grant)?.ok_or(Error::NotFound)
    }
}

/// A locum is a clinician with a last day.
fn locum(faults: &mut Faults, role: Role, new: &NewGrant) {
    if new.covers_for.is_none() {
        return;
    }
    if role != Role::GpClinician {
        faults.add("coversFor", "not-for-role", "Leave this out: only a doctor stands in for another one.");
    }
    if new.until.is_none() {
        faults.add(
            "until",
            "required",
            "Write the locum's last day: what is open then falls to whom they stand in for.",
        );
    }
}

/// The place that a role needs, and no other.
pub fn fits(faults: &mut Faults, role: Role, practice: Option<Uuid>, department: Option<Uuid>) {
    if role.of_practice() && practice.is_none() {
        faults.add("practiceId", "required", "Choose the practice: a GP's or GP staff's role is held in a practice.");
    }
    if !role.of_practice() && practice.is_some() {
        faults.add("practiceId", "not-for-role", "Leave the practice out: this role is not held in a practice.");
    }
    if role.of_department() && department.is_none() {
        faults.add(
            "departmentId",
            "required",
            "Choose the department: a specialist's or coordinator's role is held in a department.",
        );
    }
    if !role.of_department() && department.is_some() {
        faults.add("departmentId", "not-for-role", "Leave the department out: this role is not held in a department.");
    }
}

/// An instant as given, or midnight UTC of a day moved by `day_adds`.
fn instant(faults: &mut Faults, field: &str, text: &str, day_adds: Duration) -> Option<At> {
    let text = text.trim();
    let found = day::parse(text)
        .map(|day| At::midnight(day) + day_adds)
        .or_else(|| OffsetDateTime::parse(text, &Rfc3339).ok().map(At::from));
    if found.is_none() {
        faults.add(field, "not-a-date", "This is not a date. Write it as YYYY-MM-DD, for example 2026-03-02.");
    }
    found
}

/// When a grant shall end.
#[derive(Clone, Debug, Default, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GrantEnd {
    /// First day without the right, `YYYY-MM-DD`, or an instant; now when absent. What has been can't be unmade: an
    /// earlier day ends it now.
    #[serde(default)]
    pub on: Option<String>,
    /// Although referrals are open for the person, which fall to the practice's deputy, or nobody else can answer in the department.
    #[serde(default)]
    pub force: bool,
    /// Why it is forced, up to 1000 characters.
    #[serde(default)]
    #[schema(max_length = 1000)]
    pub reason: String,
}

impl GrantEnd {
    /// The instant.
    ///
    /// # Errors
    /// `Invalid` when it is not a date.
    pub fn check(&self, now: At) -> Result<At, Error> {
        let mut faults = Faults::default();
        let on = self.on.as_deref().and_then(|text| instant(&mut faults, "on", text, Duration::ZERO));
        if self.force {
            faults.line("reason", &self.reason, "why the role ends at once", 1000);
        }
        faults.finish(on.unwrap_or(now).max(now))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::faults::tests::told;

    const PLACE: Uuid = Uuid::from_u128(0x1234_5678_0000_4000_8000_0000_0000_0001);

    fn monday() -> At {
        kit::testing::monday()
    }

    #[test]
    fn every_role_has_its_place_and_no_other() {
        for role in Role::ALL {
            for (practice_id, department_id) in
                [(None, None), (Some(PLACE), None), (None, Some(PLACE)), (Some(PLACE), Some(PLACE))]
            {
                let form = NewGrant { role: Some(role), practice_id, department_id, ..NewGrant::default() };
                let right =
                    practice_id.is_some() == role.of_practice() && department_id.is_some() == role.of_department();
                assert_eq!(form.check(monday()).is_ok(), right, "{role:?} {practice_id:?} {department_id:?}");
            }
        }
        assert_eq!(told(NewGrant::default().check(monday())), ["role required"]);
    }

    #[test]
    fn the_last_day_is_included() {
        let form = |from: &str, until: &str| NewGrant {
            role: Some(Role::Administrator),
            from: Some(from.into()),
            until: Some(until.into()),
            ..NewGrant::default()
        };
        let grant = form("2026-03-02", "2026-03-02").check(monday()).expect("one day");
        assert_eq!(grant.ends_at.map(|end| end - grant.starts_at), Some(Duration::DAY));
        assert_eq!(told(form("2026-03-02", "2026-03-01").check(monday())), ["until before-start"]);
        assert!(form("2026-02-02", "2026-03-02").check(monday()).is_ok(), "today is its last day");
        assert_eq!(told(form("2026-02-02", "2026-03-01").check(monday())), ["until in-past"]);
        assert_eq!(told(form("soon", "2026-13-01").check(monday())), ["from not-a-date", "until not-a-date"]);
    }

    #[test]
    fn a_locum_is_a_clinician_with_a_last_day() {
        let form = NewGrant {
            role: Some(Role::GpClinician),
            practice_id: Some(PLACE),
            until: Some("2026-03-20".into()),
            covers_for: Some(PLACE),
            ..NewGrant::default()
        };
        assert_eq!(form.check(monday()).expect("a locum").covers_for, Some(PLACE));
        let told_of = |form: NewGrant| told(form.check(monday()));
        assert_eq!(told_of(NewGrant { until: None, ..form.clone() }), ["until required"]);
        assert_eq!(told_of(NewGrant { role: Some(Role::GpStaff), ..form }), ["coversFor not-for-role"]);
    }

    #[test]
    fn an_end_is_never_in_the_past() {
        let end = |on: Option<&str>| GrantEnd { on: on.map(Into::into), ..GrantEnd::default() }.check(monday());
        assert_eq!(end(None).ok(), Some(monday()));
        assert_eq!(end(Some("2026-03-01")).ok(), Some(monday()));
        assert_eq!(end(Some("2026-03-05")).ok().map(|at| at.to_string()).as_deref(), Some("2026-03-05T00:00:00Z"));
        assert_eq!(told(end(Some("5 March"))), ["on not-a-date"]);
        assert_eq!(told(GrantEnd { force: true, ..GrantEnd::default() }.check(monday())), ["reason required"]);
    }
}
