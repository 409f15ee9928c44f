//! A case: the department's copy of a referral, as it came with the event that sent it.

use crate::given::{EmergencyCall, QuestionnaireAnswers, ViewOverride};
use kit::log::id_of;
use proto::intake::ReferralSubmitted;
use serde::{Deserialize, Serialize};
use time::Date;
use time::format_description::well_known::Iso8601;
use utoipa::ToSchema;
use uuid::Uuid;

/// Where a case stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, sqlx::Type, ToSchema)]
#[serde(rename_all = "kebab-case")]
#[sqlx(type_name = "text", rename_all = "kebab-case")]
#[schema(as = review::CaseState)]
pub enum State {
    /// On the worklist.
    Waiting,
    /// On the worklist again, with a reply from the practice.
    Returned,
    /// The practice was asked.
    AwaitingInformation,
    /// An answer is signed and held for a few seconds.
    Signed,
    /// The answer is out.
    Answered,
    /// The answer is out, and somebody writes one that replaces it.
    Amending,
    /// The department ended it without an answer.
    Declined,
    /// The practice withdrew it before an answer.
    Withdrawn,
    /// Its key was destroyed: nothing can be read of it.
    Erased,
    /// It was entered for the wrong patient: nobody sees it any more.
    EnteredInError,
}

/// How soon, by rank: the worklist's first order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, sqlx::Type, ToSchema)]
#[serde(rename_all = "kebab-case")]
#[sqlx(type_name = "text", rename_all = "kebab-case")]
#[schema(as = review::Priority)]
pub enum Priority {
    /// First of all.
    SuspectedCancer,
    /// Before routine.
    Urgent,
    /// In turn.
    Routine,
}

impl Priority {
    /// 0 is read first.
    pub fn rank(self) -> i64 {
        self as i64
    }

    /// From an event's word.
    pub fn parse(word: &str) -> Option<Self> {
        match word {
            "suspected-cancer" => Some(Self::SuspectedCancer),
            "urgent" => Some(Self::Urgent),
            "routine" => Some(Self::Routine),
            _ => None,
        }
    }

    /// As it stands in envelopes.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::SuspectedCancer => "suspected-cancer",
            Self::Urgent => "urgent",
            Self::Routine => "routine",
        }
    }
}

/// What a referral says; sealed in the table under the referral's key.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Content {
    /// Of whom.
    pub patient: Patient,
    /// The GP who sends.
    pub referrer_name: String,
    /// Their number in the register of health personnel; empty when it was not known.
    pub referrer_hpr: String,
    /// What the GP asks.
    pub question: String,
    /// History, medication, what was tried.
    pub history: String,
    /// What is to be judged, one answer each.
    pub findings: Vec<Finding>,
    /// What the practice answered to questionnaires.
    pub questionnaire_answers: Vec<QuestionnaireAnswers>,
    /// What was dangerous was phoned in.
    pub emergency_call: Option<EmergencyCall>,
    /// Why views are missing.
    pub view_overrides: Vec<ViewOverride>,
}

/// The patient as the practice wrote it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", default)]
#[schema(as = review::Patient)]
pub struct Patient {
    /// `no-national`, `nhs` or `generic`.
    pub identifier_system: String,
    /// The number.
    pub identifier: String,
    /// Full name.
    pub name: String,
    /// YYYY-MM-DD.
    pub birth_date: String,
    /// Administrative gender.
    pub sex: String,
    /// Telephone; empty when it was not given.
    pub phone: String,
    /// Address; empty when it was not given.
    pub address: String,
}

/// A lesion, rash, ear, wound, burn or scar.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = review::Finding)]
pub struct Finding {
    /// Made by the practice's client.
    pub id: Uuid,
    /// Coded site; null when none was chosen.
    pub body_site: Option<BodySite>,
    /// `left`, `right`, `bilateral`, `unilateral` or `none`.
    pub laterality: String,
    /// What it is.
    pub kind: String,
    /// In words.
    pub description: String,
    /// For how long, in words.
    pub duration: String,
}

