//! All tables as one XLSX workbook, a sheet each. Its date of creation is a constant: the same tables give the same bytes.

use super::table::{Kind, Table};
use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, Workbook, Worksheet, XlsxError};

/// The workbook.
///
/// # Errors
/// More rows than a sheet holds.
pub fn workbook(tables: &[Table], title: &str) -> Result<Vec<u8>, XlsxError> {
    let mut workbook = Workbook::new();
    let created = ExcelDateTime::from_ymd(2000, 1, 1)?;
    workbook.set_properties(&DocProperties::new().set_title(title).set_creation_datetime(&created));
    for table in tables {
        write(workbook.add_worksheet(), table)?;
    }
    workbook.save_to_buffer()
}

fn write(sheet: &mut Worksheet, table: &Table) -> Result<(), XlsxError> {
    let (bold, day) = (Format::new().set_bold(), Format::new().set_num_format("yyyy-mm-dd"));
    sheet.set_name(table.description.name)?.set_freeze_panes(1, 0)?;
    for (place, (column, cells)) in table.columns().enumerate() {
        let place = u16::try_from(place).map_err(|_| XlsxError::RowColumnLimitError)?;
        sheet.write_string_with_format(0, place, column.name.as_ref(), &bold)?;
        for (row, cell) in cells.into_iter().enumerate().filter(|one| !one.1.is_empty()) {
            let row = u32::try_from(row + 1).map_err(|_| XlsxError::RowColumnLimitError)?;
            match (column.kind, cell.parse::<f64>()) {
                (Kind::Count | Kind::Number, Ok(number)) => sheet.write_number(row, place, number)?,
                (Kind::Truth, _) => sheet.write_boolean(row, place, cell == "true")?,
                (Kind::Day, _) => {
                    let date = ExcelDateTime::parse_from_str(cell)?;
                    sheet.write_datetime_with_format(row, place, &date, &day)?
                }
                _ => sheet.write_string(row, place, cell)?,
            };
        }
    }
    Ok(())
}
