//! Every kind of bad file: exactly its line, column and code, and nothing of the file is imported.

use crate::office::{Office, text};
use kit::pictures::sha256;
use serde_json::{Value, json};

crate::on_both_engines!(
    every_kind_of_bad_line_is_told_by_line_and_column,
    a_file_with_many_faults_tells_the_first_thousand
);

const HEADER: &str = "key;name;municipality;centrality;distance_km;channel;opened_on;closed_on;test_practice;trial_arm;\
    register_from;list_size;gps;staff;offered;equipped;equipped:dermatology;support_ended;phone";
const FIRST: &str = "A1;SYNTHETIC Solvik;Solvik;6;212;web;2019-01-01;;no;early;2026-01-01;2100;2;3;2026-01-05;2026-01-12;2026-01-13;;+47 77 00 00 00";
const SECOND: &str = "A2;SYNTHETIC Ytre;Ytre;5;90,4;;01.02.2019;2025-06-30;nei;;;;;;2024-01-05;;;2025-06-30;";

/// Column of a good line, by its number.
const COLUMNS: [&str; 19] = [
    "key",
    "name",
    "municipality",
    "centrality",
    "distance_km",
    "channel",
    "opened_on",
    "closed_on",
    "test_practice",
    "trial_arm",
    "register_from",
    "list_size",
    "gps",
    "staff",
    "offered",
    "equipped",
    "equipped:dermatology",
    "support_ended",
    "phone",
];

/// The good file with the first practice's cell of a column replaced.
fn cell(column: &str, value: &str) -> Vec<u8> {
    let place = COLUMNS.iter().position(|name| *name == column).expect("a column");
    let mut cells: Vec<&str> = FIRST.split(';').collect();
    cells[place] = value;
    file(&[HEADER, &cells.join(";"), SECOND])
}

fn file(lines: &[&str]) -> Vec<u8> {
    format!("{}\r\n", lines.join("\r\n")).into_bytes()
}

/// The good file with its header changed.
fn header(old: &str, new: &str) -> Vec<u8> {
    file(&[&HEADER.replacen(old, new, 1), FIRST, SECOND])
}

struct Kind {
    what: String,
    file: Vec<u8>,
    line: u64,
    column: Option<String>,
    code: &'static str,
}

fn kind(
    what: impl Into<String>,
    file: Vec<u8>,
    line: u64,
    column: impl Into<Option<&'static str>>,
    code: &'static str,
) -> Kind {
    Kind { what: what.into(), file, line, column: column.into().map(str::to_owned), code }
}

/// Files that are wrong as a whole, in the header, or in the shape of a line.
fn of_the_file() -> Vec<Kind> {
    let mut windows = cell("name", "SYNTHETIC Bod\u{1}");
    let place = windows.iter().position(|byte| *byte == 1).expect("the mark");
    windows[place] = 0xF8;
    let many: Vec<String> =
        (0..=10_000).map(|n| format!("K{n};SYNTHETIC {n};Solvik;6;1;;2019-01-01;;;;;;;;;;;;")).collect();
    let many: Vec<&str> = std::iter::once(HEADER).chain(many.iter().map(String::as_str)).collect();
    vec![
        kind("nothing at all", Vec::new(), 1, None, "empty-file"),
        kind("blank lines alone", b"\xEF\xBB\xBF\r\n \r\n".to_vec(), 1, None, "empty-file"),
        kind("Windows-1252", windows, 2, "name", "not-utf8"),
        kind("Excel's “Unicode text”", b"\xFF\xFEk\0e\0y\0".to_vec(), 1, None, "utf-16"),
        kind("a workbook", b"PK\x03\x04\x14\0".to_vec(), 1, None, "workbook"),
        kind("another separator", header_with('|'), 1, None, "one-column"),
        kind("a header alone", file(&[HEADER]), 1, None, "no-practices"),
        kind("more than 10,000 lines", file(&many), 10_002, None, "too-many-lines"),
        kind("an unknown column", header("trial_arm", "arm"), 1, "arm", "unknown-column"),
        kind("a column twice", header("support_ended", "equipped"), 1, "equipped", "double-column"),
        kind("a column that is required", without("distance_km"), 1, "distance_km", "missing-column"),
        kind("a register column", without("staff"), 1, "staff", "missing-register-column"),
        kind(
            "an unknown specialty",
            header("equipped:dermatology", "equipped:skin"),
            1,
            "equipped:skin",
            "unknown-specialty",
        ),
        kind("a quotation mark in the header", header("trial_arm", "trial \"arm\""), 1, "trial \"arm\"", "stray-quote"),
        kind("something below no name", header("trial_arm", ""), 2, "column 10", "unnamed-column"),
        kind("a cell too few", file(&[HEADER, SECOND.trim_end_matches(';'), FIRST]), 2, None, "too-few-cells"),
        kind("a cell too many", file(&[HEADER, FIRST, &format!("{SECOND};more")]), 3, None, "too-many-cells"),
        kind("the header again", file(&[HEADER, FIRST, "", HEADER, SECOND]), 4, None, "header-again"),
        kind("a quotation mark that stays open", cell("municipality", "\"Solvik"), 2, "municipality", "open-quote"),
        kind("one in the middle", cell("name", "SYNTHETIC \"Old\" office"), 2, "name", "stray-quote"),
        kind("text behind a closing one", cell("name", "\"SYNTHETIC\" office"), 2, "name", "stray-quote"),
    ]
}

