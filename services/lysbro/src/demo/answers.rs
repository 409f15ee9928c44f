//! What the demonstration's referrals answer to questionnaires: what its story says, and of the rest the shortest.

use super::programme::Story;
use proto::questionnaire::{ALL, Level, Questionnaire, Value};
use serde_json::json;
use std::collections::BTreeMap;
use uuid::Uuid;

/// Everything that applies to a story.
fn applying(story: &'static Story) -> impl Iterator<Item = &'static Questionnaire> {
    let once = ALL.applying(Some(story.specialty), None, |_| None);
    once.chain(ALL.applying(Some(story.specialty), Some(story.finding_kind), |_| None))
}

/// About which finding.
fn about(one: &Questionnaire, finding: Uuid) -> Option<Uuid> {
    (one.level == Level::Finding).then_some(finding)
}

/// The story's answers; `day` (`YYYY-MM-DD`) for questions after one.
pub(super) fn answers(story: &'static Story, finding: Uuid, day: &str) -> serde_json::Value {
    let given = applying(story).map(|one| {
        let mut values: BTreeMap<String, Value> = one.shortest(day);
        values.extend(told(story).into_iter().filter(|(link_id, _)| one.find(link_id).is_some()));
        json!({ "questionnaire": one.id, "version": one.version, "findingId": about(one, finding), "values": values })
    });
    json!(given.collect::<Vec<_>>())
}

/// What the story itself says, by the names of items.
fn told(story: &Story) -> Vec<(String, Value)> {
    let answers: serde_json::Value = serde_json::from_str(story.answers).unwrap_or_default();
    let answers: BTreeMap<String, Value> = serde_json::from_value(answers).unwrap_or_default();
    answers.into_iter().collect()
}

/// Views that were not photographed, with the reason that an office would give.
pub(super) fn missing_views(story: &'static Story, finding: Uuid, views: &[&str]) -> serde_json::Value {
    let shown = |view: &str| views.contains(&view);
    let mut missing = Vec::new();
    for one in applying(story) {
        for row in one.views.iter().filter(|row| !row.advice && !row.views().any(shown)) {
            let view = row.views().next().unwrap_or_default();
            let reason = "The other pictures show it well enough.";
            missing.push(json!({ "findingId": about(one, finding), "view": view, "reason": reason }));
        }
    }
    json!(missing)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::demo::case::story;
    use proto::questionnaire::Answers;

    /// A story that says something that is not asked, or leaves out what is, would stop the demonstration at its start.
    #[test]
    fn every_story_answers_what_it_is_asked() {
        for serial in 0..11 {
            let story = story(serial);
            let said: BTreeMap<String, Value> = serde_json::from_str(story.answers).expect("readable answers");
            let known = |link_id: &String| applying(story).any(|one| one.find(link_id).is_some());
            assert!(!said.is_empty() && said.keys().all(known), "{}: {said:?}", story.diagnosis);
            for one in applying(story) {
                let mut values = one.shortest("2026-01-05");
                values.extend(told(story).into_iter().filter(|(link_id, _)| one.find(link_id).is_some()));
                let answers = Answers { questionnaire: one, values: &values };
                assert!(answers.misshapen().is_empty(), "{}: {:?}", story.diagnosis, answers.misshapen());
                let missing = answers.missing(|text| text.trim().is_empty(), |day| day.len() == 10);
                assert!(missing.is_empty(), "{}: {missing:?}", story.diagnosis);
                let facts = proto::questionnaire::Facts::default();
                assert_eq!(answers.red_flags(&facts).count(), 0, "{}: nobody phones", story.diagnosis);
            }
        }
    }
}
