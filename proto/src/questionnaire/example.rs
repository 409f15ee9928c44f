//! Answers for people who are made up: demonstrations and tests send whole referrals too.

use super::answer::Answers;
use super::shape::{Item, ItemType, Questionnaire, Value};
use std::collections::BTreeMap;

impl Questionnaire {
    /// The shortest answers that Send takes: what is required and nothing else, of choices the one that says that nothing
    /// is the matter. `day` is a calendar day of the past, `YYYY-MM-DD`.
    pub fn shortest(&self, day: &str) -> BTreeMap<String, Value> {
        let mut values = BTreeMap::new();
        for item in self.item.iter().filter(|item| item.required) {
            if (Answers { questionnaire: self, values: &values }).is_enabled(item) {
                values.insert(item.link_id.clone(), shortest(item, day));
            }
        }
        values
    }
}

fn shortest(item: &Item, day: &str) -> Value {
    let first = || item.answer_option.first().map(|option| option.code.clone()).unwrap_or_default();
    match item.kind {
        ItemType::Text => Value::Text(item.quick.first().map_or("Unclear", |quick| &quick.en).to_owned()),
        ItemType::Choice => Value::Text(first()),
        ItemType::Choices => Value::Codes(vec![item.exclusive.clone().unwrap_or_else(first)]),
        ItemType::Boolean => Value::Boolean(item.must_be.unwrap_or(false)),
        ItemType::Quantity | ItemType::Integer => Value::Number(item.min.unwrap_or(0).max(1).into()),
        ItemType::Date => Value::Text(day.to_owned()),
    }
}
