//! The header: which column is which. Order is free; upper and lower case, blanks, `-` and `_` make no difference.

use super::Faults;
use super::cells::{Quotes, Record};
use crate::enablement::Step;
use crate::specialty::Specialty;
use Column::{
    Centrality, Channel, ClosedOn, DistanceKm, Gps, Key, ListSize, Municipality, Name, OpenedOn, Phone, RegisterFrom,
    Staff, TestPractice, TrialArm,
};

/// What a column says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Column {
    Key,
    Name,
    Municipality,
    Centrality,
    DistanceKm,
    Channel,
    OpenedOn,
    ClosedOn,
    TestPractice,
    TrialArm,
    Phone,
    RegisterFrom,
    ListSize,
    Gps,
    Staff,
    Step(Step, Option<Specialty>),
}

const NAMES: [(&str, Column); 15] = [
    ("key", Key),
    ("name", Name),
    ("municipality", Municipality),
    ("centrality", Centrality),
    ("distance_km", DistanceKm),
    ("channel", Channel),
    ("opened_on", OpenedOn),
    ("closed_on", ClosedOn),
    ("test_practice", TestPractice),
    ("trial_arm", TrialArm),
    ("phone", Phone),
    ("register_from", RegisterFrom),
    ("list_size", ListSize),
    ("gps", Gps),
    ("staff", Staff),
];

pub(super) const STEPS: [Step; 6] =
    [Step::Offered, Step::Agreed, Step::Equipped, Step::Connected, Step::Trained, Step::SupportEnded];
const SPECIALTIES: [Specialty; 3] = [Specialty::Dermatology, Specialty::Ent, Specialty::PlasticSurgery];

const REQUIRED: [Column; 6] = [Key, Name, Municipality, Centrality, DistanceKm, OpenedOn];
/// All of them or none.
pub(super) const REGISTER: [Column; 4] = [RegisterFrom, ListSize, Gps, Staff];

/// What a key may not be: the template's example line has it.
pub(super) const EXAMPLE: &str = "EXAMPLE";

/// A file with the header and one line that shows how it is meant: UTF-8 with a byte order mark and semicolons, as a
/// Norwegian Excel opens and saves it.
pub fn template() -> Vec<u8> {
    let names = NAMES.iter().map(|(name, _)| (*name).to_owned());
    let steps = STEPS.iter().map(|step| canonical(step.as_str()));
    let header: Vec<String> = names.chain(steps).collect();
    let example = "EXAMPLE;Solvik legekontor;Solvik;5;120;web;2019-01-01;;no;;+47 77 00 00 00;2026-01-01;2100;2;3;2026-01-05;2026-01-12;;;;";
    format!("\u{feff}{}\r\n{example}\r\n", header.join(";")).into_bytes()
}

/// A name without what makes no difference.
fn canonical(name: &str) -> String {
    let plain = |c: char| if matches!(c, '-' | ' ' | '\u{a0}') { '_' } else { c };
    name.trim().to_lowercase().chars().map(plain).collect()
}

/// The header's columns by their places.
#[derive(Debug)]
pub(super) struct Columns {
    names: Vec<String>,
    what: Vec<Option<Column>>,
}

impl Columns {
    /// The columns, with a fault for each that is unknown, twice or missing; `None` when there is only one, so that no row can be
    /// read. Otherwise rows are read all the same: what is wrong with them is told at the same time.
    pub fn read(header: &Record, faults: &mut Faults) -> Option<Self> {
        let mut columns = Self { names: Vec::new(), what: Vec::new() };
        let before = faults.0.len();
        for cell in &header.cells {
            let name = cell.text.trim();
            let what = if cell.quotes == Quotes::Fine {
                columns.column(name, header.line, faults)
            } else {
                faults.add(
                    header.line,
                    Some(name),
                    "stray-quote",
                    "A quotation mark is out of place in the header. Remove it.",
                );
                None
            };
            columns.names.push(name.to_owned());
            columns.what.push(what);
        }
        if let [only] = columns.what.as_slice() {
            // One name, or none that is known: all others would be missing, for one reason.
            let message =
                "The header has one column only. Separate columns by `;` or `,`: in Excel, save as “CSV UTF-8”.";
            if only.is_none() {
                faults.0.truncate(before);
            }
            faults.add(header.line, None, "one-column", message);
            return None;
        }
        columns.missing(header.line, faults);
        Some(columns)
    }

