use super::*;
use crate::answers::asked;
use crate::content::Finding;
use crate::sample::{FINDING, complete, here, photographs, picture};
use crate::vocabulary::{FindingKind, Laterality, Priority, Specialty};
use proto::questionnaire::{ALL, Value};

fn all(content: &DraftContent, pictures: &[Shown]) -> Vec<WantedView> {
    wanted(content, &asked(content, &ALL, here().today), pictures)
}

/// `view have/min` of what Send needs.
fn needed(content: &DraftContent, pictures: &[Shown]) -> Vec<String> {
    let needed = all(content, pictures).into_iter().filter(|one| !one.advice);
    needed.map(|one| format!("{} {}/{}", one.views().next().unwrap().as_str(), one.have, one.min)).collect()
}

#[test]
fn a_lesion_needs_a_place_and_a_close_look() {
    let mut content = complete(Specialty::Dermatology, FindingKind::Lesion);
    let pink = Value::Codes(vec!["371243003".into()]);
    content.answers[2].values.insert("colours".into(), pink);
    assert_eq!(needed(&content, &[]), ["overview 0/1", "close-up 0/1"]);
    let scale = [picture(1, View::Overview), picture(2, View::Scale)];
    assert_eq!(needed(&content, &scale), ["overview 1/1", "close-up 1/1"], "with a ruler it is a close-up too");
    content.priority = Some(Priority::SuspectedCancer);
    assert_eq!(needed(&content, &scale), ["overview 1/1", "close-up 1/1", "dermoscopic 0/1"]);
    content.priority = Some(Priority::Routine);
    let brown = Value::Codes(vec!["371243003".into(), "371254008".into()]);
    content.answers[2].values.insert("colours".into(), brown);
    assert_eq!(needed(&content, &photographs()), ["overview 1/1", "close-up 1/1", "dermoscopic 1/1"]);
}

#[test]
fn both_ears_are_both_looked_into() {
    let mut content = complete(Specialty::Ent, FindingKind::Ear);
    let one = [picture(1, View::Otoscopic)];
    assert_eq!(needed(&content, &one), ["otoscopic 1/1"]);
    content.findings[0].laterality = Some(Laterality::Bilateral);
    assert_eq!(needed(&content, &one), ["otoscopic 1/2"], "the stricter row of the two");
    let deaf = Value::Codes(vec!["hearing-loss".into()]);
    content.answers[2].values.insert("complaints".into(), deaf);
    let advice = all(&content, &one).into_iter().find(|one| one.advice).unwrap();
    assert_eq!((advice.view, advice.lacks()), (Some(View::Document), false));
    content.answers[2].values.insert("hearing-test".into(), Value::Text("attached".into()));
    assert_eq!(needed(&content, &one), ["otoscopic 1/2", "document 0/1"], "what is said to be sent is asked for");
}

#[test]
fn a_rejected_picture_and_one_of_another_finding_do_not_count() {
    let mut content = complete(Specialty::PlasticSurgery, FindingKind::Scar);
    let mut pictures = [picture(1, View::Overview), picture(2, View::CloseUp)];
    assert_eq!(needed(&content, &pictures), ["overview 1/1", "close-up 1/1"]);
    pictures[1].state = ImageState::Rejected;
    assert_eq!(needed(&content, &pictures), ["overview 1/1", "close-up 0/1"]);
    pictures[1].state = ImageState::Processing;
    for picture in &mut pictures {
        picture.finding = None;
    }
    assert_eq!(
        needed(&content, &pictures),
        ["overview 1/1", "close-up 1/1"],
        "one finding is what the referral is about"
    );
    content.findings.push(Finding { id: Uuid::from_u128(2), ..content.findings[0].clone() });
    let expected = ["overview 1/1", "close-up 0/1", "overview 1/1", "close-up 0/1"];
    assert_eq!(needed(&content, &pictures), expected, "an overview shows both, a close-up one of them");
}

#[test]
fn a_reason_stands_for_a_view_that_is_missing_and_for_no_other() {
    let mut content = complete(Specialty::PlasticSurgery, FindingKind::Burn);
    let reason = |view, reason: &str| ViewOverride { finding_id: Some(FINDING), view, reason: reason.into() };
    content.view_overrides = vec![
        reason(View::CloseUp, " "),
        reason(View::Oblique, "The bandage may not be opened."),
        reason(View::Overview, "Not needed, as it is there."),
        ViewOverride { finding_id: None, ..reason(View::CloseUp, "Of nothing.") },
    ];
    let pictures = [picture(1, View::Overview)];
    let found = all(&content, &pictures);
    let overridden: Vec<(Option<View>, bool, bool)> =
        found.iter().map(|one| (one.views().next(), one.lacks(), one.overridden)).collect();
    let expected =
        [(Some(View::Overview), false, false), (Some(View::CloseUp), true, true), (Some(View::Scale), false, false)];
    assert_eq!(overridden, expected);
    assert_eq!(used_overrides(&content, &found), [content.view_overrides[1].clone()]);
}

#[test]
fn the_floor_is_of_photographs() {
    assert_eq!(
        [(800, 600), (600, 800), (1600, 599), (799, 799)].map(|(w, h)| is_small(w, h)),
        [false, false, true, true]
    );
    let others: Vec<View> = View::ALL.iter().copied().filter(|view| !view.is_photograph()).collect();
    assert_eq!(others, [View::Otoscopic, View::Endoscopic, View::Document]);
}
