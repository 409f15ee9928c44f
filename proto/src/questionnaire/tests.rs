//! The descriptions themselves, and the rules on made-up ones.

use super::*;
use std::collections::{BTreeMap, HashSet};
use std::path::Path;

const VIEWS: [&str; 9] =
    ["overview", "regional", "close-up", "oblique", "dermoscopic", "otoscopic", "endoscopic", "scale", "document"];

/// Every text of a description with where it stands.
fn texts(one: &Questionnaire) -> Vec<(String, &Text)> {
    let mut all = vec![("title".to_owned(), &one.title)];
    for item in &one.item {
        all.push((item.link_id.clone(), &item.text));
        all.extend(item.help.iter().chain(&item.quick).map(|text| (format!("{} help", item.link_id), text)));
        let options = item.answer_option.iter();
        all.extend(options.map(|option| (format!("{} {}", item.link_id, option.code), &option.display)));
    }
    all.extend(one.red_flags.iter().chain(&one.warnings).map(|flag| (flag.code.clone(), &flag.text)));
    all.extend(one.views.iter().map(|row| ("views".to_owned(), &row.text)));
    all
}

#[test]
fn every_file_is_published_under_its_name() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("questionnaires");
    let mut there: Vec<String> = std::fs::read_dir(folder)
        .expect("a folder")
        .map(|entry| entry.expect("a file").file_name().to_string_lossy().trim_end_matches(".json").to_owned())
        .collect();
    there.sort();
    let mut listed: Vec<String> = FILES.iter().map(|(name, _)| (*name).to_owned()).collect();
    listed.sort();
    assert_eq!(listed, there);
    for (name, text) in FILES {
        let one: Questionnaire = serde_json::from_str(text).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(format!("{}.{}", one.id, one.version), *name);
    }
}

#[test]
fn every_text_stands_in_both_languages() {
    let mut looked_at = 0;
    for one in ALL.all() {
        for (place, text) in texts(one) {
            looked_at += 1;
            for words in [&text.en, &text.nb] {
                assert!(!words.trim().is_empty() && words.trim() == *words, "{} {place}: {words:?}", one.id);
            }
        }
        let sentences = one.red_flags.iter().chain(&one.warnings).flat_map(|flag| [&flag.text.en, &flag.text.nb]);
        assert!(sentences.clone().all(|text| text.ends_with('.')), "{}: a flag is a sentence", one.id);
        assert!(
            one.item.iter().all(|item| item.text.en != item.text.nb || item.link_id == "tympanogram"),
            "{}",
            one.id
        );
    }
    assert!(looked_at > 300, "{looked_at}");
}

#[test]
fn every_item_can_be_answered() {
    for one in ALL.all() {
        let mut seen = HashSet::new();
        assert!(!one.item.is_empty() && one.version > 0);
        assert_eq!(one.level == Level::Referral, one.kinds.is_empty(), "{}", one.id);
        for item in &one.item {
            let place = format!("{}.{}", one.id, item.link_id);
            assert!(seen.insert(&item.link_id), "{place} stands twice");
            let word = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
            assert!(item.link_id.chars().all(word), "{place}");
            let choice = matches!(item.kind, ItemType::Choice | ItemType::Choices);
            assert_eq!(choice, item.answer_option.len() > 1, "{place}");
            let codes: HashSet<&str> = item.answer_option.iter().map(|option| option.code.as_str()).collect();
            assert_eq!(codes.len(), item.answer_option.len(), "{place}: a code stands twice");
            assert!(item.exclusive.as_deref().is_none_or(|code| codes.contains(code)), "{place}");
            assert!(item.exclusive.is_none() || item.kind == ItemType::Choices, "{place}");
            assert_eq!(item.kind == ItemType::Text, item.max_length.is_some(), "{place}");
            assert!(item.max_length.is_none_or(|most| most <= 10_000), "{place}");
            let number = matches!(item.kind, ItemType::Quantity | ItemType::Integer);
            assert_eq!(number, item.min.is_some() && item.max.is_some(), "{place}");
            assert!(item.min <= item.max && (item.kind != ItemType::Quantity || item.unit.is_some()), "{place}");
            assert!(item.quick.is_empty() || item.kind == ItemType::Text, "{place}");
            assert!(item.must_be.is_none() || (item.kind == ItemType::Boolean && item.required), "{place}");
        }
    }
}

/// That a condition names something of `items` that can be so.
fn can_hold(place: &str, items: &[Item], condition: &Condition) {
    assert!(condition.link_id.is_some() != condition.fact.is_some(), "{place}: one thing is looked at");
    let ways = [
        condition.answer.is_some(),
        !condition.one_of.is_empty(),
        condition.above.is_some(),
        condition.below.is_some(),
    ];
    assert_eq!(ways.iter().filter(|way| **way).count(), 1, "{place}: in one way");
    let Some(link_id) = &condition.link_id else {
        return;
    };
    let item = items.iter().find(|item| item.link_id == *link_id);
    let item = item.unwrap_or_else(|| panic!("{place}: no earlier item {link_id}"));
    let known = |code: &str| item.answer_option.iter().any(|option| option.code == code);
    assert!(condition.one_of.iter().all(|code| known(code)), "{place}");
    let number = matches!(item.kind, ItemType::Quantity | ItemType::Integer);
    assert!(number || (condition.above.is_none() && condition.below.is_none()), "{place}");
    match &condition.answer {
        Some(Value::Text(code)) => assert!(known(code), "{place}: {code}"),
        Some(Value::Boolean(_)) => assert_eq!(item.kind, ItemType::Boolean, "{place}"),
        Some(other) => panic!("{place}: {other:?} can't be compared"),
        None => {}
    }
}

