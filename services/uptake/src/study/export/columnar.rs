//! A table as Parquet: one row group, plain pages, every column optional.

use super::table::{Column, Kind, Table};
use crate::study::calendar::day_of;
use parquet::basic::{LogicalType, Repetition, Type as Physical};
use parquet::column::writer::ColumnWriter;
use parquet::data_type::ByteArray;
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::types::Type;
use std::sync::Arc;
use time::Date;
use time::macros::format_description;

/// The table's file.
///
/// # Errors
/// A cell that is not of its column's kind: a fault of the program.
pub fn parquet(table: &Table) -> Result<Vec<u8>, ParquetError> {
    let fields = table.description.columns.iter().map(field).collect::<Result<_, _>>()?;
    let schema = Type::group_type_builder(table.description.name).with_fields(fields).build()?;
    let properties = WriterProperties::builder().set_created_by("Lysbro".to_owned()).build();
    let mut writer = SerializedFileWriter::new(Vec::new(), Arc::new(schema), Arc::new(properties))?;
    let mut group = writer.next_row_group()?;
    for (column, cells) in table.columns() {
        let Some(mut out) = group.next_column()? else { return Err(fault(column, "no such column")) };
        write(out.untyped(), column, &cells)?;
        out.close()?;
    }
    group.close()?;
    writer.into_inner()
}

fn field(column: &Column) -> Result<Arc<Type>, ParquetError> {
    let (physical, logical) = match column.kind {
        Kind::Text | Kind::Month => (Physical::BYTE_ARRAY, Some(LogicalType::String)),
        Kind::Count => (Physical::INT64, None),
        Kind::Number => (Physical::DOUBLE, None),
        Kind::Truth => (Physical::BOOLEAN, None),
        Kind::Day => (Physical::INT32, Some(LogicalType::Date)),
    };
    let builder = Type::primitive_type_builder(&column.name, physical).with_repetition(Repetition::OPTIONAL);
    builder.with_logical_type(logical).build().map(Arc::new)
}

fn write(out: &mut ColumnWriter<'_>, column: &Column, cells: &[&str]) -> Result<(), ParquetError> {
    let levels: Vec<i16> = cells.iter().map(|cell| i16::from(!cell.is_empty())).collect();
    match out {
        ColumnWriter::ByteArrayColumnWriter(out) => {
            let values = values(column, cells, |cell| Some(ByteArray::from(cell)))?;
            out.write_batch(&values, Some(&levels), None)?;
        }
        ColumnWriter::Int64ColumnWriter(out) => {
            out.write_batch(&values(column, cells, |cell| cell.parse().ok())?, Some(&levels), None)?;
        }
        ColumnWriter::DoubleColumnWriter(out) => {
            out.write_batch(&values(column, cells, |cell| cell.parse().ok())?, Some(&levels), None)?;
        }
        ColumnWriter::BoolColumnWriter(out) => {
            out.write_batch(&values(column, cells, |cell| cell.parse().ok())?, Some(&levels), None)?;
        }
        ColumnWriter::Int32ColumnWriter(out) => {
            out.write_batch(&values(column, cells, day)?, Some(&levels), None)?;
        }
        _ => return Err(fault(column, "a type that no column has")),
    }
    Ok(())
}

fn day(cell: &str) -> Option<i32> {
    Date::parse(cell, format_description!("[year]-[month]-[day]")).ok().map(day_of)
}

fn values<T>(column: &Column, cells: &[&str], of: impl Fn(&str) -> Option<T>) -> Result<Vec<T>, ParquetError> {
    let known = cells.iter().filter(|cell| !cell.is_empty());
    known.map(|cell| of(cell).ok_or_else(|| fault(column, cell))).collect()
}

fn fault(column: &Column, what: &str) -> ParquetError {
    ParquetError::General(format!("column {}: {what}", column.name))
}

#[cfg(test)]
mod tests {
    use super::super::described::EDGES;
    use super::*;

    #[test]
    fn a_cell_of_another_kind_is_a_fault() {
        let of = |cell: &str| Table { description: EDGES, rows: vec![["a", "b", "c", cell].map(str::to_owned).into()] };
        let bytes = parquet(&of("2.5")).unwrap();
        assert!(bytes.starts_with(b"PAR1") && bytes.ends_with(b"PAR1"));
        assert!(parquet(&of("many")).is_err());
    }
}
