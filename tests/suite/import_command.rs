//! `lysbro import`: counts on stdout, a line per fault on stderr, and an exit that a script can trust.

use std::path::Path;
use std::process::{Command, Output};
use tests::program;

const HEADER: &str = "key;name;municipality;centrality;distance_km;opened_on;agreed";

fn import(folder: &Path, lines: &[&str], options: &[&str]) -> (Output, String, String) {
    let file = folder.join("register.csv");
    std::fs::write(&file, format!("{HEADER}\r\n{}\r\n", lines.join("\r\n"))).expect("written");
    let data = folder.join("data");
    let mut command = Command::new(program());
    let output =
        command.current_dir(folder).args(["import", "register.csv"]).args(options).arg("--data").arg(data).output();
    let output = output.expect("lysbro import");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let (out, err) = (text(&output.stdout), text(&output.stderr));
    (output, out, err)
}

#[test]
fn a_register_is_checked_and_imported_from_the_command_line() {
    let folder = tempfile::tempdir().expect("a folder");
    let (bad, good) =
        ("A1;SYNTHETIC Solvik;Solvik;7;212;2019-02-30;", "A1;SYNTHETIC Solvik;Solvik;6;212;2019-01-01;2026-01-05");
    let (output, _, err) = import(folder.path(), &[bad], &[]);
    assert!(!output.status.success());
    let lines: Vec<&str> = err.lines().collect();
    assert_eq!(
        lines,
        [
            "register.csv:2: centrality: Write the centrality class, from 1 (most central) to 6 (least central). (out-of-range)",
            "register.csv:2: opened_on: There is no such day in the calendar. Correct it. (no-such-day)",
            "lysbro: the file has 2 faults; nothing was imported",
        ]
    );
    let told = [
        ("--dry-run", "would be imported: practices 1, new 1, changed 0, unchanged 0, "),
        ("", "imported: practices 1, new 1, changed 0, unchanged 0, "),
        ("", "imported: practices 1, new 0, changed 0, unchanged 1, "),
    ];
    for (option, expected) in told {
        let options: Vec<&str> = [option].into_iter().filter(|option| !option.is_empty()).collect();
        let (output, out, err) = import(folder.path(), &[good], &options);
        assert!(output.status.success() && err.is_empty(), "{err}");
        assert!(out.starts_with(expected), "{out}");
    }
}