#[test]
fn conditions_name_what_is_there() {
    for one in ALL.all() {
        for (at, item) in one.item.iter().enumerate() {
            if let Some(condition) = &item.enable_when {
                let place = format!("{}.{}", one.id, item.link_id);
                can_hold(&place, &one.item[..at], condition);
                assert!(condition.answer.is_some(), "{place}: screens compare for equality alone");
            }
        }
        for flag in one.red_flags.iter().chain(&one.warnings) {
            can_hold(&format!("{} {}", one.id, flag.code), &one.item, &flag.when);
        }
        for row in &one.views {
            let views: Vec<&str> = row.views().collect();
            assert!(row.min > 0 && row.view.is_some() == row.any_of.is_empty(), "{} {views:?}", one.id);
            assert!(views.iter().all(|view| VIEWS.contains(view)), "{} {views:?}", one.id);
            if let Some(when) = &row.when {
                can_hold(&format!("{} {views:?}", one.id), &one.item, when);
            }
        }
    }
}

fn made(version: u32, link_ids: &[&str]) -> Questionnaire {
    let items: Vec<serde_json::Value> = link_ids
        .iter()
        .map(|id| serde_json::json!({ "linkId": id, "type": "boolean", "required": true, "text": { "en": "E", "nb": "N" } }))
        .collect();
    serde_json::from_value(serde_json::json!({
        "id": "made", "version": version, "level": "referral", "specialties": [], "kinds": [],
        "title": { "en": "E", "nb": "N" }, "item": items, "redFlags": [], "warnings": [], "views": []
    }))
    .expect("a description")
}

#[test]
fn the_newest_comes_first_and_an_old_one_is_found() {
    let other = Questionnaire { id: "other".into(), ..made(1, &["c"]) };
    let catalogue = Catalogue::new([made(1, &["a"]), made(3, &["c"]), made(2, &["b"]), other]);
    let order: Vec<(&str, u32)> = catalogue.all().iter().map(|one| (one.id.as_str(), one.version)).collect();
    assert_eq!(order, [("made", 3), ("other", 1), ("made", 2), ("made", 1)]);
    assert_eq!(catalogue.newest("made").map(|one| one.version), Some(3));
    assert_eq!(catalogue.version("made", 2).map(|one| one.item[0].link_id.as_str()), Some("b"));
    assert!(catalogue.version("made", 4).is_none());
    let applying = |begun: Option<u32>| -> Vec<u32> {
        let begun = move |id: &str| begun.filter(|_| id == "made");
        catalogue.applying(None, None, begun).filter(|one| one.id == "made").map(|one| one.version).collect()
    };
    assert_eq!((applying(None), applying(Some(1)), applying(Some(9))), (vec![3], vec![1], vec![3]));
}

#[test]
fn what_applies_follows_specialty_and_kind() {
    let applying = |specialty: Option<&'static str>, kind: Option<&'static str>| -> Vec<String> {
        ALL.applying(specialty, kind, |_| None).map(|one| one.id.clone()).collect()
    };
    assert_eq!(applying(None, None), ["referral"]);
    assert_eq!(applying(Some("dermatology"), None), ["referral", "dermatology"]);
    assert_eq!(applying(Some("ent"), None), ["referral", "ent"]);
    assert_eq!(applying(Some("plastic-surgery"), None), ["referral"]);
    for (specialty, kind, id) in [
        ("dermatology", "lesion", "dermatology-lesion"),
        ("dermatology", "rash", "dermatology-rash"),
        ("ent", "ear", "ent-ear"),
        ("plastic-surgery", "wound", "plastic-wound"),
        ("plastic-surgery", "burn", "plastic-burn"),
        ("plastic-surgery", "scar", "plastic-scar"),
        ("plastic-surgery", "lesion", "plastic-lesion"),
    ] {
        assert_eq!(applying(Some(specialty), Some(kind)), [id]);
    }
    assert!(applying(Some("dermatology"), Some("burn")).is_empty());
}

fn values(json: serde_json::Value) -> BTreeMap<String, Value> {
    serde_json::from_value(json).expect("values")
}

fn flaws(id: &str, json: serde_json::Value, at_send: bool) -> Vec<(String, Flaw)> {
    let values = values(json);
    let answers = Answers { questionnaire: ALL.newest(id).expect("published"), values: &values };
    let day = |text: &str| text.len() == 10;
    let found = if at_send { answers.missing(|text| text.trim().is_empty(), day) } else { answers.misshapen() };
    found.into_iter().map(|fault| (fault.link_id.to_owned(), fault.flaw)).collect()
}

