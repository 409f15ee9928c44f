//! The register and the roll-out from one CSV file: a line per practice, a date per step. Without I/O.
//!
//! | room | what is in it |
//! |---|---|
//! | `encoding` | bytes that are UTF-8, or the one fault that keeps them from being read |
//! | `cells` | text into cells, each with the line on which it begins |
//! | `columns` | the header: known columns by name, in any order |
//! | `values`, `texts` | dates, numbers, yes and no, and texts as spreadsheets write them |
//! | `row` | one line of the file into what it says of a practice |
//! | `plan` | what it says against what stands: new, changed, unchanged |
//!
//! Every fault is collected, so that a file is mended in one go. Rejected: an import that goes on past bad lines (nobody knows
//! afterwards what stands), ids in the file (the register has keys of its own, and they outlive this program).

pub(crate) mod cells;
mod columns;
mod encoding;
mod fault;
mod plan;
mod row;
pub(crate) mod texts;
pub(crate) mod values;

pub use columns::template;
pub(crate) use fault::Faults;
pub use fault::{Fault, MOST_FAULTS};
pub(crate) use plan::{Plan, Planned, Standing, State, plan};
pub(crate) use row::Row;

use cells::Record;
use columns::Columns;
use serde::Serialize;
use std::collections::HashMap;
use time::Date;

/// Most practices in one file: twice those of a large country.
pub const MOST_ROWS: usize = 10_000;

/// What a file would do, or has done.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ImportReport)]
pub struct Report {
    /// Practices in the file, those with faults too.
    pub practices: usize,
    /// Of them: not registered before.
    pub new: usize,
    /// Of them: something about them differs from what stands.
    pub changed: usize,
    /// Of them: stand as the file says.
    pub unchanged: usize,
    /// Register entries (list size, GPs, staff from a date) that are new.
    pub registers: usize,
    /// Dates of steps that are new.
    pub steps: usize,
    /// What is wrong, in the order of the lines; then nothing is imported.
    pub faults: Vec<Fault>,
    /// Faults beyond the first 1,000.
    pub more_faults: usize,
}

/// Reads a file: its good rows, and everything that is wrong with the others.
pub(crate) fn read(bytes: &[u8], today: Date) -> File {
    let mut faults = Faults::default();
    let empty = "The file is empty. Download the template, fill in a line per practice, and choose that file.";
    let Some((header, records)) = opened(bytes, empty, &mut faults) else {
        return File { faults, ..File::default() };
    };
    let Some(columns) = Columns::read(&header, &mut faults) else { return File { faults, ..File::default() } };
    if records.is_empty() {
        faults.add(header.line, None, "no-practices", "There is no line below the header. Write a line per practice.");
    }
    rows(&columns, &records, today, faults)
}

/// The header and the lines of a file that is text with something in it; `empty` says what to do with one that has nothing.
pub(crate) fn opened(bytes: &[u8], empty: &'static str, faults: &mut Faults) -> Option<(Record, Vec<Record>)> {
    let text = match encoding::text(bytes) {
        Ok(text) => text,
        Err(broken) => {
            faults.0.push(broken.into_fault());
            return None;
        }
    };
    let Some((separator, text, line)) = cells::begin(text) else {
        faults.add(1, None, "empty-file", empty);
        return None;
    };
    let mut records = cells::records(text, separator, line).into_iter();
    Some((records.next()?, records.collect()))
}

/// The rows of a file whose header can be read.
fn rows(columns: &Columns, records: &[Record], today: Date, mut faults: Faults) -> File {
    let mut rows = Vec::with_capacity(records.len());
    let mut seen = HashMap::new();
    for record in records.iter().take(MOST_ROWS) {
        rows.extend(row::read(columns, record, today, &mut seen, &mut faults));
    }
    if let Some(record) = records.get(MOST_ROWS) {
        let message = "A file holds 10,000 practices at most. Put this line and those below it into another file.";
        faults.add(record.line, None, "too-many-lines", message);
    }
    File { practices: records.len(), rows, faults }
}

/// A file that was read.
#[derive(Debug, Default)]
pub(crate) struct File {
    /// Lines with practices.
    pub practices: usize,
    /// Those without a fault.
    pub rows: Vec<Row>,
    /// What is wrong with the others.
    pub faults: Faults,
}
