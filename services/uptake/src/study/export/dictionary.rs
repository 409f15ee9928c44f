//! The data dictionary: a table of all tables' columns.

use super::described::DICTIONARY;
use super::table::{Description, Table, text};

/// The table [`DICTIONARY`] of these tables and of itself.
pub fn dictionary(tables: &[Table]) -> Table {
    let mut rows = Vec::new();
    for description in tables.iter().map(|table| &table.description).chain([&DICTIONARY]) {
        rows.extend(columns(description));
    }
    Table { description: DICTIONARY, rows }
}

fn columns(description: &Description) -> impl Iterator<Item = Vec<String>> {
    description.columns.iter().map(|column| {
        let cells = [description.name, &column.name, column.kind.name(), column.unit, &column.meaning];
        cells.map(text).into()
    })
}
