//! Red flags and the call that they demand: what is dangerous is phoned in, and Send opens when it says whom and when.

use crate::answers::Asked;
use crate::text::blank;
use kit::At;
use proto::questionnaire::{Flag, Text};
use serde::{Deserialize, Serialize};
use time::Duration;
use utoipa::ToSchema;
use uuid::Uuid;

/// Clocks of offices differ from ours by so much.
const SKEW: Duration = Duration::minutes(5);

/// A call for a referral may be older than its draft by so much: phoned in the evening, written the next day.
const BEFORE: Duration = Duration::hours(24);

/// The department, or the emergency number, was phoned.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct EmergencyCall {
    /// With whom.
    #[schema(max_length = 300)]
    pub spoke_with: String,
    /// When.
    pub at: Option<At>,
}

/// What is wrong with a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CallFlaw {
    /// It is not said with whom.
    WithWhom,
    /// It is not said when.
    When,
    /// It is still to come.
    InTheFuture,
    /// It was long before the referral was begun, so it can't have been about it.
    LongBefore,
}

impl EmergencyCall {
    /// Nothing was written at all.
    pub fn is_empty(&self) -> bool {
        blank(&self.spoke_with) && self.at.is_none()
    }

    /// What is wrong with it, for a referral that was begun at an instant.
    pub fn flaws(&self, now: At, begun: At) -> Vec<CallFlaw> {
        let with_whom = blank(&self.spoke_with).then_some(CallFlaw::WithWhom);
        let when = match self.at {
            None => Some(CallFlaw::When),
            Some(at) if at > now + SKEW => Some(CallFlaw::InTheFuture),
            Some(at) => (at < begun - BEFORE).then_some(CallFlaw::LongBefore),
        };
        with_whom.into_iter().chain(when).collect()
    }
}

/// A sentence about the referral or a finding.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Remark {
    /// Its name.
    pub code: String,
    /// The sentence.
    pub text: Text,
    /// About which finding; none: about the referral.
    pub finding_id: Option<Uuid>,
}

/// What must be phoned in, once per sentence and finding.
pub fn red_flags(asked: &[Asked<'_>]) -> Vec<Remark> {
    remarks(asked.iter().flat_map(|one| one.answers.red_flags(&one.facts).map(|flag| (flag, one.finding_id()))))
}

/// What is to be said and hinders nothing, once per sentence and finding.
pub fn warnings(asked: &[Asked<'_>]) -> Vec<Remark> {
    remarks(asked.iter().flat_map(|one| one.answers.warnings(&one.facts).map(|flag| (flag, one.finding_id()))))
}

fn remarks<'a>(flags: impl Iterator<Item = (&'a Flag, Option<Uuid>)>) -> Vec<Remark> {
    let mut all: Vec<Remark> = Vec::new();
    for (flag, finding_id) in flags {
        if !all.iter().any(|known| known.code == flag.code && known.finding_id == finding_id) {
            all.push(Remark { code: flag.code.clone(), text: flag.text.clone(), finding_id });
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::datetime;

    #[test]
    fn a_call_says_whom_and_when() {
        let now: At = datetime!(2026-03-02 08:00 UTC).into();
        let call = |spoke_with: &str, at: Option<At>| EmergencyCall { spoke_with: spoke_with.into(), at };
        assert!(call(" ", None).is_empty() && EmergencyCall::default().is_empty());
        assert_eq!(call("", None).flaws(now, now), [CallFlaw::WithWhom, CallFlaw::When]);
        assert_eq!(call("Dr. Lund", Some(now + Duration::minutes(6))).flaws(now, now), [CallFlaw::InTheFuture]);
        assert!(call("Dr. Lund", Some(now + Duration::minutes(4))).flaws(now, now).is_empty());
        assert_eq!(call("Dr. Lund", Some(now - Duration::hours(25))).flaws(now, now), [CallFlaw::LongBefore]);
        assert!(call("Dr. Lund", Some(now - Duration::hours(25))).flaws(now, now - Duration::hours(2)).is_empty());
        assert!(!call("Dr. Lund", None).is_empty());
    }
}
