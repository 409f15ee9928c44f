use super::*;
use crate::sample::{FINDING, applying, complete, here};
use crate::vocabulary::{FindingKind, Specialty};
use proto::questionnaire::ALL;
use serde_json::json;

fn one(questionnaire: &str, version: u32, finding_id: Option<Uuid>, values: serde_json::Value) -> QuestionnaireAnswers {
    let values = serde_json::from_value(values).unwrap();
    QuestionnaireAnswers { questionnaire: questionnaire.into(), version, finding_id, values }
}

fn refused(all: &[QuestionnaireAnswers]) -> Vec<String> {
    let errors = excesses(all, &ALL);
    assert!(errors.iter().all(|error| error.message.ends_with('.')), "{errors:?}");
    errors.into_iter().map(|error| format!("{} {}", error.field, error.code)).collect()
}

#[test]
fn a_draft_holds_nothing_that_is_not_asked() {
    let good = one("referral", 1, None, json!({"medication": "", "consent": false}));
    assert!(refused(std::slice::from_ref(&good)).is_empty(), "a draft may be half written");
    assert_eq!(refused(&[good.clone(), good.clone()]), ["answers[1] duplicate"]);
    assert_eq!(refused(&[one("referral", 99, None, json!({}))]), ["answers[0].questionnaire unknown-questionnaire"]);
    assert_eq!(refused(&[one("ent", 1, Some(FINDING), json!({}))]), ["answers[0].findingId wrong-level"]);
    assert_eq!(refused(&[one("ent-ear", 1, None, json!({}))]), ["answers[0].findingId wrong-level"]);
    let odd =
        json!({"allergies": "x".repeat(2_001), "consent": "yes", "secret name": 1, "treatment-tried": "a\u{202e}b"});
    let expected = [
        "answers[0].values.allergies too-long",
        "answers[0].values.consent malformed",
        "answers[0].values.? unknown-item",
        "answers[0].values.treatment-tried not-plain",
    ];
    assert_eq!(refused(&[one("referral", 1, None, odd)]), expected);
    let many: Vec<_> = (0..81).map(|n| one("ent-ear", 1, Some(Uuid::from_u128(n)), json!({}))).collect();
    assert_eq!(refused(&many), ["answers too-many"]);
}

#[test]
fn values_are_text_codes_numbers_or_yes_and_no() {
    for value in [json!({"a": {"deep": 1}}), json!({"a": [1]}), json!({"a": null})] {
        let whole = json!({"questionnaire": "referral", "version": 1, "values": value});
        assert!(serde_json::from_value::<QuestionnaireAnswers>(whole.clone()).is_err(), "{whole}");
    }
}

/// Changed to another kind and back: what was answered is still there, and goes only where it is asked.
#[test]
fn what_does_not_apply_stays_in_the_draft_and_is_not_sent() {
    let mut content = complete(Specialty::Dermatology, FindingKind::Lesion);
    let before = content.clone();
    content.findings[0].kind = Some(FindingKind::Rash);
    let sent = |content: &DraftContent| -> Vec<String> {
        let asked = asked(content, &ALL, here().today);
        kept(&asked).into_iter().map(|one| one.questionnaire).collect()
    };
    assert_eq!(sent(&content), ["referral", "dermatology"]);
    content.findings[0].kind = Some(FindingKind::Lesion);
    assert_eq!(content, before);
    assert_eq!(sent(&content), ["referral", "dermatology", "dermatology-lesion"]);
}

#[test]
fn what_is_not_asked_any_more_is_not_sent() {
    let mut content = complete(Specialty::Dermatology, FindingKind::Lesion);
    let values = json!({"interpreter": false, "language": "other", "language-name": "Kven", "medication": "None"});
    content.answers[0].values = serde_json::from_value(values).unwrap();
    let kept = kept(&asked(&content, &ALL, here().today));
    assert_eq!(kept[0].values.keys().map(String::as_str).collect::<Vec<_>>(), ["interpreter", "medication"]);
}

#[test]
fn fields_are_named_by_level() {
    let content = complete(Specialty::Ent, FindingKind::Ear);
    let fields: Vec<String> = asked(&content, &ALL, here().today).iter().map(|one| one.field("x")).collect();
    assert_eq!(fields, ["answers.referral.x", "answers.ent.x", "findings[0].answers.x"]);
    assert_eq!(applying(Specialty::Ent, FindingKind::Ear).count(), 3);
}
