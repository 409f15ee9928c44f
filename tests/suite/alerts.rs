//! The alert rules stand on figures that a running world really exports, and each says what to do.

use crate::journey::send;
use std::collections::BTreeSet;
use tests::{Cast, Client, EMBEDDED, world};

#[derive(Default)]
struct Rule {
    alert: String,
    expr: String,
    summary: String,
    action: String,
    severity: String,
}

/// The rules of our own plain form: `key: value` lines. Anything else fails.
fn rules(text: &str) -> Vec<Rule> {
    let mut rules: Vec<Rule> = Vec::new();
    for line in text.lines().filter(|line| !line.trim_start().starts_with('#') && !line.trim().is_empty()) {
        let (key, value) = line.trim().trim_start_matches("- ").split_once(':').unwrap_or_else(|| panic!("{line}"));
        let (value, rule) = (value.trim().trim_matches('"').to_owned(), rules.last_mut());
        match (key, rule) {
            ("groups" | "name" | "rules" | "labels" | "annotations", _) => {}
            ("alert", _) => rules.push(Rule { alert: value, ..Rule::default() }),
            ("expr", Some(rule)) => rule.expr = value,
            ("severity", Some(rule)) => rule.severity = value,
            ("summary", Some(rule)) => rule.summary = value,
            ("action", Some(rule)) => rule.action = value,
            ("for", Some(_)) => assert!(value.ends_with(['m', 'h']), "{line}"),
            _ => panic!("not a rule's line: {line}"),
        }
    }
    rules
}

/// Names of metrics in an expression: words with an underscore that are no function and no label.
fn metrics(expr: &str) -> BTreeSet<String> {
    let mut bare = String::new();
    let mut depth = 0;
    for c in expr.chars() {
        depth += i32::from(c == '{') - i32::from(c == '}');
        bare.push(if depth > 0 || c == '}' { ' ' } else { c });
    }
    let words = bare.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_'));
    words.filter(|word| word.contains('_')).map(str::to_owned).collect()
}

#[tokio::test]
async fn every_alert_stands_on_a_figure_that_is_there() {
    let text = include_str!("../../deploy/alerts.yaml");
    let rules = rules(text);
    assert_eq!(rules.len(), text.matches("alert:").count());
    let world = world(EMBEDDED).await;
    let cast = Cast::assemble(world.ctx(), &world.url()).await;
    send(&world, &cast, world.ctx().new_id()).await;
    world.settle().await.expect("settled");
    let exported = Client::new(&world.url()).get("/metrics").await.expect(200).text();
    let names: BTreeSet<&str> = exported
        .lines()
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| line.split([' ', '{']).next())
        .filter(|name| !name.is_empty())
        .collect();
    let mut used = BTreeSet::new();
    for rule in &rules {
        let of = metrics(&rule.expr);
        assert!(!of.is_empty(), "{} stands on nothing: {}", rule.alert, rule.expr);
        for name in of {
            assert!(names.contains(name.as_str()), "{}: {name} is not exported, but {names:?}", rule.alert);
            used.insert(name);
        }
        assert!(rule.summary.len() > 20 && rule.action.len() > 20, "{} says what to do", rule.alert);
        assert!(["page", "ticket"].contains(&rule.severity.as_str()), "{}", rule.alert);
    }
    assert!(used.len() >= 15, "{used:?}");
    for (label, name) in
        [("specialty=\"ent\"", "review_oldest_unclaimed_seconds"), ("quantile=\"0.99\"", "audit_group_ms")]
    {
        assert!(
            exported.lines().any(|line| line.starts_with(name) && line.contains(label)),
            "{name} {label}\n{exported}"
        );
    }
    let oldest = exported
        .lines()
        .find(|line| line.starts_with("review_oldest") && line.contains("dermatology") && line.contains("routine"));
    let seconds = oldest.and_then(|line| line.rsplit(' ').next()?.parse::<f64>().ok());
    assert!(seconds.is_some_and(|seconds| seconds > 0.0), "{oldest:?}");
    assert!(!exported.contains("SYNTHETIC"), "no names");
    world.stop().await;
}
