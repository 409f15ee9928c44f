//! What a made-up referral answers to questionnaires, so that Send takes it whatever pictures it has.

use proto::questionnaire::{ALL, Questionnaire};
use serde_json::{Value, json};

/// A day of the past, for questions after one.
const DAY: &str = "2026-02-20";

/// The content with the shortest answers to all that applies, and a reason for every view that may be missing.
///
/// # Panics
/// When it names no specialty or a finding without a kind.
#[must_use]
pub fn answered(mut content: Value) -> Value {
    let specialty = content["specialty"].as_str().map(str::to_owned);
    let specialty = specialty.as_deref();
    let mut answers = Vec::new();
    let mut overrides = Vec::new();
    let mut add = |questionnaire: &Questionnaire, finding: &Value| {
        answers
            .push(json!({ "questionnaire": questionnaire.id, "version": questionnaire.version, "findingId": finding,
            "values": questionnaire.shortest(DAY) }));
        for view in questionnaire.views.iter().filter(|row| !row.advice).filter_map(|row| row.views().next()) {
            overrides.push(json!({ "findingId": finding, "view": view, "reason": "A made-up referral." }));
        }
    };
    ALL.applying(specialty, None, |_| None).for_each(|one| add(one, &Value::Null));
    for finding in content["findings"].as_array().expect("findings") {
        let kind = finding["kind"].as_str().expect("a kind").to_owned();
        ALL.applying(specialty, Some(&kind), |_| None).for_each(|one| add(one, &finding["id"]));
    }
    content["answers"] = json!(answers);
    content["viewOverrides"] = json!(overrides);
    content
}
