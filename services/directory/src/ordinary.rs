//! Ordinary referrals from one CSV file: a line per practice, month and specialty, as a register outside counts them. Without I/O.
//!
//! What the file does not name is not known, and never a zero: only a line that says 0 says that there was none. Every fault is
//! collected, so that a file is mended in one go.

use crate::import::cells::{Quotes, Record};
use crate::import::texts::{key, undamaged};
use crate::import::{Fault, Faults, opened};
use crate::specialty::Specialty;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use time::Date;
use uuid::Uuid;

/// Most lines in one file: a hundred practices for twenty-five years.
pub const MOST_LINES: usize = 100_000;
/// Most referrals of a practice in a month and specialty: more is a slip of the finger.
pub const MOST_REFERRALS: i64 = 10_000;
/// What a key may not be: the template's example line has it.
const EXAMPLE: &str = "EXAMPLE";

const SPECIALTIES: [Specialty; 3] = [Specialty::Dermatology, Specialty::Ent, Specialty::PlasticSurgery];
const COLUMNS: [&str; 4] = ["key", "month", "specialty", "referrals"];

/// A practice's referrals of a month and specialty.
pub type Place = (Uuid, String, Specialty);

/// What a file would do, or has done.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = OrdinaryReport)]
pub struct Report {
    /// Lines below the header, those with faults too.
    pub lines: usize,
    /// Practices that they are of.
    pub practices: usize,
    /// `YYYY-MM`, the first month; null without any.
    pub from: Option<String>,
    /// `YYYY-MM`, the last month.
    pub until: Option<String>,
    /// Counts that are not recorded yet.
    pub new: usize,
    /// Counts that correct what stands.
    pub corrected: usize,
    /// Counts that stand as the file says.
    pub unchanged: usize,
    /// What is wrong, in the order of the lines; then nothing is taken.
    pub faults: Vec<Fault>,
    /// Faults beyond the first 1,000.
    pub more_faults: usize,
}

/// One good line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Count {
    pub line: usize,
    pub key: String,
    /// `YYYY-MM`.
    pub month: String,
    pub specialty: Specialty,
    pub referrals: i64,
}

/// A file that was read.
#[derive(Debug, Default)]
pub(crate) struct File {
    pub lines: usize,
    pub counts: Vec<Count>,
    pub faults: Faults,
}

/// A file with the header and one line that shows how it is meant: UTF-8 with a byte order mark and semicolons.
pub fn template() -> Vec<u8> {
    format!("\u{feff}{}\r\n{EXAMPLE};2026-01;dermatology;12\r\n", COLUMNS.join(";")).into_bytes()
}

/// Reads a file: its good lines, and everything that is wrong with the others.
pub(crate) fn read(bytes: &[u8], today: Date) -> File {
    let mut faults = Faults::default();
    let empty = "The file is empty. Download the template, fill in a line per practice, month and specialty, and choose that file.";
    let Some((header, records)) = opened(bytes, empty, &mut faults) else {
        return File { faults, ..File::default() };
    };
    let Some(places) = header_of(&header, &mut faults) else {
        return File { faults, ..File::default() };
    };
    if records.is_empty() {
        faults.add(
            header.line,
            None,
            "no-counts",
            "There is no line below the header. Write a line per practice, month and specialty.",
        );
    }
    if let Some(record) = records.get(MOST_LINES) {
        let message = "A file holds 100,000 lines at most. Put this line and those below it into another file.";
        faults.add(record.line, None, "too-many-lines", message);
    }
    let this_month = format!("{:04}-{:02}", today.year(), u8::from(today.month()));
    let counts =
        records.iter().take(MOST_LINES).filter_map(|record| count(record, places, &this_month, &mut faults)).collect();
    File { lines: records.len(), counts, faults }
}

/// Where each column stands.
fn header_of(header: &Record, faults: &mut Faults) -> Option<[usize; 4]> {
    let names: Vec<String> = header.cells.iter().map(|cell| cell.text.trim().to_lowercase()).collect();
    let before = faults.0.len();
    for (place, name) in names.iter().enumerate() {
        if names[..place].contains(name) && !name.is_empty() {
            faults.add(
                header.line,
                Some(name.as_str()),
                "column-twice",
                "This column is there twice. Keep one of the two.",
            );
        } else if !name.is_empty() && !COLUMNS.contains(&name.as_str()) {
            let message = "This column is not known. The columns are key, month, specialty and referrals.";
            faults.add(header.line, Some(name.as_str()), "unknown-column", message);
        }
    }
    let places = COLUMNS.map(|column| names.iter().position(|name| name == column));
    for (column, _) in COLUMNS.iter().zip(places).filter(|one| one.1.is_none()) {
        let message = format!("The column {column} is missing. The columns are key, month, specialty and referrals.");
        faults.add(header.line, Some(column), "missing-column", message);
    }
    (faults.0.len() == before).then(|| places.map(Option::unwrap_or_default))
}