    fn column(&self, name: &str, line: usize, faults: &mut Faults) -> Option<Column> {
        if name.is_empty() {
            return None;
        }
        let plain = canonical(name);
        let (step, specialty) = plain.split_once(':').map_or((plain.as_str(), None), |(step, of)| {
            (step.trim_end_matches('_'), Some(of.trim_start_matches('_')))
        });
        let step = STEPS.into_iter().find(|one| canonical(one.as_str()) == step);
        let found = match (step, specialty) {
            (Some(step), None) => Some(Column::Step(step, None)),
            (Some(step), Some(of)) => {
                let specialty = SPECIALTIES.into_iter().find(|one| canonical(one.as_str()) == of);
                if specialty.is_none() {
                    let message =
                        "There is no such specialty. Write dermatology, ent or plastic-surgery behind the colon.";
                    faults.add(line, Some(name), "unknown-specialty", message);
                    return None;
                }
                Some(Column::Step(step, specialty))
            }
            (None, _) => NAMES.iter().find(|(one, _)| *one == plain).map(|(_, column)| *column),
        };
        match found {
            None => {
                let message = "This column is not known. Give it a name of the template, or remove it.";
                faults.add(line, Some(name), "unknown-column", message);
            }
            Some(column) if self.what.contains(&Some(column)) => {
                faults.add(line, Some(name), "double-column", "This column is there twice. Remove one of the two.");
            }
            Some(_) => {}
        }
        found
    }

    fn missing(&self, line: usize, faults: &mut Faults) {
        let has = |column: &Column| self.what.contains(&Some(*column));
        for column in REQUIRED.iter().filter(|column| !has(column)) {
            faults.add(
                line,
                Some(name_of(*column)),
                "missing-column",
                "This column is missing. Add it; the template has it.",
            );
        }
        if REGISTER.iter().any(has) {
            for column in REGISTER.iter().filter(|column| !has(column)) {
                let message = "This column is missing: register_from, list_size, gps and staff go together. Add it, or remove the others.";
                faults.add(line, Some(name_of(*column)), "missing-register-column", message);
            }
        }
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.names.len()
    }

    /// Where a column stands.
    pub fn place(&self, column: Column) -> Option<usize> {
        self.what.iter().position(|one| *one == Some(column))
    }

    /// A column's name as the file says it; without one, its number.
    pub fn name(&self, place: usize) -> String {
        match self.names.get(place) {
            Some(name) if !name.is_empty() => name.clone(),
            _ => format!("column {}", place + 1),
        }
    }

    /// Whether a column has no name.
    pub fn unnamed(&self, place: usize) -> bool {
        self.names.get(place).is_some_and(String::is_empty)
    }

    /// Whether these cells are the header once more.
    pub fn again(&self, record: &Record) -> bool {
        let same = |(cell, name): (&super::cells::Cell, &String)| canonical(&cell.text) == canonical(name);
        record.cells.len() == self.names.len() && record.cells.iter().zip(&self.names).all(same)
    }
}

fn name_of(column: Column) -> &'static str {
    NAMES.iter().find(|(_, one)| *one == column).map_or("", |(name, _)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_template_has_every_column_and_its_example_is_no_practice() {
        let today = crate::day::parse("2026-03-02").expect("a date");
        let file = super::super::read(&template(), today);
        let told: Vec<_> =
            file.faults.0.iter().map(|fault| (fault.line, fault.column.as_deref(), &*fault.code)).collect();
        assert_eq!(told, [(2, Some("key"), "example-line")]);
        assert_eq!(file.practices, 1);
    }

    #[test]
    fn names_are_read_as_people_write_them() {
        for (written, column) in [
            ("Opened on", OpenedOn),
            ("DISTANCE-KM", DistanceKm),
            ("Support ended", Column::Step(Step::SupportEnded, None)),
            ("equipped: Plastic Surgery", Column::Step(Step::Equipped, Some(Specialty::PlasticSurgery))),
            ("trained:ent", Column::Step(Step::Trained, Some(Specialty::Ent))),
        ] {
            let (none, mut faults) = (Columns { names: Vec::new(), what: Vec::new() }, Faults::default());
            assert_eq!(none.column(written, 1, &mut faults), Some(column), "{written}");
            assert!(faults.0.is_empty());
        }
    }
}