/// A coded body site (DICOM CID 4029).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = review::BodySite)]
pub struct BodySite {
    /// The code.
    pub code: String,
    /// Its system.
    pub system: String,
    /// Its words.
    pub display: String,
}

impl TryFrom<ReferralSubmitted> for Content {
    type Error = serde_json::Error;

    fn try_from(event: ReferralSubmitted) -> Result<Self, serde_json::Error> {
        let patient = event.patient.unwrap_or_default();
        let answers = event.answers.into_iter().map(QuestionnaireAnswers::try_from);
        Ok(Self {
            questionnaire_answers: answers.collect::<Result<_, _>>()?,
            emergency_call: event.emergency_call.map(EmergencyCall::from),
            view_overrides: event.view_overrides.into_iter().map(ViewOverride::from).collect(),
            patient: Patient {
                identifier_system: patient.identifier_system,
                identifier: patient.identifier,
                name: patient.name,
                birth_date: patient.birth_date,
                sex: patient.sex,
                phone: patient.phone,
                address: patient.address,
            },
            referrer_name: event.referrer_name,
            referrer_hpr: event.referrer_hpr,
            question: event.question,
            history: event.history,
            findings: event.findings.into_iter().map(Finding::from).collect(),
        })
    }
}

impl From<proto::intake::Finding> for Finding {
    fn from(finding: proto::intake::Finding) -> Self {
        let body_site = (!finding.site_code.is_empty()).then_some(BodySite {
            code: finding.site_code,
            system: finding.site_system,
            display: finding.site_display,
        });
        Self {
            id: id_of(&finding.id).unwrap_or_default(),
            body_site,
            laterality: finding.laterality,
            kind: finding.kind,
            description: finding.description,
            duration: finding.duration,
        }
    }
}

impl Content {
    /// Words of the first coded body site.
    pub fn body_site(&self) -> Option<&str> {
        self.findings.iter().find_map(|finding| finding.body_site.as_ref()).map(|site| site.display.as_str())
    }
}

impl Patient {
    /// Whole years of age on a day; `None` when the birth date is not readable or lies ahead.
    pub fn age_years(&self, on: Date) -> Option<i32> {
        let born = Date::parse(&self.birth_date, &Iso8601::DATE).ok()?;
        let had_birthday = (on.month() as u8, on.day()) >= (born.month() as u8, born.day());
        let years = on.year() - born.year() - i32::from(!had_birthday);
        (years >= 0).then_some(years)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::date;

    fn born(on: &str) -> Patient {
        Patient { birth_date: on.into(), ..Patient::default() }
    }

    #[test]
    fn age_counts_birthdays() {
        assert_eq!(born("1958-03-02").age_years(date!(2026 - 03 - 01)), Some(67));
        assert_eq!(born("1958-03-02").age_years(date!(2026 - 03 - 02)), Some(68));
        assert_eq!(born("2024-02-29").age_years(date!(2026 - 02 - 28)), Some(1));
        assert_eq!(born("2024-02-29").age_years(date!(2026 - 03 - 01)), Some(2));
        assert_eq!(born("2027-01-01").age_years(date!(2026 - 03 - 01)), None);
        assert_eq!(born("some day").age_years(date!(2026 - 03 - 01)), None);
    }

    #[test]
    fn priorities_rank_as_read() {
        assert_eq!([0, 1, 2], [Priority::SuspectedCancer, Priority::Urgent, Priority::Routine].map(Priority::rank));
        for one in [Priority::SuspectedCancer, Priority::Urgent, Priority::Routine] {
            assert_eq!(Priority::parse(one.as_str()), Some(one));
        }
        assert_eq!(Priority::parse("soon"), None);
    }

    #[test]
    fn the_first_coded_site_stands_for_the_case() {
        let mut event = ReferralSubmitted::default();
        event.findings.push(proto::intake::Finding { kind: "rash".into(), ..Default::default() });
        event.findings.push(proto::intake::Finding {
            site_code: "14975008".into(),
            site_display: "Forearm".into(),
            ..Default::default()
        });
        let content = Content::try_from(event).expect("readable answers");
        assert_eq!(content.findings[0].body_site, None);
        assert_eq!(content.body_site(), Some("Forearm"));
    }
}
