//! A description as it stands in its file.

use super::condition::Condition;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A text in both languages.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = questionnaire::Text)]
pub struct Text {
    /// English.
    pub en: String,
    /// Bokmål.
    pub nb: String,
}

/// Answered once for the referral, or for each finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
#[schema(as = questionnaire::Level)]
pub enum Level {
    /// Once.
    Referral,
    /// For each finding of its kinds.
    Finding,
}

/// What kind of value an item takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
#[schema(as = questionnaire::ItemType)]
pub enum ItemType {
    /// A string.
    Text,
    /// The code of one option.
    Choice,
    /// Codes of one or more options.
    Choices,
    /// Yes or no.
    Boolean,
    /// A number with the item's unit.
    Quantity,
    /// A whole number.
    Integer,
    /// `YYYY-MM-DD`.
    Date,
}

/// A value: a string (text, code or date), codes, yes or no, a number.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(untagged)]
#[schema(as = questionnaire::Value)]
pub enum Value {
    /// Yes or no.
    Boolean(bool),
    /// A quantity or a whole number.
    #[schema(value_type = f64)]
    Number(serde_json::Number),
    /// Text, a code, or a day.
    Text(String),
    /// Codes.
    Codes(Vec<String>),
}

/// One option of a choice.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = questionnaire::AnswerOption)]
pub struct AnswerOption {
    /// Its code, which is what an answer holds.
    pub code: String,
    /// SCT, DCM, NCIt or a URI; empty for a word of our own.
    pub system: String,
    /// What people read.
    pub display: Text,
}

/// One thing that is asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = questionnaire::Item)]
pub struct Item {
    /// Its name in answers, unique in its questionnaire.
    pub link_id: String,
    /// What it takes.
    #[serde(rename = "type")]
    pub kind: ItemType,
    /// What is asked.
    pub text: Text,
    /// More about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub help: Option<Text>,
    /// Send wants it, when it is enabled.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub required: bool,
    /// The one value that Send takes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub must_be: Option<bool>,
    /// Unit of a number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
    /// Smallest number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min: Option<i64>,
    /// Largest number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max: Option<i64>,
    /// Longest text, in characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_length: Option<usize>,
    /// Options of a choice.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub answer_option: Vec<AnswerOption>,
    /// The code that excludes all others.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exclusive: Option<String>,
    /// Texts for one tap.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub quick: Vec<Text>,
    /// It is asked only when this holds; else it needs and keeps no answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub enable_when: Option<Condition>,
    /// It may stand beside its neighbour.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub compact: bool,
}

/// A sentence that is shown when something holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = questionnaire::Flag)]
pub struct Flag {
    /// Its name.
    pub code: String,
    /// When.
    pub when: Condition,
    /// What is said.
    pub text: Text,
}

/// Pictures that belong to a finding, or to the referral.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = questionnaire::RequiredView)]
pub struct RequiredView {
    /// Which view.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub view: Option<String>,
    /// Any of these views.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub any_of: Vec<String>,
    /// How many pictures at least.
    pub min: u32,
    /// Only when this holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<Condition>,
    /// Shown, never asked for at Send.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub advice: bool,
    /// What is to be photographed.
    pub text: Text,
}

impl RequiredView {
    /// The views of which pictures count.
    pub fn views(&self) -> impl Iterator<Item = &str> {
        self.view.iter().chain(&self.any_of).map(String::as_str)
    }
}

/// A questionnaire of one version.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Questionnaire {
    /// Its name, the same in all versions.
    pub id: String,
    /// From 1.
    #[schema(minimum = 1)]
    pub version: u32,
    /// Once or for each finding.
    pub level: Level,
    /// Of which specialties; empty: all.
    pub specialties: Vec<String>,
    /// For findings of which kinds; empty: all.
    pub kinds: Vec<String>,
    /// What it is called.
    pub title: Text,
    /// What is asked, in the order of the form.
    pub item: Vec<Item>,
    /// What must be phoned in before anything is sent.
    pub red_flags: Vec<Flag>,
    /// What is said and hinders nothing.
    pub warnings: Vec<Flag>,
    /// Which pictures belong to it.
    pub views: Vec<RequiredView>,
}

impl Questionnaire {
    /// Whether a referral to `specialty` answers it once (`kind` none), or for a finding of `kind`.
    pub fn applies(&self, specialty: Option<&str>, kind: Option<&str>) -> bool {
        let any = |words: &[String], word: Option<&str>| {
            words.is_empty() || word.is_some_and(|word| words.iter().any(|one| one == word))
        };
        let level = if kind.is_some() { Level::Finding } else { Level::Referral };
        self.level == level && any(&self.specialties, specialty) && any(&self.kinds, kind)
    }

    /// The item of a name.
    pub fn find(&self, link_id: &str) -> Option<&Item> {
        self.item.iter().find(|item| item.link_id == link_id)
    }
}
