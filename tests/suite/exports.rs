//! The study's exports beside the software that reads them: random programmes, every tier, each format by a library of its own.

use crate::identifiers::{PYTHON, ROOT};
use serde_json::{Value, json};
use std::path::Path;
use std::process::Command;
use uptake::study::bundle::{Files, Origin};
use uptake::study::disclosure::rule::{Rule, Tier};
use uptake::study::export::exports;
use uptake::study::programme::Window;
use uptake::study::random;

const TIERS: [Tier; 4] = [Tier::Programme, Tier::Researcher, Tier::Peers, Tier::Public];

fn write(folder: &Path, files: &Files) {
    for (name, bytes) in files {
        let path = folder.join(name);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder is made");
        std::fs::write(path, bytes).expect("a file is written");
    }
}

#[test]
fn other_software_reads_the_exports() {
    let folder = tempfile::tempdir().expect("a folder");
    let window = Window { from: random::BEGINS, until: random::ENDS, specialty: None };
    let origin = Origin { version: "0.1.0", position: 7, notes: &[] };
    let mut folders = Vec::new();
    for (seed, practices) in [(1, 94), (2, 30)] {
        let programme = random::programme(seed, practices);
        for tier in TIERS {
            let files = exports(&programme, &window, &origin, tier, Rule::HIDE_FOUR).expect("exports");
            let one = folder.path().join(format!("{seed}-{tier:?}"));
            write(&one, &files);
            folders.push(one);
        }
    }
    let out = Command::new(&*PYTHON)
        .arg(ROOT.join("tests/clients/export_check.py"))
        .args(&folders)
        .output()
        .expect("Python starts");
    assert!(out.status.success(), "the reading failed: {}", String::from_utf8_lossy(&out.stderr));
    let found: Value = serde_json::from_slice(&out.stdout).expect("JSON");
    assert_eq!(found["faults"], json!([]), "{found:#}");
    for kind in ["frictionless", "csvw", "xlsx", "parquet", "excel", "dictionary", "fhir", "dhis2", "graphml"] {
        assert!(found["looked"][kind].as_u64() >= Some(folders.len() as u64), "{kind}: {found:#}");
    }
}
