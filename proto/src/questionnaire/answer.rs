//! Answers under a description: their shape, what is still missing, what is kept.

use super::condition::Facts;
use super::shape::{Flag, Item, ItemType, Questionnaire, RequiredView, Value};
use std::collections::BTreeMap;

/// Longest text when the item says nothing else.
const TEXT: usize = 2_000;
/// Longest code and day.
const WORD: usize = 64;

/// Values under a description.
#[derive(Clone, Copy, Debug)]
pub struct Answers<'a> {
    /// The description.
    pub questionnaire: &'a Questionnaire,
    /// Values by `linkId`.
    pub values: &'a BTreeMap<String, Value>,
}

/// What is wrong with one value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flaw {
    /// There is no such item.
    Unknown,
    /// A value of another type, or a code that is none of the options.
    Shape,
    /// A text beyond so many characters.
    TooLong(usize),
    /// Nothing is answered.
    Required,
    /// Not what it must be.
    MustBe(bool),
    /// A number outside of the item's bounds.
    OutOfRange,
    /// The excluding option together with another one.
    Exclusive,
    /// Not a day of the calendar.
    NotADate,
}

/// A flaw with its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault<'a> {
    /// Which item.
    pub link_id: &'a str,
    /// Its description; none when there is no such item.
    pub item: Option<&'a Item>,
    /// What is wrong.
    pub flaw: Flaw,
}

impl<'a> Answers<'a> {
    /// What even a draft may not hold, in the order of the values.
    pub fn misshapen(self) -> Vec<Fault<'a>> {
        let mut faults = Vec::new();
        for (link_id, value) in self.values {
            let item = self.questionnaire.find(link_id);
            let flaw = item.map_or(Some(Flaw::Unknown), |item| shape(item, value));
            faults.extend(flaw.map(|flaw| Fault { link_id, item, flaw }));
        }
        faults
    }

    /// What Send wants, in the order of the form. `blank` says whether a text says nothing, `is_day` whether it is a day.
    pub fn missing(self, blank: impl Fn(&str) -> bool, is_day: impl Fn(&str) -> bool) -> Vec<Fault<'a>> {
        let enabled = self.questionnaire.item.iter().filter(|item| self.is_enabled(item));
        let flaw = |item: &Item| match self.values.get(&item.link_id).filter(|value| !nothing(value, &blank)) {
            None => item.required.then_some(Flaw::Required),
            Some(value) => incomplete(item, value, &is_day),
        };
        enabled.filter_map(|item| Some(Fault { link_id: &item.link_id, item: Some(item), flaw: flaw(item)? })).collect()
    }

    /// Whether an item is asked.
    pub fn is_enabled(self, item: &Item) -> bool {
        let Some(condition) = &item.enable_when else {
            return true;
        };
        let on = condition.link_id.as_deref().and_then(|link_id| self.enabled(link_id));
        on.is_some_and(|value| condition.fits(value))
    }

    /// The value of an item that is asked. Chains of conditions end, because a condition names an earlier item.
    pub fn enabled(self, link_id: &str) -> Option<&'a Value> {
        let item = self.questionnaire.find(link_id)?;
        self.values.get(link_id).filter(|_| self.is_enabled(item))
    }

    /// What is kept when it is sent: answers of items that are asked, and that say something.
    pub fn kept(self, blank: impl Fn(&str) -> bool) -> BTreeMap<String, Value> {
        let kept = |link_id: &str| self.enabled(link_id).filter(|value| !nothing(value, &blank));
        let items = self.questionnaire.item.iter();
        items.filter_map(|item| Some((item.link_id.clone(), kept(&item.link_id)?.clone()))).collect()
    }

    /// What must be phoned in.
    pub fn red_flags(self, facts: &'a Facts) -> impl Iterator<Item = &'a Flag> {
        self.questionnaire.red_flags.iter().filter(move |flag| flag.when.holds(&self, facts))
    }

    /// What is to be said.
    pub fn warnings(self, facts: &'a Facts) -> impl Iterator<Item = &'a Flag> {
        self.questionnaire.warnings.iter().filter(move |flag| flag.when.holds(&self, facts))
    }

    /// Which pictures belong to it.
    pub fn views(self, facts: &'a Facts) -> impl Iterator<Item = &'a RequiredView> {
        let holds = move |row: &&RequiredView| row.when.as_ref().is_none_or(|when| when.holds(&self, facts));
        self.questionnaire.views.iter().filter(holds)
    }
}

fn nothing(value: &Value, blank: &impl Fn(&str) -> bool) -> bool {
    match value {
        Value::Text(text) => blank(text),
        Value::Codes(codes) => codes.is_empty(),
        Value::Boolean(_) | Value::Number(_) => false,
    }
}

fn shape(item: &Item, value: &Value) -> Option<Flaw> {
    let known = |code: &String| item.answer_option.iter().any(|option| option.code == *code);
    let fits = match (item.kind, value) {
        (ItemType::Text, Value::Text(text)) => {
            let most = item.max_length.unwrap_or(TEXT);
            return (text.chars().count() > most).then_some(Flaw::TooLong(most));
        }
        (ItemType::Date, Value::Text(text)) => return (text.len() > WORD).then_some(Flaw::TooLong(WORD)),
        (ItemType::Choice, Value::Text(code)) => known(code),
        (ItemType::Choices, Value::Codes(codes)) => {
            codes.iter().enumerate().all(|(at, code)| known(code) && !codes[..at].contains(code))
        }
        (ItemType::Boolean, Value::Boolean(_)) => true,
        (ItemType::Quantity, Value::Number(number)) => number.as_f64().is_some_and(f64::is_finite),
        (ItemType::Integer, Value::Number(number)) => number.as_i64().is_some(),
        _ => false,
    };
    (!fits).then_some(Flaw::Shape)
}

fn incomplete(item: &Item, value: &Value, is_day: &impl Fn(&str) -> bool) -> Option<Flaw> {
    match value {
        Value::Boolean(said) => item.must_be.filter(|must| must != said).map(Flaw::MustBe),
        Value::Number(number) => {
            let number = number.as_f64()?;
            let low = item.min.is_some_and(|min| number < min as f64);
            let high = item.max.is_some_and(|max| number > max as f64);
            (low || high).then_some(Flaw::OutOfRange)
        }
        Value::Text(text) => (item.kind == ItemType::Date && !is_day(text)).then_some(Flaw::NotADate),
        Value::Codes(codes) => {
            let excludes = item.exclusive.as_ref().is_some_and(|exclusive| codes.contains(exclusive));
            (excludes && codes.len() > 1).then_some(Flaw::Exclusive)
        }
    }
}
