//! What the office answered to questionnaires, in words: by the description in the version in which it was answered.

use super::words::Language;
use proto::questionnaire::{ALL, Item, Questionnaire, Text, Value};
use std::collections::BTreeMap;
use uuid::Uuid;

/// Answers to one questionnaire.
#[derive(Clone, Debug, Default)]
pub struct Given {
    /// Its id, such as `dermatology-lesion`.
    pub questionnaire: String,
    /// In which version it was answered.
    pub version: u32,
    /// About which finding; none: about the referral.
    pub finding: Option<Uuid>,
    /// Values by `linkId`.
    pub values: BTreeMap<String, Value>,
}

/// What one answer says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    /// The question.
    pub label: String,
    /// The answer.
    pub value: String,
}

impl Given {
    /// In the order of the questionnaire; an answer that its description does not know stands under its own name.
    pub fn said(&self, language: Language) -> Vec<Said> {
        let Some(known) = ALL.version(&self.questionnaire, self.version) else {
            let unknown = |(name, value)| Said { label: String::clone(name), value: plain(value) };
            return self.values.iter().map(unknown).collect();
        };
        let asked = |item: &Item| {
            let value = self.values.get(&item.link_id)?;
            Some(Said { label: within(&item.text, language).to_owned(), value: worded(item, value, language) })
        };
        let strange = self.values.iter().filter(|(name, _)| !knows(known, name));
        let strange = strange.map(|(name, value)| Said { label: name.clone(), value: plain(value) });
        known.item.iter().filter_map(asked).chain(strange).filter(|said| !said.value.is_empty()).collect()
    }
}

fn knows(questionnaire: &Questionnaire, link_id: &str) -> bool {
    questionnaire.item.iter().any(|item| item.link_id == link_id)
}

fn within(text: &Text, language: Language) -> &str {
    match language {
        Language::En => &text.en,
        Language::Nb => &text.nb,
    }
}

/// The answer in words: options by their display, a quantity with its unit, a day as days are written.
fn worded(item: &Item, value: &Value, language: Language) -> String {
    let option = |code: &str| {
        let known = item.answer_option.iter().find(|option| option.code == code);
        known.map_or_else(|| code.to_owned(), |option| within(&option.display, language).to_owned())
    };
    match value {
        Value::Boolean(yes) => language.coded("yes", if *yes { "yes" } else { "no" }),
        Value::Number(number) => match &item.unit {
            Some(unit) => format!("{number} {unit}"),
            None => number.to_string(),
        },
        Value::Codes(codes) => codes.iter().map(|code| option(code)).collect::<Vec<_>>().join(", "),
        Value::Text(text) if item.answer_option.is_empty() => language.written_day(text),
        Value::Text(code) => option(code),
    }
}

fn plain(value: &Value) -> String {
    match value {
        Value::Boolean(yes) => yes.to_string(),
        Value::Number(number) => number.to_string(),
        Value::Text(text) => text.clone(),
        Value::Codes(codes) => codes.join(", "),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every published question is said in words of both languages, and never by its code.
    #[test]
    fn every_question_is_said_in_words() {
        let mut said = 0;
        for questionnaire in ALL.all() {
            let values = questionnaire.shortest("2026-03-02");
            let given = Given {
                questionnaire: questionnaire.id.clone(),
                version: questionnaire.version,
                finding: None,
                values: values.clone(),
            };
            for language in Language::ALL {
                let lines = given.said(language);
                assert_eq!(lines.len(), values.len(), "{} {language:?}", questionnaire.id);
                for (item, line) in
                    questionnaire.item.iter().filter(|item| values.contains_key(&item.link_id)).zip(&lines)
                {
                    assert_eq!(line.label, within(&item.text, language), "{}", questionnaire.id);
                    for option in &item.answer_option {
                        let shown = within(&option.display, language);
                        assert!(line.value != option.code || option.code == shown, "{}: {}", item.link_id, line.value);
                    }
                    said += 1;
                }
            }
        }
        assert!(said > 40, "{said}");
    }

    #[test]
    fn what_no_description_knows_is_still_said() {
        let values = [("ältere-frage".to_owned(), Value::Codes(vec!["a".into(), "b".into()]))];
        let given = Given { questionnaire: "of-another-day".into(), version: 9, finding: None, values: values.into() };
        assert_eq!(given.said(Language::En), [Said { label: "ältere-frage".into(), value: "a, b".into() }]);
        let known = Given { questionnaire: "referral".into(), version: 1, ..given };
        assert_eq!(known.said(Language::Nb), [Said { label: "ältere-frage".into(), value: "a, b".into() }]);
    }
}