/// One line, unless something is wrong with it.
fn count(record: &Record, places: [usize; 4], this_month: &str, faults: &mut Faults) -> Option<Count> {
    let mut fault = |column: usize, code: &'static str, message: String| {
        let line = record.cells.get(places[column]).map_or(record.line, |cell| cell.line);
        faults.add(line, Some(COLUMNS[column]), code, message);
    };
    let mut cell = |column: usize| {
        let cell = record.cells.get(places[column]);
        let text = cell.map(|cell| cell.text.trim()).unwrap_or_default();
        if cell.is_some_and(|cell| cell.quotes != Quotes::Fine) {
            fault(column, "quotes", "A quotation mark is out of place. Write the text without them.".into());
            return None;
        }
        if text.is_empty() {
            let message = "This cell is empty. Leave out lines of which the count is not known, and write 0 where there was none.";
            fault(column, "required", message.into());
            return None;
        }
        if let Err(wrong) = undamaged(text) {
            fault(column, wrong.code, wrong.message.into_owned());
            return None;
        }
        Some(text.to_owned())
    };
    let [of, month, specialty, referrals] = [0, 1, 2, 3].map(&mut cell);
    let mut taken = |column: usize, read: Result<(), (&'static str, String)>| match read {
        Ok(()) => true,
        Err((code, message)) => {
            fault(column, code, message);
            false
        }
    };
    let of = of.filter(|text| taken(0, checked_key(text)));
    let month = month.filter(|text| taken(1, checked_month(text, this_month)));
    let specialty = specialty.and_then(|text| {
        let found = SPECIALTIES.into_iter().find(|one| one.as_str() == text.to_lowercase());
        let message = "This is none of dermatology, ent and plastic-surgery. Write one of them.".to_owned();
        taken(2, found.map(drop).ok_or(("unknown-specialty", message))).then_some(found).flatten()
    });
    let referrals = referrals.and_then(|text| {
        let found = whole(&text);
        taken(
            3,
            found.map(drop).ok_or((
                "not-a-count",
                "This is not a count. Write how many there were in whole numbers, from 0 to 10000.".to_owned(),
            )),
        )
        .then_some(found)
        .flatten()
    });
    Some(Count { line: record.line, key: of?, month: month?, specialty: specialty?, referrals: referrals? })
}

fn whole(text: &str) -> Option<i64> {
    let digits = text.len() <= 5 && text.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| text.parse().ok()).flatten().filter(|count| *count <= MOST_REFERRALS)
}

fn checked_key(text: &str) -> Result<(), (&'static str, String)> {
    if text == EXAMPLE {
        return Err(("example", "This is the template's example. Write a practice's own key.".into()));
    }
    key(text).map(drop).map_err(|wrong| (wrong.code, wrong.message.into_owned()))
}

/// A month of this century or the one before that has come.
fn checked_month(text: &str, this_month: &str) -> Result<(), (&'static str, String)> {
    let form = "Write the month as YYYY-MM, for example 2026-03.";
    if crate::day::parse(&format!("{text}-01")).is_none() {
        return Err(("not-a-month", format!("This is not a month. {form}")));
    }
    if text > this_month {
        return Err(("month-to-come", "This month has not come yet. Leave the line out until it has.".into()));
    }
    Ok(())
}

/// What there is to do.
#[derive(Debug, Default)]
pub(crate) struct Plan {
    /// By practice: new and corrected counts with the number of the row, from 1.
    pub todo: BTreeMap<Uuid, Vec<(String, Specialty, i64, i64)>>,
    pub report: Report,
}