/// The good file separated by something else.
fn header_with(separator: char) -> Vec<u8> {
    let file = String::from_utf8(file(&[HEADER, FIRST, SECOND])).expect("text");
    file.replace(';', &separator.to_string()).replace(',', "").into_bytes()
}

/// The good file without a column.
fn without(column: &str) -> Vec<u8> {
    let place = COLUMNS.iter().position(|name| *name == column).expect("a column");
    let cut = |line: &str| {
        let cells = line.split(';').enumerate().filter(|(at, _)| *at != place);
        cells.map(|(_, cell)| cell).collect::<Vec<_>>().join(";")
    };
    file(&[&cut(HEADER), &cut(FIRST), &cut(SECOND)])
}

/// Cells that are wrong by themselves.
fn of_a_cell() -> Vec<Kind> {
    let mut kinds = Vec::new();
    let long = "x".repeat(201);
    for (column, value, code) in [
        ("key", "", "required"),
        ("key", "EXAMPLE", "example-line"),
        ("key", "974 760 673", "blank-in-key"),
        ("key", "9,74761E+08", "scientific"),
        ("key", long.as_str(), "too-long"),
        ("name", " ", "required"),
        ("name", long.as_str(), "too-long"),
        ("name", "SYNTHETIC\u{200b} Solvik", "not-plain"),
        ("name", "---", "not-plain"),
        ("name", "\"SYNTHETIC\r\nSolvik\"", "line-break"),
        ("name", "=A2", "formula"),
        ("name", "#REF!", "spreadsheet-error"),
        ("name", "SYNTHETIC Bod\u{fffd}", "damaged-text"),
        ("name", "SYNTHETIC BodÃ¸", "garbled-text"),
        ("municipality", "", "required"),
        ("municipality", "########", "spreadsheet-error"),
        ("centrality", "", "required"),
        ("centrality", "0", "out-of-range"),
        ("centrality", "7", "out-of-range"),
        ("centrality", "5,5", "not-whole"),
        ("centrality", "five", "not-a-number"),
        ("distance_km", "", "required"),
        ("distance_km", "-1", "out-of-range"),
        ("distance_km", "212 km", "with-unit"),
        ("distance_km", "1.200", "ambiguous-number"),
        ("channel", "fax", "unknown-channel"),
        ("opened_on", "", "required"),
        ("opened_on", "2019-02-30", "no-such-day"),
        ("opened_on", "01/02/2019", "ambiguous-date"),
        ("opened_on", "1.2.19", "short-year"),
        ("opened_on", "43466", "serial-date"),
        ("opened_on", "2019-01-01 00:00", "date-with-time"),
        ("opened_on", "1019-01-01", "year-out-of-range"),
        ("opened_on", "January 2019", "not-a-date"),
        ("opened_on", "2026-12-24", "in-future"),
        ("closed_on", "2018-12-31", "closed-before-opened"),
        ("closed_on", "2018-13-31", "no-such-day"),
        ("test_practice", "perhaps", "not-yes-or-no"),
        ("trial_arm", "=early", "formula"),
        ("register_from", "", "incomplete-register"),
        ("register_from", "1.1.26", "short-year"),
        ("list_size", "", "incomplete-register"),
        ("list_size", "100001", "out-of-range"),
        ("list_size", "2,100", "ambiguous-number"),
        ("list_size", "2,1E+03", "scientific"),
        ("gps", "", "incomplete-register"),
        ("gps", "2,5", "not-whole"),
        ("staff", "many", "not-a-number"),
        ("staff", "", "incomplete-register"),
        ("offered", "2026-12-24", "in-future"),
        ("equipped", "2026-01-32", "no-such-day"),
        ("equipped:dermatology", "yes", "not-a-date"),
        ("support_ended", "05/01/2026", "ambiguous-date"),
        ("phone", "ring the nurse", "not-a-phone"),
    ] {
        let column: &'static str = column.to_owned().leak();
        kinds.push(kind(format!("{column} = {value:?}"), cell(column, value), 2, column, code));
    }
    kinds
}

