//! The study's figures beside those of lifelines, scipy, statsmodels and networkx: two hundred random programmes, every figure that
//! these can make, to a millionth. The facts are read from the programme once more in Python, not handed over.

use crate::identifiers::{PYTHON, ROOT};
use serde_json::{Map, Value, json};
use std::io::Write;
use std::process::{Command, Stdio};
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
