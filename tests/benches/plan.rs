//! What the database does for a statement: the steps of its plan, on either engine.

use kit::Db;
use serde_json::Value;

/// A statement of a service, by its name and some words of its text.
///
/// # Panics
/// When none or several fit.
pub fn statement(service: &kit::Service, name: &str, words: &str) -> &'static str {
    let all = service.statements.iter().flat_map(|list| list.iter());
    let fitting: Vec<&str> =
        all.filter(|(one, text)| *one == name && text.contains(words)).map(|(_, text)| *text).collect();
    assert_eq!(fitting.len(), 1, "{} statements of {} are called {name}", fitting.len(), service.name);
    fitting[0]
}

/// The steps of a plan in words; `bind` gives the statement its values.
pub async fn steps(db: &Db, text: &'static str, bind: impl Fn(kit::db::Q<'_>) -> kit::db::Q<'_>) -> Vec<String> {
    if db.is_sqlite() {
        let explain: &'static str = format!("explain query plan {text}").leak();
        let rows: Vec<(i64, i64, i64, String)> = bind(db.q(explain)).all().await.expect("a plan");
        return rows.into_iter().map(|row| row.3).collect();
    }
    let explain: &'static str = format!("explain (format json) {text}").leak();
    let (plan,): (Value,) = bind(db.q(explain)).one().await.expect("a plan");
    let mut steps = Vec::new();
    walk(&plan[0]["Plan"], &mut steps);
    steps
}

fn walk(node: &Value, steps: &mut Vec<String>) {
    let word = |name: &str| node[name].as_str().map(|text| format!(" {text}")).unwrap_or_default();
    let kind = node["Node Type"].as_str().unwrap_or_default();
    steps.push(format!("{kind}{}{}{}", word("Relation Name"), word("Index Name"), word("Index Cond")));
    for below in node["Plans"].as_array().into_iter().flatten() {
        walk(below, steps);
    }
}

/// Prints the steps and refuses a sort and a walk over a whole large table. `small` names tables that may be read whole.
///
/// # Panics
/// When the plan sorts or walks.
pub fn assert_index_scan(what: &str, steps: &[String], small: &[&str]) {
    for step in steps {
        println!("plan {what}: {step}");
    }
    for step in steps {
        let walks = step.starts_with("Seq Scan") || (step.starts_with("SCAN") && !step.contains("USING"));
        let allowed = small.iter().any(|table| step.split(' ').any(|word| word == *table));
        assert!(!walks || allowed, "{what} walks over a table: {step}");
        let sorts = step.starts_with("Sort") || step.starts_with("Incremental Sort") || step.contains("TEMP B-TREE");
        assert!(!sorts, "{what} sorts: {step}");
    }
}