/// What a file says against what stands: practices by key, and the newest count of each place with the number of its row.
pub(crate) fn plan(file: File, practices: &HashMap<String, Uuid>, standing: &BTreeMap<Place, (i64, i64)>) -> Plan {
    let File { lines, counts, mut faults } = file;
    let mut seen: BTreeMap<Place, usize> = BTreeMap::new();
    let mut plan = Plan { report: Report { lines, ..Report::default() }, ..Plan::default() };
    let mut of = BTreeSet::new();
    for count in counts {
        let Some(practice) = practices.get(&count.key) else {
            let message = "No practice is registered under this key. Import the register first, or correct the key.";
            faults.add(count.line, Some(COLUMNS[0]), "unknown-key", message);
            continue;
        };
        let place = (*practice, count.month.clone(), count.specialty);
        if let Some(first) = seen.insert(place.clone(), count.line) {
            let message = format!("Line {first} is of the same practice, month and specialty. Keep one of the two.");
            faults.add(count.line, None, "line-twice", message);
            continue;
        }
        of.insert(*practice);
        let month = Some(count.month.clone());
        plan.report.from = plan.report.from.take().into_iter().chain(month.clone()).min();
        plan.report.until = plan.report.until.take().into_iter().chain(month).max();
        let next = match standing.get(&place) {
            Some((referrals, _)) if *referrals == count.referrals => {
                plan.report.unchanged += 1;
                continue;
            }
            Some((_, number)) => {
                plan.report.corrected += 1;
                number + 1
            }
            None => {
                plan.report.new += 1;
                1
            }
        };
        plan.todo.entry(*practice).or_default().push((count.month, count.specialty, count.referrals, next));
    }
    plan.report.practices = of.len();
    (plan.report.faults, plan.report.more_faults) = faults.told();
    plan
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::day;

    fn faults(text: &str) -> Vec<(usize, Option<String>, String)> {
        let file = read(text.as_bytes(), day::parse("2026-03-02").expect("a date"));
        let known = HashMap::from([("K1".to_owned(), Uuid::from_u128(1 << 70))]);
        let told = plan(file, &known, &BTreeMap::new()).report.faults;
        assert!(told.iter().all(|fault| fault.message.ends_with('.')), "a sentence: {told:?}");
        told.into_iter().map(|fault| (fault.line, fault.column, fault.code.into_owned())).collect()
    }

    #[test]
    fn every_fault_has_its_line_and_column() {
        let text = "referrals;key;month;specialty\r\n3;K1;2026-01;ENT\r\n3;K1;2026-01;ent\r\n;K2;2026-13;skin\r\n-1;EXAMPLE;2026-04;ent\r\n1;K2;2026-01;ent\r\n";
        let at = |line: usize, column: &str, code: &str| (line, Some(column.to_owned()), code.to_owned());
        assert_eq!(
            faults(text),
            [
                (3, None, "line-twice".to_owned()),
                at(4, "referrals", "required"),
                at(4, "month", "not-a-month"),
                at(4, "specialty", "unknown-specialty"),
                at(5, "key", "example"),
                at(5, "month", "month-to-come"),
                at(5, "referrals", "not-a-count"),
                at(6, "key", "unknown-key"),
            ]
        );
        assert_eq!(faults("key;month\n"), [at(1, "specialty", "missing-column"), at(1, "referrals", "missing-column")]);
        assert_eq!(faults("key;month;specialty;referrals;note\n"), [at(1, "note", "unknown-column")]);
        assert_eq!(faults("key;month;specialty;referrals\n"), [(1, None, "no-counts".to_owned())]);
        assert_eq!(faults(""), [(1, None, "empty-file".to_owned())]);
        assert_eq!(faults(std::str::from_utf8(&template()).expect("text")), [at(2, "key", "example")]);
    }

    #[test]
    fn what_differs_is_a_new_row_and_a_zero_is_a_count() {
        let practice = Uuid::from_u128(1 << 70);
        let known = HashMap::from([("K1".to_owned(), practice)]);
        let text = "key,month,specialty,referrals\nK1,2025-12,ent,0\nK1,2026-01,ent,4\nK1,2026-02,ent,5\n";
        let file = || read(text.as_bytes(), day::parse("2026-03-02").expect("a date"));
        let place = |month: &str| (practice, month.to_owned(), Specialty::Ent);
        let standing = BTreeMap::from([(place("2026-01"), (4, 1)), (place("2026-02"), (7, 2))]);
        let Plan { todo, report } = plan(file(), &known, &standing);
        let expected = [("2025-12".to_owned(), Specialty::Ent, 0, 1), ("2026-02".to_owned(), Specialty::Ent, 5, 3)];
        assert_eq!(todo[&practice], expected);
        assert_eq!((report.lines, report.practices, report.new, report.corrected, report.unchanged), (3, 1, 1, 1, 1));
        assert_eq!((report.from.as_deref(), report.until.as_deref()), (Some("2025-12"), Some("2026-02")));
    }
}