#[test]
fn shapes() {
    let wrong = serde_json::json!({
        "consent": "yes", "medication": 3, "allergies": "x".repeat(2_001), "nothing": true, "language": "xx",
        "interpreter": true, "request-type": ["advice"],
    });
    let names = ["allergies", "consent", "language", "medication", "nothing", "request-type"];
    let found = flaws("referral", wrong, false);
    assert_eq!(found.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>(), names);
    assert_eq!((found[0].1, found[1].1, found[4].1), (Flaw::TooLong(2_000), Flaw::Shape, Flaw::Unknown));
    let twice = serde_json::json!({ "colours": ["skin", "skin"], "duration-count": 1.5, "size-longest": 7.5 });
    let found = flaws("dermatology-lesion", twice, false);
    assert_eq!(found, [("colours".to_owned(), Flaw::Shape), ("duration-count".to_owned(), Flaw::Shape)]);
}

#[test]
fn completeness() {
    let is = |found: Vec<(String, Flaw)>, expected: &[(&str, Flaw)]| {
        assert_eq!(found.iter().map(|(name, flaw)| (name.as_str(), *flaw)).collect::<Vec<_>>(), expected);
    };
    let header = |more: serde_json::Value| {
        let mut all = serde_json::json!({ "provisional-diagnosis": "Nevus", "medication": "None", "allergies": " ", "consent": false });
        all.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
        flaws("referral", all, true)
    };
    let always = [("allergies", Flaw::Required), ("consent", Flaw::MustBe(true))];
    is(header(serde_json::json!({})), &always);
    let asked = [always[0], ("language", Flaw::Required), always[1]];
    is(header(serde_json::json!({ "interpreter": true, "language-name": "Kven" })), &asked);
    let named = [always[0], ("language-name", Flaw::Required), always[1]];
    is(header(serde_json::json!({ "interpreter": true, "language": "other" })), &named);
    is(header(serde_json::json!({ "interpreter": false, "language": "other" })), &always);
    let burn = serde_json::json!({ "mechanism": "scald", "burned-on": "yesterday", "tbsa": 101, "depth": "full", "danger": ["none", "face"] });
    is(
        flaws("plastic-burn", burn, true),
        &[("burned-on", Flaw::NotADate), ("tbsa", Flaw::OutOfRange), ("danger", Flaw::Exclusive)],
    );
}

#[test]
fn what_is_not_asked_is_not_kept_and_decides_nothing() {
    let values = values(
        serde_json::json!({ "language": "other", "language-name": "Kven", "pregnancy": true, "medication": " " }),
    );
    let answers = Answers { questionnaire: ALL.newest("referral").expect("published"), values: &values };
    let kept = answers.kept(|text| text.trim().is_empty());
    assert_eq!(kept.keys().map(String::as_str).collect::<Vec<_>>(), ["pregnancy"]);
    assert!(answers.enabled("language-name").is_none());
}

#[test]
fn flags_and_views_follow_answers_and_facts() {
    let codes = |id: &str, json: serde_json::Value, facts: &Facts| -> (Vec<String>, Vec<String>, Vec<String>) {
        let values = values(json);
        let answers = Answers { questionnaire: ALL.newest(id).expect("published"), values: &values };
        (
            answers.red_flags(facts).map(|flag| flag.code.clone()).collect(),
            answers.warnings(facts).map(|flag| flag.code.clone()).collect(),
            answers.views(facts).map(|row| row.views().collect::<Vec<_>>().join("|")).collect(),
        )
    };
    let none = Facts::default();
    let (red, _, _) = codes("dermatology-rash", serde_json::json!({ "bsa": 51, "systemic": true }), &none);
    assert_eq!(red, ["rash-systemic", "rash-extensive"]);
    let (red, _, _) = codes("dermatology-rash", serde_json::json!({ "bsa": 50, "systemic": false }), &none);
    assert!(red.is_empty());
    let (red, warned, _) = codes("ent", serde_json::json!({ "red-flags": ["button-battery", "tumour"] }), &none);
    assert_eq!((red, warned), (vec!["button-battery".to_owned()], vec!["cancer-pathway".to_owned()]));
    let (_, warned, _) =
        codes("referral", serde_json::json!({}), &Facts { age_years: Some(15), findings: 4, ..Facts::default() });
    assert_eq!(warned, ["child", "many-findings"]);
    let plain = vec!["overview".to_owned(), "close-up|oblique|scale".to_owned(), "scale".to_owned()];
    let pink = serde_json::json!({ "colours": ["371243003"] });
    assert_eq!(codes("dermatology-lesion", pink.clone(), &none).2, plain);
    let brown = serde_json::json!({ "colours": ["371243003", "371254008"] });
    assert!(codes("dermatology-lesion", brown, &none).2.contains(&"dermoscopic".to_owned()));
    let suspected =
        Facts { priority: Some("suspected-cancer".into()), body_site: Some("59112000".into()), ..Facts::default() };
    let (_, warned, views) = codes("dermatology-lesion", pink, &suspected);
    assert!(views.contains(&"dermoscopic".to_owned()));
    assert_eq!(warned, ["genital-site"]);
}
