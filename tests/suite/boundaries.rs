//! Who may know whom: crates, tables, sizes, old events, the committed description of the routes.

use kit::run::statements;
use kit::testing::DEPLOYMENTS;
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::Command;
use tests::world;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace").to_owned()
}

#[test]
fn crates_depend_downwards_only() {
    let out = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--no-deps", "--offline"])
        .current_dir(root())
        .output();
    let metadata: Value = serde_json::from_slice(&out.expect("cargo metadata").stdout).expect("JSON");
    let services = ["directory", "intake", "imaging", "review", "uptake", "web", "notify"];
    let level = |name: &str| match name {
        "proto" | "samples" => 0,
        "kit" => 1,
        "lysbro" => 3,
        "tests" => 4,
        _ => 2,
    };
    let packages = metadata["packages"].as_array().expect("packages");
    let ours: Vec<&str> = packages.iter().map(|p| p["name"].as_str().expect("a name")).collect();
    assert_eq!(ours.len(), services.len() + 5, "{ours:?}");
    for package in packages {
        let name = package["name"].as_str().expect("a name");
        for dependency in package["dependencies"].as_array().expect("dependencies") {
            let on = dependency["name"].as_str().expect("a name");
            if ours.contains(&on) {
                assert!(level(on) < level(name), "{name} must not know {on}");
            }
        }
    }
}

/// The tables that a text touches: words after from, join, into, update, table.
fn tables(text: &str) -> Vec<(bool, String)> {
    let words: Vec<String> = text.split_whitespace().map(str::to_lowercase).collect();
    let mut found = Vec::new();
    for pair in words.windows(2) {
        let name = pair[1].trim_matches(|c: char| !c.is_alphanumeric() && c != '_').to_owned();
        let writes = matches!(pair[0].as_str(), "into" | "update");
        let reads = matches!(pair[0].as_str(), "from" | "join" | "(from");
        if (writes || reads) && name.contains('_') {
            // A deletion writes the first that it names; it may look at others.
            let deletes = words[0] == "delete" && found.is_empty();
            found.push((writes || deletes, name));
        }
    }
    found
}

#[test]
fn a_service_touches_its_own_tables_only() {
    let mut looked_at = 0;
    for (owner, name, text) in statements(&lysbro::services()) {
        for (writes, table) in tables(text) {
            looked_at += 1;
            let own = table.starts_with(&format!("{owner}_"));
            let floor = table.starts_with("kit_") || table.starts_with("log_");
            let session = matches!(table.as_str(), "kit_session" | "kit_grant");
            let allowed = match owner {
                "kit" => floor,
                "directory" => own || session,
                _ => own || (session && !writes),
            };
            assert!(allowed, "{owner} {name} touches {table}: {text}");
        }
    }
    assert!(looked_at > 100, "the texts were found: {looked_at}");
}

#[tokio::test]
async fn every_statement_prepares_on_both_engines() {
    for deployment in DEPLOYMENTS {
        let world = world(deployment).await;
        let all = statements(&lysbro::services());
        for (owner, name, text) in &all {
            world
                .ctx()
                .db
                .prepare(text)
                .await
                .unwrap_or_else(|error| panic!("{owner} {name} on {deployment:?}: {error}"));
        }
        assert!(all.len() > 80, "{} statements", all.len());
        world.stop().await;
    }
}

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).expect("a folder").flatten() {
        let path = entry.path();
        let name = entry.file_name().to_string_lossy().into_owned();
        if path.is_dir() {
            if !matches!(name.as_str(), "target" | "node_modules" | "dist" | ".git" | "demo-data") {
                sources(&path, found);
            }
        } else if matches!(path.extension().and_then(|e| e.to_str()), Some("rs" | "ts" | "svelte" | "proto" | "mjs")) {
            found.push(path);
        }
    }
}

#[test]
fn files_are_small_and_named_for_what_they_hold() {
    let mut found = Vec::new();
    sources(&root(), &mut found);
    assert!(found.len() > 100, "{} sources", found.len());
    for path in found {
        let lines = std::fs::read_to_string(&path).expect("text").lines().count();
        let stem = path.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default().to_owned();
        let generated = stem == "schema.d";
        assert!(lines <= 600 || generated, "{}: {lines} lines", path.display());
        let vague = ["util", "utils", "common", "helper", "helpers", "misc", "manager", "v2"];
        assert!(!vague.contains(&stem.as_str()) && !stem.starts_with("new_"), "{} explains nothing", path.display());
    }
}

#[test]
fn the_committed_description_of_the_routes_is_the_codes() {
    let file = root().join("proto/openapi.json");
    let now = kit::http::openapi(&lysbro::services()).to_pretty_json().expect("JSON") + "\n";
    if std::env::var_os("UPDATE_OPENAPI").is_some() {
        std::fs::write(&file, &now).expect("written");
    }
    let committed = std::fs::read_to_string(&file).unwrap_or_default();
    assert!(
        committed == now,
        "routes changed: UPDATE_OPENAPI=1 writes proto/openapi.json, then rebuild the front end's types"
    );
}

/// A description whose references lead nowhere builds no client.
#[test]
fn every_reference_in_the_description_leads_somewhere() {
    let described = kit::http::openapi(&lysbro::services()).to_pretty_json().expect("JSON");
    let whole: Value = serde_json::from_str(&described).expect("JSON");
    let known = whole["components"]["schemas"].as_object().expect("schemas");
    let named = described.split("\"#/components/schemas/").skip(1).filter_map(|rest| rest.split('"').next());
    let lost: std::collections::BTreeSet<&str> = named.filter(|name| !known.contains_key(*name)).collect();
    assert!(lost.is_empty(), "{lost:?}");
}

/// Two services' schemas of one name would write over each other without a word.
#[test]
fn no_two_services_describe_different_things_by_one_name() {
    let mut known = std::collections::BTreeMap::<String, (&str, Value)>::new();
    for service in lysbro::services() {
        let alone = kit::http::openapi(std::slice::from_ref(&service)).to_json().expect("JSON");
        let alone: Value = serde_json::from_str(&alone).expect("JSON");
        for (name, schema) in alone["components"]["schemas"].as_object().expect("schemas") {
            let mut schema = schema.clone();
            schema.as_object_mut().expect("a schema").remove("description");
            let (first, earlier) = known.entry(name.clone()).or_insert_with(|| (service.name, schema.clone()));
            assert_eq!(*earlier, schema, "{name} of {first} and of {}", service.name);
        }
    }
}
