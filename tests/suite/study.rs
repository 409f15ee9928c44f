//! The study's figures beside those of lifelines, scipy, statsmodels and networkx: two hundred random programmes, every figure that
//! these can make, to a millionth. The facts are read from the programme once more in Python, not handed over.
//!
//! And the scripts that travel in a bundle, run where it lies: they make every figure of it again, and tell one that was changed.

use crate::identifiers::{PYTHON, ROOT};
use serde_json::{Map, Value, json};
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::LazyLock;
use uptake::study::bundle::{Origin, bundle};
use uptake::study::indicator::definition::indicators;
use uptake::study::indicator::networks::by_quarter;
use uptake::study::programme::Window;
use uptake::study::random;
use uptake::study::sample::design::{Choice, design};
use uptake::study::view::View;

const PROGRAMMES: u64 = 200;

/// A programme, and what Lysbro makes of it.
fn told(seed: u64) -> Value {
    let programme = random::programme(seed, 20 + (seed % 60) as usize);
    let window = Window { from: random::BEGINS, until: random::ENDS, specialty: None };
    let view = View::new(&programme, &window);
    let mut lines = Map::new();
    for indicator in indicators().expect("definitions") {
        lines.insert(indicator.definition.id, json!((indicator.compute)(&view)));
    }
    let nodes = by_quarter(&view).into_values().map(|network| {
        let nodes = network.nodes().into_iter();
        nodes
            .map(|node| json!([node.name, node.degree, node.hhi, node.betweenness, node.centrality]))
            .collect::<Vec<_>>()
    });
    json!({
        "seed": seed,
        "window": window,
        "lines": lines,
        "nodes": nodes.collect::<Vec<_>>(),
        "choice": Choice::origin(),
        "design": design(&view, &Choice::origin()),
        "programme": programme,
    })
}

#[test]
fn figures_agree_with_other_software() {
    let mut child = Command::new(&*PYTHON)
        .arg(ROOT.join("tests/clients/study_check.py"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("Python starts");
    let mut asked = child.stdin.take().expect("its input");
    let asking = std::thread::spawn(move || (0..PROGRAMMES).try_for_each(|seed| writeln!(asked, "{}", told(seed))));
    let out = child.wait_with_output().expect("Python ends");
    asking.join().expect("no panic").expect("everything was read");
    assert!(out.status.success(), "the comparison failed");
    let found: Value = serde_json::from_slice(&out.stdout).expect("JSON");
    assert_eq!(found["differences"], json!([]), "{found:#}");
    assert_eq!(found["programmes"], json!(PROGRAMMES));
    for kind in [
        "I-01", "I-02", "I-03", "I-05", "I-06", "I-07", "I-08", "I-09", "I-10", "I-11", "I-13", "I-16", "I-17", "I-18",
        "I-20", "I-21",
    ] {
        assert!(found["compared"][kind].as_u64() > Some(PROGRAMMES / 2), "{kind}: {found:#}");
    }
}

/// Base R. Looked for once: two tests would install it at the same time.
static RSCRIPT: LazyLock<String> = LazyLock::new(|| {
    let found = Command::new(ROOT.join("tests/tools/r.sh")).output().expect("r.sh runs");
    assert!(found.status.success(), "no R for the comparison: {}", String::from_utf8_lossy(&found.stderr));
    String::from_utf8(found.stdout).expect("a path").trim().to_owned()
});

/// Whether both scripts of a bundle succeed, and what they say. Complaints, as of a locale that is not there, are shown when one fails.
fn made_again(folder: &Path) -> [(bool, String); 2] {
    [("python3", "analysis.py"), (RSCRIPT.as_str(), "analysis.R")].map(|(program, script)| {
        let out = Command::new(program).arg(script).current_dir(folder).output().expect("the script starts");
        eprintln!("{script}: {}", String::from_utf8_lossy(&out.stderr));
        (out.status.success(), String::from_utf8(out.stdout).expect("UTF-8"))
    })
}

/// Every figure was compared and none differs; both scripts count the same.
pub fn assert_made_again(folder: &Path) {
    let [python, r] = made_again(folder);
    assert!(python.0 && r.0, "{}\n{}", python.1, r.1);
    assert_eq!(python.1, r.1, "Python and R compare the same figures");
    let figures = python.1.strip_prefix("figures=").and_then(|rest| rest.strip_suffix(" differing=0\n"));
    let figures: usize = figures.and_then(|figures| figures.parse().ok()).expect("a count and nothing else");
    assert!(figures > 300, "{figures} figures are not a whole bundle");
}

fn write_bundle(folder: &Path, seed: u64, practices: usize, window: &Window) {
    let programme = random::programme(seed, practices);
    let origin = Origin { version: "test", position: 4_711, notes: &[] };
    for (name, bytes) in bundle(&programme, window, &origin).expect("a bundle") {
        let path = folder.join(name);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("made");
        std::fs::write(path, bytes).expect("written");
    }
}

#[test]
fn a_bundle_makes_itself_again_and_tells_what_was_changed() {
    let whole = Window { from: random::BEGINS, until: random::ENDS, specialty: None };
    let part = Window { from: random::BEGINS + 200, until: random::ENDS - 400, specialty: Some("ent".into()) };
    for (seed, practices, window) in [(1, 94, &whole), (2, 33, &part), (3, 5, &whole), (4, 0, &whole)] {
        let folder = tempfile::tempdir().expect("a folder");
        write_bundle(folder.path(), seed, practices, window);
        assert_made_again(folder.path());
    }
    let folder = tempfile::tempdir().expect("a folder");
    write_bundle(folder.path(), 1, 94, &whole);
    let path = folder.path().join("concentration.csv");
    let before = std::fs::read_to_string(&path).expect("a table");
    std::fs::write(&path, before.replacen("\n1,", "\n7,", 1)).expect("written");
    for (done, text) in made_again(folder.path()) {
        assert!(!done && text.contains("concentration.csv, line 1, rank: 7 in the bundle, 1 here"), "{text}");
        assert!(text.ends_with(" differing=1\n"), "{text}");
    }
}