/// Lines that are wrong beside others, or beside what stands.
fn of_several_lines() -> Vec<Kind> {
    let again = |line: &str| file(&[HEADER, FIRST, SECOND, line]);
    let renamed = |line: &str, key: &str, name: &str| line.replacen("A1", key, 1).replacen("SYNTHETIC Solvik", name, 1);
    vec![
        kind("a key twice", again(&renamed(FIRST, "A1", "SYNTHETIC Other")), 4, "key", "double-key"),
        kind("a key that differs in case", again(&renamed(FIRST, "a1", "SYNTHETIC Other")), 4, "key", "key-case"),
        kind("a name twice", again(&renamed(FIRST, "A3", "Synthetic SOLVIK")), 4, "name", "double-name"),
        kind(
            "a step after closing",
            file(&[HEADER, FIRST, &SECOND.replacen("2024-01-05;;;", "2024-01-05;;2025-07-01;", 1)]),
            3,
            "equipped:dermatology",
            "after-closing",
        ),
        kind(
            "a key that stands in another case",
            again(&renamed(FIRST, "s1", "SYNTHETIC Other")),
            4,
            "key",
            "key-case",
        ),
        kind(
            "a practice that stands under another key",
            again(&renamed(FIRST, "A3", "SYNTHETIC Stands")),
            4,
            "key",
            "other-key",
        ),
        kind(
            "two that were registered by hand",
            again(&renamed(FIRST, "A3", "SYNTHETIC Twin")),
            4,
            "name",
            "several-alike",
        ),
        kind(
            "a line break before the fault",
            file(&[HEADER, &FIRST.replacen("early", "\"ea\r\nrly\"", 1)]),
            2,
            "trial_arm",
            "line-break",
        ),
        kind(
            "a fault behind a line break",
            file(&[&format!("\"key\"{}", &HEADER[3..]), "", &SECOND.replacen("Ytre;5", "\"Ytre\";9", 1)]),
            3,
            "centrality",
            "out-of-range",
        ),
    ]
}

/// A practice of an earlier file, and two of one name that were registered by hand.
async fn what_stands(office: &Office) {
    let browser = office.administrator().await;
    let stands = FIRST.replacen("A1", "S1", 1).replacen("SYNTHETIC Solvik", "SYNTHETIC Stands", 1);
    browser.csv("/import", file(&[HEADER, &stands])).await.is(200);
    for _ in 0..2 {
        let twin = json!({ "name": "SYNTHETIC Twin", "municipality": "Solvik", "centrality": 6, "distanceKm": 1, "openedOn": "2026-01-05" });
        browser.post("/practices", twin).await.is(201);
    }
}

async fn rows(office: &Office) -> Vec<u8> {
    let mut all = String::new();
    for table in ["directory_practice", "directory_register", "directory_enablement", "log_event", "directory_turn"] {
        let text: &'static str = format!("select count(*) from {table}").leak();
        let (count,): (i64,) = office.ctx().db.q(text).one().await.expect("a count");
        all += &format!("{table} {count} ");
    }
    let (turn,): (i64,) = office.ctx().db.q("select taken from directory_turn").one().await.expect("a row");
    sha256(format!("{all}{turn}").as_bytes())
}

async fn every_kind_of_bad_line_is_told_by_line_and_column(office: Office) {
    what_stands(&office).await;
    let person = office.person("bo", kit::Role::Administrator).await;
    let browser = office.signed_in(person).await;
    let good = browser.csv("/import/dry-run", file(&[HEADER, FIRST, SECOND])).await.is(200);
    assert_eq!((&good["new"], &good["faults"]), (&json!(2), &json!([])), "what the kinds are made of is right");
    let before = rows(&office).await;
    let mut codes = std::collections::BTreeSet::new();
    let kinds: Vec<Kind> = [of_the_file(), of_a_cell(), of_several_lines()].into_iter().flatten().collect();
    for Kind { what, file, line, column, code } in &kinds {
        let report = browser.csv("/import/dry-run", file.clone()).await.is(200);
        let faults = report["faults"].as_array().expect("a list");
        let told: Vec<_> = faults
            .iter()
            .map(|fault| (fault["line"].as_u64(), fault["column"].as_str(), text(&fault["code"])))
            .collect();
        assert_eq!(told, [(Some(*line), column.as_deref(), *code)], "{what}");
        let message = text(&faults[0]["message"]);
        assert!(message.ends_with('.') && message.len() > 15, "{what} has a sentence with a remedy: {message}");
        let refused = browser.csv("/import", file.clone()).await;
        refused.is_problem(422, "file-faults");
        let field = column.as_ref().map_or(format!("line {line}"), |column| format!("line {line}, {column}"));
        assert_eq!(refused.faults(), [format!("{field} {code}")], "{what}");
        codes.insert(*code);
    }
    assert_eq!(rows(&office).await, before, "nothing was imported");
    assert!(codes.len() >= 40, "{} kinds are told apart: {codes:?}", codes.len());
    println!("import: {} bad files of {} kinds", kinds.len(), codes.len());
}

async fn a_file_with_many_faults_tells_the_first_thousand(office: Office) {
    let browser = office.administrator().await;
    let bad = (0..700).map(|n| format!("K{n};SYNTHETIC {n};Solvik;7;x;;2019-01-01;;;;;;;;;;;;"));
    let lines: Vec<String> = std::iter::once(HEADER.to_owned()).chain(bad).collect();
    let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    let report = browser.csv("/import/dry-run", file(&lines)).await.is(200);
    let faults = report["faults"].as_array().expect("a list");
    assert_eq!((faults.len(), &report["moreFaults"], &report["practices"]), (1000, &json!(400), &json!(700)));
    let line = |fault: &Value| fault["line"].as_u64();
    assert_eq!((line(&faults[0]), line(&faults[999])), (Some(2), Some(501)), "in the order of the lines");
}
