//! What a researcher sees of a practice: its code and coarse covariates. List sizes are public, so an exact one is a name.
//!
//! Covariates and exposure have one significant digit. Figures of single practices, and all that rest on patient-years, have two in
//! everything but their counts: a count over an exact rate gives the list size back, and so do the patient-years of the month in
//! which one practice goes live, less those of the month before.

use super::entry::Entry;
use super::table::Table;
use crate::study::figure::Figure;

/// Indicators over patient-years.
const EXPOSED: [&str; 6] = ["I-06", "I-07", "I-09", "I-10", "I-11", "I-12"];

/// Rounded to so many significant decimal digits.
pub fn significant(value: f64, digits: usize) -> f64 {
    format!("{value:.*e}", digits.saturating_sub(1)).parse().unwrap_or(value)
}

/// A table with its telling columns made coarse.
#[must_use]
pub fn table(mut table: Table) -> Table {
    let telling: Vec<bool> = table.description.columns.iter().map(|column| column.telling).collect();
    for row in &mut table.rows {
        for (cell, _) in row.iter_mut().zip(&telling).filter(|one| *one.1) {
            if let Ok(value) = cell.parse::<f64>() {
                *cell = significant(value, 1).to_string();
            }
        }
    }
    table
}

/// Entries with the figures of single practices, and those over patient-years, made coarse.
#[must_use]
pub fn entries(mut entries: Vec<Entry<'_>>) -> Vec<Entry<'_>> {
    let exact = |entry: &Entry<'_>| entry.practice.is_none() && !EXPOSED.contains(&entry.definition.id.as_str());
    for entry in entries.iter_mut().filter(|entry| !exact(entry)) {
        entry.figure = entry.figure.take().map(figure);
    }
    entries
}

fn figure(figure: Figure) -> Figure {
    let two = |value: f64| significant(value, 2);
    Figure {
        value: figure.value.map(two),
        denominator: two(figure.denominator),
        interval: figure.interval.map(|interval| interval.map(two)),
        ..figure
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn significant_digits() {
        let cases = [(2_847.0, 1, 3_000.0), (137.0, 1, 100.0), (0.173, 1, 0.2), (0.0, 1, 0.0), (-94.6, 2, -95.0)];
        for (value, digits, expected) in cases {
            assert_eq!(significant(value, digits).to_bits(), f64::to_bits(expected), "{value}");
        }
    }
}
