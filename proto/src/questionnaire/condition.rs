//! When something holds: by an answer, or by a fact that stands elsewhere in the referral.

use super::answer::Answers;
use super::shape::Value;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What the referral says outside of answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
#[schema(as = questionnaire::Fact)]
pub enum Fact {
    /// The patient's age in full years.
    AgeYears,
    /// How many findings there are.
    Findings,
    /// How soon an answer is needed.
    Priority,
    /// Code of the finding's body site.
    BodySite,
    /// On which side the finding is.
    Laterality,
}

/// Holds when what is named (`linkId` or `fact`) equals `answer` or one of `oneOf`, or contains it, or lies beyond a bound.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = questionnaire::Condition)]
pub struct Condition {
    /// An item of the same questionnaire.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link_id: Option<String>,
    /// Or a fact; never in `enableWhen`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fact: Option<Fact>,
    /// Equal to this, or containing it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answer: Option<Value>,
    /// Equal to one of these, or containing one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub one_of: Vec<String>,
    /// A number greater than this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub above: Option<i64>,
    /// A number less than this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub below: Option<i64>,
}

/// What the referral says of one finding, or of itself.
#[derive(Clone, Debug, Default)]
pub struct Facts {
    /// The patient's age in full years.
    pub age_years: Option<i32>,
    /// How many findings there are.
    pub findings: usize,
    /// How soon an answer is needed.
    pub priority: Option<String>,
    /// Code of the finding's body site.
    pub body_site: Option<String>,
    /// On which side the finding is.
    pub laterality: Option<String>,
}

impl Facts {
    fn value(&self, fact: Fact) -> Option<Value> {
        match fact {
            Fact::AgeYears => self.age_years.map(|age| Value::Number(age.into())),
            Fact::Findings => Some(Value::Number(self.findings.into())),
            Fact::Priority => self.priority.clone().map(Value::Text),
            Fact::BodySite => self.body_site.clone().map(Value::Text),
            Fact::Laterality => self.laterality.clone().map(Value::Text),
        }
    }
}

impl Condition {
    /// Whether it holds for enabled answers and facts.
    pub fn holds(&self, answers: &Answers<'_>, facts: &Facts) -> bool {
        let by_fact = self.fact.and_then(|fact| facts.value(fact));
        let by_answer = self.link_id.as_deref().and_then(|link_id| answers.enabled(link_id));
        by_answer.or(by_fact.as_ref()).is_some_and(|value| self.fits(value))
    }

    /// Whether a value is what it wants.
    pub(super) fn fits(&self, value: &Value) -> bool {
        let equal = self.answer.as_ref().is_some_and(|wanted| match (wanted, value) {
            (Value::Text(code), Value::Codes(codes)) => codes.contains(code),
            (wanted, value) => wanted == value,
        });
        let one_of = match value {
            Value::Text(code) => self.one_of.contains(code),
            Value::Codes(codes) => codes.iter().any(|code| self.one_of.contains(code)),
            Value::Boolean(_) | Value::Number(_) => false,
        };
        let number = match value {
            Value::Number(number) => number.as_f64(),
            _ => None,
        };
        let beyond = number.is_some_and(|number| {
            self.above.is_some_and(|bound| number > bound as f64)
                || self.below.is_some_and(|bound| number < bound as f64)
        });
        equal || one_of || beyond
    }
}
