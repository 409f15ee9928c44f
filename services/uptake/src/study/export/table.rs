//! A table: rows of text as they stand in the CSV, and what each column is.

use crate::sheet::harmless;
use std::borrow::Cow;

/// What the cells of a column are. An empty cell is not known, of any kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Text.
    Text,
    /// A whole number.
    Count,
    /// A number with a decimal point, never with an exponent.
    Number,
    /// `true` or `false`.
    Truth,
    /// `2026-11-30`.
    Day,
    /// `2026-11`.
    Month,
}

impl Kind {
    /// As the dictionary calls it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Count => "integer",
            Self::Number => "number",
            Self::Truth => "boolean",
            Self::Day => "date",
            Self::Month => "month",
        }
    }
}

/// One column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// Its header.
    pub name: Cow<'static, str>,
    /// What its cells are.
    pub kind: Kind,
    /// Unit, or empty.
    pub unit: &'static str,
    /// What it means, in a sentence.
    pub meaning: Cow<'static, str>,
    /// Tells a practice apart: a researcher gets one significant digit of it.
    pub telling: bool,
}

impl Column {
    /// A column.
    pub const fn new(name: &'static str, kind: Kind, unit: &'static str, meaning: &'static str) -> Self {
        Self { name: Cow::Borrowed(name), kind, unit, meaning: Cow::Borrowed(meaning), telling: false }
    }

    /// One that tells a practice apart.
    pub const fn telling(name: &'static str, kind: Kind, unit: &'static str, meaning: &'static str) -> Self {
        Self { name: Cow::Borrowed(name), kind, unit, meaning: Cow::Borrowed(meaning), telling: true }
    }
}

/// A table without its rows: the one source of headers, schemas, metadata and dictionary.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Description {
    /// Name of the file without `.csv`.
    pub name: &'static str,
    /// What a row is.
    pub title: &'static str,
    /// Columns in order.
    pub columns: Cow<'static, [Column]>,
    /// Columns that tell rows apart, none of them ever empty.
    pub key: &'static [&'static str],
}

impl Description {
    /// The headers.
    pub fn header(&self) -> Vec<&str> {
        self.columns.iter().map(|column| column.name.as_ref()).collect()
    }

    /// The name of the CSV file.
    pub fn file(&self) -> String {
        format!("{}.csv", self.name)
    }
}

/// A description and its rows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    /// What the columns are.
    pub description: Description,
    /// Cells in the order of the columns.
    pub rows: Vec<Vec<String>>,
}

impl Table {
    /// Reads the table of a CSV back.
    ///
    /// # Errors
    /// No CSV, or rows of unequal length.
    pub fn read(description: Description, bytes: &[u8]) -> Result<Self, csv::Error> {
        let mut reader = csv::Reader::from_reader(bytes);
        let row = |record: csv::StringRecord| record.iter().map(str::to_owned).collect();
        let rows = reader.records().map(|record| record.map(row)).collect::<Result<_, _>>()?;
        Ok(Self { description, rows })
    }

    /// UTF-8 with a header, commas and line feeds.
    ///
    /// # Errors
    /// Rows of another length than the header: a fault of the program.
    pub fn csv(&self) -> Result<Vec<u8>, csv::Error> {
        let mut writer = csv::Writer::from_writer(Vec::new());
        writer.write_record(self.description.header())?;
        for row in &self.rows {
            writer.write_record(row)?;
        }
        writer.into_inner().map_err(|error| error.into_error().into())
    }

    /// Each column with its cells.
    pub fn columns(&self) -> impl Iterator<Item = (&Column, Vec<&str>)> {
        let cells = |place: usize| self.rows.iter().map(|row| row.get(place).map_or("", String::as_str)).collect();
        self.description.columns.iter().enumerate().map(move |(place, column)| (column, cells(place)))
    }
}

/// A cell of text, which no spreadsheet takes for a formula.
pub fn text(value: &str) -> String {
    harmless(value)
}

/// A cell of what may not be known.
pub fn known(value: Option<impl ToString>) -> String {
    value.map_or_else(String::new, |value| value.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    const TWO: Description = Description {
        name: "two",
        title: "Two columns",
        columns: Cow::Borrowed(&[
            Column::new("word", Kind::Text, "", "A word."),
            Column::new("size", Kind::Number, "m", "A size."),
        ]),
        key: &["word"],
    };

    #[test]
    fn there_and_back() {
        let rows = vec![vec![text("=1+1"), known(Some(0.5))], vec![text("a, b\n\"c\""), known(None::<f64>)]];
        let table = Table { description: TWO, rows };
        let bytes = table.csv().unwrap();
        assert_eq!(bytes, b"word,size\n'=1+1,0.5\n\"a, b\n\"\"c\"\"\",\n");
        assert_eq!(Table::read(TWO, &bytes).unwrap(), table);
        let sizes = table.columns().last().unwrap();
        assert_eq!((sizes.0.unit, sizes.1), ("m", vec!["0.5", ""]));
        assert!(Table { description: TWO, rows: vec![vec![text("alone")]] }.csv().is_err());
    }
}
