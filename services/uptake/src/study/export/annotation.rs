//! `NAME.csv-metadata.json`: a table's metadata as CSV on the Web wants it beside the file (W3C, Metadata Vocabulary for Tabular
//! Data, 2015).

use super::table::{Column, Description, Kind};
use serde_json::{Value, json};

/// The name of the file beside the CSV.
pub fn name(description: &Description) -> String {
    format!("{}-metadata.json", description.file())
}

/// The file.
///
/// # Errors
/// None that the program does not make.
pub fn metadata(description: &Description) -> Result<Vec<u8>, serde_json::Error> {
    let key: Vec<String> = description.key.iter().map(|name| term(name)).collect();
    serde_json::to_vec_pretty(&json!({
        "@context": ["http://www.w3.org/ns/csvw", { "@language": "en" }],
        "url": description.file(),
        "dc:title": description.title,
        "dialect": { "delimiter": ",", "encoding": "utf-8", "header": true },
        "tableSchema": {
            "columns": description.columns.iter().map(|one| column(description, one)).collect::<Vec<_>>(),
            "primaryKey": key,
        },
    }))
}

fn column(description: &Description, column: &Column) -> Value {
    let kind = match column.kind {
        Kind::Text => "string",
        Kind::Count => "integer",
        Kind::Number => "double",
        Kind::Truth => "boolean",
        Kind::Day => "date",
        Kind::Month => "gYearMonth",
    };
    let mut value = json!({
        "name": term(&column.name),
        "titles": column.name,
        "dc:description": column.meaning,
        "datatype": kind,
        "null": "",
        "required": description.key.contains(&column.name.as_ref()),
    });
    if !column.unit.is_empty() {
        value["schema:unitText"] = json!(column.unit);
    }
    value
}

/// A header as the name of a variable: letters, digits and underscores.
fn term(name: &str) -> String {
    let words = name.split(|letter: char| !letter.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    words.collect::<Vec<_>>().join("_")
}
