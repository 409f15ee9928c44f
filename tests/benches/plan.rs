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
        let mut within: Vec<i64> = Vec::new();
        let step = |(id, parent, _, words): (i64, i64, i64, String)| {
            let below = within.contains(&parent);
            if below || words.starts_with("CORRELATED") {
                within.push(id);
            }
            if below { format!("{BELOW}{words}") } else { words }
        };
        return rows.into_iter().map(step).collect();
    }
    let explain: &'static str = format!("explain (format json) {text}").leak();
    let (plan,): (Value,) = bind(db.q(explain)).one().await.expect("a plan");
    let mut steps = Vec::new();
    walk(&plan[0]["Plan"], "", &mut steps);
    steps
}

fn walk(node: &Value, below: &str, steps: &mut Vec<String>) {
    let below = if node["Parent Relationship"] == "SubPlan" { BELOW } else { below };
    let word = |name: &str| node[name].as_str().map(|text| format!(" {text}")).unwrap_or_default();
    let kind = node["Node Type"].as_str().unwrap_or_default();
    steps.push(format!("{below}{kind}{}{}{}", word("Relation Name"), word("Index Name"), word("Index Cond")));
    for one in node["Plans"].as_array().into_iter().flatten() {
        walk(one, below, steps);
    }
}

/// Tables that a plan may read whole: a person has a handful of rights, a deployment a handful of departments, `way` is the chain
/// of practices that took over, nine at most; few practices close, and few people are away. The last words are SQLite's for what is no
/// table.
const SMALL: [&str; 10] = [
    "kit_grant",
    "g",
    "intake_practice",
    "intake_department",
    "intake_question",
    "review_absence",
    "intake_closing",
    "way",
    "CONSTANT",
    "counted",
];

/// Begins a step that is done for a row of the page: what it sorts are that row's answers or questions, a handful.
const BELOW: &str = "of a row: ";

/// Prints the steps and refuses a walk over a large table, and a sort of the page unless `few` says that few rows are sorted.
///
/// # Panics
/// When the plan walks or sorts.
pub fn assert_index_scan(what: &str, steps: &[String], few: bool) {
    for step in steps {
        println!("plan {what}: {step}");
    }
    for whole in steps {
        let step = whole.trim_start_matches(BELOW);
        let walks = step.starts_with("Seq Scan") || (step.starts_with("SCAN") && !step.contains("USING"));
        let small = SMALL.iter().any(|table| step.split(' ').any(|word| word == *table));
        assert!(!walks || small, "{what} walks over a table: {step}");
        let sorts = step.starts_with("Sort") || step.starts_with("Incremental Sort") || step.contains("TEMP B-TREE");
        assert!(!sorts || few || whole.starts_with(BELOW), "{what} sorts: {step}");
    }
}
