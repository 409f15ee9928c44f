//! What the practice answered to questionnaires, that it phoned first, and why pictures are missing: the department's copy,
//! labelled by the questionnaire's version under which it was given.

use kit::At;
use kit::log::id_of;
use proto::questionnaire::Value;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::ToSchema;
use uuid::Uuid;

/// Answers to one questionnaire.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = review::QuestionnaireAnswers)]
pub struct QuestionnaireAnswers {
    /// Which one.
    pub questionnaire: String,
    /// In which version it was answered.
    pub version: u32,
    /// About which finding; none: about the referral.
    pub finding_id: Option<Uuid>,
    /// Values by `linkId`.
    pub values: BTreeMap<String, Value>,
}

/// The department, or the emergency number, was phoned before it was sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = review::EmergencyCall)]
pub struct EmergencyCall {
    /// With whom.
    pub spoke_with: String,
    /// When.
    pub at: At,
}

/// Why a view is missing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = review::ViewOverride)]
pub struct ViewOverride {
    /// Of which finding; none: of the referral.
    pub finding_id: Option<Uuid>,
    /// Which view.
    pub view: String,
    /// Why.
    pub reason: String,
}

impl TryFrom<proto::intake::Answers> for QuestionnaireAnswers {
    type Error = serde_json::Error;

    fn try_from(given: proto::intake::Answers) -> Result<Self, serde_json::Error> {
        Ok(Self {
            values: serde_json::from_str(&given.values)?,
            questionnaire: given.questionnaire,
            version: given.version,
            finding_id: id_of(&given.finding),
        })
    }
}

impl From<proto::intake::EmergencyCall> for EmergencyCall {
    fn from(call: proto::intake::EmergencyCall) -> Self {
        Self { spoke_with: call.spoke_with, at: At::from_micros(call.at_us) }
    }
}

impl From<proto::intake::ViewOverride> for ViewOverride {
    fn from(given: proto::intake::ViewOverride) -> Self {
        Self { finding_id: id_of(&given.finding), view: given.view, reason: given.reason }
    }
}
