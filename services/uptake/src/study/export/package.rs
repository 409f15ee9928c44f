//! `datapackage.json`: every CSV as a Frictionless Tabular Data Package describes it (specs.frictionlessdata.io, version 1, which
//! all its readers know).

use super::table::{Column, Kind, Table};
use crate::study::bundle::Files;
use crate::study::hash::sha256;
use serde_json::{Value, json};

/// A CSV of the package: under which name, of which table, and whether it is in Norwegian Excel's form.
pub struct Resource<'a> {
    /// Path in the package.
    pub path: String,
    /// What is in it.
    pub table: &'a Table,
    /// Semicolons and decimal commas.
    pub norwegian: bool,
}

/// What is said of the whole.
pub struct About<'a> {
    /// Version of the program.
    pub version: &'a str,
    /// Title.
    pub title: &'a str,
    /// From what and for whom.
    pub description: &'a str,
}

/// The file, of resources whose bytes are in `files`.
///
/// # Errors
/// None that the program does not make.
pub fn datapackage(about: &About<'_>, resources: &[Resource<'_>], files: &Files) -> Result<Vec<u8>, serde_json::Error> {
    let resources: Vec<Value> = resources.iter().map(|one| resource(one, files)).collect();
    serde_json::to_vec_pretty(&json!({
        "profile": "tabular-data-package",
        "name": "uptake-per-practice",
        "title": about.title,
        "version": about.version,
        "description": about.description,
        "resources": resources,
    }))
}

fn resource(one: &Resource<'_>, files: &Files) -> Value {
    let bytes = files.get(&one.path).map_or(&[][..], Vec::as_slice);
    let description = &one.table.description;
    let name =
        if one.norwegian { format!("{}-norwegian-excel", description.name) } else { description.name.to_owned() };
    let dialect = json!({
        "delimiter": if one.norwegian { ";" } else { "," },
        "lineTerminator": if one.norwegian { "\r\n" } else { "\n" },
        "quoteChar": "\"",
        "doubleQuote": true,
        "header": true,
    });
    json!({
        "profile": "tabular-data-resource",
        "name": name,
        "title": description.title,
        "path": one.path,
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": if one.norwegian { "utf-8-sig" } else { "utf-8" },
        "bytes": bytes.len(),
        "hash": format!("sha256:{}", sha256(bytes)),
        "dialect": dialect,
        "schema": {
            "fields": description.columns.iter().map(|column| field(one, column)).collect::<Vec<_>>(),
            "missingValues": [""],
            "primaryKey": description.key,
        },
    })
}

fn field(of: &Resource<'_>, column: &Column) -> Value {
    let kind = match column.kind {
        Kind::Text => "string",
        Kind::Count => "integer",
        Kind::Number => "number",
        Kind::Truth => "boolean",
        Kind::Day => "date",
        Kind::Month => "yearmonth",
    };
    let mut field = json!({ "name": column.name, "type": kind, "description": column.meaning });
    if !column.unit.is_empty() {
        field["unit"] = json!(column.unit);
    }
    if of.norwegian && column.kind == Kind::Number {
        field["decimalChar"] = json!(",");
    }
    if of.table.description.key.contains(&column.name.as_ref()) {
        field["constraints"] = json!({ "required": true });
    }
    field
}
